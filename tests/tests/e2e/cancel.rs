//! The future of a run is dropped wherever it is; what was on its way arrives. The next run ends as if nothing had
//! happened.

use crate::faults::{every_kind, state, undisturbed};
use crate::support::{database, quick};
use dsql_migrate_tests::relay::Side;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

const SEEDS: u64 = 40;

async fn dropped(seed: u64, messages: usize, expected: Arc<Vec<String>>) {
    let mut rng = fastrand::Rng::with_seed(seed);
    let database = database().await;
    for _ in 0..rng.usize(1..4) {
        let side = if rng.bool() { Side::Before } else { Side::After };
        database.relay.freeze_at(rng.usize(0..messages), side);
        let config = database.config();
        let run = tokio::spawn(async move { every_kind().with(quick()).run(&config).await });
        // It may be done before that message.
        while !run.is_finished() {
            if tokio::time::timeout(Duration::from_millis(20), database.relay.frozen()).await.is_ok() {
                break;
            }
        }
        run.abort();
        let _ = run.await;
        database.relay.thaw();
    }
    let last = every_kind().with(quick()).run(&database.config()).await;
    last.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    assert_eq!(state(&database).await, *expected, "seed {seed}");
    database.assert_empty_journal().await;
    // The last message of a dropped run may arrive when all is done, and take a lease that nobody else wants: it ends by itself.
    let free = "SELECT count(*) FROM schema_migrations_lease \
                WHERE id = 1 AND (holder IS NULL OR expires_at < now() + interval '1 minute')";
    assert_eq!(database.rows(free).await, ["1"], "seed {seed}");
}

#[tokio::test]
async fn a_future_that_is_dropped_leaves_the_rest_to_the_next() {
    let (expected, messages) = undisturbed().await;
    let expected = Arc::new(expected);
    let mut running = JoinSet::new();
    for seed in 0..SEEDS {
        if running.len() == 10 {
            running.join_next().await.expect("some are running").expect("no panic");
        }
        running.spawn(dropped(seed, messages, Arc::clone(&expected)));
    }
    while let Some(ended) = running.join_next().await {
        ended.expect("no panic");
    }
}
