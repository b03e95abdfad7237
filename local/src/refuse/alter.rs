//! The actions of ALTER TABLE, and what DSQL says of each.

use super::{has, starts, top};
use crate::lex::{Token, TokenKind};
use crate::words::{self, ServerError, alter_table, unsupported};

/// What has to be looked up before an ALTER TABLE is run, because PostgreSQL will have forgotten it afterwards.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asks {
    /// The table, as written.
    pub(crate) table: String,
    /// Columns that go; those of the primary key may not.
    pub(crate) columns: Vec<String>,
    /// Constraints that go; the primary key may not.
    pub(crate) constraints: Vec<String>,
}

/// Where the actions of `ALTER TABLE [IF EXISTS] [ONLY] name [*]` begin, and the tokens of the name.
fn head<'a, 'b>(all: &'b [Token<'a>]) -> Option<(&'b [Token<'a>], &'b [Token<'a>])> {
    if !starts(all, &["alter", "table"]) {
        return None;
    }
    let mut rest = all.get(2..)?;
    if starts(rest, &["if", "exists"]) {
        rest = rest.get(2..)?;
    }
    if starts(rest, &["only"]) {
        rest = rest.get(1..)?;
    }
    let mut length = 1;
    while rest.get(length).is_some_and(|t| t.is_mark(".")) {
        length += 2;
    }
    let (name, mut actions) = rest.split_at_checked(length)?;
    if actions.first().is_some_and(|t| t.is_mark("*")) {
        actions = actions.get(1..)?;
    }
    Some((name, actions))
}

/// The actions, cut at the commas outside parentheses.
fn actions<'a, 'b>(rest: &'b [Token<'a>]) -> Vec<&'b [Token<'a>]> {
    let mut depth = 0_usize;
    rest.split(|token| {
        if token.is_mark("(") {
            depth += 1;
        } else if token.is_mark(")") {
            depth = depth.saturating_sub(1);
        }
        depth == 0 && token.is_mark(",")
    })
    .collect()
}

/// What to look up first, if anything.
pub(crate) fn asks(text: &str, all: &[Token<'_>]) -> Option<Asks> {
    let (name, rest) = head(all)?;
    let table = text.get(name.first()?.start..name.last()?.end())?.to_string();
    let mut asks = Asks { table, ..Asks::default() };
    for action in actions(rest) {
        if !starts(action, &["drop"]) {
            continue;
        }
        let constraint = starts(action, &["drop", "constraint"]);
        let mut at = if constraint || starts(action, &["drop", "column"]) { 2 } else { 1 };
        if starts(action.get(at..)?, &["if", "exists"]) {
            at += 2;
        }
        if let Some(name) = action.get(at).and_then(Token::identifier) {
            if constraint { &mut asks.constraints } else { &mut asks.columns }.push(name);
        }
    }
    (!asks.columns.is_empty() || !asks.constraints.is_empty()).then_some(asks)
}

/// The refusal of the first action that DSQL does not have.
pub(super) fn refused(all: &[Token<'_>]) -> Option<ServerError> {
    if starts(all, &["alter", "type"]) {
        let renamed = has(all, &["rename", "to"]);
        return Some(unsupported(if renamed {
            "unsupported object in RENAME statement"
        } else {
            "ALTER TYPE not supported"
        }));
    }
    if starts(all, &["alter", "domain"]) {
        let added = has(all, &["add", "constraint"])
            || has(all, &["add", "check"])
            || has(all, &["set", "not", "null"]);
        return added.then(|| unsupported("unsupported ALTER DOMAIN statement"));
    }
    let (_, rest) = head(all)?;
    // The validation that is a job is told from the one that is not by the word before the table.
    if all.get(2).is_some_and(|t| t.is("async")) && rest.iter().any(|t| t.is("validate")) {
        return None;
    }
    actions(rest).into_iter().find_map(action)
}

fn action(tokens: &[Token<'_>]) -> Option<ServerError> {
    let first = tokens.first()?;
    if first.is("add") {
        return add(tokens);
    }
    if first.is("alter") {
        let at = if tokens.get(1)?.is("column") { 3 } else { 2 };
        let change = tokens.get(at..)?;
        return match () {
            () if starts(change, &["type"]) || starts(change, &["set", "data", "type"]) => {
                Some(alter_table("ALTER COLUMN ... SET DATA TYPE"))
            }
            () if starts(change, &["set", "not", "null"]) => {
                Some(alter_table("ALTER COLUMN ... SET NOT NULL"))
            }
            () if starts(change, &["set", "statistics"]) => {
                Some(alter_table("ALTER COLUMN ... SET STATISTICS"))
            }
            () if starts(change, &["set", "compression"]) => {
                Some(alter_table("ALTER COLUMN ... SET COMPRESSION"))
            }
            () => None,
        };
    }
    ACTIONS.iter().find(|(leading, _)| starts(tokens, leading)).map(|(_, name)| alter_table(name))
}

/// Actions refused whole. Only the first two names are recorded; the others follow their pattern.
const ACTIONS: &[(&[&str], &str)] = &[
    (&["validate", "constraint"], "VALIDATE CONSTRAINT"),
    (&["enable", "row"], "ENABLE ROW SECURITY"),
    (&["disable", "row"], "DISABLE ROW SECURITY"),
    (&["force", "row"], "FORCE ROW SECURITY"),
    (&["no", "force"], "NO FORCE ROW SECURITY"),
    (&["replica", "identity"], "REPLICA IDENTITY"),
    (&["enable", "rule"], "ENABLE RULE"),
    (&["disable", "rule"], "DISABLE RULE"),
    (&["attach", "partition"], "ATTACH PARTITION"),
    (&["detach", "partition"], "DETACH PARTITION"),
    (&["cluster", "on"], "CLUSTER ON"),
    (&["set", "without"], "SET WITHOUT"),
    (&["set", "logged"], "SET LOGGED"),
    (&["set", "unlogged"], "SET UNLOGGED"),
    (&["set", "tablespace"], "SET TABLESPACE"),
    (&["inherit"], "INHERIT"),
    (&["no", "inherit"], "NO INHERIT"),
    (&["reset"], "RESET"),
];

/// `ADD …`: a bare column, or a constraint that is not validated, or a unique index that is there already.
fn add(tokens: &[Token<'_>]) -> Option<ServerError> {
    let outer = top(tokens);
    let mut rest = tokens.get(1..)?;
    if starts(rest, &["constraint"]) {
        rest = rest.get(2..)?;
    } else if !["check", "foreign", "unique", "primary", "exclude"].iter().any(|w| starts(rest, &[w])) {
        return column(&outer);
    }
    let not_valid = has(&outer, &["not", "valid"]);
    match rest.first()? {
        // PostgreSQL itself says that these cannot be NOT VALID, in the words that DSQL uses.
        t if (t.is("unique") || t.is("primary")) && not_valid => None,
        t if t.is("unique") && has(&outer, &["using", "index"]) => None,
        t if (t.is("check") || t.is("foreign")) && not_valid => None,
        _ => Some(alter_table("ADD CONSTRAINT")),
    }
}

/// `ADD [COLUMN] [IF NOT EXISTS] name type …`.
fn column(outer: &[Token<'_>]) -> Option<ServerError> {
    let mut at = if starts(outer.get(1..)?, &["column"]) { 2 } else { 1 };
    if starts(outer.get(at..)?, &["if", "not", "exists"]) {
        at += 3;
    }
    let definition = outer.get(at + 1..)?;
    let constrained =
        ["default", "not", "check", "unique", "primary", "references", "generated", "constraint"];
    if definition.iter().any(|t| t.kind == TokenKind::Word && constrained.iter().any(|word| t.is(word))) {
        return Some(unsupported("ALTER TABLE ADD COLUMN with constraint not supported"));
    }
    definition.iter().any(|t| t.is("collate")).then(|| unsupported(words::COLLATE))
}
