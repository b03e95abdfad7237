//! Databases of this crate before 0.1 was finished: one row of the lease, which holds the known versions; a journal
//! that does not say what names meant; a ledger that does not mark what is always applied.

use crate::handmade::{die_at, expire};
use crate::support::{Database, database, quick, set};
use dsql_migrate::{Error, ErrorKind, Migrations};
use dsql_migrate_tests::relay::Side;

/// Makes the tables what they were then.
async fn age(database: &Database, known: &str) {
    let versions = format!(
        "UPDATE schema_migrations_lease SET known = '{known}', expires_at = now() - interval '1 minute' WHERE id = 1"
    );
    database
        .run(&[
            "DELETE FROM schema_migrations_lease WHERE id <> 1",
            &versions,
            "ALTER TABLE schema_migrations_steps DROP COLUMN intent",
            "UPDATE schema_migrations SET checksum = replace(checksum, 'always:', '')",
        ])
        .await;
}

const FIRST: (&str, &str) = ("0001_a.sql", "CREATE TABLE a (id int PRIMARY KEY, n int);");
const ALWAYS: (&str, &str) = ("9000_always.sql", "-- dsql: always\nCOMMENT ON TABLE a IS 'one';");
const SECOND: &str = "CREATE TABLE b (id int PRIMARY KEY, n int);\nINSERT INTO b VALUES (1, 1);\n\
                      ALTER TABLE b ADD COLUMN m int;\nUPDATE b SET n = n + 1;\nCREATE INDEX ASYNC b_n ON b (n);\n\
                      ALTER TABLE b RENAME TO c;\nUPDATE c SET n = n + 1;";

fn migrations(second: &str) -> Migrations {
    set(&[FIRST, ("0002_b.sql", second), ALWAYS])
}

async fn first(database: &Database) {
    set(&[FIRST, ALWAYS])
        .with(quick())
        .run(&database.config())
        .await
        .unwrap_or_else(|error| panic!("{error}"));
}

async fn assert_finished(database: &Database, what: &str) {
    assert_eq!(database.rows("SELECT id, n, m FROM c").await, ["1|3|-"], "{what}");
    assert_eq!(database.ledger().await, ["0001", "0002", "9000"], "{what}");
    let layout = "SELECT (SELECT count(*) FROM schema_migrations_lease), (SELECT known FROM \
                  schema_migrations_lease WHERE id = 3), (SELECT known FROM schema_migrations_lease WHERE id = 1)";
    assert_eq!(database.rows(layout).await, ["3|0001 0002 9000|"], "{what}");
    database.assert_at_rest().await;
}

#[tokio::test]
async fn one_at_rest_goes_on() {
    let database = database().await;
    first(&database).await;
    age(&database, " 0001 9000").await;
    let run = migrations(SECOND).with(quick()).run(&database.config()).await;
    assert_eq!(run.unwrap_or_else(|error| panic!("{error}")).applied.len(), 1);
    assert_finished(&database, "at rest").await;
    let again = migrations(SECOND).with(quick()).run(&database.config()).await;
    assert!(again.unwrap_or_else(|error| panic!("{error}")).is_current());
}

/// Cut off at each of its statements, made old, and taken over.
#[tokio::test]
async fn a_half_applied_file_is_taken_over() {
    let statements =
        ["CREATE TABLE b", "INSERT INTO b", "ADD COLUMN m", "SET n = n + 1", "INDEX ASYNC", "RENAME TO"];
    for statement in statements {
        for side in [Side::Before, Side::After] {
            let database = database().await;
            first(&database).await;
            die_at(&database, &migrations(SECOND), statement, side).await;
            age(&database, " 0001 9000").await;
            let what = format!("{side:?} {statement}");
            let run: Result<_, Error> = migrations(SECOND).with(quick()).run(&database.config()).await;
            // What names meant before such a statement nobody knows: only a person can tell then. Rows and what has a job
            // need no such knowledge.
            let is_ddl = ["CREATE TABLE b", "ADD COLUMN m", "RENAME TO"].contains(&statement);
            match run {
                Ok(_) => assert_finished(&database, &what).await,
                Err(error) if is_ddl && side == Side::After => {
                    assert_eq!(error.kind(), ErrorKind::Refused, "{what}: {error}");
                    assert_eq!(database.ledger().await, ["0001", "9000"], "{what}");
                    expire(&database).await;
                    let again = migrations(SECOND).with(quick()).run(&database.config()).await;
                    assert!(again.is_err(), "{what}: it is the same again");
                }
                Err(error) => panic!("{what}: {error}"),
            }
        }
    }
}

/// Settings did not count then.
#[tokio::test]
async fn a_step_under_settings_is_known_by_its_text() {
    let database = database().await;
    first(&database).await;
    die_at(&database, &migrations(SECOND), "SET n = n + 1", Side::Before).await;
    age(&database, " 0001 9000").await;
    let under = format!("SET search_path = public;\n{SECOND}");
    let run = migrations(&under).with(quick()).run(&database.config()).await;
    run.unwrap_or_else(|error| panic!("{error}"));
    assert_finished(&database, "under settings").await;
}

/// The hook that was owed then is called now.
#[tokio::test]
async fn a_hook_that_was_owed_is_called() {
    let database = database().await;
    first(&database).await;
    age(&database, " 0001 9000 after_migrate").await;
    let called = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = std::sync::Arc::clone(&called);
    let options = quick().after_migrate(move |_| {
        let count = std::sync::Arc::clone(&count);
        Box::pin(async move {
            count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Ok(())
        })
    });
    let run = set(&[FIRST, ALWAYS]).with(options).run(&database.config()).await;
    run.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(called.load(std::sync::atomic::Ordering::Relaxed), 1);
    database.assert_at_rest().await;
}
