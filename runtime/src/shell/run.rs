//! The loop of a run: ask the machine, do it, tell the machine.

use super::perform::Shell;
use super::source::Source;
use crate::connector::Connector;
use crate::core::{Action, End, Machine, Outcome, Review, Write};
use crate::error::{Error, ErrorKind};
use crate::options::Options;
use crate::report::{AppliedNow, Report};
use crate::status::Tables;
use dsql_migrate_plan::Plan;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::future::Future;
use std::pin::pin;
use std::time::Instant;

/// Applies what is pending, or stops in good order once `stop` is ready.
pub(crate) async fn drive<C: Connector>(
    source: Source<'_, C>,
    options: &Options,
    plan: &Plan,
    stop: impl Future<Output = ()>,
) -> Result<Report, Error> {
    let started = Instant::now();
    let mut machine = Machine::new(plan, &options.policies);
    let mut shell = Shell::new(source, options, plan);
    let mut log = Log { plan, begun: BTreeMap::new(), applied: Vec::new() };
    let mut stop = pin!(stop);
    let mut stopping = false;
    loop {
        let action = machine.next();
        if action == Action::Stop {
            break;
        }
        log.begin(&action);
        let outcome = if stopping || !can_be_left(&action) {
            shell.perform(&action, machine.held()).await
        } else {
            tokio::select! {
                biased;
                () = &mut stop => {
                    stopping = true;
                    shell.hang_up();
                    machine.stop(interrupted());
                    continue;
                }
                outcome = shell.perform(&action, machine.held()) => outcome,
            }
        };
        match outcome {
            Ok(outcome) => {
                log.end(&action, &outcome);
                machine.observe(outcome);
            }
            Err(error) => machine.stop(error),
        }
    }
    shell.leave().await;
    match machine.end() {
        Some(End::Done(review)) => Ok(log.report(&review, started)),
        Some(End::Failed(error)) => {
            tracing::error!("{error}");
            Err(error)
        }
        None => Err(Error::internal("a run has stopped and not ended")),
    }
}

/// Whether an action may be left in the middle: what is fenced comes to nothing once the lease is released, but a
/// DDL statement would go on.
fn can_be_left(action: &Action) -> bool {
    !matches!(action, Action::Execute(_) | Action::Clean(_) | Action::Create(_) | Action::Release)
}

fn interrupted() -> Error {
    Error::new(ErrorKind::Interrupted, "the run was asked to stop")
        .now("what was applied is recorded, and the lease is given back")
        .remedy("run again: it goes on where it stopped")
}

/// Reads the ledger and compares, without changing anything.
pub(crate) async fn inspect_only<C: Connector>(
    source: Source<'_, C>,
    options: &Options,
    plan: &Plan,
) -> Result<Review, Error> {
    let mut shell = Shell::new(source, options, plan);
    let ledger = shell.ledger_only().await?;
    crate::core::review(plan, &options.policies, &ledger, None)
}

/// Reads ledger, journal and lease as far as they are there and may be read, without changing anything.
pub(crate) async fn read_tables<C: Connector>(
    source: Source<'_, C>,
    options: &Options,
    plan: &Plan,
) -> Result<Tables, Error> {
    Shell::new(source, options, plan).tables().await
}

/// What people are told, and what the report says.
struct Log<'a> {
    plan: &'a Plan,
    begun: BTreeMap<usize, Instant>,
    applied: Vec<AppliedNow>,
}

impl Log<'_> {
    fn begin(&mut self, action: &Action) {
        let (Action::Execute(id) | Action::Rows(id, _) | Action::Prove(id)) = action else { return };
        let migration = &self.plan.migrations[id.migration];
        if let Entry::Vacant(first) = self.begun.entry(id.migration) {
            first.insert(Instant::now());
            tracing::info!(
                version = &*migration.version,
                name = &*migration.name,
                steps = migration.steps.len(),
                "applying {}",
                migration.file
            );
        }
        if let Action::Prove(_) = action {
            tracing::info!(
                version = &*migration.version,
                step = id.step + 1,
                "was started before and its end not seen: asking the catalog"
            );
        } else {
            tracing::debug!(version = &*migration.version, step = id.step + 1, "running a step");
        }
    }

    fn end(&mut self, action: &Action, outcome: &Outcome) {
        let (Action::Record(writes) | Action::Rows(_, writes), Outcome::Recorded) = (action, outcome) else {
            return;
        };
        for write in writes {
            let Write::Complete(position) = write else { continue };
            let migration = &self.plan.migrations[*position];
            let duration = self.begun.get(position).map(Instant::elapsed).unwrap_or_default();
            tracing::info!(
                version = &*migration.version,
                name = &*migration.name,
                ?duration,
                "applied {}",
                migration.file
            );
            self.applied.push(AppliedNow {
                version: migration.version.to_string(),
                name: migration.name.to_string(),
                file: migration.file.to_string(),
                duration,
            });
        }
    }

    fn report(self, review: &Review, started: Instant) -> Report {
        let version = |position: &usize| self.plan.migrations[*position].version.to_string();
        let ours = |version: &String| self.applied.iter().any(|applied| applied.version == *version);
        Report {
            already_applied: review.applied.iter().map(version).filter(|version| !ours(version)).collect(),
            held_back: review.held_back.iter().map(version).collect(),
            applied: self.applied,
            duration: started.elapsed(),
        }
    }
}
