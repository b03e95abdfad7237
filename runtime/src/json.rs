//! The JSON shapes that are not what a derive makes of the types.

use crate::error::{Error, ErrorKind};
use crate::server_error::ServerError;
use crate::status::{LeaseStatus, MigrationStatus, Status, UnknownMigration};
use serde::{Serialize, Serializer};

/// With the answer to the first question that a reader has, which reading it back leaves out.
#[derive(Serialize)]
struct Shown<'s> {
    current: bool,
    migrations: &'s [MigrationStatus],
    unknown: &'s [UnknownMigration],
    lease: Option<&'s LeaseStatus>,
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Shown {
            current: self.is_current(),
            migrations: &self.migrations,
            unknown: &self.unknown,
            lease: self.lease.as_ref(),
        }
        .serialize(to)
    }
}

#[derive(Serialize)]
struct Told<'e> {
    kind: ErrorKind,
    message: String,
    what: &'e str,
    file: Option<&'e str>,
    version: Option<&'e str>,
    step: Option<usize>,
    line: Option<u32>,
    statement: Option<&'e str>,
    server: Option<&'e ServerError>,
    now: Option<&'e str>,
    remedy: Option<&'e str>,
}

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Told {
            kind: self.kind(),
            message: self.to_string(),
            what: self.what(),
            file: self.file(),
            version: self.version(),
            step: self.step(),
            line: self.line(),
            statement: self.statement(),
            server: self.server_error(),
            now: self.now_true(),
            remedy: self.what_to_do(),
        }
        .serialize(to)
    }
}

#[cfg(test)]
mod tests {
    use crate::progress::{Event, JobState, StepRef};
    use crate::report::{AppliedNow, Report};
    use crate::status::{
        DryRun, LeaseStatus, MigrationStatus, PlannedMigration, PlannedStatement, PlannedStep, StartedStep,
        State, Status,
    };
    use crate::{Error, ErrorKind, Kind, ServerError};
    use dsql_migrate_plan::MigrationKind;
    use serde_json::{Value, json};
    use std::time::Duration;

    /// Whoever parses one of these goes by it: fields may be added, none may change.
    #[test]
    fn a_report() {
        let applied = AppliedNow {
            version: "0001".into(),
            name: "items".into(),
            file: "migrations/0001_items.sql".into(),
            duration: Duration::from_micros(12_900),
            adopted: false,
        };
        let report = Report {
            applied: vec![applied],
            already_applied: vec!["0000".into()],
            duration: Duration::from_secs(2),
            ..Report::default()
        };
        let value = serde_json::to_value(&report).expect("it can be written");
        assert_eq!(
            value,
            json!({
                "applied": [{"version": "0001", "name": "items", "file": "migrations/0001_items.sql", "duration_ms": 12, "adopted": false}],
                "already_applied": ["0000"],
                "held_back": [],
                "duration_ms": 2000,
            })
        );
        let read: Report = serde_json::from_value(value).expect("it can be read");
        assert_eq!(read.applied[0].duration, Duration::from_millis(12));
    }

    #[test]
    fn a_status() {
        let migration = |version: &str, state: State| MigrationStatus {
            version: version.into(),
            name: "m".into(),
            file: format!("{version}_m.sql"),
            kind: MigrationKind::Ordinary,
            state,
        };
        let status = Status {
            migrations: vec![
                migration("1", State::Applied { at: "then".into(), adopted: false }),
                migration("2", State::Edited { at: "then".into(), applied: "aa".into(), now: "bb".into() }),
                migration(
                    "3",
                    State::InFlight {
                        done: 1,
                        steps: 2,
                        started: vec![StartedStep { step: 2, line: Some(4), job_id: None }],
                    },
                ),
                migration("4", State::Pending),
                MigrationStatus {
                    kind: MigrationKind::Always,
                    ..migration("5", State::Outdated { at: "then".into() })
                },
            ],
            unknown: Vec::new(),
            lease: Some(LeaseStatus { holder: "host/1/ff".into(), since: "then".into(), seconds_left: 9 }),
        };
        let value = serde_json::to_value(&status).expect("it can be written");
        assert_eq!(
            value,
            json!({
                "current": false,
                "migrations": [
                    {"version": "1", "name": "m", "file": "1_m.sql", "kind": "ordinary", "state": "applied", "applied_at": "then", "adopted": false},
                    {"version": "2", "name": "m", "file": "2_m.sql", "kind": "ordinary", "state": "edited", "applied_at": "then",
                     "applied_checksum": "aa", "checksum": "bb"},
                    {"version": "3", "name": "m", "file": "3_m.sql", "kind": "ordinary", "state": "in_flight", "steps_done": 1, "steps": 2,
                     "started": [{"step": 2, "line": 4, "job_id": null}]},
                    {"version": "4", "name": "m", "file": "4_m.sql", "kind": "ordinary", "state": "pending"},
                    {"version": "5", "name": "m", "file": "5_m.sql", "kind": "always", "state": "outdated",
                     "applied_at": "then"},
                ],
                "unknown": [],
                "lease": {"holder": "host/1/ff", "since": "then", "seconds_left": 9},
            })
        );
        assert_eq!(serde_json::from_value::<Status>(value).expect("it can be read"), status);
    }

    #[test]
    fn a_dry_run() {
        let step = PlannedStep {
            step: 1,
            kind: Kind::Dml,
            statements: vec![PlannedStatement { line: 3, sql: "DELETE FROM t".into() }],
            started: false,
        };
        let dry = DryRun {
            pending: vec![PlannedMigration {
                version: "1".into(),
                name: "m".into(),
                file: "1_m.sql".into(),
                kind: MigrationKind::Baseline,
                steps: vec![step],
            }],
            held_back: vec!["2".into()],
        };
        let value = serde_json::to_value(&dry).expect("it can be written");
        assert_eq!(
            value,
            json!({
                "pending": [{"version": "1", "name": "m", "file": "1_m.sql", "kind": "baseline", "steps": [
                    {"step": 1, "kind": "dml", "statements": [{"line": 3, "sql": "DELETE FROM t"}], "started": false},
                ]}],
                "held_back": ["2"],
            })
        );
        assert_eq!(serde_json::from_value::<DryRun>(value).expect("it can be read"), dry);
    }

    #[test]
    fn an_event() {
        let event = Event::Job {
            step: StepRef { version: "1".into(), step: 2, steps: 3, line: 4, kind: Kind::AsyncDdl },
            job_id: "abc".into(),
            object: "index i on t".into(),
            state: JobState::Running,
            details: None,
            elapsed: Duration::from_millis(1500),
        };
        let value = serde_json::to_value(&event).expect("it can be written");
        assert_eq!(
            value,
            json!({
                "event": "job", "version": "1", "step": 2, "steps": 3, "line": 4, "kind": "async_ddl",
                "job_id": "abc", "object": "index i on t", "state": "running", "details": null, "elapsed_ms": 1500,
            })
        );
        assert_eq!(serde_json::from_value::<Event>(value).expect("it can be read"), event);
    }

    #[test]
    fn an_error() {
        let server =
            ServerError { sqlstate: "0A000".into(), message: "unsupported".into(), detail: None, hint: None };
        let error = Error::new(ErrorKind::JobFailed, "it failed").server(server).remedy("mend it");
        let value = serde_json::to_value(&error).expect("it can be written");
        assert_eq!(
            value,
            json!({
                "kind": "job_failed",
                "message": "it failed\n  server: 0A000 unsupported\n  do: mend it",
                "what": "it failed",
                "file": null, "version": null, "step": null, "line": null, "statement": null,
                "server": {"sqlstate": "0A000", "message": "unsupported", "detail": null, "hint": null},
                "now": null,
                "remedy": "mend it",
            })
        );
    }

    #[test]
    fn words_are_the_same_in_logs_and_json() {
        for kind in [Kind::Ddl, Kind::AsyncDdl, Kind::Dml] {
            assert_eq!(json!(kind), Value::from(kind.as_str()));
        }
        for state in [JobState::Started, JobState::Running, JobState::Succeeded, JobState::Failed] {
            assert_eq!(json!(state), Value::from(state.as_str()));
        }
        for cause in [
            crate::RetryCause::NotConnected,
            crate::RetryCause::Conflict,
            crate::RetryCause::AnswerLost,
            crate::RetryCause::LeaseChanged,
        ] {
            assert_eq!(json!(cause), Value::from(cause.as_str()));
        }
        for found in [
            crate::Found::Happened,
            crate::Found::Absent,
            crate::Found::Building,
            crate::Found::Broken,
            crate::Found::Different,
            crate::Found::CannotTell,
        ] {
            assert_eq!(json!(found), Value::from(found.as_str()));
        }
    }
}
