//! A stand-in cluster: one PostgreSQL, and an endpoint or many before it.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::runtime::Runtime;

use crate::backend::{Backend, Refused};
use crate::catalog::Catalog;
use crate::endpoint::{Endpoint, Shared};
use crate::error::Error;
use crate::jobs::Jobs;
use crate::options::Options;
use crate::postgres::{Postgres, SUPERUSER};
use crate::registry::Registry;

/// The database that every endpoint's database is copied from.
const TEMPLATE: &str = "dsql_local_template";

/// What the template holds besides PostgreSQL's own.
const SUPPORT: &str = include_str!("support.sql");

/// A running stand-in. Dropping it ends its connections, stops PostgreSQL and removes its data, also while panicking; should the
/// process be killed, a watchdog does so.
///
/// It runs on threads of its own, so it may be shared by tests that each have a runtime: keep one in a `static` and give every
/// test an endpoint with [`new_endpoint`](Self::new_endpoint).
pub struct Cluster {
    options: Options,
    seed: u64,
    endpoints: AtomicU32,
    // In this order: endpoints first, then the threads that serve them, PostgreSQL last.
    first: Option<Endpoint>,
    runtime: Option<Runtime>,
    postgres: Option<Postgres>,
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster").field("url", &self.url()).finish_non_exhaustive()
    }
}

impl Cluster {
    /// Finds a PostgreSQL, starts it over a throw-away cluster and opens the first endpoint.
    ///
    /// # Errors
    /// When no PostgreSQL is found (the message says how to get one), or it does not start, or the port is taken.
    pub async fn start(options: Options) -> Result<Self, Error> {
        let folder = options.data_dir.clone();
        let postgres = tokio::task::spawn_blocking(move || Postgres::start(folder.as_deref()))
            .await
            .map_err(|error| Error::Postgres { doing: "starting", said: error.to_string() })??;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("dsql-local")
            .enable_all()
            .build()
            .map_err(Error::io("starting threads"))?;
        let seed = options.seed.unwrap_or_else(|| fastrand::u64(..));
        let mut cluster = Self {
            options,
            seed,
            endpoints: AtomicU32::new(0),
            first: None,
            runtime: Some(runtime),
            postgres: Some(postgres),
        };
        cluster.make_template().await?;
        cluster.first = Some(cluster.open(cluster.options.clone()).await?);
        Ok(cluster)
    }

    /// The URL of the first endpoint, for psql and `tokio_postgres::Config` as it is.
    #[must_use]
    pub fn url(&self) -> String {
        self.first.as_ref().map(Endpoint::url).unwrap_or_default()
    }

    /// The port of the first endpoint.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.first.as_ref().map(Endpoint::port).unwrap_or_default()
    }

    /// The version of the PostgreSQL behind, such as `15.18`. What clients are told is DSQL's.
    #[must_use]
    pub fn postgres_version(&self) -> &str {
        self.postgres.as_ref().map_or("", |postgres| postgres.version.as_str())
    }

    /// The seed in use, drawn at the start when the options gave none.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Opens another endpoint: a stand-in cluster of its own, empty, on any free port. About 50 ms.
    ///
    /// # Errors
    /// When PostgreSQL has gone away or no port is free.
    pub async fn new_endpoint(&self) -> Result<Endpoint, Error> {
        self.open(self.options.clone().port(0)).await
    }

    /// Like [`new_endpoint`](Self::new_endpoint), with options of its own: job time, limits, seed and port apply to it alone.
    ///
    /// # Errors
    /// When PostgreSQL has gone away or the port is taken.
    pub async fn new_endpoint_with(&self, options: Options) -> Result<Endpoint, Error> {
        self.open(options).await
    }

    /// Stops it all; the same as dropping it, without blocking the caller's thread.
    pub async fn stop(self) {
        let _ = tokio::task::spawn_blocking(move || drop(self)).await;
    }

    async fn make_template(&self) -> Result<(), Error> {
        let socket = self.socket();
        self.run(async move {
            let mut server = connect(&socket, "postgres").await?;
            let known =
                ask(&mut server, &format!("SELECT 1 FROM pg_database WHERE datname = '{TEMPLATE}'")).await?;
            if known.is_some() {
                return Ok(());
            }
            ask(&mut server, "CREATE ROLE admin LOGIN CREATEROLE").await?;
            ask(&mut server, &format!("CREATE DATABASE {TEMPLATE} OWNER admin")).await?;
            let mut template = connect(&socket, TEMPLATE).await?;
            ask(&mut template, SUPPORT).await?;
            ask(&mut template, "ALTER SCHEMA public OWNER TO admin").await?;
            Ok(())
        })
        .await
    }

    async fn open(&self, options: Options) -> Result<Endpoint, Error> {
        let socket = self.socket();
        let number = self.endpoints.fetch_add(1, Ordering::Relaxed);
        let seed = options.seed.unwrap_or(self.seed).wrapping_add(u64::from(number));
        self.run(async move {
            let database = format!("dsql_local_{number}");
            let mut server = connect(&socket, "postgres").await?;
            let known =
                ask(&mut server, &format!("SELECT 1 FROM pg_database WHERE datname = '{database}'")).await?;
            // A kept data folder has the first endpoint's database already.
            if known.is_some() && (options.data_dir.is_none() || number > 0) {
                ask(&mut server, &format!("DROP DATABASE {database} WITH (FORCE)")).await?;
            }
            if known.is_none() || number > 0 {
                ask(&mut server, &format!("CREATE DATABASE {database} TEMPLATE {TEMPLATE} OWNER admin"))
                    .await?;
            }
            let catalog = Catalog::default();
            let connection = connect(&socket, &database).await?;
            let jobs = Jobs::new(connection, catalog.clone(), seed, options.job_time, options.job_retention);
            let registry = Registry::new(connect(&socket, &database).await?);
            Endpoint::open(Shared { options, socket, database, jobs, catalog, registry }).await
        })
        .await
    }

    fn socket(&self) -> std::path::PathBuf {
        self.postgres.as_ref().map(Postgres::socket).unwrap_or_default()
    }

    /// Runs something on the stand-in's own threads.
    async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        let gone = |said: String| Error::Postgres { doing: "reaching it", said };
        let Some(runtime) = &self.runtime else { return Err(gone("it was stopped".into())) };
        runtime.spawn(work).await.map_err(|error| gone(error.to_string()))?
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.first = None;
        if let Some(runtime) = self.runtime.take() {
            // A runtime may not be dropped from within another one; its tasks only wait on sockets anyway.
            runtime.shutdown_background();
        }
        self.postgres = None;
    }
}

async fn connect(socket: &std::path::Path, database: &str) -> Result<Backend, Error> {
    let parameters =
        [("user".to_string(), SUPERUSER.to_string()), ("database".to_string(), database.to_string())];
    // The pid file says `ready` a moment before the socket takes connections under load.
    let mut tries = 0;
    loop {
        match Backend::connect(socket, &parameters).await {
            Ok(backend) => return Ok(backend),
            Err(_) if tries < 50 => {
                tries += 1;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(Refused::Server(error)) => {
                return Err(Error::Postgres { doing: "connecting", said: error.message });
            }
            Err(Refused::Io(source)) => return Err(Error::Io { doing: "connecting to PostgreSQL", source }),
        }
    }
}

/// Runs a query of our own and returns its first value.
async fn ask(server: &mut Backend, sql: &str) -> Result<Option<String>, Error> {
    let answer = server.query(sql).await.map_err(Error::io("asking PostgreSQL"))?;
    let answer = answer.ok().map_err(|error| Error::Postgres {
        doing: "preparing the database",
        said: format!("{} ({})", error.message, error.code),
    })?;
    Ok(answer.value().map(str::to_string))
}
