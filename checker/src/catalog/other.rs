//! Statements that are known by their first words.

use crate::ast::{Ident, ObjectName};
use crate::cursor::Cursor;
use crate::rules::all::object_limit;
use crate::statement::Statement;

use super::Replay;
use super::model::{RelationId, RelationKind};
use super::names::{Resolved, cut, is_system, object};

/// How many statistics a table has at most (facts: dsql.md §3).
const MAX_STATISTICS: usize = 5;

impl Replay<'_> {
    pub(super) fn other(&mut self, statement: &Statement<'_>, words: &str) {
        let mut cursor = statement.cursor();
        match words {
            "ALTER DOMAIN" => self.alter_domain(cursor),
            "ALTER SCHEMA" => self.alter_schema(cursor),
            "CREATE STATISTICS" => self.create_statistics(cursor),
            "ALTER STATISTICS" => {
                cursor.eat(words);
                let if_exists = cursor.eat("IF EXISTS").is_some();
                if let Some(name) = cursor.name() {
                    self.known_statistics(&name, if_exists);
                }
            }
            "ALTER FUNCTION" | "ALTER ROUTINE" => self.rename_function(cursor, words),
            "ANALYZE" => {
                cursor.advance();
                if let Some(name) = cursor.name().filter(|_| cursor.at_end()) {
                    self.known(&name, "relation", false);
                }
            }
            "GRANT" | "REVOKE" => self.grant(cursor),
            words if words.starts_with("COMMENT ON") => self.comment(cursor),
            // Something that could not be read, or that DSQL has not: it may have made anything of its name.
            words if words.starts_with("CREATE") => self.made_somehow(cursor),
            _ => {}
        }
    }

    /// `CREATE … TABLE name`, `CREATE … VIEW name` and the like, as far as a name can be seen.
    fn made_somehow(&mut self, mut cursor: Cursor<'_>) {
        const KINDS: &[&str] = &["TABLE", "VIEW", "INDEX", "SEQUENCE"];
        for _ in 0..5 {
            if cursor.is_any(KINDS) {
                cursor.advance();
                cursor.eat("CONCURRENTLY");
                cursor.eat("IF NOT EXISTS");
                if let Some(name) = cursor.name()
                    && self.resolve(&name) == Resolved::Missing
                {
                    self.assume(&name);
                }
                return;
            }
            cursor.advance();
        }
    }

    fn alter_domain(&mut self, mut cursor: Cursor<'_>) {
        cursor.eat("ALTER DOMAIN");
        let Some(name) = cursor.name() else { return };
        let Some(id) = self.known_domain(&name, false) else { return };
        if cursor.eat("RENAME TO").is_some() {
            if let Some(to) = cursor.ident() {
                self.rename_domain(id, &to);
            }
        } else if cursor.eat("SET SCHEMA").is_some() {
            if let Some(to) = cursor.ident() {
                self.move_domain(id, &to);
            }
        } else if cursor.are("SET DEFAULT") {
            self.model.domains[id].has_default = true;
        } else if cursor.are("DROP DEFAULT") {
            // Columns keep what they know: a default of their own may hide that of the domain.
            self.model.domains[id].has_default = false;
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
        self.model.schema_names.remove(&key);
        self.model.gone_schemas.insert(key, place);
        self.model.schemas[id].name.clone_from(&new);
        self.model.schema_names.insert(new, id);
    }

    fn rename_function(&mut self, mut cursor: Cursor<'_>, words: &str) {
        cursor.eat(words);
        let Some(name) = cursor.name() else { return };
        cursor.parens();
        let renamed = cursor.eat("RENAME TO").is_some();
        let moved = cursor.eat("SET SCHEMA").is_some();
        let Some(to) = cursor.ident().filter(|_| renamed || moved) else { return };
        let home = match name.schema() {
            Some(schema) => self.model.schema_names.get(cut(&schema.value)).copied(),
            None => self.path.iter().find_map(|name| self.model.schema_names.get(name)).copied(),
        };
        let Some(home) = home else { return };
        let Some(functions) = self.model.schemas[home].functions.remove(object(&name)) else { return };
        for id in &functions {
            if renamed {
                self.model.functions[*id].name = cut(&to.value).to_owned();
            }
        }
        let (home, key) = if renamed {
            (home, cut(&to.value).to_owned())
        } else {
            (self.schema(&to), object(&name).to_owned())
        };
        self.model.schemas[home].functions.entry(key).or_default().extend(functions);
    }

    fn create_statistics(&mut self, mut cursor: Cursor<'_>) {
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

    fn one_more_statistics(&mut self, table: RelationId, span: crate::source::Span) {
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

    /// `COMMENT ON kind name`.
    fn comment(&mut self, mut cursor: Cursor<'_>) {
        cursor.eat("COMMENT ON");
        if cursor.eat("COLUMN").is_some() {
            let Some(name) = cursor.name() else { return };
            let Some((column, of)) = name.parts.split_last().filter(|(_, of)| !of.is_empty()) else { return };
            let of = ObjectName { parts: of.to_vec() };
            let Some(id) = self.known(&of, "relation", false) else { return };
            match &self.model.relation(id).kind {
                RelationKind::View(view) => {
                    let missing = view
                        .columns
                        .as_ref()
                        .is_some_and(|all| !all.iter().any(|one| one.may_be(cut(&column.value))));
                    if missing {
                        let server = format!(
                            "column \"{}\" of relation \"{}\" does not exist",
                            cut(&column.value),
                            object(&of)
                        );
                        self.unknown_column(id, column, server);
                    }
                }
                _ => {
                    self.known_column(id, column, |of| {
                        format!("column \"{}\" of relation \"{of}\" does not exist", cut(&column.value))
                    });
                }
            }
        } else if cursor.eat("CONSTRAINT").is_some() {
            let Some(name) = cursor.ident() else { return };
            if cursor.eat("ON").is_none() || cursor.is("DOMAIN") {
                return;
            }
            let Some(table) = cursor.name() else { return };
            let Some(id) = self.known(&table, "relation", false) else { return };
            let known = self.model.table(id).is_some_and(|table| {
                table.opaque || table.loose || table.constraint_names.contains_key(cut(&name.value))
            });
            if !known && self.model.table(id).is_some() {
                self.unknown_constraint(id, &name, |name, of| {
                    format!("constraint \"{name}\" for table \"{of}\" does not exist")
                });
            }
        } else if cursor.eat("INDEX").is_some() {
            if let Some(name) = cursor.name() {
                self.known_index(&name, false);
            }
        } else if cursor.eat("SCHEMA").is_some() {
            self.check_schema(cursor.ident());
        } else if cursor.eat("DOMAIN").is_some() {
            if let Some(name) = cursor.name() {
                self.known_domain(&name, false);
            }
        } else if cursor.eat("TABLE").is_some() || cursor.eat("VIEW").is_some() {
            if let Some(name) = cursor.name() {
                self.known(&name, "relation", false);
            }
        } else if cursor.eat("SEQUENCE").is_some()
            && let Some(name) = cursor.name()
        {
            self.known(&name, "sequence", false);
        }
    }

    fn check_schema(&mut self, name: Option<Ident>) {
        if let Some(name) = name.filter(|name| !is_system(&name.value)) {
            self.schema(&name);
        }
    }

    /// The index of this name; a missing one is reported.
    pub(super) fn known_index(&mut self, name: &ObjectName, if_exists: bool) -> Option<RelationId> {
        match self.resolve(name) {
            Resolved::Found(id) => Some(id),
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

    /// `GRANT … ON [TABLE] a, b TO …` and the same of sequences and schemas.
    fn grant(&mut self, mut cursor: Cursor<'_>) {
        cursor.skip_until(|cursor| cursor.is("ON") || cursor.is("TO") || cursor.is("FROM"));
        if cursor.eat("ON").is_none() {
            return;
        }
        let schema = cursor.eat("SCHEMA").is_some();
        let sequence = cursor.eat("SEQUENCE").is_some();
        let table = cursor.eat("TABLE").is_some();
        if cursor.are("ALL TABLES IN SCHEMA") || cursor.are("ALL SEQUENCES IN SCHEMA") {
            (0..4).for_each(|_| cursor.advance());
            while let Some(name) = cursor.ident() {
                self.check_schema(Some(name));
                if cursor.eat_punct(",").is_none() {
                    break;
                }
            }
            return;
        }
        // Functions, databases and others are named by a word that no table has in front of it.
        let plain = !schema && !sequence && !table;
        if plain
            && cursor.nth(1).is_some_and(|token| {
                !matches!(cursor.text_of(token), "," | ".")
                    && !cursor.word_at(1, "TO")
                    && !cursor.word_at(1, "FROM")
            })
        {
            return;
        }
        while let Some(name) = cursor.name() {
            if schema {
                self.check_schema(name.last().cloned());
            } else {
                self.known(&name, if sequence { "sequence" } else { "relation" }, false);
            }
            if cursor.eat_punct(",").is_none() {
                break;
            }
        }
    }
}
