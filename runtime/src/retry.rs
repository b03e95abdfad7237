//! What can be tried again, and what must be asked about first. This is the one place that decides it.
//!
//! | what happens | applied? | what is done |
//! |---|---|---|
//! | 40001, OC000: another transaction changed the row | surely not | the transaction again, same connection |
//! | 40001, OC001: another session changed the catalog; any statement, reads too | surely not | the transaction again, same connection |
//! | 40001 with another text; 55P03, which a PostgreSQL in DSQL's place answers | surely not | the same |
//! | XX000 with `unavailable` | perhaps | new connection, ask the tables or the catalog, then decide anew |
//! | 57P01, 57P02, 57P03: the server stops or starts | perhaps | the same |
//! | 53300, 53400 at a statement | perhaps | the same |
//! | the connection closes or answers nothing in time, at COMMIT too | perhaps | the same |
//! | 22P02 from a record, with its own words: the lease row is not as we left it | surely not | read ledger, journal and lease, decide anew |
//! | COMMIT answers `ROLLBACK` | – | cannot arise: no COMMIT is ever sent, each transaction is one message, and an error in it fails the message |
//! | 53300, 53400, 57P03, `waking up cluster` at connecting | nothing sent | connect again |
//! | 28000 with `expired` at connecting | nothing sent | connect again, for a fresh token |
//! | connection refused, reset, unreachable, no such host, no answer | nothing sent | connect again |
//! | any other SQLSTATE | surely not | final, at once |
//!
//! Waits have full jitter and are bounded in time and number by [`Retry`]; they start over when something succeeds.

use crate::options::Retry;
use crate::server::{CONNECTION_RATE, ServerError, TOO_MANY_CONNECTIONS};
use std::fmt;
use std::time::{Duration, Instant};

/// Why a statement has no answer to go on from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The server answered with an error, after so many statements of the message had succeeded.
    Server(ServerError, usize),
    /// There is no answer and will be none.
    Lost(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(error, _) => error.fmt(f),
            Self::Lost(why) => f.write_str(why),
        }
    }
}

/// What is to be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Surely not applied, and may succeed: send it again.
    Again,
    /// Perhaps applied: connect anew and ask.
    Ask,
    /// Surely not applied, and never will be.
    Final,
}

/// The rows of the table above that are about statements.
pub(crate) fn fate(trouble: &Trouble) -> Fate {
    match trouble {
        Trouble::Lost(_) => Fate::Ask,
        Trouble::Server(error, _) if error.is_conflict() => Fate::Again,
        Trouble::Server(error, _) if error.is_unavailable() || error.is_shutdown() || is_crowded(error) => {
            Fate::Ask
        }
        Trouble::Server(..) => Fate::Final,
    }
}

/// The rows of the table above that are about a server that does not take a connection.
pub(crate) fn connects_later(error: &ServerError) -> bool {
    is_crowded(error)
        || error.is_shutdown()
        || error.is_unavailable()
        || error.is_waking_up()
        || error.is_expired_token()
}

fn is_crowded(error: &ServerError) -> bool {
    [TOO_MANY_CONNECTIONS, CONNECTION_RATE].contains(&error.sqlstate.as_str())
}

/// Whether no server answered: the network is at fault, or the server is not up.
pub(crate) fn is_of_the_network(error: &tokio_postgres::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(current) = cause {
        if current.is::<std::io::Error>() {
            return true;
        }
        cause = current.source();
    }
    error.is_closed()
}

/// An error with what caused it, on one line.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(current) = cause {
        let said = current.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = current.source();
    }
    text
}

/// Counts failures in a row.
#[derive(Debug)]
pub(crate) struct Patience {
    retry: Retry,
    failures: u32,
    since: Option<Instant>,
}

impl Patience {
    pub(crate) fn new(retry: Retry) -> Self {
        Self { retry, failures: 0, since: None }
    }

    /// Something has succeeded.
    pub(crate) fn restore(&mut self) {
        self.failures = 0;
        self.since = None;
    }

    /// How long to wait after one more failure; `None` when it was one too many.
    pub(crate) fn after_failure(&mut self) -> Option<Duration> {
        self.failures += 1;
        let since = *self.since.get_or_insert_with(Instant::now);
        if self.failures >= self.retry.tries || since.elapsed() >= self.retry.total {
            return None;
        }
        let doublings = self.failures.saturating_sub(1).min(20);
        let longest = self.retry.base.saturating_mul(1 << doublings).min(self.retry.cap);
        Some(longest.mul_f64(fastrand::f64()))
    }

    /// How many failures in a row there have been.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(sqlstate: &str, message: &str) -> Trouble {
        let (detail, hint) = (None, None);
        Trouble::Server(ServerError { sqlstate: sqlstate.into(), message: message.into(), detail, hint }, 0)
    }

    #[test]
    fn the_truth_table() {
        for (trouble, expected) in [
            (answer("40001", "change conflicts with another transaction (OC000)"), Fate::Again),
            (answer("40001", "schema has been updated by another transaction (OC001)"), Fate::Again),
            (answer("40001", "could not serialize access due to concurrent update"), Fate::Again),
            (answer("OC001", "schema has been updated by another transaction"), Fate::Again),
            (answer("55P03", "canceling statement due to lock timeout"), Fate::Again),
            (answer("XX000", "server unavailable"), Fate::Ask),
            (answer("XX000", "cache lookup failed"), Fate::Final),
            (answer("57P01", "terminating connection due to administrator command"), Fate::Ask),
            (answer("53400", "Unable to accept connection, rate exceeded."), Fate::Ask),
            (Trouble::Lost("connection closed".into()), Fate::Ask),
            (answer("0A000", "ddl and dml are not supported in the same transaction"), Fate::Final),
            (answer("54000", "transaction row limit exceeded"), Fate::Final),
            (answer("23505", "duplicate key value violates unique constraint"), Fate::Final),
        ] {
            assert_eq!(fate(&trouble), expected, "{trouble:?}");
        }
    }

    #[test]
    fn a_denied_role_is_final_and_an_expired_token_is_not() {
        let denied = |hint: Option<&str>| ServerError {
            sqlstate: "28000".into(),
            message: "unable to accept connection, access denied".into(),
            detail: None,
            hint: hint.map(str::to_owned),
        };
        assert!(!connects_later(&denied(None)));
        assert!(connects_later(&denied(Some("Signature expired: 20261121T093000Z"))));
    }

    #[test]
    fn patience_ends_and_is_restored() {
        let retry = Retry { tries: 3, base: Duration::ZERO, cap: Duration::ZERO, total: Duration::MAX };
        let mut patience = Patience::new(retry);
        assert_eq!(patience.after_failure(), Some(Duration::ZERO));
        assert_eq!(patience.after_failure(), Some(Duration::ZERO));
        assert_eq!(patience.after_failure(), None);
        patience.restore();
        assert_eq!(patience.after_failure(), Some(Duration::ZERO));
    }
}
