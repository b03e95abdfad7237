use super::{DataType, Ident, ObjectName, SequenceOption, TokenRange};
use crate::text::Span;

/// What is said before `TABLE`, `VIEW` or `SEQUENCE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Persistence {
    /// `TEMP`, `TEMPORARY`, with or without `LOCAL` or `GLOBAL`.
    Temporary,
    /// `UNLOGGED`.
    Unlogged,
}

/// `CREATE TABLE`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateTable {
    /// `TEMP` or `UNLOGGED`.
    pub persistence: Option<(Persistence, Span)>,
    /// Whether it says `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// Its name.
    pub name: ObjectName,
    /// What it consists of.
    pub body: TableBody,
    /// What stands behind the columns.
    pub options: Vec<TableOption>,
}

/// What a table consists of.
#[derive(Debug, Clone, PartialEq)]
pub enum TableBody {
    /// Columns and constraints.
    Elements(Vec<TableElement>),
    /// `AS query`; the span is that of `AS`.
    Query(Span),
    /// `PARTITION OF`.
    PartitionOf(Span),
    /// `OF type`.
    OfType(Span),
}

/// One item of a table's definition.
#[derive(Debug, Clone, PartialEq)]
pub enum TableElement {
    /// A column.
    Column(ColumnDef),
    /// A constraint of the table.
    Constraint(TableConstraint),
    /// `LIKE other`.
    Like(LikeClause),
}

/// `LIKE other [INCLUDING …]`.
#[derive(Debug, Clone, PartialEq)]
pub struct LikeClause {
    /// The table whose columns are taken.
    pub source: ObjectName,
    /// The whole of it.
    pub span: Span,
}

/// What stands behind a table's columns.
#[derive(Debug, Clone, PartialEq)]
pub struct TableOption {
    /// Which.
    pub kind: TableOptionKind,
    /// Where it stands.
    pub span: Span,
}

/// The options of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableOptionKind {
    /// `INHERITS (…)`.
    Inherits,
    /// `PARTITION BY …`.
    PartitionBy,
    /// `USING method`.
    Using,
    /// `WITH (…)`, `WITHOUT OIDS`.
    With,
    /// `ON COMMIT …`.
    OnCommit,
    /// `TABLESPACE name`.
    Tablespace,
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnDef {
    /// Its name.
    pub name: Ident,
    /// Its type, where one could be read.
    pub data_type: Option<DataType>,
    /// What is said about it.
    pub clauses: Vec<ColumnClause>,
    /// The whole of it.
    pub span: Span,
}

/// One thing said about a column or a domain.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnClause {
    /// The name of `CONSTRAINT name`.
    pub name: Option<Ident>,
    /// What is said.
    pub kind: ColumnClauseKind,
    /// Where, `CONSTRAINT name` included.
    pub span: Span,
}

/// What can be said about a column.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnClauseKind {
    /// `NOT NULL`.
    NotNull,
    /// `NULL`.
    Null,
    /// `DEFAULT expression`.
    Default(TokenRange),
    /// `CHECK (expression)`.
    Check(TokenRange),
    /// `UNIQUE`.
    Unique(UniqueConstraint),
    /// `PRIMARY KEY`.
    PrimaryKey(UniqueConstraint),
    /// `REFERENCES`.
    References(ForeignKey),
    /// `GENERATED ALWAYS AS (expression) STORED`.
    Generated(TokenRange),
    /// `GENERATED … AS IDENTITY`.
    Identity(Vec<SequenceOption>),
    /// `COLLATE name`.
    Collate(ObjectName),
    /// `STORAGE kind`.
    Storage,
    /// `COMPRESSION method`.
    Compression,
    /// `DEFERRABLE` and the like, about the constraint before it.
    Attribute(ConstraintAttributeKind),
}

/// What `UNIQUE` and `PRIMARY KEY` say.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UniqueConstraint {
    /// The columns; empty at a column of its own.
    pub columns: Vec<Ident>,
    /// The columns of `INCLUDE`.
    pub include: Vec<Ident>,
    /// Whether it says `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
    /// The index of `USING INDEX`.
    pub using_index: Option<Ident>,
    /// `WITH (…)` or `USING INDEX TABLESPACE …`.
    pub storage: Option<Span>,
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq)]
pub struct ForeignKey {
    /// The columns that refer; empty at a column of its own.
    pub columns: Vec<Ident>,
    /// The table referred to.
    pub table: ObjectName,
    /// Its columns, where they are named.
    pub referenced: Vec<Ident>,
    /// `MATCH PARTIAL`.
    pub match_partial: Option<Span>,
    /// Whether a deleted or changed parent changes rows of this table.
    pub cascades: bool,
}

/// A constraint of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableConstraint {
    /// The name of `CONSTRAINT name`.
    pub name: Option<Ident>,
    /// What it demands.
    pub kind: ConstraintKind,
    /// `DEFERRABLE`, `NOT VALID` and the like.
    pub attributes: Vec<ConstraintAttribute>,
    /// The whole of it.
    pub span: Span,
    /// The words that say what it is (`UNIQUE`, `FOREIGN KEY`).
    pub head: Span,
}

impl TableConstraint {
    /// Where an attribute stands, if it is there.
    #[must_use]
    pub fn attribute(&self, kind: ConstraintAttributeKind) -> Option<Span> {
        self.attributes.iter().find(|attribute| attribute.kind == kind).map(|attribute| attribute.span)
    }
}

/// What a constraint demands.
#[derive(Debug, Clone, PartialEq)]
pub enum ConstraintKind {
    /// `UNIQUE`.
    Unique(UniqueConstraint),
    /// `PRIMARY KEY`.
    PrimaryKey(UniqueConstraint),
    /// `CHECK (expression)`.
    Check(TokenRange),
    /// `FOREIGN KEY`.
    ForeignKey(ForeignKey),
    /// `EXCLUDE`.
    Exclude,
}

/// What is said about a constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConstraintAttribute {
    /// What.
    pub kind: ConstraintAttributeKind,
    /// Where.
    pub span: Span,
}

/// What can be said about a constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConstraintAttributeKind {
    /// `DEFERRABLE`.
    Deferrable,
    /// `NOT DEFERRABLE`.
    NotDeferrable,
    /// `INITIALLY DEFERRED`.
    InitiallyDeferred,
    /// `INITIALLY IMMEDIATE`.
    InitiallyImmediate,
    /// `NOT VALID`.
    NotValid,
    /// `NO INHERIT`.
    NoInherit,
}
