//! What steps and leases are called.

/// A step of the plan: the positions of its migration and of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct StepId {
    pub(crate) migration: usize,
    pub(crate) step: usize,
}

/// The lease as its holder last saw it. Every record names both numbers, so that it can only follow that state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct FencingToken {
    /// Grows with every take-over.
    pub(crate) fence: i64,
    /// Grows with every record.
    pub(crate) seq: i64,
}

impl FencingToken {
    /// After one more record.
    pub(crate) fn next(self) -> Self {
        Self { seq: self.seq + 1, ..self }
    }
}
