//! The one place from which logs and listeners are told what a run does.
//!
//! Names and fields are an interface: docs/observability.md lists them.

use crate::core::Verdict;
use crate::error::ErrorKind;
use crate::progress::{Event, Found, JobState, Observer, RetryCause, StepRef};

/// What of an event is news for people who read logs; a listener is told everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    Yes,
    /// The same as a moment ago.
    No,
}

/// Tells everybody, or, where it is no news, listeners and logs of the level `debug`.
pub(super) fn announce(observer: &Observer, event: Event, news: News) {
    log(&event, news);
    observer.pass(event);
}

impl From<&Verdict> for Found {
    fn from(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Happened => Self::Happened,
            Verdict::Absent => Self::Absent,
            Verdict::Building(_) => Self::Building,
            Verdict::Broken(_) => Self::Broken,
            Verdict::Different { .. } => Self::Different,
            Verdict::CannotTell(_) => Self::CannotTell,
        }
    }
}

/// An event of `tracing` with the stable target and the event's name as a field, since few formats show the name.
macro_rules! event {
    ($level:ident, $name:literal, $($rest:tt)+) => {
        tracing::$level!(name: $name, target: "dsql_migrate", event = $name, $($rest)+)
    };
}

/// The same at the level `info`, or `debug` when it is no news.
macro_rules! event_if_news {
    ($news:expr, $($rest:tt)+) => {
        if $news == News::Yes { event!(info, $($rest)+) } else { event!(debug, $($rest)+) }
    };
}

fn log(event: &Event, news: News) {
    match event {
        Event::RunStarted { holder, migrations, digest } => {
            event!(info, "run_started", holder, migrations, digest, "set of migrations");
        }
        Event::Connected { again: false, attempts } => {
            event!(debug, "connected", again = false, attempts, "connected");
        }
        Event::Connected { again, attempts } => {
            event!(info, "connected", again, attempts, "connected again");
        }
        Event::Retrying { cause, step, why, failures, pause } => {
            log_retry(*cause, step.as_ref(), why, *failures, pause.as_secs_f64());
        }
        Event::LeaseWaiting { holder, since, seconds_left, elapsed } => {
            let elapsed = elapsed.as_secs_f64();
            event_if_news!(
                news,
                "lease_waiting",
                wait = "lease",
                holder,
                since,
                seconds_left,
                elapsed,
                "another instance is migrating; waiting for it"
            );
        }
        Event::LeaseTaken { from: Some(from), elapsed } => {
            let elapsed = elapsed.as_secs_f64();
            event!(warn, "lease_taken", from, elapsed, "took over the lease of an instance that has gone");
        }
        Event::LeaseTaken { from: None, elapsed } => {
            event!(debug, "lease_taken", elapsed = elapsed.as_secs_f64(), "took the lease");
        }
        Event::LeaseLost {} => {
            event!(warn, "lease_lost", "the lease is another's now: reading everything again")
        }
        Event::MigrationStarted { version, name, file, steps } => {
            event!(info, "migration_started", migration = version, name, steps, "applying {file}");
        }
        Event::StepStarted { step, attempt } => {
            event!(
                debug,
                "step_started",
                migration = step.version,
                step = step.step,
                kind = step.kind.as_str(),
                line = step.line,
                attempt,
                "running a step"
            );
        }
        Event::StepChecked { step, found } => {
            event!(
                info,
                "step_checked",
                migration = step.version,
                step = step.step,
                kind = step.kind.as_str(),
                found = found.as_str(),
                "was started before and its end not seen: the catalog was asked"
            );
        }
        Event::Job { step, job_id, object, state, details, elapsed } => {
            let news = if *state == JobState::Running { news } else { News::Yes };
            event_if_news!(
                news,
                "job",
                migration = step.version,
                step = step.step,
                job = job_id,
                wait = "job",
                state = state.as_str(),
                details,
                elapsed = elapsed.as_secs_f64(),
                "{object}: {}",
                state.as_str()
            );
        }
        Event::StepFinished { step, elapsed } => {
            event!(
                debug,
                "step_finished",
                migration = step.version,
                step = step.step,
                kind = step.kind.as_str(),
                elapsed = elapsed.as_secs_f64(),
                "a step is done"
            );
        }
        Event::MigrationFinished { version, name, file, elapsed } => {
            let elapsed = elapsed.as_secs_f64();
            event!(info, "migration_finished", migration = version, name, elapsed, "applied {file}");
        }
        Event::HookStarted {} => event!(info, "hook_started", "calling the after_migrate hook"),
        Event::HookFinished { elapsed } => {
            event!(
                info,
                "hook_finished",
                elapsed = elapsed.as_secs_f64(),
                "the after_migrate hook has ended well"
            );
        }
        Event::RunFinished { applied, already_applied, held_back, elapsed } => {
            let elapsed = elapsed.as_secs_f64();
            event!(info, "run_finished", applied, already_applied, held_back, elapsed, "all is applied");
        }
        Event::RunFailed { kind: kind @ ErrorKind::Interrupted, elapsed, .. } => {
            let elapsed = elapsed.as_secs_f64();
            event!(
                info,
                "run_failed",
                ?kind,
                elapsed,
                "asked to stop: the next run goes on where this one has stopped"
            );
        }
        Event::RunFailed { kind, message, elapsed } => {
            event!(error, "run_failed", ?kind, elapsed = elapsed.as_secs_f64(), "{message}");
        }
    }
}

fn log_retry(cause: RetryCause, step: Option<&StepRef>, why: &str, failures: u32, pause: f64) {
    let (migration, number) = (step.map(|step| step.version.as_str()), step.map(|step| step.step));
    let cause_name = cause.as_str();
    if cause == RetryCause::NotConnected {
        event!(warn, "retrying", cause = cause_name, attempt = failures, pause, "cannot connect: {why}");
    } else {
        let news = if cause == RetryCause::AnswerLost { News::Yes } else { News::No };
        event_if_news!(
            news,
            "retrying",
            cause = cause_name,
            migration,
            step = number,
            attempt = failures,
            pause,
            "again: {why}"
        );
    }
}
