use super::{Ident, ObjectName, TokenRange};
use crate::text::Span;

/// `CREATE INDEX`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateIndex {
    /// Whether it says `UNIQUE`.
    pub unique: bool,
    /// `INDEX`.
    pub index_span: Span,
    /// `ASYNC`.
    pub asynchronous: Option<Span>,
    /// `CONCURRENTLY`.
    pub concurrently: Option<Span>,
    /// Whether it says `IF NOT EXISTS`.
    pub if_not_exists: Option<Span>,
    /// Its name, where it has one.
    pub name: Option<ObjectName>,
    /// `ONLY`.
    pub only: Option<Span>,
    /// `ON`, which a name would stand before.
    pub on_span: Span,
    /// The table.
    pub table: ObjectName,
    /// What it covers.
    pub keys: Vec<IndexKey>,
    /// What stands before and behind the keys.
    pub options: Vec<IndexOption>,
}

/// One key of an index.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexKey {
    /// The column, or `None` for an expression. A column in parentheses is one, with a collation or without.
    pub column: Option<Ident>,
    /// The tokens of the column or of the expression.
    pub expression: TokenRange,
    /// `COLLATE name`.
    pub collation: Option<(ObjectName, Span)>,
    /// An operator class.
    pub operator_class: Option<Span>,
    /// `ASC` or `DESC`; whether it is `DESC`.
    pub direction: Option<(bool, Span)>,
    /// The whole of it.
    pub span: Span,
}

/// What is said about an index besides its keys.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexOption {
    /// What.
    pub kind: IndexOptionKind,
    /// Where.
    pub span: Span,
}

/// What can be said about an index besides its keys.
#[derive(Debug, Clone, PartialEq)]
pub enum IndexOptionKind {
    /// `USING method`.
    Using(Ident),
    /// `INCLUDE (columns)`, and the tokens between its parentheses: what else than names stands there, no server
    /// takes.
    Include(Vec<Ident>, TokenRange),
    /// `NULLS [NOT] DISTINCT`.
    NullsDistinct {
        /// Whether it says `NOT`.
        not: bool,
    },
    /// `WITH (…)`.
    With,
    /// `TABLESPACE name`.
    Tablespace,
    /// `WHERE predicate`.
    Where(TokenRange),
}
