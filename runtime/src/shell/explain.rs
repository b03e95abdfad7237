//! What people are told when the way to the database fails, or our own tables do.

use crate::connect::ConnectError;
use crate::error::{Error, ErrorKind};
use crate::retry::Trouble;
use crate::server::ServerError;

/// Our own tables are not as they should be, or not ours to use.
pub(super) fn bookkeeping(what: &str, error: ServerError) -> Error {
    let remedy = if error.sqlstate == crate::server::INSUFFICIENT_PRIVILEGE {
        "run with a role that may create tables in this schema and owns or may write schema_migrations and \
         its two companions; a role with SELECT on schema_migrations suffices when nothing is pending"
    } else {
        "check schema_migrations, schema_migrations_steps and schema_migrations_lease"
    };
    Error::new(ErrorKind::Bookkeeping, what).server(error).remedy(remedy)
}

/// What may succeed later did not.
pub(super) fn gave_up(failures: u32, trouble: &Trouble) -> Error {
    let remedy = "start again when the cause is gone: it goes on where it stopped";
    match trouble {
        Trouble::Server(error, _) => {
            Error::new(ErrorKind::GaveUp, format!("no success after {failures} attempts"))
                .server(error.clone())
                .remedy(remedy)
        }
        Trouble::Lost(why) => {
            Error::new(ErrorKind::GaveUp, format!("no success after {failures} attempts: {why}"))
                .remedy(remedy)
        }
    }
}

/// There is no connection; what to do about it the cause knows best.
pub(super) fn cannot_connect(cause: &ConnectError, what: String, otherwise: &str) -> Error {
    let error = Error::new(ErrorKind::Connect, what).remedy(cause.what_to_do().unwrap_or(otherwise));
    match cause.server_error() {
        Some(server) => error.server(server.clone()),
        None => error,
    }
}
