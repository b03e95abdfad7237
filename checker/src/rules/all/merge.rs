use crate::ast::{DmlVerb, Kind};
use crate::rules::{Check, Findings, Rule};
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
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    if *statement.kind() == Kind::Dml(DmlVerb::Merge) {
        let merge =
            statement.tokens().iter().find(|token| statement.slice(token.span).eq_ignore_ascii_case("MERGE"));
        found.at(merge.map_or(statement.head(), |token| token.span));
    }
}
