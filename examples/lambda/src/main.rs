//! A Lambda function that migrates a cluster while a stack is deployed, between making the cluster and what uses it.
//!
//! Invoked with `{"action": "migrate" | "status" | "dry-run"}`; nothing, as CDK's triggers send, is `migrate`. It answers with
//! JSON; whatever goes wrong fails the invocation, and with it the deployment. `DSQL_ENDPOINT` says where; the function's
//! role gives the credentials.

mod action;
mod failure;

use action::{Action, Answer};
use dsql_migrate::{ConnectError, Dsql, Migrations, embed_migrations};
use failure::Failure;
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;
use std::time::{Duration, SystemTime};
use tracing_subscriber::EnvFilter;

static MIGRATIONS: Migrations = embed_migrations!("../../migrations");

/// How long before the function's end a run begins to stop. A DDL statement that is under way has to be waited for, and takes
/// well under a second on DSQL; everything else is left at once.
const MARGIN: Duration = Duration::from_secs(15);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    // Lambda adds the time to each line.
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into()))
        .with_ansi(false)
        .without_time()
        .init();
    // Kept between invocations, as are the credentials in it. What is wrong with it is said to who invokes.
    let database = Dsql::from_env();
    lambda_runtime::run(service_fn(|event| handle(event, &database))).await
}

async fn handle(event: LambdaEvent<Value>, database: &Result<Dsql, ConnectError>) -> Result<Answer, Failure> {
    let left = event.context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
    let outcome = match (Action::read(&event.payload), database) {
        (Ok(action), Ok(database)) => action.perform(&MIGRATIONS, database, working_time(left)).await,
        (Err(failure), _) => Err(failure),
        (_, Err(error)) => Err(error.clone().into()),
    };
    if let Err(failure) = &outcome {
        tracing::error!(kind = failure.kind, "{}", failure.message);
    }
    outcome
}

/// How much of the time that is left may be worked: all but the margin, which is smaller where little is left.
fn working_time(left: Duration) -> Duration {
    left.saturating_sub(MARGIN.min(left / 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_margin_is_left_however_short_the_time() {
        let seconds = Duration::from_secs;
        assert_eq!(working_time(seconds(900)), seconds(885));
        assert_eq!(working_time(seconds(8)), seconds(6));
        assert_eq!(working_time(Duration::ZERO), Duration::ZERO);
    }
}
