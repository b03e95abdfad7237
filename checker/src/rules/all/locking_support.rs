use crate::dialect::Date;
use crate::finding::{Check, Findings, Rule};
use crate::grammar::{NodeKind, Part};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "locking-support",
    title: "`FOR KEY SHARE` is not supported",
    why: "DSQL knew FOR UPDATE only before 2026-08-25.",
    wrong: "SELECT title FROM items WHERE id = '1' FOR KEY SHARE;",
    right: "SELECT title FROM items WHERE id = '1' FOR UPDATE;",
    help: "write FOR UPDATE, with an equality for every column of the key",
    until: Some(Date::new(2026, 8, 25)),
    evidence: &[
        "AWS release notes 2026-08-25",
        "live recording 2026-09-16, probe occ_for_key_share (accepted)",
    ],
    check: Check::Parts(&[NodeKind::Locking], check),
    ..Rule::REFUSED
};

fn check(locking: Part<'_>, _: &Statement<'_>, found: &mut Findings<'_>) {
    if let Some(span) = locking.cursor().eat("FOR KEY SHARE") {
        found.at(span);
    }
}
