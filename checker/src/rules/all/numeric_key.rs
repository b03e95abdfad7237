use super::key_type;
use crate::dialect::Date;
use crate::finding::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "numeric-key",
    title: "a numeric column cannot be part of a key",
    why: "DSQL indexed no numeric columns before 2026-02-03.",
    wrong: "CREATE TABLE prices (amount numeric(10,2) PRIMARY KEY);",
    right: "CREATE TABLE prices (amount bigint PRIMARY KEY);",
    until: Some(Date::new(2026, 2, 3)),
    evidence: &["AWS release notes 2026-02-03", "AWS user guide, data types, edition of the preview"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    key_type::keys_of(&["numeric"], statement, found);
}
