//! All interleavings of two machines on a small model of a database, cut off at every action.
//!
//! The model is what the SQL promises: a record changes all of its rows if the lease row is as its author left it,
//! and nothing otherwise; a DDL statement is not fenced and may act late, but not after the quiet time, and not
//! once another DDL statement has been committed (OC001). Each cut, each lost answer, each lease that expires while
//! its holder lives, each failed job takes one from a budget; every order of everything else is tried.

mod explore;
mod world;

use crate::core::StepId;
use crate::options::{HookTime, Options};
use crate::testing::{ddl, dml, index, plan};
use dsql_migrate_plan::Plan;
use explore::explore;

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
