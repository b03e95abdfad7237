use std::fmt;

use crate::{List, Text};

/// How the catalog shows that a DDL step has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// It has happened when all of these hold, and has not when none holds: one statement, one transaction.
    ///
    /// An unqualified name means what it meant when the step's intent was recorded. What is there afterwards beside
    /// something of the same kind that is gone is the same object under another name, so it is in the same schema.
    Facts(List<Fact>),
    /// Running the statement again does no harm as long as its names mean the same objects, and these held perhaps
    /// before it ran: they do not show that it has. They hold afterwards.
    Repeatable(List<Fact>),
    /// Nobody knows what to ask: the checker could not read the statement, or not tell a name that the server
    /// chooses. A step found started and not done is run again; the server's refusal, if any, is the answer.
    Unknown,
}

impl Proof {
    /// What holds once the statement has run, as far as the catalog shows it.
    #[must_use]
    pub fn afterwards(&self) -> &[Fact] {
        match self {
            Self::Facts(facts) | Self::Repeatable(facts) => facts,
            Self::Unknown => &[],
        }
    }
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
    /// A schema is there whose name is that of the role that runs the migrations.
    OwnSchema,
    /// A relation is there, or is not.
    Relation {
        /// Its name.
        name: Name,
        /// What it is.
        kind: RelationKind,
        /// Whether it must be there.
        exists: bool,
    },
    /// A table is there, with these columns and no others, and at least these constraints.
    Table {
        /// Its name.
        name: Name,
        /// Its columns in order, as far as the statement tells them; empty when it does not (`LIKE`).
        columns: List<Column>,
        /// The constraints that the statement declares, but for NOT NULL, which its columns have.
        constraints: List<TableConstraint>,
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
    /// A column is, or is not, computed from others.
    Generated {
        /// The table.
        table: Name,
        /// The column.
        column: Text,
        /// Whether it must be.
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
        /// Whether it must hold for the rows that were there before it, too (`convalidated`).
        validated: bool,
    },
    /// A domain is there, or is not.
    Domain {
        /// Its name.
        name: Name,
        /// Whether it must be there.
        exists: bool,
    },
    /// A constraint of a domain is there, or is not.
    DomainConstraint {
        /// The domain.
        domain: Name,
        /// The constraint.
        name: Text,
        /// Whether it must be there.
        exists: bool,
    },
    /// A function is there, or is not.
    Function {
        /// Its name.
        name: Name,
        /// The types that it takes, as SQL writes them (`integer, app.mood`). Without them any function of the
        /// name counts.
        takes: Option<Text>,
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
    /// An IAM principal may, or may not, connect as a role.
    IamMapping {
        /// The role.
        role: Text,
        /// The principal.
        arn: Text,
        /// Whether the two must be mapped.
        exists: bool,
    },
}

impl Fact {
    /// Whether it says that something is there, rather than gone.
    #[must_use]
    pub const fn is_there(&self) -> bool {
        match self {
            Self::OwnSchema | Self::Table { .. } => true,
            Self::Schema { exists, .. }
            | Self::Relation { exists, .. }
            | Self::Column { exists, .. }
            | Self::Identity { exists, .. }
            | Self::Generated { exists, .. }
            | Self::Constraint { exists, .. }
            | Self::Domain { exists, .. }
            | Self::DomainConstraint { exists, .. }
            | Self::Function { exists, .. }
            | Self::Role { exists, .. }
            | Self::Statistics { exists, .. }
            | Self::IamMapping { exists, .. } => *exists,
        }
    }
}

impl fmt::Display for Fact {
    /// For people: `column items.price is there`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is = |exists: &bool| if *exists { "is there" } else { "is gone" };
        match self {
            Self::Schema { name, exists } => write!(f, "schema {name} {}", is(exists)),
            Self::OwnSchema => f.write_str("the schema named like the role is there"),
            Self::Relation { name, kind, exists } => write!(f, "{kind} {name} {}", is(exists)),
            Self::Table { name, columns, .. } if columns.is_empty() => write!(f, "table {name} is there"),
            Self::Table { name, columns, .. } => {
                write!(f, "table {name} is there with its {} columns", columns.len())
            }
            Self::Column { table, column, exists } => write!(f, "column {table}.{column} {}", is(exists)),
            Self::Identity { table, column, exists } => {
                write!(f, "column {table}.{column} is {} identity", if *exists { "an" } else { "no" })
            }
            Self::Generated { table, column, exists } => {
                write!(f, "column {table}.{column} is {}computed", if *exists { "" } else { "not " })
            }
            Self::Constraint { table, name, exists: true, validated: true } => {
                write!(f, "constraint {name} of {table} is there and validated")
            }
            Self::Constraint { table, name, exists, .. } => {
                write!(f, "constraint {name} of {table} {}", is(exists))
            }
            Self::Domain { name, exists } => write!(f, "domain {name} {}", is(exists)),
            Self::DomainConstraint { domain, name, exists } => {
                write!(f, "constraint {name} of domain {domain} {}", is(exists))
            }
            Self::Function { name, takes: Some(takes), exists } => {
                write!(f, "function {name}({takes}) {}", is(exists))
            }
            Self::Function { name, takes: None, exists: true } => {
                write!(f, "a function {name} is there")
            }
            Self::Function { name, takes: None, .. } => write!(f, "no function {name} is left"),
            Self::Role { name, exists } => write!(f, "role {name} {}", is(exists)),
            Self::Statistics { name, exists } => write!(f, "statistics {name} {}", is(exists)),
            Self::IamMapping { role, arn, exists } => {
                write!(f, "{arn} {} connect as {role}", if *exists { "may" } else { "may not" })
            }
        }
    }
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

impl fmt::Display for RelationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Table => "table",
            Self::View => "view",
            Self::Sequence => "sequence",
            Self::Index => "index",
        })
    }
}

/// A column as its `CREATE TABLE` declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: Text,
    /// Its type as `format_type` shows it (`character varying(20)`); `None` where that is not known for sure, as
    /// with a domain: then it is not compared.
    pub data_type: Option<Text>,
    /// Whether the statement says that it takes no NULL, by itself or by its primary key.
    pub not_null: bool,
}

/// A constraint that a `CREATE TABLE` declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableConstraint {
    /// What it is.
    pub kind: ConstraintKind,
    /// The table's own columns that it is declared over, in order; empty for a check, whose expression is not read.
    pub columns: List<Text>,
}

/// The kinds of constraints that can be told apart in `pg_constraint.contype`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConstraintKind {
    /// `PRIMARY KEY`.
    PrimaryKey,
    /// `UNIQUE`.
    Unique,
    /// `CHECK`.
    Check,
    /// `REFERENCES`, `FOREIGN KEY`.
    ForeignKey,
}

impl ConstraintKind {
    /// The letter of `pg_constraint.contype`.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::PrimaryKey => 'p',
            Self::Unique => 'u',
            Self::Check => 'c',
            Self::ForeignKey => 'f',
        }
    }
}

/// A name as the catalog holds it: folded to lower case unless it was quoted, without the quotes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    /// The schema, where the statement gives one; else the search path decides.
    pub schema: Option<Text>,
    /// The object.
    pub name: Text,
}

impl fmt::Display for Name {
    /// For messages; SQL takes names as parameters or through the runtime's quoting.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        f.write_str(&self.name)
    }
}
