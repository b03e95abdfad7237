//! What rules ask of the schema as it is at their statement.

use crate::ast::{Ident, ObjectName};
use crate::finding::Schema;

use super::Replay;
use super::names::Resolved;

impl Schema for Replay<'_> {
    fn has_domain(&self, schema: Option<&str>, name: &str) -> bool {
        self.resolve_domain(schema, name) != Err(false)
            || self.has_had_domain(name)
            // The rows of a table and of a view are a type as well.
            || self.row_type_of(schema, name).is_some()
    }

    fn has_function(&self, schema: Option<&str>, name: &str) -> bool {
        let ident = |value: &str| Ident { value: value.to_owned(), quoted: true, span: Default::default() };
        let schemas = self.schemas_for(schema.map(ident).as_ref()).unwrap_or_default();
        let mut schemas = schemas.iter().filter_map(|id| self.model.schemas.get(*id));
        self.model.refused.contains(name)
            || schemas.any(|schema| schema.opaque || schema.functions.contains_key(name))
    }

    fn keys(&self, table: &ObjectName) -> Option<Vec<Vec<String>>> {
        match self.resolve(table) {
            Resolved::Found(id) => self.model.keys(id),
            _ => None,
        }
    }
}
