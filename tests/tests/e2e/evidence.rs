//! The answer of every statement is lost, before the server acts and after it has acted: what is there in the end is
//! what is there after a run that nothing disturbs, and nothing else has been touched.
//!
//! One database applies all the cases of a table, each a file of its own, so that a case costs no database.

mod case;
mod changes;
mod indexes;
mod tables;
mod world;

use crate::support::{Database, database, quick, set};
use case::{Case, cases};
use dsql_migrate::Migrations;
use dsql_migrate_tests::catalog;
use dsql_migrate_tests::relay::Side;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use world::{Names, WORLDS, World};

/// How many databases are at work at the same time, over all tests.
static AT_ONCE: Semaphore = Semaphore::const_new(8);

/// Who goes on after the answer was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    /// The same run, over another connection.
    SameRun,
    /// The process has died with the connection; another one takes the lease over.
    AnotherRun,
}

fn migrations(names: &Names, cases: &[Case]) -> Migrations {
    let mut files = vec![("0000_schemas.sql".to_owned(), names.schemas())];
    files.extend(cases.iter().map(|case| (case.file(), case.sql(names))));
    let files: Vec<(&str, &str)> = files.iter().map(|(name, sql)| (&**name, &**sql)).collect();
    set(&files)
}

/// Everything that can be told of a database, without what is its own.
async fn state(database: &Database, names: &Names) -> Vec<String> {
    let client = database.client().await;
    let mut queries: Vec<String> = catalog::STATE.iter().map(|query| (*query).to_owned()).collect();
    let tables = database.rows_over(&client, catalog::TABLES).await;
    queries.extend(tables.iter().map(|table| catalog::rows_of(table)));
    let mut state = Vec::new();
    for query in queries {
        state.extend(database.rows_over(&client, &query).await);
    }
    let own = names.own_part();
    let ours = |role: &String| role.contains(&own);
    let roles = database.rows("SELECT 'role', rolname, rolcanlogin FROM pg_roles ORDER BY 2").await;
    state.extend(roles.into_iter().filter(ours));
    // The checksum of a file with a name of the database's own in it is its own, too.
    state.retain(|row| !row.starts_with("ledger"));
    state.iter().map(|row| row.replace(&own, "")).collect()
}

async fn look_alikes(database: &Database) -> Vec<String> {
    let client = database.client().await;
    let mut state = Vec::new();
    for query in catalog::numbered("public") {
        state.extend(database.rows_over(&client, &query).await);
    }
    state
}

fn differences(expected: &[String], found: &[String]) -> Vec<String> {
    let only = |some: &[String], others: &[String], sign: &str| -> Vec<String> {
        some.iter().filter(|row| !others.contains(row)).map(|row| format!("{sign} {row}")).collect()
    };
    let mut all = only(expected, found, "-");
    all.extend(only(found, expected, "+"));
    all
}

/// Makes what is in `public` before anything else, and tells what it is.
async fn prepare(database: &Database, names: &Names, cases: &[Case]) -> Vec<String> {
    if names.has_look_alikes() {
        let statements: Vec<String> = cases.iter().flat_map(|case| case.look_alikes(names)).collect();
        database.run(&statements.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let building = "SELECT count(*) FROM pg_index WHERE NOT indisvalid";
        while database.rows(building).await != ["0"] {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        return look_alikes(database).await;
    }
    Vec::new()
}

/// Applies all the cases of a table in a new database, and tells what is there.
async fn apply(world: World, cases: Arc<Vec<Case>>, lost: Option<(Side, Then)>) -> Vec<String> {
    let _turn = AT_ONCE.acquire().await.expect("it is never closed");
    let what = format!("{world:?}, {lost:?}");
    let names = Names::new(world);
    let database = database().await;
    let behind = prepare(&database, &names, &cases).await;
    let migrations = migrations(&names, &cases);
    match lost {
        None => {}
        Some((side, Then::SameRun)) => {
            database.relay.cut_at_each(cases.iter().map(Case::mark).collect(), side);
        }
        Some((side, Then::AnotherRun)) => {
            let client = database.client().await;
            for case in cases.iter() {
                die_at(&database, &migrations, case, side, &what).await;
                // What the clock would do in time.
                let over = "UPDATE schema_migrations_lease SET expires_at = now() - interval '1 minute'";
                database.run_over(&client, &[over]).await;
            }
        }
    }
    let run = migrations.with(quick()).run(&database.config()).await;
    run.unwrap_or_else(|error| panic!("{what}: {error}"));
    if matches!(lost, Some((_, Then::SameRun))) {
        assert_eq!(database.relay.cuts(), cases.len(), "{what}: every statement's answer is lost");
    }
    database.assert_at_rest().await;
    if names.has_look_alikes() {
        let changed = differences(&behind, &look_alikes(&database).await);
        assert!(changed.is_empty(), "{what}: touched in public: {changed:#?}");
    }
    state(&database, &names).await
}

/// A run whose process dies as its message with the statement of a case is sent, or has been answered.
async fn die_at(database: &Database, migrations: &Migrations, case: &Case, side: Side, what: &str) {
    database.relay.end_at(&case.mark(), side);
    let (config, dying) = (database.config(), migrations.clone());
    let mut dying = tokio::spawn(async move { dying.with(quick()).run(&config).await });
    tokio::select! {
        () = database.relay.ended() => {}
        ended = &mut dying => panic!("{what}: {} was not reached: {ended:?}", case.text()),
    }
    dying.abort();
    let _ = dying.await;
    database.relay.revive();
}

async fn every_answer_is_lost(table: &[&'static str]) {
    in_worlds(table, &WORLDS).await;
}

async fn in_worlds(table: &[&'static str], worlds: &[World]) {
    let cases = Arc::new(cases(table));
    let mut running = JoinSet::new();
    for &world in worlds {
        let cases = Arc::clone(&cases);
        running.spawn(async move {
            let undisturbed = apply(world, Arc::clone(&cases), None).await;
            let mut disturbed = JoinSet::new();
            for side in [Side::Before, Side::After] {
                // Who takes over reads from the journal what names meant; how they are found was seen with the others.
                let others = [Then::SameRun, Then::AnotherRun].into_iter();
                let reads = !matches!(world, World::Path | World::Qualified);
                for then in others.filter(|then| reads || *then == Then::SameRun) {
                    let cases = Arc::clone(&cases);
                    disturbed
                        .spawn(async move { (side, then, apply(world, cases, Some((side, then))).await) });
                }
            }
            while let Some(ended) = disturbed.join_next().await {
                let (side, then, found) = ended.expect("no panic");
                let other = differences(&undisturbed, &found);
                assert!(other.is_empty(), "{world:?}, {side:?}, {then:?}: {other:#?}");
            }
        });
    }
    while let Some(ended) = running.join_next().await {
        ended.expect("no panic");
    }
}

#[tokio::test]
async fn tables_of_every_type() {
    let table: Vec<String> = tables::TYPES
        .iter()
        .map(|spelling| format!("CREATE TABLE @t (id int PRIMARY KEY, v {spelling})"))
        .collect();
    let table: Vec<&'static str> = table.into_iter().map(|text| &*text.leak()).collect();
    // What a type is does not depend on the path; that a table is found on it is seen with the others.
    in_worlds(&table, &[World::Odd]).await;
}

#[tokio::test]
async fn what_makes_something() {
    every_answer_is_lost(tables::TABLES).await;
}

#[tokio::test]
async fn what_takes_something_away() {
    every_answer_is_lost(changes::DROPS).await;
}

#[tokio::test]
async fn what_gives_other_names_and_places() {
    every_answer_is_lost(changes::RENAMES).await;
}

#[tokio::test]
async fn what_changes_columns() {
    every_answer_is_lost(changes::COLUMNS).await;
}

#[tokio::test]
async fn what_changes_constraints() {
    every_answer_is_lost(changes::CONSTRAINTS).await;
}

#[tokio::test]
async fn what_makes_indexes() {
    every_answer_is_lost(indexes::INDEXES).await;
}

#[tokio::test]
async fn rows_rights_and_comments() {
    every_answer_is_lost(indexes::ROWS).await;
}

/// A table of cases is good for nothing where the checker refuses one.
#[test]
fn the_checker_takes_every_case() {
    let all = [
        tables::TABLES,
        changes::DROPS,
        changes::RENAMES,
        changes::COLUMNS,
        changes::CONSTRAINTS,
        indexes::INDEXES,
        indexes::ROWS,
    ];
    let mut refused = Vec::new();
    for (table, world) in all.into_iter().flat_map(|table| WORLDS.map(|world| (table, world))) {
        let names = Names::new(world);
        for case in cases(table) {
            let files = [("0000_schemas.sql", names.schemas()), ("0001_case.sql", case.sql(&names))];
            let files: Vec<(&str, &str)> = files.iter().map(|(name, sql)| (*name, &**sql)).collect();
            if let Err(why) = dsql_migrate_tests::sets::set(&files) {
                refused.push(format!("{world:?} {}\n{why}", case.text()));
            }
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}
