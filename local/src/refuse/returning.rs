//! `RETURNING old.x` and `RETURNING WITH (…)`, which PostgreSQL has since 18: DSQL's version knows no table of that name.
//!
//! A statement that uses the name itself, for a table or anything else, is left to PostgreSQL.

use crate::lex::{Token, TokenKind, tokens};
use crate::words::{ServerError, missing_table, syntax_error};

const NAMES: [&str; 2] = ["old", "new"];

/// The refusal of a statement, or of a function over one.
pub(super) fn refused(all: &[Token<'_>]) -> Option<ServerError> {
    if all.first()?.is("create") && all.iter().take(4).any(|t| t.is("function")) {
        let bodies = all.iter().filter(|t| t.kind == TokenKind::String).filter_map(body);
        if let Some(error) = bodies.filter_map(|body| statement(&tokens(&body))).next() {
            return Some(error);
        }
    }
    statement(all)
}

fn statement(all: &[Token<'_>]) -> Option<ServerError> {
    let returning = all.iter().position(|t| t.is("returning"))?;
    (returning..all.len()).find_map(|at| {
        let rest = all.get(at..)?;
        match rest {
            [word, with, open, ..] if word.is("returning") && with.is("with") && open.is_mark("(") => {
                Some(syntax_error(with.text))
            }
            [name, dot, ..] if dot.is_mark(".") => {
                let name = name.identifier().filter(|name| NAMES.contains(&name.as_str()))?;
                let column = !is_schema(all, at) && !is_used(all, &name);
                column.then(|| missing_table(&name))
            }
            _ => None,
        }
    })
}

/// Whether the name stands anywhere but before a dot, as that of a table or an alias does.
fn is_used(all: &[Token<'_>], name: &str) -> bool {
    all.iter().enumerate().any(|(at, token)| {
        let qualifies = all.get(at + 1).is_some_and(|t| t.is_mark("."));
        !qualifies && token.identifier().as_deref() == Some(name)
    })
}

/// Whether the name before a dot is a schema's: in front of a table or a function, or itself behind a dot.
fn is_schema(all: &[Token<'_>], at: usize) -> bool {
    let mark = |at: usize, marks: &[&str]| all.get(at).is_some_and(|t| marks.iter().any(|m| t.is_mark(m)));
    if mark(at + 3, &[".", "("]) || (at > 0 && mark(at - 1, &["."])) {
        return true;
    }
    // The nearest clause of the same query says whether tables are named here.
    let before = before(all.get(..at).unwrap_or_default());
    let clause = before.iter().position(|t| TABLES.iter().chain(EXPRESSIONS).any(|word| t.is(word)));
    let Some((at, clause)) = clause.and_then(|at| Some((at, before.get(at)?))) else { return false };
    if !clause.is("from") {
        return TABLES.iter().any(|word| clause.is(word));
    }
    // `IS DISTINCT FROM x` and `extract(year FROM x)` have a FROM too.
    let rest = before.get(at + 1..).unwrap_or_default();
    let distinct = rest.first().is_some_and(|t| t.is("distinct"));
    !distinct && rest.iter().any(|t| ["select", "delete", "update"].iter().any(|word| t.is(word)))
}

const TABLES: &[&str] = &["from", "using", "join", "into", "update"];
const EXPRESSIONS: &[&str] = &["select", "returning", "where", "set", "on", "by", "having", "values"];

/// What stands before, nearest first, up to the parenthesis that it is in.
fn before<'a>(all: &[Token<'a>]) -> Vec<Token<'a>> {
    let mut depth = 0_usize;
    let mut found = Vec::new();
    for token in all.iter().rev() {
        if token.is_mark("(") {
            if depth == 0 {
                break;
            }
            depth -= 1;
        } else if token.is_mark(")") {
            depth += 1;
        } else if depth == 0 {
            found.push(*token);
        }
    }
    found
}

/// What a string constant says, if it is written as bodies of functions are.
fn body(token: &Token<'_>) -> Option<String> {
    if let Some(rest) = token.text.strip_prefix('$') {
        let (tag, rest) = rest.split_once('$')?;
        return rest.strip_suffix(&format!("${tag}$")).map(str::to_string);
    }
    Some(token.text.strip_prefix('\'')?.strip_suffix('\'')?.replace("''", "'"))
}
