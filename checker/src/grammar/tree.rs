//! What a statement was read as: a tree without pointers.

use super::kind::NodeKind;
use crate::ast::TokenRange;

/// Something that the grammar has a name for.
#[derive(Debug, Clone, Copy)]
struct Entry {
    kind: NodeKind,
    /// The first entry of what it holds; itself where it holds nothing.
    first: u32,
    start: u32,
    end: u32,
}

/// The nodes of a statement, each behind what it holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tree {
    entries: Vec<Entry>,
}

/// A node of a tree.
#[derive(Clone, Copy)]
pub(crate) struct Node<'t> {
    tree: &'t Tree,
    at: usize,
}

impl Tree {
    /// How many nodes there are, which is where the next one comes to stand.
    pub(super) fn len(&self) -> u32 {
        self.entries.len() as u32
    }

    /// Adds a node that holds all nodes from `first` on.
    pub(super) fn push(&mut self, kind: NodeKind, first: u32, start: u32, end: u32) {
        self.entries.push(Entry { kind, first, start, end });
    }

    /// Forgets all nodes from one on.
    pub(super) fn truncate(&mut self, node: u32) {
        self.entries.truncate(node as usize);
    }

    /// The whole.
    pub(crate) fn root(&self) -> Option<Node<'_>> {
        let at = self.entries.len().checked_sub(1)?;
        Some(Node { tree: self, at })
    }

    /// The outermost node with exactly these tokens.
    pub(super) fn node_of(&self, range: TokenRange) -> Option<Node<'_>> {
        // Nodes stand in the order of their ends.
        let behind = self.entries.partition_point(|entry| entry.end as usize <= range.end);
        let same_end = (0..behind).rev().map(|at| Node { tree: self, at });
        same_end.take_while(|node| node.range().end == range.end).find(|node| node.range() == range)
    }
}

impl<'t> Node<'t> {
    fn entry(self) -> Entry {
        // Nodes are only made for places that exist.
        self.tree.entries[self.at]
    }

    pub(crate) fn kind(self) -> NodeKind {
        self.entry().kind
    }

    pub(crate) fn is(self, kind: NodeKind) -> bool {
        self.kind() == kind
    }

    /// Its tokens.
    pub(crate) fn range(self) -> TokenRange {
        let Entry { start, end, .. } = self.entry();
        TokenRange { start: start as usize, end: end as usize }
    }

    /// Whether another node is inside of it, or is it.
    pub(crate) fn holds(self, other: Node<'_>) -> bool {
        (self.entry().first as usize..=self.at).contains(&other.at)
    }

    /// What it holds, from the last to the first.
    pub(crate) fn children_backwards(self) -> impl Iterator<Item = Node<'t>> {
        let first = self.entry().first as usize;
        let mut next = self.at;
        std::iter::from_fn(move || {
            if next <= first {
                return None;
            }
            let node = Node { at: next - 1, ..self };
            next = node.entry().first as usize;
            Some(node)
        })
    }

    /// What it holds, from left to right.
    pub(crate) fn children(self) -> Vec<Node<'t>> {
        let mut all: Vec<_> = self.children_backwards().collect();
        all.reverse();
        all
    }

    /// The first that it holds of a kind.
    pub(crate) fn child(self, kind: NodeKind) -> Option<Node<'t>> {
        self.children_backwards().filter(|node| node.is(kind)).last()
    }

    /// Everything inside of it at any depth, and it: what is inside first.
    pub(crate) fn within(self) -> impl DoubleEndedIterator<Item = Node<'t>> {
        (self.entry().first as usize..=self.at).map(move |at| Node { at, ..self })
    }
}
