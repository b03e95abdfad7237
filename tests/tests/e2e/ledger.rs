//! Tables that somebody else made, edited or emptied.

use crate::support::{database, set};
use dsql_migrate::{ErrorKind, Migrations, Options, UnknownVersions};

const ONE: (&str, &str) = ("0001_one.sql", "CREATE TABLE one (id int PRIMARY KEY);");
const TWO: (&str, &str) = ("0002_two.sql", "CREATE TABLE two (id int PRIMARY KEY);");
const THREE: (&str, &str) = (
    "0003_three.sql",
    "CREATE TABLE three (id int PRIMARY KEY);\nCREATE INDEX ASYNC three_id ON three (id);\nINSERT INTO three VALUES (3);",
);
const FOUR: (&str, &str) = ("0004_four.sql", "CREATE TABLE four (id int PRIMARY KEY);");

fn all() -> Migrations {
    set(&[ONE, TWO, THREE, FOUR])
}

/// As a hand-made runner leaves it: three columns, no journal, no lease.
const FOREIGN: [&str; 5] = [
    "CREATE TABLE schema_migrations (version text PRIMARY KEY, name text NOT NULL, \
     applied_at timestamptz NOT NULL DEFAULT now())",
    "CREATE TABLE one (id int PRIMARY KEY)",
    "CREATE TABLE two (id int PRIMARY KEY)",
    "INSERT INTO schema_migrations VALUES ('0001', 'one', '2025-01-01')",
    "INSERT INTO schema_migrations VALUES ('0002', 'two', '2025-01-02')",
];

#[tokio::test]
async fn the_table_of_another_runner_is_taken_over() {
    let database = database().await;
    database.run(&FOREIGN).await;
    let report = all().run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(report.already_applied, ["0001", "0002"]);
    assert_eq!(report.applied.len(), 2);
    let rows = database
        .rows("SELECT version, name, applied_at < '2025-02-01', checksum IS NULL FROM schema_migrations ORDER BY 1")
        .await;
    assert_eq!(rows, ["0001|one|t|t", "0002|two|t|t", "0003|three|f|f", "0004|four|f|f"]);
    let again = all().run(&database.config()).await.expect("it runs again");
    assert!(again.is_current());
}

#[tokio::test]
async fn a_checksum_is_recorded_as_the_set_tells_it() {
    let database = database().await;
    let migrations = all();
    migrations.run(&database.config()).await.expect("it runs");
    let told: Vec<String> =
        migrations.iter().map(|it| format!("{}|{}|{}", it.version(), it.name(), it.checksum())).collect();
    let recorded = database.rows("SELECT version, name, checksum FROM schema_migrations ORDER BY 1").await;
    assert_eq!(recorded, told);
}

#[tokio::test]
async fn an_edited_file_is_refused_by_name() {
    let database = database().await;
    all().run(&database.config()).await.expect("it runs");
    let edited = set(&[ONE, ("0002_two.sql", "CREATE TABLE two (id bigint PRIMARY KEY);"), THREE, FOUR]);
    let error = edited.run(&database.config()).await.expect_err("it is refused");
    assert_eq!(error.kind(), ErrorKind::Edited);
    assert_eq!(error.file(), Some("migrations/0002_two.sql"));
    assert!(error.to_string().contains("migrations/0002_two.sql"), "{error}");
    let applied = all().iter().nth(1).expect("there are four").checksum().to_string();
    let options = Options::default().replaces("0002", applied);
    edited.with(options).run(&database.config()).await.expect("a known edit is accepted");
}

#[tokio::test]
async fn white_space_and_comments_are_no_edit() {
    let database = database().await;
    all().run(&database.config()).await.expect("it runs");
    let reformatted = set(&[
        ("0001_one.sql", "-- the first\r\nCREATE TABLE one\r\n  (id int PRIMARY KEY);"),
        TWO,
        THREE,
        FOUR,
    ]);
    assert!(reformatted.run(&database.config()).await.expect("it is the same").is_current());
}

#[tokio::test]
async fn a_row_deleted_by_hand_has_its_file_applied_again() {
    let database = database().await;
    all().run(&database.config()).await.expect("it runs");
    database.run(&["DROP TABLE three", "DELETE FROM schema_migrations WHERE version = '0003'"]).await;
    let report = all().run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    let applied: Vec<&str> = report.applied.iter().map(|it| it.version.as_str()).collect();
    assert_eq!(applied, ["0003"]);
    assert_eq!(database.rows("SELECT id FROM three").await, ["3"]);
    assert_eq!(database.ledger().await, ["0001", "0002", "0003", "0004"]);
    database.assert_at_rest().await;
}

#[tokio::test]
async fn journal_rows_of_an_applied_migration_mislead_nobody() {
    let database = database().await;
    set(&[ONE, TWO]).run(&database.config()).await.expect("it runs");
    database
        .run(&["INSERT INTO schema_migrations_steps (version, step, statement_checksum, state, fence) \
             VALUES ('0002', 0, 'whatever', 'done', 1)"])
        .await;
    all().run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    database.assert_at_rest().await;
}

#[tokio::test]
async fn a_late_file_is_refused_unless_allowed() {
    let database = database().await;
    set(&[ONE, THREE]).run(&database.config()).await.expect("it runs");
    let late = set(&[ONE, TWO, THREE]);
    let error = late.run(&database.config()).await.expect_err("it is late");
    assert_eq!(error.kind(), ErrorKind::OutOfOrder);
    assert_eq!(error.file(), Some("migrations/0002_two.sql"));
    assert_eq!(database.ledger().await, ["0001", "0003"]);
    let report = late
        .with(Options::default().late_files(dsql_migrate::LateFiles::Apply))
        .run(&database.config())
        .await
        .expect("it is allowed");
    assert_eq!(report.applied.len(), 1);
    assert_eq!(database.ledger().await, ["0001", "0002", "0003"]);
}

#[tokio::test]
async fn a_database_newer_than_the_binary_boots_unless_refused() {
    let database = database().await;
    all().run(&database.config()).await.expect("it runs");
    let older = set(&[ONE, TWO]);
    assert!(older.run(&database.config()).await.expect("a rollback boots").is_current());
    let options = Options::default().newer_database(UnknownVersions::Refuse);
    let error = older.with(options).run(&database.config()).await.expect_err("it is refused");
    assert_eq!(error.kind(), ErrorKind::NewerDatabase);
}

#[tokio::test]
async fn a_missing_file_is_refused_unless_accepted() {
    let database = database().await;
    all().run(&database.config()).await.expect("it runs");
    let without = set(&[ONE, THREE, FOUR]);
    let error = without.run(&database.config()).await.expect_err("0002 has no file");
    assert_eq!(error.kind(), ErrorKind::MissingFile);
    let options = Options::default().missing_files(UnknownVersions::Accept);
    assert!(without.with(options).run(&database.config()).await.expect("it is accepted").is_current());
}

#[tokio::test]
async fn a_target_and_a_contraction_hold_the_rest_back() {
    let database = database().await;
    let migrations = set(&[ONE, TWO, ("0003_drop.sql", "DROP TABLE IF EXISTS one;"), FOUR]);
    let report =
        migrations.with(Options::default().target("0001")).run(&database.config()).await.expect("it runs");
    assert_eq!((report.applied.len(), report.held_back.len()), (1, 3));
    let report =
        migrations.with(Options::default().contract(false)).run(&database.config()).await.expect("it runs");
    assert_eq!(report.held_back, ["0003", "0004"]);
    assert_eq!(database.ledger().await, ["0001", "0002"]);
    migrations.run(&database.config()).await.expect("it runs");
    assert_eq!(database.ledger().await, ["0001", "0002", "0003", "0004"]);
}

#[tokio::test]
async fn the_tables_can_be_elsewhere() {
    let database = database().await;
    database.run(&["CREATE SCHEMA ops"]).await;
    let options = Options::default().schema("ops").table("applied");
    all().with(options.clone()).run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(database.rows("SELECT count(*) FROM ops.applied").await, ["4"]);
    assert!(all().with(options).run(&database.config()).await.expect("it runs again").is_current());
}
