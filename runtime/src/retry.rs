//! What can be tried again, and what must be asked about first. This is the one place that decides it.
//!
//! | what happens | applied? | what is done |
//! |---|---|---|
//! | 40001, OC000: another transaction changed the row | surely not | the transaction again, same connection |
//! | 40001, OC001: another session changed the catalog; any statement, reads too | surely not | the transaction again, same connection |
//! | 40001 with another text, 40P01; 55P03, which a PostgreSQL in DSQL's place answers | surely not | the same |
//! | XX000 with `unavailable` | perhaps | new connection, ask the tables or the catalog, then decide anew |
//! | 57P01, 57P02, 57P03: the server stops or starts | perhaps | the same |
//! | 53300, 53400 at a statement | perhaps | the same |
//! | the connection closes or answers nothing in time, at COMMIT too | perhaps | the same |
//! | 40003, 08007 and every SQLSTATE that is not in the list of those that say no ([`SURELY_NOT_APPLIED`]) | perhaps | the same, five times; then it is taken for an answer |
//! | 22P02 from a record, with its own words: the lease row is not as we left it | surely not | read ledger, journal and lease, decide anew |
//! | COMMIT answers `ROLLBACK` | – | cannot arise: no COMMIT is ever sent, each transaction is one message, and an error in it fails the message |
//! | 53300, 53400, 57P03, `waking up cluster` at connecting | nothing sent | connect again |
//! | 28000 with `expired` at connecting | nothing sent | connect again, for a fresh token |
//! | connection refused, reset, unreachable, no such host, no answer | nothing sent | connect again |
//! | a SQLSTATE in that list | surely not | final, at once |
//!
//! Waits have full jitter and are bounded in time and number by [`Retry`]; they start over when something succeeds.

use crate::retry_policy::Retry;
use crate::server::{CONNECTION_RATE, TOO_MANY_CONNECTIONS};
use crate::server_error::ServerError;
use std::fmt;
use std::time::{Duration, Instant};

/// Classes of SQLSTATEs, and single ones, with which a server says for sure that the transaction is not applied: the
/// statement was wrong, met rows or limits that forbid it, or was cancelled.
const SURELY_NOT_APPLIED: [&str; 22] = [
    "0A", "0L", "0P", "21", "22", "23", "24", "25", "26", "28", "2B", "34", "38", "39", "3D", "3F", "42",
    "44", "54", "55", "P0", "57014",
];

/// How often in a row the same unknown answer is taken for one that may have been lost on its way.
const SAME_ANSWERS: u32 = 5;

/// Why a statement has no answer to go on from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The server answered with an error, after so many statements of the message had succeeded.
    Server(ServerError, usize),
    /// There is no answer and will be none.
    Lost(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(error, _) => error.fmt(f),
            Self::Lost(why) => f.write_str(why),
        }
    }
}

impl Failure {
    /// For logs and events: without what the server quotes of rows in its detail.
    pub(crate) fn for_logs(&self) -> String {
        match self {
            Self::Server(error, _) => format!("{} {}", error.sqlstate, error.message),
            Self::Lost(why) => why.clone(),
        }
    }
}

/// What is to be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Disposition {
    /// Surely not applied, and may succeed: send it again.
    Retry,
    /// Perhaps applied: connect anew and ask.
    InDoubt,
    /// Surely not applied, and never will be.
    Final,
}

/// The rows of the table above that are about statements.
pub(crate) fn disposition(failure: &Failure) -> Disposition {
    match failure {
        Failure::Lost(_) => Disposition::InDoubt,
        Failure::Server(error, _) if error.is_conflict() => Disposition::Retry,
        Failure::Server(error, _) if says_no(error) => Disposition::Final,
        Failure::Server(..) => Disposition::InDoubt,
    }
}

fn says_no(error: &ServerError) -> bool {
    SURELY_NOT_APPLIED.iter().any(|code| error.sqlstate.starts_with(code))
}

/// The rows of the table above that are about a server that does not take a connection.
pub(crate) fn connects_later(error: &ServerError) -> bool {
    is_busy(error) || error.is_waking_up() || error.is_expired_token()
}

/// The server is there and has no time now.
fn is_busy(error: &ServerError) -> bool {
    is_crowded(error) || error.is_shutdown() || error.is_unavailable()
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
pub(crate) struct RetryState {
    policy: Retry,
    failures: u32,
    since: Option<Instant>,
    /// The last answer that nobody knows the meaning of, and how often in a row it came.
    unknown: Option<(ServerError, u32)>,
}

impl RetryState {
    pub(crate) fn new(policy: Retry) -> Self {
        Self { policy, failures: 0, since: None, unknown: None }
    }

    /// Something has succeeded.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
        self.since = None;
    }

    /// The same statement has succeeded.
    pub(crate) fn answered(&mut self) {
        self.reset();
        self.unknown = None;
    }

    /// How long to wait after one more failure; `None` when it was one too many.
    pub(crate) fn after_failure(&mut self, failure: &Failure) -> Option<Duration> {
        self.failures += 1;
        let since = *self.since.get_or_insert_with(Instant::now);
        let hopeless = self.note_unknown(failure);
        if hopeless || self.failures >= self.policy.tries || since.elapsed() >= self.policy.total {
            return None;
        }
        let doublings = self.failures.saturating_sub(1).min(20);
        let longest = self.policy.base.saturating_mul(1 << doublings).min(self.policy.cap);
        Some(longest.mul_f64(fastrand::f64()))
    }

    /// Whether the same unknown answer has come so often that it is no accident.
    fn note_unknown(&mut self, failure: &Failure) -> bool {
        let Failure::Server(error, _) = failure else { return false };
        if disposition(failure) != Disposition::InDoubt || is_busy(error) {
            return false;
        }
        let times = match &self.unknown {
            Some((last, times)) if last.sqlstate == error.sqlstate && last.message == error.message => {
                times + 1
            }
            _ => 1,
        };
        self.unknown = Some((error.clone(), times));
        times >= SAME_ANSWERS
    }

    /// How many failures in a row there have been.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(sqlstate: &str, message: &str) -> Failure {
        let (detail, hint) = (None, None);
        Failure::Server(ServerError { sqlstate: sqlstate.into(), message: message.into(), detail, hint }, 0)
    }

    #[test]
    fn the_truth_table() {
        for (failure, expected) in [
            (answer("40001", "change conflicts with another transaction (OC000)"), Disposition::Retry),
            (answer("40001", "schema has been updated by another transaction (OC001)"), Disposition::Retry),
            (answer("40001", "could not serialize access due to concurrent update"), Disposition::Retry),
            (answer("OC001", "schema has been updated by another transaction"), Disposition::Retry),
            (answer("55P03", "canceling statement due to lock timeout"), Disposition::Retry),
            (answer("XX000", "server unavailable"), Disposition::InDoubt),
            (answer("XX000", "cache lookup failed"), Disposition::InDoubt),
            (answer("40P01", "deadlock detected"), Disposition::Retry),
            (answer("40003", "statement completion unknown"), Disposition::InDoubt),
            (answer("08007", "transaction resolution unknown"), Disposition::InDoubt),
            (answer("ABCDE", "a code that nobody knows"), Disposition::InDoubt),
            (answer("57014", "canceling statement due to user request"), Disposition::Final),
            (answer("57P01", "terminating connection due to administrator command"), Disposition::InDoubt),
            (answer("53400", "Unable to accept connection, rate exceeded."), Disposition::InDoubt),
            (Failure::Lost("connection closed".into()), Disposition::InDoubt),
            (answer("0A000", "ddl and dml are not supported in the same transaction"), Disposition::Final),
            (answer("54000", "transaction row limit exceeded"), Disposition::Final),
            (answer("23505", "duplicate key value violates unique constraint"), Disposition::Final),
        ] {
            assert_eq!(disposition(&failure), expected, "{failure:?}");
        }
    }

    /// Logs are for everybody: what the server quotes of rows is for whoever runs the migration.
    #[test]
    fn logs_hear_of_no_rows() {
        let quoting = ServerError {
            sqlstate: "23505".into(),
            message: "duplicate key".into(),
            detail: Some("Key (mail)=(a@b.example) already exists.".into()),
            hint: None,
        };
        let failure = Failure::Server(quoting, 0);
        assert_eq!(failure.for_logs(), "23505 duplicate key");
        assert!(failure.to_string().contains("a@b.example"));
        assert_eq!(
            (lost().for_logs(), lost().to_string()),
            ("connection closed".into(), "connection closed".into())
        );
    }

    #[test]
    fn what_caused_an_error_is_told_once() {
        #[derive(Debug)]
        struct Outer(std::io::Error);
        impl fmt::Display for Outer {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("cannot connect")
            }
        }
        impl std::error::Error for Outer {
            fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
                Some(&self.0)
            }
        }
        assert_eq!(with_causes(&Outer(std::io::Error::other("refused"))), "cannot connect: refused");
        assert_eq!(with_causes(&Outer(std::io::Error::other("connect"))), "cannot connect");
    }

    #[test]
    fn a_denied_role_is_final_and_an_expired_token_is_not() {
        let denied = |hint: Option<&str>| ServerError {
            sqlstate: "28000".into(),
            message: "unable to accept connection, access denied".into(),
            detail: None,
            hint: hint.map(str::to_owned),
        };
        let server = |sqlstate: &str, message: &str| match answer(sqlstate, message) {
            Failure::Server(error, _) => error,
            Failure::Lost(_) => denied(None),
        };
        for (sqlstate, message, later) in [
            ("53300", "too many connections", true),
            ("53400", "rate exceeded", true),
            ("57P03", "starting up", true),
            ("XX000", "server unavailable", true),
            ("08006", "waking up cluster, please retry later", true),
            ("XX000", "something else", false),
            ("3D000", "no such database", false),
        ] {
            assert_eq!(connects_later(&server(sqlstate, message)), later, "{sqlstate} {message}");
        }
        assert!(!connects_later(&denied(None)));
        assert!(connects_later(&denied(Some("Signature expired: 20261121T093000Z"))));
    }

    fn lost() -> Failure {
        Failure::Lost("connection closed".into())
    }

    #[test]
    fn it_ends_and_starts_over() {
        let policy = Retry::default().tries(3).waits(Duration::ZERO, Duration::ZERO).total(Duration::MAX);
        let mut state = RetryState::new(policy);
        for _ in 0..2 {
            assert_eq!(state.after_failure(&lost()), Some(Duration::ZERO));
            assert_eq!(state.after_failure(&lost()), Some(Duration::ZERO));
            assert_eq!((state.after_failure(&lost()), state.failures()), (None, 3));
            state.reset();
        }
    }

    #[test]
    fn waits_grow_up_to_their_cap() {
        let policy = Retry::default().waits(Duration::from_millis(10), Duration::from_millis(40));
        let mut state = RetryState::new(policy);
        for longest in [10, 20, 40, 40] {
            let waits: Vec<_> = (0..64)
                .map(|_| {
                    let mut again = RetryState::new(policy);
                    again.failures = state.failures;
                    again.after_failure(&lost()).unwrap()
                })
                .collect();
            let (least, most) = (waits.iter().min().unwrap(), waits.iter().max().unwrap());
            assert!(*most <= Duration::from_millis(longest), "{most:?} of {longest}");
            assert!(*most > Duration::from_millis(longest / 2) && *least < *most, "{least:?}, {most:?}");
            state.after_failure(&lost());
        }
    }

    #[test]
    fn it_ends_with_its_time() {
        let mut state = RetryState::new(Retry::default().total(Duration::ZERO));
        assert_eq!(state.after_failure(&lost()), None);
    }

    #[test]
    fn the_same_unknown_answer_is_no_accident() {
        let policy = Retry::default().waits(Duration::ZERO, Duration::ZERO);
        let mut state = RetryState::new(policy);
        let unknown = answer("XX000", "cache lookup failed");
        for _ in 0..4 {
            assert!(state.after_failure(&unknown).is_some());
            // What is asked in between succeeds.
            state.reset();
        }
        assert_eq!(state.after_failure(&unknown), None);
        let mut other = RetryState::new(policy);
        for _ in 0..20 {
            assert!(other.after_failure(&unknown).is_some());
            assert!(other.after_failure(&answer("XX000", "another")).is_some());
            assert!(other.after_failure(&answer("57P01", "terminating")).is_some());
        }
        state.answered();
        assert!(state.after_failure(&unknown).is_some());
        // What is known to go away may come as often as it likes, as far as the policy goes.
        for known in [answer("40001", "change conflicts"), answer("57P01", "terminating")] {
            let mut state = RetryState::new(policy);
            assert!((0..20).all(|_| state.after_failure(&known).is_some()), "{known}");
        }
    }

    #[tokio::test]
    async fn a_closed_port_is_the_networks_fault() {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut config = tokio_postgres::Config::new();
        config.host("127.0.0.1").port(port).user("u");
        let error = config.connect(tokio_postgres::NoTls).await.err().unwrap();
        assert!(is_of_the_network(&error), "{error}");
        let error = "nonsense=1".parse::<tokio_postgres::Config>().unwrap_err();
        assert!(!is_of_the_network(&error), "{error}");
    }
}
