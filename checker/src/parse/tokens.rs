//! Our tokens as sqlparser knows them, less what DSQL takes and sqlparser 0.63 cannot hold.

use sqlparser::tokenizer::{Location, Span as ParserSpan, Token as ParserToken, TokenWithSpan};

use crate::cursor::Cursor;
use crate::lex::TokenKind;

/// The tokens for sqlparser, and where each stood. Their columns count from 1 through the list.
pub(super) fn of(cursor: Cursor<'_>) -> (Vec<TokenWithSpan>, Vec<usize>) {
    let mut out = Out::default();
    out.take(cursor);
    (out.tokens, out.positions)
}

#[derive(Default)]
struct Out {
    tokens: Vec<TokenWithSpan>,
    positions: Vec<usize>,
}

impl Out {
    /// One token that stands, or stands for what stands, at a place.
    fn push(&mut self, token: ParserToken, position: usize) {
        self.positions.push(position);
        let place = Location::new(1, self.positions.len() as u64);
        self.tokens.push(TokenWithSpan { token, span: ParserSpan::new(place, place) });
    }

    fn take(&mut self, mut cursor: Cursor<'_>) {
        while let Some(token) = cursor.token() {
            if let Some(skipped) = unheld(&cursor) {
                (0..skipped).for_each(|_| cursor.advance());
            } else if !self.rewritten(&mut cursor) {
                self.push(convert(token.kind, cursor.text_of(token)), cursor.position());
                cursor.advance();
            }
        }
    }

    /// What sqlparser holds when it is said in another way; tells whether it was.
    fn rewritten(&mut self, cursor: &mut Cursor<'_>) -> bool {
        let position = cursor.position();
        let word = |word: &str| ParserToken::make_word(word, None);
        let named =
            matches!(cursor.last_text(), "." | "::") || cursor.last_text().eq_ignore_ascii_case("INTO");
        if cursor.is("TABLE") && !named && cursor.nth(1).is_some() {
            // TABLE t is SELECT * FROM t.
            self.push(word("SELECT"), position);
            self.push(ParserToken::Mul, position);
            self.push(word("FROM"), position);
            cursor.advance();
            return true;
        }
        if cursor.is("ONLY") && cursor.punct_at(1, "(") && follows_a_source(cursor) {
            cursor.advance();
            if let Some(inner) = cursor.parens() {
                self.take(cursor.within(inner));
            }
            return true;
        }
        if cursor.are("ROWS FROM") && cursor.punct_at(2, "(") {
            // One of the functions stands for all.
            cursor.eat("ROWS FROM");
            if let Some(inner) = cursor.parens() {
                let mut items = cursor.within(inner);
                let first = items.skip_until(|items| items.is_punct(","));
                self.take(cursor.within(first));
            }
            return true;
        }
        // f(…) AS (a int, b text): sqlparser wants a name before the list.
        if cursor.is_punct("(") && cursor.last_text().eq_ignore_ascii_case("AS") && is_definition(*cursor) {
            self.push(word("x"), position);
            self.push(ParserToken::LParen, position);
            cursor.advance();
            return true;
        }
        false
    }
}

/// Whether a table's name is due.
fn follows_a_source(cursor: &Cursor<'_>) -> bool {
    let sources = ["FROM", "JOIN", "USING", "UPDATE", "INTO", "TABLE", ","];
    sources.iter().any(|word| cursor.last_text().eq_ignore_ascii_case(word))
}

/// Whether a list of columns with their types stands behind the alias of a function.
fn is_definition(cursor: Cursor<'_>) -> bool {
    let mut before = cursor;
    before.back();
    let word = |ahead| cursor.nth(ahead).is_some_and(|token| token.kind == TokenKind::Word);
    let query = ["SELECT", "VALUES", "WITH", "TABLE", "INSERT", "UPDATE", "DELETE", "MERGE"];
    before.last_text() == ")" && word(1) && word(2) && !query.iter().any(|query| cursor.word_at(1, query))
}

/// How many tokens to leave out here: DSQL takes them, sqlparser does not.
fn unheld(cursor: &Cursor<'_>) -> Option<usize> {
    const UNHELD: &[(&str, usize)] = &[
        ("FOR KEY SHARE", 3),
        ("FOR NO KEY UPDATE", 4),
        ("OVERRIDING SYSTEM VALUE", 3),
        ("OVERRIDING USER VALUE", 3),
        ("EXCLUDE CURRENT ROW", 3),
        ("EXCLUDE NO OTHERS", 3),
        ("EXCLUDE GROUP", 2),
        ("EXCLUDE TIES", 2),
        ("COLLATION FOR", 2),
        ("CURRENT OF", 2),
        ("SYMMETRIC", 1),
        ("ASYMMETRIC", 1),
    ];
    let from = cursor.position();
    // Without inheritance ONLY says nothing; sqlparser would take it for a table's name.
    if cursor.is("ONLY") && follows_a_source(cursor) && !cursor.punct_at(1, "(") {
        return Some(1);
    }
    if cursor.is("VARIADIC") && matches!(cursor.last_text(), "(" | ",") {
        return Some(1);
    }
    // TRIM(LEADING FROM a): sqlparser wants what is trimmed off, or no FROM.
    let trims = ["LEADING", "TRAILING", "BOTH"];
    if cursor.is("FROM") && trims.iter().any(|word| cursor.last_text().eq_ignore_ascii_case(word)) {
        return Some(1);
    }
    // ON CONFLICT (lower(email)): sqlparser takes columns only.
    if cursor.is_punct("(") && cursor.last_text().eq_ignore_ascii_case("CONFLICT") {
        let mut ahead = *cursor;
        let inner = ahead.parens()?;
        let mut items = cursor.within(inner);
        items.skip_until(|cursor| cursor.is_punct("("));
        return (!items.at_end()).then(|| ahead.position() - from);
    }
    if cursor.is("UESCAPE") {
        return Some(2);
    }
    // ON CONFLICT (column) WHERE predicate DO …: the predicate of a partial index.
    if cursor.is("WHERE") && cursor.last_text() == ")" && after_group_of(*cursor, "CONFLICT") {
        let mut ahead = *cursor;
        ahead.skip_until(|cursor| cursor.is("DO"));
        return Some(ahead.position() - from);
    }
    // JOIN … USING (a) AS b
    if cursor.is("AS") && cursor.last_text() == ")" && after_group_of(*cursor, "USING") {
        return Some(2);
    }
    // (a).* and f(a).*: all fields of a row.
    if cursor.is_punct(".") && cursor.last_text() == ")" && cursor.punct_at(1, "*") {
        return Some(2);
    }
    star(cursor).or_else(|| subscript(*cursor)).or_else(|| of_recursion(*cursor)).or_else(|| {
        let found = UNHELD.iter().find(|(words, _)| cursor.are(words)).map(|(_, count)| *count);
        let distinct = cursor.is("DISTINCT") && cursor.last_text().eq_ignore_ascii_case("BY");
        found.or(distinct.then_some(1))
    })
}

/// The star behind a table's name, which once meant its descendants too.
fn star(cursor: &Cursor<'_>) -> Option<usize> {
    if !cursor.is_punct("*") {
        return None;
    }
    let mut back = *cursor;
    back.back();
    back.ident()?;
    back.back();
    let clause = cursor.nth(1).is_none()
        || cursor.punct_at(1, ",")
        || cursor.punct_at(1, ")")
        || ["SET", "WHERE", "JOIN", "GROUP", "ORDER", "LIMIT"].iter().any(|word| cursor.word_at(1, word));
    let source = ["FROM", "JOIN", "UPDATE"].iter().any(|word| back.last_text().eq_ignore_ascii_case(word));
    (source && clause).then_some(1)
}

/// `a['k']` where a column is written: behind SET and in the list of INSERT.
fn subscript(cursor: Cursor<'_>) -> Option<usize> {
    if !cursor.is_punct("[") {
        return None;
    }
    let mut ahead = cursor;
    while ahead.is_punct("[") {
        ahead.skip_group();
    }
    let mut back = cursor;
    back.back();
    back.ident()?;
    back.back();
    let before = back.last_text();
    let set = ahead.is_punct("=") && (before == "," || before.eq_ignore_ascii_case("SET"));
    let listed = (ahead.is_punct(",") || ahead.is_punct(")"))
        && matches!(before, "(" | ",")
        && in_a_list_of_insert(back);
    (set || listed).then(|| ahead.position() - cursor.position())
}

/// Whether the list around this place is that of the columns of an INSERT.
fn in_a_list_of_insert(mut cursor: Cursor<'_>) -> bool {
    while cursor.position() > 0 && !cursor.is_punct("(") {
        cursor.back();
    }
    for _ in 0..8 {
        cursor.back();
        if cursor.is("INTO") {
            return true;
        }
    }
    false
}

/// `SEARCH … SET a` and `CYCLE … USING a` behind a recursive query.
fn of_recursion(cursor: Cursor<'_>) -> Option<usize> {
    let mut ahead = cursor;
    let last = if cursor.are("SEARCH DEPTH FIRST BY") || cursor.are("SEARCH BREADTH FIRST BY") {
        "SET"
    } else if cursor.is("CYCLE") && cursor.nth(1).is_some_and(|token| token.kind == TokenKind::Word) {
        ahead.skip_until(|cursor| cursor.is("SET"));
        "USING"
    } else {
        return None;
    };
    ahead.skip_until(|cursor| cursor.is(last));
    (!ahead.at_end()).then(|| ahead.position() + 2 - cursor.position())
}

/// Whether the group that ends before this place stands behind a word.
fn after_group_of(cursor: Cursor<'_>, word: &str) -> bool {
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
                return back.last_text().eq_ignore_ascii_case(word);
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
        "!!" => ParserToken::DoubleExclamationMark,
        _ => ParserToken::CustomBinaryOperator(text.to_owned()),
    }
}
