//! What to do next, decided without doing anything: no clock, no network, no randomness.
//!
//! [`Machine`] says what to do ([`Action`]) and is told what came of it ([`Outcome`]). Everything that a crash
//! loses is in the machine; everything that survives is in the tables, and a new machine that reads them goes on.
//! The tests run all interleavings of two machines on a small model of a database, cut off at every action.

mod action;
mod explain;
mod journal;
mod machine;
#[cfg(test)]
mod model;
mod review;
mod situation;
mod standing;
mod survey;

pub(crate) use action::{Action, Held, Job, LeaseHolder, Outcome, StepId, Verdict, Write};
pub(crate) use explain::refused;
pub(crate) use machine::{End, Machine};
pub(crate) use review::{LedgerRow, Review, compare_versions, review, stands_for};
pub(crate) use situation::{JournalRow, Loaded};
pub(crate) use standing::{Claim, claims, standing};
