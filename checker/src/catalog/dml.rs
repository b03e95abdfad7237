//! Queries and DML, and the columns that DML names.

use std::collections::HashMap;

use sqlparser::ast::{
    AssignmentTarget, ConflictTarget, Insert, OnConflictAction, OnInsert, TableObject, Update,
};

use crate::ast::{DmlVerb, Ident, Kind};
use crate::parse::syntax::{self, Names};
use crate::rules::all::{conflict_target, insert_values};
use crate::source::Span;
use crate::statement::Statement;

use super::Replay;
use super::model::{RelationId, RelationKind};
use super::names::{Resolved, cut};

impl Replay<'_> {
    pub(super) fn query_or_dml(&mut self, statement: &Statement<'_>) {
        let cursor = statement.cursor();
        if cursor.is("COPY") {
            self.copy(statement);
            return;
        }
        if cursor.is_any(&["SHOW", "CALL"]) {
            return;
        }
        if *statement.kind() == Kind::Query {
            self.set_config(statement);
        }
        if cursor.is("EXPLAIN") || *statement.kind() == Kind::Dml(DmlVerb::Merge) {
            return;
        }
        if let Some(tree) = syntax::statement(cursor) {
            self.read_statement(&tree, None);
        }
        for (name, _) in super::depend::sequences_in(cursor) {
            self.known(&name, "sequence", false);
        }
    }

    /// `COPY table [(columns)] FROM …`; a query in parentheses is not looked at.
    fn copy(&mut self, statement: &Statement<'_>) {
        let mut cursor = statement.cursor();
        cursor.advance();
        let Some(name) = cursor.name() else { return };
        let Some(table) = self.known(&name, "relation", false) else { return };
        for column in cursor.ident_list().unwrap_or_default() {
            self.target(table, &column);
        }
    }

    /// A column that is written; a missing one is reported.
    pub(super) fn target(&mut self, table: RelationId, column: &Ident) -> Option<usize> {
        let server =
            |of: &str| format!("column \"{}\" of relation \"{of}\" does not exist", cut(&column.value));
        let relation = self.model.relation(table);
        if let RelationKind::View(view) = &relation.kind {
            let missing = view
                .columns
                .as_ref()
                .is_some_and(|all| !all.iter().any(|one| one.may_be(cut(&column.value))));
            if missing {
                let server = server(&relation.name);
                self.unknown_column(table, column, server);
            }
            return None;
        }
        self.known_column(table, column, server)
    }

    pub(super) fn insert(&mut self, names: &Names<'_>, insert: &Insert) {
        let TableObject::TableName(name) = &insert.table else { return };
        let Some(name) = names.name(name) else { return };
        let Resolved::Found(table) = self.resolve(&name) else { return };
        let mut named: Vec<(Ident, Option<usize>)> = Vec::new();
        let mut seen: HashMap<String, Span> = HashMap::new();
        for column in &insert.columns {
            // `column.field` and `column[1]` write parts of a column, which no type of DSQL has.
            let Some(column) = column.0.first().and_then(|part| names.ident(part.as_ident()?)) else {
                return;
            };
            if let Some(first) = seen.insert(cut(&column.value).to_owned(), column.span) {
                let shown = cut(&column.value).to_owned();
                let finding = self.find(&insert_values::RULE, column.span);
                finding.message(format!("column `{shown}` stands twice"));
                finding.answer("42701", format!("column \"{shown}\" specified more than once"));
                finding.also(first, "the first").help("name each column once");
            }
            let at = self.target(table, &column);
            named.push((column, at));
        }
        self.conflict(names, insert, table);
        if named.iter().any(|(_, at)| at.is_none()) {
            return;
        }
        let Some(known) = self.model.table(table).filter(|table| !table.opaque) else { return };
        let targets: Vec<Option<usize>> = if insert.columns.is_empty() {
            known.live().map(|(at, _)| Some(at)).collect()
        } else {
            named.iter().map(|(_, at)| *at).collect()
        };
        self.values(names, insert, table, &targets, name.span());
    }

    pub(super) fn update(&mut self, names: &Names<'_>, update: &Update) {
        let sqlparser::ast::TableFactor::Table { name, .. } = &update.table.relation else { return };
        let Some(name) = names.name(name) else { return };
        let Resolved::Found(table) = self.resolve(&name) else { return };
        self.assigned(names, table, &update.assignments);
    }

    fn assigned(&mut self, names: &Names<'_>, table: RelationId, all: &[sqlparser::ast::Assignment]) {
        let mut seen: HashMap<String, Span> = HashMap::new();
        for assignment in all {
            let targets: &[_] = match &assignment.target {
                AssignmentTarget::ColumnName(name) => std::slice::from_ref(name),
                AssignmentTarget::Tuple(all) => all,
            };
            for name in targets {
                let Some(column) = name.0.first().and_then(|part| names.ident(part.as_ident()?)) else {
                    continue;
                };
                if let Some(first) = seen.insert(cut(&column.value).to_owned(), column.span) {
                    let shown = cut(&column.value).to_owned();
                    let finding = self.find(&insert_values::RULE, column.span);
                    finding.message(format!("column `{shown}` is set twice"));
                    finding.server(format!("multiple assignments to same column \"{shown}\""));
                    finding.also(first, "the first").help("set each column once");
                }
                self.target(table, &column);
            }
        }
    }

    /// `ON CONFLICT`: the columns must be those of a unique index.
    fn conflict(&mut self, names: &Names<'_>, insert: &Insert, table: RelationId) {
        let Some(OnInsert::OnConflict(on)) = &insert.on else { return };
        if let OnConflictAction::DoUpdate(update) = &on.action {
            self.assigned(names, table, &update.assignments);
        }
        let of = self.model.relation(table).name.clone();
        match &on.conflict_target {
            Some(ConflictTarget::Columns(listed)) => {
                let idents: Vec<Ident> = listed.iter().filter_map(|name| names.ident(name)).collect();
                let columns: Vec<Option<usize>> = idents
                    .iter()
                    .map(|column| {
                        self.known_column(table, column, |_| {
                            format!("column \"{}\" does not exist", cut(&column.value))
                        })
                    })
                    .collect();
                let Some(columns) = columns.into_iter().collect::<Option<Vec<usize>>>() else { return };
                let known = self.model.table(table).is_some_and(|table| !table.opaque && !table.loose);
                let same = |keys: &[Option<usize>]| {
                    keys.iter().flatten().all(|key| columns.contains(key))
                        && columns.iter().all(|column| keys.contains(&Some(*column)))
                };
                // A partial index serves too, where the statement repeats its predicate: that is not compared.
                let partial = self.model.table(table).is_some_and(|table| {
                    table.indexes.iter().filter_map(|id| self.model.index(*id)).any(|index| {
                        index.unique && (index.partial || index.keys.iter().any(Option::is_none))
                    })
                });
                let found = self.model.unique_indexes(table).any(|(_, index)| same(&index.keys));
                let (Some(first), Some(last), true) =
                    (idents.first(), idents.last(), known && !found && !partial)
                else {
                    return;
                };
                let made = self.model.relation(table).made;
                let finding = self.find(&conflict_target::RULE, first.span.to(last.span));
                finding.message(format!("no unique index of `{of}` is over these columns"));
                finding.server(
                    "there is no unique or exclusion constraint matching the ON CONFLICT specification",
                );
                finding.at_place(made, "the table is created here");
            }
            Some(ConflictTarget::OnConstraint(name)) => {
                let Some(name) = names.name(name) else { return };
                let Some(known) = self.model.table(table).filter(|table| !table.opaque && !table.loose)
                else {
                    return;
                };
                if known.constraint_names.contains_key(super::names::object(&name)) {
                    return;
                }
                if let Some(ident) = name.last() {
                    self.unknown_constraint(table, ident, |name, of| {
                        format!("constraint \"{name}\" for table \"{of}\" does not exist")
                    });
                }
            }
            None => {}
        }
    }
}
