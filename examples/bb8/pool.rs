//! A pool of bb8 over any connector: made to be copied.

use bb8::{ManageConnection, Pool};
use dsql_migrate::{ConnectError, Connection, Connector};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Counts migrations: connections of an earlier count are not used again.
#[derive(Clone, Default)]
pub(crate) struct Generation(Arc<AtomicU64>);

impl Generation {
    pub(crate) fn next(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A connection and the generation that it is of.
pub(crate) struct Pooled(Connection, u64);

impl Pooled {
    pub(crate) fn client(&self) -> &tokio_postgres::Client {
        self.0.client()
    }
}

pub(crate) struct Manager<C> {
    connector: C,
    generation: Generation,
}

impl<C: Connector + 'static> ManageConnection for Manager<C> {
    type Connection = Pooled;
    type Error = ConnectError;

    async fn connect(&self) -> Result<Pooled, ConnectError> {
        let generation = self.generation.get();
        Ok(Pooled(self.connector.connect().await?, generation))
    }

    async fn is_valid(&self, pooled: &mut Pooled) -> Result<(), ConnectError> {
        if pooled.1 == self.generation.get() {
            return Ok(());
        }
        Err(ConnectError::transient("from before a migration"))
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        pooled.client().is_closed()
    }
}

/// A pool that connects when it is needed, and a handle to replace its connections with.
pub(crate) fn open<C: Connector + 'static>(connector: C) -> (Pool<Manager<C>>, Generation) {
    let generation = Generation::default();
    let manager = Manager { connector, generation: generation.clone() };
    // DSQL ends a connection after 60 minutes.
    let pool =
        Pool::builder().max_size(10).max_lifetime(Duration::from_secs(55 * 60)).build_unchecked(manager);
    (pool, generation)
}
