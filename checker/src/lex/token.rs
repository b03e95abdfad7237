use crate::text::Span;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A keyword or an identifier without quotes.
    Word,
    /// `"…"`.
    QuotedIdent,
    /// `U&"…"`.
    UnicodeIdent,
    /// `'…'`, with what continues it on the next lines.
    String,
    /// `E'…'`.
    EscapeString,
    /// `U&'…'`.
    UnicodeString,
    /// `B'…'` or `X'…'`.
    BitString,
    /// `$tag$…$tag$`.
    DollarString,
    /// A number of any form.
    Number,
    /// `$1`.
    Param,
    /// An operator of one or more characters.
    Op,
    /// One of `( ) [ ] , ; . :` or `::`, `:=`, `..`, `=>`.
    Punct,
    /// A character that starts nothing in SQL, such as a backslash.
    Other,
    /// What could not be read, such as a string that never ends.
    Error,
}

/// A token: what it is and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
    /// The keyword that it is, by its place in [`super::KEYWORDS`] and one more; 0 for none.
    pub(super) keyword: u16,
}

impl Token {
    /// The keyword that it is, by its place in [`super::KEYWORDS`].
    #[must_use]
    pub fn keyword(&self) -> Option<usize> {
        usize::from(self.keyword).checked_sub(1)
    }
}

/// A comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment {
    /// From its first to before its last character; the line end of a `--` comment is not part of it.
    pub span: Span,
    /// Whether it is `/* … */`.
    pub block: bool,
}

/// What could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LexError {
    /// What is wrong.
    pub kind: LexErrorKind,
    /// Where it begins.
    pub span: Span,
}

/// Why something could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LexErrorKind {
    /// A string without its closing quote.
    UnterminatedString,
    /// A quoted identifier without its closing quote.
    UnterminatedIdent,
    /// A dollar-quoted string without its closing tag.
    UnterminatedDollar,
    /// A `/*` without its `*/`.
    UnterminatedComment,
    /// `""`.
    EmptyIdent,
    /// A number with letters right behind it.
    JunkAfterNumber,
    /// A parameter with letters right behind it.
    JunkAfterParam,
    /// A zero byte: no PostgreSQL text can hold one.
    NulByte,
    /// A backslash and too few digits behind it, in `E'…'` or in `U&'…'`.
    UnicodeEscape {
        /// Whether it is `E'…'`.
        string: bool,
    },
    /// A code point that is no character.
    UnicodeValue,
    /// One half of a character that UTF-16 writes as two.
    SurrogatePair,
    /// Bytes that are no UTF-8.
    ByteSequence,
    /// A character that `UESCAPE` cannot name.
    UescapeCharacter,
    /// `UESCAPE` without a string behind it.
    UescapeLiteral,
}

impl LexErrorKind {
    /// The words of the server, without the `at or near` that follows them.
    #[must_use]
    pub const fn server_words(self) -> &'static str {
        match self {
            Self::UnterminatedString => "unterminated quoted string",
            Self::UnterminatedIdent => "unterminated quoted identifier",
            Self::UnterminatedDollar => "unterminated dollar-quoted string",
            Self::UnterminatedComment => "unterminated /* comment",
            Self::EmptyIdent => "zero-length delimited identifier",
            Self::JunkAfterNumber => "trailing junk after numeric literal",
            Self::JunkAfterParam => "trailing junk after parameter",
            Self::NulByte => "invalid byte sequence for encoding \"UTF8\": 0x00",
            Self::UnicodeEscape { .. } => "invalid Unicode escape",
            Self::UnicodeValue => "invalid Unicode escape value",
            Self::SurrogatePair => "invalid Unicode surrogate pair",
            Self::ByteSequence => "invalid byte sequence for encoding \"UTF8\"",
            Self::UescapeCharacter => "invalid Unicode escape character",
            Self::UescapeLiteral => "UESCAPE must be followed by a simple string literal",
        }
    }
}
