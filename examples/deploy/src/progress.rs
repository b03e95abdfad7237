//! What is shown while it runs at a terminal.

use dsql_migrate::{Event, Progress};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::time::Duration;

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
            Event::LeaseWaiting { .. } => self.wait.set_message(event.line().unwrap_or_default()),
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
        if let Some(line) = event.line() {
            // Only a terminal that is gone fails here.
            let _ = self.screen.println(line);
        }
    }
}
