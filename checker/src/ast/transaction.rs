use crate::text::Span;

/// A statement that begins, ends or divides a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// What it does.
    pub verb: TransactionVerb,
    /// The verb's words.
    pub span: Span,
    /// `ISOLATION LEVEL …`, `READ ONLY` and the like.
    pub modes: Vec<TransactionMode>,
}

/// What a transaction statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionVerb {
    /// `BEGIN`, `START TRANSACTION`.
    Begin,
    /// `COMMIT`, `END`.
    Commit,
    /// `ROLLBACK`, `ABORT`.
    Rollback,
    /// `SAVEPOINT`.
    Savepoint,
    /// `RELEASE [SAVEPOINT]`.
    Release,
    /// `ROLLBACK TO [SAVEPOINT]`.
    RollbackTo,
    /// `PREPARE TRANSACTION`, `COMMIT PREPARED`, `ROLLBACK PREPARED`.
    TwoPhase,
    /// `SET TRANSACTION`.
    SetTransaction,
    /// `SET SESSION CHARACTERISTICS AS TRANSACTION`.
    SessionCharacteristics,
}

/// A mode of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionMode {
    /// Which.
    pub kind: TransactionModeKind,
    /// Where it stands.
    pub span: Span,
}

/// The modes of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransactionModeKind {
    /// `ISOLATION LEVEL` and the level in upper case.
    Isolation(String),
    /// `READ ONLY` or `READ WRITE`.
    Access,
    /// `[NOT] DEFERRABLE`.
    Deferrable,
    /// `AND [NO] CHAIN`.
    Chain,
}
