//! Runs the tables over terminals alone, without a tree: what could be read, and what could have stood where it cannot.

use super::table::{Action, TABLES};
use super::terminal::{END, Terminal, Terminals};
use crate::cursor::Cursor;

/// How many things the server holds back at most while it looks for what they are parts of.
pub(super) const DEEPEST: usize = 10_000;

/// Whether terminals are a statement, by the grammar alone.
pub(super) fn reads(terminals: impl Iterator<Item = Terminal>) -> bool {
    stop_among(terminals).is_none()
}

/// Which of some terminals cannot stand where it does, by the grammar alone.
pub(super) fn stop_among(terminals: impl Iterator<Item = Terminal>) -> Option<usize> {
    let mut states = vec![TABLES.start];
    for (read, terminal) in terminals.enumerate() {
        let taken = if terminal == END { would_take(&states, END) } else { shift(&mut states, terminal) };
        if !taken {
            return Some(read);
        }
    }
    None
}

/// Which terminals could have followed the tokens before a place. The stack of a run that has stopped does not tell:
/// what it could replace it has replaced before it saw that nothing helps.
pub(crate) fn expected(cursor: Cursor<'_>, at: usize) -> Vec<Terminal> {
    let mut states = vec![TABLES.start];
    let mut terminals = Terminals::new(cursor);
    loop {
        let (terminal, position) = terminals.next();
        if terminal == END || position >= at || !shift(&mut states, terminal) {
            break;
        }
    }
    (END..=super::terminal::LAST).filter(|terminal| would_take(&states, *terminal)).collect()
}

/// Takes a terminal, by the grammar alone.
pub(super) fn shift(states: &mut Vec<u16>, terminal: Terminal) -> bool {
    loop {
        match TABLES.action(top(states), terminal) {
            Action::Shift(_) if states.len() >= DEEPEST => return false,
            Action::Shift(state) => {
                states.push(state);
                return true;
            }
            Action::Reduce(number) => {
                let production = TABLES.production(number);
                states.truncate(states.len().saturating_sub(production.length));
                states.push(TABLES.lead(top(states), production.rule));
            }
            Action::Accept | Action::Error => return false,
        }
    }
}

fn top(states: &[u16]) -> u16 {
    states.last().copied().unwrap_or(TABLES.start)
}

/// Whether a terminal can be taken, without changing anything.
pub(super) fn would_take(states: &[u16], terminal: Terminal) -> bool {
    would_take_on(states.len(), |at| states.get(at).copied(), terminal)
}

/// The same over a stack of anything that knows its states.
pub(super) fn would_take_on(
    length: usize,
    state_of: impl Fn(usize) -> Option<u16>,
    terminal: Terminal,
) -> bool {
    // How much of the stack is left, and the states on top of that.
    let mut kept = length;
    let mut above: Vec<u16> = Vec::new();
    loop {
        let below = |kept: usize| kept.checked_sub(1).and_then(&state_of).unwrap_or(TABLES.start);
        match TABLES.action(above.last().copied().unwrap_or_else(|| below(kept)), terminal) {
            Action::Shift(_) | Action::Accept => return true,
            Action::Error => return false,
            Action::Reduce(number) => {
                let production = TABLES.production(number);
                let own = production.length.min(above.len());
                above.truncate(above.len() - own);
                kept = kept.saturating_sub(production.length - own);
                let next = TABLES.lead(above.last().copied().unwrap_or_else(|| below(kept)), production.rule);
                above.push(next);
            }
        }
    }
}
