//! What a transaction may hold, and what of it is left for a step.
//!
//! The planner divides by these, the rules measure by them and the runtime keeps its records within them, so that no
//! two of them can disagree.

/// How many rows a transaction changes at most; the next one is refused with 54000 (recorded 2026-09-18).
pub const TRANSACTION_ROWS: u64 = 3_000;

/// How many rows a record changes at most when it travels with the rows of a step: the lease, one row of the journal
/// or the ledger, and the intent of the step that follows.
pub const RECORD_ROWS: u64 = 3;

/// How many rows the statements of a step may change.
pub const STEP_ROWS: u64 = TRANSACTION_ROWS - RECORD_ROWS;

/// How many bytes a transaction changes at most, keys of indexes included; refused with 54000 at COMMIT (AWS's
/// quotas, 2026-08).
pub const TRANSACTION_BYTES: u64 = 10 * 1024 * 1024;

/// How many bytes a record changes at most when it travels with the rows of a step.
pub const RECORD_BYTES: u64 = 64 * 1024;

/// How many bytes the statements of a step may change.
pub const STEP_BYTES: u64 = TRANSACTION_BYTES - RECORD_BYTES;

/// How many rows one of the runtime's own records changes at most when it travels alone.
pub const LONE_RECORD_ROWS: usize = 1_000;
