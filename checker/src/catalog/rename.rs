//! Renames and moves: what refers to the object follows it.

use crate::ast::Ident;
use crate::effect::{Change, Object};
use crate::rules::all::wrong_kind;
use crate::text::Span;

use super::Replay;
use super::model::{Demand, RelationId, RelationKind, Sequence, User};
use super::names::cut;

impl Replay<'_> {
    pub(super) fn rename_column(&mut self, table: RelationId, from: &Ident, to: &Ident, span: Span) {
        let at =
            self.known_column(table, from, |_| format!("column \"{}\" does not exist", cut(&from.value)));
        let Some(at) = at.or_else(|| self.guess_column(table, from)) else { return };
        let new = cut(&to.value).to_owned();
        let taken = self.model.table(table).and_then(|table| table.column(&new));
        if let Some(taken) = taken {
            let of = self.model.relation(table).name.clone();
            let made = self.model.table(table).and_then(|table| table.columns.get(taken));
            let made = made.map(|column| column.made);
            let server = format!("column \"{new}\" of relation \"{of}\" already exists");
            self.duplicate(to.span, "column", &new, "42701", server, made);
            return;
        }
        self.stale_bodies(table, Some(at), span);
        let place = self.place(span);
        let Some(known) = self.model.table_mut(table) else { return };
        let old = std::mem::replace(&mut known.columns[at].name, new.clone());
        known.by_name.remove(&old);
        known.by_name.insert(new, at);
        known.gone.insert(old, place);
        self.model.change(Change::Moved, Object::Column(table, at));
    }

    pub(super) fn rename_view_column(&mut self, id: RelationId, from: &Ident, to: &Ident) {
        let view = match &mut self.model.relations[id].kind {
            RelationKind::View(view) => view.columns.as_mut(),
            _ => None,
        };
        let Some(columns) = view else {
            self.model.change(Change::Moved, Object::Relation(id));
            return;
        };
        let (old, new) = (cut(&from.value), cut(&to.value));
        let position = |name: &str| columns.iter().position(|one| one.name.as_deref() == Some(name));
        match (position(old), position(new)) {
            (Some(_), Some(_)) => {
                let (of, made) = (self.model.relation(id).name.clone(), self.model.relation(id).made);
                let server = format!("column \"{new}\" of relation \"{of}\" already exists");
                self.duplicate(to.span, "column", new, "42701", server, made);
            }
            (Some(at), None) => {
                columns[at].name = Some(new.to_owned());
                self.model.change(Change::Moved, Object::Column(id, at));
            }
            (None, _) if columns.iter().any(|one| one.name.is_none()) => {
                self.model.change(Change::Moved, Object::Relation(id));
            }
            (None, _) => {
                let server = format!("column \"{old}\" does not exist");
                self.unknown_column(id, from, server);
            }
        }
    }

    pub(super) fn rename_constraint(&mut self, table: RelationId, from: &Ident, to: &Ident) {
        let known = self.model.table(table).and_then(|known| known.constraint_names.get(cut(&from.value)));
        let known = known.copied().or_else(|| self.guess_constraint(table, from));
        let Some(at) = known else {
            if self.model.table(table).is_some() {
                self.unknown_constraint(table, from, |name, of| {
                    format!("constraint \"{name}\" for table \"{of}\" does not exist")
                });
            }
            return;
        };
        let new = cut(&to.value).to_owned();
        let of = self.model.relation(table).name.clone();
        let place = self.place_of(to);
        let schema = self.schema_of(table);
        let Some(known) = self.model.table_mut(table) else { return };
        if let Some(first) = known.constraint_names.get(&new).and_then(|first| known.constraints.get(*first))
        {
            let made = first.made;
            let server = format!("constraint \"{new}\" for relation \"{of}\" already exists");
            self.duplicate(to.span, "constraint", &new, "42710", server, Some(made));
            return;
        }
        let key = matches!(known.constraints[at].kind, Demand::PrimaryKey(_) | Demand::Unique(_));
        // A key's index has its name.
        if let (true, Some(taken)) = (key, self.model.schemas[schema].relations.get(&new).copied()) {
            self.relation_taken(taken, to.span);
            return;
        }
        let Some(known) = self.model.table_mut(table) else { return };
        let old = std::mem::replace(&mut known.constraints[at].name, new.clone());
        known.constraint_names.remove(&old);
        known.constraint_names.insert(new.clone(), at);
        self.model.constraint_names.insert(new.clone());
        let Some(known) = self.model.table_mut(table) else { return };
        known.gone_constraints.insert(old, place);
        let demand = known.constraints[at].kind.clone();
        self.model.change(Change::Moved, Object::Constraint(table, at));
        if let Demand::PrimaryKey(index) | Demand::Unique(index) = demand {
            self.model.move_relation(index, schema, &new, place);
        }
    }

    /// Gives a relation another name in its schema.
    pub(super) fn rename_relation(&mut self, id: RelationId, to: &Ident) {
        let schema = self.schema_of(id);
        let new = cut(&to.value).to_owned();
        if let Some(taken) = self.model.schemas[schema].relations.get(&new).copied() {
            self.relation_taken(taken, to.span);
            self.forget(taken);
            return;
        }
        if self.is_row_type(id)
            && let Some(domain) = self.model.schemas[schema].domains.get(&new).copied()
        {
            let made = self.model.domains[domain].made;
            self.duplicate(to.span, "type", &new, "42710", format!("type \"{new}\" already exists"), made);
            return;
        }
        // Its own name in another case is no other relation's.
        if self.model.relation(id).name.to_lowercase() != new.to_lowercase() {
            self.case(schema, &new, to.span);
        }
        let place = self.place_of(to);
        self.model.move_relation(id, schema, &new, place);
        if let Some((table, at)) =
            self.model.index(id).and_then(|index| Some((index.table, index.constraint?)))
            && let Some(known) = self.model.table_mut(table)
        {
            // The constraint of an index has its name.
            let old = std::mem::replace(&mut known.constraints[at].name, new.clone());
            known.constraint_names.remove(&old);
            known.constraint_names.insert(new, at);
        }
    }

    pub(super) fn move_to_schema(&mut self, id: RelationId, to: &Ident) {
        if super::names::is_system(&to.value) {
            return;
        }
        let schema = self.schema(to);
        let place = self.place_of(to);
        if let RelationKind::Sequence(Sequence { owner: Some((table, _)), .. }) = self.model.relation(id).kind
        {
            let (name, made) = (self.model.relation(id).name.clone(), self.model.relation(table).made);
            let finding = self.find(&wrong_kind::RULE, to.span);
            finding.message(format!("`{name}` belongs to a table, and goes where that goes"));
            finding.answer("0A000", "cannot move an owned sequence into another schema");
            finding
                .at_place(made, "the table is created here")
                .help("move the table, or write OWNED BY NONE before");
            return;
        }
        if self.is_row_type(id) && schema != self.schema_of(id) {
            let name = self.model.relation(id).name.clone();
            if let Some(domain) = self.model.schemas[schema].domains.get(&name).copied() {
                let made = self.model.domains[domain].made;
                let server = format!("type \"{name}\" already exists in schema \"{}\"", cut(&to.value));
                self.duplicate(to.span, "type", &name, "42710", server, made);
                return;
            }
        }
        // Its indexes and sequences go with it.
        let mut own: Vec<RelationId> =
            self.model.table(id).map(|table| table.indexes.clone()).unwrap_or_default();
        own.extend(self.model.relation(id).users.iter().filter_map(|one| match one.by {
            User::Relation(sequence) if self.model.is_sequence_of(sequence, id, None) => Some(sequence),
            _ => None,
        }));
        own.retain(|one| !self.model.relation(*one).dropped);
        for relation in std::iter::once(id).chain(own) {
            let name = self.model.relation(relation).name.clone();
            let there = &self.model.schemas[schema].relations;
            match there.get(&name).copied().filter(|one| *one != relation) {
                Some(taken) => {
                    let made = self.model.relation(taken).made;
                    let server =
                        format!("relation \"{name}\" already exists in schema \"{}\"", cut(&to.value));
                    self.duplicate(to.span, "relation", &name, "42P07", server, made);
                    return;
                }
                None => self.model.move_relation(relation, schema, &name, place),
            }
        }
    }
}
