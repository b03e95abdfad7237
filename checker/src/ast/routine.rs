use super::{ColumnClause, DataType, Ident, ObjectName, Persistence, TokenRange};
use crate::text::Span;

/// `CREATE [OR REPLACE] FUNCTION` or `PROCEDURE`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateFunction {
    /// Whether it says `OR REPLACE`.
    pub or_replace: bool,
    /// Whether it is a procedure; the span is that of the word.
    pub procedure: Option<Span>,
    /// Its name.
    pub name: ObjectName,
    /// The tokens of its arguments.
    pub arguments: TokenRange,
    /// The language and where it stands; without one, SQL.
    pub language: Option<Ident>,
    /// The body.
    pub body: FunctionBody,
}

/// Where a function's body stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunctionBody {
    /// `AS '…'`: the position of the string's token.
    String(usize),
    /// `BEGIN ATOMIC … END` or `RETURN …`.
    Sql(TokenRange),
    /// None was found.
    Missing,
}

/// `CREATE VIEW`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateView {
    /// Whether it says `OR REPLACE`.
    pub or_replace: bool,
    /// `TEMP`.
    pub persistence: Option<(Persistence, Span)>,
    /// Its name.
    pub name: ObjectName,
    /// Its columns, where they are named.
    pub columns: Vec<Ident>,
    /// Its query.
    pub query: TokenRange,
}

/// `CREATE DOMAIN`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateDomain {
    /// Its name.
    pub name: ObjectName,
    /// The type that it is over.
    pub data_type: DataType,
    /// `DEFAULT`, `NOT NULL`, `CHECK`, `COLLATE`.
    pub clauses: Vec<ColumnClause>,
}
