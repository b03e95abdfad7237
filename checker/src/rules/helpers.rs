//! What several rules ask.

use crate::ast::{Ident, Kind, ObjectName, TableBody, TableElement};
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

/// Where these keywords stand next to each other.
pub(super) fn find_words(statement: &Statement<'_>, words: &str) -> Vec<crate::source::Span> {
    let mut cursor = statement.cursor();
    let mut spans = Vec::new();
    while !cursor.at_end() {
        let name = matches!(cursor.last_text(), "." | "::") || cursor.last_text().eq_ignore_ascii_case("AS");
        let found = if name { None } else { cursor.eat(words) };
        spans.extend(found);
        if found.is_none() {
            cursor.advance();
        }
    }
    spans
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
pub(super) fn key_clause(column: &crate::ast::ColumnDef) -> Option<crate::source::Span> {
    use crate::ast::ColumnClauseKind::{PrimaryKey, Unique};
    let clause = column.clauses.iter().find(|clause| matches!(clause.kind, PrimaryKey(_) | Unique(_)))?;
    Some(clause.span)
}

/// The keys that a `CREATE TABLE` declares: their columns, and where these are listed if they are.
pub(super) fn keys_of_table<'s>(
    statement: &'s Statement<'_>,
) -> Vec<(Vec<&'s crate::ast::ColumnDef>, Option<crate::source::Span>)> {
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
        let span = crate::source::Span::new(first.span.start.saturating_sub(1), last.span.end + 1);
        keys.push((columns.collect(), Some(span)));
    }
    keys
}

/// The columns of the primary key that a `CREATE TABLE` declares.
pub(super) fn primary_key(statement: &Statement<'_>) -> Option<Vec<String>> {
    let primary = |clause: &crate::ast::ColumnClause| {
        matches!(clause.kind, crate::ast::ColumnClauseKind::PrimaryKey(_))
    };
    let of_column = statement.columns().find(|column| column.clauses.iter().any(primary));
    of_column.map(|column| vec![column.name.value.clone()]).or_else(|| {
        table_constraints(statement).into_iter().find_map(|constraint| match &constraint.kind {
            crate::ast::ConstraintKind::PrimaryKey(key) => {
                Some(key.columns.iter().map(|name| name.value.clone()).collect())
            }
            _ => None,
        })
    })
}

/// Where a `CREATE TABLE` says PRIMARY KEY.
pub(super) fn primary_keys(statement: &Statement<'_>) -> Vec<crate::source::Span> {
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

/// The name that is most like another one, if any is near.
pub(crate) fn nearest<'n>(name: &str, among: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let near = name.chars().count().div_ceil(3);
    let measured = among.map(|other| (distance(name, other), other));
    measured.filter(|(distance, _)| *distance <= near).min().map(|(_, other)| other)
}

/// How many letters must be put in, taken out, replaced or swapped with the next to make one name of another.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for (i, from) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, to) in b.iter().enumerate() {
            let above = &rows[i];
            let mut cost = (above[j] + usize::from(from != to)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *from == b[j - 1] && a[i - 1] == *to {
                cost = cost.min(rows[i - 1][j - 1] + 1);
            }
            row.push(cost);
        }
        rows.push(row);
    }
    rows.last().and_then(|row| row.last()).copied().unwrap_or_default()
}

/// The edit that takes a clause out.
pub(super) fn removal(statement: &Statement<'_>, span: crate::source::Span) -> crate::fix::Edit {
    crate::fix::removal(statement.file_text(), span)
}

/// The edit that puts something in at a byte of the file.
pub(super) fn insertion(at: usize, what: &str) -> crate::fix::Edit {
    crate::fix::Edit { span: crate::source::Span::new(at, at), replacement: what.to_owned() }
}

/// The edit that writes something in place of a clause.
pub(super) fn replacement(span: crate::source::Span, what: &str) -> crate::fix::Edit {
    crate::fix::Edit { span, replacement: what.to_owned() }
}
