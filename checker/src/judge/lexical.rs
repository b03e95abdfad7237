//! What is said of a text that cannot be divided into tokens.

use crate::finding::Diagnostic;
use crate::lex::{LexError, LexErrorKind};
use crate::rules::all::syntax;
use crate::statement::File;

/// An error of the lexer in the words of the server.
pub(super) fn finding(file: &File<'_>, position: usize, error: LexError) -> Diagnostic {
    let mut found = Diagnostic::new(&syntax::RULE, position, error.span);
    let words = error.kind.server_words();
    let near = file.source.slice(error.span);
    found.message(words).server(format!("{words} at or near \"{near}\""));
    match error.kind {
        LexErrorKind::NulByte => found.answer("22021", words).help("delete the zero byte"),
        LexErrorKind::EmptyIdent => found.help("put a name between the quotes"),
        LexErrorKind::JunkAfterNumber | LexErrorKind::JunkAfterParam => {
            found.help("put a blank between the two, or the name between double quotes")
        }
        LexErrorKind::UnicodeEscape { string: true } => {
            found.answer("22025", words).help("write \\uXXXX or \\UXXXXXXXX with hexadecimal digits")
        }
        LexErrorKind::UnicodeEscape { string: false } => {
            found.server(words).help("write \\XXXX or \\+XXXXXX with hexadecimal digits")
        }
        LexErrorKind::UnicodeValue => found.server(words).help("write the code point of a character"),
        LexErrorKind::SurrogatePair => {
            found.server(words).help("write both halves, or the whole code point: \\UXXXXXXXX")
        }
        LexErrorKind::ByteSequence => found
            .answer("22021", words)
            .help("write the character itself, or bytes in a bytea: '\\x…'::bytea"),
        LexErrorKind::UescapeCharacter => {
            found.help("name one character that is no hexadecimal digit, plus sign, quote or blank")
        }
        LexErrorKind::UescapeLiteral => found.help("write UESCAPE '!', for example"),
        _ => found.label("it begins here and never ends"),
    };
    found
}
