//! `ALTER TABLE`, `ALTER VIEW` and `ALTER INDEX`.

use crate::ast::{AlterAction, AlterActionKind, AlterTable, AlterTarget, Ident};
use crate::effect::{Change, Job, Object};
use crate::rules::all::{object_limit, primary_key_column, wrong_kind};
use crate::statement::Statement;
use crate::text::Span;

use super::Replay;
use super::column::{Declared, TURNS};
use super::create::MAX_EVER;
use super::guess::is_of_tables;
use super::model::{Demand, RelationId, RelationKind};
use super::names::cut;

/// How many columns a table has at most; sources disagree about the 256th.
const MAX_COLUMNS: usize = 256;

impl Replay<'_> {
    pub(super) fn alter(&mut self, statement: &Statement<'_>, alter: &AlterTable) {
        let kind = match alter.target {
            AlterTarget::View => "view",
            _ => "relation",
        };
        if alter.target == AlterTarget::Index {
            self.alter_index(alter);
            return;
        }
        let Some(id) = self.altered(&alter.name, kind, alter.if_exists) else {
            self.unknown_altered(alter);
            return;
        };
        let renames = |action: &AlterAction| matches!(action.kind, AlterActionKind::RenameColumn { .. });
        // The columns of whatever has some can be renamed by ALTER VIEW.
        if kind == "view"
            && !alter.actions.iter().all(renames)
            && !self.must_be(id, alter.name.span(), "view")
        {
            return;
        }
        for action in &alter.actions {
            self.model.clause = action.span;
            if alter.target == AlterTarget::Table && is_of_tables(&action.kind) {
                self.take_for_table(id);
            }
            match &action.kind {
                AlterActionKind::RenameTo(to) => {
                    self.stale_bodies(id, None, action.span);
                    self.rename_relation(id, to);
                }
                AlterActionKind::SetSchema(_)
                    if matches!(self.model.relation(id).kind, RelationKind::Index(_)) =>
                {
                    self.cannot(id, action.span, |name| format!("cannot change schema of index \"{name}\""));
                }
                AlterActionKind::SetSchema(schema) => self.move_to_schema(id, schema),
                _ if self.model.table(id).is_some() => {
                    self.altering = true;
                    self.action(statement, id, action);
                    self.altering = false;
                }
                AlterActionKind::RenameColumn { from, to } => match self.model.relation(id).kind {
                    RelationKind::Index(_) => self.rename_index_column(id, from, to),
                    RelationKind::Sequence(_) => {
                        self.cannot(id, action.span, |name| {
                            format!("cannot rename columns of relation \"{name}\"")
                        });
                    }
                    _ => self.rename_view_column(id, from, to),
                },
                kind => self.not_of_a_table(id, kind, action.span),
            }
        }
    }

    fn alter_index(&mut self, alter: &AlterTable) {
        let Some(id) = self.known_index(&alter.name, alter.if_exists) else { return };
        self.model.change(Change::Altered, self.model.object(id));
        for action in &alter.actions {
            if let AlterActionKind::RenameTo(to) = &action.kind {
                self.rename_relation(id, to);
            }
        }
    }

    fn action(&mut self, statement: &Statement<'_>, table: RelationId, action: &AlterAction) {
        match &action.kind {
            AlterActionKind::AddColumn { if_not_exists, column } => {
                let name = cut(&column.name.value).to_owned();
                let existing = self.model.table(table).and_then(|table| table.column(&name));
                if let Some(at) = existing {
                    if *if_not_exists {
                        self.same_column(table, at, column);
                        return;
                    }
                    let of = self.model.relation(table).name.clone();
                    let made = self.model.table(table).and_then(|table| table.columns.get(at));
                    let made = made.map(|column| column.made);
                    let server = format!("column \"{name}\" of relation \"{of}\" already exists");
                    self.duplicate(column.name.span, "column", &name, "42701", server, made);
                    return;
                }
                let built = self.column(statement, column);
                let Some(known) = self.model.table_mut(table) else { return };
                let at = known.add(built);
                self.model.change(Change::Made, Object::Column(table, at));
                self.too_many_columns(table, column.name.span);
                self.column_made(statement, table, at, column);
                TURNS.into_iter().for_each(|turn| self.column_constraints(statement, table, column, turn));
            }
            AlterActionKind::DropColumn { if_exists, column, cascade } => {
                self.drop_column(table, column, *if_exists, *cascade, action.span);
                self.cascade_of_unknown(table, *cascade);
            }
            AlterActionKind::AlterColumn { column, change } => {
                self.alter_column(statement, table, column, change, action.span);
            }
            AlterActionKind::AddConstraint(constraint) => {
                self.add_constraint(statement, table, constraint, Declared::Later);
                self.constraint_refuses(table, constraint);
            }
            AlterActionKind::ValidateConstraint(name) => {
                let Some(at) = self.known_constraint(table, name) else { return };
                let schema = self.schema_for_job(table);
                let object = Object::Constraint(table, at);
                self.model.effects.job = Some(Job { object, schema, unique: false });
                self.model.change(Change::Altered, object);
                if let Some(one) = self.model.table_mut(table).and_then(|table| table.constraints.get_mut(at))
                {
                    one.not_valid = None;
                }
                let constraint = self.model.table(table).and_then(|table| table.constraints.get(at));
                let Some(constraint) = constraint else { return };
                if matches!(constraint.kind, Demand::PrimaryKey(_) | Demand::Unique(_)) {
                    let (made, shown) = (constraint.made, constraint.name.clone());
                    let of = self.model.relation(table).name.clone();
                    let finding = self.find(&wrong_kind::RULE, name.span);
                    finding.message(format!("`{shown}` is a key: there is nothing to validate"));
                    finding.server(format!(
                        "constraint \"{shown}\" of relation \"{of}\" is not a foreign key or check constraint"
                    ));
                    finding.at_place(Some(made), "it is created here").help("delete the statement");
                }
            }
            AlterActionKind::AlterConstraint(name) => {
                let Some(at) = self.known_constraint(table, name) else { return };
                self.model.change(Change::Altered, Object::Constraint(table, at));
                let constraint = self.model.table(table).and_then(|table| table.constraints.get(at));
                let Some(constraint) = constraint else { return };
                if matches!(constraint.kind, Demand::PrimaryKey(_) | Demand::Unique(_) | Demand::Check(_)) {
                    let (made, shown) = (constraint.made, constraint.name.clone());
                    let of = self.model.relation(table).name.clone();
                    let finding = self.find(&wrong_kind::RULE, name.span);
                    finding.message(format!("`{shown}` is no foreign key, and only those are altered"));
                    finding.server(format!(
                        "constraint \"{shown}\" of relation \"{of}\" is not a foreign key constraint"
                    ));
                    finding
                        .at_place(Some(made), "it is created here")
                        .help("drop it, and add it as it should be");
                }
            }
            AlterActionKind::DropConstraint { if_exists, name } => {
                let cascade = statement.slice(action.span).to_ascii_uppercase().ends_with("CASCADE");
                self.drop_constraint(table, name, *if_exists, cascade);
                self.cascade_of_unknown(table, cascade);
            }
            AlterActionKind::RenameColumn { from, to } => self.rename_column(table, from, to, action.span),
            AlterActionKind::RenameConstraint { from, to } => self.rename_constraint(table, from, to),
            _ => {}
        }
    }

    fn too_many_columns(&mut self, table: RelationId, span: Span) {
        let Some(known) = self.model.table(table).filter(|table| !table.opaque) else { return };
        let (ever, live) = (known.columns.len(), known.live().count());
        let made = self.model.relation(table).made;
        if live > MAX_COLUMNS {
            let finding = self.find(&object_limit::RULE, span);
            finding.message(format!("the table has {live} columns with this one; 255 is the most"));
            finding.answer("54011", "tables can have at most 255 columns");
            finding.at_place(made, "the table is created here");
            finding.help("keep what is rarely read together in a second table, or in jsonb");
        } else if ever > MAX_EVER {
            let finding = self.find(&object_limit::RULE, span);
            finding.message(format!(
                "the table has had {ever} columns with this one; {MAX_EVER} is the most over its life, dropped ones included"
            ));
            finding.answer("54011", format!("tables can have at most {MAX_EVER} columns"));
            finding.at_place(made, "the table is created here");
            finding.help("make the table anew and copy its rows");
        }
    }

    /// The column that `ALTER TABLE` is about.
    pub(super) fn altered_column(&mut self, table: RelationId, column: &Ident) -> Option<usize> {
        let known = self.known_column(table, column, |of| {
            format!("column \"{}\" of relation \"{of}\" does not exist", cut(&column.value))
        });
        known.or_else(|| self.guess_column(table, column))
    }

    fn drop_column(&mut self, table: RelationId, column: &Ident, if_exists: bool, cascade: bool, span: Span) {
        let at = if if_exists {
            self.model.table(table).and_then(|table| table.column(cut(&column.value)))
        } else {
            // `column "x" of relation "t" does not exist`
            self.altered_column(table, column)
        };
        let Some(at) = at.or_else(|| self.guess_column(table, column)) else { return };
        let name = self.column_name(table, at);
        let of = self.model.relation(table).name.clone();
        let primary = self.model.table(table).and_then(super::model::Table::primary_key);
        let primary =
            primary.filter(|id| self.model.index(*id).is_some_and(|key| key.keys.contains(&Some(at))));
        if let Some(key) = primary {
            let made = self.model.relation(key).made;
            let finding = self.find(&primary_key_column::RULE, column.span);
            finding.message(format!("`{name}` is part of the primary key and cannot be dropped"));
            finding.server(format!("cannot drop primary key column {name}"));
            finding.at_place(made, "the key is declared here");
        }
        let user = self.user_of(table, Some(at), &[]).filter(|(user, ..)| {
            // The table's own foreign keys go with the column.
            !matches!(user, super::model::User::Constraint(of, _) if *of == table)
        });
        if let (Some(user), false, None) = (user, cascade, primary) {
            let what = format!("column {name} of table {of}");
            self.still_used(column.span, &what, &format!("`{name}`"), user);
        }
        self.stale_bodies(table, Some(at), span);
        let place = self.place(span);
        self.remove_column(table, at, place);
    }

    /// Takes a column away, with what uses it.
    pub(super) fn remove_column(&mut self, table: RelationId, at: usize, place: super::model::Place) {
        let column = self.model.table_mut(table).and_then(|table| table.columns.get_mut(at));
        let Some(column) = column.filter(|column| !column.dropped) else { return };
        column.dropped = true;
        let name = column.name.clone();
        self.model.change(Change::Gone, Object::Column(table, at));
        if let Some(known) = self.model.table_mut(table) {
            known.by_name.remove(&name);
            known.gone.insert(name, place);
        }
        if self.model.table(table).is_some_and(|table| table.statistics > 0) {
            self.statistics_of_column(table, at);
        }
        self.cascade(table, Some(at), place);
        self.with_column(table, at, place);
    }

    /// What goes with a column without being asked: indexes over it, constraints about it, its sequence.
    fn with_column(&mut self, table: RelationId, at: usize, place: super::model::Place) {
        let Some(known) = self.model.table(table) else { return };
        let about = |kind: &Demand| match kind {
            Demand::Check(columns) | Demand::ForeignKey { columns, .. } => columns.contains(&at),
            Demand::PrimaryKey(index) | Demand::Unique(index) => {
                self.model.index(*index).is_some_and(|index| index.reads.contains(&at))
            }
        };
        let constraints: Vec<usize> = known
            .constraints
            .iter()
            .enumerate()
            .filter(|(_, one)| !one.dropped && about(&one.kind))
            .map(|(at, _)| at)
            .collect();
        let over = |id: &&RelationId| self.model.index(**id).is_some_and(|index| index.reads.contains(&at));
        let indexes: Vec<RelationId> = known.indexes.iter().filter(over).copied().collect();
        let users = self.model.relation(table).users.iter();
        let sequences: Vec<RelationId> = users
            .filter_map(|one| match one.by {
                super::model::User::Relation(id) if self.model.is_sequence_of(id, table, Some(at)) => {
                    Some(id)
                }
                _ => None,
            })
            .collect();
        for constraint in constraints {
            self.remove_constraint(table, constraint, place);
        }
        for relation in indexes.into_iter().chain(sequences) {
            self.model.drop_relation(relation, place);
        }
    }

    /// The constraint of this name; a missing one is reported.
    pub(super) fn known_constraint(&mut self, table: RelationId, name: &Ident) -> Option<usize> {
        let known = self.model.table(table)?;
        let found = known.constraint_names.get(cut(&name.value)).copied();
        if found.is_none() && (known.opaque || known.loose) {
            return self.guess_constraint(table, name);
        }
        if found.is_none() {
            self.unknown_constraint(table, name, |name, of| {
                format!("constraint \"{name}\" of relation \"{of}\" does not exist")
            });
        }
        found
    }

    pub(super) fn unknown_constraint(
        &mut self,
        table: RelationId,
        name: &Ident,
        server: impl FnOnce(&str, &str) -> String,
    ) {
        let server = server(cut(&name.value), &self.model.relation(table).name);
        let known = self.model.table(table);
        let gone = known.and_then(|table| table.gone_constraints.get(cut(&name.value))).copied();
        let names: Vec<String> =
            known.map(|table| table.constraint_names.keys().cloned().collect()).unwrap_or_default();
        let names = names.iter().map(String::as_str);
        self.unknown_object("constraint", name, "42704", server, names, gone);
    }

    fn drop_constraint(&mut self, table: RelationId, name: &Ident, if_exists: bool, cascade: bool) {
        let at = if if_exists {
            let known = self.model.table(table);
            let known = known.and_then(|table| table.constraint_names.get(cut(&name.value)).copied());
            known.or_else(|| self.guess_constraint(table, name))
        } else {
            self.known_constraint(table, name)
        };
        let Some(at) = at else { return };
        let constraint = self.model.table(table).and_then(|table| table.constraints.get(at));
        let Some(constraint) = constraint else { return };
        let (kind, made) = (constraint.kind.clone(), constraint.made);
        let (shown, of) = (constraint.name.clone(), self.model.relation(table).name.clone());
        match kind {
            Demand::PrimaryKey(_) => {
                let finding = self.find(&primary_key_column::RULE, name.span);
                finding.message(format!("`{shown}` is the primary key of `{of}` and cannot be dropped"));
                finding.server("unsupported ALTER TABLE DROP CONSTRAINT statement");
                finding.at_place(Some(made), "the key is declared here");
            }
            Demand::Unique(index) => {
                self.conflict_needs(Object::Constraint(table, at), "constraint", &shown);
                let user = self.user_of(index, None, &[]);
                if let (Some(user), false) = (user, cascade) {
                    let what = format!("constraint {shown} on table {of}");
                    self.still_used(name.span, &what, &format!("`{shown}`"), user);
                }
                let place = self.place_of(name);
                self.cascade(index, None, place);
            }
            _ => {}
        }
        let place = self.place_of(name);
        self.remove_constraint(table, at, place);
    }
}
