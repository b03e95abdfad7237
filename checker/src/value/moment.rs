//! Dates, times and moments: those in the forms of ISO 8601, which everybody writes, are read to their ends; of others it
//! is known that they have digits or one of some words.

use super::{Wrong, invalid, trimmed};

/// What may stand for a date or a moment without a digit.
const WORDS: &[&str] = &["now", "today", "tomorrow", "yesterday", "epoch", "infinity"];

fn out_of_range(text: &str) -> Option<Wrong> {
    Some(("22008", format!("date/time field value out of range: \"{text}\"")))
}

pub(super) fn wrong_moment(data_type: &str, text: &str) -> Option<Wrong> {
    if no_value(text, WORDS) {
        return Some(invalid("22007", data_type, text));
    }
    let (year, month, day, rest) = date(trimmed(text))?;
    // What stands behind the date is looked at first, since it may be of another form.
    let in_range = match rest.strip_prefix(['T', ' ']).map(str::trim_start) {
        Some(time) => clock(zoneless(time)?)?,
        None if rest.is_empty() => true,
        None => return None,
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let exists = (1..=12).contains(&month) && (1..=days).contains(&day);
    if exists && in_range { None } else { out_of_range(text) }
}

pub(super) fn wrong_time(data_type: &str, text: &str) -> Option<Wrong> {
    // Signs make a word the name of a zone, and the server has other words for it.
    if no_value(text, &["now", "allballs"]) && !text.contains(['.', '/', '+', '-']) {
        return Some(invalid("22007", data_type, text));
    }
    if clock(trimmed(text))? { None } else { out_of_range(text) }
}

/// Whether a text has neither digits nor any of the words that need none.
fn no_value(text: &str, words: &[&str]) -> bool {
    let lower = text.to_ascii_lowercase();
    !text.bytes().any(|byte| byte.is_ascii_digit()) && !words.iter().any(|word| lower.contains(word))
}

/// So many digits, and what stands behind them.
fn digits(text: &str, least: usize, most: usize) -> Option<(u32, &str)> {
    let count = text.bytes().take_while(u8::is_ascii_digit).count();
    let number = text.get(..count).filter(|_| (least..=most).contains(&count))?;
    Some((number.parse().ok()?, text.get(count..)?))
}

/// `2026-01-31` and what stands behind it.
fn date(text: &str) -> Option<(u32, u32, u32, &str)> {
    let (year, rest) = digits(text, 4, 4).filter(|(year, _)| *year > 0)?;
    let (month, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
    let (day, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
    Some((year, month, day, rest))
}

/// A time without the zone behind it, where that is one of the usual forms.
fn zoneless(time: &str) -> Option<&str> {
    if let Some(time) = time.strip_suffix(['Z', 'z']) {
        return Some(time.trim_end());
    }
    let Some(at) = time.find(['+', '-']) else { return Some(time) };
    let (hours, rest) = digits(time.get(at + 1..)?, 1, 2)?;
    let minutes = rest.strip_prefix(':').or(Some(rest).filter(|rest| rest.len() == 2)).unwrap_or("0");
    let (minutes, rest) = digits(minutes, 1, 2)?;
    (rest.is_empty() && hours < 15 && minutes < 60).then(|| time.get(..at).unwrap_or_default().trim_end())
}

/// Whether `12:30`, `12:30:59` or `12:30:59.5` is in range; nothing for another form.
fn clock(text: &str) -> Option<bool> {
    let (hour, rest) = digits(text, 1, 2)?;
    let (minute, rest) = digits(rest.strip_prefix(':')?, 2, 2)?;
    let (second, rest) = match rest.strip_prefix(':') {
        Some(rest) => digits(rest, 2, 2)?,
        None => (0, rest),
    };
    let fraction = match rest.strip_prefix('.') {
        Some(rest) => digits(rest, 1, 6).filter(|(_, rest)| rest.is_empty())?.0,
        None if rest.is_empty() => 0,
        None => return None,
    };
    // Whether a second 60 may have a fraction depends on the type.
    if second == 60 && fraction != 0 {
        return None;
    }
    let midnight = hour == 24 && minute == 0 && second == 0 && fraction == 0;
    Some(midnight || hour < 24 && minute < 60 && second <= 60)
}
