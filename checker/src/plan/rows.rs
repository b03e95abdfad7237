//! How many rows a statement changes, as far as its text tells.

use std::collections::HashMap;

use crate::ast::{Class, DmlVerb, Kind, TokenRange};
use crate::cursor::Cursor;
use crate::effect::Effects;
use crate::lex::TokenKind;
use crate::parse::data_type;
use crate::statement::Statement;

/// The rows that a statement surely inserts; 0 where its text does not tell.
pub(super) fn inserted(statement: &Statement<'_>) -> u64 {
    match values(statement) {
        Some(mut cursor) => {
            let mut rows = 0;
            while cursor.parens().is_some() {
                rows += 1;
                if cursor.eat_punct(",").is_none() {
                    break;
                }
            }
            rows
        }
        None if is_insert(statement) => series(statement),
        None => 0,
    }
}

/// The rows that a statement changes at most; `None` where its text does not tell.
pub(super) fn changed(statement: &Statement<'_>, effects: Option<&Effects>) -> Option<u64> {
    if statement.class() != Class::Dml {
        return Some(0);
    }
    if is_insert(statement) {
        let mut cursor = statement.cursor();
        cursor.skip_until(|cursor| cursor.are("DEFAULT VALUES"));
        let one = !cursor.at_end() || selects_one_row(statement);
        return Some(if one { 1 } else { inserted(statement) }).filter(|rows| *rows > 0);
    }
    named(statement, effects)
}

/// Functions that give one value, of those that seeds are written with, and words that parentheses can follow. Of
/// others nobody knows here.
const ONE_VALUE: &[&str] = &[
    "and",
    "coalesce",
    "concat",
    "currval",
    "date_trunc",
    "exists",
    "gen_random_uuid",
    "greatest",
    "in",
    "least",
    "length",
    "lower",
    "make_interval",
    "md5",
    "nextval",
    "not",
    "now",
    "nullif",
    "or",
    "to_date",
    "to_timestamp",
    "upper",
    "where",
];

/// Whether an `INSERT … SELECT` reads no table, but in conditions and the like: `SELECT 1, 'x' WHERE NOT EXISTS (…)`.
fn selects_one_row(statement: &Statement<'_>) -> bool {
    const MORE: &[&str] = &["FROM", "UNION", "EXCEPT", "INTERSECT", "VALUES"];
    let mut cursor = statement.cursor();
    cursor.skip_until(|cursor| cursor.is("SELECT"));
    let select = cursor;
    cursor.skip_until(|cursor| cursor.is_any(MORE));
    let known = |call: &crate::calls::Call| call.keyword || ONE_VALUE.contains(&call.name.object());
    let range = crate::ast::TokenRange { start: select.position(), end: statement.tokens().len() };
    cursor.at_end() && select.is("SELECT") && statement.calls_in(range).all(known)
}

fn is_insert(statement: &Statement<'_>) -> bool {
    *statement.kind() == Kind::Dml(DmlVerb::Insert) && statement.cursor().is("INSERT")
}

/// The rows of `INSERT … VALUES`, from the first on.
pub(super) fn values<'s>(statement: &'s Statement<'_>) -> Option<Cursor<'s>> {
    let mut cursor = statement.cursor();
    cursor.skip_until(|cursor| cursor.is_any(&["VALUES", "SELECT"]));
    (is_insert(statement) && cursor.eat("VALUES").is_some()).then_some(cursor)
}

/// How many rows a change is of that names them by their key, and that no row of another table follows.
fn named(statement: &Statement<'_>, effects: Option<&Effects>) -> Option<u64> {
    let mut cursor = statement.cursor();
    cursor.eat("UPDATE").or_else(|| cursor.eat("DELETE FROM"))?;
    cursor.eat("ONLY");
    cursor.name()?;
    let keys = effects?.writes.first()?.keys.as_ref()?;
    // Another table could bring a condition of its own, on a column of the same name.
    cursor.skip_until(|cursor| cursor.is_any(&["WHERE", "FROM", "USING"]));
    cursor.eat("WHERE")?;
    let mut conditions: HashMap<String, u64> = HashMap::new();
    while !cursor.at_end() {
        let condition = cursor.skip_until(|cursor| cursor.is_any(&["AND", "OR", "RETURNING"]));
        if cursor.is("OR") {
            return None;
        }
        conditions.extend(values_of_column(statement, condition));
        if cursor.is("RETURNING") {
            break;
        }
        cursor.advance();
    }
    let of_key = |key: &Vec<String>| {
        let counts = key.iter().map(|column| conditions.get(column).copied());
        counts.collect::<Option<Vec<_>>>()?.into_iter().try_fold(1_u64, u64::checked_mul)
    };
    keys.iter().filter(|key| !key.is_empty()).filter_map(of_key).min()
}

/// The column that a condition compares with values, and with how many: `id = 5`, `id IN (1, 2)`.
fn values_of_column(statement: &Statement<'_>, condition: TokenRange) -> Option<(String, u64)> {
    let mut cursor = statement.within(condition);
    let column = cursor.name()?.object().to_owned();
    if cursor.eat_punct("=").is_some() {
        return value(&mut cursor).filter(|()| cursor.at_end()).map(|()| (column, 1));
    }
    cursor.eat("IN")?;
    let list = cursor.parens().filter(|_| cursor.at_end())?;
    let mut items = statement.within(list);
    let mut count = 0;
    loop {
        value(&mut items)?;
        count += 1;
        if items.eat_punct(",").is_none() {
            return items.at_end().then_some((column, count));
        }
    }
}

/// Reads a literal, with a cast or without.
fn value(cursor: &mut Cursor<'_>) -> Option<()> {
    let literal = [TokenKind::String, TokenKind::EscapeString, TokenKind::Number, TokenKind::DollarString];
    cursor.token().filter(|token| literal.contains(&token.kind))?;
    cursor.advance();
    if cursor.eat_punct("::").is_some() {
        data_type(cursor)?;
    }
    Some(())
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
fn from_clause(statement: &Statement<'_>) -> TokenRange {
    let mut cursor = statement.cursor();
    cursor.skip_until(|cursor| cursor.is("FROM"));
    cursor.skip_until(|cursor| cursor.is_punct("("));
    cursor.parens();
    let start = cursor.position();
    cursor.skip_until(|_| false);
    cursor.range_since(start)
}
