//! Tokens to statements.
//!
//! A statement ends at a semicolon or at Drizzle's `--> statement-breakpoint`. Two bodies hold semicolons of
//! their own: `BEGIN ATOMIC … END` of an SQL function, and the parentheses of `CREATE RULE`. Everywhere else a
//! semicolon inside parentheses is an error in SQL, so cutting there loses nothing and keeps one forgotten
//! parenthesis from hiding the statements behind it.

use std::ops::Range;

use crate::lex::{Comment, Lexed, Token, TokenKind};
use crate::text::Span;

/// A statement's tokens, without what ends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Positions in [`Lexed::tokens`]; never empty.
    pub tokens: Range<usize>,
    /// From the first token to the last.
    pub span: Span,
}

/// Whether a comment is Drizzle's mark between two statements.
#[must_use]
pub fn is_breakpoint(text: &str, comment: &Comment) -> bool {
    !comment.block
        && text.get(comment.span.range()).is_some_and(|text| text.trim_end() == "--> statement-breakpoint")
}

/// Cuts a text that has been read into its statements.
#[must_use]
pub fn split(text: &str, lexed: &Lexed) -> Vec<Piece> {
    let mut breakpoints = lexed
        .comments
        .iter()
        .filter(|comment| is_breakpoint(text, comment))
        .map(|comment| comment.span.start)
        .peekable();
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut body = Body::default();
    for (index, token) in lexed.tokens.iter().enumerate() {
        if breakpoints.next_if(|place| *place < token.span.start).is_some() {
            while breakpoints.next_if(|place| *place < token.span.start).is_some() {}
            push(&mut pieces, &lexed.tokens, start..index);
            (start, body) = (index, Body::default());
        }
        let word = text.get(token.span.range()).unwrap_or_default();
        // A command of psql ends with its line, and so does the statement that one such as `\gexec` ends.
        let command = body.command;
        let before =
            index.checked_sub(1).and_then(|previous| lexed.tokens.get(previous)).filter(|_| index > start);
        if command
            && before
                .is_some_and(|before| at(text, Span::new(before.span.end, token.span.start)).contains('\n'))
        {
            push(&mut pieces, &lexed.tokens, start..index);
            (start, body) = (index, Body::default());
        }
        if token.kind == TokenKind::Punct && word == ";" && body.may_end(&lexed.tokens, index, text) {
            push(&mut pieces, &lexed.tokens, start..index);
            (start, body) = (index + 1, Body::default());
        } else {
            body.command |= token.kind == TokenKind::Other && word == "\\";
            body.take(token, word);
        }
    }
    push(&mut pieces, &lexed.tokens, start..lexed.tokens.len());
    pieces
}

fn at(text: &str, span: Span) -> &str {
    text.get(span.range()).unwrap_or_default()
}

fn push(pieces: &mut Vec<Piece>, tokens: &[Token], range: Range<usize>) {
    if let Some([first, .., last] | [first @ last]) = tokens.get(range.clone()) {
        pieces.push(Piece { tokens: range, span: first.span.to(last.span) });
    }
}

/// What has been seen of a statement, as far as it decides where the statement ends.
#[derive(Default)]
struct Body {
    /// Whether a command of psql stands in it.
    command: bool,
    head: Head,
    seen: usize,
    parens: usize,
    /// How many `END` the body of `BEGIN ATOMIC` still wants.
    ends: usize,
    /// Whether an `END` follows; without one the body's semicolons end statements after all. Looked for once.
    closed: Option<bool>,
    previous: Previous,
}

#[derive(Default, PartialEq, Clone, Copy)]
enum Head {
    #[default]
    Other,
    Create,
    Routine,
    Rule,
}

#[derive(Default, PartialEq, Clone, Copy)]
enum Previous {
    #[default]
    Other,
    Begin,
    /// `AS` or a dot: the next word is a name, whatever it looks like.
    NameFollows,
    /// `ATOMIC`, or a semicolon: a statement of the body begins, or the body ends.
    Fresh,
    /// `CASE`, which is a name where nothing follows that it could be about: `SELECT 1 case;`.
    Case,
}

impl Body {
    fn take(&mut self, token: &Token, word: &str) {
        let is = |keyword: &str| token.kind == TokenKind::Word && word.eq_ignore_ascii_case(keyword);
        let previous = std::mem::take(&mut self.previous);
        self.seen += 1;
        match self.head {
            Head::Other if self.seen == 1 && is("CREATE") => self.head = Head::Create,
            Head::Create if is("FUNCTION") || is("PROCEDURE") => self.head = Head::Routine,
            Head::Create if is("RULE") => self.head = Head::Rule,
            Head::Create if !is("OR") && !is("REPLACE") => self.head = Head::Other,
            _ => {}
        }
        if word == "(" {
            self.parens += 1;
        } else if word == ")" {
            self.parens = self.parens.saturating_sub(1);
        }
        if self.head != Head::Routine || previous == Previous::NameFollows {
            return;
        }
        if previous == Previous::Case && matches!(word, "," | ")" | ";") {
            self.ends -= 1;
        }
        if is("BEGIN") {
            self.previous = Previous::Begin;
        } else if is("AS") || word == "." {
            self.previous = Previous::NameFollows;
        } else if previous == Previous::Begin && is("ATOMIC") && self.ends == 0 {
            self.ends = 1;
            self.previous = Previous::Fresh;
        } else if word == ";" {
            self.previous = Previous::Fresh;
        } else if self.ends > 0 && is("CASE") {
            self.ends += 1;
            self.previous = Previous::Case;
        } else if is("END") && (self.ends > 1 || self.ends == 1 && previous == Previous::Fresh) {
            // Behind an expression it is the name of a column: `SELECT 1 end;`.
            self.ends -= 1;
        }
    }

    /// Whether a semicolon at `index` ends the statement.
    fn may_end(&mut self, tokens: &[Token], index: usize, text: &str) -> bool {
        if self.head == Head::Rule && self.parens > 0 {
            return false;
        }
        self.ends == 0
            || !*self.closed.get_or_insert_with(|| end_follows(tokens.get(index..).unwrap_or_default(), text))
    }
}

fn end_follows(tokens: &[Token], text: &str) -> bool {
    tokens.iter().any(|token| {
        token.kind == TokenKind::Word
            && text.get(token.span.range()).is_some_and(|word| word.eq_ignore_ascii_case("END"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lex::lex;

    fn statements(text: &str) -> Vec<&str> {
        split(text, &lex(text)).iter().map(|piece| &text[piece.span.range()]).collect()
    }

    #[test]
    fn semicolons_end_statements() {
        assert_eq!(statements("a; b;;\n-- c;\n;d"), ["a", "b", "d"]);
        assert_eq!(
            statements("SELECT ';', $$;$$, \";\" /* ; */"),
            ["SELECT ';', $$;$$, \";\" /* ; */".trim_end_matches(" /* ; */")]
        );
        assert_eq!(statements("-- nothing\n"), [""; 0]);
    }

    #[test]
    fn drizzle_breakpoints_end_statements_too() {
        assert_eq!(
            statements("a;--> statement-breakpoint\nb\n--> statement-breakpoint\nc;"),
            ["a", "b", "c"]
        );
        assert_eq!(statements("a -- statement-breakpoint\nb"), ["a -- statement-breakpoint\nb"]);
        assert_eq!(statements("--> statement-breakpoint\r\n--> statement-breakpoint\r\na"), ["a"]);
    }

    #[test]
    fn atomic_bodies_are_one_statement() {
        let function = "CREATE OR REPLACE FUNCTION f(a int) RETURNS int BEGIN ATOMIC SELECT 1; \
                        SELECT CASE WHEN a > 1 THEN 2 ELSE 3 END AS end; END";
        assert_eq!(statements(&format!("{function}; SELECT 2")), [function, "SELECT 2"]);
    }

    #[test]
    fn begin_is_a_body_in_functions_only() {
        assert_eq!(statements("BEGIN; COMMIT"), ["BEGIN", "COMMIT"]);
        assert_eq!(
            statements("CREATE TABLE begin (atomic int); x"),
            ["CREATE TABLE begin (atomic int)", "x"]
        );
    }

    #[test]
    fn labels_may_look_like_the_ends_of_a_body() {
        for body in ["SELECT 1 end; SELECT 2;", "SELECT 1 case; SELECT 2;", "SELECT 1 case, 2 end;"] {
            let function = format!("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC {body} END");
            assert_eq!(statements(&format!("{function}; x")), [function.as_str(), "x"]);
        }
    }

    #[test]
    fn an_atomic_body_without_its_end_hides_nothing() {
        let text = "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; CREATE TABLE t (id int); x";
        assert_eq!(statements(text).len(), 3);
    }

    #[test]
    fn a_forgotten_parenthesis_hides_nothing() {
        assert_eq!(statements("CREATE TABLE a (id int; CREATE TABLE b (id int);").len(), 2);
        assert_eq!(statements("CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2); x").len(), 2);
    }
}
