//! `DROP` of anything.

use crate::ast::{Drop, ObjectName};
use crate::effect::{Change, Object};
use crate::rules::all::{dependent_object, unknown_relation};
use crate::statement::Statement;

use super::Replay;
use super::model::{DomainId, Place, RelationId, RelationKind, SchemaId};
use super::names::{Resolved, cut, is_system};

impl Replay<'_> {
    pub(super) fn drop(&mut self, statement: &Statement<'_>, drop: &Drop) {
        match drop.object.as_str() {
            "TABLE" | "VIEW" | "SEQUENCE" | "INDEX" => self.drop_relations(drop),
            "DOMAIN" => {
                let meant = |name: &ObjectName| {
                    self.resolve_domain(name.schema().map(|schema| schema.value.as_str()), name.object())
                };
                let meant: Vec<_> = drop.names.iter().map(meant).collect();
                for (at, name) in drop.names.iter().enumerate() {
                    // Named twice it goes once.
                    let again = |one: &Result<DomainId, bool>| one.is_ok() && meant.get(at) == Some(one);
                    if !meant.iter().take(at).any(again) {
                        self.drop_domain(name, drop.if_exists, drop.cascade.is_some());
                    }
                }
            }
            "SCHEMA" => {
                for name in &drop.names {
                    self.drop_schema(drop, name);
                }
            }
            "FUNCTION" | "ROUTINE" => {
                self.drop_function(statement, drop.if_exists, drop.cascade.is_some());
            }
            "STATISTICS" => self.drop_statistics(&drop.names, drop.if_exists),
            "TRIGGER" => {}
            // Roles, types and others of which the schema knows nothing.
            _ => self.model.change(Change::Gone, Object::Unknown),
        }
    }

    fn drop_relations(&mut self, drop: &Drop) {
        let wanted = drop.object.to_ascii_lowercase();
        let mut found: Vec<(RelationId, &ObjectName)> = Vec::new();
        for name in &drop.names {
            match self.resolve(name) {
                Resolved::Unknown => self.unknown_change(name, Change::Gone),
                Resolved::Found(id) => {
                    let right = match &self.model.relation(id).kind {
                        RelationKind::Opaque => true,
                        kind => super::create::kind_word(kind) == wanted,
                    };
                    if right && !found.iter().any(|(one, _)| *one == id) {
                        found.push((id, name));
                    } else if !right {
                        let is = super::create::kind_word(&self.model.relation(id).kind);
                        let help = format!("write DROP {}", is.to_ascii_uppercase());
                        self.not_a(id, name.span(), &wanted, help);
                    }
                }
                // Copied indexes are not followed.
                Resolved::Missing if wanted == "index" && (drop.if_exists || self.has_copied_indexes()) => {}
                Resolved::Missing if drop.if_exists => self.unknown_change(name, Change::Gone),
                Resolved::Missing => {
                    let server = format!("{wanted} \"{name}\" does not exist");
                    self.unknown_relation(name, &wanted, server);
                    if let Some(last) = self.out.last_mut().filter(|one| one.rule == &unknown_relation::RULE)
                    {
                        if wanted == "index"
                            && let Some(server) = last.server.as_mut()
                        {
                            server.sqlstate = "42704";
                        }
                        if !last.help.as_deref().is_some_and(|help| help.starts_with("did you mean")) {
                            last.help(format!(
                                "delete the statement, or write DROP {} IF EXISTS where it may be absent",
                                drop.object
                            ));
                        }
                    }
                    self.drop_assumed(name, &wanted);
                    self.model.effects.unknown |= drop.cascade.is_some();
                }
            }
        }
        let all: Vec<RelationId> = found.iter().map(|(id, _)| *id).collect();
        for (id, name) in found {
            self.drop_one(id, name, &wanted, drop.cascade.is_some(), &all);
        }
    }

    /// What was reported as missing when it was dropped is gone afterwards.
    fn drop_assumed(&mut self, name: &ObjectName, wanted: &str) {
        if let Resolved::Found(id) = self.resolve(name) {
            if wanted == "index" {
                // Which one it was nobody knows.
                self.model.effects.unknown = true;
            } else {
                self.model.change(Change::Gone, Object::Relation(id));
            }
            let relation = &mut self.model.relations[id];
            relation.dropped = true;
            let schema = relation.schema;
            let key = relation.name.clone();
            self.model.schemas[schema].folded.remove(&key.to_lowercase());
            self.model.schemas[schema].relations.remove(&key);
        }
    }

    fn drop_one(
        &mut self,
        id: RelationId,
        name: &ObjectName,
        kind: &str,
        cascade: bool,
        with: &[RelationId],
    ) {
        let shown = self.model.relation(id).name.clone();
        let span = name.span();
        if let Some((table, at)) =
            self.model.index(id).and_then(|index| Some((index.table, index.constraint?)))
        {
            let constraint = self.model.table(table).and_then(|table| table.constraints.get(at));
            if let Some(constraint) = constraint.filter(|one| !one.dropped) {
                let (of, made) = (constraint.name.clone(), constraint.made);
                let table = self.model.relation(table).name.clone();
                let finding = self.find(&dependent_object::RULE, span);
                finding.message(format!("the constraint `{of}` of `{table}` needs this index"));
                finding.server(format!(
                    "cannot drop index {shown} because constraint {of} on table {table} requires it"
                ));
                finding.at_place(Some(made), "the constraint is created here");
                finding.help("drop the constraint; its index goes with it");
                return;
            }
        }
        if let RelationKind::Sequence(sequence) = &self.model.relation(id).kind
            && sequence.identity
            && let Some((table, column)) = sequence.owner
            && !self.model.relation(table).dropped
        {
            let column = self.column_name(table, column);
            let (table, made) = (self.model.relation(table).name.clone(), self.model.relation(id).made);
            let finding = self.find(&dependent_object::RULE, span);
            finding.message(format!("the identity column `{column}` of `{table}` needs this sequence"));
            finding.server(format!(
                "cannot drop sequence {shown} because column {column} of table {table} requires it"
            ));
            finding.at_place(made, "the identity is declared here");
            finding.help("drop the identity: ALTER TABLE … ALTER COLUMN … DROP IDENTITY");
            return;
        }
        self.cascade_of_unknown(id, cascade && kind == "table");
        let user = self.user_of(id, None, with);
        if let (Some(user), false) = (user, cascade) {
            self.still_used(span, &format!("{kind} {shown}"), &format!("`{shown}`"), user);
        }
        if kind != "index" {
            self.stale_bodies(id, None, span);
        }
        if let Some(index) = self.model.index(id).filter(|index| index.unique) {
            let object = Object::Index(index.table, id);
            self.conflict_needs(object, "index", &shown);
        }
        let place = self.place(span);
        // Without CASCADE too, so that what used it is not found again and again.
        self.cascade(id, None, place);
        self.model.drop_relation(id, place);
    }

    fn drop_schema(&mut self, drop: &Drop, name: &ObjectName) {
        let Some(ident) = name.last() else { return };
        let key = cut(&ident.value).to_owned();
        if is_system(&key) {
            return;
        }
        let Some(id) = self.model.schema_names.get(&key).copied() else {
            if !drop.if_exists {
                self.unknown_schema(ident);
            }
            if !self.model.gone_schemas.contains_key(&key) {
                let id = self.model.add_schema(&key, None);
                self.model.schema_names.remove(&key);
                self.model.change(Change::Gone, Object::Schema(id));
            }
            return;
        };
        self.model.change(Change::Gone, Object::Schema(id));
        let place = self.place(ident.span);
        let inside: Vec<RelationId> = self.model.schemas[id].relations.values().copied().collect();
        let first = self.first_inside(id);
        if let (Some((word, of, made)), None) = (first, drop.cascade) {
            let finding = self.find(&dependent_object::RULE, ident.span);
            finding.message(format!("schema `{key}` is not empty: {word} `{of}` is in it"));
            finding.server(format!("cannot drop schema {key} because other objects depend on it"));
            finding.at_place(made, "this is in it");
            finding.help("drop or move what is in it before, or write CASCADE to drop all of it");
        }
        for relation in inside {
            self.cascade(relation, None, place);
            self.model.drop_relation(relation, place);
        }
        let functions: Vec<usize> = self.model.schemas[id].functions.values().flatten().copied().collect();
        for function in functions {
            let users = std::mem::take(&mut self.model.functions[function].users);
            self.drop_users(&users, place);
            self.function_gone(function, place);
        }
        let domains: Vec<usize> = self.model.schemas[id].domains.values().copied().collect();
        for domain in domains {
            self.remove_domain(domain, place);
        }
        let statistics: Vec<(String, RelationId)> =
            self.model.schemas[id].statistics.iter().map(|(name, one)| (name.clone(), one.table)).collect();
        statistics.into_iter().for_each(|(name, table)| self.statistics_gone(id, &name, table));
        self.model.schema_names.remove(&key);
        self.model.gone_schemas.insert(key, place);
    }

    /// Something that is in a schema: what it is, its name, and where it was made.
    fn first_inside(&self, id: SchemaId) -> Option<(&'static str, String, Option<Place>)> {
        let schema = self.model.schemas.get(id)?;
        if let Some(first) = schema.relations.values().min() {
            let relation = self.model.relation(*first);
            return Some((super::create::kind_word(&relation.kind), relation.name.clone(), relation.made));
        }
        if let Some(first) = schema.domains.values().min() {
            let domain = &self.model.domains[*first];
            return Some(("domain", domain.name.clone(), domain.made));
        }
        if let Some(function) = schema.functions.values().flatten().min() {
            let function = &self.model.functions[*function];
            return Some(("function", function.name.clone(), Some(function.made)));
        }
        let (name, statistics) = schema.statistics.iter().min_by_key(|(name, _)| *name)?;
        Some(("statistics object", name.clone(), Some(statistics.made)))
    }
}
