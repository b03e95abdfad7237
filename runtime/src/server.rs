//! What DSQL says: every SQLSTATE and every server text that the runtime decides by, in one place.
//!
//! Sources: recorded probes of a cluster (September 2026) and the AWS documentation of the same months. Texts
//! are matched by the part that has not changed between recordings, and only where the SQLSTATE alone does not tell.

use crate::server_error::ServerError;

/// Serialization failure: every optimistic conflict, of rows (`OC000`) and of the catalog (`OC001`).
pub(crate) const SERIALIZATION_FAILURE: &str = "40001";
/// Two transactions wait for each other. DSQL has no locks to wait for; a PostgreSQL that stands in for it does.
pub(crate) const DEADLOCK: &str = "40P01";
/// Row conflict, where a layer in between passes DSQL's own code on as the SQLSTATE.
pub(crate) const ROW_CONFLICT: &str = "OC000";
/// Stale catalog, where a layer in between passes DSQL's own code on as the SQLSTATE.
pub(crate) const CATALOG_CONFLICT: &str = "OC001";
/// A lock was not to be had in time. DSQL has none to wait for; a PostgreSQL that stands in for it does.
pub(crate) const LOCK_NOT_AVAILABLE: &str = "55P03";
/// The relation is not there.
pub(crate) const UNDEFINED_TABLE: &str = "42P01";
/// The column is not there.
pub(crate) const UNDEFINED_COLUMN: &str = "42703";
/// The constraint, index, type, role or other object is not there.
pub(crate) const UNDEFINED_OBJECT: &str = "42704";
/// The role may not do this.
pub(crate) const INSUFFICIENT_PRIVILEGE: &str = "42501";
/// DSQL does not have it.
pub(crate) const FEATURE_NOT_SUPPORTED: &str = "0A000";
/// The function is not there.
pub(crate) const UNDEFINED_FUNCTION: &str = "42883";
/// A text is not what its type asks for.
const INVALID_TEXT: &str = "22P02";
/// Words that a record makes the server refuse as a number (22P02) when the lease row is not as we left it.
pub(crate) const LEASE_ROW_CHANGED: &str = "dsql-migrate: the lease row has changed";
/// A key is there already.
pub(crate) const UNIQUE_VIOLATION: &str = "23505";
/// Something inside the server, `server unavailable` among them.
pub(crate) const INTERNAL_ERROR: &str = "XX000";
/// The cluster has as many connections as it takes.
pub(crate) const TOO_MANY_CONNECTIONS: &str = "53300";
/// Connections are opened faster than the cluster takes them.
pub(crate) const CONNECTION_RATE: &str = "53400";
/// The token, or the role that it is for, was not accepted.
pub(crate) const INVALID_AUTHORIZATION: &str = "28000";
/// The password was not accepted, as PostgreSQL has it.
const INVALID_PASSWORD: &str = "28P01";

/// An object of that name is there already: table, column, other object, schema, function.
const DUPLICATES: [&str; 5] = ["42P07", "42701", "42710", "42P06", "42723"];
/// An object of that name is not there: table, column, other object, schema, function.
const MISSING: [&str; 5] = [UNDEFINED_TABLE, UNDEFINED_COLUMN, UNDEFINED_OBJECT, "3F000", "42883"];
/// The server is going away, or is not up yet.
const SHUTDOWN: [&str; 3] = ["57P01", "57P02", "57P03"];

impl ServerError {
    /// A conflict with another transaction: this one has surely not been applied.
    pub(crate) fn is_conflict(&self) -> bool {
        [SERIALIZATION_FAILURE, DEADLOCK, ROW_CONFLICT, CATALOG_CONFLICT, LOCK_NOT_AVAILABLE]
            .contains(&self.sqlstate.as_str())
    }

    /// Something of that name is there already.
    pub(crate) fn is_duplicate(&self) -> bool {
        DUPLICATES.contains(&self.sqlstate.as_str())
    }

    /// Something of that name is not there.
    pub(crate) fn is_missing(&self) -> bool {
        MISSING.contains(&self.sqlstate.as_str())
    }

    /// The server is stopping or starting.
    pub(crate) fn is_shutdown(&self) -> bool {
        SHUTDOWN.contains(&self.sqlstate.as_str())
    }

    /// `XX000 … server unavailable`, which AWS asks to retry (documentation of 2026-09-08).
    pub(crate) fn is_unavailable(&self) -> bool {
        self.sqlstate == INTERNAL_ERROR && self.message.contains("unavailable")
    }

    /// A record's own refusal, for the lease row is not as we left it: nothing was applied. The words should be in the
    /// message; where a server leaves them out, what fails to be a number there can be nothing else.
    pub(crate) fn is_changed_lease_row(&self, at_the_check: bool) -> bool {
        self.message.contains(LEASE_ROW_CHANGED) || (at_the_check && self.sqlstate == INVALID_TEXT)
    }

    /// The catalog, or a function of it, cannot be asked in this way: a feature that is refused, something of it that
    /// is not there, or no right to it.
    pub(crate) fn is_of_the_catalog(&self) -> bool {
        [FEATURE_NOT_SUPPORTED, UNDEFINED_TABLE, UNDEFINED_COLUMN, UNDEFINED_FUNCTION, INSUFFICIENT_PRIVILEGE]
            .contains(&self.sqlstate.as_str())
    }

    /// A right, a table or a column is lacking.
    pub(crate) fn lacks_a_table(&self) -> bool {
        [UNDEFINED_TABLE, UNDEFINED_COLUMN, INSUFFICIENT_PRIVILEGE].contains(&self.sqlstate.as_str())
    }

    /// Two sessions made the same table at the same moment: besides a conflict, PostgreSQL's catalog can
    /// answer that the relation is there, or that its own unique index has the key.
    pub(crate) fn is_creation_race(&self) -> bool {
        self.is_conflict() || self.is_duplicate() || self.sqlstate == UNIQUE_VIOLATION
    }

    /// `Signature expired:` stands in the hint when the token was too old (seen 2026-10).
    pub(crate) fn is_expired_token(&self) -> bool {
        let says = |text: &Option<String>| text.as_deref().is_some_and(|text| text.contains("expired"));
        self.sqlstate == INVALID_AUTHORIZATION
            && (says(&self.hint) || says(&self.detail) || self.message.contains("expired"))
    }

    /// The role is not let in with this token or password. A token for another action was once answered with
    /// 08006 and the same words (seen 2026-09).
    pub(crate) fn is_denied(&self) -> bool {
        [INVALID_AUTHORIZATION, INVALID_PASSWORD].contains(&self.sqlstate.as_str())
            || self.message.contains("access denied")
    }

    /// `waking up cluster, please retry later`: the cluster was idle and is starting (seen 2026-10).
    pub(crate) fn is_waking_up(&self) -> bool {
        self.message.contains("waking up cluster")
    }
}

/// A row of `sys.jobs`. The status is lower case on the cluster; a runner that compared with capitals never saw one end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JobRow {
    pub(crate) id: String,
    pub(crate) status: String,
    pub(crate) details: Option<String>,
}

impl JobRow {
    /// Whether the job still has something to do.
    pub(crate) fn is_running(&self) -> bool {
        !self.is_failed() && !self.is_completed()
    }

    /// Whether the job ended and did not do it.
    pub(crate) fn is_failed(&self) -> bool {
        self.status.eq_ignore_ascii_case("failed")
    }

    /// Whether the job says that it ended well, which does not prove that its object is there.
    pub(crate) fn is_completed(&self) -> bool {
        self.status.eq_ignore_ascii_case("completed")
    }
}

/// Whether the rows themselves made the job fail, so that only a person can help: duplicates under a unique
/// index, rows that break a constraint.
pub(crate) fn data_is_at_fault(details: &str) -> bool {
    let details = details.to_ascii_lowercase();
    details.contains("duplicate key") || details.contains("violat")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(sqlstate: &str, message: &str, hint: Option<&str>) -> ServerError {
        ServerError {
            sqlstate: sqlstate.into(),
            message: message.into(),
            detail: None,
            hint: hint.map(str::to_owned),
        }
    }

    #[test]
    fn the_recorded_answers_are_told_apart() {
        assert!(error("40001", "change conflicts with another transaction (OC000)", None).is_conflict());
        assert!(error("OC001", "schema has been updated by another transaction (OC001)", None).is_conflict());
        assert!(error("XX000", "server unavailable", None).is_unavailable());
        assert!(!error("XX000", "could not open relation", None).is_unavailable());
        let denied = "unable to accept connection, access denied";
        assert!(error("28000", denied, Some("Signature expired: 20261121T0000Z")).is_expired_token());
        assert!(!error("28000", denied, None).is_expired_token());
    }

    #[test]
    fn what_rows_are_to_blame_for() {
        assert!(data_is_at_fault("found duplicate key(s) while validating index uniqueness"));
        assert!(data_is_at_fault("Found duplicate key while validating index for UCVs"));
        assert!(data_is_at_fault("check constraint \"c\" is violated by some row"));
        assert!(!data_is_at_fault("relation \"public.t\" does not exist"));
    }
}
