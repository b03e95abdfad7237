//! Bytes, in both of their forms.

use super::Wrong;

pub(super) fn wrong(text: &str) -> Option<Wrong> {
    text.strip_prefix("\\x").map_or_else(|| escaped(text), hexadecimal)
}

/// Pairs of digits, with space between the pairs.
fn hexadecimal(digits: &str) -> Option<Wrong> {
    let mut half = false;
    for one in digits.chars() {
        match one {
            ' ' | '\n' | '\t' | '\r' if !half => {}
            one if one.is_ascii_hexdigit() => half = !half,
            one => return Some(("22023", format!("invalid hexadecimal digit: \"{one}\""))),
        }
    }
    half.then(|| ("22023", "invalid hexadecimal data: odd number of digits".to_owned()))
}

/// Any text, in which a backslash begins another or three octal digits.
fn escaped(text: &str) -> Option<Wrong> {
    let mut rest = text.as_bytes();
    loop {
        rest = match rest {
            [] => return None,
            [b'\\', b'\\', rest @ ..] | [b'\\', b'0'..=b'3', b'0'..=b'7', b'0'..=b'7', rest @ ..] => rest,
            [b'\\', ..] => return Some(("22P02", "invalid input syntax for type bytea".to_owned())),
            [_, rest @ ..] => rest,
        }
    }
}
