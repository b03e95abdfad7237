use crate::ast::{Kind, Setting, SettingValue, TransactionModeKind, TransactionVerb};
use crate::finding::{Check, Findings, Rule};
use crate::settings::{self, Scope};
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
    if let Kind::Set(setting) = statement.kind() {
        return reset(setting.as_deref(), found);
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
            let unknown = ["DROP CONSTRAINT", "VALIDATE CONSTRAINT"];
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

/// RESET of what is not a session's own. That one can reset what it cannot set was measured (`set-parameter`).
fn reset(setting: Option<&Setting>, found: &mut Findings<'_>) {
    let Some(setting) = setting.filter(|one| one.to == SettingValue::Default) else { return };
    if setting.name == "role" || settings::scope(&setting.name) == Some(Scope::Server) {
        let name = &setting.name;
        found
            .at(setting.span)
            .message(format!("whether DSQL lets a session reset `{name}` is not known"))
            .help("leave it out, or open a new connection");
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
            ("SET ROLE TO DEFAULT", "ROLE"),
            ("RESET max_connections", "max_connections"),
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
            "ALTER DOMAIN d RENAME CONSTRAINT c TO e",
            "RESET SESSION AUTHORIZATION",
            "RESET work_mem",
            "SET default_statistics_target TO DEFAULT",
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
