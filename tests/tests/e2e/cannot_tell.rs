//! A catalog that does not answer is never taken for one that says no.

use crate::support::{Database, Written, database, quick, set};
use dsql_migrate::{Error, ErrorKind, Event, Found, Migrations, Options};
use dsql_migrate_tests::form;
use std::sync::{Arc, Mutex, PoisonError};

/// In every proof, and in no other message.
const PROOF: &str = "::pg_catalog.text AS f0";
/// How a server may say that it does not let a catalog be read, or does not have it.
const REFUSALS: [(&str, &str); 4] = [
    ("0A000", "reading pg_statistic_ext is not supported"),
    ("42501", "permission denied for table pg_statistic_ext"),
    ("42P01", "relation \"pg_catalog.pg_statistic_ext\" does not exist"),
    ("42883", "function json_agg(oid) does not exist"),
];

fn statistics() -> Migrations {
    set(&[(
        "0001_s.sql",
        "CREATE TABLE c (id int PRIMARY KEY, a int, b int);\nCREATE STATISTICS s ON a, b FROM c;",
    )])
}

/// What the proofs of a run have found.
fn noting(options: Options, found: &Arc<Mutex<Vec<Found>>>) -> Options {
    let noted = Arc::clone(found);
    options.progress(move |event: &Event| {
        if let Event::StepChecked { found, .. } = event {
            noted.lock().unwrap_or_else(PoisonError::into_inner).push(*found);
        }
    })
}

async fn journal(database: &Database) -> Vec<String> {
    database.rows("SELECT step, state, intent LIKE '%|%' FROM schema_migrations_steps ORDER BY step").await
}

/// How often the statement has reached the server, as a message of its own.
fn sent(database: &Database) -> usize {
    let create = form::of_user("CREATE STATISTICS s ON a, b FROM c");
    database.relay.sent().iter().filter(|message| form::of_user(message) == create).count()
}

fn assert_undecided(error: &Error) {
    assert_eq!((error.kind(), error.sqlstate()), (ErrorKind::Refused, Some("42710")), "{error}");
    let text = error.to_string();
    assert!(text.contains("the catalog does not tell whether"), "{text}");
}

#[tokio::test]
async fn an_intent_is_recorded_without_what_cannot_be_asked() {
    for (sqlstate, message) in REFUSALS {
        let database = database().await;
        database.relay.refuse("pg_statistic_ext", sqlstate, message);
        let written = Written::default();
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer({
            let written = written.clone();
            move || written.clone()
        });
        // Of this thread only, on which a test's runtime runs everything.
        let guard = tracing::subscriber::set_default(subscriber.finish());
        let report = statistics().with(quick()).run(&database.config()).await;
        drop(guard);
        report.unwrap_or_else(|error| panic!("{sqlstate}: {error}"));
        let log = written.text();
        assert!(log.contains("the catalog does not tell what names mean") && log.contains(message), "{log}");
        assert_eq!(log.matches("the catalog does not tell what names mean").count(), 1, "{log}");
        assert_eq!(sent(&database), 1);
        database.assert_at_rest().await;
    }
}

/// The intent could not say what the name meant, so nothing can be compared after the answer was lost.
#[tokio::test]
async fn without_an_identity_a_lost_answer_stays_undecided() {
    for (sqlstate, message) in REFUSALS {
        let database = database().await;
        database.relay.refuse("pg_statistic_ext", sqlstate, message);
        database.relay.cut_after(|message| message.contains("CREATE STATISTICS"));
        let found = Arc::default();
        for again in [false, true] {
            let run = statistics().with(noting(quick(), &found)).run(&database.config()).await;
            assert_undecided(&run.expect_err("it is there"));
            assert_eq!(journal(&database).await, ["0|done|f", "1|started|f"], "{sqlstate}, again: {again}");
            assert_eq!(database.ledger().await, [""; 0]);
        }
        let found = found.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(found.len() >= 2 && found.iter().all(|one| *one == Found::CannotTell), "{found:?}");
        assert_eq!(sent(&database), 3, "lost, sent again, and once more by the next run");
    }
}

/// The intent says what the name meant, and the catalog does not answer when the proof is asked for.
#[tokio::test]
async fn an_unreadable_catalog_is_not_an_absent_object() {
    for (sqlstate, message) in REFUSALS {
        let database = database().await;
        database.relay.refuse(PROOF, sqlstate, message);
        database.relay.cut_after(|message| message.contains("CREATE STATISTICS"));
        let found = Arc::default();
        let run = statistics().with(noting(quick(), &found)).run(&database.config()).await;
        let error = run.expect_err("it is there");
        assert_undecided(&error);
        assert!(error.to_string().contains(message), "{error}");
        assert_eq!(*found.lock().unwrap_or_else(PoisonError::into_inner), [Found::CannotTell; 2]);
        assert_eq!(journal(&database).await, ["0|done|f", "1|started|t"], "{sqlstate}");
        assert_eq!(sent(&database), 2);

        // Once the catalog answers it is decided, without sending anything.
        database.relay.clear();
        let report = statistics().with(quick()).run(&database.config()).await;
        report.unwrap_or_else(|error| panic!("{sqlstate}: {error}"));
        assert_eq!(sent(&database), 0);
        assert_eq!(database.rows("SELECT stxname FROM pg_statistic_ext").await, ["s"]);
        database.assert_at_rest().await;
    }
}

/// What is to go is not believed to be gone.
#[tokio::test]
async fn a_drop_is_not_believed_either() {
    let database = database().await;
    let migrations = set(&[("0001_v.sql", "CREATE VIEW v AS SELECT 1 AS one;\nDROP VIEW v;")]);
    database.relay.refuse(PROOF, "0A000", "the catalog is closed");
    database.relay.cut_after(|message| message.contains("DROP VIEW"));
    let error = migrations.with(quick()).run(&database.config()).await.expect_err("it is gone");
    assert_eq!((error.kind(), error.sqlstate()), (ErrorKind::Refused, Some("42P01")), "{error}");
    assert!(error.to_string().contains("the catalog is closed"), "{error}");
    assert_eq!(journal(&database).await, ["0|done|f", "1|started|t"]);
    database.relay.clear();
    migrations.with(quick()).run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    database.assert_at_rest().await;
}

/// A statement that was not executed is simply sent again.
#[tokio::test]
async fn what_was_not_executed_is_sent_again() {
    let database = database().await;
    database.relay.refuse("pg_statistic_ext", "42501", "permission denied for table pg_statistic_ext");
    database.relay.refuse(PROOF, "42501", "permission denied for table pg_statistic_ext");
    let fault = dsql_local::Fault::new(dsql_local::Point::Message, dsql_local::Strike::CloseBefore);
    database.control().inject(fault.matching("CREATE STATISTICS"));
    let report = statistics().with(quick()).run(&database.config()).await;
    report.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(sent(&database), 2);
    database.assert_at_rest().await;
}
