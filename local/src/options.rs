//! How an emulator is to behave.

use std::path::PathBuf;
use std::time::Duration;

/// Options of a [`Cluster`](crate::Cluster). The defaults suit tests: any free port, short jobs, DSQL's limits.
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) port: u16,
    pub(crate) insecure: bool,
    pub(crate) data_dir: Option<PathBuf>,
    pub(crate) job_time: Duration,
    pub(crate) job_retention: Duration,
    pub(crate) row_limit: u64,
    pub(crate) size_limit: u64,
    pub(crate) age_limit: Duration,
    pub(crate) catalog_conflicts: bool,
    pub(crate) connection_life: Duration,
    pub(crate) token_life: Duration,
    pub(crate) seed: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            insecure: true,
            data_dir: None,
            job_time: Duration::from_millis(200),
            job_retention: Duration::from_secs(30 * 60),
            row_limit: 3_000,
            size_limit: 10 * 1024 * 1024,
            age_limit: Duration::from_secs(300),
            catalog_conflicts: true,
            connection_life: Duration::from_secs(60 * 60),
            token_life: Duration::from_secs(15 * 60),
            seed: None,
        }
    }
}

impl Options {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The TCP port of the first endpoint; 0 (the default) takes any free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Without TLS and with any password (the library's default, since a test seldom is about either); with `false`, TLS is
    /// required and the password has to be an IAM token, of which everything but the signature is checked.
    #[must_use]
    pub fn insecure(mut self, insecure: bool) -> Self {
        self.insecure = insecure;
        self
    }

    /// Keeps PostgreSQL's data in this folder, across starts; otherwise it is thrown away.
    #[must_use]
    pub fn data_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.data_dir = Some(folder.into());
        self
    }

    /// How long an asynchronous job takes (200 ms; a real cluster takes 2 to 60 seconds for an empty table).
    #[must_use]
    pub fn job_time(mut self, time: Duration) -> Self {
        self.job_time = time;
        self
    }

    /// How long the row of a finished job stays in `sys.jobs` (30 minutes, as observed).
    #[must_use]
    pub fn job_retention(mut self, time: Duration) -> Self {
        self.job_retention = time;
        self
    }

    /// How many rows one transaction may change (3,000).
    #[must_use]
    pub fn row_limit(mut self, rows: u64) -> Self {
        self.row_limit = rows;
        self
    }

    /// How many bytes one transaction may write (10 MiB), counted as the text and parameters of its statements; told at COMMIT.
    #[must_use]
    pub fn size_limit(mut self, bytes: u64) -> Self {
        self.size_limit = bytes;
        self
    }

    /// How old a transaction may become (300 s).
    #[must_use]
    pub fn age_limit(mut self, age: Duration) -> Self {
        self.age_limit = age;
        self
    }

    /// Whether a change of the catalog (DDL that commits, a job that ends) gives every other connection one OC001 at its next
    /// statement, as on DSQL (yes).
    #[must_use]
    pub fn catalog_conflicts(mut self, wanted: bool) -> Self {
        self.catalog_conflicts = wanted;
        self
    }

    /// How long a connection lives (60 minutes).
    #[must_use]
    pub fn connection_life(mut self, life: Duration) -> Self {
        self.connection_life = life;
        self
    }

    /// How long the tokens live that [`Endpoint::token`](crate::Endpoint::token) makes, the one in its URL included (15 minutes).
    #[must_use]
    pub fn token_life(mut self, life: Duration) -> Self {
        self.token_life = life;
        self
    }

    /// The seed of everything random: job ids and injected faults. Without one, a seed is drawn and can be read back.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }
}
