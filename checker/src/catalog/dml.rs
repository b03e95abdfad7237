//! Queries and DML, and the columns that DML names.

use std::collections::HashMap;

use crate::ast::{DmlVerb, Ident, Kind};
use crate::grammar::{NodeKind, Part};
use crate::rules::all::{conflict_target as conflict_rule, insert_values, wrong_kind};
use crate::statement::Statement;
use crate::text::Span;

use super::Replay;
use super::model::{Output, RelationId, RelationKind, View};
use super::names::{Resolved, cut};
use super::read::written::{assigned_columns, conflict_target};

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
            let into =
                statement.part().and_then(|part| part.everything().find(|part| part.is(NodeKind::Into)));
            if let Some(name) = into
                .and_then(|into| into.everything().find(|part| part.is(NodeKind::Relation))?.cursor().name())
            {
                self.relation_made_somehow(&name);
            }
        }
        if *statement.kind() == Kind::Dml(DmlVerb::Merge) {
            return;
        }
        if let Some(part) = statement.part() {
            self.read_statement(part, None);
        }
        for sequence in super::depend::sequences_in(cursor) {
            self.known(&sequence.name, "sequence", false);
        }
    }

    /// `COPY table [(columns)] FROM …`, `COPY (query) TO …`.
    fn copy(&mut self, statement: &Statement<'_>) {
        if let Some(part) = statement.part().filter(|part| part.is(NodeKind::CopyQuery)) {
            self.read_statement(part, None);
            return;
        }
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

    /// `given` are the columns that its query gives, where they are known.
    pub(super) fn insert(&mut self, insert: Part<'_>, given: Option<&[Output]>) {
        let holder = insert.child(NodeKind::Aliased).unwrap_or(insert);
        let Some(name) = holder.child(NodeKind::Relation).and_then(Part::name) else { return };
        let Resolved::Found(table) = self.resolve(&name) else { return };
        let listed = insert.child(NodeKind::InsertColumns).map(Part::children).unwrap_or_default();
        let mut named: Vec<(Ident, Option<usize>)> = Vec::new();
        let mut seen: HashMap<String, Span> = HashMap::new();
        for column in &listed {
            // `column.field` and `column[1]` write parts of a column, which no type of DSQL has.
            let Some(column) = column.ident() else { return };
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
        self.conflict(insert, table);
        self.insert_through(insert, table, given.map(<[_]>::len), name.span());
        if named.iter().any(|(_, at)| at.is_none()) {
            return;
        }
        let targets: Vec<Option<usize>> = match &self.model.relation(table).kind {
            _ if !listed.is_empty() => named.iter().map(|(_, at)| *at).collect(),
            RelationKind::Table(known) if !known.opaque => known.live().map(|(at, _)| Some(at)).collect(),
            RelationKind::View(View { columns: Some(columns), .. }) => vec![None; columns.len()],
            _ => return,
        };
        self.values(insert, (table, &targets), given, name.span());
    }

    /// Says so where a statement writes what cannot be written.
    pub(super) fn cannot_be_written(&mut self, table: RelationId, verb: &str, span: Span) {
        let mut relation = self.model.relation(table);
        // A view over views goes down to the first that cannot be written; views can come to read each other.
        let mut steps = 0;
        while let RelationKind::View(View { simple: true, source: Some(source), .. }) = relation.kind
            && steps < self.model.relations.len()
        {
            relation = self.model.relation(source);
            steps += 1;
        }
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

    pub(super) fn update(&mut self, update: Part<'_>) {
        let Some(written) = update.child(NodeKind::Written) else { return };
        let Some(name) = written.child(NodeKind::Relation).and_then(Part::name) else { return };
        let Resolved::Found(table) = self.resolve(&name) else { return };
        self.assigned(table, update);
        let columns: Vec<(Ident, bool)> = assignments(update).flat_map(assigned_defaults).collect();
        self.assign_through(table, &columns, "update");
        for assignment in assignments(update) {
            self.assigned_computed(table, assignment);
        }
    }

    /// Says so where a column that the server computes is set.
    fn assigned_computed(&mut self, table: RelationId, assignment: Part<'_>) {
        let parts = assignment.children();
        let [column, value] = parts.as_slice() else { return };
        let Some(column) = column.ident() else { return };
        let known = self.model.table(table).and_then(|known| known.column(cut(&column.value)));
        if let Some(at) = known.filter(|at| self.is_computed(table, *at) && !value.is(NodeKind::Default)) {
            let server = format!("column \"{}\" can only be updated to DEFAULT", cut(&column.value));
            self.computed(table, at, column.span, server);
        }
    }

    /// The columns that the assignments of a statement set.
    fn assigned(&mut self, table: RelationId, statement: Part<'_>) {
        let mut seen: HashMap<String, Span> = HashMap::new();
        for column in assignments(statement).flat_map(assigned_columns) {
            let Some(column) = column.ident() else { continue };
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

    /// `ON CONFLICT`: the columns must be those of a unique index.
    fn conflict(&mut self, insert: Part<'_>, table: RelationId) {
        if let Some(update) = insert.child(NodeKind::ConflictUpdate) {
            self.assigned(table, update);
            let columns: Vec<(Ident, bool)> = assignments(update).flat_map(assigned_defaults).collect();
            self.assign_through(table, &columns, "insert into");
        }
        if let Some(target) = conflict_target(insert) {
            self.conflict_columns(target, table);
        }
        let conflict =
            insert.child(NodeKind::ConflictUpdate).or_else(|| insert.child(NodeKind::ConflictNothing));
        let constraint = conflict.and_then(|conflict| conflict.child(NodeKind::ConflictConstraint));
        let Some(ident) = constraint.and_then(|one| one.child(NodeKind::Name)).and_then(Part::ident) else {
            return;
        };
        let Some(known) = self.model.table(table).filter(|table| !table.opaque && !table.loose) else {
            return;
        };
        if !known.constraint_names.contains_key(cut(&ident.value)) {
            self.unknown_constraint(table, &ident, |name, of| {
                format!("constraint \"{name}\" for table \"{of}\" does not exist")
            });
        }
    }

    /// `ON CONFLICT (columns)`; where one of them is an expression, no more is said of the index.
    fn conflict_columns(&mut self, target: Part<'_>, table: RelationId) {
        let of = self.model.relation(table).name.clone();
        let mut plain = target.child(NodeKind::Where).is_none();
        let mut idents: Vec<Ident> = Vec::new();
        for key in target.children().into_iter().filter(|key| key.is(NodeKind::IndexKey)) {
            match key.first().filter(|element| element.is(NodeKind::Name)).and_then(Part::ident) {
                Some(ident) => idents.push(ident),
                None => plain = false,
            }
        }
        let Some((table, columns)) = self.behind_columns(table, &idents) else { return };
        let known = self.model.table(table).is_some_and(|table| !table.opaque && !table.loose);
        let same = |keys: &[Option<usize>]| {
            keys.iter().flatten().all(|key| columns.contains(key))
                && columns.iter().all(|column| keys.contains(&Some(*column)))
        };
        let found = self.model.unique_indexes(table).any(|(_, index)| same(&index.keys));
        let (Some(first), Some(last), true) = (idents.first(), idents.last(), plain && known && !found)
        else {
            return;
        };
        let made = self.model.relation(table).made;
        let finding = self.find(&conflict_rule::RULE, first.span.to(last.span));
        finding.message(format!("no unique index of `{of}` is over these columns"));
        finding.server("there is no unique or exclusion constraint matching the ON CONFLICT specification");
        finding.at_place(made, "the table is created here");
    }
}

/// The columns that an assignment sets, and whether to DEFAULT.
fn assigned_defaults(assignment: Part<'_>) -> Vec<(Ident, bool)> {
    let default = assignment.last().is_some_and(|value| value.is(NodeKind::Default));
    assigned_columns(assignment).into_iter().filter_map(Part::ident).map(|ident| (ident, default)).collect()
}

/// The assignments of an UPDATE or an ON CONFLICT.
fn assignments(statement: Part<'_>) -> impl Iterator<Item = Part<'_>> {
    statement.children().into_iter().filter(|part| part.is(NodeKind::Assignment))
}
