//! Types of columns: built in, or domains resolved down to what is.

use crate::ast::{DataType, Ident, Kind, cut};
use crate::rules::all::unknown_type;
use crate::statement::Statement;
use crate::text::Span;

use super::Replay;
use super::model::{RelationId, Type};

impl Replay<'_> {
    /// The type that a column or a domain is declared with.
    pub(super) fn type_of(&mut self, data_type: &DataType) -> Type {
        let mut found = Type { display: data_type.display(), base: String::new(), domain: None };
        if unknown_type::is_built_in(data_type) {
            if !data_type.array {
                found.base.clone_from(&data_type.name);
            }
            return found;
        }
        match self.resolve_domain(data_type.schema.as_deref(), &data_type.name) {
            Ok(id) => {
                found.domain = Some(id);
                if !data_type.array {
                    found.base.clone_from(&self.model.domains[id].base);
                }
            }
            Err(unsure) => {
                if !unsure && self.row_type(data_type).is_none() {
                    self.no_type_yet(data_type);
                }
                found.display.clear();
            }
        }
        found
    }

    /// The table or view whose rows a type is.
    pub(super) fn row_type(&self, data_type: &DataType) -> Option<RelationId> {
        self.row_type_of(data_type.schema.as_deref(), &data_type.name)
    }

    /// The same by its name: the first in the path, where an index or a sequence of the name is no type.
    pub(super) fn row_type_of(&self, schema: Option<&str>, name: &str) -> Option<RelationId> {
        let ident = |value: &str| Ident { value: value.to_owned(), quoted: true, span: Span::default() };
        let schemas = self.schemas_for(schema.map(ident).as_ref())?;
        let relation = |id: &usize| self.model.schemas.get(*id)?.relations.get(cut(name)).copied();
        schemas.iter().filter_map(relation).find(|id| self.is_row_type(*id))
    }

    /// A type that the set makes somewhere, but not before this statement. What the set makes nowhere is found
    /// by the rule `unknown-type` without the replay.
    fn no_type_yet(&mut self, data_type: &DataType) {
        if self.place.is_some() || !self.has_had_domain(&data_type.name) {
            return;
        }
        let shown = match &data_type.schema {
            Some(schema) => format!("{schema}.{}", data_type.name),
            None => data_type.name.clone(),
        };
        let schema = data_type.schema.as_deref().or(self.path.first().map(String::as_str));
        let schema = schema.and_then(|name| self.model.schema_names.get(name)).copied();
        let gone = schema
            .and_then(|id| self.model.schemas.get(id))
            .and_then(|schema| schema.gone.get(&data_type.name))
            .copied();
        let finding = self.find(&unknown_type::RULE, data_type.span);
        finding.message(format!("there is no type `{shown}` at this point"));
        finding.server(format!("type \"{shown}\" does not exist"));
        finding.at_place(gone, "it was dropped or renamed here");
        finding.help("make the domain before the statement that uses it, and write its schema where that is not in the search path");
    }

    /// A type of a function's argument or result that is neither built in nor made by the set.
    pub(super) fn no_type_for_function(&mut self, data_type: &DataType) {
        let unsure = self.resolve_domain(data_type.schema.as_deref(), &data_type.name) != Err(false);
        if unsure || self.place.is_some() || self.model.refused.contains(&data_type.name) {
            return;
        }
        let shown = match &data_type.schema {
            Some(schema) => format!("{schema}.{}", data_type.name),
            None => data_type.name.clone(),
        };
        let finding = self.find(&unknown_type::RULE, data_type.span);
        finding.message(format!("there is no type `{shown}` at this point"));
        finding.server(format!("type \"{shown}\" does not exist"));
        finding.help("use a built-in type, or make the domain or the table before the function");
    }

    /// Whether there is or was a domain of this name.
    pub(super) fn has_had_domain(&self, name: &str) -> bool {
        let here = |schema: &super::model::Schema| {
            schema.domains.contains_key(name) || schema.gone.contains_key(name)
        };
        self.model.schemas.iter().any(here)
    }

    /// The types that a statement's expressions cast to.
    pub(super) fn types_in_casts(&mut self, statement: &Statement<'_>) {
        if matches!(
            statement.kind(),
            Kind::Other(_) | Kind::CreateFunction(_) | Kind::Transaction(_) | Kind::Drop(_)
        ) {
            return;
        }
        for data_type in statement.casts().iter().map(|cast| &cast.data_type) {
            if !unknown_type::is_built_in(data_type)
                && self.resolve_domain(data_type.schema.as_deref(), &data_type.name) == Err(false)
            {
                self.no_type_yet(data_type);
            }
        }
    }

    /// Says that a domain or a table takes a name that is in use as that of a type.
    pub(super) fn type_name_taken(&mut self, home: super::model::SchemaId, name: &str, span: Span) {
        if let Some(id) = self.model.schemas[home].domains.get(name).copied() {
            let made = self.model.domains[id].made;
            let finding = self.find(&crate::rules::all::duplicate_object::RULE, span);
            finding.message(format!("there is a domain `{name}` already, and a table is a type too"));
            finding.answer("42710", format!("type \"{name}\" already exists"));
            finding.at_place(made, "the domain is created here");
            finding.help("choose another name");
        }
    }

    /// Whether a relation is a type by its name: tables and views are.
    pub(super) fn is_row_type(&self, id: usize) -> bool {
        use super::model::RelationKind::{Table, View};
        matches!(self.model.relation(id).kind, Table(_) | View(_))
    }
}
