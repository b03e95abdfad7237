use crate::{Checksum, List, Name, Proof, Text};

/// What runs in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it does.
    pub kind: StepKind,
    /// The `SET` statements that stand before it in its file and still hold. They are session state: whoever
    /// runs the step sends them first on a connection that has not had them, each by itself.
    pub settings: List<Setting>,
    /// Positions, in the same migration, of the [`StepKind::AsyncDdl`] steps whose jobs must have succeeded
    /// before this step starts. Every job of a migration must have succeeded before it counts as applied.
    pub waits_for: List<usize>,
}

impl Step {
    /// The statements of the step, in the order in which they run.
    pub fn statements(&self) -> impl Iterator<Item = &Statement> {
        match &self.kind {
            StepKind::Ddl { statement, .. } | StepKind::AsyncDdl { statement, .. } => {
                std::slice::from_ref(statement).iter()
            }
            StepKind::Dml { statements } => statements.iter(),
        }
    }
}

/// A `SET` statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// What it sets, in lower case (`search_path`, `timezone`).
    pub parameter: Text,
    /// The statement.
    pub statement: Statement,
}

/// The kinds of steps. DSQL takes one DDL statement a transaction, and never together with DML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepKind {
    /// One statement that changes the catalog.
    Ddl {
        /// The statement.
        statement: Statement,
        /// How the catalog shows that it has happened.
        proof: Proof,
        /// The names of what it takes away or renames that stand without a schema.
        unqualified: List<Unqualified>,
    },
    /// One statement that changes the catalog and starts a job; it answers one row with a `job_id`.
    AsyncDdl {
        /// The statement. An index that the file leaves unnamed is named here, so that it can be found again.
        statement: Statement,
        /// What the job makes.
        job: Job,
    },
    /// Statements that change rows only. They commit together, and with the record of the step.
    Dml {
        /// At least one statement.
        statements: List<Statement>,
    },
}

/// A name without a schema. Once its object is gone it may mean another one, further down the search path, so the
/// runtime writes the schema before it that the intent of the step has noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unqualified {
    /// Which fact of the step's proof is about the object.
    pub fact: usize,
    /// The byte of the statement's text at which the name begins.
    pub at: usize,
}

/// One SQL statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The text without the closing semicolon.
    pub sql: Text,
    /// The line of its file, from 1, on which it begins.
    pub line: u32,
    /// Of the statement's tokens: white space and comments do not count.
    pub checksum: Checksum,
}

/// What an asynchronous statement makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Job {
    /// `CREATE [UNIQUE] INDEX ASYNC`: done when `pg_index.indisvalid` holds.
    IndexBuild {
        /// The table that it covers.
        table: Name,
        /// The index, in the table's schema.
        index: Text,
        /// Whether the statement says `IF NOT EXISTS`: it then answers no row when there is such a name.
        if_not_exists: bool,
        /// What the index must look like.
        definition: IndexDefinition,
    },
    /// `ALTER TABLE ASYNC … VALIDATE CONSTRAINT`: done when `pg_constraint.convalidated` holds.
    ValidateConstraint {
        /// The table that has the constraint.
        table: Name,
        /// The constraint.
        constraint: Text,
        /// Whether the statement says `IF EXISTS`: it then starts no job when there is no such table.
        if_exists: bool,
    },
}

/// What can be compared between an index in the catalog and the statement that should have made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexDefinition {
    /// Whether it is unique.
    pub unique: bool,
    /// The key columns in order; `None` stands for an expression.
    pub keys: List<Option<Text>>,
    /// The columns of `INCLUDE`, in order.
    pub include: List<Text>,
    /// Whether it says `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
    /// Whether it has a `WHERE` clause.
    pub partial: bool,
}
