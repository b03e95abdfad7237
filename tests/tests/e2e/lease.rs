//! One at a time: who waits, who takes over, who stops.

use crate::support::{database, database_with, quick, set};
use dsql_local::{Fault, Point, Strike};
use dsql_migrate::{ErrorKind, Migrations, State};
use dsql_migrate_tests::relay::Side;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_postgres::NoTls;

fn with_index() -> Migrations {
    set(&[(
        "0001_t.sql",
        "CREATE TABLE t (id int PRIMARY KEY, a int);\nINSERT INTO t VALUES (1, 1);\n\
         CREATE INDEX ASYNC t_a ON t (a);\nUPDATE t SET a = a + 1;",
    )])
}

/// As a holder that died leaves it: taken, with `expires` to go.
async fn abandon(database: &crate::support::Database, expires: &str) {
    let sql = format!(
        "UPDATE schema_migrations_lease SET holder = 'somebody/1/dead', fence = fence + 1, since = now(), \
         expires_at = now() + interval '{expires}' WHERE id IN (1, 2)"
    );
    database.run(&[&sql]).await;
}

#[tokio::test]
async fn a_lease_whose_holder_died_is_taken_over() {
    let database = database().await;
    set(&[("0000_first.sql", "CREATE TABLE first (id int PRIMARY KEY);")])
        .run(&database.config())
        .await
        .expect("it runs");
    abandon(&database, "1 second").await;
    let migrations = set(&[
        ("0000_first.sql", "CREATE TABLE first (id int PRIMARY KEY);"),
        ("0001_second.sql", "CREATE TABLE second (id int PRIMARY KEY);"),
    ]);
    let report =
        migrations.with(quick()).run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(report.applied.len(), 1);
    database.assert_at_rest().await;
}

#[tokio::test]
async fn a_living_holder_is_waited_for_up_to_a_limit() {
    let database = database().await;
    set(&[]).with(quick()).run(&database.config()).await.expect("nothing to do");
    let first = ("0001_a.sql", "CREATE TABLE a (id int PRIMARY KEY);");
    set(&[first]).run(&database.config()).await.expect("it runs");
    abandon(&database, "59 minutes").await;
    let more = set(&[first, ("0002_b.sql", "CREATE TABLE b (id int PRIMARY KEY);")]);
    let options = quick().lock_timeout(Duration::from_millis(200));
    let error = more.with(options).run(&database.config()).await.expect_err("somebody has it");
    assert_eq!(error.kind(), ErrorKind::LeaseTimeout);
    assert!(error.to_string().contains("somebody/1/dead"), "{error}");
    let status = more.with(quick()).status(&database.config()).await.expect("it tells");
    assert_eq!(status.lease.map(|lease| lease.holder).as_deref(), Some("somebody/1/dead"));
    assert_eq!(status.migrations[1].state, State::Pending);
}

/// The job takes several times as long as the lease, and another instance tries all the while.
#[tokio::test]
async fn a_long_job_keeps_the_lease() {
    let database = database_with(|options| options.job_time(Duration::from_secs(4))).await;
    let (migrations, config) = (with_index(), database.config());
    let (one, other) = tokio::join!(async { migrations.with(quick()).run(&config).await }, async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        migrations.with(quick()).run(&config).await
    });
    let (one, other) = (one.expect("one ends well"), other.expect("the other ends well"));
    assert_eq!((one.applied.len(), other.applied.len()), (1, 0));
    assert_eq!(
        database.rows("SELECT fence FROM schema_migrations_lease WHERE id = 1").await,
        ["1"],
        "nobody took over"
    );
    assert_eq!(database.rows("SELECT a FROM t").await, ["2"]);
    database.assert_at_rest().await;
}

/// A holder stands still for longer than its lease, another one takes over, then the first one goes on.
async fn wakes_after_its_lease(migrations: Migrations, message: usize, side: Side) {
    let database = database().await;
    database.relay.freeze_at(message, side);
    let frozen = tokio::spawn({
        let (migrations, config) = (migrations.clone(), database.config());
        async move { migrations.with(quick()).run(&config).await }
    });
    database.relay.frozen().await;
    let other = migrations.with(quick()).run(&database.direct()).await;
    let other = other.unwrap_or_else(|error| panic!("frozen {side:?} {message}: {error}"));
    database.relay.thaw();
    let woken = tokio::time::timeout(Duration::from_secs(120), frozen).await;
    let woken = woken.unwrap_or_else(|_| panic!("woken {side:?} {message}: no end")).expect("no panic");
    let woken = woken.unwrap_or_else(|error| panic!("woken {side:?} {message}: {error}"));
    assert_eq!(other.applied.len() + woken.applied.len(), 1, "frozen {side:?} {message}");
    assert_eq!(database.rows("SELECT a FROM t").await, ["2"], "frozen {side:?} {message}");
    assert_eq!(database.ledger().await, ["0001"]);
    database.assert_empty_journal().await;
}

async fn wakes_anywhere(migrations: Migrations) {
    let mut running = JoinSet::new();
    for message in 0..14 {
        running.spawn(wakes_after_its_lease(migrations.clone(), message, Side::Before));
        running.spawn(wakes_after_its_lease(migrations.clone(), message, Side::After));
    }
    while let Some(ended) = running.join_next().await {
        ended.expect("no panic");
    }
}

/// The server's clock steps forward by an hour while a holder is at work, and its lease is over at once; or back by
/// an hour, and the lease that it renews ends much later than it thinks. The clock of a PostgreSQL cannot be set
/// for one database, but nothing of it matters except how far the lease's end is from now: that is what is moved.
async fn steps(step: &str, message: usize) {
    let database = database().await;
    let migrations = with_index();
    database.relay.freeze_at(message, Side::After);
    let holder = tokio::spawn({
        let (migrations, config) = (migrations.clone(), database.config());
        async move { migrations.with(quick()).run(&config).await }
    });
    database.relay.frozen().await;
    let sql = format!("UPDATE schema_migrations_lease SET expires_at = expires_at {step}");
    database.run(&[&sql]).await;
    let other = tokio::spawn({
        let (migrations, config) = (migrations.clone(), database.direct());
        async move { migrations.with(quick()).run(&config).await }
    });
    tokio::time::sleep(Duration::from_millis(400)).await;
    database.relay.thaw();
    let mut applied = 0;
    for run in [holder, other] {
        let run = run.await.expect("no panic");
        applied += run.unwrap_or_else(|error| panic!("{step} at {message}: {error}")).applied.len();
    }
    assert_eq!(applied, 1, "{step} at {message}");
    assert_eq!(database.rows("SELECT a FROM t").await, ["2"], "{step} at {message}");
    database.assert_at_rest().await;
}

#[tokio::test]
async fn a_clock_that_steps_doubles_nothing() {
    let mut running = JoinSet::new();
    // From the first message after the lease was taken to the last record.
    for message in 6..14 {
        running.spawn(steps("- interval '1 hour'", message));
        running.spawn(steps("+ interval '1 hour'", message));
    }
    while let Some(ended) = running.join_next().await {
        ended.expect("no panic");
    }
}

#[tokio::test]
async fn a_holder_that_wakes_after_its_lease_changes_nothing() {
    wakes_anywhere(with_index()).await;
}

/// A setting is sent outside any record, so it is for the runner itself to see that its lease is gone.
#[tokio::test]
async fn a_holder_that_wakes_before_a_setting_sees_that_its_lease_is_gone() {
    wakes_anywhere(set(&[(
        "0001_t.sql",
        "CREATE TABLE t (id int PRIMARY KEY, a int);\nSET search_path = public;\nINSERT INTO t VALUES (1, 1);\n\
         CREATE INDEX ASYNC t_a ON t (a);\nUPDATE t SET a = a + 1;",
    )]))
    .await;
}

#[tokio::test]
async fn a_run_that_is_asked_to_stop_gives_the_lease_back() {
    let database = database_with(|options| options.job_time(Duration::from_secs(3600))).await;
    let migrations = set(&[(
        "0001_t.sql",
        "CREATE TABLE t (id int PRIMARY KEY, a int);\nINSERT INTO t VALUES (1, 1);\nCREATE INDEX ASYNC t_a ON t (a);",
    )]);
    let error = migrations
        .with(quick())
        .run_until(&database.config(), async {
            let building = "SELECT count(*) FROM pg_class WHERE relname = 't_a'";
            while database.rows(building).await != ["1"] {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await
        .expect_err("it was stopped");
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert_eq!(database.rows("SELECT holder FROM schema_migrations_lease WHERE id = 1").await, ["-"]);
    let status = migrations.with(quick()).status(&database.config()).await.expect("it tells");
    let State::InFlight { done, steps, started } = &status.migrations[0].state else {
        panic!("{status:?}");
    };
    assert_eq!((*done, *steps, started.len()), (2, 3, 1));
    assert_eq!(started[0].line, Some(3));
}

#[tokio::test]
async fn a_lent_connection_is_enough() {
    let database = database().await;
    let (client, connection) = database.config().connect(NoTls).await.expect("it connects");
    tokio::spawn(connection);
    let migrations = set(&[
        ("0001_app.sql", "CREATE SCHEMA app;"),
        (
            "0002_in_app.sql",
            "SET search_path = app;\nCREATE TABLE inside (id int PRIMARY KEY);\nCREATE INDEX ASYNC inside_id ON inside (id);",
        ),
        ("0003_outside.sql", "CREATE TABLE outside (id int PRIMARY KEY);\nINSERT INTO outside VALUES (1);"),
    ]);
    let report = migrations.with(quick()).run_on(&client).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(report.applied.len(), 3);
    let tables = database
        .rows(
            "SELECT schemaname, tablename FROM pg_tables WHERE tablename IN ('inside', 'outside') ORDER BY 2",
        )
        .await;
    assert_eq!(tables, ["app|inside", "public|outside"]);
    assert!(migrations.with(quick()).run_on(&client).await.expect("again").is_current());
    database.assert_at_rest().await;
}

#[tokio::test]
async fn a_lent_connection_that_ends_is_said_to_have_ended() {
    let database = database().await;
    let (client, connection) = database.config().connect(NoTls).await.expect("it connects");
    tokio::spawn(connection);
    database.relay.cut_at(9, Side::After);
    let error = with_index().with(quick()).run_on(&client).await.expect_err("the connection was cut");
    assert_eq!(error.kind(), ErrorKind::ConnectionEnded);
}

/// The statement takes several times as long as the lease, which a second connection renews meanwhile.
#[tokio::test]
async fn a_long_statement_keeps_the_lease() {
    let database = database().await;
    let migrations = set(&[("0001_slow.sql", "CREATE TABLE slow (id int PRIMARY KEY);")]);
    database.control().inject(Fault::new(Point::Message, Strike::Delay(5000)).matching("CREATE TABLE slow"));
    let config = database.config();
    let options = || quick().lease(Duration::from_secs(2), Duration::from_millis(200));
    let (one, other) = tokio::join!(async { migrations.with(options()).run(&config).await }, async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        migrations.with(options()).run(&config).await
    });
    let (one, other) = (one.expect("one ends well"), other.expect("the other ends well"));
    assert_eq!((one.applied.len(), other.applied.len()), (1, 0));
    assert_eq!(
        database.rows("SELECT fence FROM schema_migrations_lease WHERE id = 1").await,
        ["1"],
        "nobody took over"
    );
}

/// Rows that take longer than a lease are written once, under a lease that outlasts any transaction.
#[tokio::test]
async fn a_long_row_step_is_written_once() {
    let database = database().await;
    let migrations = set(&[(
        "0001_slow.sql",
        "CREATE TABLE slow (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), n int);\nINSERT INTO slow (n) VALUES (1);",
    )]);
    database
        .control()
        .inject(Fault::new(Point::Message, Strike::Delay(2500)).matching("INSERT INTO slow").times(2));
    migrations.with(quick()).run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(database.rows("SELECT n FROM slow").await, ["1"]);
    database.assert_at_rest().await;
}
