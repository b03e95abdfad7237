use crate::finding::{Check, Findings, Rule};
use crate::grammar::{NodeKind, Part};
use crate::settings;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "setting-value",
    title: "this setting does not take this value",
    why: "A switch is on or off, a number has bounds, and a style is one of a few words.",
    wrong: "SET dsql.enable_batched_nestloop = banana;",
    right: "SET dsql.enable_batched_nestloop = off;",
    help: "write a value that it takes, or leave it out",
    sqlstate: "22023",
    evidence: &["PostgreSQL 16: SET", "measured 2026-10-04 by ministack: dsql.enable_batched_nestloop"],
    check: Check::Parts(&[NodeKind::Set, NodeKind::FunctionOption], check),
    ..Rule::REFUSED
};

fn check(part: Part<'_>, _: &Statement<'_>, found: &mut Findings<'_>) {
    let wrong = crate::parse::setting(part.cursor()).and_then(|setting| settings::wrong_value(&setting));
    if let Some((why, span)) = wrong {
        found.at(span).server(why);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn values() {
        for (sql, place) in [
            ("SET enable_seqscan = banana", "banana"),
            ("SET LOCAL extra_float_digits = 4", "4"),
            ("SET enable_seqscan = on, off", "on, off"),
            ("SET datestyle = ISO, German", "ISO, German"),
            ("CREATE FUNCTION f() RETURNS int LANGUAGE sql SET intervalstyle = 'x' AS 'SELECT 1'", "'x'"),
        ] {
            finds(&RULE, sql, place);
        }
        accepts("SET enable_seqscan = FAL");
        accepts("SET TIME ZONE 'nowhere'");
        accepts("SET datestyle = ISO, DMY");
    }
}
