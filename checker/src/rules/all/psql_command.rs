use crate::finding::{Check, Findings, Rule};
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
    if !statement.text().contains('\\') {
        return;
    }
    let at = statement.tokens().iter().position(|token| statement.slice(token.span) == "\\");
    if let Some((at, token)) = at.and_then(|at| Some((at, statement.tokens().get(at)?))) {
        let second = statement.tokens().get(at + 1).filter(|next| next.span.start == token.span.end);
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

    #[test]
    fn a_command_that_ends_a_statement_ends_with_its_line() {
        finds(&RULE, "SELECT 'VACUUM' \\gexec\nSELECT 1;", "\\gexec");
        finds(&RULE, "SELECT 1 AS a \\gset\n", "\\gset");
        finds(&RULE, "SELECT 1 \\; SELECT 2;", "\\");
    }
}
