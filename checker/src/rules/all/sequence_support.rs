use crate::ast::{ColumnClauseKind, Kind};
use crate::dialect::Date;
use crate::finding::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "sequence-support",
    title: "sequences and identity columns are not supported",
    why: "DSQL had neither before 2026-02-13.",
    wrong: "CREATE SEQUENCE order_number CACHE 65536;",
    right: "CREATE TABLE orders (id uuid PRIMARY KEY DEFAULT gen_random_uuid());",
    help: "use uuid keys with DEFAULT gen_random_uuid()",
    until: Some(Date::new(2026, 2, 13)),
    evidence: &["AWS release notes 2026-02-13"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    if let Kind::CreateSequence(sequence) = statement.kind() {
        found.at(sequence.name.span());
    }
    for column in statement.columns() {
        for clause in
            column.clauses.iter().filter(|clause| matches!(clause.kind, ColumnClauseKind::Identity(_)))
        {
            found.at(clause.span);
        }
    }
}
