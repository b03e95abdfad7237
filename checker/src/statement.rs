use crate::ast::{AlterActionKind, AlterTable, Class, Kind, TokenRange, TransactionVerb};
use crate::cursor::Cursor;
use crate::lex::{Comment, LexError, Token};
use crate::parse::Parsed;
use crate::source::{Source, Span};
use crate::split;

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
                let tokens = lexed.tokens.get(piece.tokens).unwrap_or_default().to_vec();
                let parsed = crate::parse::parse(Cursor::new(text, &tokens));
                Statement { source, tokens, span: piece.span, parsed }
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
}

impl<'s> Statement<'s> {
    /// The statements inside of a `CREATE SCHEMA`.
    #[must_use]
    pub fn nested(&self) -> Vec<Self> {
        let Kind::CreateSchema(schema) = self.kind() else { return Vec::new() };
        let mut cursor = self.within(schema.elements);
        let mut nested = Vec::new();
        while !cursor.at_end() {
            let start = cursor.position();
            cursor.advance();
            let end = cursor
                .skip_until(|cursor| {
                    cursor.is("CREATE") || (cursor.is("GRANT") && cursor.last_text() != "WITH")
                })
                .end;
            let tokens = self.tokens.get(start..end).unwrap_or_default().to_vec();
            let [first, .., last] = tokens.as_slice() else { continue };
            let span = first.span.to(last.span);
            let parsed = crate::parse::parse(Cursor::new(self.source.text(), &tokens));
            nested.push(Self { source: self.source, tokens, span, parsed });
        }
        nested
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> &Kind {
        &self.parsed.kind
    }

    /// The place at which reading it stopped, if before its end.
    #[must_use]
    pub fn unread(&self) -> Option<Span> {
        self.parsed.unread
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
            Kind::Dml(_) | Kind::Query | Kind::Set => {
                self.tokens.first().map_or(self.span, |token| token.span)
            }
            _ => crate::parse::head_of(self.cursor()).span,
        }
    }

    /// How it counts in a transaction. DSQL counts every change of the catalog as DDL, also those that do not
    /// look like it: comments, grants, roles (facts: dsql.md §4.3).
    #[must_use]
    pub fn class(&self) -> Class {
        match self.kind() {
            Kind::Dml(_) => Class::Dml,
            Kind::Query => Class::Query,
            Kind::Set => Class::Session,
            Kind::Transaction(transaction) => match transaction.verb {
                TransactionVerb::SetTransaction | TransactionVerb::SessionCharacteristics => Class::Session,
                _ => Class::Transaction,
            },
            Kind::Other(head) => other_class(&head.words),
            _ => Class::Ddl,
        }
    }

    /// Whether it starts a job: it answers a row with a `job_id`.
    #[must_use]
    pub fn is_asynchronous(&self) -> bool {
        match self.kind() {
            Kind::CreateIndex(index) => index.asynchronous.is_some(),
            Kind::AlterTable(alter) => alter.asynchronous.is_some(),
            _ => false,
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
