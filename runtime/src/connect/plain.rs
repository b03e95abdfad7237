//! Connections without TLS.

use super::{ConnectError, ConnectErrorKind, Connection, Connector};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Config, NoTls};

impl Connector for Config {
    async fn connect(&self) -> Result<Connection, ConnectError> {
        if self.get_ssl_mode() == SslMode::Require {
            return Err(ConnectError::new(
                ConnectErrorKind::Settings,
                "the configuration asks for TLS, which a bare tokio_postgres::Config has none of",
            )
            .remedy("connect with dsql_migrate::Database, which understands the same URL"));
        }
        let (client, connection) =
            Config::connect(self, NoTls).await.map_err(ConnectError::with_a_fixed_password)?;
        Ok(Connection::new(client, connection))
    }
}
