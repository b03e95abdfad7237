//! What DSQL refuses by a statement's words alone: what PostgreSQL could not undo, would not show in its catalog, or names otherwise.

use crate::lex::Token;
use crate::words::{self, ServerError, statement, transaction_statement, unsupported};

/// The refusal of a statement, if its words are enough for one.
pub(crate) fn by_words(all: &[Token<'_>]) -> Option<ServerError> {
    let starts =
        |words: &[&str]| words.iter().enumerate().all(|(n, word)| all.get(n).is_some_and(|t| t.is(word)));
    for (leading, node) in STATEMENTS {
        if starts(leading) {
            return Some(statement(node));
        }
    }
    for (leading, text) in SENTENCES {
        if starts(leading) {
            return Some(unsupported(*text));
        }
    }
    if starts(&["savepoint"]) {
        return Some(transaction_statement("SAVEPOINT"));
    }
    if starts(&["release"]) {
        return Some(transaction_statement("RELEASE"));
    }
    if starts(&["rollback"]) && all.iter().take(3).any(|t| t.is("to")) {
        return Some(transaction_statement("ROLLBACK TO"));
    }
    if starts(&["prepare", "transaction"]) {
        return Some(transaction_statement("PREPARE TRANSACTION"));
    }
    index(all)
}

/// Leading words, and the node that `unsupported statement: …` names.
const STATEMENTS: &[(&[&str], &str)] = &[
    (&["truncate"], "Truncate"),
    (&["listen"], "Listen"),
    (&["notify"], "Notify"),
    (&["unlisten"], "Unlisten"),
    (&["lock"], "Lock"),
    (&["do"], "Do"),
    (&["declare"], "DeclareCursor"),
    (&["create", "extension"], "CreateExtension"),
    (&["create", "database"], "Createdb"),
    (&["create", "tablespace"], "CreateTableSpace"),
    (&["create", "foreign", "table"], "CreateForeignTable"),
    (&["create", "materialized", "view"], "CreateTableAs"),
    (&["create", "policy"], "CreatePolicy"),
    (&["alter", "system"], "AlterSystem"),
];

/// Leading words, and a sentence of their own.
const SENTENCES: &[(&[&str], &str)] = &[
    (&["vacuum"], "unsupported VACUUM statement"),
    (&["merge"], "unsupported statement type: MERGE"),
    (&["create", "trigger"], "CREATE TRIGGER not supported"),
    (&["create", "procedure"], "PROCEDURE is not supported"),
];

/// `CREATE INDEX`: CONCURRENTLY is named before USING, and that before the missing ASYNC (the order observed).
fn index(all: &[Token<'_>]) -> Option<ServerError> {
    if !all.first()?.is("create") {
        return None;
    }
    let at = if all.get(1)?.is("unique") { 2 } else { 1 };
    if !all.get(at)?.is("index") {
        return None;
    }
    let mode = all.get(at + 1)?;
    if mode.is("concurrently") {
        return Some(unsupported("CONCURRENTLY not supported for CREATE INDEX"));
    }
    // A name may be called `using` only in quotes, so the word is the clause.
    if all.iter().any(|t| t.is("using")) {
        return Some(unsupported("USING not supported for CREATE INDEX"));
    }
    if !mode.is("async") {
        return Some(unsupported(words::INDEX_MODE));
    }
    let keys = all.iter().skip_while(|t| !t.is_mark("(")).take_while(|t| !t.is("where"));
    let mut sorted = keys.filter(|t| t.is("asc") || t.is("desc"));
    sorted.next().map(|_| unsupported("specifying sort order not supported for index keys"))
}
