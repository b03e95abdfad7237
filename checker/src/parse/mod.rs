//! Tokens of one statement to [`Kind`].
//!
//! DDL is read here, by hand: sqlparser knows neither what only DSQL has nor where most clauses stand. Queries
//! and DML go to sqlparser (see [`query`]), which says whether and how far they can be read.

mod alter;
mod column;
mod data_type;
mod drop;
mod index;
mod other;
mod query;
mod routine;
mod sequence;
pub(crate) mod syntax;
mod table;
mod tokens;
mod transaction;

use crate::ast::{DmlVerb, Head, Kind};
use crate::cursor::Cursor;
use crate::lex::TokenKind;
use crate::source::Span;

pub(crate) use data_type::data_type;
pub(crate) use query::skip_explain;

/// What a statement is, and where reading it stopped, if before its end.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// What it is.
    pub kind: Kind,
    /// The first token that nothing could read.
    pub unread: Option<Span>,
}

/// A reader gives `None` when the words behind its head are not what it knows.
type Read = Option<Kind>;

/// Reads a statement.
pub(crate) fn parse(cursor: Cursor<'_>) -> Parsed {
    let mut reader = cursor;
    match read(&mut reader) {
        Some(kind) => {
            // What a reader leaves over, it could not read.
            let unread = (!reader.at_end()).then(|| reader.span());
            Parsed { kind, unread }
        }
        None => Parsed { kind: Kind::Other(other::head(cursor)), unread: Some(reader.span()) },
    }
}

fn read(cursor: &mut Cursor<'_>) -> Read {
    let first = cursor.token().filter(|token| token.kind == TokenKind::Word);
    let Some(first) = first else {
        return if cursor.is_punct("(") { query::read(cursor) } else { None };
    };
    let word = cursor.text_of(first).to_ascii_uppercase();
    match word.as_str() {
        "CREATE" => create(cursor),
        "ALTER" => alter(cursor),
        "DROP" => drop::read(cursor),
        "SELECT" | "VALUES" | "TABLE" | "WITH" | "INSERT" | "UPDATE" | "DELETE" | "MERGE" | "EXPLAIN"
        | "SHOW" | "CALL" | "COPY" => query::read(cursor),
        "BEGIN" | "START" | "COMMIT" | "END" | "ROLLBACK" | "ABORT" | "SAVEPOINT" | "RELEASE" => {
            transaction::read(cursor)
        }
        "PREPARE" if cursor.word_at(1, "TRANSACTION") => transaction::read(cursor),
        "SET"
            if cursor.word_at(1, "TRANSACTION")
                || cursor.are("SET SESSION TRANSACTION")
                || cursor.are("SET LOCAL TRANSACTION")
                || cursor.are("SET SESSION CHARACTERISTICS") =>
        {
            transaction::read(cursor)
        }
        "SET" | "RESET" => {
            cursor.skip_until(|_| false);
            Some(Kind::Set)
        }
        _ => other::read(cursor),
    }
}

fn create(cursor: &mut Cursor<'_>) -> Read {
    let start = *cursor;
    cursor.advance();
    let or_replace = cursor.eat("OR REPLACE").is_some();
    let persistence = table::persistence(cursor);
    if !or_replace && cursor.is("TABLE") {
        return table::create(cursor, persistence);
    }
    if !or_replace && cursor.is("SEQUENCE") {
        return sequence::create(cursor, persistence);
    }
    if cursor.is("VIEW") || cursor.are("RECURSIVE VIEW") {
        return routine::view(cursor, or_replace, persistence);
    }
    if persistence.is_none() {
        if cursor.is("FUNCTION") || cursor.is("PROCEDURE") {
            return routine::function(cursor, or_replace);
        }
        if !or_replace && (cursor.is("INDEX") || cursor.are("UNIQUE INDEX")) {
            return index::create(cursor);
        }
        if !or_replace && cursor.is("DOMAIN") {
            return routine::domain(cursor);
        }
        if !or_replace && cursor.is("SCHEMA") {
            return other::schema(cursor);
        }
    }
    *cursor = start;
    other::read(cursor)
}

fn alter(cursor: &mut Cursor<'_>) -> Read {
    if cursor.word_at(1, "TABLE")
        || cursor.word_at(1, "VIEW")
        || cursor.word_at(1, "INDEX")
        || cursor.are("ALTER FOREIGN TABLE")
        || cursor.are("ALTER MATERIALIZED VIEW")
    {
        return alter::table(cursor);
    }
    if cursor.word_at(1, "SEQUENCE") {
        return sequence::alter(cursor);
    }
    other::read(cursor)
}

/// Whether a query's tokens change rows: DML stands in a `WITH` too.
fn dml_in_with(cursor: Cursor<'_>) -> Option<DmlVerb> {
    let mut at = cursor;
    while !at.at_end() {
        // A data-modifying statement in a WITH stands right behind its opening parenthesis, or is the last one.
        let opens = at.position() > 0 && (at.last_text() == "(" || at.last_text() == ")");
        let verb = [
            ("INSERT", DmlVerb::Insert),
            ("UPDATE", DmlVerb::Update),
            ("DELETE", DmlVerb::Delete),
            ("MERGE", DmlVerb::Merge),
        ]
        .into_iter()
        .find(|(word, _)| at.is(word));
        let follows = at.word_at(1, "INTO") || at.word_at(1, "FROM") || at.nth(1).is_some();
        if let (true, true, Some((_, verb))) = (opens, follows, verb) {
            return Some(verb);
        }
        at.advance();
    }
    None
}

/// The head of a statement that is not read any further.
pub(crate) fn head_of(cursor: Cursor<'_>) -> Head {
    other::head(cursor)
}
