//! Constraints of tables: keys, checks and foreign keys.

use crate::ast::{ConstraintAttributeKind, ConstraintKind, Ident, TableConstraint, UniqueConstraint};
use crate::effect::{Change, Object};
use crate::naming::join;
use crate::rules::all::{object_limit, unusable_index};
use crate::statement::Statement;
use crate::text::Span;

use super::Replay;
use super::column::Declared;
use super::model::{Constraint, Demand, Index, RelationId, RelationKind, SchemaId, User};
use super::names::cut;
use super::read::Asked;

/// How many indexes a table has at most, keys included (facts: dsql.md §3).
const MAX_INDEXES: usize = 24;

impl Replay<'_> {
    /// Adds a constraint to a table; says what is wrong with it.
    pub(super) fn add_constraint(
        &mut self,
        statement: &Statement<'_>,
        table: RelationId,
        constraint: &TableConstraint,
        declared: Declared,
    ) {
        let Some(before) = self.model.table(table).map(|table| table.constraints.len()) else { return };
        let named = constraint.name.as_ref();
        match &constraint.kind {
            ConstraintKind::PrimaryKey(unique) => {
                self.unique(table, named, unique, true, constraint, declared)
            }
            ConstraintKind::Unique(unique) => self.unique(table, named, unique, false, constraint, declared),
            ConstraintKind::Check(range) => {
                let columns = self.columns_asked(
                    statement,
                    *range,
                    table,
                    Asked { condition: Some("CHECK"), ..Asked::default() },
                );
                let part = match columns.as_slice() {
                    [one] => self.column_name(table, *one),
                    _ => String::new(),
                };
                let name = self.constraint_name(table, named, &part, "check");
                let at = self.model.table(table).map_or(0, |table| table.constraints.len());
                self.note_calls(statement, *range, User::Constraint(table, at));
                self.push_constraint(table, name, Demand::Check(columns), constraint.span, named);
            }
            ConstraintKind::ForeignKey(key) => self.foreign_key(table, named, key, constraint),
            ConstraintKind::Exclude => {}
        }
        let not_valid = constraint.attribute(ConstraintAttributeKind::NotValid).map(|span| self.place(span));
        let added = self.model.table_mut(table).and_then(|table| table.constraints.get_mut(before));
        if let (Some(added), Some(place)) = (added, not_valid) {
            added.not_valid = Some(place);
        }
    }

    fn unique(
        &mut self,
        table: RelationId,
        named: Option<&Ident>,
        unique: &UniqueConstraint,
        primary: bool,
        constraint: &TableConstraint,
        declared: Declared,
    ) {
        if let Some(index) = &unique.using_index {
            self.using_index(table, named, index, primary, constraint.span);
            return;
        }
        if matches!(declared, Declared::WithTable { .. })
            && self.is_key_already(table, named, unique, primary)
        {
            return;
        }
        let report = matches!(declared, Declared::WithTable { like: true } | Declared::Later);
        let mut keys = Vec::new();
        for column in &unique.columns {
            let found = if report {
                self.known_column(table, column, |_| {
                    format!("column \"{}\" named in key does not exist", cut(&column.value))
                })
            } else {
                self.model.table(table).and_then(|table| table.column(cut(&column.value)))
            };
            if let Some(at) = found {
                self.key_column(table, at, column.span, declared);
            }
            keys.push(found);
        }
        if let (true, Some(table)) = (primary, self.model.table_mut(table)) {
            for at in keys.iter().flatten() {
                table.columns[*at].not_null = true;
            }
        }
        let part = if primary {
            String::new()
        } else {
            unique.columns.iter().map(|column| cut(&column.value)).collect::<Vec<_>>().join("_")
        };
        let name = self.constraint_name(table, named, &part, if primary { "pkey" } else { "key" });
        let include =
            unique.include.iter().filter_map(|column| self.model.table(table)?.column(cut(&column.value)));
        let reads = keys.iter().flatten().copied().chain(include).collect();
        let at = self.model.table(table).map_or(0, |table| table.constraints.len());
        let index = Index {
            table,
            keys,
            reads,
            unique: true,
            partial: false,
            labels: unique.columns.iter().map(|column| cut(&column.value).to_owned()).collect(),
            reordered: false,
            definition: String::new(),
            constraint: Some(at),
        };
        let span = named.map_or(constraint.span, |name| name.span);
        let schema = self.schema_of(table);
        if let Some(taken) = self.model.schemas[schema].relations.get(&name).copied() {
            self.relation_taken(taken, span);
        }
        let id = self.add_index(table, &name, index, span);
        let demand = if primary { Demand::PrimaryKey(id) } else { Demand::Unique(id) };
        self.push_constraint(table, name, demand, constraint.span, named);
    }

    /// Whether a table that is being made has a key over the same columns: the server makes one of both, and gives it the
    /// name of the first that has one.
    fn is_key_already(
        &mut self,
        table: RelationId,
        named: Option<&Ident>,
        unique: &UniqueConstraint,
        primary: bool,
    ) -> bool {
        let Some(known) = self.model.table(table) else { return false };
        let columns: Vec<Option<usize>> =
            unique.columns.iter().map(|column| known.column(cut(&column.value))).collect();
        if columns.iter().any(Option::is_none) || !unique.include.is_empty() || primary {
            return false;
        }
        let same = known.constraints.iter().enumerate().find_map(|(at, one)| match one.kind {
            Demand::PrimaryKey(index) | Demand::Unique(index) => {
                let key = self.model.index(index)?;
                (key.keys == columns && key.reads.len() == columns.len()).then_some((at, index, one.chosen))
            }
            _ => None,
        });
        let Some((at, index, chosen)) = same else { return false };
        if let (Some(given), true) = (named, chosen) {
            self.key_takes(table, (at, index), cut(&given.value), named);
        }
        true
    }

    /// Gives a key another name, and says so where that is taken.
    fn key_takes(
        &mut self,
        table: RelationId,
        (at, index): (usize, RelationId),
        name: &str,
        named: Option<&Ident>,
    ) {
        let schema = self.schema_of(table);
        let taken = self.model.schemas[schema].relations.get(name).copied().filter(|id| *id != index);
        if let (Some(taken), Some(named)) = (taken, named) {
            self.relation_taken(taken, named.span);
        }
        self.model.rename_key(table, at, index, name);
    }

    /// Puts an index into the model, and says so where the table has too many.
    pub(super) fn add_index(
        &mut self,
        table: RelationId,
        name: &str,
        index: Index,
        span: Span,
    ) -> RelationId {
        let schema = self.schema_of(table);
        let place = self.place(span);
        let id = self.model.add_relation(schema, name, RelationKind::Index(index), Some(place));
        let of = self.model.relation(table).name.clone();
        let Some(known) = self.model.table_mut(table) else { return id };
        known.indexes.push(id);
        let count = known.indexes.len();
        if count > MAX_INDEXES && self.place.is_none() {
            let first = self.model.relation(table).made;
            let finding = self.find(&object_limit::RULE, span);
            finding.message(format!(
                "this is index number {count} of `{of}`; {MAX_INDEXES} is the most, with the primary key and unique constraints"
            ));
            finding.server(format!("more than {MAX_INDEXES} indexes per table are not allowed"));
            finding.at_place(first, "the table is created here");
            finding
                .help("drop an index that nothing uses, or let one index of several columns serve for two");
        }
        id
    }

    /// `UNIQUE USING INDEX`.
    fn using_index(
        &mut self,
        table: RelationId,
        named: Option<&Ident>,
        index: &Ident,
        primary: bool,
        span: Span,
    ) {
        let schema = self.schema_of(table);
        let name = cut(&index.value).to_owned();
        let constraint = named.map_or_else(|| name.clone(), |named| cut(&named.value).to_owned());
        let found = self.model.schemas[schema].relations.get(&name).copied();
        let place = found.and_then(|id| self.model.relation(id).made);
        let known = found.and_then(|id| self.model.index(id).map(|index| (id, index)));
        let of = self.model.relation(table).name.clone();
        // What is wrong, the SQLSTATE and the server's words.
        let wrong = match known {
            None if found.is_some_and(|id| self.model.table(id).is_some()) => {
                Some(("this is no index", "42809", format!("\"{name}\" is not an index")))
            }
            None if self.model.table(table).is_some_and(|table| table.opaque || table.loose) => return,
            None => Some(("there is no such index", "42704", format!("index \"{name}\" does not exist"))),
            Some((_, one)) if one.table != table => Some((
                "the index is one of another table",
                "55000",
                format!("index \"{name}\" does not belong to table \"{of}\""),
            )),
            Some((_, one)) if one.constraint.is_some() => Some((
                "the index belongs to a constraint already",
                "55000",
                format!("index \"{name}\" is already associated with a constraint"),
            )),
            Some((_, one)) if !one.unique => {
                Some(("the index is not unique", "42809", format!("\"{name}\" is not a unique index")))
            }
            Some((_, one)) if one.keys.iter().any(Option::is_none) => Some((
                "the index has an expression",
                "42809",
                format!("index \"{name}\" contains expressions"),
            )),
            Some((_, one)) if twice(&one.keys).is_some() => {
                let column =
                    twice(&one.keys).flatten().map(|at| self.column_name(table, at)).unwrap_or_default();
                let kind = if primary { "primary key" } else { "unique" };
                let server = format!("column \"{column}\" appears twice in {kind} constraint");
                Some(("the index has a column twice", "42701", server))
            }
            Some((_, one)) if one.reordered => Some((
                "the index has an order of its own",
                "42809",
                format!("index \"{name}\" column number 1 does not have default sorting behavior"),
            )),
            Some((_, one)) if one.partial => Some((
                "the index is partial: it holds for some rows only",
                "42809",
                format!("\"{name}\" is a partial index"),
            )),
            Some(_) => None,
        };
        if let Some((message, sqlstate, server)) = wrong {
            let finding = self.find(&unusable_index::RULE, index.span);
            finding.message(message).answer(sqlstate, server);
            finding.at_place(place, "the index is created here");
            finding.help(format!(
                "make it before: `CREATE UNIQUE INDEX ASYNC {} ON {} (…)`",
                crate::rules::quoted(&name),
                crate::rules::quoted(&of)
            ));
            return;
        }
        let Some((id, _)) = known else { return };
        self.model.change(Change::Altered, Object::Index(table, id));
        // The server names the index like the constraint.
        if constraint != name {
            if let (Some(taken), Some(named)) =
                (self.model.schemas[schema].relations.get(&constraint).copied(), named)
            {
                self.relation_taken(taken, named.span);
                return;
            }
            self.model.move_relation(id, schema, &constraint, self.place(span));
        }
        let at = self.model.table(table).map_or(0, |table| table.constraints.len());
        if let RelationKind::Index(index) = &mut self.model.relations[id].kind {
            index.constraint = Some(at);
        }
        let demand = if primary { Demand::PrimaryKey(id) } else { Demand::Unique(id) };
        self.push_constraint(table, constraint, demand, span, named);
    }

    /// The name of a constraint: as given, or as the server chooses it.
    pub(super) fn constraint_name(
        &self,
        table: RelationId,
        named: Option<&Ident>,
        part: &str,
        label: &str,
    ) -> String {
        if let Some(named) = named {
            return cut(&named.value).to_owned();
        }
        let relation = self.model.relation(table);
        let free = |name: &str| {
            let of_table = self.model.table(table).is_some_and(|one| one.constraint_names.contains_key(name));
            let of_schema = self.model.schemas[relation.schema].relations.contains_key(name);
            !of_table && !of_schema && !self.is_constraint_of(relation.schema, name)
        };
        numbered(&relation.name, part, label, free)
    }

    /// Whether some constraint of a schema has this name: a name that the server chooses is the only one of its schema.
    fn is_constraint_of(&self, schema: SchemaId, name: &str) -> bool {
        // Most names have never been given, which is told without a look at all tables.
        self.model.constraint_names.contains(name)
            && self.model.schemas[schema].relations.values().any(|id| {
                self.model.table(*id).is_some_and(|table| table.constraint_names.contains_key(name))
            })
    }

    /// A name for a relation that nobody named.
    pub(super) fn free_name(&self, schema: SchemaId, table: &str, part: &str, label: &str) -> String {
        numbered(table, part, label, |name| !self.model.schemas[schema].relations.contains_key(name))
    }

    pub(super) fn push_constraint(
        &mut self,
        table: RelationId,
        name: String,
        kind: Demand,
        span: Span,
        named: Option<&Ident>,
    ) {
        let place = self.place(span);
        let of = self.model.relation(table).name.clone();
        let Some(known) = self.model.table_mut(table) else { return };
        // Where other constraints may be there, theirs may be the name.
        let whole = table >= self.declared && !known.opaque && !known.loose;
        if named.is_none() && self.altering && whole {
            self.chosen.insert((self.file, span.start), name.clone());
        }
        let first = known.constraint_names.get(&name).and_then(|at| known.constraints.get(*at));
        let first = first.map(|first| first.made);
        let at = known.constraints.len();
        known.constraint_names.insert(name.clone(), at);
        self.model.constraint_names.insert(name.clone());
        let declared = self.place.is_some();
        let constraint = Constraint {
            name: name.clone(),
            kind,
            made: place,
            dropped: false,
            not_valid: None,
            declared,
            chosen: named.is_none(),
        };
        if let Some(known) = self.model.table_mut(table) {
            known.constraints.push(constraint);
        }
        self.model.change(Change::Made, Object::Constraint(table, at));
        if let (Some(first), Some(named)) = (first, named) {
            let server = format!("constraint \"{name}\" for relation \"{of}\" already exists");
            self.duplicate(named.span, "constraint", &name, "42710", server, Some(first));
        }
    }

    pub(super) fn column_name(&self, table: RelationId, at: usize) -> String {
        let column = self.model.table(table).and_then(|table| table.columns.get(at));
        column.map(|column| column.name.clone()).unwrap_or_default()
    }
}

/// The first free name of this form, with a number behind it where need be.
pub(super) fn numbered(table: &str, part: &str, label: &str, free: impl Fn(&str) -> bool) -> String {
    let name = |number: usize| {
        let label = if number == 0 { label.to_owned() } else { format!("{label}{number}") };
        join(table, part, &label)
    };
    (0..).map(name).find(|name| free(name)).unwrap_or_default()
}

/// The first key that stands twice.
fn twice(keys: &[Option<usize>]) -> Option<Option<usize>> {
    keys.iter()
        .enumerate()
        .find(|(at, key)| keys.iter().take(*at).any(|one| one == *key))
        .map(|(_, key)| *key)
}
