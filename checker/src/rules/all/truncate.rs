use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "truncate",
    title: "`TRUNCATE` is not supported",
    why: "DSQL empties a table row by row only, and a transaction changes 3,000 rows at most.",
    wrong: "TRUNCATE items;",
    right: "DELETE FROM items WHERE id IN (SELECT id FROM items LIMIT 1000);",
    help: "delete in slices of 1,000 rows, or drop the table and make it anew",
    server: "unsupported statement: Truncate",
    evidence: &["live recording 2026-09-18, probe truncate"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    if let Some(head) = helpers::headed(statement, "TRUNCATE") {
        found.at(head);
    }
}
