//! What an invocation asks for, and the answer.

use crate::failure::Failure;
use dsql_migrate::{Connector, DryRun, Migrations, Options, Report, Retry, Status};
use serde::Serialize;
use serde_json::Value;
use std::time::Duration;

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Applies what is pending.
    Migrate,
    /// Tells how the database stands.
    Status,
    /// Tells what would be applied.
    DryRun,
}

/// What was done or found, under the name of the action.
#[derive(Debug, Serialize)]
#[serde(tag = "action", rename_all = "kebab-case")]
pub(crate) enum Answer {
    Migrate(Report),
    Status(Status),
    DryRun(DryRun),
}

impl Action {
    /// Reads an invocation's payload. One that names no action must be empty: a mistaken test event migrates nothing.
    pub(crate) fn read(payload: &Value) -> Result<Self, Failure> {
        let empty = payload.is_null() || payload.as_object().is_some_and(serde_json::Map::is_empty);
        match payload.get("action").and_then(Value::as_str) {
            None if empty => Ok(Self::Migrate),
            Some("migrate") => Ok(Self::Migrate),
            Some("status") => Ok(Self::Status),
            Some("dry-run") => Ok(Self::DryRun),
            _ => Err(Failure::new("action", r#"expected {"action": "migrate"}, "status" or "dry-run""#)),
        }
    }

    /// Does it. Migrating begins to stop when `time` is over, and nothing is tried again for longer than that.
    pub(crate) async fn perform<C: Connector>(
        self,
        migrations: &Migrations,
        database: &C,
        time: Duration,
    ) -> Result<Answer, Failure> {
        let retry = Retry::default();
        let options = Options::default().retry(retry.total(retry.total.min(time)));
        let runner = migrations.with(options);
        Ok(match self {
            Self::Migrate => Answer::Migrate(runner.run_until(database, tokio::time::sleep(time)).await?),
            Self::Status => Answer::Status(runner.status(database).await?),
            Self::DryRun => Answer::DryRun(runner.dry_run(database).await?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_an_empty_event_means_migrate_without_saying_so() {
        for (payload, action) in [
            (json!(null), Some(Action::Migrate)),
            (json!({}), Some(Action::Migrate)),
            (json!({"action": "migrate", "tf": {"action": "create"}}), Some(Action::Migrate)),
            (json!({"action": "status"}), Some(Action::Status)),
            (json!({"action": "dry-run"}), Some(Action::DryRun)),
            (json!({"action": "destroy"}), None),
            (json!({"key1": "value1"}), None),
            (json!([]), None),
            (json!("migrate"), None),
        ] {
            assert_eq!(Action::read(&payload).ok(), action, "{payload}");
        }
    }
}
