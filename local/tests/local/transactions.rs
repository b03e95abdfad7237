//! What may share a transaction, and how much.

use std::time::Duration;

use futures_util::SinkExt;
use tokio_postgres::IsolationLevel;

use crate::support::{client, endpoint, endpoint_with, options, refusal, said, value};

const MULTIPLE: &str = "multiple ddl statements not supported in a transaction";
const MIXED: &str = "ddl and dml are not supported in the same transaction";

#[tokio::test]
async fn one_ddl_statement_a_transaction() {
    let endpoint = endpoint().await;
    let mut client = client(&endpoint).await;
    assert_eq!(
        said(client.batch_execute("CREATE TABLE a (i int); CREATE TABLE b (i int)").await),
        refusal(MULTIPLE)
    );
    assert_eq!(value(&client, "SELECT to_regclass('a')").await, None, "the implicit transaction is undone");
    client.batch_execute("CREATE TABLE t (i int)").await.unwrap();
    for second in [
        "DROP TABLE t",
        "COMMENT ON TABLE t IS 'x'",
        "GRANT SELECT ON t TO public",
        "CREATE INDEX ASYNC ON t (i)",
    ] {
        let transaction = client.transaction().await.unwrap();
        transaction.execute("CREATE TABLE a (i int)", &[]).await.unwrap();
        assert_eq!(said(transaction.execute(second, &[]).await), refusal(MULTIPLE), "{second}");
        assert_eq!(said(transaction.execute("SELECT 1", &[]).await).0, "25P02");
        transaction.rollback().await.unwrap();
    }
}

#[tokio::test]
async fn ddl_and_dml_do_not_mix_in_either_order() {
    let endpoint = endpoint().await;
    let mut client = client(&endpoint).await;
    client.batch_execute("CREATE TABLE t (i int)").await.unwrap();
    assert_eq!(
        said(client.batch_execute("CREATE TABLE a (i int); INSERT INTO t VALUES (1)").await),
        refusal(MIXED)
    );
    assert_eq!(said(client.batch_execute("INSERT INTO t VALUES (1); DROP TABLE t").await), refusal(MIXED));
    let transaction = client.transaction().await.unwrap();
    transaction.execute("INSERT INTO t VALUES ($1)", &[&1]).await.unwrap();
    assert_eq!(said(transaction.execute("ALTER TABLE t ADD COLUMN j int", &[]).await), refusal(MIXED));
    drop(transaction);
    let transaction = client.transaction().await.unwrap();
    transaction.execute("CREATE TABLE a (i int)", &[]).await.unwrap();
    let hidden = "WITH w AS (INSERT INTO t VALUES (1) RETURNING i) SELECT i FROM w";
    assert_eq!(said(transaction.query(hidden, &[]).await), refusal(MIXED), "found by what it did");
    drop(transaction);
    assert_eq!(value(&client, "SELECT count(*) FROM t").await.as_deref(), Some("0"));
}

#[tokio::test]
async fn three_thousand_rows_and_not_one_more() {
    let endpoint = endpoint().await;
    let mut client = client(&endpoint).await;
    let too_many = ("54000".to_string(), "transaction row limit exceeded".to_string());
    client.batch_execute("CREATE TABLE t (i int PRIMARY KEY)").await.unwrap();
    client.batch_execute("CREATE TABLE c (i int REFERENCES t (i) ON DELETE CASCADE)").await.unwrap();
    client.execute("INSERT INTO t SELECT generate_series(1, 3000)", &[]).await.unwrap();
    client.execute("INSERT INTO c SELECT 1 FROM generate_series(1, 3000)", &[]).await.unwrap();
    assert_eq!(said(client.execute("DELETE FROM t WHERE i = 1", &[]).await), too_many, "cascades count");
    assert_eq!(
        said(client.batch_execute("UPDATE t SET i = i; UPDATE t SET i = i WHERE i = 2").await),
        too_many
    );
    assert_eq!(
        said(
            client
                .query("WITH d AS (DELETE FROM c), u AS (UPDATE t SET i = i WHERE i = 2) SELECT 1", &[])
                .await
        ),
        too_many
    );
    let transaction = client.transaction().await.unwrap();
    transaction.execute("DELETE FROM c WHERE ctid IN (SELECT ctid FROM c LIMIT 2999)", &[]).await.unwrap();
    transaction.execute("DELETE FROM t WHERE i = 2", &[]).await.unwrap();
    assert_eq!(said(transaction.execute("DELETE FROM t WHERE i = 3", &[]).await), too_many);
    assert_eq!(said(transaction.execute("SELECT 1", &[]).await).0, "25P02");
    transaction.rollback().await.unwrap();
    assert_eq!(value(&client, "SELECT count(*) FROM t").await.as_deref(), Some("3000"));

    let lines: String = (10_000..13_001).map(|n| format!("{n}\n")).collect();
    let sink = client.copy_in::<_, std::io::Cursor<Vec<u8>>>("COPY t FROM STDIN").await.unwrap();
    let mut sink = Box::pin(sink);
    sink.send(std::io::Cursor::new(lines.clone().into_bytes())).await.unwrap();
    assert_eq!(said(sink.as_mut().finish().await), too_many);
    let fewer = lines.split_once('\n').unwrap().1.to_string();
    let mut sink = Box::pin(client.copy_in("COPY t FROM STDIN").await.unwrap());
    sink.send(std::io::Cursor::new(fewer.into_bytes())).await.unwrap();
    assert_eq!(sink.as_mut().finish().await.unwrap(), 3000);
}

#[tokio::test]
async fn what_dsql_lacks_is_refused_and_aborts_the_transaction() {
    let endpoint = endpoint().await;
    let mut client = client(&endpoint).await;
    client.batch_execute("CREATE TABLE t (i int)").await.unwrap();
    for (sql, words) in [
        ("CREATE INDEX i ON t (i)", "unsupported mode. please use CREATE INDEX ASYNC."),
        ("TRUNCATE t", "unsupported statement: Truncate"),
        ("SAVEPOINT s", "unsupported transaction statement: SAVEPOINT"),
        ("SELECT pg_advisory_lock(1)", "function pg_advisory_lock not supported"),
        ("SELECT pg_try_advisory_xact_lock(1, 2)", "function pg_try_advisory_xact_lock not supported"),
    ] {
        assert_eq!(said(client.batch_execute(sql).await), refusal(words));
        let transaction = client.transaction().await.unwrap();
        assert_eq!(said(transaction.query(sql, &[]).await), refusal(words));
        assert_eq!(said(transaction.query(sql, &[]).await).0, "25P02", "an aborted transaction says only so");
        drop(transaction);
    }
}

#[tokio::test]
async fn committing_an_aborted_transaction_answers_rollback() {
    let endpoint = endpoint().await;
    let client = client(&endpoint).await;
    client.batch_execute("BEGIN").await.unwrap();
    said(client.batch_execute("TRUNCATE t").await);
    let url = endpoint.url();
    let psql = std::process::Command::new("psql")
        .args([&url, "-X", "-c", "BEGIN", "-c", "SAVEPOINT s", "-c", "COMMIT"])
        .output()
        .expect("psql is installed");
    assert_eq!(String::from_utf8_lossy(&psql.stdout), "BEGIN\nROLLBACK\n");
    client.batch_execute("COMMIT").await.unwrap();
    assert_eq!(value(&client, "SELECT 1").await.as_deref(), Some("1"));
}

#[tokio::test]
async fn size_and_age_are_limited() {
    let limited = options().size_limit(100_000).age_limit(Duration::from_millis(4500));
    let endpoint = endpoint_with(limited).await;
    let mut client = client(&endpoint).await;
    client.batch_execute("CREATE TABLE t (v text)").await.unwrap();
    let text = "x".repeat(60_000);
    let too_big = ("54000".to_string(), "transaction size limit 10mb exceeded".to_string());
    client.execute("INSERT INTO t VALUES ($1)", &[&text]).await.unwrap();
    let transaction = client.transaction().await.unwrap();
    for _ in 0..2 {
        transaction.execute("INSERT INTO t VALUES ($1)", &[&text]).await.unwrap();
    }
    assert_eq!(said(transaction.commit().await), too_big, "told at COMMIT");
    assert_eq!(said(client.batch_execute(&format!("INSERT INTO t VALUES ('{text}{text}')")).await), too_big);
    assert_eq!(value(&client, "SELECT count(*) FROM t").await.as_deref(), Some("1"));

    let transaction = client.transaction().await.unwrap();
    transaction.execute("INSERT INTO t VALUES ('y')", &[]).await.unwrap();
    tokio::time::sleep(Duration::from_millis(4600)).await;
    let (code, words) = said(transaction.commit().await);
    assert_eq!((code.as_str(), words.as_str()), ("54000", "transaction age limit of 4s exceeded"));
    assert_eq!(value(&client, "SELECT count(*) FROM t").await.as_deref(), Some("1"));
}

#[tokio::test]
async fn repeatable_read_is_the_only_isolation() {
    let endpoint = endpoint().await;
    let (mut one, two) = (client(&endpoint).await, client(&endpoint).await);
    one.batch_execute("CREATE TABLE t (i int)").await.unwrap();
    let reader =
        one.build_transaction().isolation_level(IsolationLevel::RepeatableRead).start().await.unwrap();
    assert_eq!(reader.query("SELECT * FROM t", &[]).await.unwrap().len(), 0);
    two.execute("INSERT INTO t VALUES (1)", &[]).await.unwrap();
    assert_eq!(reader.query("SELECT * FROM t", &[]).await.unwrap().len(), 0, "a snapshot");
    reader.commit().await.unwrap();
    for (level, name) in
        [(IsolationLevel::Serializable, "SERIALIZABLE"), (IsolationLevel::ReadCommitted, "READ COMMITTED")]
    {
        let refused = one.build_transaction().isolation_level(level).start().await.map(drop);
        assert_eq!(said(refused), refusal(&format!("Unsupported isolation level: {name}")));
    }
    let set = one.batch_execute("SET default_transaction_isolation = 'repeatable read'").await;
    assert_eq!(
        said(set),
        refusal("setting configuration parameter \"default_transaction_isolation\" not supported")
    );
}

#[tokio::test]
async fn pipelines_cursors_and_named_statements_survive_the_hidden_work() {
    let endpoint = endpoint().await;
    let mut client = client(&endpoint).await;
    client.batch_execute("CREATE TABLE t (i int PRIMARY KEY, v text)").await.unwrap();
    let insert = client.prepare("INSERT INTO t VALUES ($1, $2) RETURNING i").await.unwrap();
    let select = client.prepare("SELECT v FROM t WHERE i = $1").await.unwrap();
    let (a, b, c) = tokio::join!(
        client.query_one(&insert, &[&1, &"a"]),
        client.query_one(&insert, &[&2, &"b"]),
        client.query_one(&select, &[&1])
    );
    assert_eq!((a.unwrap().get::<_, i32>(0), b.unwrap().get::<_, i32>(0)), (1, 2));
    assert_eq!(c.unwrap().get::<_, String>(0), "a");
    client.execute("INSERT INTO t SELECT g, 'x' FROM generate_series(10, 109) g", &[]).await.unwrap();
    let transaction = client.transaction().await.unwrap();
    let portal = transaction.bind("SELECT i FROM t ORDER BY i", &[]).await.unwrap();
    assert_eq!(transaction.query_portal(&portal, 40).await.unwrap().len(), 40);
    transaction.execute("UPDATE t SET v = 'y' WHERE i = 1", &[]).await.unwrap();
    assert_eq!(transaction.query_portal(&portal, 40).await.unwrap().len(), 40);
    assert_eq!(transaction.query_portal(&portal, 40).await.unwrap().len(), 22);
    transaction.commit().await.unwrap();
    let cancel = client.cancel_token();
    let slow = client.simple_query("SELECT pg_sleep(300)");
    tokio::pin!(slow);
    let ended = loop {
        // What comes before the statement has begun cancels nothing.
        tokio::select! {
            ended = &mut slow => break ended,
            () = tokio::time::sleep(Duration::from_secs(1)) => cancel.cancel_query(tokio_postgres::NoTls).await.unwrap(),
        }
    };
    assert_eq!(said(ended).0, "57014");
    assert_eq!(client.query_one(&select, &[&1]).await.unwrap().get::<_, String>(0), "y");
}
