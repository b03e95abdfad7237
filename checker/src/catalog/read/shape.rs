//! How many columns a query gives, and what stands behind it: LIMIT, positions, what DISTINCT leaves to order by.

use super::Reader;
use super::expression::only_name;
use super::output::Target;
use crate::catalog::model::Output;
use crate::catalog::names::cut;
use crate::grammar::{NodeKind, Part};
use crate::rules::all::query_shape;

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
        let (Some(left), Some(right)) = (left.map(<[_]>::len), right.map(<[_]>::len)) else { return };
        if left == right || !self.judge {
            return;
        }
        let words = operation.words();
        let word = ["INTERSECT", "EXCEPT"].into_iter().find(|word| words.contains(word)).unwrap_or("UNION");
        let place = at.child(NodeKind::Targets).unwrap_or(at);
        let finding = self.replay.find(&query_shape::RULE, place.span());
        finding.message(format!("the query before {word} gives {left} columns, this one {right}"));
        finding.server(format!("each {word} query must have the same number of columns"));
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

/// `SELECT DISTINCT` without ON.
pub(super) fn is_plain_distinct(select: Part<'_>) -> bool {
    select.child(NodeKind::Distinct).is_some_and(|distinct| distinct.first().is_none())
}
