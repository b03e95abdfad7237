use crate::ast::Kind;
use crate::dialect::Date;
use crate::finding::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "index-expression",
    title: "indexes on expressions are not supported",
    why: "DSQL took only columns as index keys before 2026-08-13.",
    wrong: "CREATE INDEX ASYNC users_email_idx ON users ((lower(email)));",
    right: "CREATE INDEX ASYNC users_email_idx ON users (email_lower);",
    help: "keep the expression's value in a column of its own, and index that column",
    until: Some(Date::new(2026, 8, 13)),
    evidence: &[
        "AWS release notes 2026-08-13",
        "live recording 2026-09-16, probe create_index_async_expression (accepted)",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Kind::CreateIndex(index) = statement.kind() else { return };
    for key in index.keys.iter().filter(|key| key.column.is_none()) {
        found.at(statement.range_span(key.expression));
    }
}
