use crate::ast::{
    ColumnClause, ColumnClauseKind, ColumnDef, ConstraintAttributeKind as Attribute, ForeignKey, Ident,
    TokenRange, UniqueConstraint,
};
use crate::cursor::Cursor;
use crate::grammar::{NodeKind as Node, Part};
use crate::parse::{data_type, sequence};

/// A column: its name, its type and what is said about it.
pub(super) fn column(part: Part<'_>) -> Option<ColumnDef> {
    let data_type = part.child(Node::Type).and_then(|part| data_type(&mut part.cursor()));
    Some(ColumnDef { name: part.ident()?, data_type, clauses: clauses(part), span: part.span() })
}

/// What is said about a column or a domain.
pub(super) fn clauses(part: Part<'_>) -> Vec<ColumnClause> {
    part.children().into_iter().filter_map(clause).collect()
}

fn clause(part: Part<'_>) -> Option<ColumnClause> {
    let mut cursor = part.cursor();
    let name = cursor.eat("CONSTRAINT").and_then(|_| cursor.ident());
    let kind = match part.kind() {
        Node::ColumnClause => said(part, cursor)?,
        Node::ColumnCollation => {
            cursor.eat("COLLATE")?;
            ColumnClauseKind::Collate(cursor.name()?)
        }
        Node::ColumnStorage => ColumnClauseKind::Storage,
        Node::ColumnCompression => ColumnClauseKind::Compression,
        _ => return None,
    };
    Some(ColumnClause { name, kind, span: part.span() })
}

fn said(part: Part<'_>, mut cursor: Cursor<'_>) -> Option<ColumnClauseKind> {
    if let Some(generated) = part.child(Node::Generated) {
        let mut cursor = generated.cursor();
        cursor.skip_until(|cursor| cursor.is_punct("("));
        return cursor.parens().map(ColumnClauseKind::Generated);
    }
    const ATTRIBUTES: &[(&str, Attribute)] = &[
        ("NOT DEFERRABLE", Attribute::NotDeferrable),
        ("DEFERRABLE", Attribute::Deferrable),
        ("INITIALLY DEFERRED", Attribute::InitiallyDeferred),
        ("INITIALLY IMMEDIATE", Attribute::InitiallyImmediate),
    ];
    if let Some((_, attribute)) = ATTRIBUTES.iter().find(|(words, _)| cursor.are(words)) {
        return Some(ColumnClauseKind::Attribute(*attribute));
    }
    if cursor.is("REFERENCES") {
        return references(part, cursor, Vec::new()).map(ColumnClauseKind::References);
    }
    let word = cursor.ident()?.value;
    Some(match word.as_str() {
        "not" => ColumnClauseKind::NotNull,
        "null" => ColumnClauseKind::Null,
        "default" => {
            ColumnClauseKind::Default(TokenRange { start: cursor.position(), end: part.range().end })
        }
        "check" => ColumnClauseKind::Check(cursor.parens()?),
        "unique" => ColumnClauseKind::Unique(unique(part)),
        "primary" => ColumnClauseKind::PrimaryKey(unique(part)),
        "generated" => ColumnClauseKind::Identity(sequence::options(part)),
        _ => return None,
    })
}

/// What `UNIQUE` and `PRIMARY KEY` say.
pub(super) fn unique(part: Part<'_>) -> UniqueConstraint {
    let names = |part: Option<Part<'_>>| {
        part.and_then(|part| part.child(Node::Names))
            .map_or_else(Vec::new, |names| names.children().into_iter().filter_map(Part::ident).collect())
    };
    let distinct = part.child(Node::NullsDistinct).map(Part::words);
    let storage =
        part.children().into_iter().filter(|part| part.is_any(&[Node::Definition, Node::IndexSpace]));
    // `CONSTRAINT name` is not in the part of a table's constraint, and a column's has no index to use.
    let index = part.child(Node::Name).filter(|_| part.words().contains("USING INDEX"));
    UniqueConstraint {
        columns: names(Some(part)),
        include: names(part.child(Node::ConstraintInclude)),
        nulls_not_distinct: distinct.is_some_and(|words| words.contains("NOT")),
        using_index: index.and_then(Part::ident),
        storage: storage.map(Part::span).reduce(|first, last| first.to(last)),
    }
}

/// What stands behind `REFERENCES`; the columns that refer stand before it, or are the column itself.
pub(super) fn references(part: Part<'_>, mut cursor: Cursor<'_>, columns: Vec<Ident>) -> Option<ForeignKey> {
    cursor.eat("REFERENCES")?;
    let table = cursor.name()?;
    let referenced = cursor.ident_list().unwrap_or_default();
    // All other actions leave the rows of this table alone.
    cursor.skip_until(|cursor| cursor.is_any(&["CASCADE", "SET"]));
    let cascades = !cursor.at_end();
    let match_partial = part.child(Node::MatchPartial).map(Part::span);
    Some(ForeignKey { columns, table, referenced, match_partial, cascades })
}
