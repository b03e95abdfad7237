use crate::ast::Kind;
use crate::finding::{Check, Findings, Rule};
use crate::lex::TokenKind;
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "comment-object",
    title: "there is nothing of this kind to comment on",
    why: "DSQL has no extensions, triggers, policies, rules, materialized views, procedures and so on, so a comment on \
          one finds nothing. A comment is a string or NULL, and says \
          first what kind of object it is about.",
    wrong: "COMMENT ON EXTENSION pgcrypto IS 'for gen_random_uuid';",
    right: "COMMENT ON TABLE items IS 'what is read';",
    help: "leave it out",
    sqlstate: "42704",
    evidence: &["PostgreSQL: COMMENT", "live recordings 2026-09-18, group unsupported (what cannot be made)"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

/// Kinds that nothing can be of, since it cannot be made.
const MISSING: &[&str] = &[
    "EXTENSION",
    "TRIGGER",
    "EVENT TRIGGER",
    "POLICY",
    "RULE",
    "MATERIALIZED VIEW",
    "FOREIGN TABLE",
    "FOREIGN DATA WRAPPER",
    "SERVER",
    "PROCEDURE",
    "AGGREGATE",
    "PUBLICATION",
    "SUBSCRIPTION",
    "TABLESPACE",
    "TEXT SEARCH CONFIGURATION",
    "TEXT SEARCH DICTIONARY",
    "TEXT SEARCH PARSER",
    "TEXT SEARCH TEMPLATE",
    "LARGE OBJECT",
    "TRANSFORM",
    "CONVERSION",
    "OPERATOR CLASS",
    "OPERATOR FAMILY",
    "ACCESS METHOD",
];

/// Kinds that there are.
const OBJECTS: &[&str] = &[
    "COLUMN",
    "CONSTRAINT",
    "DATABASE",
    "DOMAIN",
    "FUNCTION",
    "INDEX",
    "ROLE",
    "ROUTINE",
    "SCHEMA",
    "SEQUENCE",
    "STATISTICS",
    "TABLE",
    "TYPE",
    "VIEW",
];

/// Kinds of which there are the built-in ones only, which belong to the system.
const OF_THE_SYSTEM: &[&str] = &["CAST", "OPERATOR", "COLLATION", "LANGUAGE", "PROCEDURAL LANGUAGE"];

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Kind::Other(head) = statement.kind() else { return };
    let mut cursor = statement.cursor();
    if !head.words.starts_with("COMMENT") || cursor.eat("COMMENT ON").is_none() {
        return;
    }
    if let Some((kind, span)) = MISSING.iter().find_map(|kind| Some((kind, cursor.eat(kind)?))) {
        let name = cursor.name().map_or_else(String::new, |name| name.to_string());
        let finding = found.at(span);
        finding.message(format!("there is no {} to comment on", kind.to_lowercase()));
        let words = format!("{} \"{name}\" does not exist", kind.to_lowercase());
        match *kind {
            // Named by more than a name, or refused in other words than that it is missing.
            "PROCEDURE" | "AGGREGATE" => {
                finding.answer("42883", format!("{} {name}() does not exist", kind.to_lowercase()))
            }
            "MATERIALIZED VIEW" | "FOREIGN TABLE" => {
                finding.answer("42P01", format!("relation \"{name}\" does not exist"))
            }
            "EXTENSION" | "PUBLICATION" | "SUBSCRIPTION" | "SERVER" | "TABLESPACE" | "EVENT TRIGGER" => {
                finding.server(words)
            }
            _ => finding,
        };
    } else if let Some((kind, span)) = OF_THE_SYSTEM.iter().find_map(|kind| Some((kind, cursor.eat(kind)?))) {
        found
            .at(span)
            .message(format!("every {} is the system's", kind.to_lowercase()))
            .answer("42501", format!("must be owner of {}", kind.to_lowercase()));
    }
    if !MISSING.iter().chain(OF_THE_SYSTEM).chain(OBJECTS).any(|kind| statement.cursor().at(2).are(kind)) {
        let (span, near) = helpers::near_of(statement, &cursor);
        found
            .at(span)
            .message("COMMENT ON says first what kind of object it is about")
            .answer("42601", format!("syntax error {near}"))
            .help("write COMMENT ON TABLE, COMMENT ON COLUMN …");
        return;
    }
    if cursor.eat("COLUMN").is_some()
        && let Some(column) = cursor.name().filter(|name| name.parts.len() == 1)
    {
        found
            .at(column.span())
            .message("a column is named with its table")
            .answer("42601", "column name must be qualified")
            .help("write COMMENT ON COLUMN table.column IS …");
        return;
    }
    cursor.skip_until(|cursor| {
        let string = cursor.token().is_some_and(|token| token.kind == TokenKind::String);
        cursor.is("IS") || string
    });
    if cursor.eat("IS").is_none() {
        let (span, near) = helpers::near_of(statement, &cursor);
        found
            .at(span)
            .message("the comment's text is missing")
            .answer("42601", format!("syntax error {near}"))
            .help("write IS and a string behind the name");
    }
    let text = cursor.token().filter(|token| {
        token.kind != TokenKind::Error
            && !cursor.is("NULL")
            && !matches!(
                token.kind,
                TokenKind::String
                    | TokenKind::EscapeString
                    | TokenKind::UnicodeString
                    | TokenKind::DollarString
            )
    });
    if let Some(token) = text {
        let near = statement.slice(token.span);
        found
            .at(token.span)
            .message("a comment is a string or NULL")
            .answer("42601", format!("syntax error at or near \"{near}\""))
            .help("write it between single quotes");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn kinds() {
        finds(&RULE, "COMMENT ON TRIGGER a ON t IS 'x'", "TRIGGER");
        finds(&RULE, "COMMENT ON CAST (int AS text) IS 'x'", "CAST");
        finds(&RULE, "COMMENT ON TEXT SEARCH PARSER p IS 'x'", "TEXT SEARCH PARSER");
        finds(&RULE, "COMMENT ON TABLE t IS 5", "5");
        finds(&RULE, "COMMENT ON TABEL t IS 'x'", "TABEL");
        finds(&RULE, "COMMENT ON t IS 'x'", "t");
        finds(&RULE, "COMMENT ON COLUMN a IS 'x'", "a");
        finds(&RULE, "COMMENT ON TABLE t", "t");
        finds(&RULE, "COMMENT ON TABLE t 'x'", "'x'");
        for object in [
            "TABLE t",
            "COLUMN t.a",
            "FUNCTION f(int)",
            "CONSTRAINT c ON t",
            "CONSTRAINT c ON DOMAIN d",
            "STATISTICS s",
        ] {
            accepts(&format!("COMMENT ON {object} IS 'x'"));
        }
        accepts("COMMENT ON VIEW \"extension\" IS NULL");
        accepts("COMMENT ON TABLE t IS U&'x' UESCAPE '!'");
    }
}
