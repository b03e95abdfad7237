//! Literals that cannot be values of the column that they are for. Where PostgreSQL might accept one, nothing is
//! said.

use sqlparser::ast::{Expr, UnaryOperator, Value, ValueWithSpan};

use crate::parse::syntax::Names;

use crate::rules::all::value_type;
use crate::source::Span;

use super::Replay;
use super::model::{Column, RelationId};

/// What is wrong with a literal: the SQLSTATE and the server's words.
type Wrong = (&'static str, String);

impl Replay<'_> {
    /// Says so where a literal cannot be a value of a column.
    pub(super) fn literal(
        &mut self,
        names: &Names<'_>,
        (table, at): (RelationId, usize),
        value: &Expr,
        span: Span,
    ) {
        let Some(column) = self.model.table(table).and_then(|table| table.columns.get(at)) else { return };
        let Some((sqlstate, server)) = wrong(names, column, value) else { return };
        let shown = literal(value).and_then(|value| names.string(value));
        let shown = shown.map_or_else(|| format!("`{value}`"), |text| format!("`'{text}'`"));
        let (name, display, made) = (column.name.clone(), column.data_type.display.clone(), column.made);
        let finding = self.find(&value_type::RULE, span);
        finding.message(format!("{shown} is no value for column `{name}` of type `{display}`"));
        finding.answer(sqlstate, server).at_place(Some(made), "the column is declared here");
    }
}

fn wrong(names: &Names<'_>, column: &Column, value: &Expr) -> Option<Wrong> {
    let (base, display) = (column.data_type.base.as_str(), &column.data_type.display);
    if base.is_empty() {
        return None;
    }
    let of_type = |is: &str| {
        let server =
            format!("column \"{}\" is of type {display} but expression is of type {is}", column.name);
        Some(("42804", server))
    };
    let literal = literal(value)?;
    match &literal.value {
        Value::Boolean(_) if !matches!(base, "boolean" | "text" | "character varying" | "character") => {
            of_type("boolean")
        }
        Value::Number(number, _) if !takes_numbers(base) => {
            of_type(if number.parse::<i32>().is_ok() { "integer" } else { "numeric" })
        }
        Value::SingleQuotedString(_) => text_for(base, display, &names.string(literal)?),
        _ => None,
    }
}

fn literal(value: &Expr) -> Option<&ValueWithSpan> {
    match value {
        Expr::Value(value) => Some(value),
        Expr::Nested(inner) => literal(inner),
        Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::Plus, expr } => {
            literal(expr).filter(|value| matches!(value.value, Value::Number(..)))
        }
        _ => None,
    }
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

fn text_for(base: &str, display: &str, text: &str) -> Option<Wrong> {
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
