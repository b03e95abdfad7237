//! Statements by their first words: those of PostgreSQL that DSQL does not have at all are read no further.

use crate::ast::{Drop, Head, Kind};
use crate::cursor::Cursor;
use crate::lex::TokenKind;

/// In upper case, without `OR REPLACE`, in order.
const HEADS: &[&str] = &[
    "ALTER AGGREGATE",
    "ALTER COLLATION",
    "ALTER CONVERSION",
    "ALTER DATABASE",
    "ALTER EVENT TRIGGER",
    "ALTER EXTENSION",
    "ALTER FOREIGN DATA WRAPPER",
    "ALTER FOREIGN TABLE",
    "ALTER GROUP",
    "ALTER LANGUAGE",
    "ALTER LARGE OBJECT",
    "ALTER MATERIALIZED VIEW",
    "ALTER OPERATOR",
    "ALTER OPERATOR CLASS",
    "ALTER OPERATOR FAMILY",
    "ALTER POLICY",
    "ALTER PROCEDURAL LANGUAGE",
    "ALTER PROCEDURE",
    "ALTER PUBLICATION",
    "ALTER RULE",
    "ALTER SERVER",
    "ALTER SUBSCRIPTION",
    "ALTER SYSTEM",
    "ALTER TABLESPACE",
    "ALTER TEXT SEARCH",
    "ALTER TRIGGER",
    "ALTER TYPE",
    "ALTER USER MAPPING",
    "CHECKPOINT",
    "CLOSE",
    "CLUSTER",
    "CREATE ACCESS METHOD",
    "CREATE AGGREGATE",
    "CREATE CAST",
    "CREATE COLLATION",
    "CREATE CONSTRAINT TRIGGER",
    "CREATE CONVERSION",
    "CREATE DATABASE",
    "CREATE EVENT TRIGGER",
    "CREATE EXTENSION",
    "CREATE FOREIGN DATA WRAPPER",
    "CREATE FOREIGN TABLE",
    "CREATE LANGUAGE",
    "CREATE MATERIALIZED VIEW",
    "CREATE OPERATOR",
    "CREATE OPERATOR CLASS",
    "CREATE OPERATOR FAMILY",
    "CREATE POLICY",
    "CREATE PROCEDURAL LANGUAGE",
    "CREATE PUBLICATION",
    "CREATE RULE",
    "CREATE SERVER",
    "CREATE SUBSCRIPTION",
    "CREATE TABLESPACE",
    "CREATE TEXT SEARCH",
    "CREATE TRANSFORM",
    "CREATE TRIGGER",
    "CREATE TRUSTED LANGUAGE",
    "CREATE TRUSTED PROCEDURAL LANGUAGE",
    "CREATE TYPE",
    "CREATE UNLOGGED MATERIALIZED VIEW",
    "CREATE USER MAPPING",
    "DECLARE",
    "DISCARD",
    "DO",
    "EXECUTE",
    "FETCH",
    "IMPORT FOREIGN SCHEMA",
    "LISTEN",
    "LOAD",
    "LOCK",
    "MOVE",
    "NOTIFY",
    "PREPARE",
    "REASSIGN",
    "REFRESH MATERIALIZED VIEW",
    "REINDEX",
    "SECURITY LABEL",
    "TRUNCATE",
    "UNLISTEN",
    "VACUUM",
];

/// What `DROP` is followed by where the object cannot be there.
const DROPPED: &[&str] = &[
    "AGGREGATE",
    "CAST",
    "DATABASE",
    "OPERATOR CLASS",
    "OPERATOR FAMILY",
    "OPERATOR",
    "OWNED",
    "SUBSCRIPTION",
    "TABLESPACE",
    "TRANSFORM",
    "USER MAPPING",
];

/// Words behind `CREATE` and `ALTER` that are not yet the kind of object.
const PREFIXES: &[&str] = &[
    "OR",
    "REPLACE",
    "TEMP",
    "TEMPORARY",
    "UNLOGGED",
    "LOCAL",
    "GLOBAL",
    "TRUSTED",
    "CONSTRAINT",
    "DEFAULT",
];

/// Kinds of objects that are named by two words or three.
const LONG: &[&str] = &[
    "MATERIALIZED VIEW",
    "FOREIGN TABLE",
    "FOREIGN DATA WRAPPER",
    "EVENT TRIGGER",
    "ACCESS METHOD",
    "TEXT SEARCH",
    "USER MAPPING",
    "LARGE OBJECT",
    "DEFAULT PRIVILEGES",
    "OPERATOR CLASS",
    "OPERATOR FAMILY",
    "IAM GRANT",
    "IAM REVOKE",
    "PROCEDURAL LANGUAGE",
    "TRUSTED LANGUAGE",
    "FOREIGN SCHEMA",
];

/// The first words of a statement, as far as they tell what it is.
pub(crate) fn head(mut cursor: Cursor<'_>) -> Head {
    let start = cursor.position();
    let mut words = String::new();
    let mut word = |cursor: &mut Cursor<'_>| {
        let Some(token) = cursor.token().filter(|token| token.kind == TokenKind::Word) else { return false };
        if !words.is_empty() {
            words.push(' ');
        }
        words += &cursor.text_of(token).to_ascii_uppercase();
        cursor.advance();
        true
    };
    let takes_object = cursor.is_any(&["CREATE", "ALTER", "COMMENT", "SECURITY", "AWS", "REFRESH", "IMPORT"]);
    word(&mut cursor);
    if takes_object {
        let long = |cursor: &Cursor<'_>| {
            LONG.iter().find(|words| cursor.are(words)).map(|words| words.split(' ').count())
        };
        while long(&cursor).is_none() && cursor.is_any(PREFIXES) && word(&mut cursor) {}
        let count = long(&cursor).unwrap_or(1);
        for _ in 0..count {
            word(&mut cursor);
        }
    }
    if cursor.position() == start {
        cursor.advance();
    }
    let span = cursor.span_since(start);
    Head { words, span }
}

/// A statement that is none that DSQL has, or none that is known.
pub(super) fn foreign(cursor: Cursor<'_>) -> Option<Kind> {
    if cursor.is("DROP") {
        return dropped(cursor);
    }
    const OWN: &[&str] = &["SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "VALUES"];
    const MADE: &[&str] = &["TABLE", "VIEW", "INDEX", "UNIQUE", "SCHEMA", "SEQUENCE", "FUNCTION", "DOMAIN"];
    let own = cursor.is_any(&["CREATE", "ALTER"]) && MADE.iter().any(|word| cursor.word_at(1, word));
    if own || cursor.is_any(OWN) || cursor.are("PREPARE TRANSACTION") {
        return None;
    }
    let head = head(cursor);
    (is_foreign(&head.words) || is_unknown(&head.words)).then_some(Kind::Other(head))
}

/// `DROP` of what cannot be there.
fn dropped(mut cursor: Cursor<'_>) -> Option<Kind> {
    cursor.eat("DROP")?;
    let (object, object_span) = DROPPED.iter().find_map(|words| Some((*words, cursor.eat(words)?)))?;
    Some(Kind::Drop(Box::new(Drop {
        object: object.to_owned(),
        object_span,
        concurrently: None,
        if_exists: cursor.eat("IF EXISTS").is_some(),
        names: Vec::new(),
        on: None,
        cascade: None,
    })))
}

/// Whether a statement with this head is none that DSQL has.
pub(crate) fn is_foreign(words: &str) -> bool {
    let words = words.replace(" OR REPLACE", "");
    HEADS.binary_search(&words.as_str()).is_ok()
}

/// Whether a statement with this head may be one of DSQL's own that is newer than this crate: PostgreSQL has none
/// that begins with `AWS`, and all that is known begin with `AWS IAM`.
pub(crate) fn is_unknown(words: &str) -> bool {
    let Some(rest) = words.strip_prefix("AWS ") else { return false };
    let service = rest.split(' ').next().unwrap_or_default();
    // What is nearly IAM, or nothing at all, is a slip.
    !matches!(service, "GRANT" | "REVOKE") && crate::text::distance(service, "IAM") > 1
}

#[cfg(test)]
mod tests {
    #[test]
    fn heads_are_in_order() {
        assert!(super::HEADS.is_sorted());
    }
}
