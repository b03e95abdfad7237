use crate::ast::{
    ConstraintAttribute, ConstraintAttributeKind as Attribute, ConstraintKind, CreateSchema, CreateTable,
    Kind, LikeClause, TableBody, TableConstraint, TableElement, TableOption, TableOptionKind, TokenRange,
};
use crate::grammar::{NodeKind as Node, Part};
use crate::parse::{column, persistence};

pub(super) fn create(part: Part<'_>) -> Option<Kind> {
    let name = part.child(Node::Relation)?;
    let mut cursor = part.cursor().at(name.range().end);
    let body = if part.is(Node::CreateTableAs) {
        let query = part.last()?;
        cursor = cursor.at(query.range().start);
        // The query may stand in parentheses.
        while !cursor.is("AS") && cursor.position() > name.range().end {
            cursor.back();
        }
        TableBody::Query(cursor.span())
    } else if let Some(span) = cursor.eat("PARTITION OF") {
        TableBody::PartitionOf(span)
    } else if let Some(span) = cursor.eat("OF") {
        TableBody::OfType(span)
    } else {
        TableBody::Elements(part.children().into_iter().filter_map(element).collect())
    };
    let table = CreateTable {
        persistence: persistence::persistence(part),
        if_not_exists: part.words().contains("IF NOT EXISTS"),
        name: name.cursor().name()?,
        body,
        options: part.children().into_iter().filter_map(option).collect(),
    };
    Some(Kind::CreateTable(Box::new(table)))
}

fn element(part: Part<'_>) -> Option<TableElement> {
    match part.kind() {
        Node::ColumnDef => column::column(part).map(TableElement::Column),
        Node::TableConstraint => constraint(part).map(TableElement::Constraint),
        Node::LikeClause => {
            let source = part.child(Node::Relation)?.cursor().name()?;
            Some(TableElement::Like(LikeClause { source, span: part.span() }))
        }
        _ => None,
    }
}

/// A constraint of a table.
pub(super) fn constraint(part: Part<'_>) -> Option<TableConstraint> {
    let said = part.last()?;
    let mut cursor = said.cursor();
    let (kind, head) = match said.kind() {
        Node::CheckConstraint => {
            let head = cursor.eat("CHECK")?;
            (ConstraintKind::Check(cursor.parens()?), head)
        }
        Node::UniqueKey => (ConstraintKind::Unique(column::unique(said)), cursor.eat("UNIQUE")?),
        Node::PrimaryKey => (ConstraintKind::PrimaryKey(column::unique(said)), cursor.eat("PRIMARY KEY")?),
        Node::ForeignKey => {
            let head = cursor.eat("FOREIGN KEY")?;
            let columns = cursor.ident_list()?;
            (ConstraintKind::ForeignKey(column::references(said, cursor, columns)?), head)
        }
        Node::Exclusion => (ConstraintKind::Exclude, cursor.eat("EXCLUDE")?),
        _ => return None,
    };
    let attributes = said.child(Node::ConstraintAttributes).map(Part::children).unwrap_or_default();
    Some(TableConstraint {
        name: part.child(Node::Name).and_then(Part::ident),
        kind,
        attributes: attributes.into_iter().filter_map(attribute).collect(),
        span: part.span(),
        head,
    })
}

fn attribute(part: Part<'_>) -> Option<ConstraintAttribute> {
    let kind = match part.kind() {
        Node::Deferrable => Attribute::Deferrable,
        Node::NotDeferrable => Attribute::NotDeferrable,
        Node::InitiallyDeferred => Attribute::InitiallyDeferred,
        Node::InitiallyImmediate => Attribute::InitiallyImmediate,
        Node::NotValid => Attribute::NotValid,
        Node::NoInherit => Attribute::NoInherit,
        _ => return None,
    };
    Some(ConstraintAttribute { kind, span: part.span() })
}

fn option(part: Part<'_>) -> Option<TableOption> {
    let kind = match part.kind() {
        Node::Inherits => TableOptionKind::Inherits,
        Node::PartitionBy => TableOptionKind::PartitionBy,
        Node::AccessMethod => TableOptionKind::Using,
        Node::Storage => TableOptionKind::With,
        Node::OnCommit => TableOptionKind::OnCommit,
        Node::Tablespace => TableOptionKind::Tablespace,
        _ => return None,
    };
    Some(TableOption { kind, span: part.span() })
}

/// `CREATE SCHEMA` and what it makes inside of itself.
pub(super) fn schema(part: Part<'_>) -> Option<Kind> {
    let children = part.children();
    let is_element = |part: &&Part<'_>| !matches!(part.kind(), Node::Name | Node::Role);
    let end = part.range().end;
    let start = children.iter().find(is_element).map_or(end, |first| first.range().start);
    let schema = CreateSchema {
        if_not_exists: part.words().contains("IF NOT EXISTS"),
        name: part.child(Node::Name).and_then(Part::ident),
        elements: TokenRange { start, end },
    };
    Some(Kind::CreateSchema(Box::new(schema)))
}
