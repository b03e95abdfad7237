use crate::ast::{Kind, TransactionModeKind, TransactionVerb};
use crate::rules::{Check, Findings, Rule};
use crate::source::Span;
use crate::statement::Statement;

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
            cursor.skip_until(|cursor| cursor.is_any(ROLE_OPTIONS));
            (!cursor.at_end()).then_some("this option of a role")
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

/// What a role is said to be in PostgreSQL; AWS's grammar has none of these.
const ROLE_OPTIONS: &[&str] = &[
    "SUPERUSER",
    "NOSUPERUSER",
    "CREATEDB",
    "NOCREATEDB",
    "CREATEROLE",
    "NOCREATEROLE",
    "REPLICATION",
    "NOREPLICATION",
    "BYPASSRLS",
    "NOBYPASSRLS",
    "CONNECTION",
    "VALID",
];

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

fn setting(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let mut cursor = statement.cursor();
    if cursor.eat("SET").is_none() {
        return;
    }
    if cursor.is("LOCAL") || (cursor.is("SESSION") && !cursor.word_at(1, "AUTHORIZATION")) {
        cursor.advance();
    }
    let Some(name) = cursor.name() else { return };
    let known =
        name.parts.len() == 1 && (SETTINGS.contains(&name.object()) || name.object().starts_with("enable_"));
    if !known {
        found.at(name.span()).message(format!("whether DSQL lets a session set `{name}` is not known"));
    }
}
