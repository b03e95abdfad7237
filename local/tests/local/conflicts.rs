//! Optimistic concurrency: nobody waits, and the loser learns of it at COMMIT.

use std::time::{Duration, Instant};

use tokio_postgres::Client;

use crate::support::{LIMIT, client, commit_at_last, endpoint, endpoint_with, job_end, options, said, value};

fn oc000() -> (String, String) {
    ("40001".into(), "change conflicts with another transaction (OC000)".into())
}

fn oc001() -> (String, String) {
    ("40001".into(), "schema has been updated by another transaction (OC001)".into())
}

#[tokio::test]
async fn of_two_writers_one_fails_and_only_at_its_commit() {
    let endpoint = endpoint().await;
    let (mut one, mut two) = (client(&endpoint).await, client(&endpoint).await);
    one.batch_execute("CREATE TABLE t (id int PRIMARY KEY, n int)").await.unwrap();
    one.batch_execute("INSERT INTO t SELECT g, 0 FROM generate_series(1, 5) g").await.unwrap();
    let first = one.transaction().await.unwrap();
    let second = two.transaction().await.unwrap();
    assert_eq!(first.execute("UPDATE t SET n = n + $1 WHERE id < 4", &[&1]).await.unwrap(), 3);
    // The loser sees true counts, RETURNING and its own writes.
    assert_eq!(second.execute("UPDATE t SET n = n + $1 WHERE id <= 2", &[&10]).await.unwrap(), 2);
    let back = second.query("UPDATE public.t SET n = n + 1 WHERE id = 1 RETURNING n", &[]).await.unwrap();
    assert_eq!(back[0].get::<_, i32>(0), 11);
    let sum: i64 = second.query_one("SELECT sum(n) FROM t", &[]).await.unwrap().get(0);
    assert_eq!(sum, 21);
    first.commit().await.unwrap();
    assert_eq!(said(second.commit().await), oc000());
    assert_eq!(
        value(&two, "SELECT sum(n) FROM t").await.as_deref(),
        Some("3"),
        "nothing of the loser is left"
    );
    // A row that was committed after the snapshot conflicts as well.
    let late = two.transaction().await.unwrap();
    late.query("SELECT * FROM t", &[]).await.unwrap();
    one.batch_execute("UPDATE t SET n = 7 WHERE id = 1").await.unwrap();
    assert_eq!(late.execute("UPDATE t SET n = 8 WHERE id = 1", &[]).await.unwrap(), 1);
    assert_eq!(said(late.commit().await), oc000());
    assert_eq!(value(&two, "SELECT n FROM t WHERE id = 1").await.as_deref(), Some("7"));
}

#[tokio::test]
async fn what_commits_first_wins_over_an_open_transaction() {
    let endpoint = endpoint().await;
    let (mut one, two) = (client(&endpoint).await, client(&endpoint).await);
    one.batch_execute("CREATE TABLE t (id int PRIMARY KEY, n int)").await.unwrap();
    one.batch_execute("INSERT INTO t VALUES (1, 0)").await.unwrap();
    let open = one.transaction().await.unwrap();
    open.execute("UPDATE t SET n = 1", &[]).await.unwrap();
    let before = Instant::now();
    assert_eq!(two.execute("UPDATE t SET n = 2", &[]).await.unwrap(), 1);
    assert!(before.elapsed() < LIMIT, "it took {:?}", before.elapsed());
    assert_eq!(said(open.commit().await), oc000());
    assert_eq!(value(&one, "SELECT n FROM t").await.as_deref(), Some("2"));
}

#[tokio::test]
async fn a_silent_transaction_does_not_stand_in_the_way_of_others() {
    let endpoint = endpoint().await;
    let (mut one, mut two) = (client(&endpoint).await, client(&endpoint).await);
    one.batch_execute("CREATE TABLE t (id int PRIMARY KEY, n int)").await.unwrap();
    one.batch_execute("INSERT INTO t VALUES (1, 0)").await.unwrap();
    let frozen = one.transaction().await.unwrap();
    frozen.execute("UPDATE t SET n = 1", &[]).await.unwrap();
    // While it is open: the other conflicts until the first has been silent for long enough, and then never again.
    commit_at_last(&mut two, "UPDATE t SET n = 2").await;
    assert_eq!(said(frozen.execute("UPDATE t SET n = 3", &[]).await), oc000());
    assert_eq!(said(frozen.execute("SELECT 1", &[]).await).0, "25P02");
    frozen.rollback().await.unwrap();
    assert_eq!(value(&one, "SELECT n FROM t").await.as_deref(), Some("2"));
}

#[tokio::test]
async fn a_locking_read_conflicts_with_a_write() {
    let endpoint = endpoint().await;
    let (mut one, mut two) = (client(&endpoint).await, client(&endpoint).await);
    one.batch_execute("CREATE TABLE t (id int PRIMARY KEY, n int)").await.unwrap();
    one.batch_execute("INSERT INTO t VALUES (1, 0)").await.unwrap();
    let reader = one.transaction().await.unwrap();
    let writer = two.transaction().await.unwrap();
    assert_eq!(reader.query("SELECT n FROM t WHERE id = 1 FOR UPDATE", &[]).await.unwrap().len(), 1);
    assert_eq!(writer.execute("UPDATE t SET n = 1", &[]).await.unwrap(), 1);
    reader.commit().await.unwrap();
    assert_eq!(said(writer.commit().await), oc000());
}

#[tokio::test]
async fn a_catalog_change_gives_every_other_connection_one_oc001() {
    let endpoint = endpoint_with(options().catalog_conflicts(true)).await;
    let (one, mut two) = (client(&endpoint).await, client(&endpoint).await);
    one.batch_execute("CREATE TABLE t (id int PRIMARY KEY, n int)").await.unwrap();
    assert_eq!(said(two.query("SELECT * FROM t", &[]).await), oc001());
    assert_eq!(two.query("SELECT * FROM t", &[]).await.unwrap().len(), 0, "once is enough");
    assert_eq!(one.query("SELECT * FROM t", &[]).await.unwrap().len(), 0, "not on the one that made it");
    // In the middle of a transaction it is told at COMMIT.
    let open = two.transaction().await.unwrap();
    open.execute("INSERT INTO t VALUES (1, 1)", &[]).await.unwrap();
    one.batch_execute("CREATE TABLE other (id int)").await.unwrap();
    open.execute("INSERT INTO t VALUES (2, 1)", &[]).await.unwrap();
    assert_eq!(said(open.commit().await), oc001());
    // The end of a job is a change too.
    let id = value(&one, "CREATE INDEX ASYNC i ON t (n)").await.unwrap();
    let begun = Instant::now();
    let told = loop {
        match one.query("SELECT * FROM t", &[]).await {
            Ok(_) => assert!(begun.elapsed() < LIMIT, "nobody tells"),
            told => break told,
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(said(told), oc001());
    assert_eq!(job_end(&one, &id).await.0, "completed");
}

#[tokio::test]
async fn ddl_does_not_wait_for_an_open_reader() {
    let endpoint = endpoint().await;
    let (mut one, two) = (client(&endpoint).await, client(&endpoint).await);
    two.batch_execute("CREATE TABLE t (id int PRIMARY KEY, n int)").await.unwrap();
    let open = one.transaction().await.unwrap();
    open.query("SELECT * FROM t", &[]).await.unwrap();
    let before = Instant::now();
    two.batch_execute("ALTER TABLE t ADD COLUMN m int").await.unwrap();
    assert!(before.elapsed() < LIMIT, "it took {:?}", before.elapsed());
    assert_eq!(said(open.commit().await), oc001());
}

/// Adds one to the counter, again until it is committed; how often it failed.
async fn add(client: &mut Client) -> u32 {
    let mut conflicts = 0;
    loop {
        let transaction = client.transaction().await.unwrap();
        let n: i32 = transaction.query_one("SELECT n FROM counter WHERE id = 1", &[]).await.unwrap().get(0);
        let changed =
            transaction.execute("UPDATE counter SET n = $1 WHERE id = 1", &[&(n + 1)]).await.unwrap();
        assert_eq!(changed, 1);
        match transaction.commit().await {
            Ok(()) => return conflicts,
            Err(error) => {
                assert_eq!(error.code().map(|code| code.code()), Some("40001"));
                conflicts += 1;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_clients_add_to_one_counter() {
    let endpoint = endpoint().await;
    let first = client(&endpoint).await;
    first.batch_execute("CREATE TABLE counter (id int PRIMARY KEY, n int)").await.unwrap();
    first.batch_execute("INSERT INTO counter VALUES (1, 0)").await.unwrap();
    let mut clients = Vec::new();
    for _ in 0..8 {
        let mut client = client(&endpoint).await;
        clients.push(tokio::spawn(async move {
            let mut conflicts = 0;
            for _ in 0..25 {
                conflicts += add(&mut client).await;
            }
            conflicts
        }));
    }
    let mut conflicts = 0;
    for client in clients {
        conflicts += client.await.unwrap();
    }
    assert_eq!(value(&first, "SELECT n FROM counter").await.as_deref(), Some("200"));
    assert!(conflicts > 0, "eight clients on one row conflict");
}

#[tokio::test]
async fn a_key_that_came_after_the_snapshot_is_a_conflict_and_one_before_a_duplicate() {
    let endpoint = endpoint().await;
    let (one, mut two) = (client(&endpoint).await, client(&endpoint).await);
    one.batch_execute("CREATE TABLE t (id int PRIMARY KEY, v text)").await.unwrap();
    one.batch_execute("INSERT INTO t VALUES (1, 'before')").await.unwrap();
    let open = two.transaction().await.unwrap();
    open.query("SELECT * FROM t", &[]).await.unwrap();
    one.batch_execute("INSERT INTO t VALUES (2, 'after')").await.unwrap();
    assert_eq!(open.execute("INSERT INTO t VALUES ($1, 'mine')", &[&2]).await.unwrap(), 1);
    assert_eq!(said(open.commit().await), oc000());
    let open = two.transaction().await.unwrap();
    assert_eq!(said(open.execute("INSERT INTO t VALUES ($1, 'mine')", &[&1]).await).0, "23505");
    open.rollback().await.unwrap();
    assert_eq!(said(two.execute("INSERT INTO t VALUES (2, 'mine')", &[]).await).0, "23505");
}
