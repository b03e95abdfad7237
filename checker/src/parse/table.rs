use crate::ast::{
    ConstraintKind, CreateTable, Kind, LikeClause, Persistence, TableBody, TableConstraint, TableElement,
    TableOption, TableOptionKind,
};
use crate::cursor::Cursor;
use crate::parse::{Read, column};
use crate::source::Span;

/// `TEMP` and `UNLOGGED` before what is made.
pub(super) fn persistence(cursor: &mut Cursor<'_>) -> Option<(Persistence, Span)> {
    let temporary = ["TEMPORARY", "TEMP", "LOCAL TEMPORARY", "LOCAL TEMP", "GLOBAL TEMPORARY", "GLOBAL TEMP"];
    if let Some(span) = temporary.iter().find_map(|words| cursor.eat(words)) {
        return Some((Persistence::Temporary, span));
    }
    cursor.eat("UNLOGGED").map(|span| (Persistence::Unlogged, span))
}

pub(super) fn create(cursor: &mut Cursor<'_>, persistence: Option<(Persistence, Span)>) -> Read {
    cursor.advance();
    let if_not_exists = cursor.eat("IF NOT EXISTS").is_some();
    let name = cursor.name()?;
    let body = body(cursor)?;
    let mut table = CreateTable { persistence, if_not_exists, name, body, options: options(cursor) };
    if let Some(span) = cursor.eat("AS") {
        // The column list of CREATE TABLE AS has names only and has been read as columns without a type.
        table.body = TableBody::Query(span);
        cursor.skip_until(|_| false);
    }
    if let TableBody::Elements(elements) = &table.body {
        // A column wants a type; only CREATE TABLE AS takes names alone.
        let bare = elements.iter().find_map(|element| match element {
            TableElement::Column(column) if column.data_type.is_none() => Some(column.name.span.end),
            _ => None,
        });
        if let Some(byte) = bare {
            cursor.seek(byte);
        } else if elements.is_empty() && cursor.at_end() && !empty_list(cursor) {
            cursor.back();
        }
    }
    Some(Kind::CreateTable(Box::new(table)))
}

/// Whether a statement that is at its end ends with `()`: a table may have no columns.
fn empty_list(cursor: &Cursor<'_>) -> bool {
    cursor.last_text() == ")"
}

fn body(cursor: &mut Cursor<'_>) -> Option<TableBody> {
    if let Some(span) = cursor.eat("PARTITION OF") {
        cursor.skip_until(|cursor| cursor.is("PARTITION") || cursor.is("WITH") || cursor.is("TABLESPACE"));
        return Some(TableBody::PartitionOf(span));
    }
    if let Some(span) = cursor.eat("OF") {
        cursor.name()?;
        cursor.parens();
        return Some(TableBody::OfType(span));
    }
    if !cursor.is_punct("(") {
        // CREATE TABLE t AS …, CREATE TABLE t USING heap AS …
        return Some(TableBody::Elements(Vec::new()));
    }
    let inner = cursor.parens()?;
    let mut items = cursor.within(inner);
    let mut elements = Vec::new();
    while !items.at_end() {
        let Some(element) = element(&mut items) else { break };
        elements.push(element);
        if !items.at_end() && (items.eat_punct(",").is_none() || items.at_end()) {
            // Behind a comma another item must follow; the place to show is the comma.
            if items.at_end() {
                items.back();
            }
            break;
        }
    }
    if !items.at_end() || cursor.last_text() != ")" {
        // What stopped the reading is inside; the caller reports the place where its cursor stands.
        *cursor = items.widen(*cursor);
        return None;
    }
    Some(TableBody::Elements(elements))
}

fn element(cursor: &mut Cursor<'_>) -> Option<TableElement> {
    let start = cursor.position();
    if cursor.eat("LIKE").is_some() {
        let source = cursor.name()?;
        while cursor.eat("INCLUDING").is_some() || cursor.eat("EXCLUDING").is_some() {
            cursor.ident()?;
        }
        return Some(TableElement::Like(LikeClause { source, span: cursor.span_since(start) }));
    }
    if let Some(constraint) = constraint(cursor) {
        return Some(TableElement::Constraint(constraint));
    }
    column::column(cursor).map(TableElement::Column)
}

/// Reads a constraint of a table; leaves the cursor alone where none begins.
pub(super) fn constraint(cursor: &mut Cursor<'_>) -> Option<TableConstraint> {
    let mut ahead = *cursor;
    let start = ahead.position();
    let name = if ahead.eat("CONSTRAINT").is_some() { Some(ahead.ident()?) } else { None };
    let (kind, head) = constraint_kind(&mut ahead)?;
    let mut attributes = Vec::new();
    while let Some(attribute) = column::attribute(&mut ahead) {
        attributes.push(attribute);
    }
    let span = ahead.span_since(start);
    *cursor = ahead;
    Some(TableConstraint { name, kind, attributes, span, head })
}

fn constraint_kind(cursor: &mut Cursor<'_>) -> Option<(ConstraintKind, Span)> {
    if cursor.is("CHECK") && cursor.punct_at(1, "(") {
        let head = cursor.eat("CHECK")?;
        return Some((ConstraintKind::Check(cursor.parens()?), head));
    }
    if cursor.is("UNIQUE") {
        let head = cursor.eat("UNIQUE")?;
        return Some((ConstraintKind::Unique(column::unique(cursor, true)), head));
    }
    if let Some(head) = cursor.eat("PRIMARY KEY") {
        return Some((ConstraintKind::PrimaryKey(column::unique(cursor, true)), head));
    }
    if let Some(head) = cursor.eat("FOREIGN KEY") {
        let columns = cursor.ident_list()?;
        return Some((ConstraintKind::ForeignKey(column::references(cursor, columns)?), head));
    }
    if cursor.is("EXCLUDE") && (cursor.word_at(1, "USING") || cursor.punct_at(1, "(")) {
        let head = cursor.eat("EXCLUDE")?;
        cursor.skip_until(|cursor| cursor.is_punct(",") || cursor.is_punct(")"));
        return Some((ConstraintKind::Exclude, head));
    }
    if let Some(head) = cursor.eat("NOT NULL") {
        return Some((ConstraintKind::NotNull(cursor.ident()?), head));
    }
    None
}

fn options(cursor: &mut Cursor<'_>) -> Vec<TableOption> {
    cursor.items(option).into_iter().map(|(kind, span)| TableOption { kind, span }).collect()
}

fn option(cursor: &mut Cursor<'_>) -> Option<TableOptionKind> {
    if cursor.eat("INHERITS").is_some() {
        cursor.parens()?;
        return Some(TableOptionKind::Inherits);
    }
    if cursor.eat("PARTITION BY").is_some() {
        cursor.ident()?;
        cursor.parens()?;
        return Some(TableOptionKind::PartitionBy);
    }
    if cursor.eat("USING").is_some() {
        cursor.ident()?;
        return Some(TableOptionKind::Using);
    }
    if cursor.eat("WITHOUT OIDS").is_some() || cursor.eat("WITH OIDS").is_some() {
        return Some(TableOptionKind::With);
    }
    if cursor.is("WITH") && cursor.punct_at(1, "(") {
        cursor.advance();
        cursor.parens()?;
        return Some(TableOptionKind::With);
    }
    if cursor.eat("ON COMMIT").is_some() {
        if cursor.eat("DROP").is_none() && cursor.eat("DELETE ROWS").is_none() {
            cursor.eat("PRESERVE ROWS")?;
        }
        return Some(TableOptionKind::OnCommit);
    }
    if cursor.eat("TABLESPACE").is_some() {
        cursor.ident()?;
        return Some(TableOptionKind::Tablespace);
    }
    None
}
