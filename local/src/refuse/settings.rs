//! `SET`, `RESET`, `SHOW` and isolation levels.
//!
//! A session can set what AWS's list names and nothing else. Resetting is not setting: it is taken for whatever the server knows.

use std::ops::Range;

use super::{starts, top};
use crate::lex::{Token, TokenKind};
use crate::words::{self, ServerError, setting, unsupported};

/// What a session can set, besides the planner's switches (`enable_…`, of which the server knows its own) and DSQL's.
pub(crate) const SETTABLE: &[&str] = &[
    "application_name",
    "client_encoding",
    "datestyle",
    "extra_float_digits",
    "intervalstyle",
    "search_path",
    "timezone",
];

/// Switches of DSQL's that PostgreSQL has not, and the names under which it keeps them: a name without a dot it would not take.
const SWITCHES: &[(&str, &str)] = &[
    (SYNC_INDEX, "dsql_local.disable_sync_create_index"),
    ("dsql.enable_batched_nestloop", "dsql.enable_batched_nestloop"),
];
const SYNC_INDEX: &str = "disable_sync_create_index";

/// Forms of SET with words of their own, and the parameter that each sets.
const FORMS: &[(&[&str], &str)] = &[
    (&["time", "zone"], "timezone"),
    (&["names"], "client_encoding"),
    (&["schema"], "search_path"),
    (&["role"], "role"),
    (&["session", "authorization"], "session_authorization"),
    (&["xml", "option"], "xmloption"),
];

/// What is done to a parameter.
struct Setting<'a, 'b> {
    name: String,
    /// Where the name stands in the text.
    place: Range<usize>,
    /// What it is set to; none when it is reset.
    value: Option<&'b [Token<'a>]>,
}

impl<'a, 'b> Setting<'a, 'b> {
    /// The parameter of a SET or RESET. None where the server has to say what is wrong.
    fn read(all: &'b [Token<'a>]) -> Option<Self> {
        if starts(all, &["reset"]) {
            let (name, place, _) = parameter(all.get(1..)?)?;
            return Some(Self { name, place, value: None });
        }
        starts(all, &["set"]).then_some(())?;
        Self::of_rest(scoped(all)?)
    }

    /// What follows SET, and LOCAL or SESSION.
    fn of_rest(rest: &'b [Token<'a>]) -> Option<Self> {
        let assigns = |at: usize| rest.get(at).is_some_and(|t| t.is("to") || t.is_mark("="));
        for (leading, name) in FORMS {
            if starts(rest, leading) && !assigns(leading.len()) {
                let place = rest.first()?.start..rest.first()?.end();
                return Some(Self { name: (*name).into(), place, value: rest.get(leading.len()..) });
            }
        }
        let (name, place, length) = parameter(rest)?;
        if !assigns(length) && !starts(rest.get(length..)?, &["from", "current"]) {
            return None;
        }
        let value = rest.get(length + 1..)?;
        let value = (!starts(value, &["default"])).then_some(value);
        Some(Self { name, place, value })
    }

    fn refusal(&self) -> Option<ServerError> {
        let name = self.name.as_str();
        if name.starts_with("dsql.") && kept(name).is_none() {
            return Some(words::reserved_parameter(name));
        }
        let value = self.value?;
        if kept(name).is_some() {
            return matches!(Switch::read(value), Switch::Neither).then(|| words::not_boolean(name));
        }
        let listed = SETTABLE.iter().any(|known| name.eq_ignore_ascii_case(known));
        let planners = name.to_ascii_lowercase().starts_with("enable_");
        (!listed && !planners).then(|| unsupported(setting(name)))
    }
}

/// The tokens after SET and what says for how long.
fn scoped<'a, 'b>(all: &'b [Token<'a>]) -> Option<&'b [Token<'a>]> {
    let second = all.get(1)?;
    let session = second.is("session") && !all.get(2).is_some_and(|t| t.is("authorization"));
    all.get(if session || second.is("local") { 2 } else { 1 }..)
}

/// A parameter's name, its place, and how many tokens it has.
fn parameter(tokens: &[Token<'_>]) -> Option<(String, Range<usize>, usize)> {
    let mut name = tokens.first()?.identifier()?;
    let mut length = 1;
    while tokens.get(length).is_some_and(|t| t.is_mark(".")) {
        name = format!("{name}.{}", tokens.get(length + 1)?.identifier()?);
        length += 2;
    }
    Some((name, tokens.first()?.start..tokens.get(length - 1)?.end(), length))
}

/// The name under which PostgreSQL keeps a switch of DSQL's.
fn kept(name: &str) -> Option<&'static str> {
    SWITCHES.iter().find(|(of, _)| *of == name).map(|(_, kept)| *kept)
}

/// The value of a switch.
enum Switch {
    Is(bool, Range<usize>),
    Neither,
    /// No single value: PostgreSQL says what it thinks of that.
    Odd,
}

impl Switch {
    fn read(value: &[Token<'_>]) -> Self {
        match value {
            [only] => match constant(only).and_then(|text| boolean(&text)) {
                Some(on) => Self::Is(on, only.start..only.end()),
                None => Self::Neither,
            },
            [sign, _] if sign.is_mark("-") || sign.is_mark("+") => Self::Neither,
            _ => Self::Odd,
        }
    }
}

/// What a constant says, if it is written in an ordinary way.
fn constant(token: &Token<'_>) -> Option<String> {
    match token.kind {
        TokenKind::Word | TokenKind::Quoted => token.identifier(),
        TokenKind::String => {
            let text = token.text.strip_prefix(['e', 'E']).unwrap_or(token.text);
            Some(text.strip_prefix('\'')?.strip_suffix('\'')?.to_string())
        }
        TokenKind::Other => Some(token.text.to_string()),
    }
}

/// A boolean as PostgreSQL's settings take it: any beginning of a word that only one of them has.
fn boolean(text: &str) -> Option<bool> {
    let text = text.to_ascii_lowercase();
    let begins = |word: &str, least: usize| text.len() >= least && word.starts_with(&text);
    match text.as_str() {
        "1" | "on" => Some(true),
        "0" => Some(false),
        _ if begins("true", 1) || begins("yes", 1) => Some(true),
        _ if begins("false", 1) || begins("no", 1) || begins("off", 2) => Some(false),
        _ => None,
    }
}

/// The refusal of a SET, RESET or SHOW.
pub(super) fn refused(all: &[Token<'_>]) -> Option<ServerError> {
    if starts(all, &["show", "lc_collate"]) {
        return Some(ServerError::new("42704", "unrecognized configuration parameter \"lc_collate\""));
    }
    if starts(all, &["set", "session", "characteristics"]) {
        return isolation(all);
    }
    if starts(all, &["set"]) && starts(scoped(all)?, &["transaction"]) {
        return isolation(all).or_else(|| Some(unsupported(setting("TRANSACTION"))));
    }
    Setting::read(all)?.refusal()
}

/// The refusal of a function's own settings: `CREATE FUNCTION … SET name = value`.
pub(super) fn of_function(all: &[Token<'_>]) -> Option<ServerError> {
    let options = top(all.get(all.iter().position(|t| t.is_mark("("))?..)?);
    // A body in SQL comes last.
    let end = options.iter().position(|t| t.is("return") || t.is("begin")).unwrap_or(options.len());
    let options = options.get(..end)?;
    let sets = options.iter().enumerate().filter(|(_, token)| token.is("set"));
    sets.filter_map(|(at, _)| {
        let mut found = Setting::of_rest(options.get(at + 1..)?)?;
        // Other clauses follow.
        found.value = found.value.map(|value| value.get(..1).unwrap_or_default());
        found.refusal()
    })
    .next()
}

/// A SET or RESET of a switch of DSQL's as PostgreSQL keeps it, a boolean in the words in which SHOW gives it back.
pub(crate) fn for_postgresql(text: &str, all: &[Token<'_>]) -> Option<String> {
    let found = Setting::read(all)?;
    let kept = kept(&found.name)?;
    let mut said = text.to_string();
    if let Some(Switch::Is(on, place)) = found.value.map(Switch::read) {
        said.replace_range(place, if on { "on" } else { "off" });
    }
    said.replace_range(found.place, kept);
    Some(said)
}

/// A switch that PostgreSQL keeps under another name than the one that SHOW has: its own name, and PostgreSQL's.
pub(crate) fn shown(all: &[Token<'_>]) -> Option<(&'static str, &'static str)> {
    let (name, ..) = parameter(all.get(1..)?)?;
    (name == SYNC_INDEX).then_some((SYNC_INDEX, kept(SYNC_INDEX)?))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lex::tokens;

    #[test]
    fn booleans_are_postgresqls() {
        for on in ["on", "ON", "1", "t", "tr", "true", "y", "YES"] {
            assert_eq!(boolean(on), Some(true), "{on}");
        }
        for off in ["off", "of", "0", "f", "fals", "False", "n", "no"] {
            assert_eq!(boolean(off), Some(false), "{off}");
        }
        for neither in ["", "o", "onn", "offf", "2", "10", "banana", "truer", "none", " on"] {
            assert_eq!(boolean(neither), None, "{neither}");
        }
    }

    #[test]
    fn a_switch_is_kept_under_a_name_that_postgresql_takes() {
        let said = |sql: &str| for_postgresql(sql, &tokens(sql));
        assert_eq!(
            said("SET LOCAL Disable_Sync_Create_Index TO 'F' -- so").as_deref(),
            Some("SET LOCAL dsql_local.disable_sync_create_index TO off -- so")
        );
        assert_eq!(
            said("RESET disable_sync_create_index").as_deref(),
            Some("RESET dsql_local.disable_sync_create_index")
        );
        assert_eq!(
            said("set \"dsql\".enable_batched_nestloop=yes").as_deref(),
            Some("set dsql.enable_batched_nestloop=on")
        );
        assert_eq!(said("SET enable_sort = f"), None);
    }
}
