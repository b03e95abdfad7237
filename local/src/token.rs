//! The password of DSQL: a request to connect, presigned with IAM credentials. Everything in it is checked here but the signature,
//! for which the secret key would be needed.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::words::{self, ServerError};

const DAY: u64 = 86_400;

/// The action that a role's token must allow.
fn action(user: &str) -> &'static str {
    if user == "admin" { "DbConnectAdmin" } else { "DbConnect" }
}

/// A token for `user` at `host`, as an SDK would make it, with a signature that is none.
pub(crate) fn make(user: &str, host: &str, life: Duration, now: SystemTime) -> String {
    let stamp = stamp(now);
    let date = stamp.get(..8).unwrap_or_default();
    format!(
        "{host}/?Action={}&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=LOCAL%2F{date}%2Fus-east-1%2Fdsql%2Faws4_request\
         &X-Amz-Date={stamp}&X-Amz-Expires={}&X-Amz-SignedHeaders=host&X-Amz-Signature=unsigned",
        action(user),
        life.as_secs(),
    )
}

/// Checks a token for its action, host, and expiry.
pub(crate) fn check(token: &str, user: &str, host: &str, now: SystemTime) -> Result<(), ServerError> {
    let token = token.strip_prefix("https://").unwrap_or(token);
    let (named, query) = token.split_once("/?").ok_or_else(words::access_denied)?;
    let named = named.split(':').next().unwrap_or_default();
    let field = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let signed =
        ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature"].iter().all(|name| field(name).is_some());
    if !signed || field("Action") != Some(action(user)) || !named.eq_ignore_ascii_case(host) {
        return Err(words::access_denied());
    }
    let made = field("X-Amz-Date").and_then(seconds).ok_or_else(words::access_denied)?;
    let life: u64 =
        field("X-Amz-Expires").and_then(|life| life.parse().ok()).ok_or_else(words::access_denied)?;
    let now_seconds = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    if made + life < now_seconds || life > 7 * DAY {
        let hint = format!(
            "Signature expired: {} is now earlier than {}",
            field("X-Amz-Date").unwrap_or_default(),
            stamp(now)
        );
        return Err(words::access_denied().with_hint(hint));
    }
    Ok(())
}

/// Whether a token was made after that time.
pub(crate) fn made_after(token: &str, time: Option<SystemTime>) -> bool {
    let made = token.split('&').find_map(|pair| pair.strip_prefix("X-Amz-Date=")).and_then(seconds);
    let limit = time.and_then(|time| time.duration_since(UNIX_EPOCH).ok()).map_or(0, |since| since.as_secs());
    made.is_some_and(|made| made > limit)
}

/// A time as `20260918T090423Z`.
fn stamp(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (mut days, rest) = (seconds / DAY, seconds % DAY);
    let mut year = 1970;
    while days >= year_days(year) {
        days -= year_days(year);
        year += 1;
    }
    let mut month = 1;
    while days >= month_days(year, month) {
        days -= month_days(year, month);
        month += 1;
    }
    format!("{year:04}{month:02}{:02}T{:02}{:02}{:02}Z", days + 1, rest / 3600, rest / 60 % 60, rest % 60)
}

/// The seconds since 1970 of such a time.
fn seconds(stamp: &str) -> Option<u64> {
    let number = |from: usize, to: usize| stamp.get(from..to)?.parse::<u64>().ok();
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || day == 0 {
        return None;
    }
    let years: u64 = (1970..year).map(year_days).sum();
    let months: u64 = (1..month).map(|month| month_days(year, month)).sum();
    let clock = number(9, 11)? * 3600 + number(11, 13)? * 60 + number(13, 15)?;
    Some((years + months + day - 1) * DAY + clock)
}

fn year_days(year: u64) -> u64 {
    let leap = (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    if leap { 366 } else { 365 }
}

fn month_days(year: u64, month: u64) -> u64 {
    match month {
        2 => year_days(year) - 337,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A token as part of a URL.
pub(crate) fn percent_encoded(token: &str) -> String {
    token
        .bytes()
        .map(|byte| match byte {
            b if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~') => {
                char::from(b).to_string()
            }
            b => format!("%{b:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_written() {
        let time = UNIX_EPOCH + Duration::from_secs(1_789_722_263);
        assert_eq!(stamp(time), "20260918T090423Z");
        assert_eq!(seconds("20260918T090423Z"), Some(1_789_722_263));
        assert_eq!(seconds("20240229T000000Z"), Some(1_709_164_800));
        assert_eq!(seconds("2024"), None);
    }

    #[test]
    fn a_token_is_for_one_role_one_host_and_a_while() {
        let now = UNIX_EPOCH + Duration::from_secs(1_789_722_263);
        let token = make("admin", "localhost", Duration::from_secs(900), now);
        assert!(check(&token, "admin", "localhost", now).is_ok());
        assert!(check(&token, "app", "localhost", now).is_err());
        assert!(check(&token, "admin", "elsewhere", now).is_err());
        let late = check(&token, "admin", "localhost", now + Duration::from_secs(901)).unwrap_err();
        assert!(late.hint.starts_with("Signature expired:"), "{}", late.hint);
        assert!(check("secret", "admin", "localhost", now).is_err());
    }
}
