//! A node with the text that it was read from.

use super::kind::NodeKind;
use super::tree::{Node, Tree};
use crate::ast::{Ident, ObjectName, TokenRange};
use crate::cursor::Cursor;
use crate::lex::TokenKind;
use crate::text::Span;

/// A part of a statement: what the grammar calls it, what it holds, and how it is written.
#[derive(Clone, Copy)]
pub(crate) struct Part<'t> {
    node: Node<'t>,
    cursor: Cursor<'t>,
}

impl<'t> Part<'t> {
    /// The whole of a tree that was made of these tokens.
    pub(crate) fn root(tree: &'t Tree, cursor: Cursor<'t>) -> Option<Self> {
        Some(Self { node: tree.root()?, cursor })
    }

    /// The outermost part of a tree that has exactly these tokens. Parentheses around a part belong to no node.
    pub(crate) fn at(tree: &'t Tree, cursor: Cursor<'t>, mut range: TokenRange) -> Option<Self> {
        loop {
            if let Some(node) = tree.node_of(range) {
                return Some(Self { node, cursor });
            }
            let mut inside = cursor.within(range);
            inside.eat_punct("(")?;
            range = TokenRange { start: inside.position(), end: range.end.checked_sub(1)? };
        }
    }

    fn with(self, node: Node<'t>) -> Self {
        Self { node, ..self }
    }

    pub(crate) fn kind(self) -> NodeKind {
        self.node.kind()
    }

    pub(crate) fn is(self, kind: NodeKind) -> bool {
        self.node.is(kind)
    }

    pub(crate) fn is_any(self, kinds: &[NodeKind]) -> bool {
        kinds.contains(&self.kind())
    }

    pub(crate) fn range(self) -> TokenRange {
        self.node.range()
    }

    /// Whether another part is inside of it, or is it.
    pub(crate) fn holds(self, other: Part<'_>) -> bool {
        self.node.holds(other.node)
    }

    /// Its tokens.
    pub(crate) fn cursor(self) -> Cursor<'t> {
        self.cursor.within(self.range())
    }

    pub(crate) fn span(self) -> Span {
        let TokenRange { start, end } = self.range();
        let span = |at| self.cursor.token_at(at).map(|token| token.span);
        match (span(start), end.checked_sub(1).and_then(span)) {
            (Some(first), Some(last)) if end > start => first.to(last),
            (Some(first), _) => Span::new(first.start, first.start),
            _ => Span::default(),
        }
    }

    pub(crate) fn text(self) -> &'t str {
        self.cursor.text_between(self.span())
    }

    /// What it holds, from left to right.
    pub(crate) fn children(self) -> Vec<Self> {
        self.node.children().into_iter().map(|node| self.with(node)).collect()
    }

    /// The first that it holds of a kind.
    pub(crate) fn child(self, kind: NodeKind) -> Option<Self> {
        self.node.child(kind).map(|node| self.with(node))
    }

    /// All that it holds of a kind, from left to right.
    pub(crate) fn all(self, kind: NodeKind) -> impl Iterator<Item = Self> {
        self.children().into_iter().filter(move |part| part.is(kind))
    }

    /// The words of its own, in upper case: what belongs to the parts that it holds is left out.
    pub(crate) fn words(self) -> String {
        let TokenRange { start, end } = self.range();
        let mut words = String::new();
        let mut at = start;
        let mut parts =
            self.node.children().into_iter().map(Node::range).filter(|part| !part.is_empty()).peekable();
        while at < end {
            if let Some(part) = parts.next_if(|part| part.start <= at) {
                at = part.end.max(at);
                continue;
            }
            if let Some(token) = self.cursor.token_at(at).filter(|token| token.kind == TokenKind::Word) {
                if !words.is_empty() {
                    words.push(' ');
                }
                words.push_str(&self.cursor.text_of(token).to_ascii_uppercase());
            }
            at += 1;
        }
        words
    }

    /// The first that it holds.
    pub(crate) fn first(self) -> Option<Self> {
        self.node.children_backwards().last().map(|node| self.with(node))
    }

    /// The last that it holds.
    pub(crate) fn last(self) -> Option<Self> {
        self.node.children_backwards().next().map(|node| self.with(node))
    }

    /// Everything of some kinds inside of it, from left to right, and it; but nothing inside of a query, which sees
    /// tables of its own. The queries themselves come along if they are asked for.
    pub(crate) fn outside_queries(self, kinds: &[NodeKind]) -> Vec<Self> {
        let mut found = Vec::new();
        // What is behind a node among the nodes is around it or to its right.
        let mut skip_from: Option<Node<'t>> = None;
        for node in self.node.within().rev() {
            if skip_from.is_some_and(|query| query.holds(node)) {
                continue;
            }
            if kinds.contains(&node.kind()) {
                found.push(self.with(node));
            }
            if node.is(NodeKind::Query) {
                skip_from = Some(node);
            }
        }
        found.reverse();
        found
    }

    /// It and everything inside of it, what is inside first.
    pub(crate) fn everything(self) -> impl Iterator<Item = Self> {
        self.node.within().map(move |node| self.with(node))
    }

    /// Its first token as a name.
    pub(crate) fn ident(self) -> Option<Ident> {
        let token = self.cursor.token_at(self.range().start)?;
        Ident::from_token(self.cursor.text_of(token), token)
    }

    /// Its last token as a name.
    pub(crate) fn last_ident(self) -> Option<Ident> {
        let range = self.range();
        let token = self.cursor.token_at(range.end.checked_sub(1)?)?;
        Ident::from_token(self.cursor.text_of(token), token)
    }

    /// The name that it begins with, and all that is behind a dot of it.
    pub(crate) fn name(self) -> Option<ObjectName> {
        let steps = self.children();
        let attributes = steps.iter().take_while(|step| step.is(NodeKind::Attribute));
        let parts: Option<Vec<Ident>> =
            std::iter::once(self.ident()).chain(attributes.map(|step| step.last_ident())).collect();
        Some(ObjectName { parts: parts? })
    }
}
