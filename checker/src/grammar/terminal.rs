//! Tokens as the tables of the grammar know them.

use super::terminals::TERMINALS;
use crate::cursor::Cursor;
use crate::lex::{Token, TokenKind};

/// A terminal's id.
pub(super) type Terminal = u16;

pub(super) const END: Terminal = 0;
pub(super) const OTHER: Terminal = TERMINALS.len() as Terminal;
pub(super) const LAST: Terminal = (TERMINALS.len() + crate::lex::KEYWORDS.len()) as Terminal;
const IDENT: Terminal = id("IDENT");
const STRING: Terminal = id("STRING");
const NCHAR: Terminal = keyword("nchar");

/// The id of one that is no keyword; a wrong name does not compile.
pub(super) const fn id(name: &str) -> Terminal {
    let mut at = 0;
    while !same(TERMINALS[at], name) {
        at += 1;
    }
    at as Terminal + 1
}

/// The id of a keyword, given in lower case; a wrong word does not compile.
pub(super) const fn keyword(word: &str) -> Terminal {
    let mut at = 0;
    while !same(crate::lex::KEYWORDS[at].text, word) {
        at += 1;
    }
    of_keyword(at)
}

/// The id of the keyword at a place of the list of keywords.
pub(super) const fn of_keyword(at: usize) -> Terminal {
    (TERMINALS.len() + 1 + at) as Terminal
}

const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

/// How a terminal is shown: a keyword in upper case, a sign as it is, the others by what they stand for.
pub(super) fn shown(terminal: Terminal) -> String {
    let at = usize::from(terminal);
    match at.checked_sub(TERMINALS.len() + 1).and_then(|at| crate::lex::KEYWORDS.get(at)) {
        Some(keyword) => keyword.text.to_ascii_uppercase(),
        None => at.checked_sub(1).and_then(|at| TERMINALS.get(at)).map_or("", |name| *name).to_owned(),
    }
}

/// The terminals of a statement's tokens, from left to right.
#[derive(Clone, Copy)]
pub(super) struct Terminals<'a> {
    cursor: Cursor<'a>,
    /// What the last token goes on with: `N'…'` is two terminals.
    pending: Option<Terminal>,
}

impl<'a> Terminals<'a> {
    pub(super) fn new(cursor: Cursor<'a>) -> Self {
        Self { cursor, pending: None }
    }

    /// The next one and the position of its token.
    pub(super) fn next(&mut self) -> (Terminal, usize) {
        let at = self.cursor.position();
        if let Some(terminal) = self.pending.take() {
            return (terminal, at.saturating_sub(1));
        }
        let Some(token) = self.cursor.token() else { return (END, at) };
        let terminal = self.terminal(token);
        self.cursor.advance();
        (terminal, at)
    }

    /// Whether the next one is in the middle of a token.
    pub(super) fn in_token(&self) -> bool {
        self.pending.is_some()
    }

    /// The token behind all that has been given.
    pub(super) fn position(&self) -> usize {
        self.cursor.position()
    }

    fn terminal(&mut self, token: Token) -> Terminal {
        let text = || self.cursor.text_of(token);
        match token.kind {
            TokenKind::Word => self.word(token),
            TokenKind::QuotedIdent | TokenKind::UnicodeIdent => IDENT,
            TokenKind::String if text().starts_with(['n', 'N']) => {
                self.pending = Some(STRING);
                NCHAR
            }
            TokenKind::String
            | TokenKind::EscapeString
            | TokenKind::UnicodeString
            | TokenKind::DollarString => STRING,
            TokenKind::BitString => const { id("BITS") },
            TokenKind::Number if is_whole(text()) => const { id("WHOLE") },
            TokenKind::Number => const { id("NUMBER") },
            TokenKind::Param => const { id("PARAM") },
            TokenKind::Op | TokenKind::Punct => sign(text()),
            TokenKind::Other | TokenKind::Error => OTHER,
        }
    }

    fn word(&self, token: Token) -> Terminal {
        let next = |words: &[&str]| words.iter().any(|word| self.cursor.word_at(1, word));
        let Some(at) = token.keyword() else {
            return self.own_word().unwrap_or(IDENT);
        };
        let plain = of_keyword(at);
        const NOT: Terminal = keyword("not");
        const NULLS: Terminal = keyword("nulls");
        const WITH: Terminal = keyword("with");
        const WITHOUT: Terminal = keyword("without");
        const FORMAT: Terminal = keyword("format");
        match plain {
            NOT if next(&["BETWEEN", "IN", "LIKE", "ILIKE", "SIMILAR"]) => const { id("NOT_LA") },
            NULLS if next(&["FIRST", "LAST"]) => const { id("NULLS_LA") },
            WITH if next(&["TIME", "ORDINALITY"]) => const { id("WITH_LA") },
            WITHOUT if next(&["TIME"]) => const { id("WITHOUT_LA") },
            FORMAT if next(&["JSON"]) => const { id("FORMAT_LA") },
            _ => plain,
        }
    }

    /// DSQL's own words, which are words only where it knows them: `ASYNC` behind CREATE INDEX, and behind ALTER TABLE
    /// where a name follows it; `AWS IAM` at the beginning.
    fn own_word(&self) -> Option<Terminal> {
        const ACTIONS: &[&str] =
            &["ADD", "ALTER", "DROP", "RENAME", "SET", "OWNER", "RESET", "ENABLE", "DISABLE"];
        if self.cursor.is("ASYNC") {
            // A CREATE SCHEMA may hold it, too.
            const INDEX: &[&str] = &[
                "CREATE INDEX",
                "CREATE UNIQUE INDEX",
                "CREATE INDEX CONCURRENTLY",
                "CREATE UNIQUE INDEX CONCURRENTLY",
            ];
            let in_index = INDEX.iter().any(|head| self.cursor.is_behind(head));
            let is_name =
                ACTIONS.iter().any(|action| self.cursor.word_at(1, action)) || self.cursor.punct_at(1, ".");
            let in_table = self.cursor.follows("ALTER TABLE") && !is_name;
            return (in_index || in_table).then_some(const { id("ASYNC") });
        }
        if self.cursor.position() == 0 && self.cursor.are("AWS IAM") {
            return Some(const { id("AWS") });
        }
        self.cursor.follows("AWS").then_some(const { id("IAM") }).filter(|_| self.cursor.is("IAM"))
    }
}

/// Whether a number is one of PostgreSQL's integers, of four bytes; what is none is a numeric.
fn is_whole(text: &str) -> bool {
    let digits: String = text.chars().filter(|one| *one != '_').collect();
    let lower = digits.to_ascii_lowercase();
    let of = |radix: u32, digits: &str| {
        i64::from_str_radix(digits, radix).is_ok_and(|value| value <= i64::from(i32::MAX))
    };
    match (lower.get(..2), lower.get(2..)) {
        (Some("0x"), Some(digits)) => of(16, digits),
        (Some("0o"), Some(digits)) => of(8, digits),
        (Some("0b"), Some(digits)) => of(2, digits),
        _ => of(10, &lower),
    }
}

fn sign(text: &str) -> Terminal {
    let text = if text == "!=" { "<>" } else { text };
    const FIRST: usize = id("::") as usize - 1;
    let listed = TERMINALS.get(FIRST..TERMINALS.len() - 1).unwrap_or_default();
    match listed.iter().position(|one| *one == text) {
        Some(at) => (FIRST + at + 1) as Terminal,
        None => const { id("OP") },
    }
}
