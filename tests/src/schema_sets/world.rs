//! What is there, as far as the next statement should know.

use fastrand::Rng;

/// A relation, a domain or a function.
#[derive(Debug, Clone)]
pub(super) struct Thing {
    pub(super) kind: Kind,
    pub(super) schema: String,
    pub(super) name: String,
    /// Of tables and views.
    pub(super) columns: Vec<String>,
    /// The constraints of a table.
    pub(super) constraints: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Table,
    View,
    Index,
    Sequence,
    Domain,
    Function,
    Statistics,
}

impl Kind {
    /// Whether its name is one among relations.
    fn is_relation(self) -> bool {
        matches!(self, Self::Table | Self::View | Self::Index | Self::Sequence)
    }
}

/// What a statement that is taken does.
#[derive(Debug)]
pub(super) enum Change {
    None,
    Path(Option<Vec<String>>),
    Made(Thing),
    /// Kind, schema and name of what is gone.
    Gone(Kind, String, String),
    Renamed(Kind, (String, String), String),
    Moved(Kind, (String, String), String),
    Column(String, String, ColumnChange),
    Constraint(String, String, String),
    SchemaGone(String),
    SchemaRenamed(String, String),
    SchemaMade(String),
}

#[derive(Debug)]
pub(super) enum ColumnChange {
    Added(String),
    Gone(String),
    Renamed(String, String),
}

#[derive(Debug)]
pub(super) struct World {
    pub(super) schemas: Vec<String>,
    pub(super) path: Option<Vec<String>>,
    pub(super) things: Vec<Thing>,
    suffix: String,
}

pub(super) const NAMES: &[&str] = &["books", "items", "authors", "a", "Odd name", "order", "shelf"];
pub(super) const COLUMNS: &[&str] = &["id", "n", "title", "Made at", "book_id", "user"];
pub(super) const TYPES: &[&str] = &[
    "int",
    "bigint",
    "smallint",
    "text",
    "varchar(20)",
    "boolean",
    "timestamptz",
    "timestamp(3)",
    "date",
    "numeric(10,2)",
    "uuid",
    "jsonb",
    "double precision",
    "char(3)",
    "interval",
    "bytea",
    "real",
    "time",
];

/// A name as SQL: in quotes where it must be.
pub(super) fn quoted(name: &str) -> String {
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if plain && !["order", "user"].contains(&name) { name.to_owned() } else { format!("\"{name}\"") }
}

pub(super) fn one<'a>(rng: &mut Rng, all: &[&'a str]) -> &'a str {
    all[rng.usize(0..all.len())]
}

impl World {
    pub(super) fn new(suffix: &str) -> Self {
        let schemas = vec![format!("app{suffix}"), format!("Lab {suffix}")];
        Self { schemas, path: None, things: Vec::new(), suffix: suffix.to_owned() }
    }

    /// A schema that is there, or may be missing.
    pub(super) fn schema(&self, rng: &mut Rng) -> String {
        if rng.u32(0..25) == 0 || self.schemas.is_empty() {
            return format!("new{}", self.suffix);
        }
        self.schemas[rng.usize(0..self.schemas.len())].clone()
    }

    /// A name for something new, in a schema or in the path's first one.
    pub(super) fn new_name(&self, rng: &mut Rng) -> (String, String, String) {
        let name = one(rng, NAMES);
        match &self.path {
            Some(path) if rng.bool() => (path[0].clone(), name.to_owned(), quoted(name)),
            _ => {
                let schema = self.schema(rng);
                let sql = format!("{}.{}", quoted(&schema), quoted(name));
                (schema, name.to_owned(), sql)
            }
        }
    }

    /// Something of this kind, now and then of another one or nothing.
    pub(super) fn pick(&self, rng: &mut Rng, kind: Kind) -> Thing {
        let right: Vec<&Thing> = self.things.iter().filter(|one| one.kind == kind).collect();
        let chance = rng.u32(0..100);
        if chance < 88 && !right.is_empty() {
            return right[rng.usize(0..right.len())].clone();
        }
        if chance < 94 && !self.things.is_empty() {
            return self.things[rng.usize(0..self.things.len())].clone();
        }
        let name = one(rng, NAMES).to_owned();
        Thing { kind, schema: self.schema(rng), name, columns: Vec::new(), constraints: Vec::new() }
    }

    /// How it is called: with its schema, or without where the path may show it.
    pub(super) fn called(&self, rng: &mut Rng, thing: &Thing) -> String {
        let shown = self.path.as_ref().is_some_and(|path| path.contains(&thing.schema));
        let bare = if shown { 60 } else { 4 };
        if rng.u32(0..100) < bare {
            return quoted(&thing.name);
        }
        format!("{}.{}", quoted(&thing.schema), quoted(&thing.name))
    }

    /// A column of it, now and then one that it may not have.
    pub(super) fn column(&self, rng: &mut Rng, thing: &Thing) -> String {
        if thing.columns.is_empty() || rng.u32(0..20) == 0 {
            return one(rng, COLUMNS).to_owned();
        }
        thing.columns[rng.usize(0..thing.columns.len())].clone()
    }

    pub(super) fn apply(&mut self, change: Change) {
        let find = |things: &mut Vec<Thing>, kind: Kind, schema: &str, name: &str| {
            things.iter().position(|one| one.kind == kind && one.schema == schema && one.name == name)
        };
        match change {
            Change::None => {}
            Change::Path(path) => self.path = path,
            Change::Made(thing) => {
                let shares = |one: &Thing| {
                    one.kind == thing.kind || (one.kind.is_relation() && thing.kind.is_relation())
                };
                let taken = |one: &Thing| shares(one) && one.schema == thing.schema && one.name == thing.name;
                if !self.things.iter().any(taken) {
                    self.things.push(thing);
                }
            }
            Change::Gone(kind, schema, name) => {
                if let Some(at) = find(&mut self.things, kind, &schema, &name) {
                    self.things.remove(at);
                }
            }
            Change::Renamed(kind, (schema, name), new) => {
                if let Some(at) = find(&mut self.things, kind, &schema, &name) {
                    self.things[at].name = new;
                }
            }
            Change::Moved(kind, (schema, name), new) => {
                if let Some(at) = find(&mut self.things, kind, &schema, &name) {
                    self.things[at].schema = new;
                }
            }
            Change::Column(schema, name, change) => {
                let table = self.things.iter_mut().find(|one| one.schema == schema && one.name == name);
                let Some(table) = table else { return };
                match change {
                    ColumnChange::Added(column) => table.columns.push(column),
                    ColumnChange::Gone(column) => table.columns.retain(|one| *one != column),
                    ColumnChange::Renamed(old, new) => {
                        table
                            .columns
                            .iter_mut()
                            .filter(|one| **one == old)
                            .for_each(|one| one.clone_from(&new));
                    }
                }
            }
            Change::Constraint(schema, name, constraint) => {
                if let Some(at) = find(&mut self.things, Kind::Table, &schema, &name) {
                    self.things[at].constraints.push(constraint);
                }
            }
            Change::SchemaGone(name) => {
                self.schemas.retain(|one| *one != name);
                self.things.retain(|one| one.schema != name);
            }
            Change::SchemaRenamed(old, new) => {
                self.schemas.iter_mut().filter(|one| **one == old).for_each(|one| one.clone_from(&new));
                self.things
                    .iter_mut()
                    .filter(|one| one.schema == old)
                    .for_each(|one| one.schema.clone_from(&new));
            }
            Change::SchemaMade(name) => {
                if !self.schemas.contains(&name) {
                    self.schemas.push(name);
                }
            }
        }
    }

    /// A name for a schema that may be new.
    pub(super) fn other_schema(&self, rng: &mut Rng) -> String {
        format!("{}{}", one(rng, &["new", "app", "more"]), self.suffix)
    }
}
