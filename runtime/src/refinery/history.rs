//! Rows of `refinery_schema_history`.

use refinery_core::{Migration, SchemaVersion};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::error::{Error, ErrorKind};
use crate::server::UNDEFINED_TABLE;
use crate::server_error::ServerError;
use crate::shell::Answer;

/// How to take an answer.
pub(super) struct History {
    /// Whether a table that is not there is an empty one.
    pub(super) may_be_missing: bool,
}

impl History {
    pub(super) fn read(&self, answer: Result<Answer, ServerError>) -> Result<Vec<Migration>, Error> {
        match answer {
            Ok(answer) => answer
                .rows
                .iter()
                .map(|row| {
                    migration(row)
                        .ok_or_else(|| unreadable(&format!("a row that refinery would not write: {row:?}")))
                })
                .collect(),
            Err(error) if self.may_be_missing && error.sqlstate == UNDEFINED_TABLE => Ok(Vec::new()),
            Err(error) => Err(unreadable("refinery's table cannot be read").server(error)),
        }
    }
}

fn unreadable(what: &str) -> Error {
    Error::new(ErrorKind::Bookkeeping, what).now("nothing was changed").remedy("look at refinery's table")
}

/// Version, name, time and checksum.
fn migration(row: &[Option<String>]) -> Option<Migration> {
    let [Some(version), Some(name), Some(time), Some(checksum)] = row else { return None };
    let version: SchemaVersion = version.parse().ok()?;
    let time = OffsetDateTime::parse(time, &Rfc3339).ok()?;
    Some(Migration::applied(version, name.clone(), time, checksum.parse().ok()?))
}
