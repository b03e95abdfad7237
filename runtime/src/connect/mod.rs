//! Where connections come from.

mod connection;
#[cfg(feature = "tls")]
mod database;
#[cfg(feature = "iam")]
mod dsql;
#[cfg(feature = "iam")]
mod dsql_builder;
#[cfg(feature = "iam")]
mod endpoint;
mod error;
mod plain;
#[cfg(feature = "tls")]
mod tls;
#[cfg(feature = "iam")]
mod token;
#[cfg(feature = "tls")]
mod url;

pub use connection::Connection;
#[cfg(feature = "tls")]
pub use database::Database;
#[cfg(feature = "iam")]
pub use dsql::Dsql;
#[cfg(feature = "iam")]
pub use dsql_builder::DsqlBuilder;
pub use error::{ConnectError, ConnectErrorKind};
#[cfg(feature = "tls")]
pub use tls::Roots;
#[cfg(feature = "iam")]
pub use token::Token;

use std::future::Future;

/// Opens connections, as often as a run needs one.
///
/// Every call makes a new connection: a run reconnects when one ends, as DSQL ends each after an hour, and a
/// token is to be fresh then. `Dsql` (feature `iam`) connects with tokens,
/// `Database` (feature `tls`) by a `postgres://` URL, and [`tokio_postgres::Config`] without TLS.
pub trait Connector: Send + Sync {
    /// Opens a connection.
    ///
    /// # Errors
    /// [`ConnectError`] tells whether another attempt may succeed; the run then makes it.
    fn connect(&self) -> impl Future<Output = Result<Connection, ConnectError>> + Send;
}

impl<C: Connector> Connector for &C {
    fn connect(&self) -> impl Future<Output = Result<Connection, ConnectError>> + Send {
        (**self).connect()
    }
}

impl<C: Connector> Connector for std::sync::Arc<C> {
    fn connect(&self) -> impl Future<Output = Result<Connection, ConnectError>> + Send {
        (**self).connect()
    }
}
