use crate::ast::{CreateIndex, Ident, IndexKey, IndexOption, IndexOptionKind, Kind, ObjectName, TokenRange};
use crate::cursor::Cursor;
use crate::grammar::{NodeKind as Node, Part};
use crate::lex::TokenKind;

pub(super) fn create(part: Part<'_>) -> Option<Kind> {
    let mut cursor = part.cursor();
    cursor.eat("CREATE")?;
    let unique = cursor.eat("UNIQUE").is_some();
    let index_span = cursor.eat("INDEX")?;
    // Unquoted `async` behind INDEX is DSQL's keyword, never a name: `CREATE INDEX async ON t (a)` is an
    // unnamed asynchronous index.
    let mut asynchronous = cursor.eat("ASYNC");
    let concurrently = cursor.eat("CONCURRENTLY");
    if asynchronous.is_none() {
        asynchronous = cursor.eat("ASYNC");
    }
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    let name = if cursor.is("ON") { None } else { Some(cursor.name()?) };
    let on_span = cursor.eat("ON")?;
    let index = CreateIndex {
        unique,
        index_span,
        asynchronous,
        concurrently,
        if_not_exists,
        name,
        only: cursor.eat("ONLY"),
        on_span,
        table: part.child(Node::Relation)?.cursor().name()?,
        keys: part.all(Node::IndexKey).filter_map(key).collect(),
        options: part.children().into_iter().filter_map(option).collect(),
    };
    Some(Kind::CreateIndex(Box::new(index)))
}

fn option(part: Part<'_>) -> Option<IndexOption> {
    let mut cursor = part.cursor();
    let kind = match part.kind() {
        Node::AccessMethod => IndexOptionKind::Using(part.last_ident()?),
        Node::Include => {
            cursor.eat("INCLUDE")?;
            let mut ahead = cursor;
            let inner = ahead.parens()?;
            IndexOptionKind::Include(cursor.ident_list()?, inner)
        }
        Node::NullsDistinct => IndexOptionKind::NullsDistinct { not: part.words().contains("NOT") },
        Node::Storage => IndexOptionKind::With,
        Node::Tablespace => IndexOptionKind::Tablespace,
        Node::Where => {
            cursor.eat("WHERE")?;
            IndexOptionKind::Where(cursor.skip_until(|_| false))
        }
        _ => return None,
    };
    Some(IndexOption { kind, span: part.span() })
}

fn key(part: Part<'_>) -> Option<IndexKey> {
    let mut cursor = part.cursor();
    let (column, expression) = key_expression(&mut cursor)?;
    let words = part.words();
    let mut direction = cursor;
    direction.skip_until(|cursor| cursor.is_any(&["ASC", "DESC"]));
    let collation = part.child(Node::Collation);
    Some(IndexKey {
        column,
        expression,
        collation: collation.and_then(|part| Some((part.child(Node::Name)?.name()?, part.span()))),
        operator_class: part.child(Node::OperatorClass).map(Part::span),
        direction: (!direction.at_end()).then(|| (words.contains("DESC"), direction.span())),
        span: part.span(),
    })
}
/// A column, an expression in parentheses, or a function call, which needs none.
fn key_expression(cursor: &mut Cursor<'_>) -> Option<(Option<Ident>, TokenRange)> {
    let start = cursor.position();
    if let Some(inner) = cursor.parens() {
        return Some((column_alone(cursor.within(inner)), inner));
    }
    let name = cursor.name()?;
    if cursor.is_punct("(") {
        cursor.parens()?;
        return Some((None, cursor.range_since(start)));
    }
    let range = cursor.range_since(start);
    let column = if is_value(cursor.within(range), &name) { None } else { name.last().cloned() };
    Some((column, range))
}

/// The column that an expression is, if it is nothing more: the server takes parentheses off, and a collation behind
/// them, and has a plain column then. The table may stand before it.
fn column_alone(expression: Cursor<'_>) -> Option<Ident> {
    let mut cursor = expression.inside_parens();
    let start = cursor.position();
    let name = cursor.name()?;
    let value = is_value(cursor.within(cursor.range_since(start)), &name);
    while cursor.eat("COLLATE").is_some() {
        cursor.name()?;
    }
    (!value && cursor.at_end()).then(|| name.last().cloned()).flatten()
}

/// Whether a name without quotes and schema is a value of the grammar: `CURRENT_DATE`, `TRUE`.
fn is_value(cursor: Cursor<'_>, name: &ObjectName) -> bool {
    let word = cursor.token().is_some_and(|token| token.kind == TokenKind::Word);
    let values = crate::calls::KEYWORD_FUNCTIONS.iter().chain(&["TRUE", "FALSE", "NULL"]);
    word && name.parts.len() == 1 && values.into_iter().any(|value| name.object().eq_ignore_ascii_case(value))
}
