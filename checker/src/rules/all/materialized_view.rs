use crate::ast::Kind;
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "materialized-view",
    title: "materialized views are not supported",
    why: "DSQL has views that are computed when they are read. `DROP MATERIALIZED VIEW` is refused as well, even with \
          IF EXISTS.",
    wrong: "CREATE MATERIALIZED VIEW top_items AS SELECT id FROM items WHERE rating = 10;",
    right: "CREATE VIEW top_items AS SELECT id FROM items WHERE rating = 10;",
    help: "make a view, or a table that a job of yours fills",
    evidence: &["live recording 2026-09-18, probe materialized_view", "dsql-lint 0.2.22 cluster fixtures"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    if let Some(head) = helpers::headed(statement, "CREATE MATERIALIZED VIEW") {
        found.at(head).server("unsupported statement: CreateTableAs");
    }
    for words in ["REFRESH MATERIALIZED VIEW", "ALTER MATERIALIZED VIEW"] {
        if let Some(head) = helpers::headed(statement, words) {
            found.at(head);
        }
    }
    if let Kind::Drop(drop) = statement.kind()
        && drop.object == "MATERIALIZED VIEW"
    {
        found.at(drop.object_span).server("unsupported object in DROP statement").help("leave it out");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::finds;

    #[test]
    fn every_form() {
        finds(&RULE, "REFRESH MATERIALIZED VIEW CONCURRENTLY v", "REFRESH MATERIALIZED VIEW");
        finds(&RULE, "DROP MATERIALIZED VIEW IF EXISTS v", "MATERIALIZED VIEW");
        finds(&RULE, "ALTER MATERIALIZED VIEW v RENAME TO w", "ALTER MATERIALIZED VIEW");
    }
}
