//! Just enough lexing to cut a query string into statements and to look at a statement's words.
//!
//! This is deliberately not a parser: PostgreSQL behind the proxy parses, and what it did is judged afterwards. Words are
//! needed for what PostgreSQL cannot read (`ASYNC`) and for what it would do but DSQL will not.

/// What a token is, as far as the proxy cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// An unquoted word: a keyword or an identifier.
    Word,
    /// A `"quoted"` identifier.
    Quoted,
    /// Any string constant: `'…'`, `E'…'`, `$$…$$`.
    String,
    /// A number, parameter, operator or punctuation character.
    Other,
}

/// A token with its place in the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token<'a> {
    pub(crate) kind: TokenKind,
    pub(crate) text: &'a str,
    pub(crate) start: usize,
}

impl Token<'_> {
    /// Whether this is the unquoted word `word`, in any case.
    pub(crate) fn is(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether this is the punctuation `mark`.
    pub(crate) fn is_mark(&self, mark: &str) -> bool {
        self.kind == TokenKind::Other && self.text == mark
    }

    /// The end of the token in the text.
    pub(crate) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// The identifier that PostgreSQL would read here: unquoted words fold to lower case.
    pub(crate) fn identifier(&self) -> Option<String> {
        match self.kind {
            TokenKind::Word => Some(self.text.to_lowercase()),
            TokenKind::Quoted => Some(self.text.strip_prefix('"')?.strip_suffix('"')?.replace("\"\"", "\"")),
            _ => None,
        }
    }
}

/// All tokens of `sql`; comments and white space are left out.
pub(crate) fn tokens(sql: &str) -> Vec<Token<'_>> {
    let bytes = sql.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        let next = bytes.get(at + 1).copied();
        let kind = match byte {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => {
                at += 1;
                continue;
            }
            b'-' if next == Some(b'-') => {
                at = find(bytes, at, b'\n');
                continue;
            }
            b'/' if next == Some(b'*') => {
                at = block_comment(bytes, at);
                continue;
            }
            b'\'' => {
                at = quoted(bytes, at, b'\'', false);
                TokenKind::String
            }
            b'"' => {
                at = quoted(bytes, at, b'"', false);
                TokenKind::Quoted
            }
            b'e' | b'E' if next == Some(b'\'') => {
                at = quoted(bytes, at + 1, b'\'', true);
                TokenKind::String
            }
            b'b' | b'B' | b'x' | b'X' | b'n' | b'N' if next == Some(b'\'') => {
                at = quoted(bytes, at + 1, b'\'', false);
                TokenKind::String
            }
            b'u' | b'U' if next == Some(b'&') && bytes.get(at + 2) == Some(&b'\'') => {
                at = quoted(bytes, at + 2, b'\'', false);
                TokenKind::String
            }
            b'u' | b'U' if next == Some(b'&') && bytes.get(at + 2) == Some(&b'"') => {
                at = quoted(bytes, at + 2, b'"', false);
                TokenKind::Other
            }
            b'$' => match dollar_quoted(bytes, at) {
                Some(end) => {
                    at = end;
                    TokenKind::String
                }
                None => {
                    at += 1;
                    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
                        at += 1;
                    }
                    TokenKind::Other
                }
            },
            b'0'..=b'9' => {
                while bytes.get(at).is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_')) {
                    at += 1;
                }
                TokenKind::Other
            }
            b if is_word_start(b) => {
                while bytes.get(at).is_some_and(|&b| is_word_start(b) || b.is_ascii_digit() || b == b'$') {
                    at += 1;
                }
                TokenKind::Word
            }
            _ => {
                at += 1;
                TokenKind::Other
            }
        };
        // Every branch stops at an ASCII byte or at the end, so the slice is on character boundaries.
        found.push(Token { kind, text: sql.get(start..at).unwrap_or_default(), start });
    }
    found
}

/// The statements of a query string, cut at top-level semicolons; empty ones are left out.
pub(crate) fn split(sql: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut depth, mut previous_begin) = (0, 0_usize, false);
    let mut words = false;
    for token in tokens(sql) {
        // `BEGIN ATOMIC … END` holds semicolons of its own; a CASE inside it has an END too.
        let opens = (token.is("atomic") && previous_begin) || (depth > 0 && token.is("case"));
        if opens {
            depth += 1;
        } else if depth > 0 && token.is("end") {
            depth -= 1;
        }
        previous_begin = token.is("begin");
        if token.is_mark(";") && depth == 0 {
            if words {
                parts.push(sql.get(start..token.start).unwrap_or_default());
            }
            (start, words) = (token.end(), false);
        } else {
            words = true;
        }
    }
    if words {
        parts.push(sql.get(start..).unwrap_or_default());
    }
    parts
}

/// `sql` with the given tokens replaced by spaces, so that error positions stay where they were.
pub(crate) fn blank(sql: &str, gone: &[Token<'_>]) -> String {
    let mut text = sql.to_string();
    for token in gone {
        text.replace_range(token.start..token.end(), &" ".repeat(token.text.len()));
    }
    text
}

fn is_word_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn find(bytes: &[u8], from: usize, wanted: u8) -> usize {
    bytes.iter().skip(from).position(|&b| b == wanted).map_or(bytes.len(), |n| from + n + 1)
}

fn block_comment(bytes: &[u8], from: usize) -> usize {
    let (mut at, mut depth) = (from + 2, 1);
    while depth > 0 {
        match (bytes.get(at), bytes.get(at + 1)) {
            (Some(b'*'), Some(b'/')) => (at, depth) = (at + 2, depth - 1),
            (Some(b'/'), Some(b'*')) => (at, depth) = (at + 2, depth + 1),
            (Some(_), _) => at += 1,
            (None, _) => break,
        }
    }
    at
}

/// The end of a quoted token whose opening quote is at `open`; a doubled quote does not end it.
fn quoted(bytes: &[u8], open: usize, quote: u8, backslashes: bool) -> usize {
    let mut at = open + 1;
    while let Some(&byte) = bytes.get(at) {
        let escape = backslashes && byte == b'\\';
        if escape || (byte == quote && bytes.get(at + 1) == Some(&quote)) {
            at += 2;
        } else if byte == quote {
            return at + 1;
        } else {
            at += 1;
        }
    }
    bytes.len()
}

fn dollar_quoted(bytes: &[u8], open: usize) -> Option<usize> {
    let mut at = open + 1;
    while bytes.get(at).is_some_and(|&b| is_word_start(b) || (at > open + 1 && b.is_ascii_digit())) {
        at += 1;
    }
    if bytes.get(at) != Some(&b'$') {
        return None;
    }
    let tag = bytes.get(open..=at)?;
    let body = bytes.get(at + 1..)?;
    let end = body.windows(tag.len()).position(|window| window == tag);
    Some(end.map_or(bytes.len(), |n| at + 1 + n + tag.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_only_at_semicolons_that_end_a_statement() {
        let sql = "select ';' ; -- a;b\n/* ; /* ; */ */ select $x$ ; $x$;; select E'\\';' ; select \";\"";
        assert_eq!(split(sql).len(), 4);
        let body =
            "create function f() returns int begin atomic select case when true then 1 end; end; select 1";
        assert_eq!(split(body).len(), 2);
        assert!(split(" ; -- nothing\n;").is_empty());
    }

    #[test]
    fn reads_words_and_identifiers() {
        let found = tokens("CREATE INDEX async ON \"Tä\"\"ble\"(größe) -- end");
        assert!(found[2].is("ASYNC"));
        assert_eq!(found[4].identifier().as_deref(), Some("Tä\"ble"));
        assert_eq!(found[6].identifier().as_deref(), Some("größe"));
        assert!(!tokens("\"async\"")[0].is("async"));
    }

    #[test]
    fn never_stops_inside_a_character() {
        for sql in ["'ä", "\"ä", "$ä$ x", "$1ä", "E'\\ä", "/* ä", "ä$$ä", "U&'ä"] {
            let _ = tokens(sql);
            let _ = split(sql);
        }
    }

    #[test]
    fn blanking_keeps_positions() {
        let sql = "create index async i on t(a)";
        let all = tokens(sql);
        assert_eq!(blank(sql, &all[2..3]), "create index       i on t(a)");
    }
}
