//! PostgreSQL's own words where they cannot stand, and how they are meant.

use super::dialects::Hint;
use super::helpers;
use crate::cursor::Cursor;
use crate::lex::TokenKind;
use crate::statement::Statement;

/// What is meant around the token that cannot be read.
pub(super) fn hint(statement: &Statement<'_>, at: usize) -> Option<Hint> {
    let here = statement.cursor().at(at);
    missing_on(here)
        .or_else(|| group_by_all(here))
        .or_else(|| alone(statement, here))
        .or_else(|| not_valid(statement, here))
        .or_else(|| no_modifier(statement, here))
}

/// `JOIN t` without ON. Any clause behind it, or the end, is where the server notices.
fn missing_on(here: Cursor<'_>) -> Option<Hint> {
    const CLAUSES: &[&str] = &["WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "UNION", "RETURNING"];
    if !here.at_end() && !here.is_any(CLAUSES) && !here.is_punct(")") {
        return None;
    }
    let mut back = here;
    let mut joins = false;
    for _ in 0..5 {
        back.back();
        if back.is_any(&["ON", "USING", "CROSS", "NATURAL"]) {
            return None;
        }
        if back.is("JOIN") {
            joins = !back.last_text().eq_ignore_ascii_case("CROSS")
                && !back.last_text().eq_ignore_ascii_case("NATURAL");
            break;
        }
    }
    joins.then(|| {
        Hint::new(
            "this JOIN does not say which rows belong together",
            "write JOIN … ON …, JOIN … USING (…), or CROSS JOIN for all pairs",
        )
    })
}

/// `GROUP BY ALL` names no columns (live recording 2026-09-18, probe q_group_by_all), although DSQL's documentation has
/// listed it.
fn group_by_all(here: Cursor<'_>) -> Option<Hint> {
    let hint = || Hint::new("`GROUP BY ALL` is not supported", "name the columns to group by");
    here.is_behind("GROUP BY ALL").then(hint)
}

/// A new name or schema among other actions of an ALTER TABLE.
fn alone(statement: &Statement<'_>, here: Cursor<'_>) -> Option<Hint> {
    if !statement.cursor().are("ALTER TABLE") {
        return None;
    }
    let begins = |cursor: &Cursor<'_>| cursor.is("RENAME") || cursor.are("SET SCHEMA");
    let mut ahead = here;
    let behind = here.last_text() == "," && begins(&here)
        // SET begins other actions, so that the word behind it is what cannot be read.
        || here.is("SCHEMA") && here.is_behind("SET") && here.at(here.position().saturating_sub(2)).is_punct(",");
    let before = ahead.eat_punct(",").is_some() && {
        let mut back = here;
        // `RENAME COLUMN a TO b` and `SET SCHEMA s` are the longest.
        (0..5).any(|_| {
            back.back();
            begins(&back)
        })
    };
    (behind || before).then(|| {
        Hint::new("a new name or schema is given by a statement of its own", "make it a statement of its own")
    })
}

/// `NOT VALID` at a column's own constraint.
fn not_valid(statement: &Statement<'_>, here: Cursor<'_>) -> Option<Hint> {
    if !here.is("VALID") || !here.is_behind("NOT") {
        return None;
    }
    let span = here.last_span().to(here.span());
    let hint = Hint::new(
        "`NOT VALID` is for a constraint that stands by itself, and is added to a table that exists",
        "leave it out",
    );
    Some(Hint { edit: Some((helpers::removal(statement, span), true)), ..hint })
}

/// `int(11)`.
fn no_modifier(statement: &Statement<'_>, here: Cursor<'_>) -> Option<Hint> {
    const BARE: &[&str] = &["INT", "INTEGER", "SMALLINT", "BIGINT", "REAL", "BOOLEAN", "PRECISION"];
    let name = here.position().checked_sub(1).map(|at| here.at(at)).filter(|name| name.is_any(BARE))?;
    let defines = statement.cursor().is_any(&["CREATE", "ALTER"]);
    let number = here.is_punct("(")
        && here.nth(1).is_some_and(|token| token.kind == TokenKind::Number)
        && here.punct_at(2, ")");
    if !defines || !number {
        return None;
    }
    let start = here.position();
    let mut behind = here;
    behind.parens()?;
    let written = name.token().map(|token| name.text_of(token)).unwrap_or_default().to_ascii_lowercase();
    let shown = if written == "precision" { "double precision" } else { &written };
    let span = behind.span_since(start);
    let hint =
        Hint::new(&format!("`{shown}` takes no number in parentheses; `int(11)` is MySQL's"), "leave it out");
    Some(Hint { edit: Some((helpers::removal(statement, span), true)), ..hint })
}
