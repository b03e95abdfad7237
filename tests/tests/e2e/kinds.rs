//! Baselines, files that are always applied, and ledgers that another runner has left with a hole.

use crate::support::{Database, database, quick, set};
use dsql_migrate::{ErrorKind, Migrations, Options, State};
use dsql_migrate::{LateFiles, MigrationKind};
use dsql_migrate_tests::relay::Side;

const BASELINE: (&str, &str) = (
    "0000_baseline.sql",
    "-- dsql: baseline\n\
     CREATE SCHEMA IF NOT EXISTS app;\nSET search_path = app, public;\n\
     CREATE TABLE IF NOT EXISTS users (id int PRIMARY KEY, email text);\n\
     CREATE UNIQUE INDEX ASYNC users_email ON users (email);\n\
     INSERT INTO users VALUES (1, 'a@example.com');\n\
     ALTER TABLE users ADD CHECK (email <> '') NOT VALID;",
);
const NEXT: (&str, &str) = ("0001_name.sql", "ALTER TABLE app.users ADD COLUMN name text;");

/// What the baseline describes, made by other means and used since.
const BEFORE: [&str; 5] = [
    "CREATE SCHEMA app",
    "CREATE TABLE app.users (id int PRIMARY KEY, email text)",
    "CREATE UNIQUE INDEX ASYNC users_email ON app.users (email)",
    "ALTER TABLE app.users ADD CONSTRAINT users_email_check CHECK (email <> '') NOT VALID",
    "INSERT INTO app.users VALUES (7, 'b@example.com')",
];

async fn used_before() -> Database {
    let database = database().await;
    database.run(&BEFORE).await;
    let building = "SELECT count(*) FROM pg_index WHERE NOT indisvalid";
    while database.rows(building).await != ["0"] {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    database
}

#[tokio::test]
async fn a_baseline_is_run_on_a_new_database() {
    let database = database().await;
    let migrations = set(&[BASELINE, NEXT]);
    let report = migrations.run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(report.applied.iter().map(|one| one.adopted).collect::<Vec<_>>(), [false, false]);
    assert_eq!(database.rows("SELECT id, email, name FROM app.users").await, ["1|a@example.com|-"]);
    database.relay.clear();
    assert!(migrations.run(&database.config()).await.expect("it is current").is_current());
    assert_eq!(database.relay.sent().len(), 1);
    database.assert_at_rest().await;
}

#[tokio::test]
async fn a_baseline_is_recorded_where_all_of_it_is_there() {
    let database = used_before().await;
    let migrations = set(&[BASELINE, NEXT]);
    let dry = migrations.with(quick()).dry_run(&database.config()).await.expect("it tells");
    assert_eq!(dry.pending[0].kind, MigrationKind::Baseline);
    assert!(dry.to_string().contains("recorded and not run"), "{dry}");
    let report = migrations.run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(report.applied.iter().map(|one| one.adopted).collect::<Vec<_>>(), [true, false]);
    assert_eq!(database.rows("SELECT id, email, name FROM app.users").await, ["7|b@example.com|-"]);
    assert_eq!(database.ledger().await, ["0000", "0001"]);
    assert!(migrations.run(&database.config()).await.expect("it is current").is_current());
    database.assert_at_rest().await;
}

#[tokio::test]
async fn a_part_of_a_baseline_is_neither_run_nor_recorded() {
    let database = used_before().await;
    database.run(&["DROP INDEX app.users_email"]).await;
    let error = set(&[BASELINE, NEXT]).run(&database.config()).await.expect_err("the index is not there");
    assert_eq!(
        (error.kind(), error.file()),
        (ErrorKind::PartialBaseline, Some("migrations/0000_baseline.sql"))
    );
    let text = error.to_string();
    for part in [
        "a part of this baseline: schema app is there; table users",
        "not as the baseline says: index users_email of users is there and valid",
        "make the baseline what this database has",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(database.ledger().await, Vec::<String>::new());
    assert_eq!(database.rows("SELECT holder FROM schema_migrations_lease WHERE id = 1").await, ["-"]);
}

/// Whenever it is cut off, one that is being run is run to its end, and one that was there is not run.
#[tokio::test]
async fn a_baseline_is_cut_off_at_every_message() {
    for message in 0..32 {
        for there in [false, true] {
            let database = if there { used_before().await } else { database().await };
            database.relay.cut_at(message, Side::After);
            let run = set(&[BASELINE, NEXT]).with(quick()).run(&database.config()).await;
            run.unwrap_or_else(|error| panic!("cut {message}, there {there}: {error}"));
            let expected = if there { "7|b@example.com|-" } else { "1|a@example.com|-" };
            let users = database.rows("SELECT id, email, name FROM app.users").await;
            assert_eq!(users, [expected], "cut {message}, there {there}");
            database.assert_at_rest().await;
        }
    }
}

fn with_grants(grants: &str) -> Migrations {
    set(&[
        ("0001_t.sql", "CREATE TABLE t (id int PRIMARY KEY, n int);"),
        ("0050_always.sql", &format!("-- dsql: always\n{grants}")),
        ("0051_u.sql", "CREATE TABLE u (id int PRIMARY KEY, n int);"),
    ])
}

const FIRST: &str = "CREATE OR REPLACE VIEW totals AS SELECT count(*) AS n FROM u;\n\
                     AWS IAM GRANT admin TO 'arn:aws:iam::111122223333:role/a';\n\
                     INSERT INTO t VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET n = t.n + 1;";

#[tokio::test]
async fn what_is_always_applied_is_applied_again_when_it_has_changed() {
    let database = database().await;
    let report = with_grants(FIRST).run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    let order: Vec<&str> = report.applied.iter().map(|one| one.version.as_str()).collect();
    assert_eq!(order, ["0001", "0051", "0050"], "it names what comes later in the folder");
    database.relay.clear();
    assert!(with_grants(FIRST).run(&database.config()).await.expect("it is current").is_current());
    assert_eq!(database.relay.sent().len(), 1, "a boot that is current still costs one");
    let before = database.rows("SELECT applied_at FROM schema_migrations WHERE version = '0050'").await;

    let edited = with_grants(&format!("{FIRST}\nCOMMENT ON VIEW totals IS 'all';"));
    let status = edited.with(quick()).status(&database.config()).await.expect("it tells");
    assert!(matches!(status.migrations[1].state, State::Outdated { .. }), "{status}");
    assert!(!status.is_current());
    let report = edited.run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(report.applied.iter().map(|one| one.version.as_str()).collect::<Vec<_>>(), ["0050"]);
    assert_eq!(database.rows("SELECT n FROM t").await, ["2"], "once for each version of the file");
    assert_eq!(database.rows("SELECT obj_description('totals'::regclass)").await, ["all"]);
    assert_eq!(database.rows("SELECT arn FROM sys.iam_pg_role_mappings").await.len(), 1);
    let after = database.rows("SELECT applied_at FROM schema_migrations WHERE version = '0050'").await;
    assert_ne!(before, after, "the ledger says when it was last applied");
    assert!(edited.run(&database.config()).await.expect("it is current").is_current());
    assert!(edited.with(quick()).status(&database.config()).await.expect("it tells").is_current());
    database.assert_at_rest().await;
}

#[tokio::test]
async fn what_is_always_applied_is_cut_off_at_every_message() {
    for message in 0..24 {
        let database = database().await;
        with_grants(FIRST).run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
        let edited = with_grants(&format!("{FIRST}\nCOMMENT ON VIEW totals IS 'all';"));
        database.relay.cut_at(message, Side::After);
        let run = edited.with(quick()).run(&database.config()).await;
        run.unwrap_or_else(|error| panic!("cut {message}: {error}"));
        assert_eq!(database.rows("SELECT n FROM t").await, ["2"], "cut {message}");
        database.assert_at_rest().await;
    }
}

/// A service that is rolled back does not take back what the newer one has set.
#[tokio::test]
async fn an_older_binary_leaves_alone_what_a_newer_one_always_applies() {
    let database = database().await;
    let newer = set(&[
        ("0001_t.sql", "CREATE TABLE t (id int PRIMARY KEY, n int);"),
        ("0050_always.sql", "-- dsql: always\nCOMMENT ON TABLE t IS 'new';"),
        ("0051_u.sql", "CREATE TABLE u (id int PRIMARY KEY);"),
    ]);
    newer.run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    let older = set(&[
        ("0001_t.sql", "CREATE TABLE t (id int PRIMARY KEY, n int);"),
        ("0050_always.sql", "-- dsql: always\nCOMMENT ON TABLE t IS 'old';"),
    ]);
    let report = older.run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((report.applied.len(), report.held_back), (0, vec!["0050".to_owned()]));
    assert_eq!(database.rows("SELECT obj_description('t'::regclass)").await, ["new"]);
}

/// The runner of `users.md`: three columns, no checksums.
async fn adopted(versions: &[&str]) -> Database {
    let database = database().await;
    database
        .run(&["CREATE TABLE schema_migrations (version text PRIMARY KEY, name text NOT NULL, \
                applied_at timestamptz NOT NULL DEFAULT now())"])
        .await;
    for version in versions {
        let table = format!("CREATE TABLE t{version} (id int PRIMARY KEY)");
        let row = format!("INSERT INTO schema_migrations (version, name) VALUES ('{version}', 't')");
        database.run(&[&table, &row]).await;
    }
    database
}

#[tokio::test]
async fn a_hole_in_the_ledger_of_another_runner_is_said_to_be_one() {
    let database = adopted(&["0001", "0003"]).await;
    let migrations = set(&[
        ("0001_t.sql", "CREATE TABLE t0001 (id int PRIMARY KEY);"),
        ("0002_t.sql", "CREATE TABLE t0002 (id int PRIMARY KEY);"),
        ("0003_t.sql", "CREATE TABLE t0003 (id int PRIMARY KEY);"),
    ]);
    for dry in [true, false] {
        let runner = migrations.with(quick());
        let error = match dry {
            true => runner.dry_run(&database.config()).await.expect_err("0002 is missing in the middle"),
            false => runner.run(&database.config()).await.expect_err("0002 is missing in the middle"),
        };
        assert_eq!((error.kind(), error.version()), (ErrorKind::OutOfOrder, Some("0002")));
        let text = error.to_string();
        assert!(text.contains("has left it out") && text.contains("late_files"), "{text}");
    }
    let options = quick().late_files(LateFiles::Apply);
    let report =
        migrations.with(options).run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(report.applied.iter().map(|one| one.version.as_str()).collect::<Vec<_>>(), ["0002"]);
    assert!(
        migrations
            .with(Options::default())
            .run(&database.config())
            .await
            .expect("it is current")
            .is_current()
    );
}

/// A file that was edited while it was in flight goes on with what its author says, without a hand on the tables.
#[tokio::test]
async fn an_edit_of_an_applied_step_can_be_vouched_for() {
    let database = database().await;
    let file = |sql: &str| set(&[("0001_t.sql", sql)]);
    let wrong = "CREATE TABLE t (id int PRIMARY KEY);\nINSERT INTO t VALUES (1), (1);";
    file(wrong).run(&database.config()).await.expect_err("1 is there twice");
    let edited = "CREATE TABLE t (id integer PRIMARY KEY);\nINSERT INTO t VALUES (1);";
    let error = file(edited).run(&database.config()).await.expect_err("the first step was applied");
    assert_eq!(error.kind(), ErrorKind::EditedInFlight);
    let remedy = error.what_to_do().expect("there is something to do");
    let directive =
        remedy.split('`').find(|part| part.starts_with("-- dsql: replaces ")).expect("it is in it");
    let vouched = file(&format!("{directive}\n{edited}"));
    vouched.run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(database.rows("SELECT id FROM t").await, ["1"]);
    let status = vouched.with(quick()).status(&database.config()).await.expect("it tells");
    assert!(status.is_current(), "{status}");
    database.assert_at_rest().await;
}
