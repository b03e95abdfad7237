use crate::dialect::Date;
use crate::rules::{Check, Findings, Rule, helpers};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "privileges-support",
    title: "default privileges are not supported",
    why: "DSQL had no ALTER DEFAULT PRIVILEGES before 2026-04-24.",
    wrong: "ALTER DEFAULT PRIVILEGES IN SCHEMA library GRANT SELECT ON TABLES TO app;",
    right: "GRANT SELECT ON library.items TO app;",
    help: "grant rights on each table after it has been made",
    until: Some(Date::new(2026, 4, 24)),
    evidence: &["AWS release notes 2026-04-24"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    if let Some(head) = helpers::headed(statement, "ALTER DEFAULT PRIVILEGES") {
        found.at(head);
    }
}
