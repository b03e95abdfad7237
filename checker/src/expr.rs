//! What stands in expressions: columns, and what an expression about one row cannot hold.

use crate::ast::{Ident, TokenRange};
use crate::grammar::{NodeKind, Part};
use crate::statement::Statement;
use crate::text::Span;

/// The columns that an expression names without a table before them; none where it cannot be read. What stands in
/// a query inside of it is left out.
pub(crate) fn columns(statement: &Statement<'_>, range: TokenRange) -> Vec<Ident> {
    let named = |column: Part<'_>| column.ident().filter(|_| column.first().is_none());
    let columns = |part: Part<'_>| {
        part.outside_queries(&[NodeKind::Column]).into_iter().filter_map(named).collect::<Vec<_>>()
    };
    let found = statement.with_part(range, columns).unwrap_or_default();
    // In a domain's check `VALUE` is what is checked.
    found.into_iter().filter(|ident| ident.quoted || ident.value != "value").collect()
}

/// Columns that every table has.
pub(crate) const SYSTEM_COLUMNS: &[&str] = &["ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"];

/// PostgreSQL's aggregates, as far as people call them.
const AGGREGATES: &[&str] = &[
    "array_agg",
    "avg",
    "bit_and",
    "bit_or",
    "bool_and",
    "bool_or",
    "count",
    "every",
    "json_agg",
    "json_object_agg",
    "jsonb_agg",
    "jsonb_object_agg",
    "max",
    "min",
    "mode",
    "percentile_cont",
    "percentile_disc",
    "stddev",
    "stddev_pop",
    "stddev_samp",
    "string_agg",
    "sum",
    "var_pop",
    "var_samp",
    "variance",
];

/// PostgreSQL's functions that give rows, as far as people call them.
const SET_RETURNING: &[&str] = &[
    "generate_series",
    "generate_subscripts",
    "json_array_elements",
    "json_array_elements_text",
    "json_each",
    "json_each_text",
    "json_object_keys",
    "jsonb_array_elements",
    "jsonb_array_elements_text",
    "jsonb_each",
    "jsonb_each_text",
    "jsonb_object_keys",
    "jsonb_path_query",
    "regexp_matches",
    "regexp_split_to_table",
    "string_to_table",
    "unnest",
];

/// What an expression about one row cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Misplaced {
    /// A function over many rows.
    Aggregate,
    /// A function with `OVER`.
    Window,
    /// A function that gives rows.
    SetReturning,
    /// A query in parentheses.
    Query,
}

impl Misplaced {
    /// As a message names it.
    pub(crate) const fn noun(self) -> &'static str {
        match self {
            Self::Aggregate => "an aggregate",
            Self::Window => "a window function",
            Self::SetReturning => "a function that returns rows",
            Self::Query => "a query",
        }
    }

    /// The server's answer for an expression of a kind, in the singular and in the plural.
    pub(crate) fn answer(self, singular: &str, plural: &str) -> (&'static str, String) {
        match self {
            Self::Aggregate => ("42803", format!("aggregate functions are not allowed in {plural}")),
            Self::Window => ("42P20", format!("window functions are not allowed in {plural}")),
            Self::SetReturning => ("0A000", format!("set-returning functions are not allowed in {plural}")),
            Self::Query => ("0A000", format!("cannot use subquery in {singular}")),
        }
    }
}

/// What in an expression needs more than one row. `of_the_set` tells names of functions that are no built-in ones.
pub(crate) fn misplaced(
    statement: &Statement<'_>,
    range: TokenRange,
    of_the_set: impl Fn(&str) -> bool,
) -> Vec<(Misplaced, Span)> {
    let first_word = |part: Part<'_>| part.cursor().span();
    let kind = |part: Part<'_>| if part.is(NodeKind::Query) { Misplaced::Query } else { Misplaced::Window };
    let several = |part: Part<'_>| {
        let parts = part.outside_queries(&[NodeKind::Query, NodeKind::Over]);
        parts.into_iter().map(|part| (kind(part), first_word(part))).collect::<Vec<_>>()
    };
    let mut found = statement.with_part(range, several).unwrap_or_default();
    let window = found.iter().any(|(kind, _)| *kind == Misplaced::Window);
    let queries = found.iter().any(|(kind, _)| *kind == Misplaced::Query);
    for call in statement.calls_in(range).filter(|call| !call.keyword && !queries) {
        let name = call.name.object();
        let built_in =
            call.name.schema().is_none_or(|schema| schema.value == "pg_catalog") && !of_the_set(name);
        if built_in && AGGREGATES.contains(&name) && !window {
            found.push((Misplaced::Aggregate, call.span));
        } else if built_in && SET_RETURNING.contains(&name) {
            found.push((Misplaced::SetReturning, call.span));
        }
    }
    found
}
