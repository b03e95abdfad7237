//! What a service sees at boot.

use crate::support::{Database, database, set};
use dsql_migrate::{ErrorKind, Migrations};
use dsql_migrate_tests::sets;

fn small() -> Migrations {
    set(&[
        ("0001_shelves.sql", "CREATE TABLE shelves (id int PRIMARY KEY, name text NOT NULL);"),
        (
            "0002_seed.sql",
            "INSERT INTO shelves VALUES (1, 'films');\nINSERT INTO shelves VALUES (2, 'books');",
        ),
        (
            "0003_items.sql",
            "CREATE TABLE items (id int PRIMARY KEY, shelf int, title text);\n\
             CREATE INDEX ASYNC items_by_title ON items (title);\n\
             CREATE UNIQUE INDEX ASYNC items_once ON items (shelf, title);\n\
             INSERT INTO items SELECT id, id, 'a' FROM shelves;",
        ),
    ])
}

async fn valid_indexes(database: &Database, table: &str) -> Vec<String> {
    let sql = format!(
        "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
         WHERE i.indrelid = '{table}'::regclass AND i.indisvalid ORDER BY 1"
    );
    database.rows(&sql).await
}

#[tokio::test]
async fn an_empty_database_gets_everything() {
    let database = database().await;
    let report = small().run(&database.config()).await.expect("it runs");
    let applied: Vec<&str> = report.applied.iter().map(|migration| migration.version.as_str()).collect();
    assert_eq!(applied, ["0001", "0002", "0003"]);
    assert!(report.already_applied.is_empty());
    assert_eq!(database.ledger().await, ["0001", "0002", "0003"]);
    assert_eq!(database.rows("SELECT id, shelf, title FROM items ORDER BY id").await, ["1|1|a", "2|2|a"]);
    assert_eq!(valid_indexes(&database, "items").await, ["items_by_title", "items_once", "items_pkey"]);
    database.assert_at_rest().await;
}

#[tokio::test]
async fn a_second_boot_reads_once_and_writes_nothing() {
    let database = database().await;
    let migrations = small();
    migrations.run(&database.config()).await.expect("it runs");
    let before = database.rows("SELECT xmin, * FROM schema_migrations_lease").await;
    database.relay.clear();
    let report = migrations.run(&database.config()).await.expect("it runs again");
    assert!(report.is_current());
    assert_eq!(report.already_applied, ["0001", "0002", "0003"]);
    let sent = database.relay.sent();
    assert_eq!(sent.len(), 1, "one round trip after connecting: {sent:?}");
    assert!(sent[0].starts_with("SELECT "), "{sent:?}");
    assert_eq!(database.rows("SELECT xmin, * FROM schema_migrations_lease").await, before);
}

#[tokio::test]
async fn a_current_boot_needs_only_to_read_the_ledger() {
    let database = database().await;
    let migrations = small();
    migrations.run(&database.config()).await.expect("it runs");
    database.run(&["CREATE ROLE reader WITH LOGIN", "GRANT SELECT ON schema_migrations TO reader"]).await;
    let report = migrations.run(&database.config_of("reader")).await.expect("a reader boots");
    assert!(report.is_current());
    migrations.with(Default::default()).verify(&database.config_of("reader")).await.expect("it is current");
}

#[tokio::test]
async fn a_role_that_may_not_write_is_told_so() {
    let database = database().await;
    small().run(&database.config()).await.expect("it runs");
    database
        .run(&["CREATE ROLE weak_reader WITH LOGIN", "GRANT SELECT ON schema_migrations TO weak_reader"])
        .await;
    let more = set(&[
        ("0001_shelves.sql", "CREATE TABLE shelves (id int PRIMARY KEY, name text NOT NULL);"),
        ("0004_more.sql", "CREATE TABLE more (id int PRIMARY KEY);"),
    ]);
    let options = dsql_migrate::Options::default().missing_files(dsql_migrate::UnknownVersions::Accept);
    let error = more.with(options).run(&database.config_of("weak_reader")).await.expect_err("it may not");
    assert_eq!(error.kind(), ErrorKind::Bookkeeping);
    assert_eq!(error.sqlstate(), Some("42501"));
}

#[tokio::test]
async fn two_services_started_together_both_end_well() {
    for _ in 0..3 {
        let database = database().await;
        let (migrations, config) = (small(), database.config());
        let (one, other) = tokio::join!(migrations.run(&config), migrations.run(&config));
        let (one, other) = (one.expect("one ends well"), other.expect("the other ends well"));
        assert_eq!(one.applied.len() + other.applied.len(), 3, "{one:?} {other:?}");
        assert_eq!(database.ledger().await, ["0001", "0002", "0003"]);
        assert_eq!(database.rows("SELECT count(*) FROM shelves").await, ["2"]);
        database.assert_at_rest().await;
    }
}

#[tokio::test]
async fn sixteen_services_started_together_all_end_well() {
    let database = database().await;
    let migrations = small();
    let runs: Vec<_> = (0..16)
        .map(|_| {
            let (migrations, config) = (migrations.clone(), database.config());
            tokio::spawn(async move { migrations.run(&config).await })
        })
        .collect();
    let mut applied = 0;
    for run in runs {
        applied += run.await.expect("no panic").expect("it ends well").applied.len();
    }
    assert_eq!(applied, 3);
    assert_eq!(database.rows("SELECT count(*) FROM shelves").await, ["2"]);
    database.assert_at_rest().await;
}

#[tokio::test]
async fn the_sample_set_is_applied() {
    let database = database().await;
    let sample = sets::sample().unwrap_or_else(|refusal| panic!("{refusal}"));
    let report = sample.run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(report.applied.len(), sample.iter().count());
    let expected: Vec<String> = sample.iter().map(|migration| migration.version().to_owned()).collect();
    assert_eq!(database.ledger().await, expected);
    database.assert_at_rest().await;
}

#[tokio::test]
async fn settings_of_a_migration_end_with_it() {
    let database = database().await;
    let migrations = set(&[
        ("0001_app.sql", "CREATE SCHEMA app;"),
        ("0002_in_app.sql", "SET search_path = app;\nCREATE TABLE inside (id int PRIMARY KEY);"),
        ("0003_outside.sql", "CREATE TABLE outside (id int PRIMARY KEY);"),
    ]);
    migrations.run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    let tables = database
        .rows(
            "SELECT schemaname, tablename FROM pg_tables WHERE tablename IN ('inside', 'outside') ORDER BY 2",
        )
        .await;
    assert_eq!(tables, ["app|inside", "public|outside"]);
    database.assert_at_rest().await;
}
