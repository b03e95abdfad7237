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

/// How long before the function's end a run begins to stop. What has been sent is waited for, which on DSQL takes well under a
/// second for DDL, and up to five minutes where there is no answer.
const MARGIN: Duration = Duration::from_secs(15);
/// How long before the function's end its answer is due, whatever is under way. It is left as if the process had been killed: the
/// next run proves what became of it.
const LAST: Duration = Duration::from_secs(3);

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
        (Ok(action), Ok(database)) => {
            let work = action.perform(&MIGRATIONS, database, without(MARGIN, left));
            tokio::time::timeout(without(LAST, left), work).await.unwrap_or_else(|over| Err(over.into()))
        }
        (Err(failure), _) => Err(failure),
        (_, Err(error)) => Err(error.clone().into()),
    };
    if let Err(failure) = &outcome {
        tracing::error!(kind = failure.kind, "{}", failure.message);
    }
    outcome
}

/// The time that is left without a margin, which is smaller where that is less than a minute.
fn without(margin: Duration, left: Duration) -> Duration {
    left.saturating_sub(margin.mul_f64((left.as_secs_f64() / 60.0).min(1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_margin_is_left_however_short_the_time() {
        let seconds = Duration::from_secs;
        let both = |left| (without(MARGIN, left), without(LAST, left));
        assert_eq!(both(seconds(900)), (seconds(885), seconds(897)));
        assert_eq!(both(seconds(60)), (seconds(45), seconds(57)));
        assert_eq!(both(seconds(20)), (seconds(15), seconds(19)));
        assert_eq!(both(Duration::ZERO), (Duration::ZERO, Duration::ZERO));
    }
}
