//! A pool of connections for the application, by the same connector as the migrations.

use crate::connect::{ConnectError, Connection, Connector};
use deadpool::managed::{self, Metrics, RecycleError, RecycleResult};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio_postgres::Client;

/// DSQL ends a connection after 60 minutes; whoever has taken one from the pool is left some time with it.
const MAX_AGE: Duration = Duration::from_secs(55 * 60);

/// A pool of connections that are opened by a [`Connector`], so with a fresh token each where that is
/// `Dsql` (feature `iam`).
///
/// ```no_run
/// # #[cfg(feature = "iam")] {
/// # async fn boot(migrations: dsql_migrate::Migrations) -> Result<(), Box<dyn std::error::Error>> {
/// use dsql_migrate::{Dsql, Pool, PoolManager};
/// let dsql = Dsql::from_env()?;
/// let pool = Pool::builder(PoolManager::new(dsql.clone())).max_size(10).build()?;
/// migrations.run(&dsql).await?;
/// pool.manager().recycler().recycle();
/// let rows = pool.get().await?.query("SELECT 1", &[]).await?;
/// # drop(rows); Ok(()) }
/// # }
/// ```
pub type Pool<C> = managed::Pool<PoolManager<C>>;

/// Why a [`Pool`] gives no connection.
pub type PoolError = managed::PoolError<ConnectError>;

/// Opens the connections of a [`Pool`] and says which may be used again: those that are open, younger than 55
/// minutes, and were opened after the last [`Recycler::recycle`]. It sends nothing to find out.
pub struct PoolManager<C> {
    connector: C,
    recycler: Recycler,
    max_age: Duration,
}

impl<C: Connector> PoolManager<C> {
    /// Of connections by this connector.
    pub fn new(connector: C) -> Self {
        Self { connector, recycler: Recycler::default(), max_age: MAX_AGE }
    }

    /// Uses no connection that is older: 55 minutes unless set. Each gets up to a tenth less by chance, so that
    /// those that were opened together do not end together.
    #[must_use]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = age;
        self
    }

    /// What has all connections replaced.
    #[must_use]
    pub fn recycler(&self) -> Recycler {
        self.recycler.clone()
    }
}

impl<C> fmt::Debug for PoolManager<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PoolManager").field("max_age", &self.max_age).finish_non_exhaustive()
    }
}

/// Has all connections of a pool replaced: call it after a migration, since a connection from before meets OC001 at
/// its next statement, and its prepared statements may not fit the tables any more.
#[derive(Debug, Clone, Default)]
pub struct Recycler(Arc<AtomicU64>);

impl Recycler {
    /// Connections that are open now are not handed out again. Those in use are closed when they come back.
    pub fn recycle(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn generation(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A connection of a [`Pool`]: a [`tokio_postgres::Client`].
#[derive(Debug)]
pub struct Pooled {
    connection: Connection,
    generation: u64,
    /// `None`: for longer than there is time.
    until: Option<Instant>,
}

impl Deref for Pooled {
    type Target = Client;

    fn deref(&self) -> &Client {
        self.connection.client()
    }
}

impl DerefMut for Pooled {
    fn deref_mut(&mut self) -> &mut Client {
        self.connection.client_mut()
    }
}

impl<C: Connector> managed::Manager for PoolManager<C> {
    type Type = Pooled;
    type Error = ConnectError;

    async fn create(&self) -> Result<Pooled, ConnectError> {
        // Before connecting: one that began before a migration and is ready after it counts as old.
        let generation = self.recycler.generation();
        let age = self.max_age - (self.max_age / 10).mul_f64(fastrand::f64());
        let until = Instant::now().checked_add(age);
        Ok(Pooled { connection: self.connector.connect().await?, generation, until })
    }

    async fn recycle(&self, pooled: &mut Pooled, _: &Metrics) -> RecycleResult<ConnectError> {
        let refused = if pooled.is_closed() {
            "closed"
        } else if pooled.generation != self.recycler.generation() {
            "from before a migration"
        } else if pooled.until.is_some_and(|end| Instant::now() >= end) {
            "too old"
        } else {
            return Ok(());
        };
        Err(RecycleError::message(refused))
    }
}
