//! What the model can be told to leave out, to see whether it would notice.

use crate::core::MachineWithout;

/// Each takes one mend out. With all of them `false`, the model is what the crate does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Without {
    /// Records do not check the lease.
    pub(super) fence: bool,
    /// Proofs ask by name, anywhere on the search path, instead of by the numbers that the intent has noted.
    pub(super) identities: bool,
    /// What takes something away is sent with its names as they are written, not with the schema that they were found
    /// in.
    pub(super) schemas: bool,
    /// Completing a migration deletes its journal rows in the same transaction.
    pub(super) constant_records: bool,
    /// The ledger does not say which files are always applied.
    pub(super) kinds: bool,
    /// A build whose job has vanished counts as failed at once.
    pub(super) time_for_jobs: bool,
    /// What the server refuses because something has the name counts as done when that is there.
    pub(super) refusals: bool,
    /// Nobody counts how often a statement has been sent that does nothing.
    pub(super) counters: bool,
}

impl Without {
    /// The part of it that is the machine's.
    pub(super) fn of_machine(self) -> MachineWithout {
        MachineWithout { refusals: self.refusals, counters: self.counters }
    }
}
