use crate::ast::Persistence;
use crate::grammar::{NodeKind as Node, Part};
use crate::text::Span;

/// `TEMP` and `UNLOGGED` before what is made.
pub(super) fn persistence(part: Part<'_>) -> Option<(Persistence, Span)> {
    let part = part.child(Node::Persistence)?;
    let persistence = if part.words() == "UNLOGGED" { Persistence::Unlogged } else { Persistence::Temporary };
    Some((persistence, part.span()))
}
