//! Why there is no connection.

use crate::retry::{connects_later, is_of_the_network, with_causes};
use crate::server_error::ServerError;
use std::fmt;

/// Why there is no connection, and what to do about it.
///
/// Holds no password or token.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ConnectError(Box<Report>);

#[derive(Clone, PartialEq, Eq, Hash)]
struct Report {
    kind: ConnectErrorKind,
    what: String,
    remedy: Option<String>,
    server: Option<ServerError>,
    transient: bool,
}

/// The kinds of [`ConnectError`], for code that has to tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectErrorKind {
    /// What was asked for is wrong, incomplete or contradicts itself; nothing was sent.
    Settings,
    /// There are no AWS credentials to make a token with; nothing was sent.
    Credentials,
    /// The server took the token for too old.
    Expired,
    /// The server does not let this role in with this password or token.
    Denied,
    /// The host was not found, could not be reached or did not answer in time.
    Network,
    /// The certificate cannot be trusted, or the server has no TLS that fits.
    Tls,
    /// The server answered with another error.
    Server,
    /// What a connector of the caller's own says.
    Other,
}

impl ConnectError {
    /// Another attempt would fail as well.
    pub fn last(what: impl Into<String>) -> Self {
        Self::new(ConnectErrorKind::Other, what)
    }

    /// Another attempt may succeed.
    pub fn transient(what: impl Into<String>) -> Self {
        Self::new(ConnectErrorKind::Other, what).retried(true)
    }

    pub(crate) fn new(kind: ConnectErrorKind, what: impl Into<String>) -> Self {
        Self(Box::new(Report { kind, what: what.into(), remedy: None, server: None, transient: false }))
    }

    pub(crate) fn retried(mut self, transient: bool) -> Self {
        self.0.transient = transient;
        self
    }

    pub(crate) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.0.remedy = Some(remedy.into());
        self
    }

    /// Says first where it was to go.
    #[cfg(feature = "tls")]
    pub(crate) fn at(mut self, place: &str) -> Self {
        self.0.what = format!("{place}: {}", self.0.what);
        self
    }

    /// What the driver says of an attempt whose password does not change: a token in it that has expired will
    /// be as old at the next.
    pub(crate) fn with_a_fixed_password(error: tokio_postgres::Error) -> Self {
        let error = Self::from(error);
        if error.kind() == ConnectErrorKind::Expired {
            return error.retried(false).remedy(
                "make a new token, or connect with the endpoint instead of a URL, so that each connection \
                 has a token of its own",
            );
        }
        error
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> ConnectErrorKind {
        self.0.kind
    }

    /// What happened, in a sentence.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.0.what
    }

    /// What to do about it.
    #[must_use]
    pub fn what_to_do(&self) -> Option<&str> {
        self.0.remedy.as_deref()
    }

    /// What the server answered, if it was one that answered.
    #[must_use]
    pub fn server_error(&self) -> Option<&ServerError> {
        self.0.server.as_ref()
    }

    /// Whether another attempt may succeed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.0.transient
    }
}

impl From<tokio_postgres::Error> for ConnectError {
    fn from(error: tokio_postgres::Error) -> Self {
        use ConnectErrorKind::{Denied, Expired, Network, Other, Server, Tls};
        let what = with_causes(&error);
        if let Some(server) = error.as_db_error().map(ServerError::from) {
            let kind = if server.is_expired_token() {
                Expired
            } else if server.is_denied() {
                Denied
            } else {
                Server
            };
            let mut error = Self::new(kind, what).retried(connects_later(&server));
            error.0.server = Some(server);
            return error;
        }
        #[cfg(feature = "tls")]
        if let Some(cause) = super::tls::cause(&error) {
            return super::tls::refused(cause);
        }
        if is_of_the_network(&error) {
            return Self::new(Network, what).retried(true);
        }
        // The driver has a kind of its own for this, which only its text tells.
        let kind = if what.starts_with("error performing TLS handshake") { Tls } else { Other };
        Self::new(kind, what)
    }
}

/// As for people: a `main` that returns the error prints it this way.
impl fmt::Debug for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.what)?;
        match &self.0.remedy {
            Some(remedy) => write!(f, "\n  do: {remedy}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ConnectError {}
