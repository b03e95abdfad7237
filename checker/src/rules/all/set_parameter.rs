use crate::ast::{Setting, SettingValue};
use crate::finding::{Check, Findings, Rule};
use crate::grammar::{NodeKind, Part};
use crate::settings;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "set-parameter",
    title: "this setting cannot be changed",
    why: "DSQL lets a session set search_path, the time zone, the formats of dates and numbers, application_name, \
          client_encoding, the planner's enable_ switches, disable_sync_create_index and \
          dsql.enable_batched_nestloop, and nothing else; a function's own SET is held to the same list. RESET is \
          taken for the others, too. AWS's list has `role` as well, but both live reports say that it is refused.",
    wrong: "SET statement_timeout = '5s';",
    right: "SET search_path = app;",
    help: "leave it out",
    evidence: &[
        "AWS's list of session parameters, as two projects of 2026-08 and 2026-09 restate it",
        "live recording 2026-09-18, probe set_default_isolation",
        "measured 2026-10-04 by ministack: statement_timeout, work_mem, default_statistics_target, dsql.bogus; RESET",
        "flyway issue 4088 (2025-05) and pgrest-lambda (live 2026-08-28): SET ROLE, names of an application's own",
    ],
    check: Check::Parts(&[NodeKind::Set, NodeKind::Reset, NodeKind::FunctionOption], check),
    ..Rule::REFUSED
};

/// Settings for which there is something to do instead.
const INSTEAD: &[(&str, &str)] = &[
    ("role", "connect as the role that the statements need"),
    ("session_authorization", "connect as the role that the statements need"),
    ("default_transaction_isolation", "leave it out: every transaction is REPEATABLE READ"),
    ("transaction_isolation", "leave it out: every transaction is REPEATABLE READ"),
    ("default_transaction_read_only", "use SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"),
    ("standard_conforming_strings", "leave it out: it is on"),
    ("statement_timeout", "leave it out; a client can give up waiting and close its connection"),
    ("lock_timeout", "leave it out: nothing waits for a lock"),
];

fn check(part: Part<'_>, _: &Statement<'_>, found: &mut Findings<'_>) {
    let Some(setting) = crate::parse::setting(part.cursor()) else { return };
    let name = &setting.name;
    if settings::is_reserved(name) {
        found
            .at(setting.span)
            .message(format!(
                "there is no setting `{name}`, and the names that begin with `dsql.` are DSQL's own"
            ))
            .answer("42602", format!("invalid configuration parameter name \"{name}\""));
        return;
    }
    if !is_refused(&setting) {
        return;
    }
    let help = INSTEAD.iter().find(|(refused, _)| refused == name);
    let one = found
        .at(setting.span)
        .message(format!("`{name}` cannot be set"))
        .server(format!("setting configuration parameter \"{name}\" not supported"));
    if let Some((_, help)) = help {
        one.help(*help);
    }
}

/// A name that looks like a switch of the planner and is none does not exist; `unknown-setting` says so.
fn is_refused(setting: &Setting) -> bool {
    matches!(setting.to, SettingValue::These(_) | SettingValue::Current)
        && !settings::is_settable(&setting.name)
        && !setting.name.starts_with("enable_")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn what_cannot_be_set() {
        for (sql, place) in [
            ("SET default_transaction_isolation = 'repeatable read'", "default_transaction_isolation"),
            ("SET SESSION AUTHORIZATION app", "SESSION AUTHORIZATION"),
            ("SET LOCAL role app", "role"),
            ("SET statement_timeout = '5s'", "statement_timeout"),
            ("SET LOCAL Work_Mem = '64MB'", "Work_Mem"),
            ("SET app.user_id = '1'", "app.user_id"),
            ("SET XML OPTION DOCUMENT", "XML OPTION"),
            ("SET dsql.bogus = 1", "dsql.bogus"),
            ("RESET dsql.bogus", "dsql.bogus"),
            ("CREATE FUNCTION f() RETURNS int LANGUAGE sql SET work_mem = '1MB' AS 'SELECT 1'", "work_mem"),
            ("CREATE FUNCTION f() RETURNS int LANGUAGE sql SET role FROM CURRENT AS 'SELECT 1'", "role"),
        ] {
            finds(&RULE, sql, place);
        }
    }

    #[test]
    fn what_can() {
        for sql in [
            "SET LOCAL search_path TO app, public",
            "SET TIME ZONE 'UTC'",
            "SET LOCAL TIME ZONE INTERVAL '1' HOUR TO MINUTE",
            "SET NAMES 'UTF8'",
            "SET SCHEMA 'app'",
            "SET dsql.enable_batched_nestloop = off",
            "SET disable_sync_create_index = off",
            "SET enable_hashjoin = off",
            "RESET ALL",
            "RESET work_mem",
            "SET default_statistics_target TO DEFAULT",
            "SET SESSION AUTHORIZATION DEFAULT",
            "SET CONSTRAINTS ALL DEFERRED",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = app AS 'SELECT 1'",
        ] {
            accepts(sql);
        }
    }
}
