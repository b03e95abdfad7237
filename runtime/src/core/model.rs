//! All interleavings of two machines on a small model of a database, cut off at every action.
//!
//! The model is what the SQL promises: a record changes all of its rows if the lease row is as its author left it,
//! and nothing otherwise; a DDL statement is not fenced and may act at any time after it was sent, also after its
//! sender's lease and the quiet time have ended, but not once another DDL statement has been committed (OC001); the
//! statements of a step may be refused because another holder has gone on meanwhile. Each cut, each lost answer, each lease that expires while
//! its holder lives, each failed job takes one from a budget; every order of everything else is tried.

mod explore;
mod world;

use crate::core::StepId;
use crate::options::{HookTime, Options, Policies};
use crate::testing::{ddl, dml, index, plan, repeatable, table};
use dsql_migrate_plan::{MigrationKind, Plan};
use explore::{explore, explore_from};
use world::World;

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

fn check(name: &str, plan: &Plan, faults: u8) {
    let policies = Options::default().policies;
    let found = explore(plan, &policies, faults);
    println!("{name}: {} states, {} ends, budget {faults}", found.states, found.ends);
    assert!(found.ends > 0, "{name}: nobody ever ends");
    assert_eq!(found.stuck, None, "{name}: no way to the end");
}

#[test]
fn without_faults() {
    check("tables and rows", &tables_and_rows(), 0);
    check("jobs", &jobs(), 0);
}

#[test]
fn tables_and_rows_under_faults() {
    check("tables and rows", &tables_and_rows(), 3);
}

#[test]
fn jobs_under_faults() {
    check("jobs", &jobs(), 2);
}

fn marked(mut plan: Plan, migration: usize, kind: MigrationKind) -> Plan {
    plan.migrations.to_mut()[migration].kind = kind;
    plan
}

fn check_from<'a>(name: &str, world: World<'a>, policies: &'a Policies) {
    let found = explore_from(world, policies);
    println!("{name}: {} states, {} ends", found.states, found.ends);
    assert!(found.ends > 0, "{name}: nobody ever ends");
    assert_eq!(found.stuck, None, "{name}: no way to the end");
}

/// A baseline is run where nothing of it is there, and else recorded: none of its rows are written then.
#[test]
fn a_baseline_is_run_or_recorded() {
    let policies = Options::default().policies;
    let baseline = vec![table("a"), dml(&["INSERT INTO a VALUES (1)"]), table("b")];
    let plan = marked(plan(vec![("0000", baseline), ("0001", vec![table("c")])]), 0, MigrationKind::Baseline);
    check_from("baseline, new", World::new(&plan, &policies, 2), &policies);
    check_from("baseline, there", World::new(&plan, &policies, 2).having(0), &policies);
}

/// It is applied for the first time, and again, and after what comes later in the folder.
#[test]
fn what_is_always_applied_comes_last() {
    let policies = Options::default().policies;
    let always = vec![repeatable("GRANT a"), dml(&["INSERT INTO a VALUES (1) ON CONFLICT DO NOTHING"])];
    let plan =
        marked(plan(vec![("0001", always), ("0002", vec![ddl("CREATE TABLE a")])]), 0, MigrationKind::Always);
    check_from("always, new", World::new(&plan, &policies, 2), &policies);
    check_from("always, again", World::new(&plan, &policies, 2).with_old(0), &policies);
}

/// However many die between the last record and the hook's end: it has been called after the last migration.
#[test]
fn the_hook_is_called_after_everything() {
    for time in [HookTime::WhenApplied, HookTime::EveryRun] {
        let mut policies = Options::default().policies;
        policies.hook = Some(time);
        let first = ("0001", vec![ddl("CREATE TABLE a (id int)")]);
        let plan = plan(vec![first, ("0002", vec![dml(&["INSERT INTO a VALUES (1)"])])]);
        let found = explore(&plan, &policies, 2);
        println!("hook {time:?}: {} states, {} ends", found.states, found.ends);
        assert!(found.ends > 0, "{time:?}: nobody ever ends");
        assert_eq!(found.stuck, None, "{time:?}: no way to the end");
    }
}

/// The model must be able to see what it looks for: where records ask for no lease, something must go wrong.
#[test]
fn the_model_catches_an_unfenced_record() {
    let policies = Options::default().policies;
    let plan = tables_and_rows();
    let walk = std::panic::catch_unwind(|| explore::explore_unfenced(&plan, &policies, 2));
    assert!(walk.is_err(), "nothing was found wrong: {walk:?}");
}

/// The steps of a plan.
fn steps(plan: &Plan) -> impl Iterator<Item = StepId> {
    plan.migrations
        .iter()
        .enumerate()
        .flat_map(|(migration, it)| (0..it.steps.len()).map(move |step| StepId { migration, step }))
}
