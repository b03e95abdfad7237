use crate::ast::Kind;
use crate::finding::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "set-parameter",
    title: "this setting cannot be changed",
    why: "DSQL lets a session change few settings: search_path, time zone, the formats of dates and numbers, \
          application_name, planner switches. Roles cannot be switched, and the isolation level is what it is. \
          Sources disagree on statement_timeout and lock_timeout (refused, or taken without effect), so this rule \
          leaves them alone.",
    wrong: "SET ROLE app;",
    right: "SET search_path = app;",
    evidence: &[
        "live recording 2026-09-18, probe set_default_isolation",
        "flyway issue 4088 (SET ROLE)",
        "AWS pgdump-proxy (row_security and others)",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

/// Settings that are known to be refused, as the server names them, and what to do.
pub(super) const REFUSED: &[(&str, &str)] = &[
    ("role", "connect as the role that the statements need"),
    ("session_authorization", "connect as the role that the statements need"),
    ("default_transaction_isolation", "leave it out: every transaction is REPEATABLE READ"),
    ("transaction_isolation", "leave it out: every transaction is REPEATABLE READ"),
    ("default_transaction_read_only", "use SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"),
    ("row_security", "leave it out"),
    ("standard_conforming_strings", "leave it out: it is on"),
    ("synchronize_seqscans", "leave it out"),
];

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    if *statement.kind() != Kind::Set {
        return;
    }
    let mut cursor = statement.cursor();
    cursor.advance();
    let start = cursor.position();
    if cursor.are("LOCAL SESSION AUTHORIZATION") || cursor.are("SESSION SESSION AUTHORIZATION") {
        cursor.advance();
    }
    let session = cursor.eat("SESSION AUTHORIZATION").is_some();
    // AWS's grammar has this one form.
    if session && cursor.is("DEFAULT") {
        return;
    }
    if !session && (cursor.is("LOCAL") || cursor.is("SESSION")) {
        cursor.advance();
    }
    let name = if session {
        "session_authorization".to_owned()
    } else {
        cursor.name().map_or_else(String::new, |name| name.to_string())
    };
    let resets = statement.cursor().is("RESET");
    let Some((name, help)) = REFUSED.iter().find(|(refused, _)| *refused == name.to_ascii_lowercase()) else {
        return;
    };
    // Whether a setting that cannot be set can be reset is not known.
    if resets {
        return;
    }
    found
        .at(cursor.span_since(start))
        .message(format!("`{name}` cannot be set"))
        .server(format!("setting configuration parameter \"{name}\" not supported"))
        .help(*help);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn settings() {
        finds(
            &RULE,
            "SET default_transaction_isolation = 'repeatable read'",
            "default_transaction_isolation",
        );
        finds(&RULE, "SET SESSION AUTHORIZATION app", "SESSION AUTHORIZATION");
        finds(&RULE, "SET LOCAL role app", "LOCAL role");
        accepts("SET LOCAL search_path TO app, public");
        accepts("SET TIME ZONE 'UTC'");
        accepts("RESET ALL");
    }
}
