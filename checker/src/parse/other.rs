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

/// Reads a statement that has no form of its own, as far as to see that it can be one. What no rule and no
/// reader knows is left unread from its first word on.
pub(super) fn read(cursor: &mut Cursor<'_>) -> Read {
    let head = head(*cursor);
    let known = crate::rules::all::unsupported_statement::is_known(&head.words);
    let taken = match head.words.as_str() {
        "GRANT" | "REVOKE" => grant(cursor, &head.words),
        "COMMENT ON" | "COMMENT" => comment(cursor),
        "AWS IAM GRANT" => cursor.eat("AWS IAM GRANT").is_some() && mapping(cursor, "TO"),
        "AWS IAM REVOKE" => cursor.eat("AWS IAM REVOKE").is_some() && mapping(cursor, "FROM"),
        "CREATE STATISTICS" => statistics(cursor),
        "CREATE ROLE" | "CREATE USER" | "CREATE GROUP" => words(cursor, 2) && cursor.ident().is_some(),
        "ALTER DEFAULT PRIVILEGES" => contains(*cursor, &["GRANT", "REVOKE"]),
        "ALTER SCHEMA" | "ALTER DOMAIN" | "ALTER STATISTICS" | "ALTER ROLE" | "ALTER USER" => {
            words(cursor, 2) && cursor.name().is_some() && cursor.is_any(ACTIONS)
        }
        "ALTER FUNCTION" | "ALTER ROUTINE" | "ALTER AGGREGATE" => words(cursor, 2) && cursor.name().is_some(),
        "ANALYZE" | "DEALLOCATE" => true,
        words => known || words.starts_with("ALTER VIEW"),
    };
    if !taken {
        return None;
    }
    cursor.skip_until(|_| false);
    Some(Kind::Other(head))
}

/// The words that follow the name in `ALTER …` of what has no form of its own.
const ACTIONS: &[&str] = &[
    "RENAME",
    "OWNER",
    "SET",
    "RESET",
    "DROP",
    "ADD",
    "VALIDATE",
    "WITH",
    "PASSWORD",
    "IN",
    "CREATEDB",
    "LOGIN",
    "NOLOGIN",
    "SUPERUSER",
    "NOSUPERUSER",
    "CREATEROLE",
    "NOCREATEROLE",
    "NOCREATEDB",
    "INHERIT",
    "NOINHERIT",
    "CONNECTION",
    "VALID",
    "ENCRYPTED",
    "BYPASSRLS",
    "NOBYPASSRLS",
    "REPLICATION",
    "NOREPLICATION",
];

fn words(cursor: &mut Cursor<'_>, count: usize) -> bool {
    (0..count).for_each(|_| cursor.advance());
    cursor.eat("IF EXISTS");
    !cursor.at_end()
}

fn contains(mut cursor: Cursor<'_>, words: &[&str]) -> bool {
    cursor.skip_until(|cursor| cursor.is_any(words));
    !cursor.at_end()
}

/// `GRANT … TO role`, `REVOKE … FROM role`.
fn grant(cursor: &mut Cursor<'_>, verb: &str) -> bool {
    let preposition = if verb == "GRANT" { "TO" } else { "FROM" };
    cursor.advance();
    cursor.skip_until(|cursor| cursor.is(preposition));
    cursor.eat(preposition).is_some() && cursor.ident().is_some()
}

/// `COMMENT ON … IS 'text'`.
fn comment(cursor: &mut Cursor<'_>) -> bool {
    cursor.skip_until(|cursor| cursor.is("IS") && !cursor.last_text().is_empty());
    cursor.eat("IS").is_some() && !cursor.at_end()
}

/// `role TO 'arn'`.
fn mapping(cursor: &mut Cursor<'_>, preposition: &str) -> bool {
    cursor.ident().is_some()
        && cursor.eat(preposition).is_some()
        && cursor.token().is_some_and(|token| {
            matches!(token.kind, TokenKind::String | TokenKind::EscapeString | TokenKind::DollarString)
        })
}

/// `CREATE STATISTICS [name] [(kinds)] ON columns FROM table`.
fn statistics(cursor: &mut Cursor<'_>) -> bool {
    contains(*cursor, &["ON"]) && contains(*cursor, &["FROM"])
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
