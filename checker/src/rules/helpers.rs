//! What several rules ask.

use crate::ast::{Ident, Kind, ObjectName, TableBody, TableElement};
use crate::grammar::{NodeKind, Part};
use crate::statement::Statement;

/// A name as SQL: quoted where it must be. For the SQL in help texts.
pub(crate) fn quoted(name: &str) -> String {
    let plain = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

/// A name with its schema as SQL.
pub(crate) fn quoted_name(name: &ObjectName) -> String {
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

/// What a statement says about its table's constraints: of `CREATE TABLE` and of `ADD CONSTRAINT`.
pub(crate) fn table_constraints<'s>(statement: &'s Statement<'_>) -> Vec<&'s crate::ast::TableConstraint> {
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

/// A number as it is read: `2,997`.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The first words of a statement that is known by them, where they are these.
pub(super) fn headed(statement: &Statement<'_>, words: &str) -> Option<crate::text::Span> {
    match statement.kind() {
        Kind::Other(head) if head.words == words => Some(head.span),
        _ => None,
    }
}

/// The word that says what a query or a change is: it stands behind its WITH.
pub(super) fn verb(part: Part<'_>) -> crate::text::Span {
    let with = part.child(NodeKind::With).or_else(|| part.child(NodeKind::WithRecursive));
    let cursor = part.cursor();
    with.map_or(cursor, |with| cursor.at(with.range().end)).span()
}

/// The first SELECT, VALUES or TABLE of a query.
pub(super) fn first_select(query: Part<'_>) -> Option<Part<'_>> {
    const PARTS: &[NodeKind] =
        &[NodeKind::Query, NodeKind::Union, NodeKind::Select, NodeKind::Values, NodeKind::TableQuery];
    let mut at = query;
    while at.is_any(&[NodeKind::Query, NodeKind::Union]) {
        at = at.children().into_iter().find(|part| part.is_any(PARTS))?;
    }
    Some(at)
}

/// How many columns a SELECT gives, where none of its items may stand for several, and where they stand.
pub(super) fn selected(select: Part<'_>) -> Option<(usize, crate::text::Span)> {
    let targets = select.child(NodeKind::Targets)?;
    let items = targets.children();
    let is_star = |item: &Part<'_>| {
        let all = |value: Part<'_>| value.child(NodeKind::AllColumns).is_some();
        item.is(NodeKind::Star) || item.first().is_some_and(all)
    };
    (!items.iter().any(is_star)).then(|| (items.len(), targets.span()))
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

/// The columns of a `UNIQUE` or `PRIMARY KEY` constraint of a table.
pub(super) fn unique_columns(kind: &crate::ast::ConstraintKind) -> Option<&[Ident]> {
    match kind {
        crate::ast::ConstraintKind::Unique(unique) | crate::ast::ConstraintKind::PrimaryKey(unique) => {
            Some(&unique.columns)
        }
        _ => None,
    }
}

/// The columns that such a constraint includes.
pub(super) fn included_columns(kind: &crate::ast::ConstraintKind) -> &[Ident] {
    match kind {
        crate::ast::ConstraintKind::Unique(unique) | crate::ast::ConstraintKind::PrimaryKey(unique) => {
            &unique.include
        }
        _ => &[],
    }
}

/// The clause that makes a column a key by itself.
pub(super) fn key_clause(column: &crate::ast::ColumnDef) -> Option<crate::text::Span> {
    use crate::ast::ColumnClauseKind::{PrimaryKey, Unique};
    let clause = column.clauses.iter().find(|clause| matches!(clause.kind, PrimaryKey(_) | Unique(_)))?;
    Some(clause.span)
}

/// The keys that a `CREATE TABLE` declares: their columns, and where these are listed if they are.
pub(super) fn keys_of_table<'s>(
    statement: &'s Statement<'_>,
) -> Vec<(Vec<&'s crate::ast::ColumnDef>, Option<crate::text::Span>)> {
    let mut keys: Vec<_> = statement
        .columns()
        .filter(|column| key_clause(column).is_some())
        .map(|column| (vec![column], None))
        .collect();
    for constraint in table_constraints(statement) {
        let Some(names) = unique_columns(&constraint.kind) else { continue };
        let (Some(first), Some(last)) = (names.first(), names.last()) else { continue };
        let columns = names
            .iter()
            .filter_map(|name| statement.columns().find(|column| column.name.value == name.value));
        // With the parentheses around the list.
        let span = crate::text::Span::new(first.span.start.saturating_sub(1), last.span.end + 1);
        keys.push((columns.collect(), Some(span)));
    }
    keys
}

/// Where a `CREATE TABLE` says PRIMARY KEY.
pub(super) fn primary_keys(statement: &Statement<'_>) -> Vec<crate::text::Span> {
    if !matches!(statement.kind(), Kind::CreateTable(_)) {
        return Vec::new();
    }
    let of_columns = statement.columns().flat_map(|column| &column.clauses).filter_map(|clause| {
        matches!(clause.kind, crate::ast::ColumnClauseKind::PrimaryKey(_)).then_some(clause.span)
    });
    let of_table = table_constraints(statement).into_iter().filter_map(|constraint| {
        matches!(constraint.kind, crate::ast::ConstraintKind::PrimaryKey(_)).then_some(constraint.head)
    });
    of_columns.chain(of_table).collect()
}

/// The name of the table that a `CREATE TABLE` makes.
pub(crate) fn table_name(statement: &Statement<'_>) -> String {
    match statement.kind() {
        Kind::CreateTable(table) => table.name.object().to_owned(),
        _ => String::new(),
    }
}

/// What stands at a place, as the server names it.
pub(super) fn near_of(
    statement: &Statement<'_>,
    cursor: &crate::cursor::Cursor<'_>,
) -> (crate::text::Span, String) {
    match cursor.token() {
        Some(token) => (token.span, format!("at or near \"{}\"", statement.slice(token.span))),
        None => (cursor.last_span(), "at end of input".to_owned()),
    }
}

/// The edit that takes a clause out.
pub(super) fn removal(statement: &Statement<'_>, span: crate::text::Span) -> crate::finding::Edit {
    crate::finding::removal(statement.file_text(), span)
}

/// The edit that puts something in at a byte of the file.
pub(super) fn insertion(at: usize, what: &str) -> crate::finding::Edit {
    crate::finding::Edit { span: crate::text::Span::new(at, at), replacement: what.to_owned() }
}

/// The edit that writes something in place of a clause.
pub(super) fn replacement(span: crate::text::Span, what: &str) -> crate::finding::Edit {
    crate::finding::Edit { span, replacement: what.to_owned() }
}
