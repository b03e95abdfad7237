use std::collections::HashMap;

use crate::ast::{DmlVerb, Ident, Kind};
use crate::cursor::Cursor;
use crate::rules::{Check, Findings, Rule};
use crate::source::Span;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "insert-values",
    title: "the values do not fit the columns that they are for",
    why: "An INSERT gives as many values as it names columns, or at most as many as the table has at this point of the \
          set; all rows of VALUES are of one length; a column is named once.",
    wrong: "INSERT INTO items (id, title) VALUES (1);",
    right: "INSERT INTO items (id, title) VALUES (1, 'a');",
    sqlstate: "42601",
    evidence: &["PostgreSQL: INSERT, UPDATE and VALUES"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

/// What the statement shows by itself; how many columns the table has is for the replay.
fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    if !matches!(statement.kind(), Kind::Query | Kind::Dml(_)) {
        return;
    }
    values(statement.cursor(), found);
    let mut cursor = statement.cursor();
    match statement.kind() {
        Kind::Dml(DmlVerb::Insert) if cursor.eat("INSERT INTO").is_some() => insert(statement, cursor, found),
        Kind::Dml(DmlVerb::Update) if cursor.eat("UPDATE").is_some() => update(cursor, found),
        _ => {}
    }
}

/// All rows of each VALUES are of one length.
fn values(mut cursor: Cursor<'_>, found: &mut Findings<'_>) {
    while !cursor.at_end() {
        let value = cursor.last_text() == "." || cursor.last_text().eq_ignore_ascii_case("AS");
        if value || cursor.eat("VALUES").is_none() {
            cursor.advance();
            continue;
        }
        // The rows may hold queries with VALUES of their own: they are walked a second time.
        let mut rows = cursor;
        let mut first = None;
        while let Some((count, span)) = row(&mut rows) {
            let expected = *first.get_or_insert(count);
            if count != expected {
                found
                    .at(span)
                    .message(format!("this row has {}, the first {expected}", counted(count, "value")))
                    .server("VALUES lists must all be the same length")
                    .help("give each row a value for each column");
                break;
            }
            if rows.eat_punct(",").is_none() {
                break;
            }
        }
    }
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// How many items a list in parentheses has, and where it stands.
fn row(cursor: &mut Cursor<'_>) -> Option<(usize, Span)> {
    let start = cursor.position();
    let inner = cursor.parens()?;
    let span = cursor.span_since(start);
    let mut items = cursor.within(inner);
    let mut count = usize::from(!items.at_end());
    while !items.at_end() {
        items.skip_until(|items| items.is_punct(","));
        count += usize::from(items.eat_punct(",").is_some());
    }
    Some((count, span))
}

/// A name that stands twice in a list.
fn twice<'n>(names: impl Iterator<Item = &'n Ident>) -> Option<(&'n Ident, Span)> {
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for name in names {
        if let Some(first) = seen.insert(&name.value, name.span) {
            return Some((name, first));
        }
    }
    None
}

fn insert(statement: &Statement<'_>, mut cursor: Cursor<'_>, found: &mut Findings<'_>) {
    if cursor.name().is_none() {
        return;
    }
    if cursor.eat("AS").is_some() {
        cursor.ident();
    }
    if !cursor.is_punct("(") || is_query(&cursor) {
        return;
    }
    // `a.field` and `a[1]` write parts of a column, which may be written by several items.
    let mut list = cursor;
    let whole = list.parens().map(|inner| statement.range_text(inner)).unwrap_or_default();
    if whole.contains(['.', '[']) {
        return;
    }
    let columns = cursor.ident_list().unwrap_or_default();
    if let Some((column, first)) = twice(columns.iter()) {
        found
            .at(column.span)
            .message(format!("column `{}` stands twice", column.value))
            .also(first, "the first")
            .answer("42701", format!("column \"{}\" specified more than once", column.value))
            .help("name each column once");
        return;
    }
    if cursor.eat("OVERRIDING").is_some() {
        cursor.skip_until(|cursor| cursor.is_any(&["VALUES", "SELECT", "VALUE"]));
        cursor.eat("VALUE");
    }
    let given = if cursor.eat("VALUES").is_some() {
        row(&mut cursor)
    } else if cursor.is("SELECT") {
        selected(cursor)
    } else {
        None
    };
    let wanted = columns.len();
    if let Some((given, span)) = given.filter(|(given, _)| *given != wanted && wanted > 0) {
        found
            .at(span)
            .message(format!("{} for {}", counted(given, "value"), counted(wanted, "column")))
            .server(if given > wanted {
                "INSERT has more expressions than target columns"
            } else {
                "INSERT has more target columns than expressions"
            })
            .help("give each column one value");
    }
}

fn is_query(cursor: &Cursor<'_>) -> bool {
    ["SELECT", "VALUES", "WITH", "TABLE"].iter().any(|word| cursor.word_at(1, word))
        || cursor.punct_at(1, "(")
}

/// How many columns a SELECT gives, where none of its items may stand for several.
pub(super) fn selected(mut cursor: Cursor<'_>) -> Option<(usize, Span)> {
    cursor.eat("SELECT");
    if cursor.eat("ALL").is_none() && cursor.eat("DISTINCT").is_some() && cursor.eat("ON").is_some() {
        cursor.parens();
    }
    let start = cursor.position();
    let mut count = 1;
    while !cursor.at_end() && !cursor.is_any(ENDS) {
        let star = cursor.is_punct("*") && matches!(cursor.last_text(), "." | ",");
        if star || (cursor.is_punct("*") && cursor.position() == start) {
            return None;
        }
        if cursor.is_punct(",") {
            count += 1;
        }
        cursor.skip_group();
    }
    (cursor.position() > start).then(|| (count, cursor.span_since(start)))
}

/// The words behind the items of a SELECT.
const ENDS: &[&str] = &[
    "FROM",
    "WHERE",
    "GROUP",
    "HAVING",
    "WINDOW",
    "UNION",
    "EXCEPT",
    "INTERSECT",
    "ORDER",
    "LIMIT",
    "OFFSET",
    "FETCH",
    "FOR",
    "ON",
    "RETURNING",
    "INTO",
];

/// `UPDATE … SET a = 1, (b, c) = (2, 3)`: each column once, as many values as columns.
fn update(mut cursor: Cursor<'_>, found: &mut Findings<'_>) {
    cursor.skip_until(|cursor| cursor.is("SET"));
    cursor.eat("SET");
    let mut names = Vec::new();
    loop {
        if cursor.is_punct("(") {
            let columns = cursor.ident_list().unwrap_or_default();
            if cursor.eat_punct("=").is_none() {
                return;
            }
            multiple(cursor, columns.len(), found);
            names.extend(columns);
        } else {
            let Some(name) = cursor.ident() else { return };
            // Parts of a column may be set one by one.
            if cursor.eat_punct("=").is_none() {
                return;
            }
            names.push(name);
        }
        cursor.skip_until(|cursor| cursor.is_punct(",") || cursor.is_any(&["FROM", "WHERE", "RETURNING"]));
        if cursor.eat_punct(",").is_none() {
            break;
        }
    }
    if let Some((column, first)) = twice(names.iter()) {
        found
            .at(column.span)
            .message(format!("column `{}` is set twice", column.value))
            .also(first, "the first")
            .server(format!("multiple assignments to same column \"{}\"", column.value))
            .help("set each column once");
    }
}

/// What several columns are set to at once.
fn multiple(mut cursor: Cursor<'_>, wanted: usize, found: &mut Findings<'_>) {
    let explicit = cursor.eat("ROW").is_some();
    if !cursor.is_punct("(") || is_query(&cursor) {
        return;
    }
    let Some((given, span)) = row(&mut cursor) else { return };
    // What follows the parentheses makes them part of an expression.
    let ends = cursor.at_end() || cursor.is_punct(",") || cursor.is_any(&["FROM", "WHERE", "RETURNING"]);
    if !ends {
        return;
    }
    if given == 1 && !explicit {
        found
            .at(span)
            .message("several columns are set to a row or to a query")
            .answer(
                "0A000",
                "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression",
            )
            .help("write ROW (…) with a value for each column");
    } else if given != wanted {
        found
            .at(span)
            .message(format!("{} for {}", counted(given, "value"), counted(wanted, "column")))
            .server("number of columns does not match number of values")
            .help("give each column one value");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn lengths() {
        for (sql, place, words) in [
            ("VALUES (1, 2), (3)", "(3)", "VALUES lists must all be the same length"),
            (
                "SELECT * FROM (VALUES (1), (2, f(3, 4))) AS v",
                "(2, f(3, 4))",
                "VALUES lists must all be the same length",
            ),
            ("INSERT INTO t (a) VALUES (1, 2)", "(1, 2)", "INSERT has more expressions than target columns"),
            (
                "INSERT INTO s.t AS x (a, b) SELECT 1 FROM u LIMIT 1",
                "1",
                "INSERT has more target columns than expressions",
            ),
            (
                "INSERT INTO t (a) SELECT 1, (SELECT 2, 3)",
                "1, (SELECT 2, 3)",
                "INSERT has more expressions than target columns",
            ),
            ("INSERT INTO t (a, \"A\", A) VALUES (1, 2, 3)", "A", "column \"a\" specified more than once"),
            (
                "UPDATE t SET a = 1, (b, a) = (2, 3) WHERE id = 1",
                "a",
                "multiple assignments to same column \"a\"",
            ),
            (
                "UPDATE t SET (a, b) = ROW (1, 2, 3) WHERE id = 1",
                "(1, 2, 3)",
                "number of columns does not match number of values",
            ),
        ] {
            let found = finds(&RULE, sql, place);
            assert_eq!(found.server.map(|server| server.message).as_deref(), Some(words), "{sql}");
        }
        finds(&RULE, "UPDATE t SET (a, b) = (1) WHERE id = 1", "(1)");
    }

    #[test]
    fn what_fits_or_cannot_be_told() {
        for sql in [
            "INSERT INTO t VALUES (1, (2, 3)), (f(1, 2), ARRAY[3, 4])",
            "INSERT INTO t (a, b) SELECT * FROM u LIMIT 1",
            "INSERT INTO t (a, b) SELECT u.* FROM u LIMIT 1",
            "INSERT INTO t (a, b) SELECT DISTINCT ON (x, y) 1, 2",
            "INSERT INTO t (a, b) SELECT 2 * 3, 4 UNION SELECT 5, 6",
            "INSERT INTO t (SELECT 1)",
            "INSERT INTO t (a) (VALUES (1))",
            "INSERT INTO t (a, b) OVERRIDING USER VALUE VALUES (1, 2)",
            "INSERT INTO t (a[1], a[2]) VALUES (1, 2)",
            "INSERT INTO t (values) VALUES (1)",
            "UPDATE t SET (a, b) = (SELECT 1, 2) WHERE id = 1",
            "UPDATE t SET (a, b) = (1, DEFAULT), c = 2 FROM u WHERE t.id = 1",
            "UPDATE t SET (a) = ROW (1) WHERE id = 1",
            "SELECT a AS values FROM t",
        ] {
            accepts(sql);
        }
    }
}
