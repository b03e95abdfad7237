//! Statements as the rules, the catalog and the planner see them.
//!
//! These are our own types: what reads them does not know which parser made them. Expressions and queries
//! are kept as ranges of tokens; rules look into them with [`crate::expr`].

mod alter;
mod index;
mod name;
mod routine;
mod sequence;
mod setting;
mod table;
mod transaction;

pub use alter::{AlterAction, AlterActionKind, AlterColumnKind, AlterTable, AlterTarget};
pub use index::{CreateIndex, IndexKey, IndexOption, IndexOptionKind};
pub(crate) use name::names_in;
pub use name::{DataType, Ident, MAX_NAME_BYTES, ObjectName, STORED_TYPES, TokenRange, cut};
pub use routine::{CreateDomain, CreateFunction, CreateView, FunctionBody};
pub use sequence::{SequenceOption, SequenceOptionKind};
pub use setting::{Setting, SettingValue};
pub use table::{
    ColumnClause, ColumnClauseKind, ColumnDef, ConstraintAttribute, ConstraintAttributeKind, ConstraintKind,
    CreateTable, ForeignKey, LikeClause, Persistence, TableBody, TableConstraint, TableElement, TableOption,
    TableOptionKind, UniqueConstraint,
};
pub use transaction::{Transaction, TransactionMode, TransactionModeKind, TransactionVerb};

use crate::text::Span;

/// What a statement is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// `CREATE TABLE`, in all its forms but `CREATE TABLE AS`.
    CreateTable(Box<CreateTable>),
    /// `ALTER TABLE`, and `ALTER VIEW` and `ALTER INDEX`, which share its actions.
    AlterTable(Box<AlterTable>),
    /// `CREATE INDEX`.
    CreateIndex(Box<CreateIndex>),
    /// `CREATE VIEW`.
    CreateView(Box<CreateView>),
    /// `CREATE SEQUENCE`.
    CreateSequence(Box<CreateSequence>),
    /// `ALTER SEQUENCE`.
    AlterSequence(Box<AlterSequence>),
    /// `CREATE FUNCTION`.
    CreateFunction(Box<CreateFunction>),
    /// `CREATE DOMAIN`.
    CreateDomain(Box<CreateDomain>),
    /// `CREATE SCHEMA`.
    CreateSchema(Box<CreateSchema>),
    /// `DROP` of anything.
    Drop(Box<Drop>),
    /// `BEGIN`, `COMMIT` and their kin.
    Transaction(Box<Transaction>),
    /// `INSERT`, `UPDATE`, `DELETE`, `MERGE` or `COPY … FROM`, or a `SELECT` that does one of them in a `WITH`.
    Dml(DmlVerb),
    /// A query that changes no rows: `SELECT`, `VALUES`, `TABLE`, `SHOW`, `EXPLAIN`, `CALL`.
    Query,
    /// `SET` and `RESET` of a session's setting; none for `SET CONSTRAINTS`.
    Set(Option<Box<Setting>>),
    /// Everything else, known by its first words; they stand in upper case with single blanks between them.
    Other(Head),
}

/// Which statement changes rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DmlVerb {
    /// `INSERT`.
    Insert,
    /// `UPDATE`.
    Update,
    /// `DELETE`.
    Delete,
    /// `MERGE`.
    Merge,
    /// `COPY … FROM`.
    Copy,
}

/// The first words of a statement that has no form of its own here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// In upper case, one blank between them: `CREATE EXTENSION`.
    pub words: String,
    /// Where they stand.
    pub span: Span,
}

/// How a statement counts in a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// It changes the catalog.
    Ddl,
    /// It changes rows.
    Dml,
    /// It reads.
    Query,
    /// It begins or ends a transaction.
    Transaction,
    /// It changes the session.
    Session,
}

/// `CREATE SEQUENCE`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateSequence {
    /// `TEMP` or `UNLOGGED`.
    pub persistence: Option<(Persistence, Span)>,
    /// Whether it says `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// Its name.
    pub name: ObjectName,
    /// Its options, in order.
    pub options: Vec<SequenceOption>,
}

/// `ALTER SEQUENCE`.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterSequence {
    /// Whether it says `IF EXISTS`.
    pub if_exists: bool,
    /// Its name.
    pub name: ObjectName,
    /// What changes.
    pub options: Vec<SequenceOption>,
    /// The new name of `RENAME TO`.
    pub rename_to: Option<Ident>,
    /// The schema of `SET SCHEMA`.
    pub set_schema: Option<Ident>,
}

/// `CREATE SCHEMA`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateSchema {
    /// Whether it says `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// Its name; without one the owner's name is taken.
    pub name: Option<Ident>,
    /// The tokens of what it makes inside of itself.
    pub elements: TokenRange,
}

/// `DROP`.
#[derive(Debug, Clone, PartialEq)]
pub struct Drop {
    /// What kind of object, in upper case: `TABLE`, `MATERIALIZED VIEW`.
    pub object: String,
    /// Where these words stand.
    pub object_span: Span,
    /// `CONCURRENTLY`.
    pub concurrently: Option<Span>,
    /// Whether it says `IF EXISTS`.
    pub if_exists: bool,
    /// The names; empty where an object is not known by a plain name.
    pub names: Vec<ObjectName>,
    /// `ON table` of triggers, policies and rules.
    pub on: Option<ObjectName>,
    /// `CASCADE`.
    pub cascade: Option<Span>,
}
