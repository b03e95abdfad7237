//! Literals that cannot be values of the column that they are for. Where PostgreSQL might accept one, nothing is
//! said.

use crate::ast::STORED_TYPES;
use crate::grammar::{NodeKind, Part};
use crate::rules::all::value_type;
use crate::text::Span;
use crate::value::{self, Wrong};

use super::Replay;
use super::builtin;
use super::model::{RelationId, Type};
use super::value_type::{catalog_name, no_columns, takes};

/// What the server calls a value for a column.
pub(super) const EXPRESSION: &str = "expression";
pub(super) const DEFAULT: &str = "default expression";

impl Replay<'_> {
    /// Says so where a column cannot have a value: a literal that is none of its type, or what is of another one.
    pub(super) fn given(
        &mut self,
        (table, at): (RelationId, usize),
        value: Part<'_>,
        seen: Option<(&'static str, String)>,
        (what, span): (&str, Span),
    ) {
        let Some(column) = self.model.table(table).and_then(|table| table.columns.get(at)) else { return };
        if let Some(wrong) = wrong(&column.data_type, value, what) {
            self.wrong_literal((table, at), value, span, wrong);
        } else if let Some((given, shown)) = seen {
            self.assigned_type((table, at), (given, &shown), what, span);
        }
    }

    /// The same for a value in which no column can stand.
    pub(super) fn given_alone(&mut self, of: (RelationId, usize), value: Part<'_>, span: Span) {
        let seen = self.seen_type(value, &no_columns);
        self.given(of, value, seen, (EXPRESSION, span));
    }

    /// The same for a column of a query.
    pub(super) fn given_column(&mut self, (table, at): (RelationId, usize), seen: &Type, span: Span) {
        if let Some(given) = catalog_name(&seen.base) {
            let shown = if seen.domain.is_some() { &seen.display } else { &seen.base };
            self.assigned_type((table, at), (given, shown), EXPRESSION, span);
        }
    }

    /// The same for a column's default.
    pub(super) fn default_given(&mut self, of: (RelationId, usize), value: Part<'_>) {
        let seen = self.seen_type(value, &no_columns);
        self.given(of, value, seen, (DEFAULT, value.span()));
    }

    /// Says so where a column does not take values of a type, of which the server's own name follows.
    pub(super) fn assigned_type(
        &mut self,
        (table, at): (RelationId, usize),
        (given, shown): (&str, &str),
        what: &str,
        span: Span,
    ) {
        let Some(column) = self.model.table(table).and_then(|table| table.columns.get(at)) else { return };
        let Some(base) = stored(&column.data_type).filter(|base| !takes(base, given)) else { return };
        let (name, display, made) = (column.name.clone(), type_shown(&column.data_type), column.made);
        let finding = self.find(&value_type::RULE, span);
        finding.message(format!("column `{name}` is of type `{display}`, and this is of type `{shown}`"));
        let server = format!("column \"{name}\" is of type {display} but {what} is of type {shown}");
        finding.answer("42804", server).at_place(Some(made), "the column is declared here");
        finding.help(match builtin::cast(given, base) {
            Some(_) => format!("cast it: (…)::{display}"),
            None => format!("write a value of type {display}"),
        });
    }

    /// Says so where a domain cannot have its default.
    pub(super) fn domain_default(&mut self, name: &str, data_type: &Type, value: Part<'_>) {
        let shown = literal_shown(value);
        let base = data_type.base.clone();
        let (sqlstate, server) = match (wrong(data_type, value, DEFAULT), stored(data_type)) {
            (Some(wrong), _) => wrong,
            (None, Some(stored)) => match self.seen_type(value, &no_columns) {
                Some((given, of)) if !takes(stored, given) => {
                    ("42804", format!("column \"{name}\" is of type {base} but {DEFAULT} is of type {of}"))
                }
                _ => return,
            },
            _ => return,
        };
        let finding = self.find(&value_type::RULE, value.span());
        finding
            .message(format!("{shown} is no value for domain `{name}`, whose values are of type `{base}`"));
        finding.answer(sqlstate, server);
    }

    fn wrong_literal(
        &mut self,
        (table, at): (RelationId, usize),
        value: Part<'_>,
        span: Span,
        (sqlstate, server): Wrong,
    ) {
        let Some(column) = self.model.table(table).and_then(|table| table.columns.get(at)) else { return };
        let shown = literal_shown(value);
        let (name, display, made) = (column.name.clone(), column.data_type.display.clone(), column.made);
        let finding = self.find(&value_type::RULE, span);
        finding.message(format!("{shown} is no value for column `{name}` of type `{display}`"));
        finding.answer(sqlstate, server).at_place(Some(made), "the column is declared here");
    }
}

/// A type in the server's words about values for a column: a domain by its name, others without their lengths.
fn type_shown(data_type: &Type) -> String {
    if data_type.domain.is_some() { data_type.display.clone() } else { data_type.base.clone() }
}

/// A literal as messages show it.
fn literal_shown(value: Part<'_>) -> String {
    let text = literal(value).and_then(string);
    text.map_or_else(|| format!("`{}`", value.text()), |text| format!("`'{text}'`"))
}

/// The catalog's name of a column's type. One that cannot be stored has been refused, and its values are not looked at.
fn stored(data_type: &Type) -> Option<&'static str> {
    catalog_name(&data_type.base).filter(|_| STORED_TYPES.contains(&data_type.base.as_str()))
}

/// What is wrong with a literal for a type, whatever it is for.
fn wrong(data_type: &Type, value: Part<'_>, what: &str) -> Option<Wrong> {
    stored(data_type)?;
    let literal = literal(value)?;
    match literal.kind() {
        NodeKind::String => string_for(data_type, &string(literal)?, what),
        // A default that is too large is refused when a row takes it.
        NodeKind::Number if what == EXPRESSION => {
            value::out_of_range(&data_type.base, literal.text(), is_negative(value))
        }
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

/// Whether the signs before a number make it negative.
fn is_negative(mut value: Part<'_>) -> bool {
    let mut negative = false;
    while let NodeKind::Paren | NodeKind::Unary = value.kind() {
        negative ^= value.is(NodeKind::Unary) && value.text().starts_with('-');
        let Some(inner) = value.first() else { break };
        value = inner;
    }
    negative
}

/// What stands in a string.
fn string(literal: Part<'_>) -> Option<String> {
    literal.cursor().literal()
}

/// What is wrong with a text for a column. A default that is too long is refused when a row takes it.
fn string_for(data_type: &Type, text: &str, what: &str) -> Option<Wrong> {
    if data_type.base != "character varying" || what != EXPRESSION {
        return value::wrong(&data_type.base, text);
    }
    let display = &data_type.display;
    let most: usize = display.split_once('(')?.1.strip_suffix(')')?.parse().ok()?;
    let long = text.trim_end_matches(' ').chars().count() > most;
    long.then(|| ("22001", format!("value too long for type {display}")))
}
