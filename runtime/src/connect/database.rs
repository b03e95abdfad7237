//! A database by its URL.

use super::tls::{Roots, Trust};
use super::{ConnectError, ConnectErrorKind, Connection, Connector, url};
use std::fmt;
use std::path::Path;
use tokio_postgres::config::{Host, SslMode, SslNegotiation};
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

/// A database by its URL, as libpq and psql understand one, with TLS.
///
/// ```no_run
/// # async fn boot(migrations: dsql_migrate::Migrations) -> Result<(), Box<dyn std::error::Error>> {
/// use dsql_migrate::Database;
/// migrations.run(&Database::from_env()?).await?;
/// # Ok(()) }
/// ```
///
/// What is secured how, by `sslmode`:
///
/// | `sslmode` | this machine (loopback, Unix socket) | any other host |
/// |---|---|---|
/// | not given, `allow`, `prefer` | plain text; with `sslrootcert` as `verify-full` | as `verify-full` |
/// | `require`, `verify-ca`, `verify-full` | TLS, chain and name verified | TLS, chain and name verified |
/// | `disable` | plain text | plain text |
///
/// Never weaker than libpq, then, and stricter than it where it would take any certificate or none: a server that
/// offers no TLS is refused unless the URL says `sslmode=disable`.
///
/// `sslrootcert=PATH` names the only authorities that count, `sslrootcert=system` the machine's; without it those
/// of Mozilla's list count, which is part of the binary. `sslnegotiation=direct` saves a round trip where the
/// server knows it, as DSQL does. `application_name`, `options`, `connect_timeout`, `hostaddr` and the `keepalives`
/// family mean what they mean to libpq; no file (`.pgpass`, `~/.postgresql`) and no other variable is read.
#[derive(Clone)]
pub struct Database {
    config: Config,
    /// `None`: plain text.
    secure: Option<Secure>,
    place: String,
}

#[derive(Clone)]
pub(super) struct Secure {
    trust: Trust,
    connector: MakeRustlsConnect,
}

impl Secure {
    pub(super) fn new(trust: Trust, config: &Config) -> Result<Self, ConnectError> {
        let connector = trust.connector(config.get_ssl_negotiation() == SslNegotiation::Direct)?;
        Ok(Self { trust, connector })
    }

    pub(super) async fn connect(&self, config: &Config) -> Result<Connection, tokio_postgres::Error> {
        let (client, connection) = config.connect(self.connector.clone()).await?;
        Ok(Connection::new(client, connection))
    }
}

impl Database {
    /// From a URL, `postgres://user:password@host:port/database?parameter=value`.
    ///
    /// # Errors
    /// When the URL cannot be read, contradicts itself or names a file that cannot be read. The error holds no
    /// part of the URL but names of parameters and that file's.
    pub fn from_url(url: &str) -> Result<Self, ConnectError> {
        let asked = url::parse(url)?;
        let secure = asked.trust.map(|trust| Secure::new(trust, &asked.config)).transpose()?;
        Ok(Self { place: place(&asked.config), config: asked.config, secure })
    }

    /// From the environment variable `DATABASE_URL`.
    ///
    /// # Errors
    /// When it is not set; else as [`Self::from_url`].
    pub fn from_env() -> Result<Self, ConnectError> {
        match std::env::var("DATABASE_URL") {
            Ok(url) => Self::from_url(&url),
            Err(_) => Err(ConnectError::new(ConnectErrorKind::Settings, "DATABASE_URL is not set")
                .remedy("set it to postgres://user:password@host:port/database")),
        }
    }

    /// Trusts the authorities of a PEM file too, and so verifies whatever the URL says short of `disable`.
    ///
    /// # Errors
    /// When the file cannot be read or holds no certificate; when the URL says `sslmode=disable`.
    pub fn ca_file(self, path: impl AsRef<Path>) -> Result<Self, ConnectError> {
        self.trusting(|trust| trust.add_file(path.as_ref()))
    }

    /// The same with the text of such a file.
    ///
    /// # Errors
    /// As [`Self::ca_file`].
    pub fn ca_pem(self, pem: impl AsRef<[u8]>) -> Result<Self, ConnectError> {
        self.trusting(|trust| trust.add_pem(pem.as_ref(), "the authority given"))
    }

    /// Verifies with other authorities than the URL says; those that were added stay.
    ///
    /// # Errors
    /// When the machine has none that can be used; when the URL says `sslmode=disable`.
    pub fn roots(self, roots: Roots) -> Result<Self, ConnectError> {
        self.trusting(|trust| {
            trust.roots = roots;
            Ok(())
        })
    }

    fn trusting(
        mut self,
        change: impl FnOnce(&mut Trust) -> Result<(), ConnectError>,
    ) -> Result<Self, ConnectError> {
        if self.config.get_ssl_mode() == SslMode::Disable {
            return Err(ConnectError::new(
                ConnectErrorKind::Settings,
                "sslmode=disable and an authority to verify with contradict each other",
            ));
        }
        let mut trust = self.secure.map(|secure| secure.trust).unwrap_or_default();
        change(&mut trust)?;
        self.config.ssl_mode(SslMode::Require);
        self.secure = Some(Secure::new(trust, &self.config)?);
        Ok(self)
    }
}

impl Connector for Database {
    async fn connect(&self) -> Result<Connection, ConnectError> {
        let connected = match &self.secure {
            Some(secure) => secure.connect(&self.config).await,
            None => self
                .config
                .connect(NoTls)
                .await
                .map(|(client, connection)| Connection::new(client, connection)),
        };
        connected.map_err(|error| ConnectError::with_a_fixed_password(error).at(&self.place))
    }
}

/// The hosts with their ports, as messages name them.
pub(super) fn place(config: &Config) -> String {
    let ports = config.get_ports();
    let names = config.get_hosts().iter().enumerate().map(|(position, host)| {
        let port = ports.get(position).or(ports.first()).copied().unwrap_or(5432);
        match host {
            Host::Tcp(name) if name.contains(':') => format!("[{name}]:{port}"),
            Host::Tcp(name) => format!("{name}:{port}"),
            #[cfg(unix)]
            Host::Unix(path) => path.display().to_string(),
        }
    });
    names.collect::<Vec<_>>().join(", ")
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database")
            .field("at", &self.place)
            .field("user", &self.config.get_user())
            .field("verified", &self.secure.is_some())
            .finish_non_exhaustive()
    }
}
