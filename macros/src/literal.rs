//! Where the bytes of a string's value stand in the Rust source.

use std::str::Chars;

use dsql_migrate_check::{Anchor, Position};

/// The places of a string literal's value: `token` is the literal as it is written, `start` where it begins. Of what is
/// neither a plain nor a raw string, only the beginning is known.
pub(crate) fn anchors(token: &str, start: Position) -> Vec<Anchor> {
    let mut walk = Walk { at: start, byte: 0, anchors: Vec::new() };
    let hashes = token.strip_prefix('r').map(|rest| rest.bytes().take_while(|byte| *byte == b'#').count());
    match hashes {
        Some(hashes) => {
            let quotes = hashes + 1;
            // `r`, the hashes and the quote.
            walk.at.column += quotes + 1;
            walk.anchor();
            let inner = token.get(quotes + 1..token.len().saturating_sub(quotes)).unwrap_or_default();
            inner.chars().for_each(|one| walk.value(one));
        }
        None => {
            let inner = token.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            walk.at.column += usize::from(inner.is_some());
            walk.anchor();
            walk.escaped(inner.unwrap_or_default().chars());
        }
    }
    walk.anchors
}

/// A place in the source, and the byte of the value that stands there.
struct Walk {
    at: Position,
    byte: usize,
    anchors: Vec<Anchor>,
}

impl Walk {
    fn anchor(&mut self) {
        self.anchors.push(Anchor { byte: self.byte, position: self.at });
    }

    /// Goes over a character of the source.
    fn over(&mut self, one: char) {
        self.at = if one == '\n' {
            Position { line: self.at.line + 1, column: 1 }
        } else {
            Position { column: self.at.column + 1, ..self.at }
        };
    }

    /// Goes over a character that stands for itself.
    fn value(&mut self, one: char) {
        self.over(one);
        self.byte += one.len_utf8();
        if one == '\n' {
            self.anchor();
        }
    }

    /// Goes over what is between the quotes of a string that may have escapes.
    fn escaped(&mut self, mut inner: Chars<'_>) {
        while let Some(one) = inner.next() {
            if one != '\\' {
                self.value(one);
                continue;
            }
            self.over(one);
            let Some(kind) = inner.next() else { return };
            self.over(kind);
            self.byte += match kind {
                '\n' => {
                    let mut blanks = inner.clone();
                    while let Some(blank) = blanks.next().filter(|next| next.is_ascii_whitespace()) {
                        self.over(blank);
                        inner = blanks.clone();
                    }
                    0
                }
                'x' => {
                    inner.by_ref().take(2).for_each(|digit| self.over(digit));
                    1
                }
                'u' => {
                    let code: String = inner.by_ref().take_while(|one| *one != '}').collect();
                    code.chars().chain(['}']).for_each(|one| self.over(one));
                    let digits = code.trim_start_matches('{').replace('_', "");
                    let value = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                    value.map_or(0, char::len_utf8)
                }
                _ => 1,
            };
            self.anchor();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line and the column of a part of the value, in a literal that begins at 5:9.
    fn place(token: &str, value: &str, part: &str) -> (usize, usize) {
        let source = dsql_migrate_check::Source::within(
            "a.rs",
            value,
            anchors(token, Position { line: 5, column: 9 }),
        );
        let position = source.position(value.find(part).expect("a part of the value"));
        (position.line, position.column)
    }

    #[test]
    fn plain_and_raw_strings() {
        assert_eq!(place("\"SELECT a\"", "SELECT a", "SELECT"), (5, 10));
        assert_eq!(place("\"SELECT é, a\"", "SELECT é, a", "a"), (5, 20));
        assert_eq!(place("r\"SELECT a\"", "SELECT a", "a"), (5, 18));
        assert_eq!(place("r##\"SELECT a\"##", "SELECT a", "SELECT"), (5, 13));
        assert_eq!(place("\"SELECT\n  a\"", "SELECT\n  a", "a"), (6, 3));
        assert_eq!(place("r#\"\n    SELECT a\n\"#", "\n    SELECT a\n", "a"), (6, 12));
    }

    #[test]
    fn escapes() {
        assert_eq!(place("\"SELECT \\\"a\\\", b\"", "SELECT \"a\", b", "b"), (5, 24));
        assert_eq!(place("\"SELECT \\\n    a,\\\n b\"", "SELECT a,b", "a"), (6, 5));
        assert_eq!(place("\"SELECT \\\n    a,\\\n b\"", "SELECT a,b", "b"), (7, 2));
        assert_eq!(place("\"\\x41\\u{1F_600}\\n b\"", "A😀\n b", "b"), (5, 27));
    }
}
