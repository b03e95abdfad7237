//! How many rows a statement changes, as far as its text tells.

use crate::ast::{DmlVerb, Kind};
use crate::statement::Statement;

/// How many rows a transaction changes at most (facts: dsql.md §3; recorded 2026-09-18).
pub(super) const MAX: u64 = 3000;

/// The rows that a statement surely inserts; 0 where its text does not tell.
pub(super) fn inserted(statement: &Statement<'_>) -> u64 {
    if *statement.kind() != Kind::Dml(DmlVerb::Insert) || !statement.cursor().is("INSERT") {
        return 0;
    }
    let mut cursor = statement.cursor();
    cursor.skip_until(|cursor| cursor.is_any(&["VALUES", "SELECT"]));
    if cursor.eat("VALUES").is_none() {
        return series(statement);
    }
    let mut rows = 0;
    while cursor.parens().is_some() {
        rows += 1;
        if cursor.eat_punct(",").is_none() {
            break;
        }
    }
    rows
}

/// `SELECT generate_series(1, 5000)`, without anything that could leave rows out or add some.
fn series(statement: &Statement<'_>) -> u64 {
    const OTHER: &[&str] = &[
        "WHERE",
        "LIMIT",
        "FETCH",
        "OFFSET",
        "JOIN",
        "GROUP",
        "HAVING",
        "DISTINCT",
        "UNION",
        "EXCEPT",
        "INTERSECT",
        "CONFLICT",
        "WITH",
    ];
    let mut cursor = statement.cursor();
    let (mut rows, mut froms, mut calls) = (0, 0, 0);
    while !cursor.at_end() {
        if cursor.is_any(OTHER) {
            return 0;
        }
        froms += usize::from(cursor.is("FROM"));
        let called = cursor.is("generate_series");
        cursor.advance();
        if !called {
            continue;
        }
        calls += 1;
        let Some(inner) = cursor.parens() else { return 0 };
        let mut arguments = statement.within(inner);
        let first = arguments.integer();
        let bounds = arguments.eat_punct(",").and(first).zip(arguments.integer());
        match bounds.filter(|_| arguments.at_end()) {
            Some((from, to)) if to >= from => rows = to.abs_diff(from).saturating_add(1),
            _ => return 0,
        }
    }
    // A second source would multiply or join.
    let commas = froms > 1 || (froms == 1 && statement.range_text(from_clause(statement)).contains(','));
    if calls == 1 && !commas { rows } else { 0 }
}

/// What stands behind FROM, less the arguments of its function.
fn from_clause(statement: &Statement<'_>) -> crate::ast::TokenRange {
    let mut cursor = statement.cursor();
    cursor.skip_until(|cursor| cursor.is("FROM"));
    cursor.skip_until(|cursor| cursor.is_punct("("));
    cursor.parens();
    let start = cursor.position();
    cursor.skip_until(|_| false);
    cursor.range_since(start)
}
