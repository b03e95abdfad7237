use crate::ast::{AlterActionKind, AlterColumnKind, ColumnClauseKind, ConstraintKind, TokenRange};
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "constraint-expression",
    title: "a default or a check is about one row",
    why: "A default and a check are computed for one row, without looking at others: no query, no aggregate, no window \
          function, no function that returns rows. A default does not see the row's other columns either. These are \
          PostgreSQL's rules.",
    wrong: "CREATE TABLE items (id uuid PRIMARY KEY, shelf text CHECK (shelf IN (SELECT name FROM shelves)));",
    right: "CREATE TABLE items (id uuid PRIMARY KEY, shelf text CHECK (shelf IN ('read', 'wanted')));",
    help: "use a foreign key, or a list of values",
    evidence: &["PostgreSQL: CREATE TABLE, CHECK and DEFAULT"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

/// The server's words for what it is about, in the singular and in the plural.
const CHECK: (&str, &str) = ("check constraint", "check constraints");
const DEFAULT: (&str, &str) = ("DEFAULT expression", "DEFAULT expressions");

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    for clause in helpers::column_clauses(statement) {
        match clause.kind {
            ColumnClauseKind::Check(range) => one_row(statement, range, CHECK, found),
            ColumnClauseKind::Default(range) => default(statement, range, found),
            _ => {}
        }
    }
    for constraint in helpers::table_constraints(statement) {
        if let ConstraintKind::Check(range) = constraint.kind {
            one_row(statement, range, CHECK, found);
        }
    }
    if helpers::headed(statement, "ALTER DOMAIN").is_some() {
        let mut cursor = statement.cursor();
        cursor.eat("ALTER DOMAIN");
        cursor.name();
        if cursor.eat("SET DEFAULT").is_some() {
            default(statement, cursor.skip_until(|_| false), found);
        }
    }
    for action in statement.alter_table().map_or(&[][..], |alter| &alter.actions) {
        if let AlterActionKind::AlterColumn { change: AlterColumnKind::SetDefault(range), .. } = &action.kind
        {
            default(statement, *range, found);
        }
    }
}

fn default(statement: &Statement<'_>, range: TokenRange, found: &mut Findings<'_>) {
    one_row(statement, range, DEFAULT, found);
    // VALUE is the value that a domain's check is about; a default has none.
    let alone = statement.within(range);
    let value = (range.end == range.start + 1 && alone.is("VALUE"))
        .then(|| {
            let mut alone = alone;
            alone.ident()
        })
        .flatten();
    for column in crate::expr::columns(statement, range).into_iter().chain(value) {
        found
            .at(column.span)
            .message("a default does not see the row's columns")
            .server("cannot use column reference in DEFAULT expression")
            .help(if column.quoted {
                "a string stands between single quotes; what depends on other columns is a GENERATED column"
            } else {
                "put a string between quotes; what depends on other columns is a GENERATED column"
            });
    }
}

fn one_row(
    statement: &Statement<'_>,
    range: TokenRange,
    (singular, plural): (&str, &str),
    found: &mut Findings<'_>,
) {
    let of_the_set = |name: &str| found.schema().has_function(None, name);
    for (what, span) in crate::expr::misplaced(statement, range, of_the_set) {
        let (sqlstate, words) = what.answer(singular, plural);
        found
            .at(span)
            .message(format!("{} cannot stand in a {singular}", what.noun()))
            .answer(sqlstate, words);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn what_is_about_more_than_one_row() {
        for (sql, place) in [
            ("CREATE TABLE t (a int DEFAULT max(1))", "max"),
            ("CREATE TABLE t (a int DEFAULT (SELECT 1))", "SELECT"),
            ("CREATE TABLE t (a int DEFAULT (((SELECT 1))))", "SELECT"),
            ("CREATE TABLE t (a int CHECK (a = ANY (ARRAY(SELECT 1))))", "SELECT"),
            ("CREATE TABLE t (a int DEFAULT row_number() OVER ())", "OVER"),
            ("CREATE TABLE t (a int, CHECK (a IN (VALUES (1), (2))))", "VALUES"),
            ("CREATE TABLE t (a int CHECK (EXISTS (TABLE u)))", "TABLE"),
            ("CREATE TABLE t (a int DEFAULT pg_catalog.generate_series(1, 2))", "pg_catalog.generate_series"),
            ("ALTER TABLE t ADD CONSTRAINT c CHECK (avg(a) > 1) NOT VALID", "avg"),
            ("ALTER TABLE t ALTER a SET DEFAULT count(*)", "count"),
            ("CREATE DOMAIN d AS int CHECK (sum(VALUE) > 1)", "sum"),
        ] {
            finds(&RULE, sql, place);
        }
    }

    #[test]
    fn a_default_that_names_a_column() {
        let found = finds(&RULE, "CREATE TABLE t (a int, b int DEFAULT (a + 1))", "a");
        let words = found.server.map(|server| server.message).unwrap_or_default();
        assert_eq!(words, "cannot use column reference in DEFAULT expression");
        finds(&RULE, "CREATE TABLE t (a text DEFAULT \"x\")", "\"x\"");
        finds(&RULE, "ALTER TABLE t ALTER a SET DEFAULT b", "b");
        finds(&RULE, "CREATE TABLE t (a int DEFAULT value)", "value");
        finds(&RULE, "CREATE DOMAIN d AS int DEFAULT VALUE CHECK (VALUE > 1)", "VALUE");
        finds(&RULE, "ALTER DOMAIN d SET DEFAULT a", "a");
        accepts("ALTER DOMAIN d SET DEFAULT 1");
        accepts("ALTER DOMAIN d SET DEFAULT now()");
        accepts(
            "CREATE TABLE t (day date DEFAULT CURRENT_DATE, year int DEFAULT EXTRACT(year FROM now()), a interval DEFAULT \
             interval '1' day, b text DEFAULT current_user, c date DEFAULT date '2026-01-01', max int, count int CHECK \
             (count > 0 AND max > 1), d text DEFAULT make_interval(days => 1)::text)",
        );
        accepts(
            "CREATE FUNCTION sum(a text) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TABLE t (a int CHECK (sum('x') > 1))",
        );
    }
}
