//! What a session knows of its transaction, and DSQL's rules about what may share one.

use std::time::Instant;

use crate::jobs::Job;
use crate::words::{self, ServerError, unsupported};

/// Where a session is, as its client sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Phase {
    /// In no transaction.
    #[default]
    Idle,
    /// In a transaction that the emulator opened around statements outside a block, so that it can still undo them.
    Hidden,
    /// In the client's own transaction block.
    Block,
    /// In a transaction block that has failed and waits for its end.
    Failed,
}

impl Phase {
    /// The status byte of ReadyForQuery.
    pub(crate) fn status(self) -> u8 {
        match self {
            Self::Idle | Self::Hidden => b'I',
            Self::Block => b'T',
            Self::Failed => b'E',
        }
    }
}

/// What a statement did, for the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    None,
    Ddl,
    Dml,
}

/// The transaction of a session.
#[derive(Debug)]
pub(crate) struct Transaction {
    pub(crate) phase: Phase,
    pub(crate) ddl: bool,
    pub(crate) dml: bool,
    /// The reading of PostgreSQL's row counters at the start.
    pub(crate) baseline: Option<u64>,
    /// Jobs that start when this commits.
    pub(crate) jobs: Vec<Job>,
    pub(crate) started: Instant,
    /// Rows changed so far.
    pub(crate) changed: u64,
    /// What the client has sent to be written, which stands for the size of it.
    pub(crate) bytes: u64,
    /// Whether a statement has looked at data yet, and the version of the catalog when the first did.
    pub(crate) touched: bool,
    pub(crate) catalog: u64,
    /// There is a savepoint to return to.
    pub(crate) guarded: bool,
    /// The commit will fail with this.
    pub(crate) doomed: Option<ServerError>,
    /// The transaction is gone at the backend; whatever comes next fails with this.
    pub(crate) lost: Option<ServerError>,
}

impl Default for Transaction {
    fn default() -> Self {
        Self::begin(Phase::Idle, 0)
    }
}

impl Transaction {
    /// A transaction that has done nothing yet.
    pub(crate) fn begin(phase: Phase, catalog: u64) -> Self {
        Self {
            phase,
            ddl: false,
            dml: false,
            baseline: None,
            jobs: Vec::new(),
            started: Instant::now(),
            changed: 0,
            bytes: 0,
            touched: false,
            catalog,
            guarded: false,
            doomed: None,
            lost: None,
        }
    }

    /// Whether a statement of this effect may join.
    pub(crate) fn admits(&self, effect: Effect) -> Result<(), ServerError> {
        match effect {
            Effect::Ddl if self.ddl => Err(unsupported(words::MULTIPLE_DDL)),
            Effect::Ddl if self.dml => Err(unsupported(words::DDL_AND_DML)),
            Effect::Dml if self.ddl => Err(unsupported(words::DDL_AND_DML)),
            _ => Ok(()),
        }
    }

    /// A statement of this effect has joined.
    pub(crate) fn joined(&mut self, effect: Effect) {
        match effect {
            Effect::Ddl => self.ddl = true,
            Effect::Dml => self.dml = true,
            Effect::None => {}
        }
    }
}

/// Whether a command that neither changes rows nor the catalog is one that DSQL was seen to have.
pub(crate) fn is_known(tag: &str) -> bool {
    const KNOWN: &[&str] = &[
        "SELECT",
        "SHOW",
        "SET",
        "RESET",
        "EXPLAIN",
        "ANALYZE",
        "COPY",
        "CALL",
        "VALUES",
        "TABLE",
        "DEALLOCATE",
        "",
    ];
    KNOWN.contains(&tag.split(' ').next().unwrap_or_default())
}

/// The effect that a command tag reports. Whoever runs `CREATE …` under another name is found out here.
pub(crate) fn effect_of(tag: &str) -> Effect {
    let mut words = tag.split_ascii_whitespace();
    match words.next().unwrap_or_default() {
        "CREATE" | "ALTER" | "DROP" | "COMMENT" | "GRANT" | "REVOKE" | "IMPORT" | "REASSIGN" | "SECURITY"
        | "REINDEX" | "REFRESH" | "CLUSTER" => Effect::Ddl,
        "SELECT" if words.next() == Some("INTO") => Effect::Ddl,
        "INSERT" | "UPDATE" | "DELETE" | "MERGE" => Effect::Dml,
        _ => Effect::None,
    }
}
