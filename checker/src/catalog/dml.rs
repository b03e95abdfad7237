//! Queries and DML, and the columns that DML names.

use std::collections::HashMap;

use sqlparser::ast::{
    AssignmentTarget, ConflictTarget, Insert, OnConflictAction, OnInsert, TableObject, Update,
};

use crate::ast::{DmlVerb, Ident, Kind};
use crate::parse::syntax::{self, Names};
use crate::rules::all::{conflict_target, insert_values, wrong_kind};
use crate::source::Span;
use crate::statement::Statement;

use super::Replay;
use super::model::{RelationId, RelationKind, View};
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

    /// `given` is how many columns its query gives, where that is known.
    pub(super) fn insert(&mut self, names: &Names<'_>, insert: &Insert, given: Option<usize>) {
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
        let targets: Vec<Option<usize>> = match &self.model.relation(table).kind {
            _ if !insert.columns.is_empty() => named.iter().map(|(_, at)| *at).collect(),
            RelationKind::Table(known) if !known.opaque => known.live().map(|(at, _)| Some(at)).collect(),
            RelationKind::View(View { columns: Some(columns), .. }) => vec![None; columns.len()],
            _ => return,
        };
        self.values(names, insert, (table, &targets), given, name.span());
    }

    /// Says so where a statement writes what cannot be written.
    pub(super) fn cannot_be_written(&mut self, table: RelationId, verb: &str, span: Span) {
        let relation = self.model.relation(table);
        let (name, made) = (relation.name.clone(), relation.made);
        let (message, sqlstate, server) = match &relation.kind {
            RelationKind::Sequence(_) => {
                (format!("`{name}` is a sequence"), "42809", format!("cannot change sequence \"{name}\""))
            }
            RelationKind::View(view) if !view.simple => (
                format!("the rows of view `{name}` are made of others, and cannot be written"),
                "55000",
                format!("cannot {verb} view \"{name}\""),
            ),
            _ => return,
        };
        let finding = self.find(&wrong_kind::RULE, span);
        finding.message(message).answer(sqlstate, server);
        finding.at_place(made, "it is created here").help("write the table that its rows come from");
    }

    pub(super) fn update(&mut self, names: &Names<'_>, update: &Update) {
        let sqlparser::ast::TableFactor::Table { name, .. } = &update.table.relation else { return };
        let Some(name) = names.name(name) else { return };
        let Resolved::Found(table) = self.resolve(&name) else { return };
        self.assigned(names, table, &update.assignments);
        for assignment in &update.assignments {
            self.assigned_value(names, table, assignment);
        }
    }

    /// Says so where a column cannot have the value that an UPDATE sets.
    fn assigned_value(
        &mut self,
        names: &Names<'_>,
        table: RelationId,
        assignment: &sqlparser::ast::Assignment,
    ) {
        let AssignmentTarget::ColumnName(name) = &assignment.target else { return };
        let Some(column) = name.0.first().and_then(|part| names.ident(part.as_ident()?)) else { return };
        let known = self.model.table(table).and_then(|known| known.column(cut(&column.value)));
        let Some(at) = known else { return };
        if self.is_computed(table, at) {
            if !super::rows::is_default(names, &assignment.value) {
                let server = format!("column \"{}\" can only be updated to DEFAULT", cut(&column.value));
                self.computed(table, at, column.span, server);
            }
            return;
        }
        self.literal(names, (table, at), &assignment.value, column.span);
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
                let known = known && !names.conflict_has_predicate();
                let found = self.model.unique_indexes(table).any(|(_, index)| same(&index.keys));
                let (Some(first), Some(last), true) = (idents.first(), idents.last(), known && !found) else {
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
