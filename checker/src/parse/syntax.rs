//! Queries, DML and expressions as sqlparser's trees, with the places of their names.

use sqlparser::ast::{Expr, Ident as ParserIdent, ObjectName as ParserName, Statement, ValueWithSpan};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use crate::ast::{Ident, ObjectName};
use crate::cursor::Cursor;
use crate::parse::{query, tokens};

/// A tree, and the tokens that it was made of.
pub(crate) struct Tree<'a, T> {
    pub(crate) node: T,
    pub(crate) names: Names<'a>,
}

/// The names and literals in a tree, as they are written.
pub(crate) struct Names<'a> {
    all: Vec<Named<'a>>,
    source: Cursor<'a>,
}

struct Named<'a> {
    ident: Option<Ident>,
    text: &'a str,
}

/// Reads a query or a DML statement; `None` where sqlparser cannot.
pub(crate) fn statement(cursor: Cursor<'_>) -> Option<Tree<'_, Statement>> {
    read(cursor, |parser| parser.parse_statement().ok())
}

/// Reads an expression.
pub(crate) fn expression(cursor: Cursor<'_>) -> Option<Tree<'_, Expr>> {
    read(cursor, |parser| parser.parse_expr().ok())
}

fn read<T>(cursor: Cursor<'_>, with: impl FnOnce(&mut Parser<'_>) -> Option<T>) -> Option<Tree<'_, T>> {
    if query::too_long_a_chain(cursor).is_some() {
        return None;
    }
    let (tokens, positions) = tokens::of(cursor);
    let mut parser = Parser::new(&PostgreSqlDialect {}).with_tokens_with_locations(tokens);
    let node = with(&mut parser)?;
    if !matches!(parser.peek_token_ref().token, sqlparser::tokenizer::Token::EOF) {
        return None;
    }
    let base = cursor.position();
    let named = |position: &usize| {
        let token = cursor.nth(position - base)?;
        let text = cursor.text_of(token);
        Some(Named { ident: Ident::from_token(text, token), text })
    };
    let names = positions.iter().filter_map(named).collect();
    Some(Tree { node, names: Names { all: names, source: cursor } })
}

impl Names<'_> {
    fn named(&self, ident: &ParserIdent) -> Option<&Named<'_>> {
        // Where a token stands is carried as its column, from 1 on.
        let column = usize::try_from(ident.span.start.column).ok()?;
        self.all.get(column.checked_sub(1)?)
    }

    /// A name as the catalog would hold it.
    pub(crate) fn ident(&self, ident: &ParserIdent) -> Option<Ident> {
        self.named(ident)?.ident.clone()
    }

    /// A name with its schema.
    pub(crate) fn name(&self, name: &ParserName) -> Option<ObjectName> {
        let parts: Option<Vec<_>> = name.0.iter().map(|part| self.ident(part.as_ident()?)).collect();
        parts.filter(|parts| !parts.is_empty()).map(|parts| ObjectName { parts })
    }

    /// What stands in a plain string literal.
    pub(crate) fn string(&self, value: &ValueWithSpan) -> Option<String> {
        let column = usize::try_from(value.span.start.column).ok()?;
        let text = self.all.get(column.checked_sub(1)?)?.text;
        Some(text.strip_prefix('\'')?.strip_suffix('\'')?.replace("''", "'"))
    }

    /// Whether these words stand somewhere, those included that the tree does not hold.
    pub(crate) fn says(&self, words: &str) -> bool {
        let mut cursor = self.source;
        while !cursor.at_end() && !cursor.are(words) {
            cursor.advance();
        }
        !cursor.at_end()
    }

    /// Whether `ON CONFLICT (columns)` has a predicate, which the tree does not hold.
    pub(crate) fn conflict_has_predicate(&self) -> bool {
        let mut cursor = self.source;
        while !cursor.at_end() {
            if cursor.eat("CONFLICT").is_some() && cursor.parens().is_some() && cursor.is("WHERE") {
                return true;
            }
            cursor.advance();
        }
        false
    }

    /// Whether a name is not one of a column but that of a function's argument.
    pub(crate) fn is_argument(&self, ident: &ParserIdent) -> bool {
        let next = usize::try_from(ident.span.start.column).ok().and_then(|column| self.all.get(column));
        next.is_some_and(|next| matches!(next.text, "=>" | ":=" | ":"))
    }
}
