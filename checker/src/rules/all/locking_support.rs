use crate::dialect::Date;
use crate::rules::{Check, Findings, Rule, helpers};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "locking-support",
    title: "`FOR KEY SHARE` is not supported",
    why: "DSQL knew FOR UPDATE only before 2026-08-25.",
    wrong: "SELECT title FROM items WHERE id = '1' FOR KEY SHARE;",
    right: "SELECT title FROM items WHERE id = '1' FOR UPDATE;",
    help: "write FOR UPDATE, with an equality for every column of the key",
    until: Some(Date::new(2026, 8, 25)),
    evidence: &[
        "AWS release notes 2026-08-25",
        "live recording 2026-09-16, probe occ_for_key_share (accepted)",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    for span in helpers::find_words(statement, "FOR KEY SHARE") {
        found.at(span);
    }
}
