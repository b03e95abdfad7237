//! PostgreSQL's grammar, as far as DSQL has it, with what is DSQL's own.
//!
//! `checker/grammar/*.grammar` says what a statement may be. LALR(1) tables are made of it once and kept in
//! `tables.bin`; a small driver runs them over a statement's tokens. It tells the first token that cannot follow,
//! exactly as the server does, or gives a tree. It never recurses, so no depth of nesting is too much for it.

mod expected;
mod kind;
mod part;
mod recover;
mod refuse;
mod repair;
mod run;
mod states;
mod table;
mod terminal;
mod terminals;
mod tree;

pub(crate) use expected::in_words;
pub(crate) use kind::NodeKind;
pub(crate) use part::Part;
pub(crate) use repair::{Repair, repair};
pub(crate) use run::{Stop, Why, expression, read, statement};
pub(crate) use states::expected;
pub(crate) use tree::Tree;

/// The byte at which the server would stop reading a statement; its end where more is missing.
#[must_use]
pub fn stops_at(text: &str) -> Option<usize> {
    let lexed = crate::lex::lex(text);
    let tokens = crate::lex::parsed(text, &lexed.tokens);
    let cursor = crate::cursor::Cursor::new(text, &tokens);
    let stop = statement(cursor).err()?;
    Some(tokens.get(stop.at).map_or(text.len(), |token| token.span.start + stop.offset))
}
