//! What is shown while it runs: bars at a terminal, lines in a log.

use dsql_migrate::{Event, JobState, Progress};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How often the log is told of a job that goes on.
const EVERY: Duration = Duration::from_secs(15);

/// A line for what is worth one.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// When a job, by its id, was last told of.
    told: Mutex<HashMap<String, Duration>>,
}

impl Progress for Lines {
    fn event(&self, event: &Event) {
        if self.is_news(event)
            && let Some(line) = line(event)
        {
            eprintln!("{line}");
        }
    }
}

impl Lines {
    fn is_news(&self, event: &Event) -> bool {
        let Event::Job { job_id, state: JobState::Running, elapsed, .. } = event else { return true };
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let last = told.entry(job_id.clone()).or_default();
        let news = elapsed.saturating_sub(*last) >= EVERY;
        if news {
            *last = *elapsed;
        }
        news
    }
}

/// An event in words; none for those that say nothing to people.
fn line(event: &Event) -> Option<String> {
    Some(match event {
        Event::MigrationStarted { file, steps: 1, .. } => format!("{file}: 1 step"),
        Event::MigrationStarted { file, steps, .. } => format!("{file}: {steps} steps"),
        Event::StepFinished { step, elapsed, .. } => {
            format!("{}: step {} of {} done in {elapsed:.1?}", step.version, step.step, step.steps)
        }
        Event::Job { step, object, state: JobState::Started, .. } => {
            format!("{}: {object}: job started", step.version)
        }
        Event::Job { step, object, state, elapsed, details, .. } => {
            let details = details.as_ref().map(|details| format!(": {details}")).unwrap_or_default();
            format!("{}: {object}: job {} after {elapsed:.1?}{details}", step.version, state.as_str())
        }
        Event::MigrationFinished { file, elapsed, .. } => format!("{file}: applied in {elapsed:.1?}"),
        Event::LeaseWaiting { holder, elapsed, .. } => {
            format!("{holder} is migrating; waiting since {elapsed:.0?}")
        }
        Event::Retrying { why, failures, pause, .. } => {
            format!("{why}; attempt {} in {pause:.1?}", failures.saturating_add(1))
        }
        _ => return None,
    })
}

/// A bar for all migrations, one for the steps of the current one, and what it waits for, with the time that each has taken.
#[derive(Debug)]
pub(crate) struct Bars {
    screen: MultiProgress,
    all: ProgressBar,
    current: ProgressBar,
    wait: ProgressBar,
}

impl Bars {
    /// For that many migrations.
    pub(crate) fn new(pending: usize) -> Self {
        let screen = MultiProgress::new();
        let bar = |length: usize, style: &str| {
            let bar = ProgressBar::new(u64::try_from(length).unwrap_or(u64::MAX));
            // The templates are constants; without a style of ours a bar looks otherwise and works.
            if let Ok(style) = ProgressStyle::with_template(style) {
                bar.set_style(style.progress_chars("=> "));
            }
            let bar = screen.add(bar);
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        };
        let all = bar(pending, "{elapsed_precise} [{bar:30}] {pos}/{len} migrations");
        let current = bar(0, "{elapsed_precise} [{bar:30}] {pos}/{len} steps  {msg}");
        let wait = bar(0, "{elapsed_precise} {spinner} {msg}");
        Self { screen, all, current, wait }
    }
}

impl Progress for Bars {
    fn event(&self, event: &Event) {
        match event {
            Event::MigrationStarted { file, steps, .. } => {
                self.current.reset();
                self.current.set_length(u64::try_from(*steps).unwrap_or(u64::MAX));
                self.current.set_message(file.clone());
            }
            Event::StepStarted { step, .. } => {
                self.wait.reset_elapsed();
                self.wait.set_message(format!("line {}", step.line));
            }
            Event::Job { object, state, elapsed, .. } => {
                self.wait.set_message(format!("{object}: job {} for {elapsed:.0?}", state.as_str()));
            }
            Event::StepFinished { .. } => self.current.inc(1),
            Event::MigrationFinished { .. } => {
                self.all.inc(1);
                self.above(event);
            }
            Event::LeaseWaiting { .. } => self.wait.set_message(line(event).unwrap_or_default()),
            Event::Retrying { .. } => self.above(event),
            Event::RunFinished { .. } | Event::RunFailed { .. } => {
                for bar in [&self.wait, &self.current, &self.all] {
                    bar.finish_and_clear();
                }
            }
            _ => {}
        }
    }
}

impl Bars {
    /// A line that stays, above the bars.
    fn above(&self, event: &Event) {
        if let Some(line) = line(event) {
            // Only a terminal that is gone fails here.
            let _ = self.screen.println(line);
        }
    }
}
