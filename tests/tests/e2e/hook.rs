//! The hook after a run: when it is called, and that no crash makes it forgotten.

use crate::support::{database, quick, set};
use dsql_local::{Fault, Point, Strike};
use dsql_migrate::{ErrorKind, Event, Migrations, Options};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

fn small() -> Migrations {
    set(&[("0001_t.sql", "CREATE TABLE t (id int PRIMARY KEY);\nINSERT INTO t VALUES (1);")])
}

/// A hook that counts how often it was called, and fails while `fails` says so.
fn counting(options: Options, calls: &Arc<AtomicUsize>, fails: &Arc<AtomicBool>) -> Options {
    let (calls, fails) = (Arc::clone(calls), Arc::clone(fails));
    options.after_migrate(move |_| {
        calls.fetch_add(1, Ordering::SeqCst);
        let fail = fails.load(Ordering::SeqCst);
        Box::pin(async move { if fail { Err("the pool is on fire".into()) } else { Ok(()) } })
    })
}

fn never() -> Arc<AtomicBool> {
    Arc::new(AtomicBool::new(false))
}

#[tokio::test]
async fn it_grants_to_the_application_after_the_last_migration() {
    let database = database().await;
    database.run(&["CREATE ROLE app_of_hook WITH LOGIN"]).await;
    let options = Options::default().after_migrate(|hook| {
        Box::pin(async move {
            assert_eq!(hook.applied().len(), 1);
            hook.execute("GRANT SELECT ON t TO app_of_hook").await?;
            hook.execute("GRANT INSERT ON t TO app_of_hook").await
        })
    });
    small().with(options).run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    let may = "SELECT has_table_privilege('app_of_hook', 't', 'SELECT, INSERT')";
    assert_eq!(database.rows(may).await, ["t"]);
    database.assert_at_rest().await;
}

#[tokio::test]
async fn it_is_called_when_something_was_applied_and_not_again() {
    let database = database().await;
    let calls = Arc::default();
    let run = || async {
        let options = counting(quick(), &calls, &never());
        small().with(options).run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"))
    };
    assert_eq!(run().await.applied.len(), 1);
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    assert!(run().await.is_current());
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    let options = counting(quick().hook_time(dsql_migrate::HookTime::EveryRun), &calls, &never());
    assert!(small().with(options).run(&database.config()).await.expect("it runs").is_current());
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    database.assert_at_rest().await;
}

#[tokio::test]
async fn one_that_fails_is_called_by_the_next_run() {
    let database = database().await;
    let calls = Arc::default();
    let fails = Arc::new(AtomicBool::new(true));
    let error = small().with(counting(quick(), &calls, &fails)).run(&database.config()).await;
    let error = error.expect_err("the hook fails");
    assert_eq!(error.kind(), ErrorKind::Hook);
    assert!(error.to_string().contains("the pool is on fire"), "{error}");
    assert!(error.now_true().is_some_and(|now| now.contains("applied")), "{error}");
    assert_eq!(database.ledger().await, ["0001"]);
    database.assert_at_rest().await;
    // A run without a hook leaves it owed.
    assert!(small().with(quick()).run(&database.config()).await.expect("it runs").is_current());
    fails.store(false, Ordering::SeqCst);
    let report = small().with(counting(quick(), &calls, &fails)).run(&database.config()).await;
    assert!(report.expect("the hook ends well").is_current());
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    small().with(counting(quick(), &calls, &fails)).run(&database.config()).await.expect("it runs");
    assert_eq!(calls.load(Ordering::SeqCst), 2, "it is settled");
    database.assert_at_rest().await;
}

#[tokio::test]
async fn a_crash_before_its_end_makes_the_next_run_call_it() {
    let database = database().await;
    let reached = Arc::new(tokio::sync::Notify::new());
    let options = quick().after_migrate({
        let reached = Arc::clone(&reached);
        move |_| {
            reached.notify_one();
            Box::pin(std::future::pending())
        }
    });
    let config = database.config();
    let run = tokio::spawn(async move { small().with(options).run(&config).await });
    reached.notified().await;
    // As a process that is killed: nothing is released, nothing is said.
    run.abort();
    assert!(run.await.is_err_and(|ended| ended.is_cancelled()));
    let calls = Arc::default();
    let report = small().with(counting(quick(), &calls, &never())).run(&database.config()).await;
    assert!(report.unwrap_or_else(|error| panic!("{error}")).is_current());
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    database.assert_at_rest().await;
}

#[tokio::test]
async fn of_two_that_boot_together_one_calls_it() {
    let database = database().await;
    let calls = Arc::default();
    let (migrations, config) = (small(), database.config());
    let one = migrations.with(counting(Options::default(), &calls, &never()));
    let (first, second) = tokio::join!(one.run(&config), one.run(&config));
    assert_eq!(first.expect("it runs").applied.len() + second.expect("it runs").applied.len(), 1);
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    database.assert_at_rest().await;
}

#[tokio::test]
async fn its_statements_are_run_again_after_a_conflict() {
    let database = database().await;
    database.control().inject(Fault::new(Point::Message, Strike::Oc000).matching("GRANT SELECT").times(3));
    database.run(&["CREATE ROLE conflicted WITH LOGIN"]).await;
    let options = quick()
        .after_migrate(|hook| Box::pin(async move { hook.execute("GRANT SELECT ON t TO conflicted").await }));
    small().with(options).run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(database.rows("SELECT has_table_privilege('conflicted', 't', 'SELECT')").await, ["t"]);
}

#[tokio::test]
async fn it_is_called_again_when_its_connection_ends_and_takes_longer_than_the_lease() {
    let database = database().await;
    let calls = Arc::new(AtomicUsize::new(0));
    let again = Arc::new(AtomicBool::new(false));
    let options = quick()
        .after_migrate({
            let calls = Arc::clone(&calls);
            move |hook| {
                let call = calls.fetch_add(1, Ordering::SeqCst);
                Box::pin(async move {
                    if call == 0 {
                        // The server ends the connection under it.
                        hook.client().batch_execute("SELECT pg_terminate_backend(pg_backend_pid())").await?;
                    }
                    tokio::time::sleep(Duration::from_secs(3)).await;
                    hook.execute("GRANT SELECT ON t TO admin").await
                })
            }
        })
        .progress({
            let again = Arc::clone(&again);
            move |event: &Event| {
                if matches!(event, Event::HookFinished { elapsed, .. } if elapsed.as_secs() >= 3) {
                    again.store(true, Ordering::SeqCst);
                }
            }
        });
    small().with(options).run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    assert!(again.load(Ordering::SeqCst));
    assert_eq!(
        database.rows("SELECT fence FROM schema_migrations_lease WHERE id = 1").await,
        ["1"],
        "nobody took over"
    );
    database.assert_at_rest().await;
}
