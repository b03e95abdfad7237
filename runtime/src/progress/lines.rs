//! Events in words.

use super::{Event, JobState, Progress, RetryCause};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How often is told of what goes on.
const EVERY: Duration = Duration::from_secs(15);

impl Event {
    /// The event in words, on one line; none for an event that says nothing to people.
    #[must_use]
    pub fn line(&self) -> Option<String> {
        Some(match self {
            Self::MigrationStarted { file, steps: 1, .. } => format!("{file}: 1 step"),
            Self::MigrationStarted { file, steps, .. } => format!("{file}: {steps} steps"),
            Self::StepFinished { step, elapsed, .. } => {
                format!("{}: step {} of {} done in {elapsed:.1?}", step.version, step.step, step.steps)
            }
            Self::Job { step, object, state: JobState::Started, .. } => {
                format!("{}: {object}: job started", step.version)
            }
            Self::Job { step, object, state, elapsed, details, .. } => {
                let details = details.as_ref().map(|details| format!(": {details}")).unwrap_or_default();
                format!("{}: {object}: job {} after {elapsed:.1?}{details}", step.version, state.as_str())
            }
            Self::MigrationFinished { file, elapsed, .. } => format!("{file}: applied in {elapsed:.1?}"),
            Self::LeaseWaiting { holder, since, elapsed, .. } => {
                format!(
                    "{holder} is migrating since {since} (server time); waiting for {} s",
                    elapsed.as_secs()
                )
            }
            Self::Retrying { why, failures, pause, .. } => {
                format!("{why}; attempt {} in {pause:.1?}", failures.saturating_add(1))
            }
            _ => return None,
        })
    }
}

/// A [`Progress`] that has a line written for what is worth one: for logs, and for terminals without bars. What
/// goes on, a job or the wait for another instance, has one every 15 seconds; of conflicts in a row every tenth.
///
/// ```
/// use dsql_migrate::{Lines, Options};
///
/// let options = Options::default().progress(Lines::new(|line| eprintln!("{line}")));
/// # let _ = options;
/// ```
pub struct Lines<W> {
    write: W,
    /// When it was last told of, by what it is: a job's id, or nothing for the lease.
    told: Mutex<HashMap<String, Duration>>,
}

impl<W: Fn(&str) + Send + Sync> Lines<W> {
    /// With what writes a line; the line has no end of line.
    pub fn new(write: W) -> Self {
        Self { write, told: Mutex::default() }
    }

    fn is_news(&self, event: &Event) -> bool {
        let (what, elapsed) = match event {
            // Conflicts are ordinary: one is told of when it does not go away.
            Event::Retrying { cause: RetryCause::Conflict | RetryCause::LeaseChanged, failures, .. } => {
                return failures % 10 == 0;
            }
            Event::Job { job_id, state: JobState::Running, elapsed, .. } => (job_id.as_str(), *elapsed),
            Event::LeaseWaiting { elapsed, .. } => ("", *elapsed),
            _ => return true,
        };
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let first = what.is_empty() && !told.contains_key(what);
        let last = told.entry(what.to_owned()).or_default();
        let news = first || elapsed.saturating_sub(*last) >= EVERY;
        if news {
            *last = elapsed;
        }
        news
    }
}

impl<W: Fn(&str) + Send + Sync> Progress for Lines<W> {
    fn event(&self, event: &Event) {
        if self.is_news(event)
            && let Some(line) = event.line()
        {
            (self.write)(&line);
        }
    }
}

impl<W> fmt::Debug for Lines<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn waiting_is_told_at_once_and_then_every_fifteen_seconds() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&lines);
        let progress = Lines::new(move |line: &str| sink.lock().unwrap().push(line.to_owned()));
        for seconds in [0, 1, 14, 15, 16, 29, 31] {
            progress.event(&Event::LeaseWaiting {
                holder: "a".to_owned(),
                since: "then".to_owned(),
                seconds_left: 9,
                elapsed: Duration::from_secs(seconds),
            });
        }
        assert_eq!(
            *lines.lock().unwrap(),
            [0, 15, 31]
                .map(|seconds| format!("a is migrating since then (server time); waiting for {seconds} s"))
        );
    }
}
