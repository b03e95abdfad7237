//! What a text can be a value of: the input functions of the types that DSQL stores, as PostgreSQL 16 has them.
//!
//! Numbers, booleans, UUIDs, JSON and bytes are read as the server reads them. Dates, times and intervals have more forms
//! than are read here: of those nothing is said. `tests/tests/checker/values.rs` asks the server.

mod bytes;
mod interval;
mod json;
mod moment;
mod number;

/// What is wrong with a text: the SQLSTATE and the server's words.
pub type Wrong = (&'static str, String);

/// What the server says of a text that is no value of a type; nothing where it is one, or may be one.
pub fn wrong(data_type: &str, text: &str) -> Option<Wrong> {
    let invalid = |valid: bool| (!valid).then(|| invalid("22P02", data_type, text));
    match data_type {
        "smallint" => number::whole(data_type, text, i128::from(i16::MAX)),
        "integer" => number::whole(data_type, text, i128::from(i32::MAX)),
        "bigint" => number::whole(data_type, text, i128::from(i64::MAX)),
        "numeric" => invalid(number::is_numeric(text)),
        "real" | "double precision" => number::floating(data_type, text),
        "boolean" => invalid(is_boolean(trimmed(text))),
        "uuid" => invalid(is_uuid(text)),
        "json" | "jsonb" => json::wrong(data_type, text),
        "bytea" => bytes::wrong(text),
        "date" | "timestamp without time zone" | "timestamp with time zone" => {
            moment::wrong_moment(data_type, text)
        }
        "time without time zone" | "time with time zone" => moment::wrong_time(data_type, text),
        "interval" => interval::wrong(text),
        _ => None,
    }
}

/// What the server says of a number that a type has no room for, when it stores it.
pub fn out_of_range(data_type: &str, number: &str, negative: bool) -> Option<Wrong> {
    let most = match data_type {
        "smallint" => i128::from(i16::MAX),
        "integer" => i128::from(i32::MAX),
        "bigint" => i128::from(i64::MAX),
        _ => return None,
    };
    // A fraction is rounded, and what is close to the end is left to the server.
    let number = number.replace('_', "");
    let large = match number.parse::<i128>() {
        Ok(number) => number > if negative { most + 1 } else { most },
        Err(_) => number.parse::<f64>().is_ok_and(|number| number > most as f64 + 2.0),
    };
    large.then(|| ("22003", format!("{data_type} out of range")))
}

/// The server's name of a type in its words about a text.
fn invalid(sqlstate: &'static str, data_type: &str, text: &str) -> Wrong {
    let shown = match data_type {
        "timestamp without time zone" => "timestamp",
        "time without time zone" => "time",
        other => other,
    };
    (sqlstate, format!("invalid input syntax for type {shown}: \"{text}\""))
}

/// The space that the server's functions skip.
const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

/// A text without the space around it.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|one: char| one.is_ascii() && is_space(one as u8))
}

/// 32 hexadecimal digits in braces or not, with a hyphen behind any four.
fn is_uuid(text: &str) -> bool {
    let inner = match text.strip_prefix('{') {
        Some(rest) => match rest.strip_suffix('}') {
            Some(inner) => inner,
            None => return false,
        },
        None => text,
    };
    let mut digits = 0;
    let mut last_hyphen = false;
    for byte in inner.bytes() {
        match byte {
            b'-' if digits > 0 && digits < 32 && digits % 4 == 0 && !last_hyphen => last_hyphen = true,
            byte if byte.is_ascii_hexdigit() => (digits, last_hyphen) = (digits + 1, false),
            _ => return false,
        }
    }
    digits == 32 && !last_hyphen
}

/// The beginnings of these words that say which of them is meant, and the digits.
pub(crate) fn is_boolean(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let begins = |word: &str, least: usize| text.len() >= least && word.starts_with(text.as_str());
    begins("true", 1)
        || begins("false", 1)
        || begins("yes", 1)
        || begins("no", 1)
        || begins("on", 2)
        || begins("off", 2)
        || matches!(text.as_str(), "1" | "0")
}
