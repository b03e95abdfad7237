//! Looks for the small change after which a statement can be read: it is what was meant.

use super::run::{Stop, Why};
use super::states::{reads, stop_among};
use super::terminal::{END, Terminal, Terminals, id, keyword, of_keyword, shown};
use crate::cursor::Cursor;
use crate::lex::{KeywordClass, TokenKind};

/// A change of one token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Repair {
    /// A token is a misspelt keyword.
    Misspelt {
        /// The token.
        at: usize,
        /// The keyword, in upper case.
        right: String,
    },
    /// Something is missing before a token.
    Missing {
        /// The token.
        at: usize,
        /// What is missing.
        what: String,
    },
    /// A token is too much.
    TooMuch {
        /// The token.
        at: usize,
    },
    /// Reserved words stand where names belong.
    Reserved {
        /// The tokens, the one that cannot be read first.
        at: Vec<usize>,
    },
    /// Another statement begins.
    NextStatement {
        /// Its first token.
        at: usize,
    },
}

/// Longer statements are not tried: each trial reads all of it.
const LONGEST: usize = 5_000;

/// Words of the grammar behind which a list may go on.
const ENDING: &[Terminal] = &[
    keyword("key"),
    keyword("null"),
    keyword("unique"),
    keyword("true"),
    keyword("false"),
    keyword("int"),
    keyword("integer"),
    keyword("bigint"),
    keyword("smallint"),
    keyword("boolean"),
    keyword("real"),
    keyword("precision"),
    keyword("timestamp"),
    keyword("time"),
    keyword("zone"),
    keyword("numeric"),
    keyword("decimal"),
    keyword("varchar"),
    keyword("end"),
    keyword("identity"),
    keyword("stored"),
    keyword("current_timestamp"),
    keyword("current_date"),
];

/// What is put in where it may be missing.
const MISSING: &[Terminal] = &[
    id(","),
    id(")"),
    id("("),
    id("]"),
    id("="),
    keyword("on"),
    keyword("as"),
    keyword("to"),
    keyword("into"),
    keyword("from"),
    keyword("set"),
    keyword("table"),
    keyword("values"),
    keyword("in"),
    keyword("by"),
    keyword("do"),
    keyword("then"),
    keyword("end"),
    keyword("stored"),
];

/// The words that statements begin with.
const FIRST: &[Terminal] = &[
    keyword("alter"),
    keyword("comment"),
    keyword("create"),
    keyword("delete"),
    keyword("drop"),
    keyword("grant"),
    keyword("insert"),
    keyword("revoke"),
    keyword("select"),
    keyword("set"),
    keyword("update"),
];

/// The change that lets a statement be read to its end.
pub(crate) fn repair(cursor: Cursor<'_>, stop: &Stop) -> Option<Repair> {
    let Why::Unexpected = &stop.why else { return None };
    let expected = &super::states::expected(cursor, stop.at);
    let all = collect(cursor)?;
    // Where it stops among the terminals, which are not one a token.
    let place = all.iter().position(|(_, at)| *at >= stop.at).unwrap_or(all.len() - 1);
    next_statement(&all, place, expected)
        .or_else(|| misspelt(cursor, &all, place))
        .or_else(|| too_much(&all, place))
        .or_else(|| reserved(cursor, &all, place))
        .or_else(|| missing(&all, place, expected))
}

fn collect(cursor: Cursor<'_>) -> Option<Vec<(Terminal, usize)>> {
    let mut terminals = Terminals::new(cursor);
    let mut all = Vec::new();
    loop {
        let (terminal, at) = terminals.next();
        all.push((terminal, at));
        if terminal == END {
            return Some(all);
        }
        if all.len() > LONGEST {
            return None;
        }
    }
}

fn next_statement(all: &[(Terminal, usize)], place: usize, expected: &[Terminal]) -> Option<Repair> {
    let (terminal, at) = *all.get(place)?;
    // Behind a word of the grammar something else is missing.
    let before = place.checked_sub(1).and_then(|before| all.get(before));
    let behind_keyword =
        before.is_some_and(|(terminal, _)| usize::from(*terminal) > super::terminals::TERMINALS.len());
    if !expected.contains(&END) || !FIRST.contains(&terminal) || behind_keyword {
        return None;
    }
    let rest = all.get(place..)?.iter().map(|(terminal, _)| *terminal);
    reads(rest).then_some(Repair::NextStatement { at })
}

/// A word near the place that is nearly a keyword.
fn misspelt(cursor: Cursor<'_>, all: &[(Terminal, usize)], place: usize) -> Option<Repair> {
    const BACK: usize = 3;
    for index in (place.saturating_sub(BACK)..=place).rev() {
        let (_, at) = *all.get(index)?;
        let Some(token) = cursor.token_at(at).filter(|token| token.kind == TokenKind::Word) else { continue };
        let word = cursor.text_of(token).to_ascii_lowercase();
        // What is a keyword already was hardly meant to be another one, but for a slip of one letter.
        let most = if token.keyword().is_some() { 1 } else { 2 };
        for right in near(&word, most) {
            let with = |new: Terminal| {
                let one = move |(other, (terminal, _)): (usize, &(Terminal, usize))| {
                    if other == index { new } else { *terminal }
                };
                all.iter().enumerate().map(one)
            };
            // A keyword that is read as a name is not what was meant.
            if reads(with(of_keyword(right))) && !reads(with(const { id("IDENT") })) {
                return Some(Repair::Misspelt { at, right: shown(of_keyword(right)) });
            }
        }
    }
    None
}

/// Reserved words at the place, and behind it, that could be read if they were names.
fn reserved(cursor: Cursor<'_>, all: &[(Terminal, usize)], place: usize) -> Option<Repair> {
    const MOST: usize = 16;
    const FAR: usize = 3;
    let mut changed: Vec<Terminal> = all.iter().map(|one| one.0).collect();
    let (mut place, mut words) = (place, Vec::new());
    let defines = cursor.at(0).is_any(&["CREATE", "ALTER"]);
    while words.len() < MOST {
        let (_, at) = *all.get(place)?;
        if !is_reserved(cursor, at) {
            return None;
        }
        *changed.get_mut(place)? = const { id("IDENT") };
        words.push(at);
        match stop_among(changed.iter().copied()) {
            None => return Some(Repair::Reserved { at: words }),
            // Far behind it something else is wrong.
            Some(next) if next > place + FAR && defines && !is_reserved(cursor, all.get(next)?.1) => {
                return Some(Repair::Reserved { at: words });
            }
            Some(next) if next > place => place = next,
            Some(_) => return None,
        }
    }
    None
}

fn is_reserved(cursor: Cursor<'_>, at: usize) -> bool {
    let keyword = cursor.token_at(at).and_then(|token| crate::lex::KEYWORDS.get(token.keyword()?));
    keyword.is_some_and(|one| matches!(one.class, KeywordClass::Reserved | KeywordClass::TypeOrFunction))
}

/// The places of the keywords that are like a word, the likest first.
fn near(word: &str, most: usize) -> Vec<usize> {
    if word.len() < 3 {
        return Vec::new();
    }
    let most = if word.len() < 5 { 1 } else { most };
    let keywords = crate::lex::KEYWORDS.iter().map(|keyword| keyword.text).enumerate();
    let mut near: Vec<_> = keywords
        .filter(|(_, other)| *other != word && other.len().abs_diff(word.len()) <= most)
        .map(|(at, other)| (crate::text::distance(word, other), at))
        .filter(|(distance, _)| *distance <= most)
        .collect();
    near.sort_unstable();
    near.into_iter().map(|(_, at)| at).take(4).collect()
}

fn missing(all: &[(Terminal, usize)], place: usize, expected: &[Terminal]) -> Option<Repair> {
    let (next, at) = *all.get(place)?;
    // Before all of it a word could be put that makes something else of it.
    let previous = all.get(place.checked_sub(1)?)?.0;
    // Where a name may stand, a word that may be one would be read as such.
    let name = expected.contains(&const { id("IDENT") });
    // Nor is one meant where a value may stand, nor a comma behind LIMIT, which is MySQL's.
    let value = expected.contains(&const { id("STRING") });
    let limited = place >= 2 && all.get(place - 2).is_some_and(|one| one.0 == keyword("limit"));
    // Where any operator may follow, `=` is as good as another.
    let operator = expected.contains(&const { id("OP") });
    let is_word = |what: Terminal| usize::from(what) > super::terminals::TERMINALS.len();
    let keyword_next = is_word(next);
    // What follows a comma is hardly a word of the grammar, nor does a comma stand behind one, but for those that end
    // something.
    let no_comma = keyword_next || is_word(previous) && !ENDING.contains(&previous);
    let unmeant = |what: Terminal| {
        (what == const { id(",") } && no_comma)
            || (what == keyword("as") && previous == keyword("set"))
            || (what == const { id("=") } && (next == const { id("OP") } || previous == const { id("OP") }))
            || (name && may_be_a_name(what))
            || (value && is_word(what))
            || (limited && what == const { id(",") })
            || (operator && what == const { id("=") })
    };
    for what in MISSING.iter().filter(|what| expected.contains(what) && !unmeant(**what)) {
        let (before, behind) = all.split_at(place);
        let changed = before.iter().map(|one| one.0).chain([*what]).chain(behind.iter().map(|one| one.0));
        if reads(changed) {
            return Some(Repair::Missing { at, what: shown(*what) });
        }
    }
    None
}

/// Whether a keyword is no reserved one.
fn may_be_a_name(terminal: Terminal) -> bool {
    let word = shown(terminal).to_ascii_lowercase();
    crate::lex::KEYWORDS.iter().any(|keyword| keyword.text == word && keyword.class != KeywordClass::Reserved)
}

/// The token at the place, or the one before it, without which the statement can be read.
fn too_much(all: &[(Terminal, usize)], place: usize) -> Option<Repair> {
    for index in [Some(place), place.checked_sub(1)].into_iter().flatten() {
        let (terminal, at) = *all.get(index)?;
        let neighbour = |at: Option<usize>| at.and_then(|at| all.get(at)).map_or(END, |one| one.0);
        let (before, behind) = (neighbour(index.checked_sub(1)), neighbour(Some(index + 1)));
        let is_word = |one: Terminal| usize::from(one) > super::terminals::TERMINALS.len();
        const OPEN: Terminal = id("(");
        const CLOSE: Terminal = id(")");
        const COMMA: Terminal = id(",");
        // A comma between two names was meant to part them; a word is too much where it stands twice.
        let meant = match terminal {
            COMMA => {
                !(matches!(before, OPEN | COMMA) || matches!(behind, CLOSE | COMMA | END) || is_word(behind))
            }
            OPEN | CLOSE => false,
            other => !(other == const { id(";") } || is_word(other) && (other == before || other == behind)),
        };
        if meant {
            continue;
        }
        let changed = all.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, one)| one.0);
        if reads(changed) {
            return Some(Repair::TooMuch { at });
        }
    }
    None
}
