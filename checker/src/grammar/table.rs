//! The tables of the grammar: what to do in a state at a terminal.
//!
//! `cargo run -p dsql-migrate-grammar` makes them of `checker/grammar/*.grammar`; that crate's test tells whether they
//! are what the files say.

use std::sync::LazyLock;

use super::terminal::Terminal;

static BYTES: &[u8] = include_bytes!("tables.bin");

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// Take the terminal and go to a state.
    Shift(u16),
    /// Replace the end of the stack by what it makes.
    Reduce(u16),
    /// The statement is complete.
    Accept,
    /// It cannot go on.
    Error,
}

/// A production: what is replaced by what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Production {
    pub(super) rule: u16,
    pub(super) length: usize,
    /// The kind of node that it makes; 0 for none.
    pub(super) node: u16,
}

/// The tables, each part by itself.
pub(super) struct Tables {
    pub(super) start: u16,
    action_bases: &'static [u32],
    lead_bases: &'static [u32],
    action_defaults: &'static [u16],
    lead_defaults: &'static [u16],
    productions: &'static [u16],
    /// Pairs of a column and what to do.
    actions: &'static [[u8; 4]],
    leads: &'static [[u8; 4]],
}

/// The tables, divided once.
pub(super) static TABLES: LazyLock<Tables> = LazyLock::new(Tables::new);

/// The numbers that begin at a byte.
fn u16s(at: usize, count: usize) -> &'static [u16] {
    let bytes = BYTES.get(at..at + 2 * count).unwrap_or_default().as_chunks().0;
    Vec::leak(bytes.iter().map(|bytes| u16::from_le_bytes(*bytes)).collect())
}

fn u32s(at: usize, count: usize) -> &'static [u32] {
    let bytes = BYTES.get(at..at + 4 * count).unwrap_or_default().as_chunks().0;
    Vec::leak(bytes.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect())
}

/// A row's own entry for a column. Rows lie in one array, each where its entries are free; a column's number tells
/// whose an entry is. A row without entries has no base.
fn entry(base: u32, column: u16, entries: &[[u8; 4]]) -> Option<u16> {
    if base == u32::MAX {
        return None;
    }
    let at = base as usize + column as usize;
    if at >= entries.len() {
        return None;
    }
    let [low, high, value_low, value_high] = entries[at];
    if u16::from_le_bytes([low, high]) == column {
        Some(u16::from_le_bytes([value_low, value_high]))
    } else {
        None
    }
}

impl Tables {
    fn new() -> Self {
        let header = u32s(0, 6);
        let count = |at: usize| header[at] as usize;
        let (states, productions, rules, actions) = (count(0), count(1), count(2), count(3));
        let action_bases = 24;
        let lead_bases = action_bases + 4 * states;
        let action_defaults = lead_bases + 4 * rules;
        let lead_defaults = action_defaults + 2 * states;
        let first_production = lead_defaults + 2 * rules;
        let first_action = first_production + 6 * productions;
        let entries = BYTES.get(first_action..).unwrap_or_default().as_chunks().0;
        let (actions, leads) = entries.split_at(actions.min(entries.len()));
        Self {
            start: header[5] as u16,
            action_bases: u32s(action_bases, states),
            lead_bases: u32s(lead_bases, rules),
            action_defaults: u16s(action_defaults, states),
            lead_defaults: u16s(lead_defaults, rules),
            productions: u16s(first_production, 3 * productions),
            actions,
            leads,
        }
    }

    pub(super) fn action(&self, state: u16, terminal: Terminal) -> Action {
        let state = state as usize;
        let value = match entry(self.action_bases[state], terminal, self.actions) {
            Some(value) => value,
            None => self.action_defaults[state],
        };
        match value {
            0 => Action::Error,
            u16::MAX => Action::Accept,
            value if value % 2 == 1 => Action::Shift(value / 2),
            value => Action::Reduce(value / 2 - 1),
        }
    }

    /// Where a rule leads from a state.
    pub(super) fn lead(&self, state: u16, rule: u16) -> u16 {
        match entry(self.lead_bases[rule as usize], state, self.leads) {
            Some(lead) => lead,
            None => self.lead_defaults[rule as usize],
        }
    }

    pub(super) fn production(&self, number: u16) -> Production {
        let at = 3 * number as usize;
        let of = self.productions;
        Production { rule: of[at], length: of[at + 1] as usize, node: of[at + 2] }
    }
}
