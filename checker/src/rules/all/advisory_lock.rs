use crate::finding::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "advisory-lock",
    title: "advisory locks are not supported",
    why: "Nothing waits on DSQL: there are no locks. Who needs mutual exclusion keeps a row with an owner and an \
          expiry, and changes it on a condition.",
    wrong: "SELECT pg_advisory_lock(42);",
    right: "UPDATE leases SET owner = 'me', expires_at = '2026-01-01' WHERE name = 'job' AND expires_at < '2026-01-01';",
    help: "keep a lease row and change it on a condition; dsql-migrate keeps one of its own while it migrates",
    evidence: &["golang-migrate issue 1289 and goose issue 971: live error texts"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    for call in statement.calls() {
        let name = call.name.object();
        if name.starts_with("pg_advisory_") || name.starts_with("pg_try_advisory_") {
            found
                .at(call.span)
                .message(format!("`{name}` is not supported"))
                .server(format!("function {name} not supported"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn in_any_expression() {
        finds(
            &RULE,
            "UPDATE t SET a = 1 WHERE pg_catalog.pg_try_advisory_xact_lock(1, 2)",
            "pg_catalog.pg_try_advisory_xact_lock",
        );
        accepts("SELECT 'pg_advisory_lock(1)', pg_advisory_lock FROM t");
    }
}
