//! Literals that cannot be values of the column that they are for. Where PostgreSQL might accept one, nothing is
//! said.

use crate::ast::STORED_TYPES;
use crate::grammar::{NodeKind, Part};
use crate::lex::TokenKind;
use crate::rules::all::value_type;
use crate::text::Span;

use super::Replay;
use super::model::{Column, RelationId};

/// What is wrong with a literal: the SQLSTATE and the server's words.
type Wrong = (&'static str, String);

impl Replay<'_> {
    /// Says so where a literal cannot be a value of a column.
    pub(super) fn literal(&mut self, (table, at): (RelationId, usize), value: Part<'_>, span: Span) {
        let Some(column) = self.model.table(table).and_then(|table| table.columns.get(at)) else { return };
        let Some((sqlstate, server)) = wrong(column, value, "expression") else { return };
        self.wrong_literal((table, at), value, span, (sqlstate, server));
    }

    /// The same for a column's default.
    pub(super) fn default_literal(&mut self, (table, at): (RelationId, usize), value: Part<'_>) {
        let Some(column) = self.model.table(table).and_then(|table| table.columns.get(at)) else { return };
        let Some(wrong) = wrong(column, value, "default expression") else { return };
        self.wrong_literal((table, at), value, value.span(), wrong);
    }

    fn wrong_literal(
        &mut self,
        (table, at): (RelationId, usize),
        value: Part<'_>,
        span: Span,
        (sqlstate, server): Wrong,
    ) {
        let Some(column) = self.model.table(table).and_then(|table| table.columns.get(at)) else { return };
        let shown = literal(value).and_then(string);
        let shown = shown.map_or_else(|| format!("`{}`", value.text()), |text| format!("`'{text}'`"));
        let (name, display, made) = (column.name.clone(), column.data_type.display.clone(), column.made);
        let finding = self.find(&value_type::RULE, span);
        finding.message(format!("{shown} is no value for column `{name}` of type `{display}`"));
        finding.answer(sqlstate, server).at_place(Some(made), "the column is declared here");
    }
}

fn wrong(column: &Column, value: Part<'_>, what: &str) -> Option<Wrong> {
    let (base, display) = (column.data_type.base.as_str(), &column.data_type.display);
    // A column of a type that cannot be stored has been refused; its values are not looked at.
    if !STORED_TYPES.contains(&base) {
        return None;
    }
    let of_type = |is: &str| {
        let server = format!("column \"{}\" is of type {display} but {what} is of type {is}", column.name);
        Some(("42804", server))
    };
    let literal = literal(value)?;
    match literal.kind() {
        NodeKind::Boolean if !matches!(base, "boolean" | "text" | "character varying" | "character") => {
            of_type("boolean")
        }
        NodeKind::Number if !takes_numbers(base) => {
            of_type(if literal.text().parse::<i32>().is_ok() { "integer" } else { "numeric" })
        }
        NodeKind::String => text_for(base, display, &string(literal)?),
        _ => None,
    }
}

/// The literal that a value is, with or without parentheses or a sign.
fn literal(mut value: Part<'_>) -> Option<Part<'_>> {
    let mut signed = false;
    loop {
        match value.kind() {
            NodeKind::Boolean | NodeKind::Number | NodeKind::String => {
                return Some(value).filter(|value| !signed || value.is(NodeKind::Number));
            }
            NodeKind::Paren => value = value.first()?,
            NodeKind::Unary if value.text().starts_with(['-', '+']) => {
                signed = true;
                value = value.first()?;
            }
            _ => return None,
        }
    }
}

/// What stands in a plain string.
fn string(literal: Part<'_>) -> Option<String> {
    let token = literal.cursor().token().filter(|token| token.kind == TokenKind::String)?;
    let text = literal.cursor().text_of(token);
    Some(text.strip_prefix('\'')?.strip_suffix('\'')?.replace("''", "'"))
}

fn takes_numbers(base: &str) -> bool {
    matches!(
        base,
        "smallint"
            | "integer"
            | "bigint"
            | "numeric"
            | "real"
            | "double precision"
            | "text"
            | "character varying"
            | "character"
    )
}

pub(super) fn text_for(base: &str, display: &str, text: &str) -> Option<Wrong> {
    let invalid = || Some(("22P02", format!("invalid input syntax for type {base}: \"{text}\"")));
    let trimmed = text.trim();
    let digits = trimmed.bytes().any(|byte| byte.is_ascii_digit());
    match base {
        "smallint" | "integer" | "bigint" if !digits => invalid(),
        // Not a number, and the infinities, are numbers too.
        "numeric" | "real" | "double precision"
            if !digits && !trimmed.to_ascii_lowercase().contains(['n', 'i']) =>
        {
            invalid()
        }
        "uuid" if !is_uuid(trimmed) => invalid(),
        "boolean" if !is_boolean(trimmed) => invalid(),
        "date" | "timestamp with time zone" | "timestamp without time zone" if !is_moment(trimmed) => {
            Some(("22007", format!("invalid input syntax for type {base}: \"{text}\"")))
        }
        "json" | "jsonb" if !is_json(trimmed) => {
            Some(("22P02", "invalid input syntax for type json".to_owned()))
        }
        "character varying" => {
            let most: usize = display.split_once('(')?.1.strip_suffix(')')?.parse().ok()?;
            let long = text.trim_end_matches(' ').chars().count() > most;
            long.then(|| ("22001", format!("value too long for type {display}")))
        }
        _ => None,
    }
}

/// 32 hexadecimal digits, with hyphens and braces where people put them.
fn is_uuid(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_hexdigit).count();
    digits == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || b"-{}".contains(&byte))
}

/// Whether a text may be a date or a moment: the server reads many forms, and all of them have digits or are one of
/// these words.
fn is_moment(text: &str) -> bool {
    const WORDS: &[&str] = &["now", "today", "tomorrow", "yesterday", "epoch", "infinity", "allballs"];
    let lower = text.to_ascii_lowercase();
    text.bytes().any(|byte| byte.is_ascii_digit()) || WORDS.iter().any(|word| lower.contains(word))
}

/// Whether a text begins and ends as JSON does, and its brackets fit. What is between them is the server's to read.
fn is_json(text: &str) -> bool {
    let mut open = Vec::new();
    let (mut string, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if string => escaped = true,
            b'"' => string = !string,
            _ if string => {}
            b'{' | b'[' => open.push(byte),
            b'}' if open.pop() != Some(b'{') => return false,
            b']' if open.pop() != Some(b'[') => return false,
            _ => {}
        }
    }
    let value = text.starts_with(['{', '[', '"', '-', 't', 'f', 'n'])
        || text.starts_with(|first: char| first.is_ascii_digit());
    value && open.is_empty() && !string
}

fn is_boolean(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let begins = |word: &str, least: usize| text.len() >= least && word.starts_with(text.as_str());
    begins("true", 1)
        || begins("false", 1)
        || begins("yes", 1)
        || begins("no", 1)
        || begins("on", 2)
        || begins("off", 2)
        || matches!(text.as_str(), "1" | "0")
}
