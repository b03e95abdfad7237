//! One way to a connection, whether we open it or it was lent.

use super::session::Session;
use crate::connect::{ConnectError, Connection, Connector};
use std::time::Duration;
use tokio_postgres::Client;

/// Where sessions come from.
pub(crate) enum Source<'a, C> {
    /// New connections, as often as need be.
    Connector(&'a C),
    /// The one that the caller lent.
    Lent(&'a Client),
}

// By hand, since a derive would ask that C be Copy.
impl<C> Clone for Source<'_, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Source<'_, C> {}

/// Stands where a connection is lent and none can be opened.
pub(crate) struct NoConnector;

impl Connector for NoConnector {
    async fn connect(&self) -> Result<Connection, ConnectError> {
        Err(ConnectError::last("there is no way to connect again"))
    }
}

impl<'a, C: Connector> Source<'a, C> {
    /// A session: a new connection within `limit`, or the lent one.
    pub(crate) async fn session(&self, limit: Duration) -> Result<Session<'a>, ConnectError> {
        match self {
            Self::Lent(client) => Ok(Session::lent(client)),
            Self::Connector(connector) => match tokio::time::timeout(limit, connector.connect()).await {
                Ok(connection) => Ok(Session::own(connection?)),
                Err(_) => Err(ConnectError::transient(format!("no connection within {limit:?}"))),
            },
        }
    }

    /// Whether another connection can be opened beside the first.
    pub(crate) fn can_connect(&self) -> bool {
        matches!(self, Self::Connector(_))
    }
}
