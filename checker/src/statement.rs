use std::cell::OnceCell;

use crate::ast::{AlterActionKind, AlterTable, Class, Kind, TokenRange, TransactionVerb};
use crate::calls::{self, Call, Cast};
use crate::cursor::Cursor;
use crate::grammar::{Part, Stop, Tree};
use crate::lex::{Comment, LexError, Token, split};
use crate::parse::{self, Parsed};
use crate::text::{Source, Span};

/// A file that has been read.
pub struct File<'s> {
    /// Its name and text.
    pub source: &'s Source,
    /// Its statements, in order.
    pub statements: Vec<Statement<'s>>,
    /// Its comments, in order.
    pub comments: Vec<Comment>,
    /// What could not be read.
    pub errors: Vec<LexError>,
}

impl<'s> File<'s> {
    /// Reads a text.
    #[must_use]
    pub fn read(source: &'s Source) -> Self {
        let text = source.text();
        let lexed = crate::lex::lex(text);
        let pieces = split::split(text, &lexed);
        let statements = pieces
            .into_iter()
            .map(|piece| {
                let tokens = crate::lex::parsed(text, lexed.tokens.get(piece.tokens).unwrap_or_default());
                Statement::new(source, tokens, piece.span)
            })
            .collect();
        Self { source, statements, comments: lexed.comments, errors: lexed.errors }
    }
}

/// A statement that has been read.
pub struct Statement<'s> {
    source: &'s Source,
    tokens: Vec<Token>,
    /// From its first token to its last.
    pub span: Span,
    parsed: Parsed,
    /// Many rules ask for them.
    calls: OnceCell<Vec<Call>>,
    casts: OnceCell<Vec<Cast>>,
}

impl<'s> Statement<'s> {
    fn new(source: &'s Source, tokens: Vec<Token>, span: Span) -> Self {
        let cursor = Cursor::new(source.text(), &tokens);
        let parsed = parse::parse(cursor);
        Self { source, tokens, span, parsed, calls: OnceCell::new(), casts: OnceCell::new() }
    }

    /// What the grammar makes of it, where it can be read.
    pub(crate) fn tree(&self) -> Option<&Tree> {
        self.parsed.tree.as_ref()
    }

    /// The whole as the grammar reads it.
    pub(crate) fn part(&self) -> Option<Part<'_>> {
        Part::root(self.tree()?, self.cursor())
    }

    /// Looks at an expression or a query in it: as a part of the whole, or by itself where the whole cannot be read.
    pub(crate) fn with_part<R>(&self, range: TokenRange, look: impl FnOnce(Part<'_>) -> R) -> Option<R> {
        if let Some(tree) = self.tree() {
            return Part::at(tree, self.cursor(), range).map(look);
        }
        let cursor = self.within(range);
        let tree = crate::grammar::expression(cursor).or_else(|_| crate::grammar::statement(cursor)).ok()?;
        Part::root(&tree, cursor).map(look)
    }

    /// The functions that it calls.
    pub(crate) fn calls(&self) -> &[Call] {
        self.calls.get_or_init(|| calls::of(self.part(), self.cursor()))
    }

    /// The functions that some of its tokens call.
    pub(crate) fn calls_in(&self, range: TokenRange) -> impl Iterator<Item = &Call> {
        let span = self.range_span(range);
        let inside = move |call: &&Call| call.span.start >= span.start && call.span.end <= span.end;
        self.calls().iter().filter(inside)
    }

    /// What it casts.
    pub(crate) fn casts(&self) -> &[Cast] {
        self.casts.get_or_init(|| calls::casts_of(self.part(), self.cursor()))
    }

    /// Where the server would stop reading it.
    pub(crate) fn stop(&self) -> Option<&Stop> {
        self.parsed.stop.as_ref()
    }

    /// The statements inside of a `CREATE SCHEMA`.
    #[must_use]
    pub fn nested(&self) -> Vec<Self> {
        let Kind::CreateSchema(schema) = self.kind() else { return Vec::new() };
        let ranges = match self.part() {
            Some(root) => {
                let elements = root.children().into_iter().map(|child| child.range());
                // The schema's own name and its owner come first.
                elements.filter(|range| range.start >= schema.elements.start).collect()
            }
            None => self.ranges_of_elements(schema.elements),
        };
        let nested = |range: TokenRange| {
            let tokens = self.tokens.get(range.start..range.end)?.to_vec();
            let span = tokens.first()?.span.to(tokens.last()?.span);
            Some(Self::new(self.source, tokens, span))
        };
        ranges.into_iter().filter_map(nested).collect()
    }

    /// The same by words, where the grammar stops somewhere.
    fn ranges_of_elements(&self, elements: TokenRange) -> Vec<TokenRange> {
        let mut cursor = self.within(elements);
        let mut ranges = Vec::new();
        while !cursor.at_end() {
            let start = cursor.position();
            cursor.advance();
            let begins = |cursor: &Cursor<'_>| {
                let privilege = cursor.last_text() == "," || cursor.last_text().eq_ignore_ascii_case("GRANT");
                (cursor.is("CREATE") && !privilege) || (cursor.is("GRANT") && cursor.last_text() != "WITH")
            };
            let end = cursor.skip_until(begins).end;
            ranges.push(TokenRange { start, end });
        }
        ranges
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> &Kind {
        &self.parsed.kind
    }

    /// Whether it may be one of DSQL's own that is newer than this crate.
    pub(crate) fn is_unknown(&self) -> bool {
        matches!(self.kind(), Kind::Other(head) if parse::heads::is_unknown(&head.words))
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &'s str {
        self.source.slice(self.span)
    }

    /// The text of its whole file.
    #[must_use]
    pub(crate) fn file_text(&self) -> &'s str {
        self.source.text()
    }

    /// The text of one of its clauses.
    #[must_use]
    pub fn slice(&self, span: Span) -> &'s str {
        self.source.slice(span)
    }

    /// Its tokens.
    #[must_use]
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    pub(crate) fn cursor(&self) -> Cursor<'_> {
        Cursor::new(self.source.text(), &self.tokens)
    }

    pub(crate) fn within(&self, range: TokenRange) -> Cursor<'_> {
        self.cursor().within(range)
    }

    /// The span of some of its tokens.
    #[must_use]
    pub fn range_span(&self, range: TokenRange) -> Span {
        match self.tokens.get(range.start..range.end) {
            Some([first, .., last] | [first @ last]) => first.span.to(last.span),
            _ => Span::new(self.span.start, self.span.start),
        }
    }

    /// The text of some of its tokens.
    #[must_use]
    pub fn range_text(&self, range: TokenRange) -> &'s str {
        self.source.slice(self.range_span(range))
    }

    /// The words that say what it is: its first token, or the head that it is known by.
    #[must_use]
    pub fn head(&self) -> Span {
        match self.kind() {
            Kind::Other(head) => head.span,
            Kind::Transaction(transaction) => transaction.span,
            Kind::Dml(_) | Kind::Query | Kind::Set(_) => {
                self.tokens.first().map_or(self.span, |token| token.span)
            }
            _ => parse::heads::head(self.cursor()).span,
        }
    }

    /// How it counts in a transaction. DSQL counts every change of the catalog as DDL, also those that do not
    /// look like it: comments, grants, roles (facts: dsql.md §4.3).
    #[must_use]
    pub fn class(&self) -> Class {
        match self.kind() {
            Kind::Dml(_) => Class::Dml,
            Kind::Query => Class::Query,
            Kind::Set(_) => Class::Session,
            Kind::Transaction(transaction) => match transaction.verb {
                TransactionVerb::SetTransaction | TransactionVerb::SessionCharacteristics => Class::Session,
                _ => Class::Transaction,
            },
            Kind::Other(head) => other_class(&head.words),
            _ => Class::Ddl,
        }
    }

    /// The statement as `ALTER TABLE`, of a table.
    #[must_use]
    pub fn alter_table(&self) -> Option<&AlterTable> {
        match self.kind() {
            Kind::AlterTable(alter) => Some(alter),
            _ => None,
        }
    }

    /// The columns that it defines: of `CREATE TABLE` and of `ADD COLUMN`.
    pub fn columns(&self) -> impl Iterator<Item = &crate::ast::ColumnDef> {
        let (elements, actions): (&[_], &[_]) = match self.kind() {
            Kind::CreateTable(table) => match &table.body {
                crate::ast::TableBody::Elements(elements) => (elements, &[]),
                _ => (&[], &[]),
            },
            Kind::AlterTable(alter) => (&[], &alter.actions),
            _ => (&[], &[]),
        };
        let of_table = elements.iter().filter_map(|element| match element {
            crate::ast::TableElement::Column(column) => Some(column),
            _ => None,
        });
        let added = actions.iter().filter_map(|action| match &action.kind {
            AlterActionKind::AddColumn { column, .. } => Some(column),
            _ => None,
        });
        of_table.chain(added)
    }
}

/// Statements that are known by their head alone: what does not change the catalog is listed.
fn other_class(words: &str) -> Class {
    match words.split(' ').next().unwrap_or_default() {
        "DEALLOCATE" | "DISCARD" | "LOAD" | "LISTEN" | "UNLISTEN" | "CHECKPOINT" | "CLOSE" | "DECLARE"
        | "FETCH" | "MOVE" | "PREPARE" | "EXECUTE" => Class::Session,
        "ANALYZE" | "VACUUM" | "LOCK" | "NOTIFY" | "DO" => Class::Query,
        _ => Class::Ddl,
    }
}
