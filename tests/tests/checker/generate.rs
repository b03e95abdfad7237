//! Makes texts for the scanner: statements whose tokens and results are known.

use dsql_migrate_check::lex::TokenKind;

use crate::random::Random;

/// A text, with what is known of it because of how it was made.
#[derive(Default, Debug)]
pub(crate) struct Known {
    /// The text.
    pub(crate) text: String,
    /// Its tokens; none for those whose kind does not matter.
    pub(crate) tokens: Vec<(Option<TokenKind>, String)>,
    /// What each statement answers: the names and values of a row, or nothing.
    pub(crate) answers: Vec<Vec<(String, String)>>,
}

/// What values consist of.
const PIECES: &[&str] = &[
    "a", "b1", "'", "''", "\"", "\\", "\\\\", ";", "$", "$$", "$a$", "--", "/*", "*/", "\n", "\r\n", " ",
    "é", "😀", "(", "END", "E'", "U&",
];

/// White space and comments, all of which may stand wherever one of them may.
const GAPS: &[&str] = &[
    " ",
    "\n",
    "\r\n",
    "\t",
    "\u{c}",
    " /* ' ; \" $$ */ ",
    " /* a /* ' */ ; -- */ ",
    " -- it's; \"\n",
    "\n--\n",
    "/**/",
    "/*/*/**/*/*/",
    "-- $a$\r\n",
    "--/*\r",
];

/// What joins the parts of a string that goes on.
const JOINTS: &[&str] =
    &["\n", " \n ", "\r\n", " -- it's; \n", "\n-- ;'\n\t", "\n\n", "\r", "-- a\r--b\n\x0c"];

/// An expression, its tokens between spaces, and its value.
const EXPRESSIONS: &[(&str, &str, &str)] = &[
    ("1", "1", "1"),
    ("1.5", "1.5", "1.5"),
    (".5", ".5", "0.5"),
    ("1.", "1.", "1"),
    ("1e3", "1e3", "1000"),
    ("1.5E-1", "1.5E-1", "0.15"),
    ("1+-1", "1 + - 1", "0"),
    ("2*-3", "2 * - 3", "-6"),
    ("5--c\n-3", "5 - 3", "2"),
    ("5-/*c*/3", "5 - 3", "2"),
    ("5%3", "5 % 3", "2"),
    ("1<-1", "1 < - 1", "f"),
    ("1<>2", "1 <> 2", "t"),
    ("1!=2", "1 != 2", "t"),
    ("1<=2", "1 <= 2", "t"),
    ("@ -5", "@ - 5", "5"),
    ("7#2", "7 # 2", "5"),
    ("'1'::int", "'1' :: int", "1"),
    ("1::\"numeric\"", "1 :: \"numeric\"", "1"),
    ("(array[1,2,3])[1:2]", "( array [ 1 , 2 , 3 ] ) [ 1 : 2 ]", "{1,2}"),
    ("case when true then 1 end", "case when true then 1 end", "1"),
];

/// A value of a few pieces.
fn value(random: &mut Random) -> String {
    (0..random.below(7)).map(|_| random.pick(PIECES)).collect()
}

impl Known {
    fn push(&mut self, kind: Option<TokenKind>, token: &str) {
        self.text.push_str(token);
        self.tokens.push((kind, token.to_owned()));
    }

    fn gap(&mut self, random: &mut Random) {
        self.text.push_str(random.pick(GAPS));
        while random.chance(15) {
            self.text.push_str(random.pick(GAPS));
        }
    }

    fn word(&mut self, random: &mut Random, word: &str) {
        self.push(Some(TokenKind::Word), word);
        self.gap(random);
    }

    fn maybe_gap(&mut self, random: &mut Random) {
        if random.chance(40) {
            self.gap(random);
        }
    }

    /// Some statements with what ends them.
    pub(crate) fn statements(random: &mut Random) -> Self {
        let mut known = Self::default();
        known.maybe_gap(random);
        for _ in 0..=random.below(3) {
            known.statement(random);
            known.maybe_gap(random);
            for _ in 0..=usize::from(random.chance(10)) {
                known.push(Some(TokenKind::Punct), ";");
                known.maybe_gap(random);
            }
        }
        known
    }

    fn statement(&mut self, random: &mut Random) {
        match random.below(16) {
            0 => self.routine(random),
            1 => self.rule(random),
            _ => {
                let row = self.select(random);
                self.answers.push(row);
            }
        }
    }

    /// A `SELECT` of literals and of small expressions.
    fn select(&mut self, random: &mut Random) -> Vec<(String, String)> {
        self.word(random, "SELECT");
        let mut row = Vec::new();
        for column in 0..=random.below(4) {
            if column > 0 {
                self.push(Some(TokenKind::Punct), ",");
                self.maybe_gap(random);
            }
            let value = if random.chance(30) { self.expression(random) } else { self.literal(random) };
            self.gap(random);
            self.word(random, "AS");
            let name = self.name(random);
            row.push((name, value));
            self.maybe_gap(random);
        }
        row
    }

    fn expression(&mut self, random: &mut Random) -> String {
        let (text, tokens, value) = random.pick(EXPRESSIONS);
        self.text.push_str(text);
        self.tokens.extend(tokens.split(' ').map(|token| (None, token.to_owned())));
        value.to_owned()
    }

    /// A name for a column.
    fn name(&mut self, random: &mut Random) -> String {
        match random.below(4) {
            0 => self.named(TokenKind::Word, random.pick(&["c", "end", "case", "é", "x$y$", "_1", "begin"])),
            1 => {
                let name = format!("x{}", value(random));
                self.push(Some(TokenKind::QuotedIdent), &format!("\"{}\"", name.replace('"', "\"\"")));
                name
            }
            2 => {
                self.push(Some(TokenKind::UnicodeIdent), "U&\"d\\0061t\\+000061 ;\\\\\"");
                "data ;\\".to_owned()
            }
            _ => self.named(TokenKind::QuotedIdent, "\";\"").trim_matches('"').to_owned(),
        }
    }

    fn named(&mut self, kind: TokenKind, name: &str) -> String {
        self.push(Some(kind), name);
        name.to_owned()
    }

    /// A literal of any form.
    fn literal(&mut self, random: &mut Random) -> String {
        let value = value(random);
        match random.below(7) {
            0 => self.plain(random, &value),
            1 | 2 => self.parts(random, &value, TokenKind::String),
            3 | 4 => self.parts(random, &value, TokenKind::EscapeString),
            5 => self.parts(random, &value, TokenKind::UnicodeString),
            _ => self.dollars(random, &value),
        }
        if random.chance(5) {
            // Not what was asked for, and as good.
            self.gap(random);
            self.push(Some(TokenKind::Op), "||");
            self.gap(random);
            self.push(Some(TokenKind::BitString), "x'1F'");
            self.push(Some(TokenKind::Punct), "::");
            self.push(Some(TokenKind::Word), "text");
            return value + "00011111";
        }
        value
    }

    fn plain(&mut self, random: &mut Random, value: &str) {
        // N'…' is of type char, which loses blanks at its end.
        let prefix = if value.ends_with(' ') { "" } else { random.pick(&["", "", "N", "n"]) };
        self.push(Some(TokenKind::String), &format!("{prefix}'{}'", value.replace('\'', "''")));
    }

    /// A string in one part or more.
    fn parts(&mut self, random: &mut Random, value: &str, kind: TokenKind) {
        let mut token = match kind {
            TokenKind::EscapeString => random.pick(&["E'", "e'"]),
            TokenKind::UnicodeString => random.pick(&["U&'", "u&'"]),
            _ => "'",
        }
        .to_owned();
        for character in value.chars() {
            match kind {
                TokenKind::EscapeString => token.push_str(&escaped(random, character)),
                TokenKind::UnicodeString => match character {
                    '\\' => token.push_str("\\\\"),
                    '\'' => token.push_str("''"),
                    _ if random.chance(30) => token.push_str(&format!("\\+{:06X}", u32::from(character))),
                    _ => token.push(character),
                },
                _ if character == '\'' => token.push_str("''"),
                _ => token.push(character),
            }
            if random.chance(12) {
                token.push_str(&format!("'{}'", random.pick(JOINTS)));
            }
        }
        token.push('\'');
        self.push(Some(kind), &token);
        if kind == TokenKind::UnicodeString && random.chance(10) {
            self.gap(random);
            self.word(random, "uescape");
            self.push(Some(TokenKind::String), "'\\'");
        }
    }

    fn dollars(&mut self, random: &mut Random, value: &str) {
        let tag = random.pick(&["$$", "$a$", "$é$", "$_1$", "$A$", "$body$"]);
        let body = format!("{value}{tag}");
        if body.find(tag) == Some(value.len()) {
            self.push(Some(TokenKind::DollarString), &format!("{tag}{body}"));
        } else {
            self.plain(random, value);
        }
    }

    /// A function with a body of statements.
    fn routine(&mut self, random: &mut Random) {
        for word in ["CREATE", "OR", "REPLACE"] {
            self.word(random, word);
        }
        let procedure = random.chance(30);
        self.word(random, if procedure { "PROCEDURE" } else { "FUNCTION" });
        for (kind, token) in [
            (TokenKind::Word, "pg_temp"),
            (TokenKind::Punct, "."),
            (TokenKind::Word, random.pick(&["f", "begin"])),
        ] {
            let name = if procedure && kind == TokenKind::Word && token != "pg_temp" { "p" } else { token };
            self.push(Some(kind), name);
        }
        self.text.push_str("()");
        self.tokens.extend(["(", ")"].map(|token| (Some(TokenKind::Punct), token.to_owned())));
        self.gap(random);
        if !procedure {
            self.word(random, "RETURNS");
            self.word(random, "text");
        }
        let (begin, atomic) = random.pick(&[("BEGIN", "ATOMIC"), ("begin", "Atomic")]);
        self.word(random, begin);
        self.word(random, atomic);
        for _ in 0..random.below(3) {
            self.select(random);
            self.push(Some(TokenKind::Punct), ";");
            self.maybe_gap(random);
        }
        let last = "SELECT case 'a' when ';' then 'end' else ';' end ; ";
        self.text.push_str(last);
        self.tokens.extend(last.split_whitespace().map(|token| (None, token.to_owned())));
        self.push(Some(TokenKind::Word), random.pick(&["END", "end"]));
        self.answers.push(Vec::new());
    }

    /// A rule with a body of statements.
    fn rule(&mut self, random: &mut Random) {
        let head = "CREATE OR REPLACE RULE r AS ON UPDATE TO t DO ALSO ( ";
        self.text.push_str(head);
        self.tokens.extend(head.split_whitespace().map(|token| (None, token.to_owned())));
        self.select(random);
        self.push(Some(TokenKind::Punct), ";");
        self.select(random);
        self.push(Some(TokenKind::Punct), ")");
        self.answers.push(Vec::new());
    }
}

fn escaped(random: &mut Random, character: char) -> String {
    match character {
        '\'' => (random.pick(&["''", "\\'"])).to_owned(),
        '\\' => "\\\\".to_owned(),
        '\n' => (random.pick(&["\n", "\\n", "\\012"])).to_owned(),
        ';' => (random.pick(&[";", "\\;", "\\x3B", "\\u003b"])).to_owned(),
        '"' => (random.pick(&["\"", "\\\""])).to_owned(),
        _ if random.chance(10) => format!("\\U{:08x}", u32::from(character)),
        _ => character.to_string(),
    }
}
