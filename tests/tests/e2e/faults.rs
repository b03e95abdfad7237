//! The connection is cut at every message of a run, before and after the server acts on it.

use crate::support::{Database, database, quick, set};
use dsql_migrate::Migrations;
use dsql_migrate_tests::relay::Side;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;

/// Steps of every kind: tables, rows, indexes, a unique index, a constraint and its validation, a view, a column,
/// settings, a drop, a function, a comment.
fn every_kind() -> Migrations {
    set(&[
        (
            "0001_tables.sql",
            "CREATE TABLE a (id int PRIMARY KEY, n int, note text);\n\
             INSERT INTO a VALUES (1, 10, 'x');\nINSERT INTO a VALUES (2, 20, 'y');\n\
             CREATE INDEX ASYNC a_by_n ON a (n);\nCREATE UNIQUE INDEX ASYNC a_once ON a (n, note);",
        ),
        (
            "0002_more.sql",
            "ALTER TABLE a ADD COLUMN m int;\nUPDATE a SET m = n + 1;\n\
             ALTER TABLE a ADD CONSTRAINT m_there CHECK (m IS NOT NULL) NOT VALID;\n\
             ALTER TABLE ASYNC a VALIDATE CONSTRAINT m_there;\nCREATE VIEW v AS SELECT id, m FROM a;",
        ),
        (
            "0003_old.sql",
            "CREATE TABLE old (id int PRIMARY KEY);\nDROP TABLE old;\nALTER TABLE a RENAME COLUMN note TO remark;",
        ),
        (
            "0004_rest.sql",
            "CREATE FUNCTION twice(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT x * 2';\n\
             COMMENT ON TABLE a IS 'all';\nINSERT INTO a (id, n, remark, m) VALUES (3, 30, 'z', twice(15));",
        ),
    ])
}

/// Schema, rows and ledger, as text that does not depend on when or how often it was tried.
async fn state(database: &Database) -> Vec<String> {
    let mut state = database.rows("SELECT id, n, remark, m FROM a ORDER BY id").await;
    for sql in [
        "SELECT version, name, checksum FROM schema_migrations ORDER BY 1",
        "SELECT c.relname, c.relkind, i.indisvalid, i.indisunique FROM pg_class c \
         LEFT JOIN pg_index i ON i.indexrelid = c.oid \
         WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1",
        "SELECT conname, convalidated FROM pg_constraint WHERE conrelid = 'a'::regclass ORDER BY 1",
        "SELECT twice(id), m FROM v ORDER BY id",
        "SELECT obj_description('a'::regclass)",
    ] {
        state.extend(database.rows(sql).await);
    }
    state
}

/// The end state of an undisturbed run, and how many messages it took.
async fn undisturbed() -> (Vec<String>, usize) {
    let database = database().await;
    every_kind().run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    let messages = database.relay.sent().len();
    assert!(messages > 40, "{messages}");
    (state(&database).await, messages)
}

/// Tries every message, a few at a time.
async fn at_every_message<F>(messages: usize, one: impl Fn(usize) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut running = JoinSet::new();
    for message in 0..messages {
        if running.len() == 16 {
            running.join_next().await.expect("some are running").expect("no panic");
        }
        running.spawn(one(message));
    }
    while let Some(ended) = running.join_next().await {
        ended.expect("no panic");
    }
}

async fn cut_everywhere(side: Side) {
    let (expected, messages) = undisturbed().await;
    let expected = Arc::new(expected);
    let not_cut = Arc::new(AtomicUsize::new(0));
    at_every_message(messages, |message| {
        let (expected, not_cut) = (Arc::clone(&expected), Arc::clone(&not_cut));
        async move {
            let database = database().await;
            database.relay.cut_at(message, side);
            let run = every_kind().with(quick()).run(&database.config()).await;
            run.unwrap_or_else(|error| panic!("cut {side:?} message {message}: {error}"));
            assert_eq!(state(&database).await, *expected, "cut {side:?} message {message}");
            database.assert_at_rest().await;
            not_cut.fetch_add(1 - database.relay.cuts(), Ordering::Relaxed);
        }
    })
    .await;
    // How often jobs are looked at differs from run to run, so that the last messages may not come.
    let not_cut = not_cut.load(Ordering::Relaxed);
    assert!(not_cut < messages / 4, "{not_cut} of {messages} were not cut");
}

#[tokio::test]
async fn cut_before_every_message() {
    cut_everywhere(Side::Before).await;
}

#[tokio::test]
async fn cut_after_every_message() {
    cut_everywhere(Side::After).await;
}

/// The process dies at a message instead of reconnecting, and another one takes over.
#[tokio::test]
async fn killed_after_every_message() {
    let (expected, messages) = undisturbed().await;
    let expected = Arc::new(expected);
    at_every_message(messages, |message| {
        let expected = Arc::clone(&expected);
        async move {
            let database = database().await;
            database.relay.cut_at(message, Side::After);
            let config = database.config();
            let run = tokio::spawn(async move { every_kind().with(quick()).run(&config).await });
            while database.relay.cuts() == 0 && !run.is_finished() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            run.abort();
            let again = every_kind().with(quick()).run(&database.config()).await;
            again.unwrap_or_else(|error| panic!("killed after message {message}: {error}"));
            assert_eq!(state(&database).await, *expected, "killed after message {message}");
            database.assert_empty_journal().await;
        }
    })
    .await;
}
