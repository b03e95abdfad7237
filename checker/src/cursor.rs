//! Reads a statement's tokens from left to right.

use crate::ast::{Ident, ObjectName, TokenRange};
use crate::lex::{Token, TokenKind, literal};
use crate::text::Span;

/// A place in a statement's tokens. Copying it is how a reader looks ahead and comes back.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    tokens: &'a [Token],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str, tokens: &'a [Token]) -> Self {
        Self { text, tokens, at: 0 }
    }

    /// Over a part of the same tokens.
    pub(crate) fn within(self, range: TokenRange) -> Self {
        let end = range.end.min(self.tokens.len());
        Self { tokens: &self.tokens[..end], at: range.start.min(end), ..self }
    }

    /// At another place of the same tokens.
    pub(crate) fn at(self, position: usize) -> Self {
        Self { at: position.min(self.tokens.len()), ..self }
    }

    pub(crate) const fn position(&self) -> usize {
        self.at
    }

    pub(crate) fn token(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    pub(crate) fn nth(&self, ahead: usize) -> Option<Token> {
        self.tokens.get(self.at + ahead).copied()
    }

    /// A part of the text.
    pub(crate) fn text_between(&self, span: Span) -> &'a str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// The token at a position of the statement.
    pub(crate) fn token_at(&self, position: usize) -> Option<Token> {
        self.tokens.get(position).copied()
    }

    pub(crate) fn at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    pub(crate) fn text_of(&self, token: Token) -> &'a str {
        self.text.get(token.span.range()).unwrap_or_default()
    }

    /// The span of the next token, or the place behind the last one.
    pub(crate) fn span(&self) -> Span {
        let end = self.tokens.last().map_or(0, |token| token.span.end);
        self.token().map_or(Span::new(end, end), |token| token.span)
    }

    /// The span of the token before this place.
    pub(crate) fn last_span(&self) -> Span {
        let previous = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        previous.map_or_else(|| self.span(), |token| token.span)
    }

    /// From an earlier place's first token to the last one read.
    pub(crate) fn span_since(&self, start: usize) -> Span {
        let from = self.tokens.get(start).map_or_else(|| self.span(), |token| token.span);
        if self.at > start { from.to(self.last_span()) } else { Span::new(from.start, from.start) }
    }

    /// The text of the token before this place; empty at the start.
    pub(crate) fn last_text(&self) -> &'a str {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or("", |token| self.text_of(*token))
    }

    pub(crate) fn range_since(&self, start: usize) -> TokenRange {
        TokenRange { start, end: self.at }
    }

    pub(crate) fn advance(&mut self) {
        self.at = (self.at + 1).min(self.tokens.len());
    }

    /// Goes to the first token that begins at or behind a byte.
    pub(crate) fn seek(&mut self, byte: usize) {
        self.at = self.tokens.partition_point(|token| token.span.start < byte);
    }

    pub(crate) fn back(&mut self) {
        self.at = self.at.saturating_sub(1);
    }

    /// Whether the token `ahead` of this place is this keyword.
    pub(crate) fn word_at(&self, ahead: usize, word: &str) -> bool {
        let Some(token) = self.tokens.get(self.at + ahead) else { return false };
        // Most words differ in length, which is told without a look at the text.
        token.kind == TokenKind::Word
            && token.span.end - token.span.start == word.len()
            && self.text_of(*token).eq_ignore_ascii_case(word)
    }

    pub(crate) fn is(&self, word: &str) -> bool {
        self.word_at(0, word)
    }

    pub(crate) fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    /// Whether these keywords, separated by blanks, come next.
    pub(crate) fn are(&self, words: &str) -> bool {
        // Most places are told by the first letter.
        let first = self.tokens.get(self.at).and_then(|token| self.text.as_bytes().get(token.span.start));
        let wanted = words.as_bytes().first();
        if first.zip(wanted).is_none_or(|(first, wanted)| !first.eq_ignore_ascii_case(wanted)) {
            return false;
        }
        words.split(' ').enumerate().all(|(ahead, word)| self.word_at(ahead, word))
    }

    /// Whether these keywords stand right before this place.
    pub(crate) fn is_behind(&self, words: &str) -> bool {
        let start = self.at.checked_sub(words.split(' ').count());
        start.is_some_and(|at| Self { at, ..*self }.are(words))
    }

    /// Whether nothing but these keywords stands before this place.
    pub(crate) fn follows(&self, words: &str) -> bool {
        let start = Self { at: 0, ..*self };
        words.split(' ').count() == self.at && start.are(words)
    }

    /// Reads these keywords, separated by blanks, if they come next, and tells where they stand.
    pub(crate) fn eat(&mut self, words: &str) -> Option<Span> {
        self.are(words).then(|| {
            let start = self.at;
            self.at += words.split(' ').count();
            self.span_since(start)
        })
    }

    pub(crate) fn punct_at(&self, ahead: usize, text: &str) -> bool {
        let Some(token) = self.tokens.get(self.at + ahead) else { return false };
        matches!(token.kind, TokenKind::Punct | TokenKind::Op)
            && token.span.end - token.span.start == text.len()
            && self.text_of(*token) == text
    }

    pub(crate) fn is_punct(&self, text: &str) -> bool {
        self.punct_at(0, text)
    }

    pub(crate) fn eat_punct(&mut self, text: &str) -> Option<Span> {
        self.is_punct(text).then(|| {
            self.at += 1;
            self.last_span()
        })
    }

    /// A name without its schema. Any word will do: which words are reserved changes between versions, and a
    /// reserved one here is the server's to refuse.
    pub(crate) fn ident(&mut self) -> Option<Ident> {
        let token = self.token()?;
        let ident = Ident::from_token(self.text_of(token), token)?;
        self.advance();
        Some(ident)
    }

    /// What the string that comes next says.
    pub(crate) fn literal(&self) -> Option<String> {
        let token = self.token()?;
        let is_string = matches!(
            token.kind,
            TokenKind::String | TokenKind::EscapeString | TokenKind::UnicodeString | TokenKind::DollarString
        );
        is_string.then(|| literal(self.text_of(token), token.kind).map(|literal| literal.text)).flatten()
    }

    /// A name with or without its schema.
    pub(crate) fn name(&mut self) -> Option<ObjectName> {
        let mut parts = vec![self.ident()?];
        while self.is_punct(".") {
            let mut ahead = *self;
            ahead.advance();
            let Some(part) = ahead.ident() else { break };
            parts.push(part);
            *self = ahead;
        }
        Some(ObjectName { parts })
    }

    /// Reads a balanced group that opens here and gives what is inside; without its closing parenthesis,
    /// everything to the end.
    pub(crate) fn parens(&mut self) -> Option<TokenRange> {
        if !self.is_punct("(") {
            return None;
        }
        let start = self.at + 1;
        self.skip_group();
        let closed =
            self.at > start && self.tokens.get(self.at - 1).is_some_and(|token| self.text_of(*token) == ")");
        Some(TokenRange { start, end: if closed { self.at - 1 } else { self.at } })
    }

    /// Without the parentheses around all that is left and the collations behind them. No more of them than anybody
    /// writes are taken off, for each pair is looked for from the start.
    pub(crate) fn inside_parens(self) -> Self {
        const DEEP: usize = 64;
        let mut cursor = self;
        for _ in 0..DEEP {
            let mut ahead = cursor;
            let Some(inner) = ahead.parens() else { break };
            while ahead.eat("COLLATE").is_some() && ahead.name().is_some() {}
            if !ahead.at_end() {
                break;
            }
            cursor = cursor.within(inner);
        }
        cursor
    }

    /// Moves over one token, or over the whole group that it opens.
    pub(crate) fn skip_group(&mut self) {
        let mut depth = 0_usize;
        while let Some(token) = self.token() {
            self.advance();
            if token.kind == TokenKind::Punct {
                match self.text_of(token) {
                    "(" | "[" => depth += 1,
                    ")" | "]" => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// Moves on, over groups as wholes, until `stop` holds or nothing is left.
    pub(crate) fn skip_until(&mut self, stop: impl Fn(&Self) -> bool) -> TokenRange {
        let start = self.at;
        while !self.at_end() && !stop(self) {
            self.skip_group();
        }
        self.range_since(start)
    }

    /// A list of names in parentheses.
    pub(crate) fn ident_list(&mut self) -> Option<Vec<Ident>> {
        let inner = self.parens()?;
        let mut items = self.within(inner);
        let mut idents = Vec::new();
        while let Some(ident) = items.ident() {
            idents.push(ident);
            items.skip_until(|cursor| cursor.is_punct(","));
            items.advance();
        }
        Some(idents)
    }

    /// An integer, with or without a sign.
    pub(crate) fn integer(&mut self) -> Option<i64> {
        let mut ahead = *self;
        let negative = ahead.eat_punct("-").is_some();
        if !negative {
            ahead.eat_punct("+");
        }
        let token = ahead.token().filter(|token| token.kind == TokenKind::Number)?;
        let value: i64 = self.text_of(token).replace('_', "").parse().ok()?;
        ahead.advance();
        *self = ahead;
        Some(if negative { -value } else { value })
    }
}
