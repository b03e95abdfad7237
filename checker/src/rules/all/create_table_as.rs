use crate::ast::{Kind, TableBody};
use crate::rules::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "create-table-as",
    title: "a table cannot be made from a query",
    why: "`CREATE TABLE … AS` and `SELECT … INTO` would change the catalog and write rows in one transaction, which \
          DSQL never does.",
    wrong: "CREATE TABLE top_items AS SELECT * FROM items WHERE rating = 10;",
    right: "CREATE TABLE top_items (id uuid PRIMARY KEY, title text); INSERT INTO top_items SELECT id, title FROM items WHERE rating = 10 LIMIT 3000;",
    help: "make the table with its columns, then fill it with INSERT … SELECT, at most 3,000 rows a statement",
    server: "unsupported statement: CreateTableAs",
    evidence: &[
        "live recording 2026-09-18, probe create_table_as",
        "SELECT INTO: the same utility statement in PostgreSQL (not recorded)",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    match statement.kind() {
        Kind::CreateTable(table) => {
            if let TableBody::Query(span) = table.body {
                found.at(span);
            }
        }
        Kind::Query => {
            if let Some(span) = select_into(statement) {
                found.at(span).message("`SELECT … INTO` cannot make a table");
            }
        }
        _ => {}
    }
}

/// The `INTO` of a `SELECT … INTO`: it stands outside of parentheses, before the `FROM`.
fn select_into(statement: &Statement<'_>) -> Option<crate::source::Span> {
    let mut cursor = statement.cursor();
    if !cursor.is("SELECT") && !cursor.is("WITH") {
        return None;
    }
    cursor.skip_until(|cursor| {
        (cursor.is("INTO") && cursor.last_text() != "." && !cursor.last_text().eq_ignore_ascii_case("AS"))
            || cursor.is("FROM")
    });
    cursor.eat("INTO")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::finds;

    #[test]
    fn every_form() {
        finds(&RULE, "CREATE TABLE IF NOT EXISTS t (a, b) AS SELECT 1, 2", "AS");
        finds(&RULE, "SELECT a, b INTO t FROM u", "INTO");
    }
}
