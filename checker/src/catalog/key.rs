//! Keys: the types that can be one, and foreign keys.

use crate::ast::{ForeignKey, Ident, TableConstraint};
use crate::rules::all::{foreign_key_target, key_type};
use crate::text::Span;

use super::Replay;
use super::column::Declared;
use super::model::{Demand, RelationId, RelationKind, User};
use super::names::{Resolved, cut};

impl Replay<'_> {
    /// Says so where a column's type cannot be part of a key. A column that is declared with the table and has
    /// a built-in type is judged by the rule without the replay.
    pub(super) fn key_column(&mut self, table: RelationId, at: usize, span: Span, declared: Declared) {
        let Some(column) = self.model.table(table).and_then(|table| table.columns.get(at)) else { return };
        let judged =
            matches!(declared, Declared::WithTable { like: false }) && column.data_type.domain.is_none();
        if judged || self.place.is_some() || !key_type::NO_KEYS.contains(&column.data_type.base.as_str()) {
            return;
        }
        let (base, display) = (column.data_type.base.clone(), column.data_type.display.clone());
        let made = column.made;
        let finding = self.find(&key_type::RULE, span);
        if base == display {
            finding.message(format!("a column of type `{base}` cannot be part of a key"));
        } else {
            finding
                .message(format!("a column of type `{display}`, which is `{base}`, cannot be part of a key"));
        }
        finding.server(format!("datatype {base} is not supported in a key"));
        finding.at_place(Some(made), "the column is declared here");
        finding
            .help("leave it out of the key; a value that identifies the row goes into a column of its own");
    }

    pub(super) fn foreign_key(
        &mut self,
        table: RelationId,
        named: Option<&Ident>,
        key: &ForeignKey,
        constraint: &TableConstraint,
    ) {
        let mut columns = Vec::new();
        for column in &key.columns {
            let found = self.model.table(table).and_then(|table| table.column(cut(&column.value)));
            // A column that is missing in its own CREATE TABLE is found by the rule `table-columns`.
            let found = match found {
                None if self.altering => self.known_column(table, column, |_| {
                    format!(
                        "column \"{}\" referenced in foreign key constraint does not exist",
                        cut(&column.value)
                    )
                }),
                found => found,
            };
            columns.push(found);
        }
        let part = key.columns.iter().map(|column| cut(&column.value)).collect::<Vec<_>>().join("_");
        let name = self.constraint_name(table, named, &part, "fkey");
        let at = self.model.table(table).map_or(0, |table| table.constraints.len());
        let user = User::Constraint(table, at);
        let parent = match self.resolve(&key.table) {
            Resolved::Found(parent) => Some(parent),
            _ => None,
        };
        self.model.effects.refers.extend(parent);
        match self.resolve(&key.table) {
            Resolved::Found(parent) if self.model.table(parent).is_some() => {
                self.model.note_use(parent, None, user);
                let used_key = self.referenced(&name, parent, table, &columns, key, user);
                if let Some(index) = used_key {
                    self.model.note_use(index, None, user);
                }
            }
            Resolved::Found(parent) => {
                if !matches!(self.model.relation(parent).kind, RelationKind::Opaque) {
                    let help = "a foreign key refers to a table".to_owned();
                    self.not_a(parent, key.table.span(), "table", help);
                    if let Some(last) = self.out.last_mut() {
                        let server = format!("referenced relation \"{}\" is not a table", key.table.object());
                        last.answer("42809", server);
                    }
                }
            }
            Resolved::Unknown => {}
            Resolved::Missing => {
                let server = format!("relation \"{}\" does not exist", key.table);
                self.unknown_relation(&key.table, "relation", server);
            }
        }
        let columns = columns.into_iter().collect::<Option<Vec<usize>>>().unwrap_or_default();
        let demand = Demand::ForeignKey { columns, parent, cascades: key.cascades };
        self.push_constraint(table, name, demand, constraint.span, named);
    }

    /// The unique index of the parent that a foreign key refers to.
    fn referenced(
        &mut self,
        name: &str,
        parent: RelationId,
        child: RelationId,
        columns: &[Option<usize>],
        key: &ForeignKey,
        user: User,
    ) -> Option<RelationId> {
        let known = self.model.table(parent)?;
        if known.opaque {
            return None;
        }
        let (loose, made) = (known.loose, self.model.relation(parent).made);
        let of = self.model.relation(parent).name.clone();
        let mut targets = Vec::new();
        if key.referenced.is_empty() {
            let primary = known.primary_key();
            let Some(index) = primary.and_then(|id| self.model.index(id)) else {
                if !loose {
                    let finding = self.find(&foreign_key_target::RULE, key.table.span());
                    finding.message(format!("`{of}` has no primary key to refer to"));
                    finding.answer("42704", format!("there is no primary key for referenced table \"{of}\""));
                    finding.at_place(made, "it is created here");
                    finding.help("name the columns of one of its unique indexes");
                }
                return None;
            };
            targets.clone_from(&index.keys);
        } else {
            for column in &key.referenced {
                targets.push(self.target_column(parent, column));
            }
        }
        if targets.len() != columns.len() {
            let span = key.referenced.first().map_or(key.table.span(), |first| first.span);
            let finding = self.find(&foreign_key_target::RULE, span);
            finding.message(format!("{} columns cannot refer to {}", columns.len(), targets.len()));
            finding.server("number of referencing and referenced columns for foreign key disagree");
            finding.at_place(made, "the table referred to is created here");
            finding.help("name as many columns as the key of the table has");
            return None;
        }
        let targets: Vec<usize> = targets.into_iter().collect::<Option<_>>()?;
        for target in &targets {
            self.model.note_use(parent, Some(*target), user);
        }
        let same = |keys: &[Option<usize>]| {
            keys.len() == targets.len() && keys.iter().flatten().all(|one| targets.contains(one))
        };
        let index = self.model.unique_indexes(parent).find(|(_, index)| same(&index.keys)).map(|(id, _)| id);
        if index.is_none() && !loose {
            let span = match (key.referenced.first(), key.referenced.last()) {
                (Some(first), Some(last)) => first.span.to(last.span),
                _ => key.table.span(),
            };
            let finding = self.find(&foreign_key_target::RULE, span);
            finding.message(format!("nothing makes these columns of `{of}` unique"));
            finding.server(format!(
                "there is no unique constraint matching given keys for referenced table \"{of}\""
            ));
            finding.at_place(made, "the table referred to is created here");
            finding.help(format!(
                "refer to its primary key, or make `CREATE UNIQUE INDEX ASYNC … ON {} (…)` before",
                crate::rules::quoted(&of)
            ));
        }
        self.key_types(name, (child, columns), (parent, &targets), key);
        index
    }

    fn target_column(&mut self, parent: RelationId, column: &Ident) -> Option<usize> {
        self.known_column(parent, column, |_| {
            format!("column \"{}\" referenced in foreign key constraint does not exist", cut(&column.value))
        })
    }

    /// Says so where a value of the one column cannot be compared to one of the other.
    fn key_types(
        &mut self,
        name: &str,
        child: (RelationId, &[Option<usize>]),
        parent: (RelationId, &[usize]),
        key: &ForeignKey,
    ) {
        for (position, target) in parent.1.iter().enumerate() {
            let from = child.1.get(position).copied().flatten();
            let from = from.and_then(|at| self.model.table(child.0)?.columns.get(at));
            let to = self.model.table(parent.0).and_then(|table| table.columns.get(*target));
            let (Some(from), Some(to)) = (from, to) else { continue };
            if comparable(&from.data_type.base, &to.data_type.base) {
                continue;
            }
            let message = format!(
                "`{}` is of type `{}`, and `{}` of type `{}`",
                from.name, from.data_type.display, to.name, to.data_type.display
            );
            let (from_place, to_place) = (from.made, to.made);
            let help = format!("give both the type `{}`", to.data_type.display);
            let span = key.columns.get(position).map_or(key.table.span(), |column| column.span);
            let finding = self.find(&foreign_key_target::RULE, span);
            finding.message(message);
            finding.answer("42804", format!("foreign key constraint \"{name}\" cannot be implemented"));
            if from_place.span != span {
                finding.at_place(Some(from_place), "the column that refers");
            }
            finding.at_place(Some(to_place), "the column referred to");
            finding.help(help);
        }
    }
}

/// Whether PostgreSQL can compare a key of one type to one of the other: within a family, or where the one that
/// refers becomes the other by itself.
fn comparable(from: &str, to: &str) -> bool {
    let (Some(a), Some(b)) = (family(from), family(to)) else { return true };
    a == b || matches!((a, b), (0, 1 | 2) | (1, 2) | (5, 6))
}

fn family(base: &str) -> Option<u8> {
    Some(match base {
        "smallint" | "integer" | "bigint" => 0,
        "numeric" => 1,
        "real" | "double precision" => 2,
        "text" | "character varying" | "character" => 3,
        "date" | "timestamp without time zone" | "timestamp with time zone" => 4,
        "time without time zone" | "time with time zone" => 5,
        "interval" => 6,
        "uuid" => 7,
        "boolean" => 8,
        "bytea" => 9,
        "json" | "jsonb" => 10,
        _ => return None,
    })
}
