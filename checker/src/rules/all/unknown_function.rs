use crate::finding::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "unknown-function",
    title: "there is no such function",
    why: "Functions of extensions do not exist, since there are no extensions, and some of PostgreSQL's own are not \
          supported: those that set settings, send notifications or handle large objects.",
    wrong: "CREATE TABLE items (id uuid PRIMARY KEY DEFAULT uuid_generate_v4());",
    right: "CREATE TABLE items (id uuid PRIMARY KEY DEFAULT gen_random_uuid());",
    sqlstate: "42883",
    evidence: &[
        "live recording 2026-09-18, probe create_extension",
        "AWS dsql skill, October 2026: functions that are not available",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

/// Functions that do not exist or are refused: the extension that has them, or nothing, and what to do.
const FUNCTIONS: &[(&str, &str, &str)] = &[
    ("uuid_generate_v1", "uuid-ossp", "write gen_random_uuid(), which is built in"),
    ("uuid_generate_v1mc", "uuid-ossp", "write gen_random_uuid(), which is built in"),
    ("uuid_generate_v4", "uuid-ossp", "write gen_random_uuid(), which is built in"),
    ("uuid_generate_v5", "uuid-ossp", "compute it in the application"),
    ("crypt", "pgcrypto", "hash passwords in the application"),
    ("gen_salt", "pgcrypto", "hash passwords in the application"),
    ("dblink", "dblink", "connect from the application"),
    ("set_config", "", "write SET; dsql-migrate sends it before each statement that needs it"),
    ("lastval", "", "write currval with the sequence's name, or INSERT … RETURNING"),
    ("pg_notify", "", "do it in the application"),
    ("lo_create", "", "store the bytes in a bytea column, up to 1 MiB"),
    ("lo_import", "", "store the bytes in a bytea column, up to 1 MiB"),
];

/// Whether the statement by itself shows that there is none.
pub(crate) fn is_told(name: &str) -> bool {
    FUNCTIONS.iter().any(|(known, ..)| *known == name)
}

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    for call in statement.calls() {
        let name = call.name.object();
        let Some((_, extension, help)) = FUNCTIONS.iter().find(|(known, ..)| *known == name) else {
            continue;
        };
        let other =
            call.name.schema().is_some_and(|schema| schema.value != "pg_catalog" && schema.value != "public");
        if other || found.schema().has_function(None, name) || is_definition(statement) {
            continue;
        }
        let finding = found.at(call.span);
        if extension.is_empty() {
            finding
                .message(format!("the function `{name}` is not supported"))
                .answer("0A000", format!("function {name} not supported"));
        } else {
            finding
                .message(format!("there is no function `{name}`: it belongs to the extension {extension}"))
                .server(format!("function {name} does not exist"));
        }
        finding.help(*help);
    }
}

/// Whether the statement makes or drops a function: its name stands before parentheses there.
fn is_definition(statement: &Statement<'_>) -> bool {
    let cursor = statement.cursor();
    [
        "CREATE FUNCTION",
        "CREATE OR REPLACE FUNCTION",
        "DROP FUNCTION",
        "ALTER FUNCTION",
        "COMMENT ON FUNCTION",
    ]
    .iter()
    .any(|words| cursor.are(words))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn functions() {
        finds(&RULE, "SELECT set_config('search_path', '', false)", "set_config");
        finds(
            &RULE,
            "ALTER TABLE t ALTER id SET DEFAULT public.uuid_generate_v4()",
            "public.uuid_generate_v4",
        );
        accepts(
            "CREATE FUNCTION uuid_generate_v4() RETURNS uuid LANGUAGE sql AS $$ SELECT gen_random_uuid() $$; SELECT uuid_generate_v4()",
        );
    }
}
