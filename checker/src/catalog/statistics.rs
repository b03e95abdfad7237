//! Extended statistics.

use crate::ast::ObjectName;
use crate::cursor::Cursor;
use crate::rules::all::object_limit;

use super::Replay;
use super::model::RelationId;
use super::names::{cut, object};

/// How many statistics a table has at most (facts: dsql.md §3).
const MAX_STATISTICS: usize = 5;

impl Replay<'_> {
    pub(super) fn create_statistics(&mut self, mut cursor: Cursor<'_>) {
        cursor.eat("CREATE STATISTICS");
        let if_not_exists = cursor.eat("IF NOT EXISTS").is_some();
        let name = if cursor.is_punct("(") || cursor.is("ON") { None } else { cursor.name() };
        cursor.parens();
        if cursor.eat("ON").is_none() {
            return;
        }
        let columns = cursor.skip_until(|cursor| cursor.is("FROM"));
        let mut listed = cursor.within(columns);
        if cursor.eat("FROM").is_none() {
            return;
        }
        let Some(table_name) = cursor.name() else { return };
        let Some(table) = self.known(&table_name, "relation", false) else { return };
        if self.model.table(table).is_none() {
            return;
        }
        while !listed.at_end() {
            if let Some(column) = listed.ident().filter(|_| listed.at_end() || listed.is_punct(",")) {
                self.known_column(table, &column, |_| {
                    format!("column \"{}\" does not exist", cut(&column.value))
                });
            }
            listed.skip_until(|cursor| cursor.is_punct(","));
            listed.advance();
        }
        let span = name.as_ref().map_or(table_name.span(), ObjectName::span);
        if let Some(name) = name {
            let Some(home) = self.home(&name) else { return };
            let key = object(&name).to_owned();
            if let Some((_, made)) = self.model.schemas[home].statistics.get(&key).copied() {
                if !if_not_exists {
                    let server = format!("statistics object \"{key}\" already exists");
                    self.duplicate(span, "statistics object", &key, "42710", server, Some(made));
                }
                return;
            }
            let place = self.place(span);
            self.model.schemas[home].statistics.insert(key, (table, place));
        }
        self.one_more_statistics(table, span);
    }

    fn one_more_statistics(&mut self, table: RelationId, span: crate::text::Span) {
        let made = self.model.relation(table).made;
        let Some(known) = self.model.table_mut(table) else { return };
        known.statistics += 1;
        let count = known.statistics;
        if count > MAX_STATISTICS {
            let finding = self.find(&object_limit::RULE, span);
            finding.message(format!(
                "these are the extended statistics number {count} of the table; {MAX_STATISTICS} is the most"
            ));
            finding.at_place(made, "the table is created here");
            finding.help("drop statistics that nothing needs");
        }
    }

    pub(super) fn alter_statistics(&mut self, mut cursor: Cursor<'_>) {
        cursor.eat("ALTER STATISTICS");
        let if_exists = cursor.eat("IF EXISTS").is_some();
        if let Some(name) = cursor.name() {
            self.known_statistics(&name, if_exists);
        }
    }

    fn known_statistics(&mut self, name: &ObjectName, if_exists: bool) -> Option<(usize, RelationId)> {
        let home = match name.schema() {
            Some(schema) => self.model.schema_names.get(cut(&schema.value)).copied(),
            None => self.path.iter().find_map(|name| self.model.schema_names.get(name)).copied(),
        };
        let schema = self.model.schemas.get(home?)?;
        if let Some((table, _)) = schema.statistics.get(object(name)) {
            return Some((home?, *table));
        }
        if !if_exists && !schema.opaque {
            let names: Vec<String> = schema.statistics.keys().cloned().collect();
            let ident = name.last()?.clone();
            let server = format!("statistics object \"{name}\" does not exist");
            let names = names.iter().map(String::as_str);
            self.unknown_object("statistics object", &ident, "42704", server, names, None);
        }
        None
    }

    pub(super) fn drop_statistics(&mut self, name: &ObjectName, if_exists: bool) {
        let Some((home, table)) = self.known_statistics(name, if_exists) else { return };
        self.model.schemas[home].statistics.remove(object(name));
        if let Some(table) = self.model.table_mut(table) {
            table.statistics = table.statistics.saturating_sub(1);
        }
    }
}
