//! An emulated cluster: one PostgreSQL, and an endpoint or many before it.

use std::fmt;

use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::options::Options;
use crate::server::Server;

/// A running emulator. Dropping it ends its connections, stops PostgreSQL and removes its data, also while panicking; should the
/// process be killed, a watchdog does so.
///
/// It runs on threads of its own, so it may be shared by tests that each have a runtime: keep one in a `static` and give every
/// test an endpoint with [`new_endpoint`](Self::new_endpoint).
pub struct Cluster {
    // In this order: the endpoint goes before the server behind it.
    first: Endpoint,
    server: Server,
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
        let server = Server::start(options).await?;
        let first = server.open(server.options.clone()).await?;
        Ok(Self { first, server })
    }

    /// The URL of the first endpoint, for psql and `tokio_postgres::Config` as it is.
    #[must_use]
    pub fn url(&self) -> String {
        self.first.url()
    }

    /// The first endpoint.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.first
    }

    /// The port of the first endpoint.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.first.port()
    }

    /// The version of the PostgreSQL behind, such as `15.18`. What clients are told is DSQL's.
    #[must_use]
    pub fn postgres_version(&self) -> &str {
        self.server.postgres_version()
    }

    /// The seed in use, drawn at the start when the options gave none.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.server.seed
    }

    /// Opens another endpoint: an emulated cluster of its own, empty, on any free port. About 50 ms.
    ///
    /// # Errors
    /// When PostgreSQL has gone away or no port is free.
    pub async fn new_endpoint(&self) -> Result<Endpoint, Error> {
        self.server.open(self.server.options.clone().port(0)).await
    }

    /// Like [`new_endpoint`](Self::new_endpoint), with options of its own: job time, limits, seed and port apply to it alone.
    ///
    /// # Errors
    /// When PostgreSQL has gone away or the port is taken.
    pub async fn new_endpoint_with(&self, options: Options) -> Result<Endpoint, Error> {
        self.server.open(options).await
    }

    /// Stops it all; the same as dropping it, without blocking the caller's thread.
    pub async fn stop(self) {
        let _ = tokio::task::spawn_blocking(move || drop(self)).await;
    }
}
