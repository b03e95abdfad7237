use crate::finding::{Check, Findings, Rule};
use crate::grammar::{NodeKind, Part};
use crate::lex::TokenKind;
use crate::rules::helpers;
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
    check: Check::Parts(&[NodeKind::Call, NodeKind::CallStatement], check),
    ..Rule::REFUSED
};

fn check(call: Part<'_>, _: &Statement<'_>, found: &mut Findings<'_>) {
    let Some(function) = call.child(NodeKind::Function) else { return };
    let name = function.cursor().name();
    let waits = name.is_some_and(|name| {
        name.object() == "wait_for_job" && name.schema().is_some_and(|schema| schema.value == "sys")
    });
    if !waits {
        return;
    }
    if !call.is(NodeKind::CallStatement) {
        found.at(function.span()).answer("42809", "sys.wait_for_job(text) is a procedure");
        return;
    }
    if let Some(query) = call.everything().find(|part| part.is(NodeKind::Query)) {
        found
            .at(helpers::verb(query))
            .message("the argument of CALL cannot be a query")
            .server("cannot use subquery in CALL argument");
        return;
    }
    let arguments: Vec<_> = call.children().into_iter().skip(1).collect();
    let [argument] = arguments.as_slice() else {
        let types = vec!["unknown"; arguments.len()].join(", ");
        found
            .at(function.span())
            .message("it takes one argument, a job's id")
            .answer("42883", format!("procedure sys.wait_for_job({types}) does not exist"))
            .help("write CALL sys.wait_for_job('…'); there is no time limit to give");
        return;
    };
    let literal = argument.cursor().token().filter(|token| token.kind == TokenKind::String);
    if literal.is_some() && argument.is(NodeKind::String) && !is_job_id(argument.text().trim_matches('\'')) {
        found
            .at(argument.span())
            .message("this is not the id of a job")
            .answer("22P02", "Unable to convert text to UUID");
    }
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
