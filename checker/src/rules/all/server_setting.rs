use crate::finding::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "server-setting",
    title: "there is no such setting",
    why: "DSQL knows fewer settings than PostgreSQL.",
    wrong: "SHOW lc_collate;",
    right: "SHOW search_path;",
    help: "leave it out; collation is C everywhere",
    sqlstate: "42704",
    evidence: &["live recording 2026-09-16, probe env_lc_collate"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let mut cursor = statement.cursor();
    if cursor.eat("SHOW").is_none() {
        return;
    }
    if let Some(name) = cursor.ident().filter(|name| name.value == "lc_collate") {
        found
            .at(name.span)
            .message(format!("there is no setting `{}`", name.value))
            .server(format!("unrecognized configuration parameter \"{}\"", name.value));
    }
}
