//! What this process has seen of its own run. The journal in the database is emptied as a migration completes, so
//! that the times of steps are known only to the run that took them.

use dsql_migrate::{Event, JobState};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// By version.
    pub(crate) migrations: BTreeMap<String, SeenMigration>,
    /// The other instance that this one waits for, and since when that migrates.
    pub(crate) waiting_for: Option<(String, String)>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct SeenMigration {
    /// Once it is applied.
    pub(crate) took: Option<Duration>,
    /// By number.
    pub(crate) steps: BTreeMap<usize, SeenStep>,
}

#[derive(Debug, Clone)]
pub(crate) struct SeenStep {
    since: Instant,
    took: Option<Duration>,
    pub(crate) attempts: u32,
    pub(crate) job: Option<(String, JobState)>,
}

impl SeenStep {
    /// How long it took, or has taken so far.
    pub(crate) fn time(&self) -> Duration {
        self.took.unwrap_or_else(|| self.since.elapsed())
    }

    pub(crate) fn is_done(&self) -> bool {
        self.took.is_some()
    }
}

impl Seen {
    pub(crate) fn note(&mut self, event: &Event) {
        match event {
            Event::LeaseWaiting { holder, since, .. } => {
                self.waiting_for = Some((holder.clone(), since.clone()));
            }
            Event::LeaseTaken { .. } | Event::RunFinished { .. } => self.waiting_for = None,
            Event::StepStarted { step, attempt, .. } => {
                self.step(&step.version, step.step).attempts = *attempt
            }
            Event::StepChecked { step, .. } => {
                self.step(&step.version, step.step);
            }
            Event::Job { step, job_id, state, .. } => {
                self.step(&step.version, step.step).job = Some((job_id.clone(), *state));
            }
            Event::StepFinished { step, elapsed, .. } => {
                self.step(&step.version, step.step).took = Some(*elapsed);
            }
            Event::MigrationFinished { version, elapsed, .. } => {
                self.migrations.entry(version.clone()).or_default().took = Some(*elapsed);
            }
            _ => {}
        }
    }

    fn step(&mut self, version: &str, number: usize) -> &mut SeenStep {
        let steps = &mut self.migrations.entry(version.to_owned()).or_default().steps;
        steps.entry(number).or_insert_with(|| SeenStep {
            since: Instant::now(),
            took: None,
            attempts: 0,
            job: None,
        })
    }
}
