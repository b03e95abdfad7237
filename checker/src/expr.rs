//! Looks into the tokens of expressions and queries: which functions they call, which types they name.

use crate::ast::{DataType, ObjectName};
use crate::cursor::Cursor;
use crate::lex::TokenKind;
use crate::source::Span;

/// Functions that are called without parentheses. All of them depend on the clock or the session.
pub(crate) const KEYWORD_FUNCTIONS: &[&str] = &[
    "CURRENT_TIMESTAMP",
    "CURRENT_DATE",
    "CURRENT_TIME",
    "LOCALTIMESTAMP",
    "LOCALTIME",
    "CURRENT_USER",
    "SESSION_USER",
    "CURRENT_ROLE",
    "CURRENT_CATALOG",
    "CURRENT_SCHEMA",
    "USER",
];

/// A function call in an expression.
pub(crate) struct Call {
    /// The function.
    pub(crate) name: ObjectName,
    /// Its name's span.
    pub(crate) span: Span,
    /// Whether it is one of the words that need no parentheses.
    pub(crate) keyword: bool,
}

/// The functions that these tokens call. Words that take parentheses for another reason (`IN (…)`,
/// `VALUES (…)`) come along: who asks looks for names that are none of them.
pub(crate) fn calls(mut cursor: Cursor<'_>) -> Vec<Call> {
    let mut calls = Vec::new();
    while let Some(token) = cursor.token() {
        let after_dot = cursor.last_text() == ".";
        let mut ahead = cursor;
        let name = if after_dot { None } else { ahead.name() };
        match name {
            Some(name) if ahead.is_punct("(") => {
                calls.push(Call { span: name.span(), name, keyword: false });
                cursor = ahead;
            }
            Some(name) => {
                let word = name.parts.len() == 1 && token.kind == TokenKind::Word;
                let keyword = |word: &&str| name.object().eq_ignore_ascii_case(word);
                let alias = cursor.last_text().eq_ignore_ascii_case("AS");
                if word && !alias && KEYWORD_FUNCTIONS.iter().any(keyword) {
                    calls.push(Call { span: name.span(), name, keyword: true });
                }
                cursor = ahead;
            }
            None => cursor.advance(),
        }
    }
    calls
}

/// The types that these tokens cast to, by `::` or `CAST(… AS …)`.
pub(crate) fn casts(cursor: Cursor<'_>) -> Vec<DataType> {
    all_casts(cursor).into_iter().map(|(data_type, _)| data_type).collect()
}

/// The same, each with whether it is a string literal that is cast: only then is the name surely that of a type
/// made for values. What else is cast may be a row, and every table is a type of rows.
pub(crate) fn all_casts(mut cursor: Cursor<'_>) -> Vec<(DataType, bool)> {
    let mut types = Vec::new();
    // For each open parenthesis, whether it is that of a CAST: AS inside of it names a type.
    let mut open: Vec<bool> = Vec::new();
    while !cursor.at_end() {
        let cast_as = cursor.is("AS") && open.last() == Some(&true);
        if cursor.is_punct("::") || cast_as {
            let literal = cursor.last_text().ends_with('\'') || cursor.last_text().ends_with('$');
            cursor.advance();
            if let Some(data_type) = crate::parse::data_type(&mut cursor) {
                types.push((data_type, literal));
            }
            continue;
        }
        if cursor.is_punct("(") {
            open.push(cursor.last_text().eq_ignore_ascii_case("CAST"));
        } else if cursor.is_punct(")") {
            open.pop();
        }
        cursor.advance();
    }
    types
}
