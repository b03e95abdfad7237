use crate::ast::{CreateDomain, CreateFunction, CreateView, FunctionBody, Ident, Kind, TokenRange};
use crate::cursor::Cursor;
use crate::grammar::{NodeKind as Node, Part};
use crate::parse::{column, data_type, persistence};

pub(super) fn view(part: Part<'_>) -> Option<Kind> {
    let columns = part.child(Node::Names).map(Part::children).unwrap_or_default();
    let query = part.child(Node::Query)?.range();
    // Parentheses around a query are no part of it, but of the view.
    let mut cursor = part.cursor().at(query.start);
    while cursor.last_text() == "(" {
        cursor.back();
    }
    let end = part.child(Node::CheckOption).map_or(part.range().end, |check| check.range().start);
    let view = CreateView {
        or_replace: part.words().starts_with("CREATE OR REPLACE"),
        persistence: persistence::persistence(part),
        name: part.child(Node::Relation)?.cursor().name()?,
        columns: columns.into_iter().filter_map(Part::ident).collect(),
        query: TokenRange { start: cursor.position(), end },
    };
    Some(Kind::CreateView(Box::new(view)))
}

pub(super) fn function(part: Part<'_>) -> Option<Kind> {
    let words = part.words();
    let name = part.child(Node::Function)?;
    let arguments = part.child(Node::Parameters)?.cursor().parens()?;
    let before = part.cursor().at(name.range().start.checked_sub(1)?);
    let mut function = CreateFunction {
        or_replace: words.starts_with("CREATE OR REPLACE"),
        procedure: before.is("PROCEDURE").then(|| before.span()),
        name: name.cursor().name()?,
        arguments,
        language: None,
        body: part
            .child(Node::RoutineBody)
            .map_or(FunctionBody::Missing, |body| FunctionBody::Sql(body.range())),
    };
    for option in part.all(Node::FunctionOption) {
        let mut cursor = option.cursor();
        if cursor.eat("LANGUAGE").is_some() {
            function.language = language(&mut cursor);
        } else if option.child(Node::Body).is_some() && cursor.eat("AS").is_some() {
            function.body = FunctionBody::String(cursor.position());
        }
    }
    Some(Kind::CreateFunction(Box::new(function)))
}

/// A language is a name or, as in very old files, a string.
fn language(cursor: &mut Cursor<'_>) -> Option<Ident> {
    match cursor.literal() {
        Some(said) => Some(Ident { value: said.to_ascii_lowercase(), quoted: true, span: cursor.span() }),
        None => cursor.ident(),
    }
}

pub(super) fn domain(part: Part<'_>) -> Option<Kind> {
    let domain = CreateDomain {
        name: part.child(Node::Name)?.name()?,
        data_type: data_type(&mut part.child(Node::Type)?.cursor())?,
        clauses: column::clauses(part),
    };
    Some(Kind::CreateDomain(Box::new(domain)))
}
