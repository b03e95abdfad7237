use super::{Comment, LexError, LexErrorKind, Lexed, Token, TokenKind};
use crate::text::Span;

/// Reads a text once from left to right. Works on bytes: every byte that means something in SQL is ASCII, and
/// all others belong to identifiers, so a span never cuts a character.
pub(super) struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    out: Lexed,
    /// Whether reading has already been taken up after something that never ends. It is done once only: a
    /// second time would make the whole quadratic.
    resumed: bool,
    /// Up to where nothing but `+ - * / < > =` stands.
    plain_until: usize,
    /// From where on that run holds signs only, each of which is an operator of its own.
    signs_from: usize,
}

/// How a quoted string ends.
#[derive(Clone, Copy, PartialEq)]
enum Escapes {
    /// A doubled quote only.
    Doubled,
    /// A doubled quote or a backslash.
    Backslash,
    /// The next quote, whatever follows it.
    None,
}

const fn ident_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

const fn ident_part(byte: u8) -> bool {
    ident_start(byte) || byte.is_ascii_digit() || byte == b'$'
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)
}

const fn is_op(byte: u8) -> bool {
    matches!(
        byte,
        b'~' | b'!'
            | b'@'
            | b'#'
            | b'^'
            | b'&'
            | b'|'
            | b'`'
            | b'?'
            | b'+'
            | b'-'
            | b'*'
            | b'/'
            | b'%'
            | b'<'
            | b'>'
            | b'='
    )
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            out: Lexed::default(),
            resumed: false,
            plain_until: 0,
            signs_from: 0,
        }
    }

    pub(super) fn run(mut self) -> Lexed {
        if self.bytes.starts_with("\u{feff}".as_bytes()) {
            self.at = 3;
        }
        while let Some(byte) = self.peek(0) {
            self.token(byte);
        }
        self.out
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn is(&self, ahead: usize, byte: u8) -> bool {
        self.peek(ahead) == Some(byte)
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        let span = Span::new(start, self.at);
        let word = (kind == TokenKind::Word).then(|| self.text.get(span.range())).flatten();
        let keyword = word.and_then(super::keyword::find).map_or(0, |at| at as u16 + 1);
        self.out.tokens.push(Token { kind, span, keyword });
    }

    /// Moves on while the bytes are of a kind.
    fn skip(&mut self, of: impl Fn(u8) -> bool) {
        while self.peek(0).is_some_and(&of) {
            self.at += 1;
        }
    }

    fn token(&mut self, byte: u8) {
        let start = self.at;
        match byte {
            _ if is_space(byte) => self.skip(is_space),
            b'-' if self.is(1, b'-') => self.line_comment(),
            b'/' if self.is(1, b'*') => self.block_comment(),
            b'\'' => self.string(start, 0, TokenKind::String, Escapes::Doubled),
            b'e' | b'E' if self.is(1, b'\'') => {
                self.string(start, 1, TokenKind::EscapeString, Escapes::Backslash)
            }
            b'n' | b'N' if self.is(1, b'\'') => self.string(start, 1, TokenKind::String, Escapes::Doubled),
            b'b' | b'B' | b'x' | b'X' if self.is(1, b'\'') => {
                self.string(start, 1, TokenKind::BitString, Escapes::None);
            }
            b'u' | b'U' if self.is(1, b'&') && self.is(2, b'\'') => {
                self.string(start, 2, TokenKind::UnicodeString, Escapes::Doubled);
            }
            b'u' | b'U' if self.is(1, b'&') && self.is(2, b'"') => {
                self.quoted_ident(start, 2, TokenKind::UnicodeIdent)
            }
            b'"' => self.quoted_ident(start, 0, TokenKind::QuotedIdent),
            _ if ident_start(byte) => {
                self.skip(ident_part);
                self.push(TokenKind::Word, start);
            }
            b'$' => self.dollar(start),
            b'0'..=b'9' => self.number(start),
            b'.' if self.peek(1).is_some_and(|next| next.is_ascii_digit()) => self.number(start),
            b'(' | b')' | b'[' | b']' | b',' | b';' => self.fixed(start, 1, TokenKind::Punct),
            b'.' => self.fixed(start, if self.is(1, b'.') { 2 } else { 1 }, TokenKind::Punct),
            b':' => {
                let two = self.is(1, b':') || self.is(1, b'=');
                self.fixed(start, if two { 2 } else { 1 }, TokenKind::Punct);
            }
            _ if is_op(byte) => self.operator(start),
            0 => {
                self.at += 1;
                self.fail(LexErrorKind::NulByte, start, self.at);
            }
            _ => self.fixed(start, 1, TokenKind::Other),
        }
    }

    fn fixed(&mut self, start: usize, length: usize, kind: TokenKind) {
        self.at = start + length;
        self.push(kind, start);
    }

    /// Notes an error; its token ends where reading goes on.
    fn fail(&mut self, kind: LexErrorKind, start: usize, opener_end: usize) {
        self.out.errors.push(LexError { kind, span: Span::new(start, opener_end) });
        self.push(TokenKind::Error, start);
    }

    /// What began at `start` never ends: reading goes on at the next line, once, so that one missing quote
    /// does not hide the rest of a file.
    fn unterminated(&mut self, kind: LexErrorKind, start: usize, opener_end: usize) {
        self.at = self.bytes.len();
        if !self.resumed {
            self.resumed = true;
            let line = self.bytes[opener_end..].iter().position(|byte| *byte == b'\n');
            self.at = line.map_or(self.at, |offset| opener_end + offset);
        }
        self.fail(kind, start, opener_end);
    }

    fn line_comment(&mut self) {
        let start = self.at;
        self.skip(|byte| byte != b'\n' && byte != b'\r');
        self.out.comments.push(Comment { span: Span::new(start, self.at), block: false });
    }

    fn block_comment(&mut self) {
        let start = self.at;
        self.at += 2;
        let mut depth = 1_usize;
        while depth > 0 {
            match (self.peek(0), self.peek(1)) {
                (Some(b'/'), Some(b'*')) => {
                    depth += 1;
                    self.at += 2;
                }
                (Some(b'*'), Some(b'/')) => {
                    depth -= 1;
                    self.at += 2;
                }
                (Some(_), _) => self.at += 1,
                (None, _) => return self.unterminated(LexErrorKind::UnterminatedComment, start, start + 2),
            }
        }
        self.out.comments.push(Comment { span: Span::new(start, self.at), block: true });
    }

    /// A string whose quote stands `prefix` bytes after `start`, with the parts that continue it: SQL joins
    /// strings that only white space with a line end stands between, and the first one's escapes hold for all.
    fn string(&mut self, start: usize, prefix: usize, kind: TokenKind, escapes: Escapes) {
        self.at = start + prefix + 1;
        loop {
            if !self.quoted(b'\'', escapes) {
                // To the server `N'…'` is the word NCHAR and a string, which begins at the quote.
                let national = self.bytes.get(start).is_some_and(|byte| matches!(byte, b'n' | b'N'));
                let begins = if national { start + prefix } else { start };
                if national {
                    let keyword = super::keyword::find("nchar").map_or(0, |at| at as u16 + 1);
                    let span = Span::new(start, begins);
                    self.out.tokens.push(Token { kind: TokenKind::Word, span, keyword });
                }
                return self.unterminated(LexErrorKind::UnterminatedString, begins, start + prefix + 1);
            }
            let Some(next) = self.continuation() else { break };
            self.at = next + 1;
        }
        self.push(kind, start);
    }

    /// Moves behind the closing quote; false when there is none.
    fn quoted(&mut self, quote: u8, escapes: Escapes) -> bool {
        while let Some(byte) = self.peek(0) {
            self.at += 1;
            if byte == quote {
                if !self.is(0, quote) || escapes == Escapes::None {
                    return true;
                }
                self.at += 1;
            } else if byte == b'\\' && escapes == Escapes::Backslash && self.at < self.bytes.len() {
                self.at += 1;
            }
        }
        false
    }

    /// Where the quote of a continuing string stands, if white space with a line end leads to one. `--`
    /// comments count as white space there, `/* */` do not.
    fn continuation(&self) -> Option<usize> {
        let mut at = self.at;
        let mut line_end = false;
        loop {
            match self.bytes.get(at)? {
                b'\'' => return line_end.then_some(at),
                b'\n' | b'\r' => {
                    line_end = true;
                    at += 1;
                }
                byte if is_space(*byte) => at += 1,
                b'-' if self.bytes.get(at + 1) == Some(&b'-') => {
                    let rest = self.bytes.get(at..)?;
                    at += rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'))?;
                }
                _ => return None,
            }
        }
    }

    fn quoted_ident(&mut self, start: usize, prefix: usize, kind: TokenKind) {
        self.at = start + prefix + 1;
        if !self.quoted(b'"', Escapes::Doubled) {
            return self.unterminated(LexErrorKind::UnterminatedIdent, start, start + prefix + 1);
        }
        if self.at == start + prefix + 2 {
            return self.fail(LexErrorKind::EmptyIdent, start, self.at);
        }
        self.push(kind, start);
    }

    /// `$1`, `$tag$…$tag$`, or a lone `$`.
    fn dollar(&mut self, start: usize) {
        self.at += 1;
        if self.peek(0).is_some_and(|byte| byte.is_ascii_digit()) {
            self.skip(|byte| byte.is_ascii_digit());
            return self.ends_in_junk(TokenKind::Param, LexErrorKind::JunkAfterParam, start);
        }
        if self.peek(0).is_some_and(ident_start) {
            self.skip(|byte| ident_part(byte) && byte != b'$');
        }
        if !self.is(0, b'$') {
            return self.fixed(start, 1, TokenKind::Other);
        }
        self.at += 1;
        let (bytes, body) = (self.bytes, self.at);
        let tag = &bytes[start..body];
        match find(&bytes[body..], tag) {
            Some(offset) => {
                self.at = body + offset + tag.len();
                self.push(TokenKind::DollarString, start);
            }
            None => self.unterminated(LexErrorKind::UnterminatedDollar, start, body),
        }
    }

    fn number(&mut self, start: usize) {
        let of_radix: Option<fn(u8) -> bool> = match self.peek(1).filter(|_| self.is(0, b'0')) {
            Some(b'x' | b'X') => Some(|byte| byte.is_ascii_hexdigit()),
            Some(b'o' | b'O') => Some(|byte| matches!(byte, b'0'..=b'7')),
            Some(b'b' | b'B') => Some(|byte| matches!(byte, b'0' | b'1')),
            _ => None,
        };
        if let Some(of) = of_radix {
            let first = 2 + usize::from(self.is(2, b'_'));
            if self.peek(first).is_some_and(of) {
                self.at += first;
                self.digits(of);
                // `0b12`: the other digits are no number of their own.
                if self.peek(0).is_some_and(|byte| byte.is_ascii_digit()) {
                    self.skip(ident_part);
                    return self.fail(LexErrorKind::JunkAfterNumber, start, self.at);
                }
                return self.ends_in_junk(TokenKind::Number, LexErrorKind::JunkAfterNumber, start);
            }
        }
        let decimal = |byte: u8| byte.is_ascii_digit();
        self.digits(decimal);
        // `1..2` is a range in other grammars; the server's scanner leaves both dots alone.
        if self.is(0, b'.') && !self.is(1, b'.') {
            self.at += 1;
            self.digits(decimal);
        }
        let exponent = match (self.peek(0), self.peek(1), self.peek(2)) {
            (Some(b'e' | b'E'), Some(digit), _) if digit.is_ascii_digit() => 1,
            (Some(b'e' | b'E'), Some(b'+' | b'-'), Some(digit)) if digit.is_ascii_digit() => 2,
            _ => 0,
        };
        if exponent > 0 {
            self.at += exponent;
            self.digits(decimal);
        }
        if exponent == 1 && self.is(0, b'$') {
            // `1e5$a`: the letters from the exponent on make a longer match than the number does.
            self.skip(ident_part);
            return self.fail(LexErrorKind::JunkAfterNumber, start, self.at);
        }
        self.ends_in_junk(TokenKind::Number, LexErrorKind::JunkAfterNumber, start);
    }

    /// Digits, with single underscores between them.
    fn digits(&mut self, of: impl Fn(u8) -> bool) {
        while self.peek(0).is_some_and(&of)
            || (self.is(0, b'_') && self.at > 0 && self.peek(1).is_some_and(&of))
        {
            // An underscore stands behind a digit only.
            if self.is(0, b'_') && !self.bytes.get(self.at - 1).copied().is_some_and(&of) {
                return;
            }
            self.at += 1;
        }
    }

    /// A number or a parameter, unless letters stand right behind it: the server refuses that since version 15.
    fn ends_in_junk(&mut self, kind: TokenKind, junk: LexErrorKind, start: usize) {
        if !self.peek(0).is_some_and(ident_start) {
            return self.push(kind, start);
        }
        self.skip(ident_part);
        self.fail(junk, start, self.at);
    }

    /// The longest run of operator characters, less a comment's start and less the trailing signs that belong
    /// to what follows (`a=-1`), as the server does it.
    fn operator(&mut self, start: usize) {
        // Behind signs that make no operator together the run is known already: looking at it anew for each would
        // make a long one quadratic.
        if start >= self.signs_from && start < self.plain_until {
            return self.fixed(start, 1, TokenKind::Op);
        }
        let mut end = start.max(self.plain_until);
        while let Some(byte) = self.bytes.get(end).copied().filter(|byte| is_op(*byte)) {
            let comment = matches!((byte, self.bytes.get(end + 1)), (b'-', Some(b'-')) | (b'/', Some(b'*')));
            if comment && end > start {
                break;
            }
            end += 1;
        }
        if self.bytes.get(start..end) == Some(b"=>") {
            return self.fixed(start, 2, TokenKind::Punct);
        }
        let free =
            |byte: &u8| matches!(byte, b'~' | b'!' | b'@' | b'#' | b'^' | b'&' | b'|' | b'`' | b'?' | b'%');
        let keeps_signs = start >= self.plain_until && self.bytes[start..end].iter().any(free);
        if !keeps_signs {
            self.plain_until = end;
        }
        while !keeps_signs && end - start > 1 && matches!(self.bytes[end - 1], b'+' | b'-') {
            end -= 1;
        }
        if !keeps_signs {
            self.signs_from = end;
        }
        self.fixed(start, end - start, TokenKind::Op);
    }
}

/// The first place where `needle`, which begins and ends with its only two dollar signs, stands. A tag holds
/// no dollar sign, so a failed comparison can go on behind what it has read: linear.
fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += haystack.get(at..)?.iter().position(|byte| *byte == b'$')?;
        if haystack[at..].starts_with(needle) {
            return Some(at);
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests;
