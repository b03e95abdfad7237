//! JSON, as RFC 8259 has it.

use super::Wrong;

/// What is open.
#[derive(Clone, Copy, PartialEq)]
enum Open {
    Array,
    Object,
}

/// What may stand next.
#[derive(Clone, Copy, PartialEq)]
enum Next {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    Colon,
    CommaOrEnd,
}

pub(super) fn wrong(data_type: &str, text: &str) -> Option<Wrong> {
    let mut reader = Reader { bytes: text.as_bytes(), at: 0, no_character: false };
    if reader.document(data_type == "jsonb").is_none() {
        // It depends on the type.
        return Some(("22P02", "invalid input syntax for type json".to_owned()));
    }
    (reader.no_character && data_type == "jsonb")
        .then(|| ("22P05", "unsupported Unicode escape sequence".to_owned()))
}

struct Reader<'t> {
    bytes: &'t [u8],
    at: usize,
    /// Whether an escape means U+0000, which no text of the server's has.
    no_character: bool,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let is = self.peek() == Some(byte);
        self.at += usize::from(is);
        is
    }

    fn space(&mut self) {
        while self.peek().is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// One value and nothing else. Without recursion: nobody knows how deep it is.
    fn document(&mut self, decode: bool) -> Option<()> {
        let mut open: Vec<Open> = Vec::new();
        let mut next = Next::Value;
        loop {
            self.space();
            let Some(byte) = self.peek() else {
                return (open.is_empty() && next == Next::CommaOrEnd).then_some(());
            };
            next = match (next, byte) {
                (Next::Value | Next::ValueOrEnd, b'[') => {
                    self.at += 1;
                    open.push(Open::Array);
                    Next::ValueOrEnd
                }
                (Next::Value | Next::ValueOrEnd, b'{') => {
                    self.at += 1;
                    open.push(Open::Object);
                    Next::KeyOrEnd
                }
                (Next::ValueOrEnd | Next::CommaOrEnd, b']') if open.last() == Some(&Open::Array) => {
                    self.at += 1;
                    open.pop();
                    Next::CommaOrEnd
                }
                (Next::KeyOrEnd | Next::CommaOrEnd, b'}') if open.last() == Some(&Open::Object) => {
                    self.at += 1;
                    open.pop();
                    Next::CommaOrEnd
                }
                (Next::Key | Next::KeyOrEnd, b'"') => {
                    self.string(decode)?;
                    Next::Colon
                }
                (Next::Colon, b':') => {
                    self.at += 1;
                    Next::Value
                }
                (Next::CommaOrEnd, b',') => {
                    self.at += 1;
                    match open.last()? {
                        Open::Array => Next::Value,
                        Open::Object => Next::Key,
                    }
                }
                (Next::Value | Next::ValueOrEnd, _) => {
                    self.scalar(decode)?;
                    Next::CommaOrEnd
                }
                _ => return None,
            };
        }
    }

    fn scalar(&mut self, decode: bool) -> Option<()> {
        match self.peek()? {
            b'"' => self.string(decode),
            b'-' | b'0'..=b'9' => self.number(),
            _ => {
                let words: [&[u8]; 3] = [b"true", b"false", b"null"];
                let rest = self.bytes.get(self.at..)?;
                let word = words.into_iter().find(|word| rest.starts_with(word))?;
                self.at += word.len();
                self.ends()
            }
        }
    }

    /// Whether a word or a number ends here.
    fn ends(&self) -> Option<()> {
        let goes_on = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
        (!self.peek().is_some_and(goes_on)).then_some(())
    }

    fn digits(&mut self) -> Option<()> {
        let from = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > from).then_some(())
    }

    fn number(&mut self) -> Option<()> {
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _sign = self.eat(b'-') || self.eat(b'+');
            self.digits()?;
        }
        self.ends()
    }

    fn string(&mut self, decode: bool) -> Option<()> {
        self.at += 1;
        // The first half of a pair that means one character.
        let mut half = false;
        loop {
            let byte = self.peek()?;
            self.at += 1;
            let escaped = byte == b'\\';
            match byte {
                b'"' => return (!half).then_some(()),
                0..=0x1f => return None,
                b'\\' => match self.peek()? {
                    b'u' => {
                        self.at += 1;
                        let code = self.code()?;
                        if decode {
                            match code {
                                0xd800..=0xdbff if !half => {
                                    half = true;
                                    continue;
                                }
                                0xdc00..=0xdfff if half => half = false,
                                0xd800..=0xdfff => return None,
                                _ if half => return None,
                                _ => self.no_character |= code == 0,
                            }
                        }
                    }
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' if !half => self.at += 1,
                    _ => return None,
                },
                _ => {}
            }
            if half && !escaped {
                return None;
            }
        }
    }

    fn code(&mut self) -> Option<u32> {
        let digits = self.bytes.get(self.at..self.at + 4)?;
        let digits =
            std::str::from_utf8(digits).ok().filter(|one| one.bytes().all(|b| b.is_ascii_hexdigit()))?;
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }
}
