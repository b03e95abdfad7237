//! How many columns a query gives, and what stands behind it: LIMIT, positions, what DISTINCT leaves to order by.

use super::Reader;
use super::expression::only_name;
use super::output::Target;
use super::query::body_of;
use crate::catalog::model::Output;
use crate::catalog::names::cut;
use crate::catalog::value_type::{catalog_name, category};
use crate::grammar::{NodeKind, Part};
use crate::rules::all::{query_shape, value_type};
use std::cmp::Ordering;

impl Reader<'_, '_> {
    /// LIMIT and OFFSET see no column of their own query.
    pub(super) fn limit(&mut self, limit: Part<'_>) {
        let columns = limit.outside_queries(&[NodeKind::Column]);
        if let (Some(column), true, true) = (columns.first(), self.scopes.is_empty(), self.judge) {
            let word = if limit.is(NodeKind::Offset) { "OFFSET" } else { "LIMIT" };
            let finding = self.replay.find(&query_shape::RULE, column.span());
            finding.message(format!("{word} is one number for the whole query: it sees no columns"));
            finding.answer("42P10", format!("argument of {word} must not contain variables"));
            return;
        }
        self.visit(limit);
    }

    /// Both sides of a set operation give as many columns.
    pub(super) fn same_width(
        &mut self,
        operation: Part<'_>,
        left: Option<&[Output]>,
        right: Option<&[Output]>,
        at: Part<'_>,
    ) {
        let (Some(first), Some(second), true) = (left, right, self.judge) else { return };
        let words = operation.words();
        let word = ["INTERSECT", "EXCEPT"].into_iter().find(|word| words.contains(word)).unwrap_or("UNION");
        let place = at.child(NodeKind::Targets).unwrap_or(at);
        let (left, right) = (first.len(), second.len());
        if left == right {
            self.same_types(word, first, second, place);
            return;
        }
        let finding = self.replay.find(&query_shape::RULE, place.span());
        finding.message(format!("the query before {word} gives {left} columns, this one {right}"));
        finding.server(format!("each {word} query must have the same number of columns"));
    }

    /// Columns that become one are of types that have one in common.
    fn same_types(&mut self, word: &str, left: &[Output], right: &[Output], place: Part<'_>) {
        let other = left.iter().zip(right).enumerate().find_map(|(at, (left, right))| {
            let of = |one: &Output| {
                let base = one.data_type.as_ref()?.base.clone();
                Some((category(catalog_name(&base)?)?, base))
            };
            let (first, second) = (of(left)?, of(right)?);
            (first.0 != second.0).then_some((at, first.1, second.1))
        });
        let Some((at, first, second)) = other else { return };
        let span = place.children().get(at).map_or(place.span(), |item| item.span());
        let finding = self.replay.find(&value_type::RULE, span);
        finding.message(format!("this column is `{second}`, and `{first}` in the query before {word}"));
        finding.answer("42804", format!("{word} types {first} and {second} cannot be matched"));
        finding.help("cast one of them with ::");
    }

    /// Rows that are compared have as many columns, and so have a row and the query that it is looked for in.
    pub(super) fn widths(&mut self, part: Part<'_>) {
        for found in part.outside_queries(&[NodeKind::In, NodeKind::Binary]) {
            let children = found.children();
            let [left, right] = children.as_slice() else { continue };
            let wrong = if right.is(NodeKind::Query) && found.is(NodeKind::In) {
                let Some(width) = self.width_of_query(*right) else { continue };
                match width.cmp(&row_width(*left)) {
                    Ordering::Greater => "subquery has too many columns",
                    Ordering::Less => "subquery has too few columns",
                    Ordering::Equal => continue,
                }
            } else if left.is(NodeKind::Row)
                && right.is(NodeKind::Row)
                && row_width(*left) != row_width(*right)
            {
                "unequal number of entries in row expressions"
            } else {
                continue;
            };
            if self.judge {
                let finding = self.replay.find(&query_shape::RULE, right.span());
                finding.message("the two sides have not as many columns").server(wrong);
            }
        }
    }

    /// How many columns a query gives, where no `*` leaves that open.
    fn width_of_query(&self, query: Part<'_>) -> Option<usize> {
        let body = body_of(query)?;
        if body.is(NodeKind::Select) {
            let targets = body.child(NodeKind::Targets).map(Part::children).unwrap_or_default();
            return self.names_given(&targets).map(|outputs| outputs.len());
        }
        self.width_of(body).map(|outputs| outputs.len())
    }

    /// `SET (a, b) = (SELECT 1)`.
    pub(super) fn assigned_width(&mut self, assignment: Part<'_>) {
        let children = assignment.children();
        let Some((value, columns)) = children.split_last().filter(|(_, columns)| columns.len() > 1) else {
            return;
        };
        let width = match value.kind() {
            NodeKind::Query => self.width_of_query(*value),

            NodeKind::Row => Some(row_width(*value)),
            _ => None,
        };
        if let Some(width) = width.filter(|width| *width != columns.len() && self.judge) {
            let finding = self.replay.find(&query_shape::RULE, value.span());
            finding.message(format!("{} columns are set, and {width} values given", columns.len()));
            finding.server("number of columns does not match number of values");
        }
    }

    /// `ORDER BY 2`.
    pub(super) fn position(&mut self, value: Part<'_>, outputs: Option<&[Output]>, clause: &str) {
        let (Some(outputs), true) = (outputs, value.is(NodeKind::Number) && self.judge) else { return };
        let Ok(position) = value.text().parse::<usize>() else { return };
        if (1..=outputs.len()).contains(&position) {
            return;
        }
        let finding = self.replay.find(&query_shape::RULE, value.span());
        finding.message(format!(
            "the query gives {} columns, so that there is none at {position}",
            outputs.len()
        ));
        finding.answer("42P10", format!("{clause} position {position} is not in select list"));
    }

    /// What rows without doubles are ordered by must be among their columns.
    pub(super) fn among_distinct(
        &mut self,
        value: Part<'_>,
        targets: &[Part<'_>],
        outputs: Option<&[Output]>,
    ) {
        let Some(ident) = only_name(value).filter(|_| self.judge) else { return };
        let name = cut(&ident.value);
        let given = |target: &Part<'_>| match Target::of(*target) {
            Some(Target::Value(value, _)) => {
                value.is(NodeKind::Column) && value.last_ident().is_some_and(|last| cut(&last.value) == name)
            }
            _ => true,
        };
        let named = outputs.is_none_or(|all| all.iter().any(|one| one.may_be(name)));
        if named || targets.iter().any(given) {
            return;
        }
        let finding = self.replay.find(&query_shape::RULE, value.span());
        finding.message(format!("`{name}` is no column of the rows that DISTINCT leaves"));
        finding.answer("42P10", "for SELECT DISTINCT, ORDER BY expressions must appear in select list");
        finding.help("name it in the SELECT, too");
    }
}

/// How many columns a row has; anything else is one.
fn row_width(value: Part<'_>) -> usize {
    if value.is(NodeKind::Row) { value.children().len() } else { 1 }
}
