//! One PostgreSQL with what the endpoints before it share.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Runtime;

use crate::backend::{Backend, Refused};
use crate::catalog::Catalog;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::faults::Faults;
use crate::jobs::Jobs;
use crate::newer;
use crate::options::Options;
use crate::postgres::{Postgres, SUPERUSER};
use crate::refuse::SETTABLE;
use crate::registry::Registry;
use crate::shared::Shared;
use crate::tls::Tls;

/// The database that every endpoint's database is copied from.
const TEMPLATE: &str = "dsql_local_template";

/// What the template holds besides PostgreSQL's own.
const SUPPORT: &str = include_str!("support.sql");

/// A PostgreSQL, the threads that serve it, and a template for the databases of endpoints.
pub(crate) struct Server {
    pub(crate) options: Options,
    pub(crate) seed: u64,
    endpoints: AtomicU32,
    tls: Mutex<Option<Tls>>,
    // The threads go before PostgreSQL does.
    runtime: Option<Runtime>,
    postgres: Option<Postgres>,
}

impl Server {
    /// Starts PostgreSQL and makes the template.
    pub(crate) async fn start(options: Options) -> Result<Self, Error> {
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
        let server = Self {
            options,
            seed,
            endpoints: AtomicU32::new(0),
            tls: Mutex::default(),
            runtime: Some(runtime),
            postgres: Some(postgres),
        };
        server.make_template().await?;
        Ok(server)
    }

    /// The version of the PostgreSQL behind.
    pub(crate) fn postgres_version(&self) -> &str {
        self.postgres.as_ref().map_or("", |postgres| postgres.version.as_str())
    }

    async fn make_template(&self) -> Result<(), Error> {
        let socket = self.socket();
        let hide = newer::hide(self.postgres_version());
        self.run(async move {
            let mut server = connect_patiently(&socket, "postgres").await?;
            let known =
                ask(&mut server, &format!("SELECT 1 FROM pg_database WHERE datname = '{TEMPLATE}'")).await?;
            if known.is_some() {
                return Ok(());
            }
            ask(&mut server, "CREATE ROLE admin LOGIN CREATEROLE").await?;
            ask(&mut server, &format!("CREATE DATABASE {TEMPLATE} OWNER admin")).await?;
            let mut template = connect_patiently(&socket, TEMPLATE).await?;
            if let Some(hide) = hide {
                ask(&mut template, &hide).await?;
            }
            ask(&mut template, &SUPPORT.replace("{settable}", &SETTABLE.join(" "))).await?;
            ask(&mut template, "ALTER SCHEMA public OWNER TO admin").await?;
            Ok(())
        })
        .await
    }

    /// Opens an endpoint with a database of its own.
    pub(crate) async fn open(&self, options: Options) -> Result<Endpoint, Error> {
        let socket = self.socket();
        let number = self.endpoints.fetch_add(1, Ordering::Relaxed);
        let tls = if options.insecure { None } else { Some(self.tls()?) };
        let seed = options.seed.unwrap_or_else(|| self.seed.wrapping_add(u64::from(number)));
        self.run(async move {
            let database = format!("dsql_local_{number}");
            let mut server = connect_patiently(&socket, "postgres").await?;
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
            let faults = Faults::new(seed);
            let tokens_since = Mutex::default();
            Endpoint::open(Shared {
                options,
                socket,
                database,
                jobs,
                catalog,
                registry,
                faults,
                tls,
                tokens_since,
            })
            .await
        })
        .await
    }

    /// The certificate, made when it is first wanted.
    fn tls(&self) -> Result<Tls, Error> {
        let mut made = self.tls.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tls) = &*made {
            return Ok(tls.clone());
        }
        let tls = Tls::make(self.socket().parent().unwrap_or(Path::new("/")))?;
        *made = Some(tls.clone());
        Ok(tls)
    }

    fn socket(&self) -> PathBuf {
        self.postgres.as_ref().map(Postgres::socket).unwrap_or_default()
    }

    /// Runs something on the emulator's own threads.
    async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        let gone = |said: String| Error::Postgres { doing: "reaching it", said };
        let Some(runtime) = &self.runtime else { return Err(gone("it was stopped".into())) };
        runtime.spawn(work).await.map_err(|error| gone(error.to_string()))?
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // A runtime may not be dropped from within another one; its tasks only wait on sockets anyway.
            runtime.shutdown_background();
        }
        self.postgres = None;
    }
}

async fn connect(socket: &Path, database: &str) -> Result<Backend, Error> {
    connect_with(socket, database, &[]).await
}

/// A connection for what we do to databases ourselves: a lock that somebody else holds is no conflict there, it is waited for.
async fn connect_patiently(socket: &Path, database: &str) -> Result<Backend, Error> {
    connect_with(socket, database, &[("lock_timeout", "60s")]).await
}

async fn connect_with(socket: &Path, database: &str, settings: &[(&str, &str)]) -> Result<Backend, Error> {
    let parameters: Vec<(String, String)> = [("user", SUPERUSER), ("database", database)]
        .iter()
        .chain(settings)
        .map(|(name, value)| ((*name).to_string(), (*value).to_string()))
        .collect();
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
