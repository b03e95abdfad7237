//! refinery's own runner, over the bridge.

use crate::faults::at_every_message;
use crate::support::{Database, database, quick, set};
use dsql_migrate::refinery::Bridge;
use dsql_migrate_tests::relay::Side;
use refinery::{Migration, Runner, Target};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio_postgres::Config;

mod embedded {
    refinery::embed_migrations!("refinery");
}

const HISTORY: &str = "SELECT version, name, checksum FROM refinery_schema_history ORDER BY version";

fn bridge(database: &Database) -> Bridge<Config> {
    Bridge::new(database.config()).with(quick())
}

fn runner() -> Runner {
    embedded::migrations::runner()
}

/// What refinery itself would have written.
fn expected_history() -> Vec<String> {
    let row = |one: &Migration| format!("{}|{}|{}", one.version(), one.name(), one.checksum());
    let runner = runner();
    let mut rows: Vec<String> = runner.get_migrations().iter().map(row).collect();
    rows.sort();
    rows
}

async fn assert_applied_once(database: &Database) {
    assert_eq!(database.rows(HISTORY).await, expected_history());
    assert_eq!(database.rows("SELECT name, size FROM shelves ORDER BY 1").await, ["low|5", "top|4"]);
    assert_eq!(database.rows("SELECT title, shelf FROM items").await, ["a; b|-"]);
    let indexes = "SELECT count(*) FROM pg_index WHERE indisvalid AND indrelid = 'items'::regclass";
    assert_eq!(database.rows(indexes).await, ["3"]);
    assert_eq!(database.rows("SELECT version FROM refinery_schema_history_steps").await, [""; 0]);
    assert_eq!(database.rows("SELECT holder FROM refinery_schema_history_lease WHERE id = 1").await, ["-"]);
}

#[tokio::test]
async fn files_that_plain_refinery_cannot_apply() {
    let plain = database().await;
    let mut client = plain.client().await;
    let error = runner().run_async(&mut client).await.expect_err("DSQL takes no such transaction");
    let cause = std::error::Error::source(&error).map(|cause| format!("{cause:?}")).unwrap_or_default();
    assert!(cause.contains("0A000"), "{error}: {cause}");

    let database = database().await;
    let report = runner().run_async(&mut bridge(&database)).await.unwrap_or_else(|error| panic!("{error}"));
    let applied: Vec<String> = report.applied_migrations().iter().map(ToString::to_string).collect();
    assert_eq!(applied, ["V1__items", "V2__Shelves"]);
    assert_applied_once(&database).await;

    // Again: one question, no write.
    let before = database.relay.sent().len();
    let report = runner().run_async(&mut bridge(&database)).await.unwrap_or_else(|error| panic!("{error}"));
    assert!(report.applied_migrations().is_empty());
    assert_eq!(database.relay.sent().len() - before, 1, "{:?}", &database.relay.sent()[before..]);

    // What the bridge wrote, refinery reads with its own driver.
    let mut client = database.client().await;
    let last = runner()
        .get_last_applied_migration_async(&mut client)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(last.map(|one| one.to_string()).as_deref(), Some("V2__Shelves"));
    let report = runner().run_async(&mut client).await.unwrap_or_else(|error| panic!("{error}"));
    assert!(report.applied_migrations().is_empty());
    let last = runner().get_last_applied_migration_async(&mut bridge(&database)).await;
    assert_eq!(last.unwrap_or_else(|error| panic!("{error}")).map(|one| one.version()), Some(2));
}

#[tokio::test]
async fn a_run_that_is_cut_at_any_message_is_taken_up() {
    let undisturbed = database().await;
    runner().run_async(&mut bridge(&undisturbed)).await.unwrap_or_else(|error| panic!("{error}"));
    let messages = undisturbed.relay.sent().len();
    let cuts = Arc::new(AtomicUsize::new(0));
    for side in [Side::Before, Side::After] {
        at_every_message(messages, |message| {
            let cuts = Arc::clone(&cuts);
            async move {
                let database = database().await;
                database.relay.cut_at(message, side);
                let run = runner().run_async(&mut bridge(&database)).await;
                run.unwrap_or_else(|error| panic!("cut {side:?} message {message}: {error}"));
                assert_applied_once(&database).await;
                cuts.fetch_add(database.relay.cuts(), Ordering::Relaxed);
            }
        })
        .await;
    }
    // How often jobs are looked at differs from run to run, so that the last messages may not come.
    let cuts = cuts.load(Ordering::Relaxed);
    assert!(cuts > messages, "{cuts} cuts in runs of {messages} messages");
}

#[tokio::test]
async fn a_process_that_dies_half_way_leaves_the_rest_to_the_next() {
    let database = database().await;
    // Like a kill: the task ends where it is, with a statement of V1 in the journal and no row in the history.
    let dying = tokio::spawn({
        let mut bridge = bridge(&database);
        async move { runner().run_async(&mut bridge).await.map(|_| ()) }
    });
    let begun = "SELECT count(*) FROM pg_class WHERE relname = 'items'";
    while database.rows(begun).await != ["1"] {
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    dying.abort();
    let _ = dying.await;
    assert_eq!(database.rows(HISTORY).await, [""; 0], "the row of a migration is written last");
    let report = runner().run_async(&mut bridge(&database)).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(report.applied_migrations().len(), 2);
    assert_applied_once(&database).await;
}

#[tokio::test]
async fn several_instances_at_once() {
    let database = database().await;
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let mut bridge = bridge(&database);
        running.spawn(async move {
            runner().run_async(&mut bridge).await.map(|report| report.applied_migrations().len())
        });
    }
    let mut applied = 0;
    while let Some(ended) = running.join_next().await {
        applied += ended.expect("no panic").unwrap_or_else(|error| panic!("{error}"));
    }
    assert_eq!(applied, 2);
    assert_applied_once(&database).await;
}

#[tokio::test]
async fn what_dsql_would_refuse_is_said_before_anything_is_changed() {
    let database = database().await;
    let wrong = [
        Migration::unapplied("V1__a", "CREATE TABLE a (id int PRIMARY KEY);").expect("a name"),
        Migration::unapplied("V2__b", "CREATE INDEX a_id ON a (id);\n").expect("a name"),
    ];
    let error =
        Runner::new(&wrong).run_async(&mut bridge(&database)).await.expect_err("no index without ASYNC");
    let text = error.to_string();
    for part in
        ["error[index-async]", "V2__b.sql:1:8", "please use CREATE INDEX ASYNC", "nothing was changed"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(database.rows("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").await, ["0"]);
}

#[tokio::test]
async fn what_the_server_refuses_is_reported_with_what_was_applied() {
    let database = database().await;
    let failing = [
        Migration::unapplied("V1__a", "CREATE TABLE a (id int PRIMARY KEY);\nINSERT INTO a VALUES (1);")
            .expect("a name"),
        Migration::unapplied("V2__b", "INSERT INTO a VALUES (1);").expect("a name"),
    ];
    let error = Runner::new(&failing).run_async(&mut bridge(&database)).await.expect_err("a duplicate key");
    let applied = error.report().map(|report| report.applied_migrations().len());
    assert!(
        error.to_string().contains("error applying migration V2__b") && error.to_string().contains("23505"),
        "{error}"
    );
    assert_eq!(applied, Some(1));
}

#[tokio::test]
async fn refinerys_own_rules_decide() {
    let database = database().await;
    let a = Migration::unapplied("V1__a", "CREATE TABLE a (id int PRIMARY KEY);").expect("a name");
    let b = Migration::unapplied("V3__b", "CREATE TABLE b (id int PRIMARY KEY);").expect("a name");
    let late = Migration::unapplied("U2__late", "CREATE TABLE c (id int PRIMARY KEY);").expect("a name");
    let run = async |migrations: &[Migration], target: Target| {
        Runner::new(migrations).set_target(target).run_async(&mut bridge(&database)).await
    };
    let count = |report: Result<refinery::Report, refinery::Error>| {
        report.unwrap_or_else(|error| panic!("{error}")).applied_migrations().len()
    };
    assert_eq!(count(run(&[a.clone(), b.clone()], Target::Version(1)).await), 1);
    // V3 is only written down; its table is not made.
    assert_eq!(count(run(&[a.clone(), b.clone()], Target::Fake).await), 0);
    assert_eq!(database.rows("SELECT version FROM refinery_schema_history ORDER BY 1").await, ["1", "3"]);
    assert_eq!(database.rows("SELECT to_regclass('b')").await, ["-"]);
    assert_eq!(
        count(run(&[a.clone(), b.clone(), late.clone()], Target::Latest).await),
        1,
        "U files may come late"
    );
    let edited = Migration::unapplied("V1__a", "CREATE TABLE a (id bigint PRIMARY KEY);").expect("a name");
    let divergent = run(&[edited, b, late], Target::Latest).await.expect_err("V1 is another now");
    assert!(matches!(divergent.kind(), refinery::error::Kind::DivergentVersion(..)), "{divergent}");
    let grouped = Runner::new(&[a]).set_grouped(true).run_async(&mut bridge(&database)).await;
    assert!(grouped.expect_err("not on DSQL").to_string().contains("one transaction for everything"));
}

#[tokio::test]
async fn our_set_as_refinerys() {
    let database = database().await;
    let ours = set(&[
        ("0001_a.sql", "-- why\nCREATE TABLE a (id int PRIMARY KEY);\nINSERT INTO a VALUES (1);"),
        ("0002_b.sql", "CREATE INDEX ASYNC a_id ON a (id);"),
    ]);
    let migrations = ours.to_refinery().expect("short versions");
    assert_eq!(migrations[0].to_string(), "V1__a");
    let mut runner = Runner::new(&migrations);
    runner.set_migration_table_name("Their_History");
    let report = runner.run_async(&mut bridge(&database)).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(report.applied_migrations().len(), 2);
    assert_eq!(database.rows("SELECT version, name FROM their_history ORDER BY 1").await, ["1|a", "2|b"]);
    let stamped = set(&[("20260101000000_a.sql", "CREATE TABLE z (id int PRIMARY KEY);")]);
    let error = stamped.to_refinery().expect_err("more than 32 bits");
    assert!(error.to_string().contains("int8-versions"), "{error}");
}
