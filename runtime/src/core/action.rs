//! The words in which the pure core and the shell speak.

use super::ids::StepId;
use super::tables::{FreeLease, LeaseHolder, LedgerRow, Loaded};
use crate::server_error::ServerError;

/// One of the bookkeeping tables, or a column that an older version of it lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Bookkeeping {
    /// `schema_migrations`.
    Ledger,
    /// `schema_migrations.checksum`, in a table that another runner made.
    LedgerChecksum,
    /// `schema_migrations_steps`.
    Journal,
    /// `schema_migrations_steps.intent`, in a table that an older version of this crate made.
    JournalIntent,
    /// `schema_migrations_lease`.
    Lease,
}

/// A change to ledger or journal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Write {
    /// The statement of this DDL step is about to be sent.
    Intent(StepId),
    /// The job that this step's statement started.
    Submitted(StepId, String),
    /// The step has happened.
    Done(StepId),
    /// The step has surely not happened, and nothing of it is left.
    Forget(StepId),
    /// All steps of the migration have happened: into the ledger.
    Complete(usize),
    /// What the journal has of this migration, which the same record completes, is of the past: it is swept later.
    Close(usize),
    /// The database had all of this baseline before: into the ledger, without running it.
    Adopt(usize),
    /// Something was applied that the hook has not been called for.
    HookOwed,
    /// The hook has been called for everything that is applied.
    HookDone,
    /// Journal rows of these steps, from the first to before the last, that nobody needs; with `last`, also the one that
    /// says so, after which there are none.
    Sweep { version: String, from: usize, to: usize, last: bool },
}

/// A job in flight.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Job {
    pub(crate) step: StepId,
    pub(crate) id: String,
}

/// What the shell does next. Each is answered by one [`Outcome`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Action {
    /// Read the ledger: → `Ledger`, `NoLedger`.
    ReadLedger,
    /// Ask whether the hook is owed a call, although nothing is pending: → `HookOwed`.
    ReadHookOwed,
    /// Look which bookkeeping tables there are: → `Bookkeeping`.
    Inspect,
    /// Make one of them, or find that somebody else did: → `Created`.
    Create(Bookkeeping),
    /// Look whether the lease can be had: → `Free`, `Busy`.
    ReadLease,
    /// Take it as it was read, and read all tables in the same transaction: → `Taken`, `Busy`, `InDoubt`.
    TakeLease(FreeLease),
    /// Wait a moment for whoever holds it: → `Waited`.
    WaitForLease,
    /// Read ledger, journal and lease again: → `Loaded`.
    Load,
    /// Commit these changes together, fenced: → `Recorded`, `InDoubt`.
    Record(Vec<Write>),
    /// Ask the catalog for everything that a baseline leaves, with these migrations behind it applied:
    /// → `BaselineChecked`, `LeaseLost`.
    CheckBaseline(usize, Vec<usize>),
    /// Send a DDL step's statement: → `Executed`, `Refused`, `Conflicted`, `InDoubt`, `LeaseLost`.
    Execute(StepId),
    /// Send a DML step's statements and these changes as one fenced transaction: → `Recorded`, `Refused`, `InDoubt`,
    /// `LeaseLost`.
    Rows(StepId, Vec<Write>),
    /// Ask the catalog whether a step has happened: → `Judged`, `LeaseLost`.
    Prove(StepId),
    /// Drop the unfinished index of a step, or find that it is finished: → `Cleaned`, `Judged`, `LeaseLost`.
    Clean(StepId),
    /// Wait until at least one of these jobs has ended: → `JobsEnded`, `LeaseLost`.
    Await(Vec<Job>),
    /// Call the hook: → `Hooked`, `LeaseLost`.
    Hook,
    /// Sweep what is left of the journal, and give the lease back: → `Released`.
    Release(Option<Write>),
    /// Nothing more to do.
    Stop,
}

impl Action {
    /// The step that it performs, if it is one.
    pub(crate) fn step(&self) -> Option<StepId> {
        match self {
            Self::Execute(id) | Self::Rows(id, _) | Self::Prove(id) | Self::Clean(id) => Some(*id),
            _ => None,
        }
    }
}

/// What came of an [`Action`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Outcome {
    /// The ledger's rows, and whether it has a column for checksums.
    Ledger { rows: Vec<LedgerRow>, has_checksum: bool },
    /// Whether the hook is owed a call.
    HookOwed(bool),
    /// There is no ledger.
    NoLedger,
    /// What is still to be made, in this order.
    Bookkeeping(Vec<Bookkeeping>),
    /// The table is there now.
    Created,
    /// The lease can be taken.
    Free(FreeLease),
    /// The lease is ours, and this is what the tables hold.
    Taken(Loaded),
    /// Somebody else has it.
    Busy(Option<LeaseHolder>),
    /// The wait is over.
    Waited,
    /// Everything that a holder goes on from; `None` when the lease is not ours any more.
    Loaded(Option<Loaded>),
    /// Committed.
    Recorded,
    /// The statement succeeded, and started this job if it says so.
    Executed(Option<String>),
    /// Another transaction was in the way: nothing was applied, and the wait before another attempt is over.
    Conflicted,
    /// The server refused the step, finally; nothing was applied.
    Refused(Refusal),
    /// The answer was lost, or the lease row was not as expected: what is true must be read.
    InDoubt,
    /// The lease is not ours any more.
    LeaseLost,
    /// What the catalog says of each of the baseline's expectations, in their order.
    BaselineChecked(Vec<Verdict>),
    /// What the catalog says.
    Judged(Verdict),
    /// The unfinished index is gone.
    Cleaned,
    /// How those jobs ended that have.
    JobsEnded(Vec<(StepId, Verdict)>),
    /// The hook has ended well.
    Hooked,
    /// The lease is given back, or was not ours.
    Released,
}

/// The server's refusal of a step.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Refusal {
    pub(crate) answer: ServerError,
    pub(crate) cause: RefusalCause,
    pub(crate) at: RefusedAt,
}

/// What a refusal is about, as far as it matters for what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum RefusalCause {
    /// Something of that name is there already.
    Exists,
    /// Something of that name is not there.
    Missing,
    /// Anything else.
    Other,
}

/// Where a transaction was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum RefusedAt {
    /// At the statement of this position in its step.
    Statement(usize),
    /// At its end: all statements had succeeded.
    Commit,
}

/// Why a job did not do what it should.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct JobFailure {
    /// In the server's words.
    pub(crate) details: String,
    /// Whether the rows are at fault, so that it fails again until a person has changed them.
    pub(crate) of_rows: bool,
}

/// What the catalog says of a step.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Verdict {
    /// It has happened.
    Happened,
    /// It has not, or running it again does no harm.
    Absent,
    /// Its index is not valid yet, and this job is at it.
    Building(String),
    /// Its index or constraint is not valid, and no job is at it. With what the failed job said, if one did.
    Broken(Option<JobFailure>),
    /// An object of its name has another definition.
    Different { expected: String, found: String },
    /// The catalog does not tell, for this reason.
    CannotTell(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Errors and retries name the step that this tells.
    #[test]
    fn what_performs_a_step_names_it() {
        let id = StepId { migration: 1, step: 2 };
        let of_step = [Action::Execute(id), Action::Rows(id, vec![]), Action::Prove(id), Action::Clean(id)];
        assert!(of_step.iter().all(|action| action.step() == Some(id)));
        assert_eq!(Action::Record(vec![Write::Done(id)]).step(), None);
        assert_eq!(Action::ReadLedger.step(), None);
    }
}
