//! All that the library can do, as far as it sends something for it.

use super::Sent;
use crate::faults::at_every_message;
use crate::support::{Database, database, database_with, quick, set};
use dsql_migrate::refinery::Bridge;
use dsql_migrate::{AppliedElsewhere, Begun, Migrations};
use dsql_migrate_tests::form;
use dsql_migrate_tests::relay::Side;
use dsql_migrate_tests::sets;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::NoTls;

pub(super) async fn all(sent: &Arc<Sent>) {
    boots(sent).await;
    lost_answers(sent, &every_kind()).await;
    lost_answers(sent, &names()).await;
    baselines(sent).await;
    jobs(sent).await;
    takeovers(sent).await;
    older_layouts(sent).await;
    roles(sent).await;
    without_identities(sent).await;
    lent(sent).await;
    refinery(sent).await;
}

fn every_kind() -> Migrations {
    sets::every_kind().unwrap_or_else(|refusal| panic!("{refusal}"))
}

/// What has a name in ways that [`every_kind`] leaves out.
fn names() -> Migrations {
    set(&[
        (
            "0001_domains.sql",
            "CREATE SCHEMA app;\nCREATE DOMAIN app.d AS int CONSTRAINT positive CHECK (VALUE > 0);\n\
             CREATE DOMAIN d AS int CONSTRAINT positive CHECK (VALUE > 0);\n\
             ALTER DOMAIN d RENAME CONSTRAINT positive TO above;\n\
             ALTER DOMAIN app.d RENAME CONSTRAINT positive TO above;\n\
             ALTER DOMAIN d RENAME TO e;\nDROP DOMAIN e;",
        ),
        (
            "0002_functions.sql",
            "CREATE FUNCTION app.f() RETURNS int LANGUAGE sql AS 'SELECT 1';\n\
             CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';\n\
             ALTER FUNCTION f() RENAME TO g;\nDROP FUNCTION g();",
        ),
        (
            "0003_statistics.sql",
            "CREATE TABLE c (id bigint NOT NULL PRIMARY KEY, a int, b int);\n\
             CREATE STATISTICS app.s ON a, b FROM c;\nCREATE STATISTICS s ON a, b FROM c;\nCREATE STATISTICS r ON a, b FROM c;\n\
             ALTER STATISTICS s RENAME TO t;\nDROP STATISTICS r;",
        ),
        (
            "0004_tables.sql",
            "CREATE TABLE app.t (id int PRIMARY KEY, a int);\n\
             CREATE TABLE IF NOT EXISTS u (id bigint NOT NULL PRIMARY KEY);\n\
             ALTER TABLE u ALTER id ADD GENERATED ALWAYS AS IDENTITY (CACHE 1);\n\
             CREATE INDEX ASYNC IF NOT EXISTS t_a ON app.t (a);\nALTER TABLE c RENAME TO k;\n\
             CREATE VIEW w AS SELECT 1 AS one;\nDROP VIEW w;\n\
             CREATE SCHEMA AUTHORIZATION CURRENT_USER;",
        ),
    ])
}

async fn boots(sent: &Sent) {
    let database = database().await;
    let set = every_kind();
    let hook = "GRANT SELECT ON hits TO admin";
    let options = || quick().after_migrate(move |it| Box::pin(async move { it.execute(hook).await }));
    set.with(quick()).dry_run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    for _ in 0..2 {
        set.with(options()).run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    }
    let runner = set.with(quick());
    runner.status(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    runner.verify(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    sent.take_in(&database.relay, &[&set], &[hook]);
}

/// The connection is cut after each of the set's own DDL statements, so that a proof is asked for it.
async fn lost_answers(sent: &Arc<Sent>, set: &Migrations) {
    let steps = set.plan().migrations.iter().flat_map(|it| it.steps.iter());
    let alone: BTreeSet<String> = steps
        .filter(|step| !matches!(step.kind, dsql_migrate_plan::StepKind::Dml { .. }))
        .flat_map(|step| step.statements().map(|it| form::of_user(&it.sql)).collect::<Vec<_>>())
        .collect();
    let alone: Vec<String> = alone.into_iter().collect();
    at_every_message(alone.len(), |number| {
        let (sent, set, statement) = (Arc::clone(sent), set.clone(), alone[number].clone());
        async move {
            let database = database().await;
            let cut = statement.clone();
            database.relay.cut_after(move |message| form::of_user(message) == cut);
            let run = set.with(quick()).run(&database.config()).await;
            run.unwrap_or_else(|error| panic!("cut after {statement}: {error}"));
            assert_eq!(database.relay.cuts(), 1, "{statement}");
            sent.take_in(&database.relay, &[&set], &[]);
        }
    })
    .await;
}

async fn baselines(sent: &Sent) {
    let made = "CREATE TABLE t (id int PRIMARY KEY, a int, CONSTRAINT positive CHECK (a > 0));\n\
                CREATE INDEX ASYNC t_a ON t (a);\nCREATE DOMAIN d AS int CONSTRAINT positive CHECK (VALUE > 0);\n\
                ALTER DOMAIN d RENAME CONSTRAINT positive TO above;\n\
                CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';\nCREATE STATISTICS s ON id, a FROM t;\n\
                ALTER TABLE t ADD COLUMN b int;\n\
                ALTER TABLE t ADD CONSTRAINT b_there CHECK (b IS NOT NULL) NOT VALID;\n\
                ALTER TABLE ASYNC t VALIDATE CONSTRAINT b_there;\nCREATE VIEW v AS SELECT 1 AS one;";
    let as_baseline = set(&[
        ("0001_all.sql", &format!("-- dsql: baseline\n{made}")),
        ("0002_more.sql", "ALTER TABLE t ADD COLUMN c int;"),
    ]);
    let ordinary = set(&[("0001_all.sql", made), ("0002_more.sql", "ALTER TABLE t ADD COLUMN c int;")]);
    for there in [false, true] {
        let database = database().await;
        if there {
            let before = ordinary.with(quick().table("elsewhere").target("0001"));
            before.run(&database.direct()).await.unwrap_or_else(|error| panic!("{error}"));
        }
        as_baseline.with(quick()).run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
        let other = ordinary.with(quick().table("another"));
        let found =
            other.baseline(&database.config(), "0002").await.unwrap_or_else(|error| panic!("{error}"));
        assert!(found.mismatches.is_empty(), "{found:?}");
        let applied = [
            AppliedElsewhere::new("0001").at("2026-01-02 03:04:05Z"),
            AppliedElsewhere::new("0002").at("2026-01-02 03:04:06Z"),
        ];
        let recorded = other.record(&database.config(), &applied, Begun::Refuse).await;
        recorded.unwrap_or_else(|error| panic!("{error}"));
        sent.take_in(&database.relay, &[&as_baseline, &ordinary], &[]);
    }
}

async fn jobs(sent: &Sent) {
    let migrations = set(&[(
        "0001_t.sql",
        "CREATE TABLE t (id int PRIMARY KEY, a int);\nCREATE INDEX ASYNC t_a ON t (a);\n\
         ALTER TABLE t ADD CONSTRAINT a_there CHECK (a IS NOT NULL) NOT VALID;\n\
         ALTER TABLE ASYNC t VALIDATE CONSTRAINT a_there;",
    )]);
    let failing = database().await;
    failing.control().fail_next_job("internal error while building");
    migrations.with(quick()).run(&failing.config()).await.unwrap_or_else(|error| panic!("{error}"));
    sent.take_in(&failing.relay, &[&migrations], &[]);

    // An index of the name is another's.
    let taken = database().await;
    taken.run(&["CREATE TABLE o (id int PRIMARY KEY, a int)", "CREATE INDEX ASYNC o_a ON o (id)"]).await;
    let other = set(&[(
        "0001_index.sql",
        "CREATE TABLE p (id int PRIMARY KEY, a int);\nCREATE INDEX ASYNC IF NOT EXISTS o_a ON p (a);",
    )]);
    other.with(quick()).run(&taken.config()).await.expect_err("it is not on p");
    sent.take_in(&taken.relay, &[&other], &[]);

    // What a job builds goes away with its table. No other step asks for the table, so that the run is surely waiting.
    let dropped = database_with(|options| options.job_time(Duration::from_secs(2))).await;
    let alone = set(&[(
        "0001_t.sql",
        "CREATE TABLE t (id int PRIMARY KEY, a int);\nCREATE INDEX ASYNC t_a ON t (a);",
    )]);
    let run = tokio::spawn({
        let (alone, config) = (alone.clone(), dropped.config());
        async move { alone.with(quick()).run(&config).await.map(|_| ()) }
    });
    while dropped.rows("SELECT job_id FROM sys.jobs WHERE job_type = 'INDEX_BUILD'").await.is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    dropped.run(&["DROP TABLE t"]).await;
    run.await.expect("no panic").expect_err("there is no table");
    sent.take_in(&dropped.relay, &[&alone], &[]);

    // A lease that is shorter than a job has to be renewed, and somebody waits for it meanwhile.
    let slow = database_with(|options| options.job_time(Duration::from_secs(2))).await;
    let config = slow.config();
    let (one, two) = (migrations.with(quick()), migrations.with(quick()));
    let (first, second) = tokio::join!(one.run(&config), two.run(&config));
    first.unwrap_or_else(|error| panic!("{error}"));
    second.unwrap_or_else(|error| panic!("{error}"));
    sent.take_in(&slow.relay, &[&migrations], &[]);
}

/// A run dies when it has sent a statement, and the next one takes its lease over.
async fn takeovers(sent: &Sent) {
    let database = database().await;
    let set = every_kind();
    database.relay.cut_at(12, Side::After);
    let dying = tokio::spawn({
        let (set, config) = (set.clone(), database.config());
        async move { set.with(quick()).run(&config).await.map(|_| ()) }
    });
    while database.relay.cuts() == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    dying.abort();
    let _ = dying.await;
    set.with(quick()).run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    sent.take_in(&database.relay, &[&set], &[]);
}

async fn older_layouts(sent: &Sent) {
    let migrations = set(&[
        ("0001_t.sql", "CREATE TABLE t (id int PRIMARY KEY);"),
        ("0002_u.sql", "CREATE TABLE u (id int PRIMARY KEY);"),
    ]);
    let run = async |database: &Database| {
        let runner = migrations.with(quick());
        runner.status(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
        runner.run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
        sent.take_in(&database.relay, &[&migrations], &[]);
    };
    const ROW: &str = "INSERT INTO schema_migrations (version, name) VALUES ('0001', 't')";
    let home_made = database().await;
    home_made
        .run(&[
            "CREATE TABLE t (id int PRIMARY KEY)",
            "CREATE TABLE schema_migrations (version text PRIMARY KEY, name text NOT NULL, \
             applied_at timestamptz NOT NULL DEFAULT now())",
            ROW,
        ])
        .await;
    run(&home_made).await;
    // As an early version of this crate left it: one row for the lease, no intents, its holder dead.
    let early = database().await;
    early
        .run(&[
            "CREATE TABLE t (id int PRIMARY KEY)",
            "CREATE TABLE schema_migrations (version text PRIMARY KEY, name text NOT NULL, \
             applied_at timestamptz NOT NULL DEFAULT now(), checksum text)",
            ROW,
            "CREATE TABLE schema_migrations_steps (version text NOT NULL, step integer NOT NULL, \
             statement_checksum text NOT NULL, state text NOT NULL, job_id text, fence bigint NOT NULL, \
             started_at timestamptz NOT NULL DEFAULT now(), done_at timestamptz, PRIMARY KEY (version, step))",
            "CREATE TABLE schema_migrations_lease (id integer PRIMARY KEY, holder text, fence bigint NOT NULL, \
             seq bigint NOT NULL, since timestamptz NOT NULL, expires_at timestamptz NOT NULL, known text NOT NULL)",
            "INSERT INTO schema_migrations_lease VALUES \
             (1, 'somebody/1/dead', 4, 7, now(), now() - interval '1 hour', '0001 after_migrate')",
        ])
        .await;
    run(&early).await;
}

/// Roles are of the whole emulator, so this one is made in one run.
async fn roles(sent: &Sent) {
    let database = database().await;
    let set = set(&[("0001_r.sql", "CREATE ROLE app_of_lost;")]);
    database.relay.cut_after(|message| message.contains("CREATE ROLE"));
    set.with(quick()).run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    sent.take_in(&database.relay, &[&set], &[]);
}

/// A server that does not have a catalog, and a statement that nobody has an answer to.
async fn without_identities(sent: &Sent) {
    let database = database().await;
    let set = set(&[("0001_s.sql", "CREATE ROLE app_of_scenes;")]);
    database.relay.refuse("pg_roles", "0A000", "the catalog is not supported");
    let stopped = {
        let (set, config) = (set.clone(), database.config());
        database.relay.cut_after(|message| message.contains("CREATE ROLE"));
        set.with(quick()).run(&config).await
    };
    stopped.expect_err("it is there already");
    sent.take_in(&database.relay, &[&set], &[]);
}

async fn lent(sent: &Sent) {
    let database = database().await;
    let set = set(&[(
        "0001_a.sql",
        "CREATE SCHEMA app;\nSET search_path = app;\nCREATE TABLE a (id int PRIMARY KEY);\n\
         SET TIME ZONE 'Europe/Kyiv';\nINSERT INTO a VALUES (1);",
    )]);
    let (client, connection) = database.config().connect(NoTls).await.expect("the relay takes a connection");
    tokio::spawn(connection);
    set.with(quick()).run_on(&client).await.unwrap_or_else(|error| panic!("{error}"));
    sent.take_in(&database.relay, &[&set], &[]);
}

async fn refinery(sent: &Sent) {
    use refinery::{Migration, Runner, Target};
    let database = database().await;
    let sql = "CREATE TABLE a (id int PRIMARY KEY);";
    let both = [
        Migration::unapplied("V1__a", sql).expect("a name"),
        Migration::unapplied("V2__b", "CREATE TABLE b (id int PRIMARY KEY);").expect("a name"),
    ];
    let mut bridge = Bridge::new(database.config()).with(quick());
    let first = Runner::new(&both[..1]).run_async(&mut bridge).await;
    first.unwrap_or_else(|error| panic!("{error}"));
    let rest = Runner::new(&both).set_target(Target::Fake).run_async(&mut bridge).await;
    rest.unwrap_or_else(|error| panic!("{error}"));
    let last = Runner::new(&both).get_last_applied_migration_async(&mut bridge).await;
    last.unwrap_or_else(|error| panic!("{error}"));
    sent.take_in(&database.relay, &[], &[sql]);
}
