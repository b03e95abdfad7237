use crate::ast::{Kind, TransactionModeKind, TransactionVerb};
use crate::cursor::Cursor;
use crate::finding::{Check, Findings, Rule};
use crate::statement::Statement;
use crate::text::Span;

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
    if *statement.kind() == Kind::Set {
        return setting(statement, found);
    }
    if let Kind::Transaction(transaction) = statement.kind() {
        let deferrable = |mode: &&crate::ast::TransactionMode| mode.kind == TransactionModeKind::Deferrable;
        if let Some(mode) = transaction.modes.iter().find(deferrable)
            && transaction.verb == TransactionVerb::Begin
        {
            found
                .at(mode.span)
                .message("whether a transaction can be DEFERRABLE is not known")
                .help("leave it out");
        }
        return;
    }
    let Kind::Other(head) = statement.kind() else { return };
    let mut cursor = statement.cursor();
    cursor.eat(&head.words);
    let what = match head.words.as_str() {
        "ALTER ROLE" | "ALTER USER" => {
            cursor.ident();
            (cursor.is("SET") || cursor.is("IN")).then_some("settings of a role")
        }
        "CREATE ROLE" | "CREATE USER" => {
            cursor.ident();
            cursor.skip_until(|cursor| super::role_option::PASSED_ON.iter().any(|words| cursor.are(words)));
            (!cursor.at_end()).then_some("this option of a role")
        }
        "CREATE GROUP" => Some("CREATE GROUP"),
        "ALTER DOMAIN" => {
            cursor.name();
            let start = cursor.position();
            let unknown = ["DROP CONSTRAINT", "VALIDATE CONSTRAINT", "RENAME CONSTRAINT"];
            if unknown.iter().any(|words| cursor.eat(words).is_some()) {
                cursor.skip_until(|_| false);
                found
                    .at(cursor.span_since(start))
                    .message("whether a domain's constraints can be changed is not known")
                    .help("make a new domain, and columns that use it");
            }
            None
        }
        "COMMENT ON" | "COMMENT" => {
            let mut cursor = statement.cursor();
            cursor.eat("COMMENT ON");
            if cursor.is_any(&["TYPE", "DATABASE", "ROLE"]) || cursor.are("SCHEMA public") {
                found
                    .at(cursor.span())
                    .message(format!(
                        "whether DSQL takes comments on {} is not known",
                        match () {
                            () if cursor.is("TYPE") => "types",
                            () if cursor.is("DATABASE") => "the database",
                            () if cursor.is("ROLE") => "roles",
                            () => "the schema public",
                        }
                    ))
                    .help(if cursor.is("TYPE") { "write COMMENT ON DOMAIN" } else { "leave it out" });
            }
            None
        }
        "ANALYZE" => (cursor.is_punct("(") || cursor.is("VERBOSE")).then_some("options of ANALYZE"),
        "GRANT" | "REVOKE" => {
            cursor.skip_until(|cursor| cursor.is("ON"));
            if cursor.are("ON TYPE") || cursor.are("ON DOMAIN") {
                found.at(cursor.span()).message("whether DSQL takes rights on types is not known");
                return;
            }
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

/// The settings that AWS's proxy for pg_dump lets through, and those that other rules speak of.
const SETTINGS: &[&str] = &[
    "application_name",
    "client_encoding",
    "datestyle",
    "extra_float_digits",
    "intervalstyle",
    "timezone",
    "time",
    "search_path",
    "names",
    "constraints",
    "schema",
    "role",
    "session_authorization",
    "session",
    "default_transaction_isolation",
    "transaction_isolation",
    "default_transaction_read_only",
    "row_security",
    "standard_conforming_strings",
    "synchronize_seqscans",
    "disable_sync_create_index",
];

/// RESET of what cannot be set, or may not be settable. AWS's grammar has RESET, but not of what.
fn reset(mut cursor: Cursor<'_>, found: &mut Findings<'_>) {
    let start = cursor.position();
    let name = if cursor.eat("SESSION AUTHORIZATION").is_some() {
        "session_authorization".to_owned()
    } else {
        cursor.name().map_or_else(String::new, |name| name.to_string())
    };
    let refused = super::set_parameter::REFUSED.iter().any(|(refused, _)| *refused == name);
    if name != "all" && (refused || !is_known(&name)) {
        found
            .at(cursor.span_since(start))
            .message(format!("whether DSQL lets a session reset `{name}` is not known"))
            .help("leave it out, or open a new connection");
    }
}

/// Whether a setting is known to be taken, or to be refused by another rule.
fn is_known(name: &str) -> bool {
    SETTINGS.contains(&name) || (name.starts_with("enable_") && !name.contains('.'))
}

fn setting(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let mut cursor = statement.cursor();
    let resets = cursor.is("RESET");
    if cursor.eat("SET").is_none() && cursor.eat("RESET").is_none() {
        return;
    }
    if resets {
        return reset(cursor, found);
    }
    if cursor.is("LOCAL") || (cursor.is("SESSION") && !cursor.word_at(1, "AUTHORIZATION")) {
        cursor.advance();
    }
    let Some(name) = cursor.name() else { return };
    if name.parts.len() > 1 || !is_known(name.object()) {
        found.at(name.span()).message(format!("whether DSQL lets a session set `{name}` is not known"));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::dialect::Dialect;
    use crate::rules::testing::{findings_in, finds};

    #[test]
    fn what_is_not_known() {
        for (sql, place) in [
            ("ALTER DOMAIN d DROP CONSTRAINT IF EXISTS c", "DROP CONSTRAINT IF EXISTS c"),
            ("ALTER DOMAIN d VALIDATE CONSTRAINT c", "VALIDATE CONSTRAINT c"),
            ("RESET ROLE", "ROLE"),
            ("RESET SESSION AUTHORIZATION", "SESSION AUTHORIZATION"),
            ("RESET work_mem", "work_mem"),
            ("CREATE ROLE app SUPERUSER", "CREATE ROLE app"),
            ("CREATE USER app WITH LOGIN IN ROLE web", "CREATE USER app WITH LOGIN"),
            ("ALTER ROLE app SET search_path = x", "ALTER ROLE app"),
            ("COMMENT ON TYPE d IS 'x'", "TYPE"),
            ("COMMENT ON SCHEMA public IS 'x'", "SCHEMA"),
        ] {
            finds(&RULE, sql, place);
        }
    }

    #[test]
    fn what_is_known() {
        for sql in [
            "ALTER DOMAIN d DROP NOT NULL",
            "ALTER DOMAIN d RENAME TO e",
            "RESET ALL",
            "RESET search_path",
            "RESET TIME ZONE",
            "CREATE ROLE superuser WITH LOGIN",
            "CREATE ROLE app",
            "ALTER ROLE app RESET search_path",
            "COMMENT ON SCHEMA library IS 'x'",
            "COMMENT ON DOMAIN d IS 'x'",
        ] {
            let found = findings_in(sql, Dialect::LATEST);
            assert!(found.iter().all(|one| one.rule != &RULE), "{sql}");
        }
    }
}
