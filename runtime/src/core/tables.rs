//! What the bookkeeping tables hold, as the core sees it.

use super::ids::FencingToken;
use std::collections::BTreeSet;

/// A row of `schema_migrations`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct LedgerRow {
    pub(crate) version: String,
    pub(crate) name: String,
    /// `None` for a row that another runner wrote.
    pub(crate) checksum: Option<String>,
    /// Whether it is of a file that is always applied, as far as the row says so.
    pub(crate) always: bool,
    /// As the server writes it.
    pub(crate) applied_at: String,
}

/// A row of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct JournalRow {
    pub(crate) version: String,
    pub(crate) step: usize,
    /// Of the step as it was when the row was written.
    pub(crate) checksum: String,
    /// Of its whole file at that time; `None` in a row of an older version of this crate.
    pub(crate) file_checksum: Option<String>,
    /// Whether it has happened; else it was started.
    pub(crate) done: bool,
    pub(crate) job: Option<String>,
}

/// Ledger, journal and lease as of one moment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Loaded {
    pub(crate) token: FencingToken,
    pub(crate) ledger: Vec<LedgerRow>,
    pub(crate) journal: Vec<JournalRow>,
    /// Versions whose rows in the journal are of the past, whatever the ledger says.
    pub(crate) closed: BTreeSet<String>,
    /// The versions that were applied when the last run ended.
    pub(crate) known: BTreeSet<String>,
    /// Whether the hook has not been called for everything that is applied.
    pub(crate) hook_owed: bool,
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

/// A lease that can be taken, as it was when it was read: whoever takes it names all of this.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct FreeLease {
    /// As its last holder left it; `None` when there is no row yet.
    pub(crate) token: Option<FencingToken>,
    /// Whether the rows for the heartbeat and for the known versions are there: an older version of this crate kept
    /// all in one.
    pub(crate) has_companions: bool,
    /// Whose it was, if it was not given back.
    pub(crate) abandoned_by: Option<LeaseHolder>,
    /// What the one row of an older version holds.
    pub(crate) known: String,
}
