use crate::ast::{AlterActionKind, AlterColumnKind, AlterTarget};
use crate::dialect::Date;
use crate::finding::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "alter-table-support",
    title: "`ALTER TABLE` could do less than today",
    why: "DSQL learned these in the summer of 2026: column defaults, DROP NOT NULL, DROP EXPRESSION, identities and \
          DROP CONSTRAINT on 07-06; DROP COLUMN, constraints as NOT VALID and their validation on 08-03.",
    wrong: "ALTER TABLE items DROP COLUMN rating;",
    right: "ALTER TABLE items ADD COLUMN rating int;",
    until: Some(Date::new(2026, 8, 3)),
    evidence: &[
        "AWS release notes 2026-07-06 and 2026-08-03",
        "pistachio live runs 2026-07-23 (DROP COLUMN, ADD CHECK refused)",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

/// The first day on which column defaults and the like could be altered.
const JULY: Date = Date::new(2026, 7, 6);

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let before_july = found.dialect().date() < JULY;
    let Some(alter) = statement.alter_table().filter(|alter| alter.target == AlterTarget::Table) else {
        return;
    };
    for action in &alter.actions {
        let (what, help) = match &action.kind {
            AlterActionKind::DropColumn { .. } => (
                "a column cannot be dropped",
                "make a new table without it, copy the rows in slices of 1,000, and drop the old one",
            ),
            AlterActionKind::AddConstraint(_) => (
                "no constraint can be added to a table that exists",
                "say it in CREATE TABLE; for an old table, make a new one",
            ),
            AlterActionKind::ValidateConstraint(_) => ("no constraint can be validated", "leave it out"),
            AlterActionKind::DropConstraint { .. } if before_july => {
                ("a constraint cannot be dropped", "make a new table without it")
            }
            AlterActionKind::AlterColumn { change, .. } if before_july => match change {
                AlterColumnKind::SetDefault(_) | AlterColumnKind::DropDefault => (
                    "a column's default cannot be changed",
                    "write the value with every INSERT, or make a new table",
                ),
                AlterColumnKind::DropNotNull
                | AlterColumnKind::DropExpression
                | AlterColumnKind::AddIdentity(_) => ("a column cannot be altered", "make a new table"),
                _ => continue,
            },
            _ => continue,
        };
        found.at(action.span).message(what).help(help);
    }
}
