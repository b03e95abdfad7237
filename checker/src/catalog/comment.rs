//! `COMMENT`, `GRANT` and `REVOKE`: statements that only name what there is.

use crate::ast::{Ident, ObjectName};
use crate::cursor::Cursor;
use crate::effect::{Change, Object};
use crate::rules::all::wrong_kind;

use super::Replay;
use super::model::RelationKind;
use super::names::cut;

/// The kinds of relations as a comment names them, and as messages do.
const RELATIONS: &[(&str, &str)] =
    &[("TABLE", "table"), ("VIEW", "view"), ("INDEX", "index"), ("SEQUENCE", "sequence")];

impl Replay<'_> {
    /// `COMMENT ON kind name`.
    pub(super) fn comment(&mut self, mut cursor: Cursor<'_>) {
        cursor.eat("COMMENT ON");
        if cursor.eat("COLUMN").is_some() {
            let Some(name) = cursor.name() else { return };
            let Some((column, of)) = name.parts.split_last().filter(|(_, of)| !of.is_empty()) else { return };
            let of = ObjectName { parts: of.to_vec() };
            let Some(id) = self.known(&of, "relation", false) else { return };
            match &self.model.relation(id).kind {
                RelationKind::View(_) => {
                    self.view_has(id, column);
                }
                RelationKind::Index(_) | RelationKind::Sequence(_) => {
                    let name = self.model.relation(id).name.clone();
                    let finding = self.find(&wrong_kind::RULE, of.span());
                    finding.message(format!("`{name}` has no columns that can have a comment"));
                    finding.help("name a table or a view");
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
            let table = self.model.table(id);
            let constraint = table.and_then(|table| table.constraint_names.get(cut(&name.value))).copied();
            let known = constraint.is_some() || table.is_some_and(|table| table.opaque || table.loose);
            if let Some(at) = constraint {
                self.model.change(Change::Altered, Object::Constraint(id, at));
            }
            if !known && !matches!(self.model.relation(id).kind, RelationKind::Opaque) {
                self.unknown_constraint(id, &name, |name, of| {
                    format!("constraint \"{name}\" for table \"{of}\" does not exist")
                });
            }
        } else if cursor.eat("SCHEMA").is_some() {
            self.check_schema(cursor.ident());
        } else if cursor.eat("DOMAIN").is_some() {
            if let Some(name) = cursor.name() {
                self.known_domain(&name, false);
            }
        } else if cursor.eat("FUNCTION").is_some() {
            self.known_functions(cursor, false);
        } else if cursor.eat("STATISTICS").is_some() {
            if let Some(name) = cursor.name() {
                self.known_statistics(&name, false);
            }
        } else if let Some(kind) = RELATIONS.iter().find(|(word, _)| cursor.eat(word).is_some())
            && let Some(name) = cursor.name()
            && let Some(id) = self.known_kind(&name, kind.1, false)
        {
            self.model.change(Change::Altered, self.model.object(id));
        }
    }

    /// `GRANT … ON [TABLE] a, b TO …` and the same of sequences and schemas; `REVOKE` takes something away.
    pub(super) fn grant(&mut self, mut cursor: Cursor<'_>, revoke: bool) {
        let columns = privileged_columns(cursor);
        let before = self.model.effects.changes.len();
        cursor.skip_until(|cursor| cursor.is("ON") || cursor.is("TO") || cursor.is("FROM"));
        if cursor.eat("ON").is_some() {
            self.privileges(cursor, &columns);
        }
        // Of roles and of what is not known, nobody can say who uses it.
        if self.model.effects.changes.len() == before {
            self.model.change(Change::Altered, Object::Unknown);
        }
        if revoke {
            self.model.effects.changes.iter_mut().skip(before).for_each(|one| one.change = Change::Lost);
        }
    }

    /// The objects that a privilege is about, and its columns.
    fn privileges(&mut self, mut cursor: Cursor<'_>, columns: &[Ident]) {
        let schema = cursor.eat("SCHEMA").is_some();
        let sequence = cursor.eat("SEQUENCE").is_some();
        let table = cursor.eat("TABLE").is_some();
        if cursor.are("ALL TABLES IN SCHEMA") || cursor.are("ALL SEQUENCES IN SCHEMA") {
            (0..4).for_each(|_| cursor.advance());
            while let Some(name) = cursor.ident() {
                self.of_schema(&name);
                if cursor.eat_punct(",").is_none() {
                    break;
                }
            }
            return;
        }
        // A function that is not known may be the server's own.
        if cursor.eat("FUNCTION").or_else(|| cursor.eat("ROUTINE")).is_some() {
            loop {
                for id in self.known_functions(cursor, true) {
                    self.model.change(Change::Altered, Object::Function(id));
                }
                cursor.name();
                cursor.parens();
                if cursor.eat_punct(",").is_none() {
                    return;
                }
            }
        }
        // Databases and others are named by a word that no table has in front of it.
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
            match name.last() {
                Some(last) if schema => self.of_schema(last),
                _ => {
                    let id = self.known(&name, if sequence { "sequence" } else { "relation" }, false);
                    if let Some(id) = id {
                        self.model.change(Change::Altered, self.model.object(id));
                    }
                    for column in id.iter().flat_map(|_| columns) {
                        self.target(id.unwrap_or_default(), column);
                    }
                }
            }
            if cursor.eat_punct(",").is_none() {
                break;
            }
        }
    }

    fn of_schema(&mut self, name: &Ident) {
        self.check_schema(Some(name.clone()));
        let known = self.model.schema_names.get(cut(&name.value)).copied();
        self.model.change(Change::Altered, known.map_or(Object::Unknown, Object::Schema));
    }
}

/// The columns of `GRANT SELECT (a, b), UPDATE (c) ON …`.
fn privileged_columns(mut cursor: Cursor<'_>) -> Vec<Ident> {
    let mut columns = Vec::new();
    while !cursor.at_end() && !cursor.is("ON") {
        match cursor.ident_list() {
            Some(listed) => columns.extend(listed),
            None => cursor.advance(),
        }
    }
    columns
}
