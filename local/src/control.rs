//! The control handle of an endpoint, for tests, and the same over a Unix socket: a JSON request a line, a JSON answer a line.

use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};

use crate::error::Error;
use crate::faults::{Counts, Fault};
use crate::registry::Control as ToSession;
use crate::shared::Shared;
use crate::words;

/// Makes things go wrong at an endpoint, and counts what its connections do.
#[derive(Clone)]
pub struct Control {
    shared: Arc<Shared>,
}

impl std::fmt::Debug for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Control").finish_non_exhaustive()
    }
}

/// A request over the socket.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Request {
    Inject(Fault),
    Clear,
    FailNextJob(String),
    ForgetJob(String),
    ExpireTokens,
    CloseConnections,
    ChangeCatalog,
    Counts,
}

impl Control {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Lets a fault strike.
    pub fn inject(&self, fault: Fault) {
        self.shared.faults.add(fault);
    }

    /// Takes back all faults that have not struck.
    pub fn clear(&self) {
        self.shared.faults.clear();
    }

    /// Makes the next job that ends fail with these details.
    pub fn fail_next_job(&self, details: &str) {
        self.shared.jobs.fail_next(details);
    }

    /// Makes the row of a job vanish from `sys.jobs`, as an old one would.
    ///
    /// # Errors
    /// When PostgreSQL has gone away.
    pub async fn forget_job(&self, job_id: &str) -> Result<(), Error> {
        self.shared
            .jobs
            .ask(&format!("DELETE FROM sys._jobs WHERE job_id = {}", words::literal(job_id)))
            .await
    }

    /// Makes every token that was handed out so far an expired one.
    pub fn expire_tokens(&self) {
        self.shared.expire_tokens();
    }

    /// Closes all connections that are waiting for their client, and the others as soon as they do. How many there are.
    pub fn close_connections(&self) -> usize {
        self.shared.registry.tell_all(&ToSession::Close)
    }

    /// Changes the catalog as somebody else's DDL would: every connection gets one OC001.
    pub fn change_catalog(&self) {
        self.shared.catalog.change();
    }

    /// What each connection has done, in the order they came, closed ones included.
    #[must_use]
    pub fn counts(&self) -> Vec<Counts> {
        self.shared.faults.counts()
    }

    /// Serves this handle at a Unix socket until the returned guard is dropped. Runs on the caller's tokio runtime.
    ///
    /// # Errors
    /// When the socket cannot be made.
    pub fn listen(&self, path: &Path) -> Result<Listening, Error> {
        let _ = std::fs::remove_file(path);
        let listener = UnixListener::bind(path).map_err(Error::io("listening at the control socket"))?;
        let control = self.clone();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(control.clone(), stream));
            }
        });
        Ok(Listening(serving))
    }

    async fn answer(&self, line: &str) -> Value {
        let request = match serde_json::from_str(line) {
            Ok(request) => request,
            Err(error) => return json!({ "error": error.to_string() }),
        };
        match request {
            Request::Inject(fault) => self.inject(fault),
            Request::Clear => self.clear(),
            Request::FailNextJob(details) => self.fail_next_job(&details),
            Request::ForgetJob(id) => {
                if let Err(error) = self.forget_job(&id).await {
                    return json!({ "error": error.to_string() });
                }
            }
            Request::ExpireTokens => self.expire_tokens(),
            Request::CloseConnections => return json!({ "ok": true, "closed": self.close_connections() }),
            Request::ChangeCatalog => self.change_catalog(),
            Request::Counts => return json!({ "ok": true, "counts": self.counts() }),
        }
        json!({ "ok": true })
    }
}

/// Stops listening at the control socket when it is dropped.
#[derive(Debug)]
#[must_use = "dropping it stops listening"]
pub struct Listening(tokio::task::JoinHandle<()>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn serve(control: Control, stream: UnixStream) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let answer = format!("{}\n", control.answer(&line).await);
        if write.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}
