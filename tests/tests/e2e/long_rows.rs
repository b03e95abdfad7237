//! Rows that take longer to write than the lease lasts.

use crate::support::{Database, database, quick, set};
use dsql_local::{Fault, Point, Strike};
use dsql_migrate::Migrations;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

fn slow() -> Migrations {
    set(&[(
        "0001_slow.sql",
        "CREATE TABLE slow (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), n int);\nINSERT INTO slow (n) VALUES (1);\n\
         CREATE TABLE after (id int PRIMARY KEY);",
    )])
}

/// Within its transaction, once the lease was found to be ours.
fn delay(database: &Database, milliseconds: u64) {
    let fault = Fault::new(Point::Statement, Strike::Delay(milliseconds)).matching("INSERT INTO slow");
    database.control().inject(fault);
}

async fn inserts(database: &Database) -> usize {
    database.relay.sent().iter().filter(|sent| sent.contains("INSERT INTO slow")).count()
}

#[tokio::test]
async fn they_are_sent_once_and_nobody_takes_over() {
    let database = database().await;
    delay(&database, 3000);
    let over = Arc::new(AtomicBool::new(false));
    let others: Vec<_> = (0..2)
        .map(|_| {
            let (config, over) = (database.direct(), Arc::clone(&over));
            tokio::spawn(async move {
                let mut applied = 0;
                while !over.load(Ordering::SeqCst) {
                    // Those that come before there is a lease may be first; they are not delayed, so they wait for it.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    let options = quick().lock_timeout(Duration::from_millis(300));
                    if let Ok(report) = slow().with(options).run(&config).await {
                        applied += report.applied.len();
                    }
                }
                applied
            })
        })
        .collect();
    let report = slow().with(quick()).run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    over.store(true, Ordering::SeqCst);
    let mut by_others = 0;
    for other in others {
        by_others += other.await.expect("no panic");
    }
    assert_eq!((report.applied.len(), by_others), (1, 0));
    assert_eq!(inserts(&database).await, 1, "{:#?}", database.relay.sent());
    assert_eq!(database.rows("SELECT n FROM slow").await, ["1"]);
    // Whoever had taken over meanwhile would have sent the rows once more, or had them applied. One that had looked before the end may
    // still take the lease afterwards, and finds nothing to do.
    database.assert_at_rest().await;
}

/// The server works on for the dead one: its transaction ends after another one has taken over, and comes to nothing.
#[tokio::test]
async fn a_crash_in_them_costs_no_more_than_the_lease() {
    let database = database().await;
    delay(&database, 8000);
    let config = database.config();
    let dying = tokio::spawn(async move { slow().with(quick()).run(&config).await });
    while inserts(&database).await == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    dying.abort();
    let _ = dying.await;
    // The delay is over when the server has answered; the next run must not have waited for that.
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'";
    let run = slow().with(quick()).run(&database.direct()).await;
    run.unwrap_or_else(|error| panic!("{error}"));
    assert_ne!(database.rows(waiting).await, ["0"], "the first transaction is still open");
    assert_eq!(database.rows("SELECT n FROM slow").await, ["1"]);
    while database.rows(waiting).await != ["0"] {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(database.rows("SELECT n FROM slow").await, ["1"], "the late one has changed nothing");
    database.assert_at_rest().await;
}
