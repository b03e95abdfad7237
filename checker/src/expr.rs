//! Looks into the tokens of expressions and queries: which functions they call, which types they name.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, Query, Visit, Visitor};

use crate::ast::{DataType, Ident, ObjectName};
use crate::cursor::Cursor;
use crate::lex::TokenKind;
use crate::source::Span;

/// Functions that are called without parentheses. All of them depend on the clock or the session.
pub(crate) const KEYWORD_FUNCTIONS: &[&str] = &[
    "CURRENT_TIMESTAMP",
    "CURRENT_DATE",
    "CURRENT_TIME",
    "LOCALTIMESTAMP",
    "LOCALTIME",
    "CURRENT_USER",
    "SESSION_USER",
    "CURRENT_ROLE",
    "CURRENT_CATALOG",
    "CURRENT_SCHEMA",
    "USER",
];

/// A function call in an expression.
pub(crate) struct Call {
    /// The function.
    pub(crate) name: ObjectName,
    /// Its name's span.
    pub(crate) span: Span,
    /// Whether it is one of the words that need no parentheses.
    pub(crate) keyword: bool,
}

/// The functions that these tokens call. Words that take parentheses for another reason (`IN (…)`,
/// `VALUES (…)`) come along: who asks looks for names that are none of them.
pub(crate) fn calls(mut cursor: Cursor<'_>) -> Vec<Call> {
    let mut calls = Vec::new();
    while let Some(token) = cursor.token() {
        let after_dot = cursor.last_text() == ".";
        let mut ahead = cursor;
        let name = if after_dot { None } else { ahead.name() };
        match name {
            Some(name) if ahead.is_punct("(") => {
                calls.push(Call { span: name.span(), name, keyword: false });
                cursor = ahead;
            }
            Some(name) => {
                let word = name.parts.len() == 1 && token.kind == TokenKind::Word;
                let keyword = |word: &&str| name.object().eq_ignore_ascii_case(word);
                let alias = cursor.last_text().eq_ignore_ascii_case("AS");
                if word && !alias && KEYWORD_FUNCTIONS.iter().any(keyword) {
                    calls.push(Call { span: name.span(), name, keyword: true });
                }
                cursor = ahead;
            }
            None => cursor.advance(),
        }
    }
    calls
}

/// The types that these tokens cast to, by `::` or `CAST(… AS …)`.
pub(crate) fn casts(cursor: Cursor<'_>) -> Vec<DataType> {
    all_casts(cursor).into_iter().map(|(data_type, _)| data_type).collect()
}

/// The same, each with whether it is a string literal that is cast: only then is the name surely that of a type
/// made for values. What else is cast may be a row, and every table is a type of rows.
pub(crate) fn all_casts(mut cursor: Cursor<'_>) -> Vec<(DataType, bool)> {
    let mut types = Vec::new();
    // For each open parenthesis, whether it is that of a CAST: AS inside of it names a type.
    let mut open: Vec<bool> = Vec::new();
    while !cursor.at_end() {
        let cast_as = cursor.is("AS") && open.last() == Some(&true);
        if cursor.is_punct("::") || cast_as {
            let literal = cursor.last_text().ends_with('\'') || cursor.last_text().ends_with('$');
            cursor.advance();
            if let Some(data_type) = crate::parse::data_type(&mut cursor) {
                types.push((data_type, literal));
            }
            continue;
        }
        if cursor.is_punct("(") {
            open.push(cursor.last_text().eq_ignore_ascii_case("CAST"));
        } else if cursor.is_punct(")") {
            open.pop();
        }
        cursor.advance();
    }
    types
}

/// The columns that an expression names without a table before them; none where it cannot be read. What stands in
/// a query inside of it is left out.
pub(crate) fn columns(cursor: Cursor<'_>) -> Vec<Ident> {
    struct Names<'t, 'a> {
        tree: &'t crate::parse::syntax::Tree<'a, Expr>,
        queries: usize,
        found: Vec<Ident>,
    }
    impl Visitor for Names<'_, '_> {
        type Break = ();

        fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
            self.queries += 1;
            ControlFlow::Continue(())
        }

        fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
            self.queries = self.queries.saturating_sub(1);
            ControlFlow::Continue(())
        }

        fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
            if let (0, Expr::Identifier(ident)) = (self.queries, expr)
                && !self.tree.names.is_argument(ident)
                && let Some(ident) = self.tree.names.ident(ident)
                && (ident.quoted || !is_word(&ident.value))
            {
                self.found.push(ident);
            }
            ControlFlow::Continue(())
        }
    }
    let Some(tree) = crate::parse::syntax::expression(cursor) else { return Vec::new() };
    let mut names = Names { tree: &tree, queries: 0, found: Vec::new() };
    let _ = tree.node.visit(&mut names);
    names.found
}

/// Columns that every table has.
pub(crate) const SYSTEM_COLUMNS: &[&str] = &["ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"];

/// Words that stand where names do and are none.
fn is_word(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "default",
        "value",
        "all",
        "array",
        "nfc",
        "nfd",
        "nfkc",
        "nfkd",
        "system_user",
        "year",
        "month",
        "day",
        "hour",
        "minute",
        "second",
        "epoch",
    ];
    WORDS.contains(&name) || KEYWORD_FUNCTIONS.iter().any(|word| name.eq_ignore_ascii_case(word))
}

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
pub(crate) fn misplaced(cursor: Cursor<'_>, of_the_set: impl Fn(&str) -> bool) -> Vec<(Misplaced, Span)> {
    let mut found = Vec::new();
    let mut at = cursor;
    while !at.at_end() {
        let query = at.last_text() == "("
            && (at.is_any(&["SELECT", "TABLE", "WITH"]) || (at.is("VALUES") && at.punct_at(1, "(")));
        if query {
            found.push((Misplaced::Query, at.span()));
            // What stands in the query is its own.
            at.skip_until(|at| at.is_punct(")"));
            continue;
        }
        if at.is("OVER") && at.last_text() == ")" && !at.punct_at(1, ")") {
            found.push((Misplaced::Window, at.span()));
        }
        at.advance();
    }
    let window = found.iter().any(|(kind, _)| *kind == Misplaced::Window);
    let queries = found.iter().any(|(kind, _)| *kind == Misplaced::Query);
    for call in calls(cursor).into_iter().filter(|call| !call.keyword && !queries) {
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
