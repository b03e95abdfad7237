//! Extended statistics.

use crate::ast::ObjectName;
use crate::cursor::Cursor;
use crate::rules::all::{duplicate_object, object_limit, wrong_kind};

use super::Replay;
use super::constraint::numbered;
use super::model::{RelationId, RelationKind, Statistics};
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
            let relation = self.model.relation(table);
            if !matches!(relation.kind, RelationKind::Opaque) {
                let (shown, made) = (relation.name.clone(), relation.made);
                let finding = self.find(&wrong_kind::RULE, table_name.span());
                finding.message(format!("`{shown}` is no table, and statistics are about tables"));
                finding.server(format!("cannot define statistics for relation \"{shown}\""));
                finding.at_place(made, "it is created here");
            }
            return;
        }
        let span = name.as_ref().map_or(table_name.span(), ObjectName::span);
        let mut taken = None;
        if let Some(name) = &name {
            let Some(home) = self.home(name) else { return };
            let key = object(name).to_owned();
            if let Some(made) = self.model.schemas[home].statistics.get(&key).map(|one| one.made) {
                // What would be made is not looked at.
                if !if_not_exists {
                    let server = format!("statistics object \"{key}\" already exists");
                    self.duplicate(span, "statistics object", &key, "42710", server, Some(made));
                }
                return;
            }
            taken = Some((home, key));
        }
        let mut seen: Vec<String> = Vec::new();
        let mut columns = Vec::new();
        let mut parts: Vec<String> = Vec::new();
        while !listed.at_end() {
            if let Some(column) = listed.ident().filter(|_| listed.at_end() || listed.is_punct(",")) {
                columns.extend(self.known_column(table, &column, |_| {
                    format!("column \"{}\" does not exist", cut(&column.value))
                }));
                if seen.iter().any(|one| *one == cut(&column.value)) {
                    let finding = self.find(&duplicate_object::RULE, column.span);
                    finding.message(format!("column `{}` stands twice", cut(&column.value)));
                    finding.answer("42701", "duplicate column name in statistics definition");
                    finding.help("name it once");
                }
                seen.push(cut(&column.value).to_owned());
                parts.push(cut(&column.value).to_owned());
            } else {
                parts.push("expr".to_owned());
            }
            listed.skip_until(|cursor| cursor.is_punct(","));
            listed.advance();
        }
        let (home, key) = taken.unwrap_or_else(|| {
            // The server names them after the table and what they are about.
            let home = self.schema_of(table);
            let of = self.model.relation(table).name.clone();
            let free = |name: &str| !self.model.schemas[home].statistics.contains_key(name);
            (home, numbered(&of, &parts.join("_"), "stat", free))
        });
        let made = self.place(span);
        self.model.schemas[home].statistics.insert(key, Statistics { table, columns, made });
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
        let Some(name) = cursor.name() else { return };
        let Some((home, _)) = self.known_statistics(&name, if_exists) else { return };
        let renamed = cursor.eat("RENAME TO").is_some();
        let moved = cursor.eat("SET SCHEMA").is_some();
        let Some(to) = cursor.ident().filter(|_| renamed || moved) else { return };
        let old = object(&name).to_owned();
        let (new_home, new) =
            if renamed { (home, cut(&to.value).to_owned()) } else { (self.schema(&to), old.clone()) };
        if (new_home, &new) == (home, &old) && moved {
            return;
        }
        if let Some(made) = self.model.schemas[new_home].statistics.get(&new).map(|one| one.made) {
            let schema = self.model.schemas[new_home].name.clone();
            let server = format!("statistics object \"{new}\" already exists in schema \"{schema}\"");
            self.duplicate(to.span, "statistics object", &new, "42710", server, Some(made));
            return;
        }
        if let Some(known) = self.model.schemas[home].statistics.remove(&old) {
            self.model.schemas[new_home].statistics.insert(new, known);
        }
    }

    pub(super) fn known_statistics(
        &mut self,
        name: &ObjectName,
        if_exists: bool,
    ) -> Option<(usize, RelationId)> {
        let homes = self.schemas_for(name.schema())?;
        if let (true, false, Some(schema)) = (homes.is_empty(), if_exists, name.schema()) {
            self.unknown_schema(schema);
            return None;
        }
        let found = homes.iter().find_map(|home| {
            let known = self.model.schemas.get(*home)?.statistics.get(object(name))?;
            Some((*home, known.table))
        });
        if found.is_some() {
            return found;
        }
        let home = |id: &usize| self.model.schemas.get(*id);
        let opaque = homes.iter().filter_map(home).any(|schema| schema.opaque);
        let unsure = opaque || (name.schema().is_none() && !self.path_is_known());
        if !if_exists && !unsure {
            let all = homes.iter().filter_map(home).flat_map(|schema| schema.statistics.keys());
            let names: Vec<String> = all.cloned().collect();
            let ident = name.last()?.clone();
            let server = format!("statistics object \"{name}\" does not exist");
            let names = names.iter().map(String::as_str);
            self.unknown_object("statistics object", &ident, "42704", server, names, None);
        }
        None
    }

    /// `DROP STATISTICS`; what is named twice goes once.
    pub(super) fn drop_statistics(&mut self, names: &[ObjectName], if_exists: bool) {
        let mut found = Vec::new();
        for name in names {
            let known = self.known_statistics(name, if_exists);
            found.extend(known.map(|(home, table)| (home, object(name).to_owned(), table)));
        }
        found.sort();
        found.dedup();
        found.into_iter().for_each(|(home, name, table)| self.statistics_gone(home, &name, table));
    }

    pub(super) fn statistics_gone(&mut self, home: usize, name: &str, table: RelationId) {
        self.model.schemas[home].statistics.remove(name);
        if let Some(table) = self.model.table_mut(table) {
            table.statistics = table.statistics.saturating_sub(1);
        }
    }

    /// Statistics go with a column that they are about.
    pub(super) fn statistics_of_column(&mut self, table: RelationId, column: usize) {
        let mut gone = 0;
        for schema in &mut self.model.schemas {
            let before = schema.statistics.len();
            schema.statistics.retain(|_, one| one.table != table || !one.columns.contains(&column));
            gone += before - schema.statistics.len();
        }
        if let Some(table) = self.model.table_mut(table) {
            table.statistics = table.statistics.saturating_sub(gone);
        }
    }
}
