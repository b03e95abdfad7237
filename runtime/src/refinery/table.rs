//! The name of refinery's table, which it writes into its SQL as it is.

use crate::error::{Error, ErrorKind};

/// Schema and name as the catalog has them.
pub(super) fn parse(table: &str) -> Result<(Option<String>, String), Error> {
    let plain = |part: &str| {
        let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        !part.is_empty() && !part.starts_with(|c: char| c.is_ascii_digit()) && part.bytes().all(word)
    };
    let (schema, name) = match table.split_once('.') {
        Some((schema, name)) => (Some(schema), name),
        None => (None, table),
    };
    if !plain(name) || !schema.is_none_or(plain) {
        return Err(Error::new(ErrorKind::Bookkeeping, format!("`{table}` is no plain name for a table"))
            .now("nothing was changed")
            .remedy("use letters, digits and underscores, with a schema before it or not"));
    }
    Ok((schema.map(str::to_ascii_lowercase), name.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_folded_as_the_server_folds_them() {
        assert_eq!(parse("refinery_schema_history").unwrap(), (None, "refinery_schema_history".to_owned()));
        assert_eq!(parse("App.History").unwrap(), (Some("app".to_owned()), "history".to_owned()));
        for wrong in ["", "a.b.c", "\"A\"", "a; DROP TABLE b", "1a", ".a"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
