//! Files that are always applied, when one of them goes away, when a roll-out holds back, and when the database is newer.

use crate::support::{Database, database, quick, set};
use dsql_migrate::{ErrorKind, Migrations, Options, Report};

const T: (&str, &str) = ("0001_t.sql", "CREATE TABLE t (id int PRIMARY KEY, a int);");
const U: (&str, &str) = ("0200_u.sql", "CREATE TABLE u (id int PRIMARY KEY);");

fn comment(on: &str, text: &str) -> String {
    format!("-- dsql: always\nCOMMENT ON COLUMN t.{on} IS '{text}';")
}

async fn comments(database: &Database) -> Vec<String> {
    database.rows("SELECT col_description('t'::regclass, 1), col_description('t'::regclass, 2)").await
}

async fn applied(database: &Database, migrations: &Migrations, options: Options) -> Report {
    migrations.with(options).run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"))
}

fn versions(report: &Report) -> Vec<&str> {
    report.applied.iter().map(|one| one.version.as_str()).collect()
}

/// Below and above the ordinary files, deleted and given another number: the other one, which has changed, is applied.
#[tokio::test]
async fn one_that_is_gone_holds_nothing_back() {
    for gone in ["0050", "0100", "9000"] {
        for renumbered in [None, Some("0060"), Some("9500")] {
            let database = database().await;
            let first = comment("id", "one");
            let other = comment("a", "one");
            let (gone_file, other_file) = (format!("{gone}_always.sql"), "0300_other.sql");
            applied(&database, &set(&[T, (&gone_file, &first), U, (other_file, &other)]), quick()).await;
            assert_eq!(comments(&database).await, ["one|one"]);

            let edited = comment("a", "two");
            let renumbered_file = renumbered.map(|number| format!("{number}_always.sql"));
            let mut files = vec![T, U, (other_file, edited.as_str())];
            files.extend(renumbered_file.as_deref().map(|name| (name, first.as_str())));
            let migrations = set(&files);
            let what = format!("{gone} {renumbered:?}");
            let report = applied(&database, &migrations, quick()).await;
            assert!(versions(&report).contains(&"0300"), "{what}: {report:?}");
            assert_eq!(report.held_back, [""; 0], "{what}");
            assert_eq!(comments(&database).await, ["one|two"], "{what}");
            migrations
                .with(quick())
                .verify(&database.config())
                .await
                .unwrap_or_else(|error| panic!("{error}"));
            assert!(applied(&database, &migrations, quick()).await.is_current(), "{what}");
            database.assert_at_rest().await;
        }
    }
}

#[tokio::test]
async fn a_roll_out_that_takes_nothing_away_holds_back_those_that_do() {
    let database = database().await;
    let view = ("0002_v.sql", "CREATE VIEW v AS SELECT id FROM t;");
    let takes = "-- dsql: always\nDROP VIEW IF EXISTS v;";
    let adds = comment("a", "one");
    let migrations = set(&[T, view, ("9000_adds.sql", &adds), ("9001_takes.sql", takes)]);
    let report = applied(&database, &migrations, quick().contract(false)).await;
    assert_eq!(versions(&report), ["0001", "0002", "9000"]);
    assert_eq!(report.held_back, ["9001"]);
    assert_eq!(database.rows("SELECT to_regclass('v') IS NOT NULL").await, ["t"]);
    migrations
        .with(quick().contract(false))
        .verify(&database.config())
        .await
        .expect("that much was asked for");
    let error = migrations.with(quick()).verify(&database.config()).await.expect_err("9001 is not applied");
    assert_eq!(error.kind(), ErrorKind::Pending);
    assert!(error.to_string().contains("9001"), "{error}");
    assert_eq!(versions(&applied(&database, &migrations, quick()).await), ["9001"]);
    assert_eq!(database.rows("SELECT to_regclass('v') IS NOT NULL").await, ["f"]);
}

/// Beyond the target nothing is applied; and while an ordinary file is held back, what is always applied may name what
/// it makes.
#[tokio::test]
async fn a_target_holds_them_back() {
    let (one, two) = (comment("id", "one"), comment("a", "one"));
    let migrations = set(&[T, ("0100_one.sql", &one), U, ("9000_two.sql", &two)]);
    for (target, now, later) in [
        ("0001", vec!["0001"], vec!["0100", "0200", "9000"]),
        ("0200", vec!["0001", "0200", "0100"], vec!["9000"]),
        ("9000", vec!["0001", "0200", "0100", "9000"], vec![]),
    ] {
        let database = database().await;
        let report = applied(&database, &migrations, quick().target(target)).await;
        assert_eq!(versions(&report), now, "{target}");
        let mut held_back = report.held_back.clone();
        held_back.sort();
        assert_eq!(held_back, later, "{target}");
        assert_eq!(applied(&database, &migrations, quick()).await.applied.len(), later.len(), "{target}");
        assert_eq!(comments(&database).await, ["one|one"], "{target}");
    }
}

#[tokio::test]
async fn what_is_held_back_for_a_newer_database_is_said() {
    let database = database().await;
    let (old, new) = (comment("a", "old"), comment("a", "new"));
    applied(&database, &set(&[T, ("0100_always.sql", &new), U]), quick()).await;
    let older = set(&[T, ("0100_always.sql", &old)]);
    let report = applied(&database, &older, quick()).await;
    assert_eq!((versions(&report), report.held_back.clone()), (vec![], vec!["0100".to_owned()]));
    assert_eq!(comments(&database).await, ["-|new"]);
    let error = older.with(quick()).verify(&database.config()).await.expect_err("0100 is held back");
    assert_eq!(error.kind(), ErrorKind::Pending);
    let text = error.to_string();
    assert!(text.contains("0100") && text.contains("newer"), "{text}");
    // With the same text there is nothing to hold back.
    let same = set(&[T, ("0100_always.sql", &new)]);
    same.with(quick()).verify(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
}
