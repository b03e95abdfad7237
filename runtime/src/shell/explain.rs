//! What people are told when the way to the database fails, or our own tables do.

use crate::connect::ConnectError;
use crate::core::LeaseHolder;
use crate::error::{Error, ErrorKind};
use crate::retry::Failure;
use crate::server_error::ServerError;
use std::time::Duration;

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

/// A table of our ledger's name has other columns.
pub(super) fn another_tools_table(ledger: &str, error: ServerError) -> Error {
    Error::new(ErrorKind::Bookkeeping, format!("{ledger} is the table of another tool")).server(error).remedy(
        "keep the records under another name (`Options::table`, `table = \"…\"` in embed_migrations!, \
         --table); `dsql-migrate adopt` takes over what the other tool has applied",
    )
}

/// There is no schema to keep the tables in.
pub(super) fn no_home() -> Error {
    Error::new(ErrorKind::Bookkeeping, "the search path names no schema that exists")
        .remedy("set a search_path, or name the schema (`Options::schema`)")
}

/// Somebody else has had the lease for too long.
pub(super) fn lease_timeout(holder: Option<LeaseHolder>, limit: Duration) -> Error {
    let who = holder.map_or_else(
        || "another instance".to_owned(),
        |it| format!("{}, since {} (server time),", it.holder, it.since),
    );
    Error::new(
        ErrorKind::LeaseTimeout,
        format!("{who} is migrating this database, for longer than {limit:?}"),
    )
    .now("this instance has changed nothing")
    .remedy("start again when it is ready, or wait longer (`Options::lock_timeout`)")
}

/// A connection that was lent has settings of a migration that cannot be taken back.
pub(super) fn settings_stay(error: ServerError) -> Error {
    Error::new(ErrorKind::Refused, "the settings of a migration cannot be taken back")
        .server(error)
        .remedy("run on a connector instead of one connection")
}

/// What a failed job has left is in the way.
pub(super) fn drop_refused(index: &str, error: ServerError) -> Error {
    Error::new(ErrorKind::JobFailed, format!("the invalid index {index} cannot be dropped"))
        .server(error)
        .remedy("drop it by hand and start again")
}

/// A job is at work for longer than the caller allows.
pub(super) fn job_too_long(object: &str, job: &str, elapsed: Duration) -> Error {
    Error::new(
        ErrorKind::GaveUp,
        format!("{object}: the job {job} has not ended within {} s", elapsed.as_secs()),
    )
    .now("the job goes on, and it is recorded that it was started")
    .remedy("start again later: it goes on waiting for the same job; or allow more (`Options::job_timeout`)")
}

/// What may succeed later did not.
pub(super) fn gave_up(failures: u32, failure: &Failure) -> Error {
    let remedy = "start again when the cause is gone: it goes on where it stopped";
    match failure {
        Failure::Server(error, _) => {
            Error::new(ErrorKind::GaveUp, format!("no success after {failures} attempts"))
                .server(error.clone())
                .remedy(remedy)
        }
        Failure::Lost(why) => {
            Error::new(ErrorKind::GaveUp, format!("no success after {failures} attempts: {why}"))
                .remedy(remedy)
        }
    }
}

/// A connection that was lent has ended, and there is no other.
pub(super) fn connection_ended() -> Error {
    Error::new(ErrorKind::ConnectionEnded, "the connection that was lent has ended")
        .remedy("run again on another one: it goes on where this one stopped")
}

/// There is no connection; what to do about it the cause knows best.
pub(super) fn cannot_connect(cause: ConnectError, what: String, otherwise: &str) -> Error {
    let remedy = cause.what_to_do().unwrap_or(otherwise).to_owned();
    Error::new(ErrorKind::Connect, what).remedy(remedy).connect(cause)
}
