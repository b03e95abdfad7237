//! The phases of a run.

use super::action::{Action, Bookkeeping, Outcome};
use super::ids::{FencingToken, StepId};
use super::review::Review;
use super::state::{RunState, Seen};
use super::tables::FreeLease;
use crate::error::Error;
use std::collections::BTreeMap;

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum End {
    /// Everything that the options ask for is applied. The review is of the last ledger that was read.
    Done(Review),
    /// It stopped.
    Failed(Error),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Phase {
    Boot,
    /// Nothing is pending; the hook may be owed a call for what was.
    Owing(Review),
    Inspecting,
    Creating(Vec<Bookkeeping>),
    LookingAtLease,
    Taking(FreeLease),
    Waiting,
    Loading(FencingToken, BTreeMap<StepId, Seen>),
    Working(FencingToken, Box<RunState>),
    /// Something failed. Whether that is so, or only looks so because another holder has gone on meanwhile, shows
    /// in whether a record can still be made.
    Failing {
        token: FencingToken,
        seen: BTreeMap<StepId, Seen>,
        forget: Option<StepId>,
        error: Error,
    },
    Releasing {
        token: FencingToken,
        end: End,
    },
    Ended(End),
}

impl Phase {
    /// The lease as it was last seen, while it is ours.
    pub(super) fn token(&self) -> Option<FencingToken> {
        match self {
            Self::Loading(token, _)
            | Self::Working(token, _)
            | Self::Failing { token, .. }
            | Self::Releasing { token, .. } => Some(*token),
            _ => None,
        }
    }
}

/// The answer was lost. A DDL step is asked about by itself; for a record, everything is read again.
pub(super) fn in_doubt(token: FencingToken, mut state: RunState, action: &Action) -> Phase {
    match action {
        Action::Execute(id) => {
            state.doubt(*id);
            Phase::Working(token, Box::new(state))
        }
        _ => Phase::Loading(token, state.into_seen()),
    }
}

pub(super) fn unexpected(phase: &Phase, outcome: &Outcome) -> Phase {
    let error = Error::internal(&format!("an answer that does not fit: {outcome:?} in {phase:?}"));
    match phase {
        Phase::Loading(token, _) | Phase::Working(token, _) => {
            Phase::Releasing { token: *token, end: End::Failed(error) }
        }
        _ => Phase::Ended(End::Failed(error)),
    }
}
