//! Numbers.

use super::{Wrong, invalid, is_space, trimmed};

/// Digits of a base from the start of a text, with underscores between them: what stands behind them.
fn digits(text: &str, is_digit: fn(&u8) -> bool, may_begin: bool) -> Option<&str> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if is_digit(byte) {
            at += 1;
        } else if *byte == b'_' && (at > 0 || may_begin) && bytes.get(at + 1).is_some_and(is_digit) {
            at += 2;
        } else {
            break;
        }
    }
    if at == 0 { None } else { text.get(at..) }
}

/// The base that a prefix gives, and what stands behind the prefix.
fn based(text: &str) -> Option<(u32, &str)> {
    let base = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => return None,
    };
    text.get(2..).map(|rest| (base, rest))
}

fn is_digit_of(base: u32) -> fn(&u8) -> bool {
    match base {
        16 => u8::is_ascii_hexdigit,
        8 => |byte| matches!(byte, b'0'..=b'7'),
        2 => |byte| matches!(byte, b'0' | b'1'),
        _ => u8::is_ascii_digit,
    }
}

/// A whole number no greater than `most` (or `most + 1` below zero).
pub(super) fn whole(data_type: &str, text: &str, most: i128) -> Option<Wrong> {
    let start = text.trim_start_matches(|one: char| one.is_ascii() && is_space(one as u8));
    let (negative, unsigned) = match start.as_bytes().first() {
        Some(b'-') => (true, start.get(1..).unwrap_or_default()),
        Some(b'+') => (false, start.get(1..).unwrap_or_default()),
        _ => (false, start),
    };
    let (base, begun) = based(unsigned).unwrap_or((10, unsigned));
    let wrong = || Some(invalid("22P02", data_type, text));
    let Some(behind) = digits(begun, is_digit_of(base), base != 10) else { return wrong() };
    let written = begun.get(..begun.len() - behind.len()).unwrap_or_default().replace('_', "");
    let value = i128::from_str_radix(&written, base).unwrap_or(i128::MAX);
    let large = || {
        let shown = format!("value \"{text}\" is out of range for type {data_type}");
        Some(("22003", shown))
    };
    // The server looks at the value before it reads the last digit, then at what stands behind, then at the value.
    if value / i128::from(base) > (most + 1) / i128::from(base) {
        return large();
    }
    if !trimmed(behind).is_empty() {
        return wrong();
    }
    if value > if negative { most + 1 } else { most } { large() } else { None }
}

/// A sign, and what stands behind it.
fn unsigned(text: &str) -> &str {
    text.strip_prefix(['-', '+']).unwrap_or(text)
}

/// Not a number, infinities, and decimal numbers with fraction and exponent; whole numbers of other bases.
pub(super) fn is_numeric(text: &str) -> bool {
    let text = trimmed(text);
    let number = unsigned(text);
    let word = number.to_ascii_lowercase();
    if text.eq_ignore_ascii_case("nan") || matches!(word.as_str(), "inf" | "infinity") {
        return true;
    }
    if let Some((base, begun)) = based(number) {
        return digits(begun, is_digit_of(base), true) == Some("");
    }
    decimal(number, true) == Some("")
}

/// What stands behind digits with a point and an exponent.
fn decimal(number: &str, underscores: bool) -> Option<&str> {
    let some = |text| {
        let behind = digits(text, u8::is_ascii_digit, false)?;
        let written = text.get(..text.len() - behind.len())?;
        (underscores || !written.contains('_')).then_some(behind)
    };
    let before = some(number);
    let mut rest = before.unwrap_or(number);
    if let Some(fraction) = rest.strip_prefix('.') {
        let after = some(fraction);
        before.or(after)?;
        rest = after.unwrap_or(fraction);
    } else {
        before?;
    }
    // An exponent without digits is none.
    let exponent = rest.strip_prefix(['e', 'E']).and_then(|rest| some(unsigned(rest)));
    Some(exponent.unwrap_or(rest))
}

/// A number of floating point, which C reads: `nan(…)` and hexadecimal digits as well.
pub(super) fn floating(data_type: &str, text: &str) -> Option<Wrong> {
    let shown = trimmed(text);
    let number = unsigned(shown);
    let word = number.to_ascii_lowercase();
    let is_word = matches!(word.as_str(), "inf" | "infinity" | "nan")
        || word
            .strip_prefix("nan(")
            .and_then(|rest| rest.strip_suffix(')'))
            .is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
    if is_word || is_hexadecimal(&word) {
        return None;
    }
    let Some(behind) = decimal(number, false) else { return Some(invalid("22P02", data_type, text)) };
    let written = shown.get(..shown.len() - behind.len()).unwrap_or_default();
    let (infinite, zero) = if data_type == "real" {
        written.parse::<f32>().map_or((false, false), |value| (value.is_infinite(), value == 0.0))
    } else {
        written.parse::<f64>().map_or((false, false), |value| (value.is_infinite(), value == 0.0))
    };
    let nonzero = |text: &str| {
        text.split(['e', 'E']).next().is_some_and(|digits| digits.contains(|one| matches!(one, '1'..='9')))
    };
    if infinite || zero && nonzero(written) {
        return Some(("22003", format!("\"{written}\" is out of range for type {data_type}")));
    }
    (!behind.is_empty()).then(|| invalid("22P02", data_type, text))
}

/// `0x1.8p3`, in lower case.
fn is_hexadecimal(word: &str) -> bool {
    let Some(number) = word.strip_prefix("0x") else { return false };
    let (digits, exponent) =
        number.split_once('p').map_or((number, None), |(digits, exponent)| (digits, Some(exponent)));
    let (before, after) = digits.split_once('.').unwrap_or((digits, ""));
    before.len() + after.len() > 0
        && before.bytes().chain(after.bytes()).all(|byte| byte.is_ascii_hexdigit())
        && exponent.is_none_or(|text| {
            let text = unsigned(text);
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
        })
}
