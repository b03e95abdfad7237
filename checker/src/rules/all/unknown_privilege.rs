use crate::finding::{Check, Findings, Rule};
use crate::grammar::{NodeKind, Part};
use crate::rules::nearest;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "unknown-privilege",
    title: "there is no such privilege",
    why: "The grammar takes any word in the place of a privilege; the server then knows it or not.",
    wrong: "GRANT SELEC ON items TO app;",
    right: "GRANT SELECT ON items TO app;",
    sqlstate: "42601",
    evidence: &["PostgreSQL 16: GRANT"],
    check: Check::Parts(&[NodeKind::GrantOn, NodeKind::RevokeOn, NodeKind::DefaultPrivileges], check),
    ..Rule::REFUSED
};

/// What may be granted on an object.
const PRIVILEGES: &[&str] = &[
    "ALTER",
    "CONNECT",
    "CREATE",
    "DELETE",
    "EXECUTE",
    "INSERT",
    "REFERENCES",
    "SELECT",
    "SET",
    "TEMP",
    "TEMPORARY",
    "TRIGGER",
    "TRUNCATE",
    "UPDATE",
    "USAGE",
];

fn check(grant: Part<'_>, _: &Statement<'_>, found: &mut Findings<'_>) {
    let kind = kind(grant);
    for privilege in grant.everything().filter(|part| part.is(NodeKind::Privilege)) {
        let Some(privilege) = privilege.ident() else { continue };
        let word = privilege.value.to_ascii_uppercase();
        if privilege.value.chars().any(char::is_uppercase) || !PRIVILEGES.contains(&word.as_str()) {
            let finding =
                found.at(privilege.span).message(format!("there is no privilege `{}`", privilege.value));
            finding.server(format!("unrecognized privilege type \"{}\"", privilege.value));
            if let Some(near) = nearest(&word, PRIVILEGES.iter().copied()) {
                finding.help(format!("did you mean `{near}`?"));
            }
            return;
        }
        if let Some((what, fitting)) = kind.filter(|(_, fitting)| !fitting.contains(&word.as_str())) {
            found
                .at(privilege.span)
                .message(format!("there is no privilege `{word}` on a {what}"))
                .answer("0LP01", format!("invalid privilege type {word} for {what}"))
                .help(format!("write one of {}", fitting.join(", ")));
            return;
        }
    }
}

/// What rights are granted on, as the server calls it, and the rights that there are. `ON name` may be a sequence, too.
fn kind(grant: Part<'_>) -> Option<(&'static str, &'static [&'static str])> {
    const RELATION: &[&str] =
        &["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "USAGE"];
    const TABLE: &[&str] = &["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"];
    const KINDS: &[(&str, &str, &[&str])] = &[
        ("ON TABLE", "relation", RELATION),
        ("ON ALL TABLES", "relation", TABLE),
        ("ON SEQUENCE", "sequence", &["USAGE", "SELECT", "UPDATE"]),
        ("ON ALL SEQUENCES", "sequence", &["USAGE", "SELECT", "UPDATE"]),
        ("ON SCHEMA", "schema", &["USAGE", "CREATE"]),
        ("ON FUNCTION", "function", &["EXECUTE"]),
        ("ON ALL FUNCTIONS", "function", &["EXECUTE"]),
        ("ON DOMAIN", "type", &["USAGE"]),
        ("ON TYPE", "type", &["USAGE"]),
    ];
    if grant.is(NodeKind::DefaultPrivileges) {
        return None;
    }
    let mut cursor = grant.cursor();
    cursor.skip_until(|cursor| cursor.is("ON"));
    let known = KINDS.iter().find(|(words, ..)| cursor.are(words));
    let other = cursor.nth(1).and_then(|token| token.keyword()).is_some();
    match known {
        Some((_, what, fitting)) => Some((*what, *fitting)),
        None => (!other).then_some(("relation", RELATION)),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn names() {
        for (sql, place) in [
            ("GRANT EXECUTE ON users TO app", "EXECUTE"),
            ("GRANT INSERT ON SEQUENCE s TO app", "INSERT"),
            ("REVOKE SELECT ON SCHEMA s FROM app", "SELECT"),
            ("GRANT USAGE ON ALL TABLES IN SCHEMA s TO app", "USAGE"),
        ] {
            finds(&RULE, sql, place);
        }
        let found = finds(&RULE, "GRANT SELEC ON t TO r", "SELEC");
        assert_eq!(found.help.as_deref(), Some("did you mean `SELECT`?"));
        finds(&RULE, "REVOKE a ON t FROM r", "a");
        for sql in [
            "GRANT SELECT (a), INSERT ON t TO r",
            "GRANT ALL PRIVILEGES ON ALL TABLES IN SCHEMA s TO r",
            "REVOKE GRANT OPTION FOR SELECT ON t FROM r CASCADE",
            "GRANT EXECUTE ON FUNCTION s.f(int) TO r WITH GRANT OPTION",
            "GRANT usage, create ON SCHEMA s TO \"to\", PUBLIC",
            "GRANT a, b TO r",
        ] {
            accepts(sql);
        }
    }
}
