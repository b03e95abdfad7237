//! How names and texts get into SQL. Nothing else in this crate puts quotes around anything.

use dsql_migrate_plan::Name;

/// An identifier, quoted whatever it holds.
#[must_use]
pub fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A name with its schema, each part quoted; also what `to_regclass` reads.
#[must_use]
pub fn name(name: &Name) -> String {
    qualified(name.schema.as_deref(), &name.name)
}

/// An object in a schema, each part quoted.
#[must_use]
pub fn qualified(schema: Option<&str>, object: &str) -> String {
    match schema {
        Some(schema) => format!("{}.{}", identifier(schema), identifier(object)),
        None => identifier(object),
    }
}

/// A text constant. Records travel in one message with the statements that they belong to, where the
/// protocol has no parameters. `E'…'` means the same under every setting of `standard_conforming_strings`.
#[must_use]
pub fn literal(text: &str) -> String {
    if text.contains('\\') {
        format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

/// A text constant, or NULL.
#[must_use]
pub fn optional(text: Option<&str>) -> String {
    text.map_or_else(|| "NULL".to_owned(), literal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_doubled() {
        assert_eq!(identifier("a\"b"), "\"a\"\"b\"");
        assert_eq!(qualified(Some("App"), "t"), "\"App\".\"t\"");
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal("a\\'b"), "E'a\\\\''b'");
        assert_eq!(optional(None), "NULL");
    }
}
