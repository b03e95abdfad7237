use crate::dialect::Date;
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "jsonb-column",
    title: "a column cannot be jsonb",
    why: "DSQL stored no jsonb before 2026-06-08; expressions could use it.",
    wrong: "CREATE TABLE items (id uuid PRIMARY KEY, extra jsonb);",
    right: "CREATE TABLE items (id uuid PRIMARY KEY, extra text);",
    help: "store it as text and cast it where it is read: `extra::jsonb`",
    server: "datatype jsonb not supported",
    until: Some(Date::new(2026, 6, 8)),
    evidence: &[
        "AWS release notes 2026-06-08",
        "live recording 2026-09-16, probe types_supported_columns (accepted)",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    helpers::find_columns_of_type(statement, found, "jsonb");
}
