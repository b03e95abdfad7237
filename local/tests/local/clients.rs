//! Real clients that were not written here.

use std::process::Command;

use sqlx::postgres::{PgPoolOptions, PgRow};
use sqlx::{Connection, Executor, Row};

use crate::support::{client, endpoint, value};

#[tokio::test]
async fn sqlx_prepares_pools_and_transacts() {
    let endpoint = endpoint().await;
    let pool = PgPoolOptions::new().max_connections(4).connect(&endpoint.url()).await.unwrap();
    pool.execute("CREATE TABLE t (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), n bigint, v text, at timestamptz DEFAULT now())")
        .await
        .unwrap();
    let row: PgRow = sqlx::query("CREATE INDEX ASYNC ON t (v)").fetch_one(&pool).await.unwrap();
    let id: String = row.get("job_id");
    let row = sqlx::query("CALL sys.wait_for_job($1)").bind(&id).fetch_one(&pool).await.unwrap();
    assert!(row.get::<bool, _>("succeeded"));
    let insert = "INSERT INTO t (n, v) VALUES ($1, $2) RETURNING n";
    for n in 0..20_i64 {
        let back: i64 =
            sqlx::query_scalar(insert).bind(n).bind(format!("v{n}")).fetch_one(&pool).await.unwrap();
        assert_eq!(back, n);
    }
    let mut connection = pool.acquire().await.unwrap();
    let mut kept = connection.begin().await.unwrap();
    sqlx::query("UPDATE t SET n = n + 100 WHERE n < $1").bind(5_i64).execute(&mut *kept).await.unwrap();
    kept.commit().await.unwrap();
    let mut dropped = connection.begin().await.unwrap();
    sqlx::query("DELETE FROM t").execute(&mut *dropped).await.unwrap();
    dropped.rollback().await.unwrap();
    let count: i64 =
        sqlx::query_scalar("SELECT count(*) FROM t WHERE n >= 100").fetch_one(&pool).await.unwrap();
    assert_eq!(count, 5);
    // What sqlx does for a transaction within a transaction is what DSQL does not have.
    let mut outer = connection.begin().await.unwrap();
    let refused = outer.begin().await.map(drop).unwrap_err();
    let words = refused.as_database_error().unwrap().message().to_string();
    assert_eq!(words, "unsupported transaction statement: SAVEPOINT");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn psql_describes_copies_and_runs_files() {
    let endpoint = endpoint().await;
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script.sql");
    std::fs::write(
        &script,
        "CREATE TABLE t (id int PRIMARY KEY, v text);\n\\copy t from stdin\n1\ta\n2\tb\n\\.\n\\copy t to stdout\n\\d t\n\
         BEGIN; INSERT INTO t VALUES (3, 'c'); ROLLBACK;\nSELECT count(*) FROM t;\n",
    )
    .unwrap();
    let output = Command::new("psql")
        .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f"])
        .arg(&script)
        .arg(endpoint.url())
        .output()
        .expect("psql is installed");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    assert!(text.starts_with("1\ta\n2\tb\n"), "{text}");
    assert!(text.contains("id|integer||not null|"), "{text}");
    assert!(text.ends_with("\n2\n"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pgbench_runs_its_simple_update_with_retries() {
    let endpoint = endpoint().await;
    let client = client(&endpoint).await;
    for sql in [
        "CREATE TABLE pgbench_branches (bid int PRIMARY KEY, bbalance int, filler char(88))",
        "CREATE TABLE pgbench_tellers (tid int PRIMARY KEY, bid int, tbalance int, filler char(84))",
        "CREATE TABLE pgbench_accounts (aid int PRIMARY KEY, bid int, abalance int, filler char(84))",
        "CREATE TABLE pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22))",
        "INSERT INTO pgbench_branches VALUES (1, 0)",
        "INSERT INTO pgbench_tellers SELECT g, 1, 0 FROM generate_series(1, 10) g",
    ] {
        client.batch_execute(sql).await.unwrap();
    }
    // 100,000 accounts are what one unit of pgbench's scale has; a tenth of them will do to be hit and missed.
    for from in (1..=10_000).step_by(2_500) {
        let sql = format!(
            "INSERT INTO pgbench_accounts SELECT g, 1, 0 FROM generate_series({from}, {}) g",
            from + 2_499
        );
        client.batch_execute(&sql).await.unwrap();
    }
    for protocol in ["simple", "prepared"] {
        let output = Command::new("pgbench")
            .args([
                "-n",
                "-b",
                "simple-update",
                "-c",
                "4",
                "-t",
                "50",
                "--max-tries=50",
                "-M",
                protocol,
                "postgres",
            ])
            .envs([
                ("PGHOST", "127.0.0.1"),
                ("PGUSER", "admin"),
                ("PGPASSWORD", "x"),
                ("PGSSLMODE", "disable"),
            ])
            .env("PGPORT", endpoint.port().to_string())
            .output()
            .expect("pgbench is installed");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{output:?}");
        assert!(text.contains("number of transactions actually processed: 200/200"), "{text}");
        assert!(text.contains("number of failed transactions: 0 "), "{text}");
    }
    assert_eq!(value(&client, "SELECT count(*) FROM pgbench_history").await.as_deref(), Some("400"));
}
