//! The schema as it stands after some statements.
//!
//! Everything lives in lists and is known by its place there, so that a rename is followed by whatever refers
//! to the object, as it is in PostgreSQL. What is dropped stays in its list, marked.

use std::collections::HashMap;

use crate::source::Span;

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
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) schemas: Vec<Schema>,
    pub(super) schema_names: HashMap<String, SchemaId>,
    pub(super) gone_schemas: HashMap<String, Place>,
    pub(super) relations: Vec<Relation>,
    pub(super) domains: Vec<Domain>,
    pub(super) functions: Vec<Function>,
    /// Which functions' string bodies hold a word.
    pub(super) bodies: HashMap<String, Vec<FunctionId>>,
    /// How many tables there are.
    pub(super) tables: usize,
}

/// A schema and what is in it.
#[derive(Debug, Default)]
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
    pub(super) statistics: HashMap<String, (RelationId, Place)>,
    /// What had a name here and has it no longer.
    pub(super) gone: HashMap<String, Place>,
}

/// A table, a view, an index or a sequence: they share one namespace.
#[derive(Debug)]
pub(super) struct Relation {
    pub(super) name: String,
    pub(super) schema: SchemaId,
    pub(super) made: Option<Place>,
    pub(super) dropped: bool,
    pub(super) kind: RelationKind,
    /// Who uses it, and which of its columns.
    pub(super) users: Vec<Use>,
}

#[derive(Debug)]
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum User {
    View(RelationId),
    /// A constraint of a table, by its place in the table's list.
    Constraint(RelationId, usize),
    /// The default of a column, or its expression.
    Column(RelationId, usize),
    Function(FunctionId),
}

#[derive(Debug, Default)]
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

#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) data_type: Type,
    pub(super) not_null: bool,
    pub(super) has_default: bool,
    pub(super) generated: bool,
    pub(super) identity: bool,
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

#[derive(Debug)]
pub(super) struct Constraint {
    pub(super) name: String,
    pub(super) kind: Demand,
    pub(super) made: Place,
    pub(super) dropped: bool,
}

/// What a constraint demands.
#[derive(Debug, Clone)]
pub(super) enum Demand {
    PrimaryKey(RelationId),
    Unique(RelationId),
    Check(Vec<usize>),
    /// The columns that refer.
    ForeignKey(Vec<usize>),
}

#[derive(Debug)]
pub(super) struct Index {
    pub(super) table: RelationId,
    /// The columns; none for an expression.
    pub(super) keys: Vec<Option<usize>>,
    /// All columns that it reads: in `INCLUDE`, in expressions and its predicate too.
    pub(super) reads: Vec<usize>,
    pub(super) unique: bool,
    pub(super) partial: bool,
    /// What it is as text, to compare it with another of its name.
    pub(super) definition: String,
    /// The constraint that it stands for.
    pub(super) constraint: Option<usize>,
}

#[derive(Debug)]
pub(super) struct View {
    /// Its columns, where they are known.
    pub(super) columns: Option<Vec<Output>>,
}

/// A column that a query gives.
#[derive(Debug, Clone, Default)]
pub(super) struct Output {
    /// Its name, where that is known.
    pub(super) name: Option<String>,
    pub(super) data_type: Option<Type>,
    /// The column that it is, where a name stands for a relation's own.
    pub(super) origin: Option<(RelationId, usize)>,
}

#[derive(Debug, Default)]
pub(super) struct Sequence {
    /// The column that it belongs to.
    pub(super) owner: Option<(RelationId, usize)>,
    /// Whether it is the sequence of an identity.
    pub(super) identity: bool,
}

#[derive(Debug)]
pub(super) struct Domain {
    pub(super) name: String,
    pub(super) schema: SchemaId,
    pub(super) base: String,
    pub(super) not_null: bool,
    pub(super) has_default: bool,
    pub(super) made: Option<Place>,
    pub(super) dropped: bool,
    /// The columns of this type.
    pub(super) users: Vec<(RelationId, usize)>,
}

#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) made: Place,
    pub(super) dropped: bool,
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

impl Model {
    pub(super) fn new() -> Self {
        let mut model = Self::default();
        model.add_schema("public", None);
        model
    }

    pub(super) fn add_schema(&mut self, name: &str, made: Option<Place>) -> SchemaId {
        let id = self.schemas.len();
        self.schemas.push(Schema { name: name.to_owned(), made, ..Schema::default() });
        self.schema_names.insert(name.to_owned(), id);
        id
    }

    pub(super) fn relation(&self, id: RelationId) -> &Relation {
        // Every id comes from this list, which only grows.
        &self.relations[id]
    }

    pub(super) fn table(&self, id: RelationId) -> Option<&Table> {
        match &self.relations.get(id)?.kind {
            RelationKind::Table(table) => Some(table),
            _ => None,
        }
    }

    pub(super) fn table_mut(&mut self, id: RelationId) -> Option<&mut Table> {
        match &mut self.relations.get_mut(id)?.kind {
            RelationKind::Table(table) => Some(table),
            _ => None,
        }
    }

    pub(super) fn index(&self, id: RelationId) -> Option<&Index> {
        match &self.relations.get(id)?.kind {
            RelationKind::Index(index) => Some(index),
            _ => None,
        }
    }

    pub(super) fn add_relation(
        &mut self,
        schema: SchemaId,
        name: &str,
        kind: RelationKind,
        made: Option<Place>,
    ) -> RelationId {
        let id = self.relations.len();
        self.tables += usize::from(matches!(kind, RelationKind::Table(_)));
        let relation =
            Relation { name: name.to_owned(), schema, made, dropped: false, kind, users: Vec::new() };
        self.relations.push(relation);
        if let Some(schema) = self.schemas.get_mut(schema) {
            schema.relations.insert(name.to_owned(), id);
            schema.folded.insert(name.to_lowercase(), id);
        }
        id
    }

    /// Takes a relation's name away, and what it has of its own.
    pub(super) fn drop_relation(&mut self, id: RelationId, place: Place) {
        let Some(relation) = self.relations.get_mut(id).filter(|relation| !relation.dropped) else { return };
        relation.dropped = true;
        let (schema, name) = (relation.schema, relation.name.clone());
        if let Some(schema) = self.schemas.get_mut(schema) {
            // Another may have taken the name, where a mistake has been reported.
            if schema.relations.get(&name) == Some(&id) {
                schema.relations.remove(&name);
            }
            let folded = name.to_lowercase();
            if schema.folded.get(&folded) == Some(&id) {
                schema.folded.remove(&folded);
            }
            schema.gone.insert(name, place);
        }
        let (mut own, mut of_table) = (Vec::new(), None);
        match &self.relations[id].kind {
            RelationKind::Table(table) => {
                self.tables -= 1;
                own.clone_from(&table.indexes);
            }
            RelationKind::Index(index) => of_table = Some(index.table),
            _ => {}
        }
        for index in own {
            self.drop_relation(index, place);
        }
        if let Some(table) = of_table.and_then(|table| self.table_mut(table)) {
            table.indexes.retain(|index| *index != id);
        }
        let sequences: Vec<_> = self.relations[id]
            .users
            .iter()
            .filter_map(|one| match one.by {
                User::View(sequence) if self.is_sequence_of(sequence, id, None) => Some(sequence),
                _ => None,
            })
            .collect();
        for sequence in sequences {
            self.drop_relation(sequence, place);
        }
    }

    /// Whether a relation is a sequence that belongs to a table, or to one of its columns.
    pub(super) fn is_sequence_of(
        &self,
        sequence: RelationId,
        table: RelationId,
        column: Option<usize>,
    ) -> bool {
        match &self.relation(sequence).kind {
            RelationKind::Sequence(sequence) => sequence
                .owner
                .is_some_and(|owner| owner.0 == table && column.is_none_or(|column| column == owner.1)),
            _ => false,
        }
    }

    /// Gives a relation another name or schema.
    pub(super) fn move_relation(&mut self, id: RelationId, schema: SchemaId, name: &str, place: Place) {
        let (old_schema, old_name) = (self.relation(id).schema, self.relation(id).name.clone());
        if let Some(old) = self.schemas.get_mut(old_schema) {
            if old.relations.get(&old_name) == Some(&id) {
                old.relations.remove(&old_name);
            }
            let folded = old_name.to_lowercase();
            if old.folded.get(&folded) == Some(&id) {
                old.folded.remove(&folded);
            }
            old.gone.insert(old_name, place);
        }
        if let Some(new) = self.schemas.get_mut(schema) {
            new.relations.insert(name.to_owned(), id);
            new.folded.insert(name.to_lowercase(), id);
        }
        let relation = &mut self.relations[id];
        (relation.schema, relation.name) = (schema, name.to_owned());
    }

    pub(super) fn note_use(&mut self, of: RelationId, column: Option<usize>, by: User) {
        if let Some(relation) = self.relations.get_mut(of) {
            relation.users.push(Use { column, by });
        }
    }

    /// Whether a user of something is still there.
    pub(super) fn is_alive(&self, user: User) -> bool {
        match user {
            User::View(id) => !self.relation(id).dropped,
            User::Constraint(table, at) => {
                !self.relation(table).dropped
                    && self
                        .table(table)
                        .and_then(|table| table.constraints.get(at))
                        .is_some_and(|one| !one.dropped)
            }
            User::Column(table, at) => {
                !self.relation(table).dropped
                    && self
                        .table(table)
                        .and_then(|table| table.columns.get(at))
                        .is_some_and(|one| !one.dropped && (one.has_default || one.generated))
            }
            User::Function(id) => self.functions.get(id).is_some_and(|function| !function.dropped),
        }
    }

    /// The unique indexes of a table that hold for all of its rows: their columns.
    pub(super) fn unique_indexes(&self, table: RelationId) -> impl Iterator<Item = (RelationId, &Index)> {
        let indexes = self.table(table).map_or(&[][..], |table| &table.indexes);
        indexes.iter().filter_map(|id| {
            let index = self.index(*id).filter(|index| index.unique && !index.partial)?;
            index.keys.iter().all(Option::is_some).then_some((*id, index))
        })
    }
}
