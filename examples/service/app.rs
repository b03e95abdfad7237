//! What the service does before it is ready, and what it knows about that.

use crate::seen::Seen;
use crate::settings::Mode;
use crate::source::Source;
use dsql_migrate::{Error, ErrorKind, Event, Migrations, Options, Retry, Runner, Status};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tracing::info;

/// How long an answer about the database's state is good for: however many ask, it is asked once in that time.
const FRESH: Duration = Duration::from_secs(1);
/// How long a page waits for the database.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) struct App {
    pub(crate) migrations: &'static Migrations,
    pub(crate) mode: Mode,
    source: Source,
    ready: AtomicBool,
    seen: Arc<Mutex<Seen>>,
    known: tokio::sync::Mutex<Option<(Instant, Result<Status, String>)>>,
}

impl App {
    pub(crate) fn new(migrations: &'static Migrations, source: Source, mode: Mode) -> Self {
        Self {
            migrations,
            mode,
            source,
            ready: AtomicBool::new(false),
            seen: Arc::default(),
            known: tokio::sync::Mutex::new(None),
        }
    }

    fn runner(&self) -> Runner<'static> {
        let seen = Arc::clone(&self.seen);
        self.migrations.with(Options::default().progress(move |event: &Event| {
            seen.lock().unwrap_or_else(PoisonError::into_inner).note(event);
        }))
    }

    /// Brings the database up to date as the mode says. `false` when it was asked to stop before that.
    pub(crate) async fn migrate(&self, stop: impl Future<Output = ()>) -> Result<bool, Error> {
        let runner = self.runner();
        let ready = match self.mode {
            Mode::Apply => match runner.run_until(&self.source, stop).await {
                Ok(report) => {
                    for line in report.to_string().lines() {
                        info!(target: "service", "{line}");
                    }
                    true
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => false,
                Err(error) => return Err(error),
            },
            Mode::Verify => unless(stop, runner.verify(&self.source)).await.transpose()?.is_some(),
            Mode::Wait => unless(stop, self.applied_by_another(&runner)).await.transpose()?.is_some(),
        };
        self.ready.store(ready, Ordering::Release);
        Ok(ready)
    }

    /// Looks until another process has applied everything.
    async fn applied_by_another(&self, runner: &Runner<'_>) -> Result<(), Error> {
        let mut told = false;
        loop {
            match runner.verify(&self.source).await {
                Err(behind) if behind.kind() == ErrorKind::Pending => {
                    if !std::mem::replace(&mut told, true) {
                        info!(target: "service", "waiting until another process has applied what is {}", behind.what());
                    }
                }
                looked => return looked,
            }
            tokio::time::sleep(FRESH).await;
        }
    }

    /// Whether everything is applied, so that requests can be served.
    pub(crate) fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }

    /// What this process has done.
    pub(crate) fn seen(&self) -> Seen {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How the database stands; an error in words that may be shown to anybody.
    pub(crate) async fn status(&self) -> Result<Status, String> {
        let mut known = self.known.lock().await;
        if let Some((at, status)) = &*known
            && at.elapsed() < FRESH
        {
            return status.clone();
        }
        let retry = Retry::default().tries(3).total(PATIENCE);
        let runner = self.migrations.with(Options::default().retry(retry));
        let status = match tokio::time::timeout(PATIENCE, runner.status(&self.source)).await {
            Ok(Ok(status)) => Ok(status),
            // What went wrong between the service and its database is not the caller's affair.
            Ok(Err(error)) => {
                tracing::warn!("cannot read the state of the database: {error}");
                Err("the database cannot be read now".to_owned())
            }
            Err(_) => Err(format!("the database has not answered within {PATIENCE:?}")),
        };
        *known = Some((Instant::now(), status.clone()));
        status
    }
}

/// What `work` gives, or nothing once `stop` is ready.
async fn unless<T>(stop: impl Future<Output = ()>, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        () = stop => None,
        done = work => Some(done),
    }
}
