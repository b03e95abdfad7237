//! How often a run waits for the server, by count.

use crate::support::{database, set};
use dsql_migrate::Migrations;

/// `count` migrations of one table each.
fn tables(count: usize) -> Migrations {
    let files: Vec<(String, String)> = (1..=count)
        .map(|n| {
            (format!("{n:04}_t.sql"), format!("CREATE TABLE t{n:04} (id uuid PRIMARY KEY, a text, b int);"))
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, sql)| (name.as_str(), sql.as_str())).collect();
    set(&files)
}

#[tokio::test]
async fn one_table_a_migration_costs_two_each_and_less_than_twelve() {
    for count in [1, 10, 40] {
        let database = database().await;
        tables(count).run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
        let sent = database.relay.sent();
        assert!(sent.len() < 2 * count + 12, "{count} tables, {} round trips: {sent:#?}", sent.len());
    }
}

#[tokio::test]
async fn a_current_boot_costs_one_whatever_the_number() {
    for count in [10, 100] {
        let database = database().await;
        let migrations = tables(count);
        migrations.run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
        database.relay.clear();
        assert!(migrations.run(&database.config()).await.expect("it is current").is_current());
        assert_eq!(database.relay.sent().len(), 1);
    }
}

#[tokio::test]
async fn a_row_step_costs_one() {
    let with = |rows: &str| {
        let sql = format!("CREATE TABLE t (id int PRIMARY KEY);\n{rows}");
        set(&[("0001_t.sql", &sql)])
    };
    let mut counts = Vec::new();
    for rows in ["", "INSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);"] {
        let database = database().await;
        with(rows).run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
        counts.push(database.relay.sent().len());
    }
    assert_eq!(counts[1], counts[0] + 1);
}

#[tokio::test]
async fn a_verify_and_a_dry_run_write_nothing() {
    let database = database().await;
    let migrations = tables(2);
    migrations.with(Default::default()).verify(&database.config()).await.expect_err("nothing is applied");
    let dry = migrations.with(Default::default()).dry_run(&database.config()).await.expect("it tells");
    assert_eq!(dry.pending.len(), 2);
    migrations.with(Default::default()).status(&database.config()).await.expect("it tells");
    let sent = database.relay.sent();
    assert!(
        sent.iter().all(|sql| sql.starts_with("SELECT ") || sql.starts_with("WITH home AS (SELECT")),
        "{sent:#?}"
    );
    assert_eq!(database.rows("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").await, ["0"]);
}
