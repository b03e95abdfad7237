use crate::ast::{ColumnClauseKind, ConstraintKind};
use crate::dialect::Date;
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "foreign-key-support",
    title: "foreign keys are not supported",
    why: "DSQL had no foreign keys before 2026-08-26.",
    wrong: "CREATE TABLE files (id uuid PRIMARY KEY, owner uuid REFERENCES users (id));",
    right: "CREATE TABLE files (id uuid PRIMARY KEY, owner uuid);",
    help: "keep the column and check the reference in the application",
    until: Some(Date::new(2026, 8, 26)),
    evidence: &[
        "AWS release notes 2026-08-26",
        "live recordings 2026-09-18, probes deferrable_foreign_key and alter_add_fk_not_valid (accepted)",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    for clause in helpers::column_clauses(statement) {
        if matches!(clause.kind, ColumnClauseKind::References(_)) {
            found.at(clause.span);
        }
    }
    for constraint in helpers::table_constraints(statement) {
        if matches!(constraint.kind, ConstraintKind::ForeignKey(_)) {
            found.at(constraint.span);
        }
    }
}
