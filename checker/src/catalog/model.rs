//! The schema as it stands after some statements.
//!
//! Everything lives in lists and is known by its place there, so that a rename is followed by whatever refers
//! to the object, as it is in PostgreSQL. What is dropped stays in its list, marked.

use std::collections::{HashMap, HashSet};

use crate::effect::Effects;
use crate::text::Span;

pub(super) type SchemaId = usize;
pub(super) type RelationId = usize;
pub(super) type DomainId = usize;
pub(super) type FunctionId = usize;

/// Where something was made or went away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) file: usize,
    pub(super) span: Span,
}

/// The whole schema.
#[derive(Debug, Clone, Default)]
pub(super) struct Model {
    pub(super) schemas: Vec<Schema>,
    pub(super) schema_names: HashMap<String, SchemaId>,
    pub(super) gone_schemas: HashMap<String, Place>,
    pub(super) relations: Vec<Relation>,
    pub(super) domains: Vec<Domain>,
    pub(super) functions: Vec<Function>,
    /// Which functions' string bodies hold a word.
    pub(super) bodies: HashMap<String, Vec<FunctionId>>,
    /// Functions, aggregates and operators that a refused statement makes, so that one mistake is said once.
    pub(super) refused: HashSet<String>,
    /// The names that constraints have had, of whatever table.
    pub(super) constraint_names: HashSet<String>,
    /// How many tables there are.
    pub(super) tables: usize,
    /// What each user uses, so that it can be forgotten.
    pub(super) uses: HashMap<User, Vec<Used>>,
    /// What the statement does that is applied, and the clause of it that does it.
    pub(super) effects: Effects,
    pub(super) clause: Span,
}

/// A schema and what is in it.
#[derive(Debug, Clone, Default)]
pub(super) struct Schema {
    pub(super) name: String,
    pub(super) made: Option<Place>,
    /// Whether anything may be in it: it was never made, and that has been said.
    pub(super) opaque: bool,
    pub(super) relations: HashMap<String, RelationId>,
    /// The same by their names in lower case, to find two that differ in case only.
    pub(super) folded: HashMap<String, RelationId>,
    pub(super) domains: HashMap<String, DomainId>,
    pub(super) functions: HashMap<String, Vec<FunctionId>>,
    pub(super) statistics: HashMap<String, Statistics>,
    /// What had a name here and has it no longer.
    pub(super) gone: HashMap<String, Place>,
}

/// Extended statistics.
#[derive(Debug, Clone)]
pub(super) struct Statistics {
    pub(super) table: RelationId,
    /// The columns that they are about by name.
    pub(super) columns: Vec<usize>,
    pub(super) made: Place,
}

/// A table, a view, an index or a sequence: they share one namespace.
#[derive(Debug, Clone)]
pub(super) struct Relation {
    pub(super) name: String,
    pub(super) schema: SchemaId,
    pub(super) made: Option<Place>,
    pub(super) dropped: bool,
    pub(super) kind: RelationKind,
    /// Who uses it, and which of its columns.
    pub(super) users: Vec<Use>,
}

#[derive(Debug, Clone)]
pub(super) enum RelationKind {
    Table(Box<Table>),
    View(View),
    Index(Index),
    Sequence(Sequence),
    /// Something of this name exists and nothing else is known.
    Opaque,
}

/// That something uses a relation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Use {
    /// The column, or the relation as a whole.
    pub(super) column: Option<usize>,
    pub(super) by: User,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum User {
    /// A view, an index, or a sequence that belongs to a column.
    Relation(RelationId),
    /// A constraint of a table, by its place in the table's list.
    Constraint(RelationId, usize),
    /// The default of a column, or its expression.
    Column(RelationId, usize),
    Function(FunctionId),
}

/// What something uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Used {
    Relation(RelationId),
    Function(FunctionId),
}

#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    /// Dropped ones stay: they count towards the most that a table may ever have.
    pub(super) columns: Vec<Column>,
    pub(super) by_name: HashMap<String, usize>,
    /// Whether it may have columns that are not known.
    pub(super) opaque: bool,
    pub(super) constraints: Vec<Constraint>,
    pub(super) constraint_names: HashMap<String, usize>,
    pub(super) indexes: Vec<RelationId>,
    pub(super) statistics: usize,
    /// Its columns when it was made, for `IF NOT EXISTS`.
    pub(super) original: Vec<(String, String)>,
    /// Whether it may have keys and constraints that are not known.
    pub(super) loose: bool,
    /// Columns that were reported as missing.
    pub(super) assumed: std::collections::HashSet<String>,
    pub(super) gone: HashMap<String, Place>,
    pub(super) gone_constraints: HashMap<String, Place>,
}

#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) data_type: Type,
    /// Whether it is NOT NULL by itself; its domain may be too.
    pub(super) not_null: bool,
    /// Whether it has a default of its own; its domain may have one too.
    pub(super) has_default: bool,
    pub(super) generated: bool,
    pub(super) identity: bool,
    /// Whether it is `GENERATED ALWAYS AS IDENTITY`.
    pub(super) always: bool,
    pub(super) made: Place,
    pub(super) dropped: bool,
}

/// A column's type.
#[derive(Debug, Clone, Default)]
pub(super) struct Type {
    /// As the server shows it; empty where it is not known.
    pub(super) display: String,
    /// The built-in type below all domains, without modifiers; empty where it is not known.
    pub(super) base: String,
    pub(super) domain: Option<DomainId>,
}

#[derive(Debug, Clone)]
pub(super) struct Constraint {
    pub(super) name: String,
    pub(super) kind: Demand,
    pub(super) made: Place,
    pub(super) dropped: bool,
    /// Where it says that rows which are there need not keep to it, until it is validated.
    pub(super) not_valid: Option<Place>,
    /// Whether a comment declares it, and no statement makes it.
    pub(super) declared: bool,
    /// Whether the server has chosen its name.
    pub(super) chosen: bool,
}

/// What a constraint demands.
#[derive(Debug, Clone)]
pub(super) enum Demand {
    PrimaryKey(RelationId),
    Unique(RelationId),
    Check(Vec<usize>),
    /// The columns that refer, the table referred to where it is known, and whether rows follow those of that table.
    ForeignKey {
        columns: Vec<usize>,
        parent: Option<RelationId>,
        cascades: bool,
    },
}

#[derive(Debug, Clone)]
pub(super) struct Index {
    pub(super) table: RelationId,
    /// The columns; none for an expression.
    pub(super) keys: Vec<Option<usize>>,
    /// The names of its own columns, which stay when a column of the table gets another name.
    pub(super) labels: Vec<String>,
    /// All columns that it reads: in `INCLUDE`, in expressions and its predicate too.
    pub(super) reads: Vec<usize>,
    pub(super) unique: bool,
    pub(super) partial: bool,
    /// Whether a key is not in the order that keys have by themselves: `NULLS FIRST`.
    pub(super) reordered: bool,
    /// What it is as text, to compare it with another of its name.
    pub(super) definition: String,
    /// The constraint that it stands for.
    pub(super) constraint: Option<usize>,
}

#[derive(Debug, Clone)]
pub(super) struct View {
    /// Its columns, where they are known.
    pub(super) columns: Option<Vec<Output>>,
    /// Whether its rows may be those of one relation, so that they can be written if that one's can.
    pub(super) simple: bool,
    /// That relation, where it is known.
    pub(super) source: Option<RelationId>,
}

/// A column that a query gives.
#[derive(Debug, Clone, Default)]
pub(super) struct Output {
    /// Its name, where that is known.
    pub(super) name: Option<String>,
    pub(super) data_type: Option<Type>,
    /// The column that it is, where a name stands for a relation's own.
    pub(super) origin: Option<(RelationId, usize)>,
    pub(super) shows: Shows,
}

/// What a column of a query passes on, which decides whether it can be written through a view.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Shows {
    #[default]
    Unknown,
    /// A column as it is.
    Column(RelationId, usize),
    /// An expression.
    Expression,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Sequence {
    /// The column that it belongs to.
    pub(super) owner: Option<(RelationId, usize)>,
    /// Whether it is the sequence of an identity.
    pub(super) identity: bool,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Domain {
    pub(super) name: String,
    pub(super) schema: SchemaId,
    pub(super) base: String,
    /// The domain that it is made of.
    pub(super) of: Option<DomainId>,
    pub(super) not_null: bool,
    pub(super) has_default: bool,
    /// Whether its type has a length or a precision.
    pub(super) modified: bool,
    pub(super) constraints: HashMap<String, Place>,
    pub(super) made: Option<Place>,
    pub(super) dropped: bool,
    /// The columns of this type.
    pub(super) users: Vec<(RelationId, usize)>,
    /// The functions that take it or give it.
    pub(super) functions: Vec<FunctionId>,
}

#[derive(Debug, Clone)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) schema: SchemaId,
    /// The types of what it takes, where they are known.
    pub(super) arguments: Option<Vec<String>>,
    /// The type that it gives, where that is known.
    pub(super) result: Option<String>,
    /// Who calls it.
    pub(super) users: Vec<User>,
    pub(super) made: Place,
    pub(super) dropped: bool,
    /// How many arguments a call has at least and at most.
    pub(super) counts: (usize, usize),
    /// The words of its body, where that is a string of SQL.
    pub(super) words: std::collections::HashSet<String>,
}

impl Table {
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The columns that are there.
    pub(super) fn live(&self) -> impl Iterator<Item = (usize, &Column)> {
        self.columns.iter().enumerate().filter(|(_, column)| !column.dropped)
    }

    pub(super) fn add(&mut self, column: Column) -> usize {
        let at = self.columns.len();
        self.by_name.insert(column.name.clone(), at);
        self.columns.push(column);
        at
    }

    /// A column before this one whose name is the same in lower case.
    pub(super) fn folded_before(&self, at: usize, lower: &str, name: &str) -> Option<&Column> {
        let same =
            |column: &&Column| !column.dropped && column.name != name && column.name.to_lowercase() == lower;
        // Only names with capitals can differ from another in case alone, or be met by one that has them.
        self.columns.iter().take(at).find(same)
    }

    pub(super) fn primary_key(&self) -> Option<RelationId> {
        self.constraints.iter().filter(|one| !one.dropped).find_map(|one| match one.kind {
            Demand::PrimaryKey(index) => Some(index),
            _ => None,
        })
    }

    /// The columns as one compares them: name and type.
    pub(super) fn shape(&self) -> Vec<(String, String)> {
        self.live().map(|(_, column)| (column.name.clone(), column.data_type.display.clone())).collect()
    }
}
