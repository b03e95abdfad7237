//! What several rules ask.

use crate::ast::{Ident, Kind, ObjectName, TableBody, TableElement};
use crate::statement::Statement;

/// A name as SQL: quoted where it must be. For the SQL in help texts.
pub(super) fn quoted(name: &str) -> String {
    let plain = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// A name with its schema as SQL.
pub(super) fn quoted_name(name: &ObjectName) -> String {
    name.parts.iter().map(|part| quoted(&part.value)).collect::<Vec<_>>().join(".")
}

/// Names as an SQL list.
pub(super) fn quoted_list(names: &[Ident]) -> String {
    names.iter().map(|name| quoted(&name.value)).collect::<Vec<_>>().join(", ")
}

/// The items of a `CREATE TABLE`.
pub(super) fn elements<'s>(statement: &'s Statement<'_>) -> &'s [TableElement] {
    match statement.kind() {
        Kind::CreateTable(table) => match &table.body {
            TableBody::Elements(elements) => elements,
            _ => &[],
        },
        _ => &[],
    }
}

/// A statement's text without one clause and the blanks before it.
pub(super) fn without(statement: &Statement<'_>, span: crate::source::Span) -> String {
    let text = statement.text();
    let (start, end) = (span.start - statement.span.start, span.end - statement.span.start);
    let (before, after) = (text.get(..start).unwrap_or_default(), text.get(end..).unwrap_or_default());
    format!("{}{after}", before.trim_end())
}

/// A statement's text with a clause replaced; an empty replacement takes the blanks before it along.
pub(super) fn replace(statement: &Statement<'_>, span: crate::source::Span, replacement: &str) -> String {
    if replacement.is_empty() {
        return without(statement, span);
    }
    let text = statement.text();
    let (start, end) = (span.start - statement.span.start, span.end - statement.span.start);
    let (before, after) = (text.get(..start).unwrap_or_default(), text.get(end..).unwrap_or_default());
    format!("{before}{replacement}{after}")
}

/// A statement's text with something put in at a byte of the file.
pub(super) fn insert(statement: &Statement<'_>, at: usize, what: &str) -> String {
    replace(statement, crate::source::Span::new(at, at), what)
}

/// Whether a collation is one of those that expressions may name.
pub(super) fn known_collation(name: &ObjectName) -> bool {
    matches!(name.object(), "C" | "POSIX" | "default")
        && name.schema().is_none_or(|schema| schema.value == "pg_catalog")
}

/// The types that a statement gives to columns and domains, and whose they are.
pub(super) fn declared_types<'s>(statement: &'s Statement<'_>) -> Vec<(&'s crate::ast::DataType, &'s Ident)> {
    let mut types: Vec<_> = statement
        .columns()
        .filter_map(|column| column.data_type.as_ref().map(|data_type| (data_type, &column.name)))
        .collect();
    if let Kind::CreateDomain(domain) = statement.kind() {
        types.extend(domain.name.last().map(|name| (&domain.data_type, name)));
    }
    types
}

/// Notes every column and domain of a built-in type.
pub(super) fn find_columns_of_type(statement: &Statement<'_>, found: &mut super::Findings<'_>, name: &str) {
    for (data_type, _) in declared_types(statement) {
        if data_type.name == name && data_type.schema.as_deref().is_none_or(|schema| schema == "pg_catalog") {
            found.at(data_type.span);
        }
    }
}

/// What a statement says about its columns and domains.
pub(super) fn column_clauses<'s>(statement: &'s Statement<'_>) -> Vec<&'s crate::ast::ColumnClause> {
    let mut clauses: Vec<_> = statement.columns().flat_map(|column| &column.clauses).collect();
    if let Kind::CreateDomain(domain) = statement.kind() {
        clauses.extend(&domain.clauses);
    }
    clauses
}

/// The line on which a clause stands, with the clause replaced and without the comma at its end.
pub(super) fn replace_on_line(
    statement: &Statement<'_>,
    span: crate::source::Span,
    replacement: &str,
) -> String {
    let text = replace(statement, span, replacement);
    let at = span.start - statement.span.start;
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    let end = text.get(at..).and_then(|after| after.find('\n')).map_or(text.len(), |newline| at + newline);
    text.get(start..end).unwrap_or_default().trim().trim_end_matches(',').to_owned()
}

/// What a statement says about its table's constraints: of `CREATE TABLE` and of `ADD CONSTRAINT`.
pub(super) fn table_constraints<'s>(statement: &'s Statement<'_>) -> Vec<&'s crate::ast::TableConstraint> {
    let of_table = elements(statement).iter().filter_map(|element| match element {
        TableElement::Constraint(constraint) => Some(constraint),
        _ => None,
    });
    let actions = statement.alter_table().map_or(&[][..], |alter| &alter.actions);
    let added = actions.iter().filter_map(|action| match &action.kind {
        crate::ast::AlterActionKind::AddConstraint(constraint) => Some(constraint),
        _ => None,
    });
    of_table.chain(added).collect()
}

/// The first words of a statement that is known by them, where they are these.
pub(super) fn headed(statement: &Statement<'_>, words: &str) -> Option<crate::source::Span> {
    match statement.kind() {
        Kind::Other(head) if head.words == words => Some(head.span),
        _ => None,
    }
}

/// Whether these keywords stand next to each other anywhere in a statement.
pub(super) fn has_words(statement: &Statement<'_>, words: &str) -> bool {
    let mut cursor = statement.cursor();
    while !cursor.at_end() {
        if cursor.are(words) {
            return true;
        }
        cursor.advance();
    }
    false
}
