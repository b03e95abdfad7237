//! What to do next, decided without doing anything: no clock, no network, no randomness, and no SQL.
//!
//! [`Machine`] says what to do ([`Action`]) and is told what came of it ([`Outcome`]). Everything that a crash
//! loses is in the machine; everything that survives is in the tables, and a new machine that reads them goes on.
//! The tests run all interleavings of two machines on a small model of a database, cut off at every action.

mod action;
mod baseline;
mod batch;
mod division;
#[cfg(test)]
mod driven;
mod expected;
mod explain;
pub(crate) mod ids;
mod journal;
mod machine;
#[cfg(test)]
mod model;
mod phase;
mod policies;
mod review;
mod state;
mod step_set;
mod tables;

pub(crate) use action::{
    Action, Bookkeeping, Job, JobFailure, Outcome, Refusal, RefusalCause, RefusedAt, Verdict, Write,
};
pub(crate) use baseline::expectations;
pub(crate) use expected::{Expectation, Expected, expected};
pub(crate) use explain::refused;
pub(crate) use ids::{FencingToken, StepId};
pub(crate) use machine::Machine;
#[cfg(test)]
pub(crate) use machine::MachineWithout;
pub(crate) use phase::End;
pub(crate) use policies::Policies;
pub use policies::{HookTime, LateFiles, UnknownVersions};
pub(crate) use review::{Review, compare_versions, review, stands_for};
pub(crate) use tables::{FreeLease, JournalRow, LeaseHolder, LedgerRow, Loaded};
