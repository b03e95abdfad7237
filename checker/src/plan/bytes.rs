//! How many bytes a statement writes: at most, to group statements, and at least, to refuse them.

use crate::ast::Class;
use crate::lex::{Token, TokenKind};
use crate::parse::data_type;
use crate::plan::rows;
use crate::statement::Statement;

/// How many bytes of text are grouped in a step. Less than half of what a transaction takes: what is short is stored
/// larger than it is written (a 1 as eight bytes), and what stands in an index counts once more.
pub(super) const GROUP: u64 = 4 * 1024 * 1024;

/// The longest text that may stand for a date, an interval, a UUID or another value of few bytes.
const SHORT: usize = 256;

/// What a statement writes, by its text, which is generous for any statement that gives its values itself.
pub(super) fn about(statement: &Statement<'_>) -> u64 {
    if statement.class() == Class::Dml { statement.text().len() as u64 } else { 0 }
}

/// What the values of `INSERT … VALUES` take at the least. Only a text that is a value by itself is counted, for of
/// an expression nobody knows what it gives; and each as the type that would store it in the fewest bytes.
pub(super) fn at_least(statement: &Statement<'_>) -> u64 {
    let Some(mut cursor) = rows::values(statement) else { return 0 };
    let mut bytes = 0;
    while let Some(row) = cursor.parens() {
        let mut items = statement.within(row);
        while !items.at_end() {
            let item = items.skip_until(|cursor| cursor.is_punct(","));
            items.advance();
            bytes += value(statement, item);
        }
        if cursor.eat_punct(",").is_none() {
            break;
        }
    }
    // Rows that conflict need not be written, also those that conflict with each other.
    if cursor.are("ON CONFLICT") { 0 } else { bytes }
}

/// What one value takes at the least; 0 where it is no plain literal.
fn value(statement: &Statement<'_>, item: crate::ast::TokenRange) -> u64 {
    let mut cursor = statement.within(item);
    let Some(token) = cursor.token() else { return 0 };
    cursor.advance();
    if cursor.eat_punct("::").is_some() {
        // A cast to a type of some length cuts.
        let kept = data_type(&mut cursor).is_some_and(|data_type| {
            data_type.modifiers.is_empty() && matches!(data_type.name.as_str(), "text" | "bytea")
        });
        if !kept {
            return 0;
        }
    }
    if cursor.at_end() { literal(statement.slice(token.span), token) } else { 0 }
}

fn literal(text: &str, token: Token) -> u64 {
    if text.len() <= SHORT {
        return 0;
    }
    match token.kind {
        TokenKind::String => stored(&unquoted(text, false)),
        TokenKind::EscapeString => stored(&unquoted(text, true)),
        TokenKind::DollarString => {
            let inside = text.get(1..).and_then(|rest| rest.split_once('$'));
            let inside = inside.and_then(|(tag, rest)| rest.strip_suffix(&format!("${tag}$")));
            inside.map_or(0, stored)
        }
        // `U&'…'` may write a letter as eight, and the rest is short or has no type that is stored.
        _ => 0,
    }
}

/// What stands between the quotes, doubled quotes once and backslashes as they are written.
fn unquoted(text: &str, escapes: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\'' if inside && characters.next_if_eq(&'\'').is_some() => out.push('\''),
            // What continues a string begins with a quote of its own.
            '\'' => inside = !inside,
            '\\' if inside && escapes => {
                out.push('\\');
                out.extend(characters.next());
            }
            other if inside => out.push(other),
            _ => {}
        }
    }
    out
}

/// The bytes of a text as the type that stores it in the fewest.
fn stored(text: &str) -> u64 {
    // Blanks at the end go where a varchar would be too long.
    let text = text.trim();
    let bytes = text.as_bytes();
    if text.len() <= SHORT {
        return 0;
    }
    if text.trim_start_matches('\\').starts_with('x') && text.starts_with('\\') {
        // A bytea: two digits a byte, and blanks between them.
        return bytes.iter().filter(|byte| byte.is_ascii_hexdigit()).count() as u64 / 2;
    }
    // JSON is stored compressed, and nobody knows to how much.
    let json = matches!(
        (bytes.first(), bytes.last()),
        (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']')) | (Some(b'"'), Some(b'"'))
    );
    let number = bytes.iter().all(|byte| byte.is_ascii_digit() || b"+-.eE_ \t\r\n".contains(byte));
    if json || number {
        return 0;
    }
    let mut count = 0;
    let mut rest = bytes.iter().peekable();
    while let Some(byte) = rest.next() {
        if *byte == b'\\' {
            // An escape of a string or of a bytea or of both: `\\\\000` and `\U0001F600` are one character each.
            while rest.next_if(|next| **next == b'\\').is_some() {}
            for _ in 0..9 {
                if rest.next_if(|next| next.is_ascii_alphanumeric()).is_none() {
                    break;
                }
            }
        } else {
            count += 1;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::File;
    use crate::text::Source;

    fn least(sql: &str) -> u64 {
        let source = Source::new("a.sql", sql);
        let file = File::read(&source);
        at_least(&file.statements[0])
    }

    #[test]
    fn no_value_counts_for_more_than_it_is_stored_in() {
        let long = "ab c".repeat(1000);
        let hex = "0a".repeat(1000);
        for (value, bytes) in [
            (format!("'{long}'"), 4000),
            (format!("'{long}{}'", " ".repeat(500)), 4000),
            (format!("'{long}'::text"), 4000),
            (format!("'{long}'::varchar(5)"), 0),
            (format!("length('{long}')"), 0),
            (format!("'{long}' || 'x'"), 0),
            (format!("$x${long}$x$"), 4000),
            (format!("$${long}$$"), 4000),
            (format!("'{}'", "''".repeat(1000)), 1000),
            (format!("'{long}'\n  '{long}'"), 8000),
            (format!("E'{}'", "\\'ab".repeat(1000)), 3000),
            (format!("E'{}'", "\\u0041".repeat(1000)), 0),
            (format!("E'x{}'", "\\\\000".repeat(1000)), 1),
            (format!("'\\x{hex}'"), 1000),
            (format!("'\\x{}'", "0a ".repeat(1000)), 1000),
            (format!("E'\\\\x{hex}'"), 1000),
            (format!("'\\x{hex}'::bytea"), 1000),
            (format!("'{}'", "\\000".repeat(1000)), 0),
            (format!("' {{\"a\": \"{long}\"}} '"), 0),
            (format!("'[\"{long}\"]'::jsonb"), 0),
            (format!("'{}1'", "0".repeat(1000)), 0),
            ("1".repeat(1000), 0),
            ("'0192f0c1-2d4e-7a63-9f00-0242ac120002'".to_owned(), 0),
            (format!("U&'{}'", "\\0041".repeat(1000)), 0),
            ("NULL, DEFAULT, 1, true, now()".to_owned(), 0),
        ] {
            assert_eq!(least(&format!("INSERT INTO t VALUES (1, {value})")), bytes, "{value:.40}");
            assert_eq!(least(&format!("INSERT INTO t (a) VALUES ({value}), ({value})")), 2 * bytes);
            assert_eq!(least(&format!("INSERT INTO t VALUES ({value}) ON CONFLICT DO NOTHING")), 0);
            assert_eq!(least(&format!("INSERT INTO t SELECT {value}")), 0);
        }
    }
}
