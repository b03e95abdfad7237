use crate::rules::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "psql-command",
    title: "this is a command of psql, not SQL",
    why: "What begins with a backslash is read by psql itself. Neither the server nor dsql-migrate knows it.",
    wrong: "\\connect postgres",
    right: "SELECT 1;",
    help: "delete the line",
    sqlstate: "42601",
    server: "syntax error at or near \"\\\"",
    evidence: &["PostgreSQL: psql, meta-commands"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let first = statement.tokens().first().filter(|token| statement.slice(token.span) == "\\");
    if let Some(token) = first {
        let second = statement.tokens().get(1).filter(|next| next.span.start == token.span.end);
        found.at(second.map_or(token.span, |next| token.span.to(next.span)));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::finds;

    #[test]
    fn a_line_by_itself_does_not_hide_the_next_statement() {
        finds(&RULE, "SELECT 1;\n\\set ON_ERROR_STOP on\nSELECT 2;", "\\set");
        finds(&RULE, "SELECT 1;\n\\.\n", "\\.");
    }
}
