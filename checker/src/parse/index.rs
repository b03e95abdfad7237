use crate::ast::{CreateIndex, IndexKey, IndexOption, IndexOptionKind, Kind, TokenRange};
use crate::cursor::Cursor;
use crate::lex::TokenKind;
use crate::parse::Read;

pub(super) fn create(cursor: &mut Cursor<'_>) -> Read {
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
    let only = cursor.eat("ONLY");
    let table = cursor.name()?;
    let mut options = Vec::new();
    let start = cursor.position();
    if cursor.eat("USING").is_some() {
        let method = cursor.ident()?;
        options.push(IndexOption { kind: IndexOptionKind::Using(method), span: cursor.span_since(start) });
    }
    let inner = cursor.parens()?;
    let keys = keys(&mut cursor.within(inner))?;
    options.extend(cursor.items(option).into_iter().map(|(kind, span)| IndexOption { kind, span }));
    let index = CreateIndex {
        unique,
        index_span,
        asynchronous,
        concurrently,
        if_not_exists,
        name,
        only,
        on_span,
        table,
        keys,
        options,
    };
    Some(Kind::CreateIndex(Box::new(index)))
}

fn option(cursor: &mut Cursor<'_>) -> Option<IndexOptionKind> {
    if cursor.eat("INCLUDE").is_some() {
        let mut ahead = *cursor;
        let inner = ahead.parens().filter(|inner| !inner.is_empty())?;
        return cursor.ident_list().map(|columns| IndexOptionKind::Include(columns, inner));
    }
    if cursor.eat("NULLS NOT DISTINCT").is_some() || cursor.eat("NULLS DISTINCT").is_some() {
        return Some(IndexOptionKind::NullsDistinct);
    }
    if cursor.eat("WITH").is_some() {
        cursor.parens()?;
        return Some(IndexOptionKind::With);
    }
    if cursor.eat("TABLESPACE").is_some() {
        cursor.ident()?;
        return Some(IndexOptionKind::Tablespace);
    }
    if cursor.eat("WHERE").is_some() {
        return Some(IndexOptionKind::Where(cursor.skip_until(|_| false)));
    }
    None
}

fn keys(cursor: &mut Cursor<'_>) -> Option<Vec<IndexKey>> {
    let mut keys = Vec::new();
    while !cursor.at_end() {
        keys.push(key(cursor)?);
        if !cursor.at_end() {
            cursor.eat_punct(",")?;
            if cursor.at_end() {
                return None;
            }
        }
    }
    (!keys.is_empty()).then_some(keys)
}

fn key(cursor: &mut Cursor<'_>) -> Option<IndexKey> {
    let start = cursor.position();
    let (column, expression) = key_expression(cursor)?;
    let mut key = IndexKey {
        column,
        expression,
        collation: None,
        operator_class: None,
        direction: None,
        span: cursor.span(),
    };
    let collate = cursor.position();
    if cursor.eat("COLLATE").is_some() {
        key.collation = Some((cursor.name()?, cursor.span_since(collate)));
    }
    if !cursor.is_any(&["ASC", "DESC", "NULLS"]) && !cursor.is_punct(",") && !cursor.at_end() {
        let class = cursor.position();
        cursor.name()?;
        cursor.parens();
        key.operator_class = Some(cursor.span_since(class));
    }
    if let Some(span) = cursor.eat("ASC") {
        key.direction = Some((false, span));
    } else if let Some(span) = cursor.eat("DESC") {
        key.direction = Some((true, span));
    }
    if cursor.eat("NULLS FIRST").is_none() {
        cursor.eat("NULLS LAST");
    }
    key.span = cursor.span_since(start);
    Some(key)
}

/// A column, an expression in parentheses, or a function call, which needs none.
fn key_expression(cursor: &mut Cursor<'_>) -> Option<(Option<crate::ast::Ident>, TokenRange)> {
    let start = cursor.position();
    if let Some(inner) = cursor.parens() {
        return Some((None, inner));
    }
    let name = cursor.name()?;
    if cursor.is_punct("(") {
        cursor.parens()?;
        return Some((None, cursor.range_since(start)));
    }
    let keyword = name.parts.len() == 1
        && cursor
            .within(cursor.range_since(start))
            .token()
            .is_some_and(|token| token.kind == TokenKind::Word)
        && crate::expr::KEYWORD_FUNCTIONS.iter().any(|word| name.object().eq_ignore_ascii_case(word));
    let column = if keyword { None } else { name.last().cloned() };
    Some((column, cursor.range_since(start)))
}
