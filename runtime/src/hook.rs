//! What a caller wants done once everything is applied.

use crate::report::AppliedNow;
use crate::retry::{Disposition, Failure, RetryState, disposition};
use crate::retry_policy::Retry;
use crate::server_error::ServerError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::Client;

/// What a hook may fail with.
pub type HookError = Box<dyn std::error::Error + Send + Sync>;

/// What a hook gives back: `Box::pin(async move { … })`.
pub type HookFuture<'a> = Pin<Box<dyn Future<Output = Result<(), HookError>> + Send + 'a>>;

/// What the hook of [`crate::Options::after_migrate`] works with.
pub struct Hook<'a> {
    client: &'a Client,
    applied: &'a [AppliedNow],
    retry: Retry,
    limit: Duration,
}

impl<'a> Hook<'a> {
    pub(crate) fn new(client: &'a Client, applied: &'a [AppliedNow], retry: Retry, limit: Duration) -> Self {
        Self { client, applied, retry, limit }
    }

    /// A connection of the run's role that no migration's setting has touched. With a connector it is closed after
    /// the hook; a connection that was lent ([`crate::Runner::run_on`]) is the lent one, so leave no transaction open.
    #[must_use]
    pub fn client(&self) -> &'a Client {
        self.client
    }

    /// What this run has applied, in order. Empty where an earlier run applied it and did not get to its hook.
    #[must_use]
    pub fn applied(&self) -> &'a [AppliedNow] {
        self.applied
    }

    /// Runs one statement in a transaction of its own, again whenever it conflicts with another transaction, as
    /// [`Retry`] says. It may run twice when an answer is lost, so it must do no harm then, as a `GRANT` does none.
    ///
    /// # Errors
    /// What the server refused finally, or that the connection has ended. Give it back from the hook: it is then
    /// called again on a new connection where that may help.
    pub async fn execute(&self, sql: &str) -> Result<(), HookError> {
        let mut retry = RetryState::new(self.retry);
        loop {
            let error = match tokio::time::timeout(self.limit, self.client.batch_execute(sql)).await {
                Ok(Ok(())) => return Ok(()),
                Ok(Err(error)) => error,
                Err(_) => return Err(Box::new(NoAnswer(self.limit))),
            };
            let failure = failure(&error);
            let again = disposition(&failure) == Disposition::Retry;
            match retry.after_failure(&failure).filter(|_| again) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(Box::new(error)),
            }
        }
    }
}

impl fmt::Debug for Hook<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hook").field("applied", &self.applied).finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct NoAnswer(Duration);

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no answer within {:?}", self.0)
    }
}

impl std::error::Error for NoAnswer {}

fn failure(error: &tokio_postgres::Error) -> Failure {
    match error.as_db_error() {
        Some(server) => Failure::Server(ServerError::from(server), 0),
        None => Failure::Lost(crate::retry::with_causes(error)),
    }
}

/// What a hook's error says of the way to the server; `None` when it is the hook's own affair.
pub(crate) fn cause(error: &HookError) -> Option<Failure> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&**error);
    while let Some(current) = cause {
        if let Some(error) = current.downcast_ref::<tokio_postgres::Error>() {
            return Some(failure(error));
        }
        if let Some(error) = current.downcast_ref::<NoAnswer>() {
            return Some(Failure::Lost(error.to_string()));
        }
        cause = current.source();
    }
    None
}

type Call = dyn for<'a> Fn(Hook<'a>) -> HookFuture<'a> + Send + Sync;

/// The hook of [`crate::Options::after_migrate`].
#[derive(Clone)]
pub(crate) struct AfterMigrate(pub(crate) Arc<Call>);

impl fmt::Debug for AfterMigrate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AfterMigrate")
    }
}
