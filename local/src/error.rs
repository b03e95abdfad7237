//! What can go wrong before a client is served.

use std::fmt;
use std::io;

/// Why an emulator could not be started or stopped.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// No PostgreSQL of version 15 or newer was found.
    NoPostgres {
        /// What was tried, for the message.
        tried: String,
    },
    /// PostgreSQL was found but did not start.
    Postgres {
        /// What was being done.
        doing: &'static str,
        /// What PostgreSQL said.
        said: String,
    },
    /// Something of the system failed: a file, a socket, a process.
    Io {
        /// What was being done.
        doing: &'static str,
        /// The cause.
        source: io::Error,
    },
    /// An option cannot be followed.
    Option(String),
}

impl Error {
    pub(crate) fn io(doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { doing, source }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPostgres { tried } => write!(
                f,
                "no PostgreSQL 15 or newer found ({tried}): `apt-get install postgresql` or `brew install postgresql@16`, \
                 or set DSQL_LOCAL_PG_BIN to the folder that holds `initdb` and `postgres`"
            ),
            Self::Postgres { doing, said } => write!(f, "PostgreSQL: {doing} failed: {said}"),
            Self::Io { doing, source } => write!(f, "{doing}: {source}"),
            Self::Option(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
