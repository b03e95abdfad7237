use crate::ast::Kind;
use crate::rules::{Check, Findings, Rule};
use crate::source::Span;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "unknown-support",
    title: "whether DSQL takes this is not known",
    why: "There is no recording and no document that says so either way, or they contradict each other.",
    wrong: "ALTER ROLE app SET search_path = library;",
    right: "SET search_path = library;",
    help: "try it on a cluster before it is part of a migration",
    evidence: &["nothing recorded; sources contradict each other"],
    check: Check::Statement(check),
    ..Rule::WARNING
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Kind::Other(head) = statement.kind() else { return };
    let mut cursor = statement.cursor();
    cursor.eat(&head.words);
    let what = match head.words.as_str() {
        "ALTER ROLE" | "ALTER USER" => {
            cursor.ident();
            (cursor.is("SET") || cursor.is("RESET") || cursor.is("IN")).then_some("settings of a role")
        }
        "ANALYZE" => (cursor.is_punct("(") || cursor.is("VERBOSE")).then_some("options of ANALYZE"),
        "GRANT" | "REVOKE" => {
            cursor.skip_until(|cursor| cursor.is("ON"));
            (cursor.eat("ON ALL").is_some()
                && cursor.nth(2).is_some()
                && statement.slice(cursor.nth(3).map_or(Span::default(), |token| token.span)) == "public")
                .then_some("rights on everything in the schema public")
        }
        _ => None,
    };
    if let Some(what) = what {
        let start = statement.head();
        found.at(start.to(cursor.last_span())).message(format!("whether DSQL takes {what} is not known"));
    }
}
