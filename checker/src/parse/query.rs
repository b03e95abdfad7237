use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token as ParserToken;

use crate::ast::{DmlVerb, Kind};
use crate::cursor::Cursor;
use crate::lex::TokenKind;
use crate::parse::{Read, dml_in_with, tokens};

/// Reads a query or a DML statement. The cursor is left where sqlparser could not go on.
pub(super) fn read(cursor: &mut Cursor<'_>) -> Read {
    let start = *cursor;
    let kind = kind(start);
    if cursor.is("EXPLAIN") {
        let mut inner = start;
        skip_explain(&mut inner);
        if inner.at_end() || crate::parse::read(&mut inner).is_none() {
            return None;
        }
        *cursor = inner;
        return Some(kind);
    }
    // A query may give nothing at all.
    if cursor.is("SELECT") && cursor.nth(1).is_none() {
        cursor.advance();
        return Some(kind);
    }
    if cursor.is_any(&["SHOW", "CALL", "COPY"]) {
        // Utility statements: nothing to learn from an expression parser.
        cursor.skip_until(|_| false);
        return Some(kind);
    }
    if let Some(place) = too_long_a_chain(start) {
        while cursor.position() < place {
            cursor.advance();
        }
        return Some(kind);
    }
    let (tokens, positions) = tokens::of(start);
    let mut parser = Parser::new(&PostgreSqlDialect {}).with_tokens_with_locations(tokens);
    let read = parser.parse_statement();
    let complete = matches!(parser.peek_token_ref().token, ParserToken::EOF);
    if read.is_ok() && complete {
        cursor.skip_until(|_| false);
    } else {
        // Where a token stands is carried as its column; the end has none.
        let column = usize::try_from(parser.peek_token_ref().span.start.column).unwrap_or_default();
        let at = column.checked_sub(1).and_then(|index| positions.get(index)).copied();
        while !cursor.at_end() && at.is_none_or(|at| cursor.position() < at) {
            cursor.advance();
        }
        if cursor.at_end() {
            // Reading failed at the very end: the last token is the place to show.
            cursor.back();
        }
    }
    Some(kind)
}

/// Where an expression has so many operators in a row that a tree of it would be too deep to walk.
pub(crate) fn too_long_a_chain(mut cursor: Cursor<'_>) -> Option<usize> {
    const LONGEST: usize = 4000;
    let mut chain = 0;
    while let Some(token) = cursor.token() {
        let text = cursor.text_of(token);
        match token.kind {
            TokenKind::Op => chain += 1,
            TokenKind::Word
                if cursor.is_any(&[
                    "AND",
                    "OR",
                    "NOT",
                    "UNION",
                    "EXCEPT",
                    "INTERSECT",
                    "JOIN",
                    "COLLATE",
                    "IS",
                ]) =>
            {
                chain += 1
            }
            TokenKind::Punct if text == "::" || text == "[" => chain += 1,
            TokenKind::Punct if text == "," => chain = 0,
            _ => {}
        }
        if chain > LONGEST {
            return Some(cursor.position());
        }
        cursor.advance();
    }
    None
}

fn kind(cursor: Cursor<'_>) -> Kind {
    let verbs = [
        ("INSERT", DmlVerb::Insert),
        ("UPDATE", DmlVerb::Update),
        ("DELETE", DmlVerb::Delete),
        ("MERGE", DmlVerb::Merge),
    ];
    if let Some((_, verb)) = verbs.into_iter().find(|(word, _)| cursor.is(word)) {
        return Kind::Dml(verb);
    }
    if cursor.is("COPY") {
        return copy(cursor);
    }
    if cursor.is("WITH") {
        return dml_in_with(cursor).map_or(Kind::Query, Kind::Dml);
    }
    if cursor.is("EXPLAIN") {
        return explain(cursor);
    }
    Kind::Query
}

/// `COPY t FROM` changes rows; `COPY t TO` and `COPY (query) TO` read.
fn copy(mut cursor: Cursor<'_>) -> Kind {
    cursor.advance();
    cursor.skip_until(|cursor| cursor.is("FROM") || cursor.is("TO"));
    if cursor.is("FROM") { Kind::Dml(DmlVerb::Copy) } else { Kind::Query }
}

/// `EXPLAIN ANALYZE` runs what it explains.
fn explain(mut cursor: Cursor<'_>) -> Kind {
    if skip_explain(&mut cursor) { kind(cursor) } else { Kind::Query }
}

/// Moves to what is explained, and tells whether it is run.
pub(crate) fn skip_explain(cursor: &mut Cursor<'_>) -> bool {
    cursor.advance();
    let mut analyze = false;
    if cursor.is_punct("(")
        && !cursor.word_at(1, "SELECT")
        && let Some(inner) = cursor.parens()
    {
        let mut options = cursor.within(inner);
        while !options.at_end() {
            analyze |= options.is("ANALYZE") && !options.word_at(1, "FALSE") && !options.word_at(1, "OFF");
            options.advance();
        }
    }
    while cursor.is("ANALYZE") || cursor.is("VERBOSE") {
        analyze |= cursor.is("ANALYZE");
        cursor.advance();
    }
    analyze
}
