//! Checksums over tokens: white space, line ends and comments do not count.

use dsql_migrate_plan::Checksum;
use sha2::{Digest, Sha256};

use crate::lex::Token;

/// Stands between two tokens, so that `a b` and `ab` differ. No token contains it.
const BETWEEN: u8 = 0x1f;
/// Stands behind a statement.
const END: u8 = 0x1e;

/// Takes statements one after another.
pub(crate) struct Hasher(Sha256);

impl Hasher {
    pub(crate) fn new() -> Self {
        Self(Sha256::new())
    }

    pub(crate) fn statement(&mut self, statement: &Content) {
        self.0.update(&statement.0);
    }

    pub(crate) fn finish(self) -> Checksum {
        truncated(&self.0.finalize())
    }
}

/// What counts of a statement.
pub(crate) struct Content(Vec<u8>);

impl Content {
    pub(crate) fn of(text: &str, tokens: &[Token]) -> Self {
        let mut bytes = Vec::with_capacity(tokens.len() * 8);
        for token in tokens {
            let token = text.get(token.span.range()).unwrap_or_default();
            // Strings may span lines, whose ends an editor or git may have changed.
            if token.contains('\r') {
                bytes.extend(token.replace("\r\n", "\n").into_bytes());
            } else {
                bytes.extend_from_slice(token.as_bytes());
            }
            bytes.push(BETWEEN);
        }
        bytes.push(END);
        Self(bytes)
    }

    /// The checksum of the statement alone.
    pub(crate) fn checksum(&self) -> Checksum {
        truncated(&Sha256::digest(&self.0))
    }
}

/// A checksum of a file as it is.
pub(crate) fn of_bytes(bytes: &[u8]) -> Checksum {
    truncated(&Sha256::digest(bytes))
}

fn truncated(digest: &[u8]) -> Checksum {
    let mut bytes = [0; 16];
    for (byte, digit) in bytes.iter_mut().zip(digest) {
        *byte = *digit;
    }
    Checksum::new(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::File;
    use crate::text::Source;

    fn checksum(text: &str) -> String {
        let source = Source::new("a.sql", text);
        let mut hasher = Hasher::new();
        for statement in File::read(&source).statements {
            hasher.statement(&Content::of(source.text(), statement.tokens()));
        }
        hasher.finish().to_string()
    }

    #[test]
    fn layout_and_comments_do_not_count() {
        let same = checksum("CREATE TABLE a (b text DEFAULT 'x\ny');");
        assert_eq!(same, checksum("\u{feff}-- c\r\nCREATE TABLE a(b  text\r\n DEFAULT 'x\r\ny')"));
        assert_eq!(same, "19a54eddcea2dcb91b3a436d9c8d37f2");
    }

    #[test]
    fn everything_else_counts() {
        let one = checksum("SELECT a, b");
        for other in ["SELECT a b", "SELECT a, 'b'", "SELECT a; b", "SELECT ab", "SELECT A, b"] {
            assert_ne!(one, checksum(other), "{other}");
        }
    }
}
