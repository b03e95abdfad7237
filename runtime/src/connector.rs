//! Where connections come from.

use crate::server::ServerError;
use std::fmt;
use std::future::Future;
use tokio::task::JoinHandle;
use tokio_postgres::config::SslMode;
use tokio_postgres::{AsyncMessage, Client, Config, NoTls};

/// Opens connections, as often as a run needs one.
///
/// Every call makes a new connection: a run reconnects when one ends, as DSQL ends each after an hour, and a
/// token is to be fresh then. [`tokio_postgres::Config`] implements it for connections without TLS.
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

impl Connector for Config {
    async fn connect(&self) -> Result<Connection, ConnectError> {
        if self.get_ssl_mode() == SslMode::Require {
            return Err(ConnectError::last(
                "the configuration asks for TLS, which a bare tokio_postgres::Config cannot do here: \
                 implement dsql_migrate::Connector with a TLS connector",
            ));
        }
        let (client, connection) = Config::connect(self, NoTls).await?;
        Ok(Connection::new(client, connection))
    }
}

/// An open connection, and the task that drives it.
#[derive(Debug)]
pub struct Connection {
    client: Client,
    driver: JoinHandle<()>,
}

impl Connection {
    /// From what [`tokio_postgres::Config::connect`] gives. Its second half is driven by a task on the current runtime.
    pub fn new<S, T>(client: Client, mut connection: tokio_postgres::Connection<S, T>) -> Self
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
        T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    {
        let driver = tokio::spawn(async move {
            while let Some(message) = std::future::poll_fn(|cx| connection.poll_message(cx)).await {
                match message {
                    Ok(AsyncMessage::Notice(notice)) => {
                        tracing::debug!(target: "dsql_migrate",
                            sqlstate = notice.code().code(),
                            "server notice: {}",
                            notice.message()
                        );
                    }
                    Ok(_) => {}
                    // Whoever waits for an answer is told by the client half.
                    Err(error) => {
                        tracing::debug!(target: "dsql_migrate", "connection ended: {error}");
                        break;
                    }
                }
            }
        });
        Self { client, driver }
    }

    /// The half that sends statements.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Closes the socket at once, whatever the server is doing. Dropping waits for nothing either, but says
    /// goodbye first, which a hanging server would never read.
    pub(crate) fn cut(self) {
        self.driver.abort();
    }
}

/// Why there is no connection.
#[derive(Debug, Clone)]
pub struct ConnectError {
    message: String,
    server: Option<ServerError>,
    transient: bool,
}

impl ConnectError {
    /// Another attempt would fail as well.
    pub fn last(message: impl Into<String>) -> Self {
        Self { message: message.into(), server: None, transient: false }
    }

    /// Another attempt may succeed.
    pub fn transient(message: impl Into<String>) -> Self {
        Self { message: message.into(), server: None, transient: true }
    }

    /// What the server answered, if it was one that answered.
    #[must_use]
    pub fn server_error(&self) -> Option<&ServerError> {
        self.server.as_ref()
    }

    /// Whether another attempt may succeed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.transient
    }
}

impl From<tokio_postgres::Error> for ConnectError {
    fn from(error: tokio_postgres::Error) -> Self {
        let server = error.as_db_error().map(ServerError::from);
        let transient = match &server {
            Some(server) => crate::retry::connects_later(server),
            None => crate::retry::is_of_the_network(&error),
        };
        Self { message: crate::retry::with_causes(&error), server, transient }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConnectError {}
