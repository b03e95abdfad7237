//! The words in which the pure core and the shell speak.

use super::review::LedgerRow;
use super::situation::Loaded;
use crate::server::ServerError;
use crate::sql::tables::Missing;

/// A step of the plan: the positions of its migration and of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct StepId {
    pub(crate) migration: usize,
    pub(crate) step: usize,
}

/// The lease as its holder last saw it. Every record names both numbers, so that it can only follow that state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Held {
    /// Grows with every take-over.
    pub(crate) fence: i64,
    /// Grows with every record.
    pub(crate) seq: i64,
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
    /// All steps of the migration have happened: into the ledger, out of the journal.
    Complete(usize),
    /// The database had all of this baseline before: into the ledger, without running it.
    Adopt(usize),
    /// Something was applied that the hook has not been called for.
    HookOwed,
    /// The hook has been called for everything that is applied.
    HookDone,
    /// Journal rows of a version that the ledger has: nobody needs them, and they would mislead once its row is deleted.
    Sweep(String),
}

impl Write {
    /// The step whose journal row it changes.
    pub(crate) fn step(&self) -> Option<StepId> {
        match self {
            Self::Intent(id) | Self::Submitted(id, _) | Self::Done(id) | Self::Forget(id) => Some(*id),
            Self::Complete(_) | Self::Adopt(_) | Self::HookOwed | Self::HookDone | Self::Sweep(_) => None,
        }
    }
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
    /// Ask whether the hook is owed a call, although nothing is pending: → `Owed`.
    ReadOwed,
    /// Look which bookkeeping tables there are: → `Bookkeeping`.
    Inspect,
    /// Make one of them, or find that somebody else did: → `Created`.
    Create(Missing),
    /// Try to take the lease: → `Taken`, `Busy`, `Doubt`.
    TakeLease,
    /// Wait a moment for whoever holds it: → `Waited`.
    WaitForLease,
    /// Read ledger, journal and lease: → `Loaded`.
    Load,
    /// Commit these changes together, fenced: → `Recorded`, `Doubt`.
    Record(Vec<Write>),
    /// Ask the catalog for everything that a baseline leaves: → `Surveyed`, `LeaseLost`.
    Survey(usize),
    /// Send a DDL step's statement: → `Executed`, `Refused`, `Doubt`, `LeaseLost`.
    Execute(StepId),
    /// Send a DML step's statements and these changes as one fenced transaction: → `Recorded`, `Refused`, `Doubt`.
    Rows(StepId, Vec<Write>),
    /// Ask the catalog whether a step has happened: → `Judged`.
    Prove(StepId),
    /// Drop the unfinished index of a step, or find that it is finished: → `Cleaned`, `Judged`, `LeaseLost`.
    Clean(StepId),
    /// Wait until at least one of these jobs has ended: → `JobsEnded`, `LeaseLost`.
    Await(Vec<Job>),
    /// Call the hook: → `Hooked`, `LeaseLost`.
    Hook,
    /// Give the lease back: → `Released`.
    Release,
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

/// Who has the lease.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct LeaseHolder {
    pub(crate) holder: String,
    /// Since when, by the server's clock, as the server writes it.
    pub(crate) since: String,
    /// Until its end; below zero once it is over.
    pub(crate) seconds_left: i64,
}

/// What came of an [`Action`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Outcome {
    /// The ledger's rows, and whether it has a column for checksums.
    Ledger { rows: Vec<LedgerRow>, has_checksum: bool },
    /// Whether the hook is owed a call.
    Owed(bool),
    /// There is no ledger.
    NoLedger,
    /// What is still to be made, in this order.
    Bookkeeping(Vec<Missing>),
    /// The table is there now.
    Created,
    /// The lease is ours.
    Taken(Held),
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
    /// The server refused the step's statement at this position, finally; nothing was applied.
    Refused { answer: ServerError, statement: usize },
    /// The answer was lost, or the lease row was not as expected: what is true must be read.
    Doubt,
    /// The lease is not ours any more.
    LeaseLost,
    /// What the catalog says of each of the baseline's claims, in their order.
    Surveyed(Vec<Verdict>),
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

/// What the catalog says of a step.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Verdict {
    /// It has happened. `compared`: the object's definition was compared with the statement's, not its name alone.
    Happened { compared: bool },
    /// It has not, or nobody can tell and running it again does no harm.
    Absent,
    /// Its index is not valid yet, and this job is at it.
    Building(String),
    /// Its index or constraint is not valid, and no job is at it. With what the failed job said, if one did.
    Broken(Option<String>),
    /// An object of its name has another definition.
    Different { expected: String, found: String },
}
