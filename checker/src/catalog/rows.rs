//! What `INSERT` gives to each column, as far as its text tells.

use sqlparser::ast::{Expr, Insert, SetExpr, Value};

use crate::parse::syntax::Names;
use crate::rules::all::{insert_values, missing_value};
use crate::source::Span;

use super::Replay;
use super::model::{Column, RelationId};

impl Replay<'_> {
    /// Compares the values with the columns that they go to.
    pub(super) fn values(
        &mut self,
        names: &Names<'_>,
        insert: &Insert,
        (table, targets): (RelationId, &[Option<usize>]),
        given: Option<usize>,
        span: Span,
    ) {
        let named = !insert.columns.is_empty();
        let Some(source) = &insert.source else {
            // DEFAULT VALUES.
            self.null_or_missing(table, &[], &[], span);
            return;
        };
        match &*source.body {
            SetExpr::Values(values) => {
                let mut given = None;
                for row in &values.rows {
                    let row: &[Expr] = &row.content;
                    if given.is_some_and(|given| given != row.len()) {
                        let finding = self.find(&insert_values::RULE, span);
                        finding.message("the rows of VALUES have different lengths");
                        finding.server("VALUES lists must all be the same length");
                        finding.help("give each row a value for each column");
                        return;
                    }
                    given = Some(row.len());
                }
                let Some(given) = given else { return };
                if !self.count(table, given, targets.len(), named, span) {
                    return;
                }
                for row in &values.rows {
                    self.row(names, (table, targets), &row.content, insert, span);
                }
                // What a row surely gives: everything but NULL and DEFAULT.
                for row in &values.rows {
                    let row: &[Expr] = &row.content;
                    let filled: Vec<usize> = targets
                        .iter()
                        .zip(row)
                        .filter_map(|(target, value)| target.map(|at| (at, value)))
                        .filter(|(at, value)| match what(names, value) {
                            What::Value => true,
                            What::Null => false,
                            What::Default => self.has_own_value(table, *at),
                        })
                        .map(|(at, _)| at)
                        .collect();
                    let nulls: Vec<usize> = targets
                        .iter()
                        .zip(row)
                        .filter_map(|(target, value)| {
                            target.filter(|_| matches!(what(names, value), What::Null))
                        })
                        .collect();
                    if self.null_or_missing(table, &filled, &nulls, span) {
                        return;
                    }
                }
            }
            SetExpr::Select(select) => {
                let Some(given) = given else { return };
                if !self.count(table, given, targets.len(), named, span) {
                    return;
                }
                for (position, at) in targets.iter().take(given).enumerate() {
                    let computed = |at: &usize| self.is_computed(table, *at) && !names.says("OVERRIDING");
                    if let Some(at) = at.filter(computed) {
                        self.computed_value(table, at, column_span(names, insert, position).unwrap_or(span));
                    }
                }
                // With a FROM or a WHERE there may be no row at all.
                let one_row =
                    select.from.is_empty() && select.selection.is_none() && source.limit_clause.is_none();
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
        names: &Names<'_>,
        (table, targets): (RelationId, &[Option<usize>]),
        row: &[Expr],
        insert: &Insert,
        span: Span,
    ) {
        for (position, (at, value)) in targets.iter().zip(row).enumerate() {
            let Some(at) = *at else { continue };
            let span = column_span(names, insert, position).unwrap_or(span);
            if self.is_computed(table, at) {
                if !is_default(names, value) && !names.says("OVERRIDING") {
                    self.computed_value(table, at, span);
                    return;
                }
            } else {
                self.literal(names, (table, at), value, span);
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
fn column_span(names: &Names<'_>, insert: &Insert, position: usize) -> Option<Span> {
    names.name(insert.columns.get(position)?)?.last().map(|column| column.span)
}

/// Whether a value is `DEFAULT`.
pub(super) fn is_default(names: &Names<'_>, value: &Expr) -> bool {
    matches!(what(names, value), What::Default)
}

enum What {
    Value,
    Null,
    Default,
}

fn what(names: &Names<'_>, value: &Expr) -> What {
    match value {
        Expr::Value(value) if matches!(value.value, Value::Null) => What::Null,
        Expr::Identifier(ident)
            if names.ident(ident).is_some_and(|ident| !ident.quoted && ident.value == "default") =>
        {
            What::Default
        }
        _ => What::Value,
    }
}
