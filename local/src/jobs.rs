//! Asynchronous jobs: what `CREATE INDEX ASYNC` and `ALTER TABLE ASYNC` leave to be done after their commit.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex as AsyncMutex;

use crate::backend::Backend;
use crate::catalog::Catalog;
use crate::error::Error;
use crate::words;

/// A job whose row is in `sys.jobs` once its transaction has committed.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) id: String,
    /// The job is already known to fail, with these details.
    pub(crate) failure: Option<String>,
}

/// Runs the jobs of one endpoint.
#[derive(Clone)]
pub(crate) struct Jobs {
    inner: Arc<Inner>,
}

struct Inner {
    /// A superuser's connection, for what clients may not do.
    connection: AsyncMutex<Backend>,
    catalog: Catalog,
    fail_next: Mutex<Option<String>>,
    random: Mutex<fastrand::Rng>,
    time: Duration,
    retention: Duration,
}

impl Jobs {
    pub(crate) fn new(
        connection: Backend,
        catalog: Catalog,
        seed: u64,
        time: Duration,
        retention: Duration,
    ) -> Self {
        let random = Mutex::new(fastrand::Rng::with_seed(seed));
        Self {
            inner: Arc::new(Inner {
                connection: AsyncMutex::new(connection),
                catalog,
                fail_next: Mutex::default(),
                random,
                time,
                retention,
            }),
        }
    }

    /// A job id as the server makes them: 16 bytes in lower-case base32, 26 characters.
    pub(crate) fn new_id(&self) -> String {
        const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        let mut random: MutexGuard<'_, _> = self.inner.random.lock().unwrap_or_else(PoisonError::into_inner);
        // 128 bits are 25 digits of five and a last one of three.
        let mut bits = u128::from(random.u64(..)) << 64 | u128::from(random.u64(..));
        let mut id = String::with_capacity(26);
        for _ in 0..26 {
            let digit = usize::try_from(bits >> 123).unwrap_or_default();
            id.push(char::from(ALPHABET.get(digit).copied().unwrap_or(b'a')));
            bits <<= 5;
        }
        id
    }

    /// Makes the next job that ends fail.
    pub(crate) fn fail_next(&self, details: &str) {
        *self.inner.fail_next.lock().unwrap_or_else(PoisonError::into_inner) = Some(details.to_string());
    }

    /// Lets a job run its course.
    pub(crate) fn start(&self, job: Job) {
        let jobs = self.clone();
        tokio::spawn(async move {
            let half = jobs.inner.time / 2;
            tokio::time::sleep(half).await;
            jobs.run(&format!("UPDATE sys._jobs SET status = 'processing' WHERE job_id = '{}'", job.id))
                .await;
            tokio::time::sleep(half).await;
            let asked = jobs.inner.fail_next.lock().unwrap_or_else(PoisonError::into_inner).take();
            let failure =
                job.failure.or(asked).map_or_else(|| "NULL".to_string(), |text| words::literal(&text));
            jobs.run(&format!("SELECT sys._finish_job('{}', {failure})", job.id)).await;
            jobs.inner.catalog.change();
            tokio::time::sleep(jobs.inner.retention).await;
            jobs.run(&format!("DELETE FROM sys._jobs WHERE job_id = '{}'", job.id)).await;
        });
    }

    /// Runs something as superuser in the endpoint's database.
    pub(crate) async fn ask(&self, sql: &str) -> Result<(), Error> {
        let answer =
            self.inner.connection.lock().await.query(sql).await.map_err(Error::io("asking PostgreSQL"))?;
        answer.ok().map(drop).map_err(|error| Error::Postgres { doing: "asking it", said: error.message })
    }

    async fn run(&self, sql: &str) {
        // Another transaction may hold the row or the table for a moment.
        for _ in 0..100 {
            let answer = self.inner.connection.lock().await.query(sql).await;
            match answer {
                Ok(answer) => match answer.error {
                    None => return,
                    Some(error) => {
                        tracing::debug!(code = error.code, message = error.message, "job has to wait")
                    }
                },
                Err(error) => {
                    tracing::debug!(%error, "job lost its connection");
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
