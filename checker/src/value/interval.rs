//! Intervals: each has a digit, and each of its words is a unit.

use super::{Wrong, invalid, trimmed};

/// The units, cut to the ten letters that the server looks at.
const UNITS: &[&str] = &[
    "ago",
    "c",
    "cent",
    "centuries",
    "century",
    "d",
    "day",
    "days",
    "dec",
    "decade",
    "decades",
    "decs",
    "h",
    "hour",
    "hours",
    "hr",
    "hrs",
    "m",
    "microsecon",
    "mil",
    "millennia",
    "millennium",
    "millisecon",
    "mils",
    "min",
    "mins",
    "minute",
    "minutes",
    "mon",
    "mons",
    "month",
    "months",
    "ms",
    "msec",
    "msecond",
    "mseconds",
    "msecs",
    "qtr",
    "quarter",
    "s",
    "sec",
    "second",
    "seconds",
    "secs",
    "timezone",
    "timezone_h",
    "timezone_m",
    "us",
    "usec",
    "usecond",
    "useconds",
    "usecs",
    "w",
    "week",
    "weeks",
    "y",
    "year",
    "years",
    "yr",
    "yrs",
];

pub(super) fn wrong(text: &str) -> Option<Wrong> {
    let shown = trimmed(text);
    // `P1DT2H` is another language.
    if shown.starts_with(['P', 'p']) {
        return None;
    }
    // Other signs have meanings of their own, and a time is looked at before words are.
    let plain = shown
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b" +-:@".contains(&byte) || !byte.is_ascii());
    let digits = shown.split(|one: char| !one.is_ascii_digit());
    if !plain || shown.contains(':') && digits.into_iter().any(|digits| digits.len() > 2) {
        return None;
    }
    let lower = shown.to_ascii_lowercase();
    let words = lower.split(|one: char| !one.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    let unit = |word: &str| UNITS.contains(&word.get(..10).unwrap_or(word));
    let valid = shown.bytes().any(|byte| byte.is_ascii_digit()) && words.into_iter().all(unit);
    (!valid).then(|| invalid("22007", "interval", text))
}
