use crate::ast::{Kind, TableBody};
use crate::finding::{Check, Findings, Rule};
use crate::grammar::{NodeKind, Part};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "create-table-as",
    title: "a table cannot be made from a query",
    why: "`CREATE TABLE … AS` and `SELECT … INTO` would change the catalog and write rows in one transaction, which \
          DSQL never does.",
    wrong: "CREATE TABLE top_items AS SELECT * FROM items WHERE rating = 10;",
    right: "CREATE TABLE top_items (id uuid PRIMARY KEY, title text); INSERT INTO top_items SELECT id, title FROM items WHERE rating = 10 LIMIT 1000;",
    help: "make the table with its columns, then fill it with INSERT … SELECT, at most 2,997 rows a statement",
    server: "unsupported statement: CreateTableAs",
    evidence: &[
        "live recording 2026-09-18, probe create_table_as",
        "SELECT INTO: the same utility statement in PostgreSQL (not recorded)",
    ],
    check: Check::Parts(&[NodeKind::CreateTableAs, NodeKind::Into], check),
    ..Rule::REFUSED
};

fn check(part: Part<'_>, statement: &Statement<'_>, found: &mut Findings<'_>) {
    match statement.kind() {
        Kind::CreateTable(table) if part.is(NodeKind::CreateTableAs) => {
            if let TableBody::Query(span) = table.body {
                found.at(span);
            }
        }
        Kind::Query if part.is(NodeKind::Into) => {
            found.at(part.cursor().span()).message("`SELECT … INTO` cannot make a table");
        }
        _ => {}
    }
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
