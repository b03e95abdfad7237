use crate::ast::{Kind, Persistence};
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "temporary-object",
    title: "there are no temporary or unlogged tables, views or sequences",
    why: "Everything on DSQL is durable and seen by every session.",
    wrong: "CREATE TEMP TABLE staging (id uuid PRIMARY KEY);",
    right: "CREATE TABLE staging (id uuid PRIMARY KEY);",
    evidence: &[
        "live recordings 2026-09-18, probes temporary_table and unlogged_table",
        "dsql-lint 0.2.22 cluster fixtures (views)",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let (persistence, what) = match statement.kind() {
        Kind::CreateTable(table) => (table.persistence, "TABLE"),
        Kind::CreateView(view) => (view.persistence, "VIEW"),
        Kind::CreateSequence(sequence) => (sequence.persistence, "SEQUENCE"),
        _ => return,
    };
    let Some((persistence, span)) = persistence else { return };
    let word = statement.slice(span).to_ascii_uppercase();
    let finding = found.at(span);
    finding.message(format!("`CREATE {word} {what}` is not supported")).suggest(
        "make an ordinary one, and drop it when it is done with:",
        helpers::removal(statement, span),
        false,
    );
    match (persistence, what) {
        (Persistence::Temporary, "TABLE") => {
            finding.server("TEMPORARY or TEMP table not supported for CREATE TABLE");
        }
        (Persistence::Unlogged, "TABLE") => {
            finding.server("UNLOGGED table not supported for CREATE TABLE");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::finds;

    #[test]
    fn every_word_and_object() {
        finds(&RULE, "CREATE UNLOGGED TABLE t (a int)", "UNLOGGED");
        finds(&RULE, "CREATE LOCAL TEMPORARY TABLE t (a int)", "LOCAL TEMPORARY");
        finds(&RULE, "CREATE OR REPLACE TEMP VIEW v AS SELECT 1", "TEMP");
        finds(&RULE, "CREATE TEMP SEQUENCE s CACHE 1", "TEMP");
    }
}
