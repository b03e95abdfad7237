//! What only a person can mend, and how a run goes on after that.

use crate::support::{database, quick, set};
use dsql_migrate::ErrorKind;

#[tokio::test]
async fn a_failed_unique_index_is_reported_and_cleaned_up() {
    let database = database().await;
    let migrations = set(&[
        ("0001_t.sql", "CREATE TABLE t (id int PRIMARY KEY, a int);\nINSERT INTO t VALUES (1, 7), (2, 7);"),
        (
            "0002_once.sql",
            "CREATE TABLE u (id int PRIMARY KEY);\n\nCREATE UNIQUE INDEX ASYNC t_once ON t (a);",
        ),
    ]);
    let error = migrations.run(&database.config()).await.expect_err("there are duplicates");
    assert_eq!(error.kind(), ErrorKind::JobFailed);
    assert_eq!((error.version(), error.line()), (Some("0002"), Some(3)));
    let text = error.to_string();
    for part in ["t_once", "duplicate key", "dropped", "1 of the 2 steps"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(
        database.rows("SELECT relname FROM pg_class WHERE relname = 't_once'").await,
        Vec::<String>::new()
    );
    assert_eq!(database.rows("SELECT holder FROM schema_migrations_lease WHERE id = 1").await, ["-"]);

    database.run(&["DELETE FROM t WHERE id = 2"]).await;
    let report = migrations.run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(report.applied.len(), 1);
    database.assert_at_rest().await;
}

#[tokio::test]
async fn a_failed_validation_is_reported_and_tried_again_later() {
    let database = database().await;
    let migrations = set(&[
        ("0001_t.sql", "CREATE TABLE t (id int PRIMARY KEY, a int);\nINSERT INTO t VALUES (1, NULL);"),
        (
            "0002_a.sql",
            "ALTER TABLE t ADD CONSTRAINT a_there CHECK (a IS NOT NULL) NOT VALID;\n\
             ALTER TABLE ASYNC t VALIDATE CONSTRAINT a_there;",
        ),
    ]);
    let error = migrations.run(&database.config()).await.expect_err("a row breaks it");
    assert_eq!(error.kind(), ErrorKind::JobFailed);
    let text = error.to_string();
    assert!(text.contains("a_there") && text.contains("violated"), "{text}");
    database.run(&["UPDATE t SET a = 1"]).await;
    migrations.run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    let valid = database.rows("SELECT convalidated FROM pg_constraint WHERE conname = 'a_there'").await;
    assert_eq!(valid, ["t"]);
    database.assert_at_rest().await;
}

#[tokio::test]
async fn a_refused_row_statement_is_named_and_its_step_undone() {
    let database = database().await;
    let migrations = set(&[(
        "0001_t.sql",
        "CREATE TABLE t (id int PRIMARY KEY);\nINSERT INTO t VALUES (1), (1);\nINSERT INTO t VALUES (2);\n",
    )]);
    let error = migrations.run(&database.config()).await.expect_err("1 is there twice");
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!((error.sqlstate(), error.line()), (Some("23505"), Some(2)));
    assert_eq!(error.statement(), Some("INSERT INTO t VALUES (1), (1)"));
    assert_eq!(database.rows("SELECT count(*) FROM t").await, ["0"]);
    assert_eq!(database.ledger().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_corrected_file_goes_on_after_what_was_applied() {
    let database = database().await;
    let wrong =
        set(&[("0001_t.sql", "CREATE TABLE t (id int PRIMARY KEY);\nINSERT INTO t VALUES (1), (1);")]);
    wrong.run(&database.config()).await.expect_err("1 is there twice");
    let right = set(&[("0001_t.sql", "CREATE TABLE t (id int PRIMARY KEY);\nINSERT INTO t VALUES (1);")]);
    right.run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(database.rows("SELECT id FROM t").await, ["1"]);
    database.assert_at_rest().await;
}

#[tokio::test]
async fn editing_a_step_that_was_applied_is_refused() {
    let database = database().await;
    let wrong =
        set(&[("0001_t.sql", "CREATE TABLE t (id int PRIMARY KEY);\nINSERT INTO t VALUES (1), (1);")]);
    wrong.run(&database.config()).await.expect_err("1 is there twice");
    let edited = set(&[("0001_t.sql", "CREATE TABLE t (id bigint PRIMARY KEY);\nINSERT INTO t VALUES (1);")]);
    let error = edited.run(&database.config()).await.expect_err("the table is not that one");
    assert_eq!(error.kind(), ErrorKind::EditedInFlight);
    assert_eq!(error.file(), Some("migrations/0001_t.sql"));
}

#[tokio::test]
async fn what_is_there_already_is_not_taken_for_ours() {
    for (there, statement) in [
        (
            "CREATE TABLE t (id uuid, email text)",
            "CREATE TABLE t (id uuid PRIMARY KEY, email text NOT NULL UNIQUE)",
        ),
        ("CREATE TABLE t (id int PRIMARY KEY, a text)", "CREATE TABLE t (id int PRIMARY KEY, a text)"),
        ("CREATE VIEW t AS SELECT 1 AS id", "CREATE VIEW t AS SELECT 1 AS id"),
    ] {
        let database = database().await;
        database.run(&[there]).await;
        let migrations = set(&[("0001_t.sql", statement)]);
        for _ in 0..2 {
            let error = migrations.run(&database.config()).await.expect_err("the server refuses it");
            assert_eq!((error.kind(), error.sqlstate()), (ErrorKind::Refused, Some("42P07")), "{error}");
        }
        assert_eq!(database.ledger().await, [""; 0], "{statement}");
        database.assert_at_rest().await;
    }
}

/// The index of that name is another table's: the server refuses, and nothing is recorded.
#[tokio::test]
async fn an_index_of_another_table_is_not_taken_for_ours() {
    let database = database().await;
    database
        .run(&[
            "CREATE TABLE items (id int PRIMARY KEY, created_at timestamptz)",
            "CREATE TABLE orders (id int PRIMARY KEY, created_at timestamptz)",
            "CREATE INDEX ASYNC by_created ON items (created_at)",
        ])
        .await;
    let file = |words: &str| {
        let sql = format!(
            "-- dsql: external table orders (id int PRIMARY KEY, created_at timestamptz)\n\
             CREATE INDEX ASYNC {words} by_created ON orders (created_at);"
        );
        set(&[("0001_index.sql", &sql)])
    };
    let error = file("").run(&database.config()).await.expect_err("42P07");
    assert_eq!((error.kind(), error.sqlstate()), (ErrorKind::Refused, Some("42P07")), "{error}");
    let error = file("IF NOT EXISTS").run(&database.config()).await.expect_err("it is not on orders");
    assert_eq!(error.kind(), ErrorKind::Different, "{error}");
    assert!(error.what().contains("the index public.by_created of the table items"), "{error}");
    assert_eq!(database.ledger().await, [""; 0]);
}

/// What would go round for ever, while everybody waits for the lease.
#[tokio::test]
async fn a_statement_that_does_nothing_ends_the_run() {
    for kind in
        ["TABLE orders (id int PRIMARY KEY)", "VIEW orders AS SELECT 1 AS id", "SEQUENCE orders CACHE 1"]
    {
        let database = database().await;
        database.run(&["CREATE TABLE t (id int PRIMARY KEY, a int)", &format!("CREATE {kind}")]).await;
        let migrations = set(&[(
            "0001_index.sql",
            "-- dsql: external table t (id int PRIMARY KEY, a int)\n\
             CREATE INDEX ASYNC IF NOT EXISTS orders ON t (a);",
        )]);
        let error = migrations.run(&database.config()).await.expect_err("there is no such index");
        assert_eq!(error.kind(), ErrorKind::Different, "{error}");
        let word = kind.split(' ').next().unwrap_or_default().to_lowercase();
        assert!(error.what().contains(&format!("the {word} public.orders")), "{error}");
        assert!(database.relay.sent().len() < 30, "{:#?}", database.relay.sent());
    }
}

#[tokio::test]
async fn a_validation_of_what_is_not_there_is_skipped_as_it_says() {
    let database = database().await;
    let migrations = set(&[("0001_v.sql", "ALTER TABLE ASYNC IF EXISTS gone VALIDATE CONSTRAINT c;")]);
    migrations.run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    database.assert_at_rest().await;
}

/// A constraint that is judged at the end of the transaction: the step is to blame, and not the bookkeeping.
#[tokio::test]
async fn a_refusal_at_commit_names_its_step() {
    let database = database().await;
    let migrations = set(&[(
        "0001_t.sql",
        "CREATE TABLE p (id int PRIMARY KEY);\nCREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p (id) \
         DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO c VALUES (1, 7);",
    )]);
    let error = migrations.run(&database.config()).await.expect_err("there is no p of that id");
    assert_eq!((error.kind(), error.sqlstate()), (ErrorKind::Refused, Some("23503")), "{error}");
    assert_eq!((error.step(), error.line(), error.file()), (Some(3), Some(3), Some("migrations/0001_t.sql")));
    assert!(error.what().contains("COMMIT"), "{error}");
}

#[tokio::test]
async fn an_invalid_index_that_somebody_left_is_built_anew() {
    let database = database().await;
    database
        .run(&[
            "CREATE TABLE t (id int PRIMARY KEY, a int)",
            "INSERT INTO t VALUES (1, 7), (2, 7)",
            "CREATE UNIQUE INDEX ASYNC t_once ON t (a)",
        ])
        .await;
    let running = "SELECT count(*) FROM sys.jobs WHERE status NOT IN ('failed', 'completed')";
    while database.rows(running).await != ["0"] {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    database.run(&["DELETE FROM t WHERE id = 2"]).await;
    let migrations = set(&[(
        "0001_once.sql",
        "-- dsql: external table t (id int PRIMARY KEY, a int)\nCREATE UNIQUE INDEX ASYNC IF NOT EXISTS t_once ON t (a);",
    )]);
    let result = migrations.with(quick()).run(&database.config()).await;
    result.unwrap_or_else(|error| panic!("{error}"));
    let valid = database.rows("SELECT indisvalid FROM pg_index WHERE indexrelid = 't_once'::regclass").await;
    assert_eq!(valid, ["t"]);
}
