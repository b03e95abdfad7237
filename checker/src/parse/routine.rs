use crate::ast::{CreateDomain, CreateFunction, CreateView, FunctionBody, Ident, Kind, Persistence};
use crate::cursor::Cursor;
use crate::lex::TokenKind;
use crate::parse::{Read, column, data_type};
use crate::source::Span;

pub(super) fn view(
    cursor: &mut Cursor<'_>,
    or_replace: bool,
    persistence: Option<(Persistence, Span)>,
) -> Read {
    let recursive = cursor.eat("RECURSIVE").is_some();
    cursor.eat("VIEW")?;
    let name = cursor.name()?;
    let columns = cursor.ident_list().unwrap_or_default();
    if recursive && columns.is_empty() {
        return None;
    }
    if cursor.eat("WITH").is_some() {
        cursor.parens()?;
    }
    cursor.eat("AS")?;
    let query = cursor.skip_until(|cursor| {
        cursor.are("WITH CHECK OPTION") || cursor.are("WITH LOCAL CHECK") || cursor.are("WITH CASCADED CHECK")
    });
    if query.is_empty() {
        return None;
    }
    let check = ["WITH CHECK OPTION", "WITH LOCAL CHECK OPTION", "WITH CASCADED CHECK OPTION"];
    let checks = check.iter().any(|words| cursor.eat(words).is_some());
    if checks && recursive {
        return None;
    }
    Some(Kind::CreateView(Box::new(CreateView { or_replace, persistence, name, columns, query })))
}

pub(super) fn function(cursor: &mut Cursor<'_>, or_replace: bool) -> Read {
    let procedure = cursor.eat("PROCEDURE");
    if procedure.is_none() {
        cursor.eat("FUNCTION")?;
    }
    let name = cursor.name()?;
    let arguments = cursor.parens()?;
    let mut language = None;
    let mut body = FunctionBody::Missing;
    while !cursor.at_end() {
        if cursor.eat("LANGUAGE").is_some() {
            language = language_name(cursor);
        } else if cursor.is("AS") && cursor.nth(1).is_some_and(|token| is_string(token.kind)) {
            cursor.advance();
            body = FunctionBody::String(cursor.position());
            cursor.advance();
            if cursor.eat_punct(",").is_some() {
                cursor.advance();
            }
        } else if cursor.are("BEGIN ATOMIC") || (cursor.is("RETURN") && body == FunctionBody::Missing) {
            body = FunctionBody::Sql(cursor.skip_until(|_| false));
        } else {
            cursor.skip_group();
        }
    }
    Some(Kind::CreateFunction(Box::new(CreateFunction {
        or_replace,
        procedure,
        name,
        arguments,
        language,
        body,
    })))
}

const fn is_string(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::String | TokenKind::EscapeString | TokenKind::UnicodeString | TokenKind::DollarString
    )
}

/// A language is a name or, as in very old files, a string.
fn language_name(cursor: &mut Cursor<'_>) -> Option<Ident> {
    if let Some(token) = cursor.token().filter(|token| is_string(token.kind)) {
        let value = cursor.text_of(token).trim_matches('\'').to_ascii_lowercase();
        cursor.advance();
        return Some(Ident { value, quoted: true, span: token.span });
    }
    cursor.ident()
}

pub(super) fn domain(cursor: &mut Cursor<'_>) -> Read {
    cursor.eat("DOMAIN")?;
    let name = cursor.name()?;
    cursor.eat("AS");
    let data_type = data_type(cursor)?;
    let clauses = column::clauses(cursor);
    Some(Kind::CreateDomain(Box::new(CreateDomain { name, data_type, clauses })))
}
