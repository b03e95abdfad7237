//! Connections without TLS: to this machine, or where the caller asks for it.

use super::{ConnectError, ConnectErrorKind, Connection, Connector};
use std::net::IpAddr;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Config, NoTls};

impl Connector for Config {
    async fn connect(&self) -> Result<Connection, ConnectError> {
        let asks_for_none = self.get_ssl_mode() == SslMode::Disable;
        if self.get_ssl_mode() == SslMode::Require || !(asks_for_none || is_local(self)) {
            return Err(ConnectError::new(
                ConnectErrorKind::Settings,
                "a bare tokio_postgres::Config has no TLS, and the password would be sent for everybody to read",
            )
            .remedy(
                "connect with dsql_migrate::Database, which understands the same URL; or say `sslmode=disable` if \
                 nobody else can read what passes",
            ));
        }
        let (client, connection) =
            Config::connect(self, NoTls).await.map_err(ConnectError::with_a_fixed_password)?;
        Ok(Connection::new(client, connection))
    }
}

/// Whether nothing leaves this machine: loopback and Unix sockets, which is also what no host at all means.
fn is_local(config: &Config) -> bool {
    let named = config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    });
    // An address goes before the name that stands for it.
    named && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_local() {
        for (url, local) in [
            ("postgres://u:p@localhost/d", true),
            ("postgres://u:p@127.0.0.1:5433/d", true),
            ("postgres://u:p@[::1]/d", true),
            ("host=/var/run/postgresql user=u", true),
            ("postgres://u:p@db.example/d", false),
            ("postgres://u:p@localhost,db.example/d", false),
            ("host=localhost hostaddr=192.0.2.7 user=u", false),
        ] {
            let config: Config = url.parse().unwrap();
            assert_eq!(is_local(&config), local, "{url}");
        }
    }

    #[tokio::test]
    async fn a_password_does_not_leave_the_machine_in_the_clear() {
        for url in ["postgres://u:p@192.0.2.1/d", "postgres://u:p@localhost/d?sslmode=require"] {
            let config: Config = url.parse().unwrap();
            let error = Connector::connect(&config).await.unwrap_err();
            assert_eq!(error.kind(), ConnectErrorKind::Settings, "{url}: {error}");
        }
    }
}
