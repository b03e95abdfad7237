use crate::finding::{Check, Findings, Rule};
use crate::grammar::{NodeKind, Part};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "query-clause",
    title: "this clause of a query is not supported",
    why: "DSQL reads no random sample of a table.",
    wrong: "SELECT title FROM items TABLESAMPLE SYSTEM (1);",
    right: "SELECT title FROM items LIMIT 100;",
    evidence: &["live recording 2026-09-18, probe q_tablesample"],
    check: Check::Parts(&[NodeKind::Sample], check),
    ..Rule::REFUSED
};

fn check(sample: Part<'_>, _: &Statement<'_>, found: &mut Findings<'_>) {
    found
        .at(sample.cursor().span())
        .message("`TABLESAMPLE` is not supported")
        .server("TABLESAMPLE clause not supported")
        .help("use LIMIT, or a condition on the key");
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn clauses() {
        finds(
            &RULE,
            "SELECT a FROM (SELECT a FROM t TABLESAMPLE BERNOULLI (5) REPEATABLE (1)) u",
            "TABLESAMPLE",
        );
        accepts("SELECT a AS tablesample, count(*) FROM t GROUP BY DISTINCT a ORDER BY a");
    }
}
