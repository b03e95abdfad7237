//! The connection is cut at every message of a run, before and after the server acts on it.

use crate::support::{Database, database, quick};
use dsql_migrate::Migrations;
use dsql_migrate_tests::relay::Side;
use dsql_migrate_tests::sets;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;

pub(crate) fn every_kind() -> Migrations {
    sets::every_kind().unwrap_or_else(|refusal| panic!("{refusal}"))
}

/// Schema, rows and ledger.
pub(crate) async fn state(database: &Database) -> Vec<String> {
    let mut state = Vec::new();
    for sql in sets::STATE {
        state.extend(database.rows(sql).await);
    }
    state
}

/// The end state of an undisturbed run, and how many messages it took.
pub(crate) async fn undisturbed() -> (Vec<String>, usize) {
    let database = database().await;
    every_kind().run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    let messages = database.relay.sent().len();
    assert!(messages > 40, "{messages}");
    (state(&database).await, messages)
}

/// Tries every message, a few at a time.
pub(crate) async fn at_every_message<F>(messages: usize, one: impl Fn(usize) -> F)
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

/// Every second message conflicts, for one instance and for four at once.
#[tokio::test]
async fn conflicts_delay_and_double_nothing() {
    let (expected, _) = undisturbed().await;
    for (share, instances) in [(0.1, 1), (0.5, 1), (0.1, 4), (0.5, 4)] {
        let database = database().await;
        database.relay.conflict(share, 7);
        let mut running = JoinSet::new();
        for _ in 0..instances {
            let config = database.config();
            running.spawn(async move { every_kind().with(quick()).run(&config).await });
        }
        let mut applied = 0;
        while let Some(run) = running.join_next().await {
            let run = run.expect("no panic").unwrap_or_else(|error| panic!("{share}, {instances}: {error}"));
            applied += run.applied.len();
        }
        assert_eq!(applied, 8, "{share}, {instances}");
        assert_eq!(state(&database).await, expected, "{share}, {instances}");
        database.assert_at_rest().await;
    }
}
