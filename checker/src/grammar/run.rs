//! Drives the tables over a statement.

use std::sync::LazyLock;

use super::kind::NodeKind;
use super::recover;
use super::refuse::{self, Refusal};
use super::states::{DEEPEST, would_take_on};
use super::table::{Action, TABLES, Tables};
use super::terminal::{Terminal, Terminals, id};
use super::tree::Tree;
use crate::cursor::Cursor;

/// Where a statement cannot go on.
#[derive(Debug, Clone)]
pub(crate) struct Stop {
    /// The token, or the place behind the last one.
    pub(crate) at: usize,
    /// How many bytes into the token: `N'…'` is two terminals.
    pub(crate) offset: usize,
    pub(crate) why: Why,
}

/// Why it cannot go on.
#[derive(Debug, Clone)]
pub(crate) enum Why {
    /// Something else has to stand there.
    Unexpected,
    /// It can be read, and the server's parser refuses it.
    Refused(Refusal),
    /// Too much is open at once.
    TooDeep,
}

#[derive(Clone, Copy)]
struct Held {
    state: u16,
    /// The tree's first node of it.
    node: u32,
    /// Its first token.
    token: u32,
}

struct Run<'a> {
    cursor: Cursor<'a>,
    tables: &'static Tables,
    stack: Vec<Held>,
    tree: Tree,
    /// The token behind the last one taken.
    end: u32,
    /// How many more things that cannot be read are passed over, if they are.
    recoveries: Option<usize>,
}

/// Reads a statement.
pub(crate) fn statement(cursor: Cursor<'_>) -> Result<Tree, Stop> {
    Run::new(cursor).over()
}

/// Reads a statement whatever is wrong with it: where the server would stop, and a tree with a node
/// [`NodeKind::Unreadable`] for each expression and each clause of a column that cannot be read. Without a tree where
/// more than that is wrong.
pub(crate) fn read(cursor: Cursor<'_>) -> (Option<Tree>, Option<Stop>) {
    let stop = match statement(cursor) {
        Ok(tree) => return (Some(tree), None),
        Err(stop) => stop,
    };
    let mut run = Run::new(cursor);
    run.recoveries = Some(recover::MOST);
    let read = run.run(&mut Terminals::new(cursor));
    (read.is_ok().then_some(run.tree), Some(stop))
}

/// Reads an expression.
pub(crate) fn expression(cursor: Cursor<'_>) -> Result<Tree, Stop> {
    let mut run = Run::new(cursor);
    let marker = const { id("START_EXPRESSION") };
    run.take(marker, cursor.position(), 0)?;
    run.over()
}

impl<'a> Run<'a> {
    fn new(cursor: Cursor<'a>) -> Self {
        let at = cursor.position() as u32;
        let tables = LazyLock::force(&TABLES);
        let start = Held { state: tables.start, node: 0, token: at };
        Self { cursor, tables, stack: vec![start], tree: Tree::default(), end: at, recoveries: None }
    }

    fn over(mut self) -> Result<Tree, Stop> {
        self.run(&mut Terminals::new(self.cursor))?;
        Ok(self.tree)
    }

    fn run(&mut self, terminals: &mut Terminals<'a>) -> Result<(), Stop> {
        loop {
            let offset = usize::from(terminals.in_token());
            let (terminal, at) = terminals.next();
            let taken = match self.take(terminal, at, offset) {
                Err(stop) => self.recover(stop, terminal, terminals)?,
                taken => taken?,
            };
            if taken {
                return Ok(());
            }
            // Behind the token that has been taken, with what belongs to it.
            self.end = terminals.position() as u32;
        }
    }

    /// Goes on behind what cannot be read; whether that is the end.
    fn recover(&mut self, stop: Stop, next: Terminal, terminals: &mut Terminals<'a>) -> Result<bool, Stop> {
        let (mut stop, mut next, mut at) = (stop.clone(), next, stop.at);
        loop {
            let deep = matches!(stop.why, Why::TooDeep);
            let left = self.recoveries.and_then(|left| left.checked_sub(1)).filter(|_| !deep);
            if left.is_none() {
                return Err(stop);
            }
            self.recoveries = left;
            let states: Vec<u16> = self.stack.iter().map(|held| held.state).collect();
            let starts = |depth: usize| self.stack.get(depth).map_or(at, |held| held.token as usize);
            let place = recover::place(&states, starts, self.cursor, (next, at), terminals);
            let Some(place) = place else { return Err(stop) };
            let start = starts(place.keep);
            if let Some(held) = self.stack.get(place.keep) {
                self.tree.truncate(held.node);
            }
            self.stack.truncate(place.keep);
            self.end = start as u32;
            self.take(const { id("UNREADABLE") }, start, 0)?;
            self.end = place.at as u32;
            (next, at) = (place.next, place.at);
            match self.take(next, at, 0) {
                Ok(taken) => return Ok(taken),
                Err(another) => stop = another,
            }
        }
    }

    fn state(&self) -> u16 {
        self.stack.last().map_or(self.tables.start, |held| held.state)
    }

    /// Takes a terminal; whether it was the end.
    fn take(&mut self, terminal: Terminal, at: usize, offset: usize) -> Result<bool, Stop> {
        // What a token that cannot be taken lets be completed is not known to be complete.
        if self.recoveries.is_some()
            && !would_take_on(self.stack.len(), |at| self.stack.get(at).map(|held| held.state), terminal)
        {
            return Err(Stop { at, offset, why: Why::Unexpected });
        }
        loop {
            match self.tables.action(self.state(), terminal) {
                Action::Shift(state) => {
                    if self.stack.len() >= DEEPEST {
                        return Err(Stop { at, offset, why: Why::TooDeep });
                    }
                    self.stack.push(Held { state, node: self.tree.len(), token: at as u32 });
                    return Ok(false);
                }
                Action::Reduce(production) => self.reduce(production, at)?,
                Action::Accept => return Ok(true),
                Action::Error => {
                    return Err(Stop { at, offset, why: Why::Unexpected });
                }
            }
        }
    }

    fn reduce(&mut self, number: u16, at: usize) -> Result<(), Stop> {
        let production = self.tables.production(number);
        let keep = self.stack.len() - production.length;
        let first = self.stack.get(keep).copied();
        // What is empty stands before the next token.
        let held = first.unwrap_or(Held { state: 0, node: self.tree.len(), token: at as u32 });
        self.stack.truncate(keep);
        if let Some(kind) = NodeKind::of(production.node) {
            let end = self.end.max(held.token);
            self.tree.push(kind, held.node, held.token, end);
            if let Some(refusal) = self.tree.root().and_then(|node| refuse::refusal(node, self.cursor, at)) {
                // It has been read all the same.
                if self.recoveries.is_none() {
                    return Err(Stop { at: refusal.at, offset: 0, why: Why::Refused(refusal) });
                }
            }
        }
        let state = self.tables.lead(self.state(), production.rule);
        self.stack.push(Held { state, ..held });
        Ok(())
    }
}
