//! What fails an invocation.

use dsql_migrate::{ConnectError, Error, ErrorKind};
use lambda_runtime::Diagnostic;
use tokio::time::error::Elapsed;

/// Becomes `{"errorType": kind, "errorMessage": message}`, which Terraform and CDK show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// For programs: a kind of [`dsql_migrate::ErrorKind`] in snake case, `deadline`, `action` or `connect`.
    pub(crate) kind: String,
    /// For people: what, where, what is true now and what to do.
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(kind: &str, message: impl Into<String>) -> Self {
        Self { kind: kind.into(), message: message.into() }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        // Nothing else asks a run to stop here.
        if error.kind() == ErrorKind::Interrupted {
            return Self::new(
                "deadline",
                "the function's time is nearly over: what was applied is recorded, and the next invocation goes on where \
                 this one stopped",
            );
        }
        let kind = serde_json::to_value(error.kind()).ok();
        let kind = kind.as_ref().and_then(|kind| kind.as_str()).unwrap_or("error");
        Self::new(kind, error.to_string())
    }
}

impl From<Elapsed> for Failure {
    fn from(_: Elapsed) -> Self {
        Self::new(
            "deadline",
            "the function's time is over, and the database has not answered: what was applied is recorded, and the next \
             invocation proves what became of the statement that was under way, once the lease is over (a minute at most)",
        )
    }
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        Self::new("connect", error.to_string())
    }
}

impl From<Failure> for Diagnostic {
    fn from(failure: Failure) -> Self {
        Self { error_type: failure.kind, error_message: failure.message }
    }
}
