//! Statements that are known by their first words.

use crate::ast::{Ident, ObjectName};
use crate::cursor::Cursor;
use crate::effect::{Change, Object};
use crate::statement::Statement;

use super::Replay;
use super::model::{Domain, RelationId};
use super::names::{Resolved, cut, is_system, object};

impl Replay<'_> {
    pub(super) fn other(&mut self, statement: &Statement<'_>, words: &str) {
        let mut cursor = statement.cursor();
        match words {
            "ALTER DOMAIN" => self.alter_domain(cursor),
            "ALTER SCHEMA" => self.alter_schema(cursor),
            "CREATE STATISTICS" => self.create_statistics(cursor),
            "ALTER STATISTICS" => self.alter_statistics(cursor),
            "ALTER FUNCTION" | "ALTER ROUTINE" => self.alter_function(cursor, words),
            "ANALYZE" => {
                cursor.advance();
                if let Some(name) = cursor.name().filter(|_| cursor.at_end()) {
                    self.known(&name, "relation", false);
                }
            }
            "GRANT" => self.grant(cursor, false),
            "REVOKE" => self.grant(cursor, true),
            words if words.starts_with("COMMENT ON") => self.comment(cursor),
            // Something that could not be read, or that DSQL has not: it may have made anything of its name.
            words if words.starts_with("CREATE") => self.made_somehow(cursor),
            words if words.starts_with("ALTER") => {
                cursor.skip_until(|cursor| cursor.are("RENAME TO") || cursor.are("SET SCHEMA"));
                if !cursor.at_end() {
                    self.model.change(Change::Moved, Object::Unknown);
                }
            }
            _ => {}
        }
    }

    /// `CREATE … TABLE name`, `CREATE TYPE name` and the like, as far as a name can be seen.
    fn made_somehow(&mut self, mut cursor: Cursor<'_>) {
        const RELATIONS: &[&str] = &["TABLE", "VIEW", "INDEX", "SEQUENCE"];
        for _ in 0..5 {
            if cursor.is_any(RELATIONS) {
                cursor.advance();
                cursor.eat("CONCURRENTLY");
                cursor.eat("IF NOT EXISTS");
                if let Some(name) = cursor.name() {
                    self.relation_made_somehow(&name);
                }
                return;
            }
            if cursor.eat("TYPE").is_some() {
                if let Some(name) = cursor.name() {
                    self.type_made_somehow(&name);
                }
                return;
            }
            if cursor.eat("AGGREGATE").is_some() || cursor.eat("OPERATOR").is_some() {
                let name = match cursor.name() {
                    Some(name) => object(&name).to_owned(),
                    None => cursor.token().map_or_else(String::new, |token| cursor.text_of(token).to_owned()),
                };
                self.model.refused.insert(name);
                return;
            }
            cursor.advance();
        }
    }

    /// A table that a refused statement makes, of which nothing else is known.
    pub(super) fn relation_made_somehow(&mut self, name: &ObjectName) {
        if self.resolve(name) == Resolved::Missing {
            self.assume(name);
        }
    }

    /// An enum, a composite type or the like: used from here on as if DSQL had it.
    fn type_made_somehow(&mut self, name: &ObjectName) {
        let schema = name.schema().map(|schema| schema.value.as_str());
        if self.resolve_domain(schema, name.object()) == Err(false)
            && let Some(home) = self.home(name)
        {
            self.add_domain(home, (object(name).to_owned(), name.span()), Domain::default());
        }
    }

    fn alter_schema(&mut self, mut cursor: Cursor<'_>) {
        cursor.eat("ALTER SCHEMA");
        let Some(name) = cursor.ident().filter(|name| !is_system(&name.value)) else { return };
        let key = cut(&name.value).to_owned();
        let id = self.schema(&name);
        if cursor.eat("RENAME TO").is_none() {
            return;
        }
        let Some(to) = cursor.ident() else { return };
        let new = cut(&to.value).to_owned();
        if let Some(first) = self.model.schema_names.get(&new).copied() {
            let made = self.model.schemas[first].made;
            let server = format!("schema \"{new}\" already exists");
            self.duplicate(to.span, "schema", &new, "42P06", server, made);
            return;
        }
        let place = self.place_of(&to);
        self.model.change(Change::Moved, Object::Schema(id));
        self.model.schema_names.remove(&key);
        self.model.gone_schemas.insert(key, place);
        self.model.schemas[id].name.clone_from(&new);
        self.model.schema_names.insert(new, id);
    }

    pub(super) fn check_schema(&mut self, name: Option<Ident>) {
        if let Some(name) = name.filter(|name| !is_system(&name.value)) {
            self.schema(&name);
        }
    }

    /// Whether a table may have indexes that are not known, as one that is made LIKE another.
    pub(super) fn has_copied_indexes(&self) -> bool {
        self.model.relations.iter().any(|one| {
            matches!(&one.kind, super::model::RelationKind::Table(table) if table.loose && !one.dropped)
        })
    }

    /// The index of this name; a missing one is reported.
    pub(super) fn known_index(&mut self, name: &ObjectName, if_exists: bool) -> Option<RelationId> {
        match self.resolve(name) {
            Resolved::Found(id) => Some(id),
            // Copied indexes are not followed.
            Resolved::Missing if self.has_copied_indexes() => None,
            Resolved::Missing if !if_exists => {
                let ident = name.last()?.clone();
                let home = self.path.iter().find_map(|name| self.model.schema_names.get(name)).copied();
                let schema = self.model.schemas.get(home.unwrap_or_default());
                let gone = schema.and_then(|schema| schema.gone.get(object(name))).copied();
                let names: Vec<String> = schema
                    .iter()
                    .flat_map(|schema| &schema.relations)
                    .filter(|(_, id)| self.model.index(**id).is_some())
                    .map(|(name, _)| name.clone())
                    .collect();
                let server = format!("relation \"{name}\" does not exist");
                let names = names.iter().map(String::as_str);
                self.unknown_object("index", &ident, "42P01", server, names, gone);
                None
            }
            _ => None,
        }
    }
}
