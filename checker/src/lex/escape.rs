//! What stands behind a backslash in `E'…'`, `U&'…'` and `U&"…"`: the server refuses what is no character.

use super::{LexError, LexErrorKind as Kind, Token, TokenKind};
use crate::text::Span;

/// Looks into all strings with escapes and notes what is wrong in each, at its first place.
pub(super) fn check(text: &str, tokens: &[Token], errors: &mut Vec<LexError>) {
    let before = errors.len();
    for (index, token) in tokens.iter().enumerate() {
        let found = match token.kind {
            TokenKind::EscapeString => backslashes(text, token.span),
            TokenKind::UnicodeString | TokenKind::UnicodeIdent => {
                unicode(text, token.span, tokens.get(index + 1..).unwrap_or_default())
            }
            _ => Ok(()),
        };
        errors.extend(found.err());
    }
    if errors.len() > before {
        errors.sort_by_key(|error| error.span);
    }
}

fn wrong(kind: Kind, start: usize, end: usize) -> Result<(), LexError> {
    Err(LexError { kind, span: Span::new(start, end) })
}

/// Halves of a character that UTF-16 writes as two.
const fn is_first_half(code: u32) -> bool {
    code & 0xFFFF_FC00 == 0xD800
}

const fn is_second_half(code: u32) -> bool {
    code & 0xFFFF_FC00 == 0xDC00
}

/// The code that the next `count` digits write, if they are that many.
fn digits(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    let digits = bytes.get(at..at + count)?;
    let all = digits.iter().all(u8::is_ascii_hexdigit);
    let digits = std::str::from_utf8(digits).ok().filter(|_| all)?;
    u32::from_str_radix(digits, 16).ok()
}

/// What escapes by code point have said so far: whether the first half of a character waits for its second.
#[derive(Default)]
struct Pair {
    open: bool,
}

impl Pair {
    /// Takes a code point; what is wrong with it, if anything.
    fn take(&mut self, code: u32) -> Result<(), Kind> {
        if code == 0 || code > 0x10_FFFF {
            return Err(Kind::UnicodeValue);
        }
        let fits = self.open == is_second_half(code);
        self.open = !self.open && is_first_half(code);
        if fits { Ok(()) } else { Err(Kind::SurrogatePair) }
    }
}

/// The place behind a character of a string. A doubled quote is one character; a single one ends a part of the
/// string, and only white space and `--` comments stand before the next part.
fn behind(bytes: &[u8], at: usize, quote: u8) -> usize {
    if bytes[at] != quote {
        return at + 1;
    }
    if bytes.get(at + 1) == Some(&quote) {
        return at + 2;
    }
    let mut at = at + 1;
    while let Some(byte) = bytes.get(at).filter(|byte| **byte != quote) {
        let comment = *byte == b'-';
        at += 1;
        while comment && bytes.get(at).is_some_and(|byte| !matches!(byte, b'\n' | b'\r')) {
            at += 1;
        }
    }
    at + 1
}

/// `E'…'`: `\u` and `\U` name code points, `\x` and octal digits bytes, which must be UTF-8 in the end.
fn backslashes(text: &str, span: Span) -> Result<(), LexError> {
    let bytes = text.get(..span.end).unwrap_or_default().as_bytes();
    let (mut at, end) = (span.start + 2, span.end.saturating_sub(1));
    let mut pair = Pair::default();
    let mut value: Vec<u8> = Vec::new();
    let mut written_as_bytes = false;
    while at < end {
        let next = bytes.get(at + 1).copied().unwrap_or_default();
        let (start, escape) = (at, bytes[at] == b'\\');
        if escape && matches!(next, b'u' | b'U') {
            let count = if next == b'u' { 4 } else { 8 };
            let Some(code) = digits(bytes, at + 2, count) else {
                return wrong(Kind::UnicodeEscape { string: true }, start, (at + 2).min(end));
            };
            at += 2 + count;
            if let Err(kind) = pair.take(code) {
                return wrong(kind, start, at);
            }
            continue;
        }
        if pair.open {
            return wrong(Kind::SurrogatePair, start, start + 1);
        }
        if !escape {
            value.push(bytes[at]);
            at = behind(bytes, at, b'\'');
        } else if next == b'x' && bytes.get(at + 2).is_some_and(u8::is_ascii_hexdigit) {
            let count = if bytes.get(at + 3).is_some_and(u8::is_ascii_hexdigit) { 2 } else { 1 };
            value.push(digits(bytes, at + 2, count).unwrap_or_default() as u8);
            written_as_bytes = true;
            at += 2 + count;
        } else if matches!(next, b'0'..=b'7') {
            let octal = bytes[at + 1..end].iter().take(3).take_while(|byte| matches!(byte, b'0'..=b'7'));
            let (count, code) = octal
                .fold((0, 0_u32), |(count, code), digit| (count + 1, code * 8 + u32::from(digit - b'0')));
            value.push(code as u8);
            written_as_bytes = true;
            at += 1 + count;
        } else {
            // The character itself, or one of the control characters that letters stand for.
            value.push(b' ');
            at += 2;
            while text.get(..at.min(text.len())).is_none() {
                at += 1;
            }
        }
    }
    if pair.open {
        return wrong(Kind::SurrogatePair, end, span.end);
    }
    let utf8 = std::str::from_utf8(&value).is_ok_and(|value| !value.contains('\0'));
    if written_as_bytes && !utf8 { wrong(Kind::ByteSequence, span.start, span.end) } else { Ok(()) }
}

/// `U&'…'` and `U&"…"`, with the `UESCAPE` that may follow.
fn unicode(text: &str, span: Span, following: &[Token]) -> Result<(), LexError> {
    let of = |token: &Token| text.get(token.span.range()).unwrap_or_default();
    let mut escape = b'\\';
    if let [word, rest @ ..] = following
        && word.kind == TokenKind::Word
        && of(word).eq_ignore_ascii_case("UESCAPE")
    {
        let literal = rest.first().filter(|token| {
            matches!(token.kind, TokenKind::String | TokenKind::EscapeString | TokenKind::DollarString)
        });
        let Some(literal) = literal else {
            let place = rest.first().map_or(word.span, |token| token.span);
            return wrong(Kind::UescapeLiteral, place.start, place.end);
        };
        match uescape(text, *literal) {
            Some(Some(character)) => escape = character,
            // Written with an escape of its own: which it is is not worked out.
            Some(None) => return Ok(()),
            None => return wrong(Kind::UescapeCharacter, literal.span.start, literal.span.end),
        }
    }
    let bytes = text.get(..span.end).unwrap_or_default().as_bytes();
    let end = span.end.saturating_sub(1);
    let value = joined(bytes, span.start + 2, span.end);
    unicode_value(&value, escape, end)
}

/// What stands between quotes from a place on, as the server sees it, each byte with its place: parts joined, doubled
/// quotes single.
fn joined(bytes: &[u8], open: usize, close: usize) -> Vec<(u8, usize)> {
    let Some(quote) = bytes.get(open).copied() else { return Vec::new() };
    let (mut at, end) = (open + 1, close.saturating_sub(1));
    let mut value = Vec::new();
    while at < end {
        let part_ends = bytes[at] == quote && bytes.get(at + 1) != Some(&quote);
        if !part_ends {
            value.push((bytes[at], at));
        }
        at = behind(bytes, at, quote);
    }
    value
}

/// What a string holds, each byte with its place, up to the place of its last quote.
fn unicode_value(value: &[(u8, usize)], escape: u8, end: usize) -> Result<(), LexError> {
    let bytes: Vec<u8> = value.iter().map(|(byte, _)| *byte).collect();
    let place = |at: usize| value.get(at).map_or(end, |(_, place)| *place);
    let mut at = 0;
    let mut pair = Pair::default();
    while at < bytes.len() {
        let start = place(at);
        if bytes[at] == escape && bytes.get(at + 1) != Some(&escape) {
            let long = bytes.get(at + 1) == Some(&b'+');
            let (skipped, count) = if long { (2, 6) } else { (1, 4) };
            let Some(code) = digits(&bytes, at + skipped, count) else {
                return wrong(Kind::UnicodeEscape { string: false }, start, place(at + skipped));
            };
            at += skipped + count;
            if let Err(kind) = pair.take(code) {
                return wrong(kind, start, place(at));
            }
            continue;
        }
        if pair.open {
            return wrong(Kind::SurrogatePair, start, start);
        }
        at += if bytes[at] == escape { 2 } else { 1 };
    }
    if pair.open { wrong(Kind::SurrogatePair, end, end) } else { Ok(()) }
}

/// The escape character that a literal names, if it can be one; `Some(None)` where that cannot be told.
fn uescape(text: &str, token: Token) -> Option<Option<u8>> {
    let literal = text.get(token.span.range()).unwrap_or_default();
    let value: Vec<u8> = if token.kind == TokenKind::DollarString {
        let tag = literal.get(1..)?.find('$')? + 2;
        literal.get(tag..literal.len().checked_sub(tag)?)?.bytes().collect()
    } else {
        let bytes = text.get(..token.span.end).unwrap_or_default().as_bytes();
        let open = token.span.start + literal.find('\'')?;
        joined(bytes, open, token.span.end).into_iter().map(|(byte, _)| byte).collect()
    };
    if token.kind == TokenKind::EscapeString && value.contains(&b'\\') {
        return Some(None);
    }
    let [character] = value.as_slice() else { return None };
    let taken = character.is_ascii_hexdigit()
        || character.is_ascii_whitespace()
        || matches!(character, b'+' | b'\'' | b'"' | 0x0b);
    (!taken).then_some(Some(*character))
}

#[cfg(test)]
mod tests {
    use super::Kind;
    use crate::lex::lex;

    fn first(text: &str) -> Option<(Kind, &str)> {
        lex(text).errors.first().map(|error| (error.kind, &text[error.span.range()]))
    }

    #[test]
    fn what_is_no_character() {
        for (text, kind, place) in [
            (r"E'ab\u12'", Kind::UnicodeEscape { string: true }, r"\u"),
            (r"E'ab\uD800c'", Kind::SurrogatePair, "c"),
            (r"E'ab\uDC00'", Kind::SurrogatePair, r"\uDC00"),
            (r"E'\uD800'", Kind::SurrogatePair, "'"),
            (r"E'\u0000'", Kind::UnicodeValue, r"\u0000"),
            (r"E'a\xff'", Kind::ByteSequence, r"E'a\xff'"),
            (r"E'\0'", Kind::ByteSequence, r"E'\0'"),
            (r"U&'ab\00'", Kind::UnicodeEscape { string: false }, r"\"),
            (r"U&'\0000'", Kind::UnicodeValue, r"\0000"),
            (r"U&'\+110000'", Kind::UnicodeValue, r"\+110000"),
            (r"U&'\D800b'", Kind::SurrogatePair, ""),
            ("U&\"\\zzzz\"", Kind::UnicodeEscape { string: false }, "\\"),
            ("U&'x' UESCAPE '1'", Kind::UescapeCharacter, "'1'"),
            ("U&'x' UESCAPE 'ab'", Kind::UescapeCharacter, "'ab'"),
            ("U&'x' UESCAPE E' '", Kind::UescapeCharacter, "E' '"),
            ("U&'x' UESCAPE $a$ab$a$", Kind::UescapeCharacter, "$a$ab$a$"),
            ("U&'x' uescape 1", Kind::UescapeLiteral, "1"),
            ("U&'x!00' UESCAPE '!'", Kind::UnicodeEscape { string: false }, "!"),
        ] {
            assert_eq!(first(text), Some((kind, place)), "{text}");
        }
    }

    #[test]
    fn what_is_one() {
        for text in [
            "E'a' -- \\u12\n 'b'",
            "U&'\\00'\n'61'",
            r"E'\uD83D\uDE00 \U0001F600 \x41 \101 \n \q \' \\u12 \é'",
            r"E'\xc3\xa9'",
            r"U&'\D83D\DE00 \+01F600 \\00 d\0061t'",
            r"U&'d!0061t \00' UESCAPE '!'",
            "U&\"d\\0061t\"",
            "U&'d!0061t' UESCAPE $$!$$",
            "U&'d!0061t' UESCAPE ''\n'!'",
            r"'\u12'",
        ] {
            assert_eq!(first(text), None, "{text}");
        }
    }
}
