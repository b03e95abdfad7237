//! The machine, told by hand what comes of its actions: what ends a run from outside, how often something is tried, and what
//! is kept of the journal. Everything else the [model](super::model) walks through.

mod boot;
mod ends;
mod jobs;
mod journal;
mod proofs;

use super::action::{Bookkeeping, Outcome};
use super::ids::{FencingToken, StepId};
use super::machine::Machine;
use super::phase::End;
use super::policies::Policies;
use super::tables::{FreeLease, JournalRow, LedgerRow, Loaded};
use crate::checksum::step_checksum;
use crate::error::{Error, ErrorKind};
use crate::testing::{ddl, plan};
use dsql_migrate_plan::Plan;
use std::collections::BTreeSet;

fn id(step: usize) -> StepId {
    StepId { migration: 0, step }
}

fn loaded(journal: Vec<JournalRow>, ledger: Vec<LedgerRow>, closed: &[&str]) -> Loaded {
    Loaded {
        token: FencingToken { fence: 1, seq: 1 },
        ledger,
        journal,
        closed: closed.iter().map(|version| (*version).to_owned()).collect(),
        known: BTreeSet::new(),
        hook_owed: false,
    }
}

/// A machine that has the lease and finds these tables.
fn holder<'a>(plan: &'a Plan, policies: &'a Policies, found: Loaded) -> Machine<'a> {
    let mut machine = Machine::new(plan, policies);
    let answers = [
        Outcome::NoLedger,
        Outcome::Bookkeeping(Vec::<Bookkeeping>::new()),
        Outcome::Free(FreeLease {
            token: None,
            has_companions: true,
            abandoned_by: None,
            known: String::new(),
        }),
        Outcome::Taken(found),
    ];
    answers.into_iter().for_each(|answer| machine.observe(answer));
    machine
}

fn of_step() -> Error {
    let plan = plan(vec![("1", vec![ddl("a")])]);
    Error::new(ErrorKind::Refused, "it failed").at(crate::error::Place::of_step(&plan, id(0)))
}

fn failed(machine: Machine<'_>) -> Error {
    match machine.end() {
        Some(End::Failed(error)) => error,
        other => panic!("{other:?}"),
    }
}

fn journalled(plan: &Plan, step: usize, done: bool) -> JournalRow {
    JournalRow {
        version: "1".into(),
        step,
        checksum: step_checksum(&plan.migrations[0].steps[step]).to_string(),
        file_checksum: None,
        done,
        job: None,
    }
}

fn applied(plan: &Plan, migration: usize) -> LedgerRow {
    LedgerRow {
        version: plan.migrations[migration].version.to_string(),
        name: plan.migrations[migration].name.to_string(),
        checksum: Some(plan.migrations[migration].checksum.to_string()),
        always: false,
        applied_at: "2026-10-01".into(),
    }
}
