use crate::{List, Text};

/// How the catalog shows that a DDL step has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// It has happened when all of these hold, and has not when none holds: one statement, one transaction.
    Facts(List<Fact>),
    /// The catalog cannot tell, and running the statement again does no harm.
    Repeatable,
    /// The catalog cannot tell, and whether running it again does harm is not known. A step found started
    /// and not done is run again; the server's refusal, if any, is the answer.
    Unknown,
}

/// One thing that the catalog can say. Names are as the catalog holds them: folded, without quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// A schema is there, or is not.
    Schema {
        /// Its name.
        name: Text,
        /// Whether it must be there.
        exists: bool,
    },
    /// A relation is there, or is not.
    Relation {
        /// Its name.
        name: Name,
        /// What it is.
        kind: RelationKind,
        /// Whether it must be there.
        exists: bool,
    },
    /// A table is there, with these columns and no others.
    Table {
        /// Its name.
        name: Name,
        /// Its columns in order, as far as the statement tells them; empty when it does not (`LIKE`).
        columns: List<Column>,
    },
    /// A column is there, or is not.
    Column {
        /// The table.
        table: Name,
        /// The column.
        column: Text,
        /// Whether it must be there.
        exists: bool,
    },
    /// A column is, or is not, an identity column.
    Identity {
        /// The table.
        table: Name,
        /// The column.
        column: Text,
        /// Whether it must be one.
        exists: bool,
    },
    /// A constraint is there, or is not.
    Constraint {
        /// The table.
        table: Name,
        /// The constraint.
        name: Text,
        /// Whether it must be there.
        exists: bool,
    },
    /// A domain is there, or is not.
    Domain {
        /// Its name.
        name: Name,
        /// Whether it must be there.
        exists: bool,
    },
    /// At least one function of this name is there, or none is.
    Function {
        /// Its name.
        name: Name,
        /// Whether it must be there.
        exists: bool,
    },
    /// A role is there, or is not.
    Role {
        /// Its name.
        name: Text,
        /// Whether it must be there.
        exists: bool,
    },
    /// An extended statistics object is there, or is not.
    Statistics {
        /// Its name.
        name: Name,
        /// Whether it must be there.
        exists: bool,
    },
}

/// What a relation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelationKind {
    /// A table.
    Table,
    /// A view.
    View,
    /// A sequence.
    Sequence,
    /// An index.
    Index,
}

/// A column as its `CREATE TABLE` declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: Text,
    /// Its type as `format_type` shows it (`character varying(20)`); `None` where the statement alone does
    /// not tell, as with a domain.
    pub data_type: Option<Text>,
}

/// A name as the catalog holds it: folded to lower case unless it was quoted, without the quotes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    /// The schema, where the statement gives one; else the search path decides.
    pub schema: Option<Text>,
    /// The object.
    pub name: Text,
}

impl std::fmt::Display for Name {
    /// For messages; SQL takes names as parameters or through the runtime's quoting.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        f.write_str(&self.name)
    }
}
