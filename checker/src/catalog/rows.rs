//! What `INSERT` gives to each column, as far as its text tells.

use crate::grammar::{NodeKind, Part};
use crate::rules::all::{insert_values, missing_value};
use crate::text::Span;

use super::Replay;
use super::literal::EXPRESSION;
use super::model::{Column, Output, RelationId};
use super::read::query::body_of;

impl Replay<'_> {
    /// Compares the values with the columns that they go to.
    pub(super) fn values(
        &mut self,
        insert: Part<'_>,
        (table, targets): (RelationId, &[Option<usize>]),
        given: Option<&[Output]>,
        span: Span,
    ) {
        let columns = insert.child(NodeKind::InsertColumns).map(Part::children);
        let named = columns.is_some();
        let columns = columns.unwrap_or_default();
        let Some(source) = insert.child(NodeKind::Query) else {
            // DEFAULT VALUES.
            self.null_or_missing(table, &[], &[], span);
            return;
        };
        let overriding = insert.child(NodeKind::Overriding).is_some();
        let Some(body) = body_of(source) else { return };
        match body.kind() {
            NodeKind::Values => {
                let rows: Vec<Vec<Part<'_>>> = body.children().into_iter().map(Part::children).collect();
                let Some(given) = rows.first().map(Vec::len) else { return };
                if rows.iter().any(|row| row.len() != given) {
                    let finding = self.find(&insert_values::RULE, span);
                    finding.message("the rows of VALUES have different lengths");
                    finding.server("VALUES lists must all be the same length");
                    finding.help("give each row a value for each column");
                    return;
                }
                if !self.count(table, given, targets.len(), named, span) {
                    return;
                }
                for row in &rows {
                    self.row((table, targets), row, (&columns, overriding), span);
                }
                // What a row surely gives: everything but NULL and DEFAULT.
                for row in &rows {
                    let values =
                        || targets.iter().zip(row).filter_map(|(target, value)| target.map(|at| (at, value)));
                    let filled: Vec<usize> = values()
                        .filter(|(at, value)| match value.kind() {
                            NodeKind::Null => false,
                            NodeKind::Default => self.has_own_value(table, *at),
                            _ => true,
                        })
                        .map(|(at, _)| at)
                        .collect();
                    let nulls: Vec<usize> =
                        values().filter(|(_, value)| value.is(NodeKind::Null)).map(|(at, _)| at).collect();
                    if self.null_or_missing(table, &filled, &nulls, span) {
                        return;
                    }
                }
            }
            NodeKind::Select => {
                let Some(outputs) = given else { return };
                let given = outputs.len();
                if !self.count(table, given, targets.len(), named, span) {
                    return;
                }
                let items = body.child(NodeKind::Targets).map(Part::children).unwrap_or_default();
                for (position, (at, output)) in targets.iter().zip(outputs).enumerate() {
                    if let (Some(at), Some(seen)) = (at, &output.data_type) {
                        let item = items.get(position).filter(|_| items.len() == given);
                        self.given_column((table, *at), seen, item.map_or(span, |item| item.span()));
                    }
                }
                for (at, item) in targets.iter().zip(&items).filter(|_| items.len() == given) {
                    // A string is of the column's type, unless rows are compared by it.
                    let plain = body.child(NodeKind::Distinct).is_none()
                        && body.child(NodeKind::Group).is_none()
                        && source.child(NodeKind::Order).is_none();
                    let value = item
                        .first()
                        .filter(|value| value.is(NodeKind::Number) || plain && value.is(NodeKind::String));
                    if let (Some(at), Some(value)) = (at, value) {
                        self.given((table, *at), value, None, (EXPRESSION, value.span()));
                    }
                }
                for (position, at) in targets.iter().take(given).enumerate() {
                    let computed = |at: &usize| self.is_computed(table, *at) && !overriding;
                    if let Some(at) = at.filter(computed) {
                        self.computed_value(table, at, column_span(&columns, position).unwrap_or(span));
                    }
                }
                // With a FROM or a WHERE there may be no row at all.
                let no_rows = [NodeKind::From, NodeKind::Where];
                let one_row = !body.children().iter().any(|child| child.is_any(&no_rows))
                    && source.child(NodeKind::Limit).is_none()
                    && source.child(NodeKind::Offset).is_none();
                if one_row && named {
                    let filled: Vec<usize> = targets.iter().flatten().copied().collect();
                    self.null_or_missing(table, &filled, &[], span);
                }
            }
            _ => {}
        }
    }

    /// Says so where a column cannot have the value that a row gives it.
    fn row(
        &mut self,
        (table, targets): (RelationId, &[Option<usize>]),
        row: &[Part<'_>],
        (columns, overriding): (&[Part<'_>], bool),
        span: Span,
    ) {
        for (position, (at, value)) in targets.iter().zip(row).enumerate() {
            let Some(at) = *at else { continue };
            let span = column_span(columns, position).unwrap_or(span);
            if self.is_computed(table, at) {
                if !value.is(NodeKind::Default) && !overriding {
                    self.computed_value(table, at, span);
                    return;
                }
            } else {
                self.given_alone((table, at), *value, span);
            }
        }
    }

    /// Whether a column's values are always made by the server.
    pub(super) fn is_computed(&self, table: RelationId, at: usize) -> bool {
        let column = self.model.table(table).and_then(|table| table.columns.get(at));
        column.is_some_and(|column| column.generated || column.always)
    }

    fn computed_value(&mut self, table: RelationId, at: usize, span: Span) {
        let name = self.column_name(table, at);
        self.computed(table, at, span, format!("cannot insert a non-DEFAULT value into column \"{name}\""));
    }

    /// Says that the server makes a column's values.
    pub(super) fn computed(&mut self, table: RelationId, at: usize, span: Span, server: String) {
        let Some(column) = self.model.table(table).and_then(|table| table.columns.get(at)) else { return };
        let (name, made) = (column.name.clone(), column.made);
        let finding = self.find(&insert_values::RULE, span);
        finding.message(format!("the server makes the values of column `{name}`")).answer("428C9", server);
        finding.at_place(Some(made), "it is declared as GENERATED here");
        finding.help("leave the column out, or write DEFAULT for it");
    }

    /// Whether there are as many values as columns; says so where there are not.
    fn count(&mut self, table: RelationId, given: usize, wanted: usize, named: bool, span: Span) -> bool {
        // Without a list of columns the last of them may be left out.
        if given == wanted || (!named && given < wanted) {
            return true;
        }
        let made = self.model.relation(table).made;
        let of = self.model.relation(table).name.clone();
        let finding = self.find(&insert_values::RULE, span);
        if named {
            finding.message(format!("{given} values for {wanted} columns"));
        } else {
            finding.message(format!("{given} values, and `{of}` has {wanted} columns at this point"));
        }
        finding.server(if given > wanted {
            "INSERT has more expressions than target columns"
        } else {
            "INSERT has more target columns than expressions"
        });
        finding.at_place(made.filter(|_| !named), "the table is created here");
        finding.help("give each column one value, and name the columns");
        false
    }

    /// Whether a column that is left out gets a value all the same.
    fn has_own_value(&self, table: RelationId, at: usize) -> bool {
        let column = self.model.table(table).and_then(|table| table.columns.get(at));
        column.is_none_or(|column| {
            let not_null = column.not_null || self.not_null_domain(column).is_some();
            self.model.has_default(column) || column.generated || column.identity || !not_null
        })
    }

    /// The domain that makes a column NOT NULL.
    fn not_null_domain(&self, column: &Column) -> Option<String> {
        let mut domains = self.model.domain_chain(column.data_type.domain);
        domains.find(|domain| domain.not_null).map(|domain| domain.name.clone())
    }

    /// Says so where a column that must have a value gets none; `nulls` are written as such.
    fn null_or_missing(&mut self, table: RelationId, filled: &[usize], nulls: &[usize], span: Span) -> bool {
        let Some(known) = self.model.table(table) else { return false };
        let filled: std::collections::HashSet<usize> = filled.iter().copied().collect();
        let bare = known.live().find(|(at, column)| {
            let null = nulls.contains(at);
            (column.not_null || self.not_null_domain(column).is_some())
                && !filled.contains(at)
                && !column.generated
                && (null || !self.model.has_default(column) && !column.identity)
        });
        let Some((at, column)) = bare else { return false };
        let by_domain = self.not_null_domain(column);
        let (name, made) = (column.name.clone(), column.made);
        let of = self.model.relation(table).name.clone();
        let finding = self.find(&missing_value::RULE, span);
        if nulls.contains(&at) {
            finding.message(format!("column `{name}` of `{of}` is NOT NULL and gets NULL"));
        } else {
            finding
                .message(format!("column `{name}` of `{of}` is NOT NULL, has no default and gets no value"));
        }
        finding.server(match by_domain {
            Some(domain) => format!("domain {domain} does not allow null values"),
            None => {
                format!("null value in column \"{name}\" of relation \"{of}\" violates not-null constraint")
            }
        });
        finding.at_place(Some(made), "the column is declared here");
        true
    }
}

/// Where a column stands in the list of an INSERT.
fn column_span(columns: &[Part<'_>], position: usize) -> Option<Span> {
    Some(columns.get(position)?.span())
}
