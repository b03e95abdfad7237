use crate::dialect::Date;
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "json-column",
    title: "a column cannot be json",
    why: "DSQL stored no json before 2026-05-04; expressions could use it.",
    wrong: "CREATE TABLE items (id uuid PRIMARY KEY, extra json);",
    right: "CREATE TABLE items (id uuid PRIMARY KEY, extra text);",
    help: "store it as text and cast it where it is read: `extra::json`",
    server: "datatype json not supported",
    until: Some(Date::new(2026, 5, 4)),
    evidence: &["AWS release notes 2026-05-04"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    helpers::find_columns_of_type(statement, found, "json");
}
