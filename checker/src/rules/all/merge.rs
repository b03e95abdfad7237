use crate::finding::{Check, Findings, Rule};
use crate::grammar::{NodeKind, Part};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "merge",
    title: "`MERGE` is not supported",
    why: "DSQL has INSERT … ON CONFLICT, UPDATE and DELETE, which together do what MERGE does.",
    wrong: "MERGE INTO items t USING incoming s ON t.id = s.id WHEN MATCHED THEN UPDATE SET title = s.title;",
    right: "INSERT INTO items (id, title) VALUES ('1', 'a') ON CONFLICT (id) DO UPDATE SET title = EXCLUDED.title;",
    help: "write INSERT … ON CONFLICT … DO UPDATE",
    server: "unsupported statement type: MERGE",
    evidence: &["live recording 2026-09-18, probe q_merge"],
    check: Check::Parts(&[NodeKind::Merge], check),
    ..Rule::REFUSED
};

fn check(merge: Part<'_>, _: &Statement<'_>, found: &mut Findings<'_>) {
    found.at(helpers::verb(merge));
}
