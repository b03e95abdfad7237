//! All sessions of an endpoint: who blocks whom, and messages to them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Mutex as AsyncMutex;
use tokio::sync::mpsc::UnboundedSender;

use crate::backend::Backend;
use crate::words::ServerError;

/// What a session can be told while it waits for its client.
#[derive(Clone, Debug)]
pub(crate) enum Control {
    /// Give up the open transaction; the client is told at its next statement or COMMIT.
    Yield(ServerError),
    /// Close the connection.
    Close,
}

/// The sessions, by the process id of their PostgreSQL connection, which is also what their clients were told.
pub(crate) struct Registry {
    sessions: Mutex<HashMap<i32, Entry>>,
    /// A superuser's connection, to ask who blocks whom.
    connection: AsyncMutex<Backend>,
}

struct Entry {
    control: UnboundedSender<Control>,
    /// Since when the session waits for its client within a transaction block.
    waiting: Option<Instant>,
}

impl Registry {
    pub(crate) fn new(connection: Backend) -> Self {
        Self { sessions: Mutex::default(), connection: AsyncMutex::new(connection) }
    }

    pub(crate) fn enter(&self, pid: i32, control: UnboundedSender<Control>) {
        self.sessions().insert(pid, Entry { control, waiting: None });
    }

    pub(crate) fn leave(&self, pid: i32) {
        self.sessions().remove(&pid);
    }

    /// Notes that a session waits for its client within a transaction block, or no longer does.
    pub(crate) fn note(&self, pid: i32, waiting: bool) {
        if let Some(entry) = self.sessions().get_mut(&pid) {
            entry.waiting = waiting.then(Instant::now);
        }
    }

    /// Tells every session something; how many there were.
    pub(crate) fn tell_all(&self, control: &Control) -> usize {
        let sessions = self.sessions();
        sessions.values().filter(|entry| entry.control.send(control.clone()).is_ok()).count()
    }

    /// Makes the open transactions that block the connection `pid` give way, if they have been waiting for their client for
    /// `silent`; whether there were any.
    pub(crate) async fn clear_way(&self, pid: i32, error: &ServerError, silent: Duration) -> bool {
        let sql = format!("SELECT unnest(pg_blocking_pids({pid}))");
        let Ok(answer) = self.connection.lock().await.query(&sql).await else { return false };
        let blockers = answer.rows.iter().filter_map(|row| row.first()?.as_deref()?.parse().ok());
        let sessions = self.sessions();
        let mut told = false;
        for blocker in blockers.collect::<Vec<i32>>() {
            if let Some(entry) = sessions.get(&blocker)
                && entry.waiting.is_some_and(|since| since.elapsed() >= silent)
            {
                told |= entry.control.send(Control::Yield(error.clone())).is_ok();
            }
        }
        told
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<i32, Entry>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
