use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Location, Span as ParserSpan, Token as ParserToken, TokenWithSpan};

use crate::ast::{DmlVerb, Kind};
use crate::cursor::Cursor;
use crate::lex::TokenKind;
use crate::parse::{Read, dml_in_with};

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
    if cursor.is("TABLE") {
        cursor.advance();
        return cursor.name().map(|_| kind);
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
    let (tokens, positions) = tokens(start);
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

/// The tokens as sqlparser knows them, less what it cannot hold, and where each stood. Their columns count
/// from 1 through the list.
pub(super) fn tokens(mut cursor: Cursor<'_>) -> (Vec<TokenWithSpan>, Vec<usize>) {
    let mut tokens = Vec::new();
    let mut positions = Vec::new();
    while let Some(token) = cursor.token() {
        if let Some(skipped) = unheld(&cursor) {
            (0..skipped).for_each(|_| cursor.advance());
            continue;
        }
        positions.push(cursor.position());
        let column = positions.len() as u64;
        let place = |column| Location::new(1, column);
        let span = ParserSpan::new(place(column), place(column));
        tokens.push(TokenWithSpan { token: convert(token.kind, cursor.text_of(token)), span });
        cursor.advance();
    }
    (tokens, positions)
}

/// How many words to leave out here: DSQL takes them, sqlparser 0.63 does not.
fn unheld(cursor: &Cursor<'_>) -> Option<usize> {
    const UNHELD: &[(&str, usize)] = &[
        ("FOR KEY SHARE", 3),
        ("FOR NO KEY UPDATE", 4),
        ("OVERRIDING SYSTEM VALUE", 3),
        ("OVERRIDING USER VALUE", 3),
        ("SYMMETRIC", 1),
        ("ASYMMETRIC", 1),
    ];
    // Without inheritance ONLY says nothing; sqlparser would take it for a table's name.
    let behind = ["FROM", "JOIN", "USING", "UPDATE", "INTO", ","];
    if cursor.is("ONLY") && behind.iter().any(|word| cursor.last_text().eq_ignore_ascii_case(word)) {
        return Some(1);
    }
    // ON CONFLICT (lower(email)): sqlparser takes columns only.
    if cursor.is_punct("(") && cursor.last_text().eq_ignore_ascii_case("CONFLICT") {
        let mut ahead = *cursor;
        let inner = ahead.parens()?;
        let mut items = cursor.within(inner);
        items.skip_until(|cursor| cursor.is_punct("("));
        return (!items.at_end()).then(|| ahead.position() - cursor.position());
    }
    if cursor.is("UESCAPE") {
        return Some(2);
    }
    // ON CONFLICT (column) WHERE predicate DO …: the predicate of a partial index.
    if cursor.is("WHERE") && cursor.last_text() == ")" && after_conflict(*cursor) {
        let mut ahead = *cursor;
        ahead.skip_until(|cursor| cursor.is("DO"));
        return Some(ahead.position() - cursor.position());
    }
    let found = UNHELD.iter().find(|(words, _)| cursor.are(words)).map(|(_, count)| *count);
    let distinct = cursor.is("DISTINCT") && cursor.last_text().eq_ignore_ascii_case("BY");
    found.or(distinct.then_some(1))
}

/// Whether the group that ends before this place is the target of ON CONFLICT.
fn after_conflict(cursor: Cursor<'_>) -> bool {
    let mut back = cursor;
    let mut depth = 0_usize;
    loop {
        if back.position() == 0 {
            return false;
        }
        back.back();
        if back.is_punct(")") {
            depth += 1;
        } else if back.is_punct("(") {
            depth -= 1;
            if depth == 0 {
                return back.last_text().eq_ignore_ascii_case("CONFLICT");
            }
        }
    }
}

fn convert(kind: TokenKind, text: &str) -> ParserToken {
    match kind {
        TokenKind::Word => ParserToken::make_word(text, None),
        TokenKind::QuotedIdent | TokenKind::UnicodeIdent => {
            ParserToken::make_word(text.trim_start_matches(['U', 'u', '&']).trim_matches('"'), Some('"'))
        }
        // What a string holds makes no difference to the grammar.
        TokenKind::String
        | TokenKind::EscapeString
        | TokenKind::UnicodeString
        | TokenKind::DollarString
        | TokenKind::BitString => ParserToken::SingleQuotedString(String::new()),
        TokenKind::Number => ParserToken::Number("1".to_owned(), false),
        TokenKind::Param => ParserToken::Placeholder(text.to_owned()),
        TokenKind::Punct => punctuation(text),
        TokenKind::Op => operator(text),
        TokenKind::Other | TokenKind::Error => ParserToken::Char('\u{0}'),
    }
}

fn punctuation(text: &str) -> ParserToken {
    match text {
        "(" => ParserToken::LParen,
        ")" => ParserToken::RParen,
        "[" => ParserToken::LBracket,
        "]" => ParserToken::RBracket,
        "," => ParserToken::Comma,
        "." => ParserToken::Period,
        "::" => ParserToken::DoubleColon,
        ":=" => ParserToken::Assignment,
        "=>" => ParserToken::RArrow,
        ":" => ParserToken::Colon,
        _ => ParserToken::SemiColon,
    }
}

fn operator(text: &str) -> ParserToken {
    match text {
        "*" => ParserToken::Mul,
        "+" => ParserToken::Plus,
        "-" => ParserToken::Minus,
        "/" => ParserToken::Div,
        "%" => ParserToken::Mod,
        "=" => ParserToken::Eq,
        "<" => ParserToken::Lt,
        ">" => ParserToken::Gt,
        "<=" => ParserToken::LtEq,
        ">=" => ParserToken::GtEq,
        "<>" | "!=" => ParserToken::Neq,
        "||" => ParserToken::StringConcat,
        // Prefix operators have tokens of their own; all others are alike to the grammar.
        "~" => ParserToken::Tilde,
        "@" => ParserToken::AtSign,
        "|/" => ParserToken::PGSquareRoot,
        "||/" => ParserToken::PGCubeRoot,
        _ => ParserToken::CustomBinaryOperator(text.to_owned()),
    }
}
