//! The form of a statement: what is left of it when names in quotes, constants and numbers are taken out.
//!
//! A query in parentheses is a form of its own, so that a statement with many of them has no forms without number.

use dsql_migrate_check::lex::{Lexed, Token, TokenKind, lex};
use std::collections::BTreeSet;

/// The statements of a message.
#[must_use]
pub fn statements(message: &str) -> Vec<&str> {
    let lexed = lex(message);
    dsql_migrate_check::lex::split::split(message, &lexed)
        .iter()
        .filter_map(|piece| message.get(piece.span.range()))
        .collect()
}

/// The forms of one statement: its own first, then those of the queries in it.
#[must_use]
pub fn forms(statement: &str) -> Vec<String> {
    let lexed = lex(statement);
    let mut queries = Vec::new();
    let mut tokens = words(statement, &lexed).into_iter().peekable();
    let own = group(&mut tokens, &mut queries);
    let mut seen = BTreeSet::new();
    std::iter::once(own.join(" ")).chain(queries).filter(|form| seen.insert(form.clone())).collect()
}

/// The statement's own form, without the schemas that stand in quotes before names: the runtime writes some into the
/// statements of a set.
#[must_use]
pub fn of_user(statement: &str) -> String {
    let own = forms(statement).swap_remove(0);
    own.replace("\"…\" . ", "")
}

/// The tokens, each in its form.
fn words(text: &str, lexed: &Lexed) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for token in &lexed.tokens {
        let word = word(text, *token);
        if word == ";" {
            continue;
        }
        // `"schema"."name"` is one name, and a number has no sign.
        let quoted = |word: Option<&String>| word.is_some_and(|word| word == "\"…\"");
        let before_last = words.len().checked_sub(2).and_then(|at| words.get(at));
        if word == "\"…\"" && words.last().is_some_and(|last| last == ".") && quoted(before_last) {
            words.pop();
            continue;
        }
        let sign = words.last().is_some_and(|last| last == "-")
            && before_last
                .is_none_or(|before| ["(", ",", "then", "else", "=", ">="].contains(&before.as_str()));
        if word == "n" && sign {
            words.pop();
        }
        words.push(word);
    }
    words
}

fn word(text: &str, token: Token) -> String {
    match token.kind {
        TokenKind::QuotedIdent | TokenKind::UnicodeIdent => "\"…\"".to_owned(),
        TokenKind::String
        | TokenKind::EscapeString
        | TokenKind::UnicodeString
        | TokenKind::BitString
        | TokenKind::DollarString => "'…'".to_owned(),
        TokenKind::Number | TokenKind::Param => "n".to_owned(),
        _ => {
            let word = text.get(token.span.range()).unwrap_or_default().to_lowercase();
            // Columns that are counted.
            let plain = word.trim_end_matches(|c: char| c.is_ascii_digit());
            if plain == "f" && plain != word { "fn".to_owned() } else { word }
        }
    }
}

/// Up to the parenthesis that ends it.
fn group(
    tokens: &mut std::iter::Peekable<std::vec::IntoIter<String>>,
    queries: &mut Vec<String>,
) -> Vec<String> {
    let mut own: Vec<String> = Vec::new();
    while let Some(token) = tokens.next() {
        match token.as_str() {
            ")" => break,
            "(" => {
                let query = tokens.peek().is_some_and(|next| next == "select");
                let inner = group(tokens, queries).join(" ");
                if query {
                    queries.push(inner);
                    own.push("(select)".to_owned());
                } else {
                    own.push(format!("( {inner} )"));
                }
            }
            _ => own.push(token),
        }
    }
    once(own)
}

/// The longest part of a list that is looked for again.
const LONGEST: usize = 12;

/// Without what stands a second time behind a comma or `||`.
fn once(mut tokens: Vec<String>) -> Vec<String> {
    for length in 1..=LONGEST {
        let mut at = 0;
        while at + 2 * length < tokens.len() {
            let between = at + length;
            let separates = matches!(tokens[between].as_str(), "," | "||");
            if separates && tokens[at..between] == tokens[between + 1..=between + length] {
                tokens.drain(between..=between + length);
            } else {
                at += 1;
            }
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_varies_is_left_out() {
        let one = forms("INSERT INTO \"a\".\"t\" (a, b) VALUES ('x', 1), ('it''s', -22)");
        assert_eq!(one, forms("insert into \"t\" (a, b) VALUES (E'\\n', 3)"));
        assert_eq!(one, ["insert into \"…\" ( a , b ) values ( '…' , n )"]);
    }

    #[test]
    fn a_query_in_parentheses_is_a_form_of_its_own() {
        let found = forms("SELECT (SELECT 1)::text AS f0, (SELECT (SELECT 2))::text AS f1");
        assert_eq!(found, ["select (select) :: text as fn", "select n", "select (select)"]);
    }

    #[test]
    fn what_is_repeated_is_said_once() {
        let line =
            |count: usize| "'v'".to_owned() + &" || E'\\n' || coalesce((SELECT 1), '?|')".repeat(count);
        let form = |count| forms(&format!("SELECT 'a', {} FROM t", line(count)));
        assert_eq!(form(1), form(3));
        assert_ne!(form(0), form(1));
    }

    #[test]
    fn a_message_is_its_statements() {
        assert_eq!(
            statements("SELECT 1; SELECT ';'\n;\nSELECT 2 -- ;"),
            ["SELECT 1", "SELECT ';'", "SELECT 2"]
        );
    }

    #[test]
    fn schemas_that_were_written_in_do_not_count() {
        assert_eq!(of_user("DROP TABLE \"public\".old"), of_user("drop table old"));
    }
}
