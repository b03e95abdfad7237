//! Makes texts that nobody would write: soups of fragments, and what a few random changes make of a text.

use crate::random::Random;

/// What soups are made of.
const FRAGMENTS: &[&str] = &[
    "'",
    "''",
    "'",
    "\"",
    "\"\"",
    "E'",
    "e'",
    "N'",
    "B'",
    "x'",
    "U&'",
    "u&\"",
    "U&",
    "$$",
    "$a$",
    "$b$",
    "$a",
    "$1",
    "$",
    "\\",
    "\\'",
    "\\\\",
    "--",
    "-- x",
    "/*",
    "*/",
    "/",
    "*",
    "\n",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "\u{c}",
    " ",
    " ",
    ";",
    "; ",
    "(",
    ")",
    "[",
    "]",
    ",",
    ", ",
    ".",
    "..",
    ":",
    "::",
    ":=",
    "=>",
    "=",
    "<",
    ">",
    "<>",
    "!=",
    "+",
    "-",
    "@",
    "#",
    "&",
    "|",
    "||",
    "?",
    "`",
    "~",
    "^",
    "%",
    "!",
    "1",
    " 1 ",
    "1.5",
    ".5",
    "1e5",
    "1e",
    "a",
    " a ",
    "é",
    "İ",
    "\u{a0}",
    "😀",
    "{",
    "SELECT ",
    " AS ",
    " uescape ",
    "end",
    " END ",
    " BEGIN ATOMIC ",
    "CREATE FUNCTION ",
    "case ",
    "E",
    "\\x41",
    "\\u0041",
    "\\0041",
    "null",
];

/// A soup of fragments.
pub(crate) fn soup(random: &mut Random) -> String {
    let mut text = String::new();
    if random.chance(70) {
        text.push_str("SELECT ");
    }
    for _ in 0..=random.below(12) {
        text.push_str(random.pick(FRAGMENTS));
    }
    text
}

/// A text with a few random changes.
pub(crate) fn mutated(random: &mut Random, text: &str) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(3) {
        let at = random.below(characters.len() + 1);
        let end = (at + random.below(6)).min(characters.len());
        match random.below(5) {
            0 => drop(characters.drain(at..end)),
            1 => characters.truncate(at),
            2 => {
                let copy = characters[at..end].to_vec();
                let to = random.below(characters.len() + 1);
                characters.splice(to..to, copy);
            }
            _ => drop(characters.splice(at..at, random.pick(FRAGMENTS).chars())),
        }
    }
    characters.into_iter().collect()
}
