use crate::lex::{Token, TokenKind, literal};
use crate::text::Span;

/// How many bytes of a name the server keeps.
pub const MAX_NAME_BYTES: usize = 63;

/// A name as far as the server keeps it.
#[must_use]
pub fn cut(name: &str) -> &str {
    let mut end = name.len().min(MAX_NAME_BYTES);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    &name[..end]
}

/// A name as the catalog would hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ident {
    /// Folded to lower case unless quoted, without quotes, and not yet cut to the server's length.
    pub value: String,
    /// Whether it was quoted.
    pub quoted: bool,
    /// Where it stands.
    pub span: Span,
}

impl Ident {
    /// Reads a token as a name; `None` where it is none.
    #[must_use]
    pub fn from_token(text: &str, token: Token) -> Option<Self> {
        let (value, quoted) = match token.kind {
            // The server folds ASCII only, since DSQL's encoding is UTF-8.
            TokenKind::Word => (text.to_ascii_lowercase(), false),
            TokenKind::QuotedIdent | TokenKind::UnicodeIdent => (literal(text, token.kind)?.text, true),
            _ => return None,
        };
        Some(Self { value, quoted, span: token.span })
    }
}

/// The names among some tokens, as the catalog would hold them.
pub(crate) fn names_in(mut cursor: crate::cursor::Cursor<'_>) -> impl Iterator<Item = String> {
    std::iter::from_fn(move || {
        loop {
            let token = cursor.token()?;
            cursor.advance();
            if let Some(ident) = Ident::from_token(cursor.text_of(token), token) {
                return Some(ident.value);
            }
        }
    })
}

/// A name with or without its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectName {
    /// At least one part; the last is the object's own name.
    pub parts: Vec<Ident>,
}

impl ObjectName {
    /// The object's own name.
    #[must_use]
    pub fn last(&self) -> Option<&Ident> {
        self.parts.last()
    }

    /// The object's own name as text.
    #[must_use]
    pub fn object(&self) -> &str {
        self.last().map_or("", |ident| ident.value.as_str())
    }

    /// The schema, where one is given.
    #[must_use]
    pub fn schema(&self) -> Option<&Ident> {
        self.parts.len().checked_sub(2).and_then(|at| self.parts.get(at))
    }

    /// From the first part to the last.
    #[must_use]
    pub fn span(&self) -> Span {
        match (self.parts.first(), self.parts.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => Span::default(),
        }
    }
}

impl std::fmt::Display for ObjectName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, part) in self.parts.iter().enumerate() {
            let dot = if index > 0 { "." } else { "" };
            write!(f, "{dot}{}", part.value)?;
        }
        Ok(())
    }
}

/// Positions of tokens in a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TokenRange {
    /// The first.
    pub start: usize,
    /// The one behind the last.
    pub end: usize,
}

impl TokenRange {
    /// Whether it holds no token.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

/// PostgreSQL's types that DSQL stores, as `format_type` shows them.
pub const STORED_TYPES: &[&str] = &[
    "smallint",
    "integer",
    "bigint",
    "real",
    "double precision",
    "numeric",
    "character",
    "character varying",
    "text",
    "date",
    "time without time zone",
    "time with time zone",
    "timestamp without time zone",
    "timestamp with time zone",
    "interval",
    "boolean",
    "bytea",
    "uuid",
    "json",
    "jsonb",
];

/// A data type as it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct DataType {
    /// The name in PostgreSQL's own spelling, which is how the server shows it: `integer` for `int4`,
    /// `timestamp with time zone` for `timestamptz`. A name that is not built in stands as it was folded.
    pub name: String,
    /// The schema, where one is given.
    pub schema: Option<String>,
    /// Whether the name was quoted, as in `"char"`.
    pub quoted: bool,
    /// The numbers in parentheses.
    pub modifiers: Vec<i64>,
    /// Whether it is an array.
    pub array: bool,
    /// Whether it is `SETOF`.
    pub set_of: bool,
    /// The whole of it.
    pub span: Span,
}

impl DataType {
    /// As `format_type` shows it.
    #[must_use]
    pub fn display(&self) -> String {
        let mut out = String::new();
        if let Some(schema) = self.schema.as_deref().filter(|schema| *schema != "pg_catalog") {
            out = format!("{schema}.");
        }
        let modifiers: Vec<String> = self.modifiers.iter().map(i64::to_string).collect();
        match self.name.split_once(" with") {
            // `timestamp(3) with time zone`: the precision stands in the middle.
            Some((head, tail)) if !modifiers.is_empty() => {
                out += &format!("{head}({}) with{tail}", modifiers.join(","));
            }
            _ if modifiers.is_empty() => out += &self.name,
            _ => out += &format!("{}({})", self.name, modifiers.join(",")),
        }
        if self.array {
            out += "[]";
        }
        out
    }

    /// The name without modifiers, as the server names a type that it does not take.
    #[must_use]
    pub fn display_without_modifiers(&self) -> String {
        Self { modifiers: Vec::new(), ..self.clone() }.display()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fold_as_the_server_folds_them() {
        let ident = |text: &str| {
            let lexed = crate::lex::lex(text);
            Ident::from_token(text, lexed.tokens[0]).map(|ident| ident.value)
        };
        assert_eq!(ident("FooÄ").as_deref(), Some("fooÄ"));
        assert_eq!(ident("\"Foo\"\"s\"").as_deref(), Some("Foo\"s"));
        assert_eq!(ident("U&\"d\\0061t\\+000061\\\\\"").as_deref(), Some("data\\"));
        assert_eq!(ident("'no'"), None);
    }
}
