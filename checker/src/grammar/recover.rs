//! Where reading goes on behind something that cannot be read.
//!
//! The rest of a table's definition is worth a look although one of its expressions is wrong. The grammar says where
//! something unreadable may stand (`UNREADABLE`); it ends at the comma or the parenthesis behind it.

use super::states::{shift, would_take};
use super::terminal::{END, Terminal, Terminals, id};
use crate::cursor::Cursor;

/// How many things of a statement are passed over.
pub(super) const MOST: usize = 32;
/// How far behind such a thing its end is looked for, in tokens.
const FARTHEST: usize = 2_000;
/// How many places are tried.
const TRIED: usize = 64;

/// Where reading goes on.
pub(super) struct Place {
    /// How many things are kept of what was held back.
    pub(super) keep: usize,
    /// What is taken next.
    pub(super) next: Terminal,
    /// The token that it is.
    pub(super) at: usize,
}

/// The innermost place where something unreadable may stand, so that the statement goes on behind it. `starts` tells
/// the first token of each thing that is held back.
pub(super) fn place(
    states: &[u16],
    starts: impl Fn(usize) -> usize,
    cursor: Cursor<'_>,
    (next, at): (Terminal, usize),
    terminals: &mut Terminals<'_>,
) -> Option<Place> {
    let unreadable = const { id("UNREADABLE") };
    let mut tried = 0;
    for keep in (1..=states.len()).rev() {
        let kept = states.get(..keep)?;
        if !would_take(kept, unreadable) {
            continue;
        }
        tried += 1;
        if tried > TRIED {
            return None;
        }
        let mut kept = kept.to_vec();
        if !shift(&mut kept, unreadable) {
            continue;
        }
        let open = nesting(cursor, starts(keep).min(at), at);
        if let Some((next, at, behind)) = end(&kept, open, (next, at), *terminals) {
            *terminals = behind;
            return Some(Place { keep, next, at });
        }
    }
    None
}

/// How many parentheses are open between two tokens.
fn nesting(cursor: Cursor<'_>, from: usize, to: usize) -> usize {
    (from..to).fold(0_usize, |open, at| match cursor.token_at(at).map(|token| cursor.text_of(token)) {
        Some("(" | "[") => open + 1,
        Some(")" | "]") => open.saturating_sub(1),
        _ => open,
    })
}

/// The comma, the parenthesis or the end that closes what cannot be read, and what comes behind it.
fn end<'a>(
    states: &[u16],
    mut open: usize,
    first: (Terminal, usize),
    mut terminals: Terminals<'a>,
) -> Option<(Terminal, usize, Terminals<'a>)> {
    const OPENING: [Terminal; 2] = [id("("), id("[")];
    const CLOSING: [Terminal; 2] = [id(")"), id("]")];
    const COMMA: Terminal = id(",");
    let (mut terminal, mut at) = first;
    for _ in 0..FARTHEST {
        let closes = CLOSING.contains(&terminal);
        if open == 0 {
            if (closes || terminal == COMMA || terminal == END) && would_take(states, terminal) {
                return Some((terminal, at, terminals));
            }
            if closes {
                return None;
            }
        }
        if terminal == END {
            return None;
        }
        if OPENING.contains(&terminal) {
            open += 1;
        } else if closes {
            open = open.saturating_sub(1);
        }
        (terminal, at) = terminals.next();
    }
    None
}
