//! A pool of sqlx for DSQL: made to be copied.

use dsql_migrate::{ConnectError, Dsql};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgSslMode};
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A token lets connections begin for 15 minutes; the pool gets a new one in a third of that, so that one refresh may
/// fail.
const REFRESH: Duration = Duration::from_secs(5 * 60);
/// DSQL ends a connection after 60 minutes.
const MAX_AGE: Duration = Duration::from_secs(55 * 60);

/// A pool whose connections begin with a fresh token, verify the server in full, and are replaced after a migration.
#[derive(Clone)]
pub(crate) struct Database {
    pool: PgPool,
    migrated: Arc<Mutex<Instant>>,
}

impl Database {
    /// Connects when the first query does. `ca` is an authority to trust instead of the public ones, as the
    /// emulator's.
    pub(crate) async fn open(dsql: Dsql, ca: Option<PathBuf>) -> Result<Self, ConnectError> {
        let migrated = Arc::new(Mutex::new(Instant::now()));
        let since = Arc::clone(&migrated);
        let pool = PgPoolOptions::new()
            .max_connections(10)
            .max_lifetime(MAX_AGE)
            .before_acquire(move |_, connection| {
                let migrated = since.lock().unwrap_or_else(PoisonError::into_inner).elapsed();
                Box::pin(async move { Ok(connection.age < migrated) })
            })
            .connect_lazy_with(options(&dsql, ca.as_ref()).await?);
        tokio::spawn(refresh(pool.clone(), dsql, ca));
        Ok(Self { pool, migrated })
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Uses no connection again that is open now: to be called after a migration. One whose login is under way counts as new: sqlx
    /// does not tell when that began.
    pub(crate) fn recycle(&self) {
        *self.migrated.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }
}

/// Gives the pool a new token in time, until it is closed.
async fn refresh(pool: PgPool, dsql: Dsql, ca: Option<PathBuf>) {
    let mut closed = pool.close_event();
    loop {
        tokio::select! {
            () = &mut closed => return,
            () = tokio::time::sleep(REFRESH) => {}
        }
        match options(&dsql, ca.as_ref()).await {
            Ok(options) => pool.set_connect_options(options),
            Err(error) => eprintln!("the token is not renewed yet: {error}"),
        }
    }
}

/// The settings of `dsql` as sqlx has them, with a fresh token.
async fn options(dsql: &Dsql, ca: Option<&PathBuf>) -> Result<PgConnectOptions, ConnectError> {
    let config = dsql.config();
    let mut options = PgConnectOptions::new_without_pgpass()
        .host(dsql.host())
        .port(config.get_ports().first().copied().unwrap_or(5432))
        .username(config.get_user().unwrap_or("admin"))
        .database(config.get_dbname().unwrap_or("postgres"))
        .application_name(config.get_application_name().unwrap_or("sqlx"))
        .password(dsql.token().await?.as_str())
        .ssl_mode(PgSslMode::VerifyFull);
    if let Some(ca) = ca {
        options = options.ssl_root_cert(ca);
    }
    Ok(options)
}

/// Does it once more when the catalog has changed under the connection, as after a migration by another instance.
pub(crate) async fn retry_stale<T, F>(mut attempt: impl FnMut() -> F) -> Result<T, sqlx::Error>
where
    F: Future<Output = Result<T, sqlx::Error>>,
{
    match attempt().await {
        Err(error) if is_stale(&error) => attempt().await,
        result => result,
    }
}

fn is_stale(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| match error.code().as_deref() {
        Some("OC001") => true,
        Some("40001") => error.message().contains("OC001"),
        Some("0A000") => error.message().contains("cached plan must not change result type"),
        _ => false,
    })
}
