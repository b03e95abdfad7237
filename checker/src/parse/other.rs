use crate::ast::{CreateSchema, Head, Kind, TokenRange};
use crate::cursor::Cursor;
use crate::lex::TokenKind;
use crate::parse::Read;

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
pub(super) fn head(mut cursor: Cursor<'_>) -> Head {
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

/// `CREATE SCHEMA`, from `SCHEMA` on.
pub(super) fn schema(cursor: &mut Cursor<'_>) -> Read {
    cursor.eat("SCHEMA")?;
    let if_not_exists = cursor.eat("IF NOT EXISTS").is_some();
    let name = if cursor.is("AUTHORIZATION") { None } else { Some(cursor.ident()?) };
    if cursor.eat("AUTHORIZATION").is_some() {
        cursor.ident()?;
    }
    let start = cursor.position();
    if cursor.is_any(&["CREATE", "GRANT"]) {
        cursor.skip_until(|_| false);
    }
    let elements = TokenRange { start, end: cursor.position() };
    Some(Kind::CreateSchema(Box::new(CreateSchema { if_not_exists, name, elements })))
}
