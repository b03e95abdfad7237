//! What strings and names between quotes say: escapes resolved, doubled quotes single, parts joined.

use super::{Token, TokenKind};
use crate::text::Span;

/// What stands in a string, and where each of its bytes is written.
#[derive(Debug, Default)]
pub(crate) struct Literal {
    pub(crate) text: String,
    /// From which byte of the text on, and where that is written; by place.
    places: Vec<(usize, usize)>,
}

impl Literal {
    /// Where a byte of the text is written, counted from the token's own first byte.
    pub(crate) fn place(&self, at: usize) -> usize {
        let run = self.places.partition_point(|(from, _)| *from <= at).checked_sub(1);
        run.and_then(|run| self.places.get(run)).map_or(at, |(from, written)| written + (at - from))
    }
}

/// Reads a string or a name between quotes; `None` for any other token, and for one that is no text.
pub(crate) fn literal(text: &str, kind: TokenKind) -> Option<Literal> {
    let (prefix, escape) = match kind {
        TokenKind::DollarString => {
            let tag = text.get(1..)?.find('$')? + 2;
            let inner = text.get(tag..text.len().checked_sub(tag)?)?;
            return Some(Literal { text: inner.to_owned(), places: vec![(0, tag)] });
        }
        TokenKind::String => (text.find('\'')?, None),
        TokenKind::QuotedIdent => (0, None),
        TokenKind::EscapeString => (1, Some(b'\\')),
        TokenKind::UnicodeString | TokenKind::UnicodeIdent => (2, Some(unicode_escape(text)?)),
        _ => return None,
    };
    let reader =
        Reader { bytes: text.as_bytes(), at: prefix + 1, out: Vec::new(), places: Vec::new(), half: None };
    reader.read(*text.as_bytes().get(prefix)?, escape, kind == TokenKind::EscapeString)
}

/// The escape character of `U&'…'`: what `UESCAPE` behind it says, or a backslash.
fn unicode_escape(text: &str) -> Option<u8> {
    let lexed = super::lex(text);
    match lexed.tokens.as_slice() {
        [_, _, said] => literal(text.get(said.span.range())?, said.kind)?.text.bytes().next(),
        _ => Some(b'\\'),
    }
}

struct Reader<'t> {
    bytes: &'t [u8],
    at: usize,
    out: Vec<u8>,
    places: Vec<(usize, usize)>,
    /// The first half of a character that UTF-16 writes as two.
    half: Option<u32>,
}

impl Reader<'_> {
    fn read(mut self, quote: u8, escape: Option<u8>, letters: bool) -> Option<Literal> {
        while let Some(byte) = self.bytes.get(self.at).copied() {
            let start = self.at;
            if byte == quote {
                if self.bytes.get(self.at + 1) != Some(&quote) {
                    match self.next_part(quote) {
                        Some(next) => self.at = next,
                        None => break,
                    }
                    continue;
                }
                self.at += 2;
                self.push(&[quote], start);
            } else if Some(byte) == escape {
                if letters { self.backslash(start) } else { self.code_point(start, byte) }
            } else {
                self.at += 1;
                self.push(&[byte], start);
            }
        }
        self.places.push((self.out.len(), self.at));
        let text = String::from_utf8(self.out).ok()?;
        Some(Literal { text, places: self.places })
    }

    fn push(&mut self, bytes: &[u8], start: usize) {
        let expected = self.places.last().map(|(from, written)| written + (self.out.len() - from));
        if expected != Some(start) {
            self.places.push((self.out.len(), start));
        }
        self.out.extend(bytes);
    }

    /// Where the part behind a closing quote begins: white space and `--` comments may stand between.
    fn next_part(&self, quote: u8) -> Option<usize> {
        let mut at = self.at + 1;
        loop {
            match *self.bytes.get(at)? {
                byte if byte == quote && quote == b'\'' => return Some(at + 1),
                b'-' if self.bytes.get(at + 1) == Some(&b'-') => {
                    let rest = self.bytes.get(at..)?;
                    at += rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'))?;
                }
                b' ' | b'\t' | b'\n' | b'\r' | 0x0c => at += 1,
                _ => return None,
            }
        }
    }

    /// `\n`, `\x41`, `\101`, `\u0041` and a character itself.
    fn backslash(&mut self, start: usize) {
        let next = self.bytes.get(start + 1).copied().unwrap_or_default();
        match next {
            b'u' | b'U' => {
                let count = if next == b'u' { 4 } else { 8 };
                self.code(start, start + 2, count);
            }
            b'x' if self.digits(start + 2, 2, 16).is_some() => {
                let (value, count) = self.digits(start + 2, 2, 16).unwrap_or_default();
                self.at = start + 2 + count;
                self.push(&[value as u8], start);
            }
            b'0'..=b'7' => {
                let (value, count) = self.digits(start + 1, 3, 8).unwrap_or_default();
                self.at = start + 1 + count;
                self.push(&[value as u8], start);
            }
            _ => {
                let byte = match next {
                    b'b' => 0x08,
                    b'f' => 0x0c,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    other => other,
                };
                self.at = start + 2;
                self.push(&[byte], start);
            }
        }
    }

    /// `\0041`, `\+000041` and the escape character itself.
    fn code_point(&mut self, start: usize, escape: u8) {
        match self.bytes.get(start + 1) {
            Some(next) if *next == escape => {
                self.at = start + 2;
                self.push(&[escape], start);
            }
            Some(b'+') => self.code(start, start + 2, 6),
            _ => self.code(start, start + 1, 4),
        }
    }

    fn code(&mut self, start: usize, from: usize, count: usize) {
        let (code, read) = self.digits(from, count, 16).unwrap_or_default();
        self.at = from + read.max(1);
        let whole = match (self.half.take(), code) {
            (None, 0xD800..=0xDBFF) => {
                self.half = Some(code);
                return;
            }
            (Some(half), 0xDC00..=0xDFFF) => 0x1_0000 + ((half - 0xD800) << 10) + (code - 0xDC00),
            (_, code) => code,
        };
        let character = char::from_u32(whole).unwrap_or(char::REPLACEMENT_CHARACTER);
        let mut buffer = [0; 4];
        let bytes = character.encode_utf8(&mut buffer).as_bytes().to_vec();
        self.push(&bytes, start);
    }

    /// The number that at most `most` digits write, and how many there are.
    fn digits(&self, from: usize, most: usize, radix: u32) -> Option<(u32, usize)> {
        let digits =
            self.bytes.get(from..)?.iter().take(most).map_while(|byte| char::from(*byte).to_digit(radix));
        let (value, count) = digits.fold((0_u32, 0), |(value, count), digit| {
            (value.wrapping_mul(radix).wrapping_add(digit), count + 1)
        });
        (count > 0).then_some((value, count))
    }
}

/// The tokens as the server's parser gets them: `UESCAPE '!'` belongs to the string or the name before it.
pub(crate) fn parsed(text: &str, tokens: &[Token]) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut rest = tokens;
    while let [first, others @ ..] = rest {
        rest = others;
        let mut token = *first;
        let escaped = matches!(token.kind, TokenKind::UnicodeIdent | TokenKind::UnicodeString);
        if let (true, [word, said, behind @ ..]) = (escaped, others)
            && text.get(word.span.range()).is_some_and(|word| word.eq_ignore_ascii_case("UESCAPE"))
            && matches!(said.kind, TokenKind::String | TokenKind::EscapeString | TokenKind::DollarString)
        {
            token.span = Span::new(token.span.start, said.span.end);
            rest = behind;
        }
        out.push(token);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lex::lex;

    fn said(text: &str) -> Option<String> {
        let tokens = parsed(text, &lex(text).tokens);
        let [token] = tokens.as_slice() else { return None };
        literal(text.get(token.span.range())?, token.kind).map(|literal| literal.text)
    }

    #[test]
    fn texts_are_what_the_server_makes_of_them() {
        for (text, value) in [
            ("'it''s'", "it's"),
            ("N'x'", "x"),
            ("'a' -- 'no'\n 'b'", "ab"),
            (r"'a\nb'", r"a\nb"),
            (r"E'a\nb\'c\\\x41\101\u00e9\U0001F600\q'", "a\nb'c\\AA\u{e9}\u{1F600}q"),
            (r"E'\uD83D\uDE00'", "\u{1F600}"),
            (r"E'\xc3\xa9'", "\u{e9}"),
            (r"U&'d\0061t\+000061 \\'", "data \\"),
            (r"U&'d!0061t\' UESCAPE '!'", "dat\\"),
            ("U&\"d!0061t\" uescape $$!$$", "dat"),
            ("\"a\"\"b\"", "a\"b"),
            ("$t$ 'x' $t$", " 'x' "),
        ] {
            assert_eq!(said(text).as_deref(), Some(value), "{text}");
        }
        assert_eq!(said("1"), None);
        assert_eq!(said(r"E'\xff'"), None);
    }

    #[test]
    fn each_byte_has_its_place() {
        for text in ["'it''s x'", r"E'it\'s\n x'", r"U&'it''s\0020x'", "$$its x$$", "'it''s'\n' x'", "N'a x'"]
        {
            let token = lex(text).tokens[0];
            let literal = literal(text, token.kind).unwrap();
            let at = literal.text.find('x').unwrap();
            assert_eq!(text.get(literal.place(at)..=literal.place(at)), Some("x"), "{text}");
        }
    }
}
