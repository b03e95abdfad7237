use std::fmt;
use std::str::FromStr;

/// A day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// The day with these numbers, which are not checked: rules write their dates with it.
    #[must_use]
    pub const fn new(year: u16, month: u8, day: u8) -> Self {
        Self { year, month, day }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// A text that names no day in the form `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidDate(String);

impl fmt::Display for InvalidDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a day; a dialect is a day such as {}", self.0, Dialect::LATEST)
    }
}

impl std::error::Error for InvalidDate {}

impl FromStr for Date {
    type Err = InvalidDate;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidDate(text.to_owned());
        let digits = |part: &str, length: usize| {
            let good = part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
            if good { part.parse::<u16>().ok() } else { None }
        };
        let mut parts = text.split('-');
        let (Some(year), Some(month), Some(day), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(invalid());
        };
        match (digits(year, 4), digits(month, 2), digits(day, 2)) {
            (Some(year), Some(month @ 1..=12), Some(day @ 1..=31)) => {
                Ok(Self { year, month: month as u8, day: day as u8 })
            }
            _ => Err(invalid()),
        }
    }
}

/// What DSQL accepted on a day. DSQL changes by the month: a statement is judged as of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dialect(Date);

impl Dialect {
    /// The newest day for which there is evidence.
    pub const LATEST: Self = Self(Date::new(2026, 10, 16));
    /// The day on which DSQL became generally available. Nothing is known of the days before it.
    pub const FIRST: Self = Self(Date::new(2025, 5, 27));

    /// DSQL as it was on this day.
    #[must_use]
    pub const fn on(date: Date) -> Self {
        Self(date)
    }

    /// The day.
    #[must_use]
    pub const fn date(self) -> Date {
        self.0
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Dialect {
    type Err = InvalidDate;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_and_shown() {
        assert_eq!("2026-08-03".parse(), Ok(Date::new(2026, 8, 3)));
        assert_eq!(Date::new(2026, 8, 3).to_string(), "2026-08-03");
        for wrong in ["", "2026", "2026-8-3", "2026-13-01", "2026-01-32", "2026-01-01-01", "+026-01-01"] {
            assert!(wrong.parse::<Date>().is_err(), "{wrong}");
        }
    }
}
