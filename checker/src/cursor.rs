//! Reads a statement's tokens from left to right.

use crate::ast::{Ident, ObjectName, TokenRange};
use crate::lex::{Token, TokenKind};
use crate::source::Span;

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

    pub(crate) const fn position(&self) -> usize {
        self.at
    }

    pub(crate) fn token(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    pub(crate) fn nth(&self, ahead: usize) -> Option<Token> {
        self.tokens.get(self.at + ahead).copied()
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

    /// Whether the token before this place is an operator or a dot, so that an operand must follow.
    pub(crate) fn last_is_operator(&self) -> bool {
        let previous = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        previous.is_some_and(|token| token.kind == TokenKind::Op) || matches!(self.last_text(), "." | "::")
    }

    /// This place, with the end that another reader of the same tokens has.
    pub(crate) const fn widen(self, other: Self) -> Self {
        Self { tokens: other.tokens, ..self }
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
        self.nth(ahead).is_some_and(|token| {
            token.kind == TokenKind::Word && self.text_of(token).eq_ignore_ascii_case(word)
        })
    }

    pub(crate) fn is(&self, word: &str) -> bool {
        self.word_at(0, word)
    }

    pub(crate) fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    /// Whether these keywords, separated by blanks, come next.
    pub(crate) fn are(&self, words: &str) -> bool {
        words.split(' ').enumerate().all(|(ahead, word)| self.word_at(ahead, word))
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
        let kind = |kind| matches!(kind, TokenKind::Punct | TokenKind::Op);
        self.nth(ahead).is_some_and(|token| kind(token.kind) && self.text_of(token) == text)
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

    /// Reads items for as long as there is one, each with where it stands; what is none is left unread.
    pub(crate) fn items<T>(&mut self, read: impl Fn(&mut Self) -> Option<T>) -> Vec<(T, Span)> {
        let mut items = Vec::new();
        loop {
            let start = self.position();
            let before = *self;
            let Some(item) = read(self) else {
                *self = before;
                return items;
            };
            items.push((item, self.span_since(start)));
        }
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
