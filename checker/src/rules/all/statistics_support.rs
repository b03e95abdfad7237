use crate::dialect::Date;
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "statistics-support",
    title: "extended statistics are not supported",
    why: "DSQL had none before 2026-08-27.",
    wrong: "CREATE STATISTICS items_stats ON type, shelf FROM items;",
    right: "ANALYZE items;",
    help: "leave it out; ANALYZE gathers what there was",
    until: Some(Date::new(2026, 8, 27)),
    evidence: &["AWS release notes 2026-08-27"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    for words in ["CREATE STATISTICS", "ALTER STATISTICS"] {
        if let Some(head) = helpers::headed(statement, words) {
            found.at(head);
        }
    }
}
