use crate::ast::{IndexOptionKind, Kind};
use crate::dialect::Date;
use crate::finding::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "index-partial",
    title: "partial indexes are not supported",
    why: "DSQL took no WHERE clause on an index before 2026-09-15.",
    wrong: "CREATE INDEX ASYNC items_open_idx ON items (shelf) WHERE rating IS NULL;",
    right: "CREATE INDEX ASYNC items_open_idx ON items (shelf);",
    help: "index all rows; or keep a column that says whether a row belongs, and index that first",
    server: "WHERE not supported for CREATE INDEX",
    until: Some(Date::new(2026, 9, 15)),
    evidence: &[
        "live recording 2026-09-16, probe create_index_async_partial (accepted)",
        "AWS What's New 2026-10-02",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Kind::CreateIndex(index) = statement.kind() else { return };
    for option in index.options.iter().filter(|option| matches!(option.kind, IndexOptionKind::Where(_))) {
        found.at(option.span);
    }
}
