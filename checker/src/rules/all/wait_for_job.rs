use crate::lex::TokenKind;
use crate::rules::{Check, Findings, Rule, helpers};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "wait-for-job",
    title: "`sys.wait_for_job` is called with `CALL` and a job's id",
    why: "It is a procedure. Its argument is a literal or a parameter, not a query. dsql-migrate waits for jobs by \
          itself, so a migration does not need it.",
    wrong: "SELECT sys.wait_for_job('77e6id3hjbasddybtihl43gega');",
    right: "CALL sys.wait_for_job('77e6id3hjbasddybtihl43gega');",
    help: "leave it out: dsql-migrate waits for the jobs of a migration; elsewhere write CALL sys.wait_for_job('…')",
    evidence: &[
        "live recordings 2026-09-16, probes sys_wait_for_job, sys_call_wait_for_job and sys_call_wait_for_job_literal",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let called = statement.cursor().is("CALL");
    for call in crate::expr::calls(statement.cursor()) {
        if call.name.object() != "wait_for_job"
            || call.name.schema().is_none_or(|schema| schema.value != "sys")
        {
            continue;
        }
        let mut argument = statement.tokens().iter().filter(|token| token.span.start > call.span.end);
        if !called {
            found.at(call.span).answer("42809", "sys.wait_for_job(text) is a procedure");
        } else if let Some(span) = helpers::find_words(statement, "SELECT").first() {
            found
                .at(*span)
                .message("the argument of CALL cannot be a query")
                .server("cannot use subquery in CALL argument");
        } else if let Some(count) = arguments(statement, call.span.end).filter(|count| *count != 1) {
            let types = vec!["unknown"; count].join(", ");
            found
                .at(call.span)
                .message("it takes one argument, a job's id")
                .answer("42883", format!("procedure sys.wait_for_job({types}) does not exist"))
                .help("write CALL sys.wait_for_job('…'); there is no time limit to give");
        } else if let Some(literal) = argument.next().filter(|token| token.kind == TokenKind::String)
            && !is_job_id(statement.slice(literal.span).trim_matches('\''))
        {
            found
                .at(literal.span)
                .message("this is not the id of a job")
                .answer("22P02", "Unable to convert text to UUID");
        }
    }
}

/// How many arguments stand in the parentheses from a place on.
fn arguments(statement: &Statement<'_>, at: usize) -> Option<usize> {
    let mut cursor = statement.cursor();
    cursor.seek(at);
    let inner = cursor.parens()?;
    let mut items = cursor.within(inner);
    let mut count = usize::from(!items.at_end());
    while !items.at_end() {
        items.skip_until(|items| items.is_punct(","));
        count += usize::from(items.eat_punct(",").is_some());
    }
    Some(count)
}

/// 26 characters of lower-case base 32.
fn is_job_id(text: &str) -> bool {
    text.len() == 26 && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn every_wrong_call() {
        finds(&RULE, "CALL sys.wait_for_job((SELECT job_id FROM sys.jobs LIMIT 1))", "SELECT");
        finds(&RULE, "CALL sys.wait_for_job('no-such-job')", "'no-such-job'");
        finds(&RULE, "CALL sys.wait_for_job()", "sys.wait_for_job");
        finds(&RULE, "CALL sys.wait_for_job('77e6id3hjbasddybtihl43gega', 5)", "sys.wait_for_job");
        accepts("CALL sys.wait_for_job($1)");
    }
}
