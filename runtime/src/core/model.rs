//! All interleavings of two machines on a small model of a database, cut off at every action.
//!
//! The model is what the SQL promises: a record changes all of its rows if the lease row is as its author left it,
//! and nothing otherwise; a DDL statement is not fenced and may act at any time after it was sent, also after its
//! sender's lease and the quiet time have ended, but not once another DDL statement has been committed (OC001); the
//! statements of a step may be refused because another holder has gone on meanwhile; a transaction has a size; a name
//! may stand for another object once the first one is gone. Each cut, each lost answer, each lease that expires while
//! its holder lives, each failed or forgotten job takes one from a budget; every order of everything else is tried.
//!
//! What it asserts: nothing runs twice or too early, nothing is recorded that is not there, nothing that is not the
//! set's is touched, no record is larger than its room, from every state there is a way to the end, and no circle
//! leads back to a state without a wait or something that is counted.

mod explore;
mod faults;
mod world;

use crate::core::{HookTime, Policies, StepId};
use crate::error::ErrorKind;
use crate::testing::{ddl, dml, drop_table, index, plan, repeatable, repeatable_drop, table};
use dsql_migrate_plan::{MigrationKind, Plan};
use explore::{Ends, explore};
use faults::Without;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use world::{Surroundings, World};

fn tables_and_rows() -> Plan {
    plan(vec![
        ("0001", vec![ddl("CREATE TABLE a (id int)"), dml(&["INSERT INTO a VALUES (1)"])]),
        ("0002", vec![ddl("CREATE TABLE b (id int)")]),
    ])
}

fn jobs() -> Plan {
    let wait_for_first = index("CREATE INDEX ASYNC j ON a (c)", &[0]);
    plan(vec![(
        "0001",
        vec![index("CREATE INDEX ASYNC i ON a (b)", &[]), wait_for_first, dml(&["DELETE FROM a"])],
    )])
}

/// Several rows in the journal when the last step of a file, which is of rows, completes it; then more.
fn many_steps() -> Plan {
    let rows = || dml(&["INSERT INTO a VALUES (1)"]);
    plan(vec![("0001", vec![ddl("CREATE TABLE a"), rows(), rows(), rows()]), ("0002", vec![table("b")])])
}

fn drops() -> Plan {
    plan(vec![("0001", vec![drop_table("a"), repeatable_drop("b"), table("c")])])
}

fn marked(mut plan: Plan, migration: usize, kind: MigrationKind) -> Plan {
    plan.migrations.to_mut()[migration].kind = kind;
    plan
}

fn step(migration: usize, step: usize) -> StepId {
    StepId { migration, step }
}

fn check_from<'a>(name: &str, world: World<'a>, policies: &'a Policies, ends_as: Ends) {
    let found = explore(world, policies, ends_as);
    println!("{name}: {} states, {} ends", found.states, found.ends);
    assert!(found.ends > 0, "{name}: nobody ever ends");
    assert_eq!(found.stuck, None, "{name}: no way to the end");
    assert_eq!(found.circle, None, "{name}: a circle without a wait");
}

fn check(name: &str, plan: &Plan, faults: u8) {
    let policies = Policies::default();
    check_from(name, World::new(plan, &policies, faults), &policies, Ends::Whole);
}

/// Without the mend something must go wrong, or the model could not have told that it is there.
fn misses<'a>(name: &str, world: World<'a>, policies: &'a Policies, ends_as: Ends) {
    let walk = catch_unwind(AssertUnwindSafe(|| explore(world, policies, ends_as)));
    let caught = walk.as_ref().map_or(true, |found| found.stuck.is_some() || found.circle.is_some());
    assert!(caught, "{name}: nothing was found wrong: {walk:?}");
}

#[test]
fn without_faults() {
    check("tables and rows", &tables_and_rows(), 0);
    check("jobs", &jobs(), 0);
    check("many steps", &many_steps(), 0);
    check("drops", &drops(), 0);
}

#[test]
fn tables_and_rows_under_faults() {
    check("tables and rows", &tables_and_rows(), 3);
}

#[test]
fn jobs_under_faults() {
    check("jobs", &jobs(), 2);
}

#[test]
fn many_steps_under_faults() {
    check("many steps", &many_steps(), 1);
}

/// A baseline is run where nothing of it is there, and else recorded: none of its rows are written then.
#[test]
fn a_baseline_is_run_or_recorded() {
    let policies = Policies::default();
    let baseline = vec![table("a"), dml(&["INSERT INTO a VALUES (1)"]), table("b")];
    let plan = marked(plan(vec![("0000", baseline), ("0001", vec![table("c")])]), 0, MigrationKind::Baseline);
    check_from("baseline, new", World::new(&plan, &policies, 2), &policies, Ends::Whole);
    let around = Surroundings { had: BTreeSet::from([0]), ..Surroundings::default() };
    check_from("baseline, there", World::new(&plan, &policies, 2).among(around), &policies, Ends::Whole);
}

fn always() -> Plan {
    let always = vec![repeatable("GRANT a"), dml(&["INSERT INTO a VALUES (1) ON CONFLICT DO NOTHING"])];
    marked(plan(vec![("0001", always), ("0002", vec![ddl("CREATE TABLE a")])]), 0, MigrationKind::Always)
}

/// Its file was there before, and so was that of another one, which is gone.
fn was_always() -> Surroundings {
    Surroundings { old: BTreeSet::from([0]), gone: vec!["9000".into()], ..Surroundings::default() }
}

/// It is applied for the first time, and again, and after what comes later in the folder.
#[test]
fn what_is_always_applied_comes_last() {
    let (policies, plan) = (Policies::default(), always());
    check_from("always, new", World::new(&plan, &policies, 2), &policies, Ends::Whole);
    check_from("always, again", World::new(&plan, &policies, 2).among(was_always()), &policies, Ends::Whole);
}

/// However many die between the last record and the hook's end: it has been called after the last migration.
#[test]
fn the_hook_is_called_after_everything() {
    for time in [HookTime::WhenApplied, HookTime::EveryRun] {
        let policies = Policies { hook: Some(time), ..Policies::default() };
        let first = ("0001", vec![ddl("CREATE TABLE a (id int)")]);
        let plan = plan(vec![first, ("0002", vec![dml(&["INSERT INTO a VALUES (1)"])])]);
        check_from(&format!("hook {time:?}"), World::new(&plan, &policies, 2), &policies, Ends::Whole);
    }
}

/// `DROP TABLE a`, `DROP TABLE IF EXISTS b` and `CREATE TABLE c` with another of each name further down the path.
fn with_others_behind() -> Surroundings {
    let behind = BTreeSet::from([step(0, 0), step(0, 1), step(0, 2)]);
    Surroundings { behind, ..Surroundings::default() }
}

#[test]
fn what_has_the_same_name_elsewhere_is_left_alone() {
    let (policies, plan) = (Policies::default(), drops());
    let world = World::new(&plan, &policies, 2).among(with_others_behind());
    check_from("names in two schemas", world, &policies, Ends::Whole);
}

#[test]
fn what_the_server_refused_is_not_recorded() {
    let (policies, plan) = (Policies::default(), tables_and_rows());
    let taken = BTreeSet::from([step(1, 0)]);
    let world = World::new(&plan, &policies, 2).among(Surroundings { taken, ..Surroundings::default() });
    check_from("taken", world, &policies, Ends::Refused(ErrorKind::Refused));
}

#[test]
fn what_does_nothing_is_not_sent_for_ever() {
    let (policies, plan) = (Policies::default(), jobs());
    let in_vain = BTreeSet::from([step(0, 0)]);
    let world = World::new(&plan, &policies, 1).among(Surroundings { in_vain, ..Surroundings::default() });
    check_from("in vain", world, &policies, Ends::Refused(ErrorKind::Different));
}

#[test]
fn the_model_catches_an_unfenced_record() {
    let (plan, without) = (tables_and_rows(), Without { fence: true, ..Without::default() });
    let policies = Policies::default();
    misses("fence", World::new(&plan, &policies, 2).without(without), &policies, Ends::Whole);
}

#[test]
fn the_model_catches_proofs_by_name() {
    let policies = Policies::default();
    let without = Without { identities: true, schemas: true, ..Without::default() };
    let one = |step| plan(vec![("0001", vec![step])]);
    let behind = Surroundings { behind: BTreeSet::from([step(0, 0)]), ..Surroundings::default() };
    for (name, plan) in [
        ("drop", one(drop_table("a"))),
        ("drop if exists", one(repeatable_drop("a"))),
        ("create", one(table("a"))),
    ] {
        let world = World::new(&plan, &policies, 1).among(behind.clone()).without(without);
        misses(name, world, &policies, Ends::Whole);
    }
}

/// Its proof is right, and yet a statement that comes late finds another object under its name.
#[test]
fn the_model_catches_names_without_a_schema() {
    let policies = Policies::default();
    let without = Without { schemas: true, ..Without::default() };
    let plan = plan(vec![("0001", vec![drop_table("a")])]);
    let behind = Surroundings { behind: BTreeSet::from([step(0, 0)]), ..Surroundings::default() };
    let world = World::new(&plan, &policies, 2).among(behind).without(without);
    misses("schemas", world, &policies, Ends::Whole);
}

#[test]
fn the_model_catches_records_that_grow() {
    let (plan, without) = (many_steps(), Without { constant_records: true, ..Without::default() });
    let policies = Policies::default();
    misses("size", World::new(&plan, &policies, 0).without(without), &policies, Ends::Whole);
}

#[test]
fn the_model_catches_a_ledger_that_forgets_kinds() {
    let policies = Policies::default();
    let (plan, without) = (always(), Without { kinds: true, ..Without::default() });
    let world = World::new(&plan, &policies, 0).among(was_always()).without(without);
    misses("kinds", world, &policies, Ends::Whole);
}

#[test]
fn the_model_catches_impatience_with_jobs() {
    let (plan, without) = (jobs(), Without { time_for_jobs: true, ..Without::default() });
    let policies = Policies::default();
    misses("jobs", World::new(&plan, &policies, 1).without(without), &policies, Ends::Whole);
}

#[test]
fn the_model_catches_a_refusal_that_counts_as_success() {
    let policies = Policies::default();
    let (plan, without) = (tables_and_rows(), Without { refusals: true, ..Without::default() });
    let taken = Surroundings { taken: BTreeSet::from([step(1, 0)]), ..Surroundings::default() };
    let world = World::new(&plan, &policies, 0).among(taken).without(without);
    misses("refusals", world, &policies, Ends::Refused(ErrorKind::Refused));
}

#[test]
fn the_model_catches_a_circle() {
    let policies = Policies::default();
    let (plan, without) = (jobs(), Without { counters: true, ..Without::default() });
    let in_vain = Surroundings { in_vain: BTreeSet::from([step(0, 0)]), ..Surroundings::default() };
    let world = World::new(&plan, &policies, 0).among(in_vain).without(without);
    misses("counters", world, &policies, Ends::Refused(ErrorKind::Different));
}

/// The steps of a plan.
fn steps(plan: &Plan) -> impl Iterator<Item = StepId> {
    plan.migrations
        .iter()
        .enumerate()
        .flat_map(|(migration, it)| (0..it.steps.len()).map(move |step| StepId { migration, step }))
}
