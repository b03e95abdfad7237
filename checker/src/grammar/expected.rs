//! What could have stood where a statement stops, in words.

use super::terminal::{END, Terminal, id, keyword, shown};
use super::terminals::TERMINALS;

/// The most that are named one by one.
const LISTED: usize = 4;

/// Says what a place takes: `` `,` or `)` ``, `a name`, `an expression`. Nothing where it could be too much.
pub(crate) fn in_words(expected: &[Terminal]) -> Option<String> {
    let has = |terminal: Terminal| expected.contains(&terminal);
    let mut named: Vec<String> = Vec::new();
    let expression = has(const { id("STRING") }) && has(const { id("(") }) && has(keyword("null"));
    let name = has(const { id("IDENT") });
    if expression {
        named.push("an expression".to_owned());
    } else if name && has(keyword("setof")) && !has(keyword("coalesce")) {
        // Where a name may stand, so may every word for a type.
        named.push("a type".to_owned());
    } else if name {
        named.push("a name".to_owned());
    } else if has(const { id("STRING") }) {
        named.push("a string".to_owned());
    } else if has(const { id("WHOLE") }) {
        named.push("a number".to_owned());
    }
    if has(END) && named.is_empty() {
        named.push("the end of the statement".to_owned());
    }
    // Where a name may stand so may most keywords; where an expression goes on any operator may follow.
    if named.is_empty() || !(expression || name) {
        const SIGNS: std::ops::RangeInclusive<Terminal> = id("(")..=id(":");
        let operators = has(const { id("OP") });
        let keywords = expected.iter().filter(|one| usize::from(**one) > TERMINALS.len());
        let signs =
            expected.iter().filter(|one| SIGNS.contains(one) || (**one == const { id("=") } && !operators));
        let all: Vec<Terminal> = signs.chain(keywords.filter(|_| !operators)).copied().collect();
        if operators {
            named.push("an operator".to_owned());
        }
        if named.len() + all.len() > LISTED {
            return None;
        }
        named.extend(all.into_iter().map(|one| format!("`{}`", shown(one))));
    }
    let last = named.pop()?;
    Some(if named.is_empty() { last } else { format!("{} or {last}", named.join(", ")) })
}
