//! PostgreSQL's lexical rules: text to tokens with byte spans.
//!
//! Follows the server's scanner as documented in "Lexical Structure" of the PostgreSQL manual, with
//! `standard_conforming_strings` on, as it always is on DSQL. Never panics, takes linear time, and goes on
//! after an error.

mod escape;
mod keyword;
mod keywords;
mod literal;
mod scan;
pub mod split;
mod token;

pub use keywords::{KEYWORDS, Keyword, KeywordClass};
pub(crate) use literal::{literal, parsed};
pub use token::{Comment, LexError, LexErrorKind, Token, TokenKind};

/// What a text consists of.
#[derive(Debug, Default)]
pub struct Lexed {
    /// Everything but white space and comments.
    pub tokens: Vec<Token>,
    /// The comments, in order; nested ones count as one.
    pub comments: Vec<Comment>,
    /// What could not be read, by place. Each has a token of kind [`TokenKind::Error`] in its place, but for a
    /// wrong escape in a string, which stays one.
    pub errors: Vec<LexError>,
}

/// Reads a text.
#[must_use]
pub fn lex(text: &str) -> Lexed {
    let mut lexed = scan::Scanner::new(text).run();
    escape::check(text, &lexed.tokens, &mut lexed.errors);
    lexed
}
