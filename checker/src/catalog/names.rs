//! Which object a name means: PostgreSQL's folding, cutting, schemas and search path.

pub(super) use crate::ast::cut;
use crate::ast::{Ident, ObjectName, Setting, SettingValue};
use crate::statement::Statement;

use super::Replay;
use super::model::{DomainId, RelationId, SchemaId};

/// What a relation's name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resolved {
    Found(RelationId),
    /// There is none.
    Missing,
    /// It may exist: it is in the server's own schemas, or in one of which nothing is known.
    Unknown,
}

/// The name of an object without its schema.
pub(super) fn object(name: &ObjectName) -> &str {
    cut(name.object())
}

/// Whether a schema is the server's own.
pub(super) fn is_system(schema: &str) -> bool {
    matches!(schema, "information_schema" | "sys") || schema.starts_with("pg_")
}

impl Replay<'_> {
    /// The schemas that a name may be in; `None` where any may be meant.
    pub(super) fn schemas_for(&self, schema: Option<&Ident>) -> Option<Vec<SchemaId>> {
        match schema {
            Some(schema) if is_system(&schema.value) => None,
            Some(schema) => {
                Some(self.model.schema_names.get(cut(&schema.value)).copied().into_iter().collect())
            }
            None => {
                Some(self.path.iter().filter_map(|name| self.model.schema_names.get(name)).copied().collect())
            }
        }
    }

    /// Whether all schemas of the search path are known, or known to be gone: one that nobody has made may hold anything.
    pub(super) fn path_is_known(&self) -> bool {
        let known = |name: &String| {
            name == "$user"
                || self.model.schema_names.contains_key(name)
                || self.model.gone_schemas.contains_key(name)
        };
        self.path.iter().all(known)
    }

    /// The relation that a name means.
    pub(super) fn resolve(&self, name: &ObjectName) -> Resolved {
        let Some(schemas) = self.schemas_for(name.schema()) else { return Resolved::Unknown };
        let object = object(name);
        let mut opaque = name.schema().is_none() && object.starts_with("pg_");
        for schema in schemas.iter().filter_map(|id| self.model.schemas.get(*id)) {
            if let Some(id) = schema.relations.get(object) {
                return Resolved::Found(*id);
            }
            opaque |= schema.opaque;
        }
        if opaque { Resolved::Unknown } else { Resolved::Missing }
    }

    /// The domain of a name; `Err` tells whether there may be one.
    pub(super) fn resolve_domain(&self, schema: Option<&str>, name: &str) -> Result<DomainId, bool> {
        let ident = |value: &str| Ident { value: value.to_owned(), quoted: true, span: Default::default() };
        let Some(schemas) = self.schemas_for(schema.map(ident).as_ref()) else { return Err(true) };
        let mut opaque = false;
        for schema in schemas.iter().filter_map(|id| self.model.schemas.get(*id)) {
            if let Some(id) = schema.domains.get(cut(name)) {
                return Ok(*id);
            }
            // The rows of a relation are a type, and hide a domain behind them in the path.
            if schema.relations.get(cut(name)).is_some_and(|id| self.is_row_type(*id)) {
                return Err(false);
            }
            opaque |= schema.opaque;
        }
        Err(opaque)
    }

    /// The schema in which an object of this name is made. Says so where there is none.
    pub(super) fn home(&mut self, name: &ObjectName) -> Option<SchemaId> {
        match name.schema() {
            Some(schema) if is_system(&schema.value) => None,
            Some(schema) => Some(self.schema(schema)),
            None => {
                let found = self.path.iter().find_map(|name| self.model.schema_names.get(name)).copied();
                if found.is_none() && self.place.is_none() {
                    self.no_schema(name.span());
                }
                Some(found.unwrap_or_else(|| self.first_of_path()))
            }
        }
    }

    /// The first schema of the search path, which is taken to exist where none of them does.
    pub(super) fn first_of_path(&mut self) -> SchemaId {
        if let Some(id) = self.path.iter().find_map(|name| self.model.schema_names.get(name)) {
            return *id;
        }
        let name = self.path.first().cloned().unwrap_or_default();
        let id = self.model.add_schema(&name, None);
        self.model.schemas[id].opaque = true;
        id
    }

    /// The schema of this name; one that is unknown is reported and then taken to exist.
    pub(super) fn schema(&mut self, name: &Ident) -> SchemaId {
        if let Some(id) = self.model.schema_names.get(cut(&name.value)) {
            return *id;
        }
        let declared = self.place;
        if declared.is_none() {
            self.unknown_schema(name);
        }
        let id = self.model.add_schema(cut(&name.value), declared);
        if let Some(schema) = self.model.schemas.get_mut(id).filter(|_| declared.is_none()) {
            schema.opaque = true;
        }
        id
    }

    /// `SET` and `RESET`: the search path is all that matters here.
    pub(super) fn set(&mut self, setting: Option<&Setting>) {
        let Some(setting) = setting.filter(|one| ["search_path", "all"].contains(&one.name.as_str())) else {
            return;
        };
        if setting.local {
            if !self.in_transaction {
                return;
            }
            self.saved_path.get_or_insert_with(|| self.path.clone());
        }
        self.path = match &setting.to {
            SettingValue::These(values) => values.iter().map(|(name, _)| name.clone()).collect(),
            _ => vec!["public".to_owned()],
        };
    }

    /// `set_config('search_path', '…', …)`, as pg_dump writes it.
    pub(super) fn set_config(&mut self, statement: &Statement<'_>) {
        let mut cursor = statement.cursor();
        cursor.skip_until(|cursor| cursor.is("set_config") || cursor.is("FROM") || cursor.is_punct("("));
        if cursor.eat("set_config").is_none() || cursor.eat_punct("(").is_none() {
            return;
        }
        let mut string = || {
            let text = cursor.literal()?;
            cursor.advance();
            cursor.eat_punct(",");
            Some(text)
        };
        if string().is_none_or(|name| name != "search_path") {
            return;
        }
        if let Some(value) = string() {
            self.path = value.split(',').map(|name| name.trim().trim_matches('"').to_owned()).collect();
        }
    }
}
