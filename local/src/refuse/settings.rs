//! `SET` and isolation levels.

use super::starts;
use crate::lex::Token;
use crate::words::{ServerError, setting, unsupported};

/// Parameters that were seen refused, or that belong to a family of which that was seen.
const REFUSED: &[&str] = &[
    "role",
    "session_authorization",
    "row_security",
    "standard_conforming_strings",
    "synchronize_seqscans",
    "idle_in_transaction_session_timeout",
    "transaction_isolation",
    "transaction_read_only",
    "transaction_deferrable",
    "default_transaction_isolation",
    "default_transaction_read_only",
    "default_transaction_deferrable",
];

/// Parameters that are taken without effect: nothing ever waits, and nothing is interrupted.
pub(super) const IGNORED: &[&str] = &["statement_timeout", "lock_timeout"];

/// The parameter that a SET names.
fn parameter(all: &[Token<'_>]) -> Option<String> {
    let at = if all.get(1)?.is("local") || all.get(1)?.is("session") { 2 } else { 1 };
    let mut name = all.get(at)?.identifier()?;
    if all.get(at + 1).is_some_and(|t| t.is_mark(".")) {
        name = format!("{name}.{}", all.get(at + 2)?.identifier()?);
    }
    Some(name)
}

/// Whether a SET is taken and ignored.
pub(crate) fn ignored(all: &[Token<'_>]) -> bool {
    starts(all, &["set"]) && parameter(all).is_some_and(|name| IGNORED.contains(&name.as_str()))
}

/// The refusal of a SET.
pub(super) fn refused(all: &[Token<'_>]) -> Option<ServerError> {
    let not_supported = |name: &str| Some(unsupported(setting(name)));
    if starts(all, &["show", "lc_collate"]) {
        return Some(ServerError::new("42704", "unrecognized configuration parameter \"lc_collate\""));
    }
    if !starts(all, &["set"]) {
        return None;
    }
    if starts(all, &["set", "transaction"]) {
        return isolation(all).or_else(|| not_supported("TRANSACTION"));
    }
    if starts(all, &["set", "session", "characteristics"]) {
        return isolation(all);
    }
    if starts(all, &["set", "session", "authorization"]) {
        return not_supported("session_authorization");
    }
    let name = parameter(all)?;
    let custom = name.contains('.');
    if custom || REFUSED.contains(&name.as_str()) { not_supported(&name) } else { None }
}

/// The refusal of an isolation level other than the only one.
pub(super) fn isolation(all: &[Token<'_>]) -> Option<ServerError> {
    let at = all.iter().position(|t| t.is("isolation"))?;
    let level = all.get(at + 2)?;
    let (name, only) = match level.text.to_uppercase().as_str() {
        "SERIALIZABLE" => ("SERIALIZABLE", false),
        "REPEATABLE" => ("REPEATABLE READ", true),
        "READ" if all.get(at + 3).is_some_and(|t| t.is("uncommitted")) => ("READ UNCOMMITTED", false),
        _ => ("READ COMMITTED", false),
    };
    (!only).then(|| unsupported(format!("Unsupported isolation level: {name}")))
}
