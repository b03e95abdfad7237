//! What DSQL refuses by a statement's words alone: what PostgreSQL could not undo, would not show in its catalog, or names otherwise.
//!
//! Everything that leaves a trace in the catalog is judged by that trace instead, after the statement has run: see `check.rs`.

mod alter;
mod returning;
mod settings;

pub(crate) use alter::{Asks, asks};
pub(crate) use settings::{SETTABLE, for_postgresql, shown};

use crate::lex::Token;
use crate::words::{self, ServerError, statement, transaction_statement, unsupported};

/// The refusal of a statement, if its words are enough for one.
pub(crate) fn by_words(all: &[Token<'_>]) -> Option<ServerError> {
    for (leading, node) in STATEMENTS {
        if starts(all, leading) {
            return Some(statement(node));
        }
    }
    for (leading, text) in SENTENCES {
        if starts(all, leading) {
            return Some(unsupported(*text));
        }
    }
    transaction(all)
        .or_else(|| settings::refused(all))
        .or_else(|| create(all))
        .or_else(|| alter::refused(all))
        .or_else(|| drop_or_grant(all))
        .or_else(|| query(all))
        .or_else(|| returning::refused(all))
}

/// Whether the statement starts with these words.
pub(crate) fn starts(all: &[Token<'_>], words: &[&str]) -> bool {
    words.iter().enumerate().all(|(n, word)| all.get(n).is_some_and(|t| t.is(word)))
}

/// Whether these words stand next to each other anywhere.
fn has(all: &[Token<'_>], words: &[&str]) -> bool {
    all.windows(words.len()).any(|window| starts(window, words))
}

/// The tokens outside all parentheses.
fn top<'a>(all: &[Token<'a>]) -> Vec<Token<'a>> {
    at_depth(all, 0)
}

/// The tokens at this depth of parentheses.
fn at_depth<'a>(all: &[Token<'a>], wanted: usize) -> Vec<Token<'a>> {
    let mut depth = 0_usize;
    let mut found = Vec::new();
    for token in all {
        if token.is_mark(")") {
            depth = depth.saturating_sub(1);
        }
        if depth == wanted && !token.is_mark("(") && !token.is_mark(")") {
            found.push(*token);
        }
        if token.is_mark("(") {
            depth += 1;
        }
    }
    found
}

/// Leading words, and the node that `unsupported statement: …` names. The names not in the recordings follow their pattern: the
/// parse node's name without `Stmt`.
const STATEMENTS: &[(&[&str], &str)] = &[
    (&["truncate"], "Truncate"),
    (&["listen"], "Listen"),
    (&["notify"], "Notify"),
    (&["unlisten"], "Unlisten"),
    (&["lock"], "Lock"),
    (&["do"], "Do"),
    (&["declare"], "DeclareCursor"),
    (&["fetch"], "Fetch"),
    (&["move"], "Fetch"),
    (&["load"], "Load"),
    (&["discard"], "Discard"),
    (&["execute"], "Execute"),
    (&["reindex"], "Reindex"),
    (&["cluster"], "Cluster"),
    (&["checkpoint"], "CheckPoint"),
    (&["refresh", "materialized"], "RefreshMatView"),
    (&["security", "label"], "SecLabel"),
    (&["reassign", "owned"], "ReassignOwned"),
    (&["import", "foreign"], "ImportForeignSchema"),
    (&["drop", "owned"], "DropOwned"),
    (&["drop", "database"], "Dropdb"),
    (&["drop", "tablespace"], "DropTableSpace"),
    (&["create", "extension"], "CreateExtension"),
    (&["create", "database"], "Createdb"),
    (&["create", "tablespace"], "CreateTableSpace"),
    (&["create", "foreign", "table"], "CreateForeignTable"),
    (&["create", "foreign", "data"], "CreateFdw"),
    (&["create", "server"], "CreateForeignServer"),
    (&["create", "user", "mapping"], "CreateUserMapping"),
    (&["create", "materialized", "view"], "CreateTableAs"),
    (&["create", "policy"], "CreatePolicy"),
    (&["create", "publication"], "CreatePublication"),
    (&["create", "subscription"], "CreateSubscription"),
    (&["create", "event", "trigger"], "CreateEventTrig"),
    (&["create", "rule"], "Rule"),
    (&["create", "or", "replace", "rule"], "Rule"),
    (&["create", "cast"], "CreateCast"),
    (&["create", "aggregate"], "Define"),
    (&["create", "operator"], "Define"),
    (&["create", "collation"], "Define"),
    (&["create", "text", "search"], "Define"),
    (&["alter", "system"], "AlterSystem"),
    (&["alter", "database"], "AlterDatabase"),
    (&["alter", "policy"], "AlterPolicy"),
];

/// Leading words, and a sentence of their own.
const SENTENCES: &[(&[&str], &str)] = &[
    (&["vacuum"], "unsupported VACUUM statement"),
    (&["merge"], "unsupported statement type: MERGE"),
    (&["create", "trigger"], words::TRIGGER),
    (&["create", "constraint", "trigger"], words::TRIGGER),
    (&["create", "or", "replace", "trigger"], words::TRIGGER),
    (&["create", "procedure"], "PROCEDURE is not supported"),
    (&["create", "or", "replace", "procedure"], "PROCEDURE is not supported"),
    (&["drop", "procedure"], "PROCEDURE is not supported"),
    (&["drop", "type"], "unsupported object in DROP statement"),
    (&["drop", "materialized", "view"], "unsupported object in DROP statement"),
    (&["drop", "index", "concurrently"], "DROP INDEX CONCURRENTLY must be first action in transaction"),
];

/// What DSQL has no transactions for.
fn transaction(all: &[Token<'_>]) -> Option<ServerError> {
    let first = all.first()?;
    if first.is("savepoint") {
        return Some(transaction_statement("SAVEPOINT"));
    }
    if first.is("release") {
        return Some(transaction_statement("RELEASE"));
    }
    if first.is("rollback") && all.iter().take(3).any(|t| t.is("to")) {
        return Some(transaction_statement("ROLLBACK TO"));
    }
    if starts(all, &["prepare", "transaction"]) {
        return Some(transaction_statement("PREPARE TRANSACTION"));
    }
    if first.is("prepare") {
        return Some(statement("Prepare"));
    }
    if first.is("deallocate") && !all.last()?.is("all") {
        return Some(statement("Deallocate"));
    }
    if first.is("begin") || first.is("start") {
        return settings::isolation(all);
    }
    None
}

fn create(all: &[Token<'_>]) -> Option<ServerError> {
    if !all.first()?.is("create") {
        return None;
    }
    if all.get(1)?.is("type") {
        return Some(match all {
            _ if has(all, &["as", "enum"]) => unsupported("CREATE TYPE not supported"),
            _ if has(all, &["as", "range"]) => statement("CreateRange"),
            _ if all.iter().any(|t| t.is("as")) => statement("CompositeType"),
            _ => statement("Define"),
        });
    }
    // `CREATE VIEW v AS TABLE t` makes no table.
    let kind = all.iter().take(5).take_while(|t| !t.is("as")).find(|t| t.is("table") || t.is("view"));
    if kind.is_some_and(|t| t.is("table")) {
        return create_table(all);
    }
    if all.iter().take(4).any(|t| t.is("function")) {
        return settings::of_function(all);
    }
    index(all)
}

/// Clauses of CREATE TABLE. Which of them name themselves so is recorded only for PARTITION and COLLATE.
fn create_table(all: &[Token<'_>]) -> Option<ServerError> {
    let outer = top(all);
    let clause = |name: &str| Some(unsupported(format!("{name} clause not supported for CREATE TABLE")));
    if has(&outer, &["partition", "of"]) {
        return clause("PARTITION OF");
    }
    if has(&outer, &["partition", "by"]) {
        return clause("PARTITION BY");
    }
    if at_depth(all, 1).iter().any(|t| t.is("collate")) && !outer.iter().any(|t| t.is("as")) {
        return Some(unsupported(words::COLLATE));
    }
    if outer.iter().any(|t| t.is("as")) {
        return Some(statement("CreateTableAs"));
    }
    for (word, name) in
        [("inherits", "INHERITS"), ("with", "WITH"), ("tablespace", "TABLESPACE"), ("using", "USING")]
    {
        if outer.iter().skip(3).any(|t| t.is(word)) {
            return clause(name);
        }
    }
    None
}

/// `CREATE INDEX`: CONCURRENTLY is named before USING, and that before the missing ASYNC (the order observed).
fn index(all: &[Token<'_>]) -> Option<ServerError> {
    let at = if all.get(1)?.is("unique") { 2 } else { 1 };
    if !all.get(at)?.is("index") {
        return None;
    }
    let mode = all.get(at + 1)?;
    if mode.is("concurrently") {
        return Some(unsupported("CONCURRENTLY not supported for CREATE INDEX"));
    }
    // A name may be called `using` only in quotes, so the word is the clause. The server's own method is let through.
    if all.windows(2).any(|pair| matches!(pair, [a, b] if a.is("using") && !b.is("btree_index"))) {
        return Some(unsupported("USING not supported for CREATE INDEX"));
    }
    if !mode.is("async") {
        return Some(unsupported(words::INDEX_MODE));
    }
    let keys = at_depth(all, 1);
    keys.iter()
        .any(|t| t.is("asc") || t.is("desc"))
        .then(|| unsupported("specifying sort order not supported for index keys"))
}

fn drop_or_grant(all: &[Token<'_>]) -> Option<ServerError> {
    if starts(all, &["drop", "domain"]) && all.last()?.is("cascade") {
        return Some(unsupported("DROP DOMAIN with CASCADE unsupported"));
    }
    if (starts(all, &["drop", "schema"]) || starts(all, &["create", "schema"]))
        && all.iter().any(|t| t.is("public"))
    {
        return Some(unsupported(words::SYSTEM_ENTITY));
    }
    if all.first()?.is("grant") || all.first()?.is("revoke") {
        let on = all.iter().position(|t| t.is("on"))?;
        let object = all.get(on + 1)?;
        if object.is("database") {
            return Some(unsupported("unsupported object type in GRANT"));
        }
        if object.is("schema") && all.get(on + 2)?.is("public") {
            return Some(unsupported(words::SYSTEM_ENTITY));
        }
    }
    None
}

/// Clauses of queries that leave no trace.
fn query(all: &[Token<'_>]) -> Option<ServerError> {
    let first = all.first()?;
    if !["select", "with", "values", "insert", "update", "delete", "explain", "table"]
        .iter()
        .any(|w| first.is(w))
        && !first.is_mark("(")
    {
        return None;
    }
    // Only where a lock would be taken: a query without tables has none.
    let reads = all.iter().any(|t| t.is("from") || t.is("table"));
    if reads && (has(all, &["for", "share"]) || has(all, &["for", "no", "key", "update"])) {
        return Some(unsupported("locking clauses other than FOR UPDATE/FOR KEY SHARE are not supported"));
    }
    // A reserved word: it is the clause wherever it stands, but after a dot it would be a column.
    let sampled = all.windows(2).any(|pair| matches!(pair, [a, b] if b.is("tablesample") && !a.is_mark(".")));
    if sampled {
        return Some(unsupported("TABLESAMPLE clause not supported"));
    }
    // `SELECT … INTO t` is CREATE TABLE AS by another name; `INSERT INTO` is not.
    let outer = top(all);
    if outer
        .windows(2)
        .any(|pair| matches!(pair, [a, b] if b.is("into") && !a.is("insert") && !a.is("merge")))
    {
        return Some(statement("CreateTableAs"));
    }
    let merged = first.is("with") && outer.iter().any(|t| t.is("merge"));
    merged.then(|| unsupported("unsupported statement type: MERGE"))
}
