use std::collections::HashMap;

use crate::ast::Ident;
use crate::finding::{Check, Findings, Rule};
use crate::grammar::{NodeKind, Part};
use crate::rules::helpers;
use crate::statement::Statement;
use crate::text::Span;

pub(crate) static RULE: Rule = Rule {
    id: "insert-values",
    title: "the values do not fit the columns that they are for",
    why: "An INSERT gives as many values as it names columns, or at most as many as the table has at this point of the \
          set; all rows of VALUES are of one length; a column is named once.",
    wrong: "INSERT INTO items (id, title) VALUES (1);",
    right: "INSERT INTO items (id, title) VALUES (1, 'a');",
    sqlstate: "42601",
    evidence: &["PostgreSQL: INSERT, UPDATE and VALUES"],
    check: Check::Parts(&[NodeKind::Values, NodeKind::Insert, NodeKind::Update], check),
    ..Rule::REFUSED
};

/// What the statement shows by itself; how many columns the table has is for the replay.
fn check(part: Part<'_>, _: &Statement<'_>, found: &mut Findings<'_>) {
    match part.kind() {
        NodeKind::Values => values(part, found),
        NodeKind::Insert => insert(part, found),
        _ => update(part, found),
    }
}

/// All rows of VALUES are of one length.
fn values(values: Part<'_>, found: &mut Findings<'_>) {
    let mut first = None;
    for row in values.all(NodeKind::ValueRow) {
        let count = row.children().len();
        let expected = *first.get_or_insert(count);
        if count != expected {
            found
                .at(row.span())
                .message(format!("this row has {}, the first {expected}", counted(count, "value")))
                .server("VALUES lists must all be the same length")
                .help("give each row a value for each column");
            return;
        }
    }
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
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

/// A column that is written as a whole: of `a.field` and `a[1]` several may be written.
fn whole(column: Part<'_>) -> Option<Ident> {
    column.ident().filter(|_| column.children().is_empty())
}

fn insert(insert: Part<'_>, found: &mut Findings<'_>) {
    let Some(columns) = insert.child(NodeKind::InsertColumns) else { return };
    let columns: Option<Vec<Ident>> = columns.children().into_iter().map(whole).collect();
    let Some(columns) = columns else { return };
    if let Some((column, first)) = twice(columns.iter()) {
        found
            .at(column.span)
            .message(format!("column `{}` stands twice", column.value))
            .also(first, "the first")
            .answer("42701", format!("column \"{}\" specified more than once", column.value))
            .help("name each column once");
        return;
    }
    let source = insert.child(NodeKind::Query).and_then(helpers::first_select);
    let given = source.and_then(|source| match source.kind() {
        NodeKind::Values => source.first().map(|row| (row.children().len(), row.span())),
        _ => helpers::selected(source),
    });
    let wanted = columns.len();
    if let Some((given, span)) = given.filter(|(given, _)| *given != wanted) {
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

/// `UPDATE … SET a = 1, (b, c) = (2, 3)`: each column once, as many values as columns.
fn update(update: Part<'_>, found: &mut Findings<'_>) {
    let mut names = Vec::new();
    for assignment in update.all(NodeKind::Assignment) {
        let mut columns = assignment.children();
        let Some(value) = columns.pop() else { continue };
        if assignment.cursor().is_punct("(") {
            multiple(value, columns.len(), found);
        }
        names.extend(columns.into_iter().filter_map(whole));
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
fn multiple(value: Part<'_>, wanted: usize, found: &mut Findings<'_>) {
    match value.kind() {
        NodeKind::Row => {
            let given = value.children().len();
            let mut cursor = value.cursor();
            cursor.eat("ROW");
            let start = cursor.position();
            cursor.parens();
            if given != wanted {
                found
                    .at(cursor.span_since(start))
                    .message(format!("{} for {}", counted(given, "value"), counted(wanted, "column")))
                    .server("number of columns does not match number of values")
                    .help("give each column one value");
            }
        }
        NodeKind::Query => {}
        _ => {
            found
                .at(value.span())
                .message("several columns are set to a row or to a query")
                .answer(
                    "0A000",
                    "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression",
                )
                .help("write ROW (…) with a value for each column");
        }
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
                "INSERT INTO t (a) SELECT 1, coalesce(2, 3)",
                "1, coalesce(2, 3)",
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
