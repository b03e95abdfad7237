//! Which functions a statement calls, and which types it casts to.

use crate::ast::{DataType, ObjectName};
use crate::cursor::Cursor;
use crate::grammar::{NodeKind, Part};
use crate::text::Span;

/// Functions that are called without parentheses. All of them depend on the clock or the session.
pub(crate) const KEYWORD_FUNCTIONS: &[&str] = &[
    "CURRENT_TIMESTAMP",
    "CURRENT_DATE",
    "CURRENT_TIME",
    "LOCALTIMESTAMP",
    "LOCALTIME",
    "CURRENT_USER",
    "SESSION_USER",
    "SYSTEM_USER",
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

/// The functions that a statement calls: by its tree, or, where the grammar stops somewhere in it, what looks like a
/// call. Special forms such as `COALESCE (…)` count.
pub(crate) fn of(root: Option<Part<'_>>, cursor: Cursor<'_>) -> Vec<Call> {
    match root {
        Some(root) => root.everything().filter_map(call).collect(),
        None => calls_among(cursor),
    }
}

/// A call, if a part is one.
fn call(part: Part<'_>) -> Option<Call> {
    let (name, keyword) = match part.kind() {
        NodeKind::Call | NodeKind::CallStatement => match part.child(NodeKind::Function) {
            Some(function) => (function.name()?, false),
            // `COLLATION FOR (…)`, `JSON_OBJECTAGG (…)`.
            None => (ObjectName { parts: vec![part.ident()?] }, false),
        },
        NodeKind::Special | NodeKind::Grouping => (ObjectName { parts: vec![part.ident()?] }, false),
        NodeKind::KeywordCall => (ObjectName { parts: vec![part.ident()?] }, true),
        _ => return None,
    };
    Some(Call { span: name.span(), name, keyword })
}

/// What looks like calls among tokens that nothing could read.
fn calls_among(mut cursor: Cursor<'_>) -> Vec<Call> {
    let mut calls = Vec::new();
    while !cursor.at_end() {
        let after_dot = cursor.last_text() == ".";
        let mut ahead = cursor;
        let name = if after_dot { None } else { ahead.name() };
        match name {
            Some(name) if ahead.is_punct("(") => {
                calls.push(Call { span: name.span(), name, keyword: false });
                cursor = ahead;
            }
            Some(_) => cursor = ahead,
            None => cursor.advance(),
        }
    }
    calls
}

/// A cast: its type, and whether it is a string literal or a parameter that is cast. Only then is the type surely one that
/// is made of a text. What else is cast may be a row.
pub(crate) struct Cast {
    pub(crate) data_type: DataType,
    pub(crate) of_text: bool,
}

/// What a statement casts, by `::` or `CAST(… AS …)`.
pub(crate) fn casts_of(root: Option<Part<'_>>, cursor: Cursor<'_>) -> Vec<Cast> {
    let Some(root) = root else { return casts_among(cursor) };
    let cast = |cast: Part<'_>| {
        let data_type = crate::parse::data_type(&mut cast.child(NodeKind::Type)?.cursor())?;
        Some(Cast { data_type, of_text: cast.first()?.is_any(&[NodeKind::String, NodeKind::Param]) })
    };
    root.everything().filter(|part| part.is(NodeKind::Cast)).filter_map(cast).collect()
}

/// What looks like casts among tokens that nothing could read.
fn casts_among(mut cursor: Cursor<'_>) -> Vec<Cast> {
    let mut types = Vec::new();
    // For each open parenthesis, whether it is that of a CAST: AS inside of it names a type.
    let mut open: Vec<bool> = Vec::new();
    while !cursor.at_end() {
        let cast_as = cursor.is("AS") && open.last() == Some(&true);
        if cursor.is_punct("::") || cast_as {
            let literal = cursor.last_text().ends_with('\'') || cursor.last_text().ends_with('$');
            cursor.advance();
            types.extend(
                crate::parse::data_type(&mut cursor).map(|data_type| Cast { data_type, of_text: literal }),
            );
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
