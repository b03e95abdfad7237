//! `DROP` of anything.

use crate::ast::{Drop, ObjectName};
use crate::rules::all::{dependent_object, unknown_relation};

use super::Replay;
use super::model::{RelationId, RelationKind};
use super::names::{Resolved, cut, is_system, object};

impl Replay<'_> {
    pub(super) fn drop(&mut self, drop: &Drop) {
        match drop.object.as_str() {
            "TABLE" | "VIEW" | "SEQUENCE" | "INDEX" => self.drop_relations(drop),
            "DOMAIN" => {
                for name in &drop.names {
                    self.drop_domain(name, drop.if_exists, drop.cascade.is_some());
                }
            }
            "SCHEMA" => {
                for name in &drop.names {
                    self.drop_schema(drop, name);
                }
            }
            "FUNCTION" | "ROUTINE" => {
                for name in &drop.names {
                    let home = match name.schema() {
                        Some(schema) => self.model.schema_names.get(cut(&schema.value)).copied(),
                        None => self.path.iter().find_map(|name| self.model.schema_names.get(name)).copied(),
                    };
                    if let Some(home) = home {
                        self.drop_functions(home, object(name));
                    }
                }
            }
            "STATISTICS" => {
                for name in &drop.names {
                    self.drop_statistics(name, drop.if_exists);
                }
            }
            _ => {}
        }
    }

    fn drop_relations(&mut self, drop: &Drop) {
        let wanted = drop.object.to_ascii_lowercase();
        let mut found: Vec<(RelationId, &ObjectName)> = Vec::new();
        for name in &drop.names {
            match self.resolve(name) {
                Resolved::Unknown => {}
                Resolved::Found(id) => {
                    let right = match &self.model.relation(id).kind {
                        RelationKind::Opaque => true,
                        kind => super::create::kind_word(kind) == wanted,
                    };
                    if right {
                        found.push((id, name));
                    } else {
                        let is = super::create::kind_word(&self.model.relation(id).kind);
                        let help = format!("write DROP {}", is.to_ascii_uppercase());
                        self.not_a(id, name.span(), &wanted, help);
                    }
                }
                Resolved::Missing if drop.if_exists => {}
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
                    self.drop_assumed(name);
                }
            }
        }
        let all: Vec<RelationId> = found.iter().map(|(id, _)| *id).collect();
        for (id, name) in found {
            self.drop_one(id, name, &wanted, drop.cascade.is_some(), &all);
        }
    }

    /// What was reported as missing when it was dropped is gone afterwards.
    fn drop_assumed(&mut self, name: &ObjectName) {
        if let Resolved::Found(id) = self.resolve(name) {
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
        let user = self.user_of(id, None, with);
        if let (Some(user), false) = (user, cascade) {
            self.still_used(span, &format!("{kind} {shown}"), &format!("`{shown}`"), user);
        }
        if kind != "index" {
            self.stale_bodies(id, None, span);
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
            return;
        };
        let place = self.place(ident.span);
        let inside: Vec<RelationId> = self.model.schemas[id].relations.values().copied().collect();
        let first = inside.iter().min().copied();
        if let (Some(first), None) = (first, drop.cascade) {
            let relation = self.model.relation(first);
            let (of, made) = (relation.name.clone(), relation.made);
            let word = super::create::kind_word(&relation.kind);
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
            self.model.functions[function].dropped = true;
        }
        self.model.schema_names.remove(&key);
        self.model.gone_schemas.insert(key, place);
    }
}
