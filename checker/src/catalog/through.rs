//! Rows that are written through a view: what the server makes of its columns.

use crate::ast::Ident;
use crate::grammar::{NodeKind, Part};
use crate::rules::all::{insert_values, wrong_kind};
use crate::text::Span;

use super::Replay;
use super::model::{RelationId, RelationKind, Shows, View};
use super::names::cut;
use super::read::query::body_of;

/// What a column of a view comes to.
pub(super) enum Behind {
    Unknown,
    /// The column of a table.
    Column(RelationId, usize),
    /// An expression in this view, under this name.
    Expression(RelationId, String),
}

impl Replay<'_> {
    /// The place of a view's column.
    pub(super) fn view_column(&self, view: RelationId, column: &Ident) -> Option<usize> {
        let RelationKind::View(view) = &self.model.relation(view).kind else { return None };
        let name = Some(cut(&column.value));
        view.columns.as_ref()?.iter().position(|one| one.name.as_deref() == name)
    }

    /// How many columns a view has, where its rows are those of another relation and its columns are known.
    fn writable(&self, view: RelationId) -> Option<usize> {
        match &self.model.relation(view).kind {
            RelationKind::View(View { simple: true, columns: Some(columns), .. }) => Some(columns.len()),
            _ => None,
        }
    }

    /// What stands behind a column of a view, through other views.
    pub(super) fn behind(&self, mut view: RelationId, mut at: usize) -> Behind {
        // Views can come to read each other.
        for _ in 0..self.model.relations.len() {
            let RelationKind::View(View { simple: true, columns: Some(columns), .. }) =
                &self.model.relation(view).kind
            else {
                break;
            };
            let Some(output) = columns.get(at) else { break };
            match output.shows {
                Shows::Unknown => break,
                Shows::Expression => {
                    let name = output.name.clone();
                    return name.map_or(Behind::Unknown, |name| Behind::Expression(view, name));
                }
                Shows::Column(relation, column) if self.model.table(relation).is_some() => {
                    return Behind::Column(relation, column);
                }
                Shows::Column(relation, column) => (view, at) = (relation, column),
            }
        }
        Behind::Unknown
    }

    /// The table and its columns that names stand for, also through a view; a missing one is reported.
    pub(super) fn behind_columns(
        &mut self,
        table: RelationId,
        idents: &[Ident],
    ) -> Option<(RelationId, Vec<usize>)> {
        let missing = |column: &Ident| format!("column \"{}\" does not exist", cut(&column.value));
        if self.writable(table).is_none() {
            let columns = idents.iter().map(|column| self.known_column(table, column, |_| missing(column)));
            // Each of them is looked for.
            let columns: Vec<Option<usize>> = columns.collect();
            return Some((table, columns.into_iter().collect::<Option<_>>()?));
        }
        let mut of = None;
        let mut columns = Vec::new();
        for column in idents {
            let Some(at) = self.view_column(table, column) else {
                self.unknown_column(table, column, missing(column));
                return None;
            };
            let Behind::Column(relation, at) = self.behind(table, at) else { return None };
            of = Some(relation);
            columns.push(at);
        }
        Some((of?, columns))
    }

    /// What INSERT writes through a view: the columns that it names, or as many as it gives values.
    pub(super) fn insert_through(
        &mut self,
        insert: Part<'_>,
        view: RelationId,
        given: Option<usize>,
        span: Span,
    ) {
        let Some(width) = self.writable(view) else { return };
        let listed = insert.child(NodeKind::InsertColumns).map(Part::children).unwrap_or_default();
        let source = insert.child(NodeKind::Query);
        let columns: Vec<(usize, Span)> = if listed.is_empty() {
            let given = source.map_or(Some(0), |_| given).unwrap_or_default();
            (0..width.min(given)).map(|at| (at, span)).collect()
        } else {
            let named = listed.into_iter().filter_map(Part::ident);
            named.filter_map(|ident| Some((self.view_column(view, &ident)?, ident.span))).collect()
        };
        let rows: Vec<Vec<Part<'_>>> = match source.and_then(body_of).filter(|body| body.is(NodeKind::Values))
        {
            Some(values) => values.children().into_iter().map(Part::children).collect(),
            None => Vec::new(),
        };
        let overriding = insert.child(NodeKind::Overriding).is_some();
        let defaults = |position: usize| {
            let value =
                |row: &Vec<Part<'_>>| row.get(position).is_some_and(|value| value.is(NodeKind::Default));
            !rows.is_empty() && rows.iter().all(value)
        };
        let written: Vec<(usize, Span, bool)> = columns
            .into_iter()
            .enumerate()
            .map(|(position, (at, span))| (at, span, overriding || defaults(position)))
            .collect();
        self.write_through(view, &written, "insert into");
    }

    /// What assignments write through a view.
    pub(super) fn assign_through(&mut self, view: RelationId, columns: &[(Ident, bool)], verb: &str) {
        if self.writable(view).is_none() {
            return;
        }
        let at =
            |(ident, default): &(Ident, bool)| Some((self.view_column(view, ident)?, ident.span, *default));
        let written: Vec<(usize, Span, bool)> = columns.iter().filter_map(at).collect();
        self.write_through(view, &written, verb);
    }

    /// Columns of a view, where they stand, and whether they get what the server makes for them.
    fn write_through(&mut self, view: RelationId, columns: &[(usize, Span, bool)], verb: &str) {
        let mut written = Vec::new();
        for (at, span, default) in columns {
            match self.behind(view, *at) {
                Behind::Unknown => {}
                Behind::Expression(of, column) => {
                    let relation = self.model.relation(of);
                    let (of, made) = (relation.name.clone(), relation.made);
                    // A view of which no column can be written is refused as a whole.
                    let none = matches!(&relation.kind, RelationKind::View(View { columns: Some(columns), .. })
                        if columns.iter().all(|one| matches!(one.shows, Shows::Expression)));
                    let finding = self.find(&wrong_kind::RULE, *span);
                    finding.message(format!(
                        "column `{column}` of view `{of}` is an expression, and cannot be written"
                    ));
                    if none {
                        finding.answer("55000", format!("cannot {verb} view \"{of}\""));
                    } else {
                        finding
                            .answer("0A000", format!("cannot {verb} column \"{column}\" of view \"{of}\""));
                    }
                    finding.at_place(made, "the view is created here").help("write the columns of the table");
                    return;
                }
                Behind::Column(table, column) => {
                    let name = self.column_name(table, column);
                    if written.contains(&(table, column)) {
                        let finding = self.find(&insert_values::RULE, *span);
                        finding.message(format!("two columns of the view are column `{name}` of its table"));
                        finding.server(format!("multiple assignments to same column \"{name}\""));
                        finding.help("write it once");
                        return;
                    }
                    written.push((table, column));
                    if self.is_computed(table, column) && !default {
                        let server = if verb == "update" {
                            format!("column \"{name}\" can only be updated to DEFAULT")
                        } else {
                            format!("cannot insert a non-DEFAULT value into column \"{name}\"")
                        };
                        self.computed(table, column, *span, server);
                        return;
                    }
                }
            }
        }
    }
}
