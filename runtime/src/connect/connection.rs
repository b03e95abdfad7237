//! An open connection.

use tokio::task::JoinHandle;
use tokio_postgres::{AsyncMessage, Client};

/// An open connection, and the task that drives it.
#[derive(Debug)]
pub struct Connection {
    client: Client,
    driver: JoinHandle<()>,
}

impl Connection {
    /// From what [`tokio_postgres::Config::connect`] gives. Its second half is driven by a task on the current runtime.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
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
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The same for what needs it to itself, as a transaction does.
    pub fn client_mut(&mut self) -> &mut Client {
        &mut self.client
    }

    /// Closes the socket at once, whatever the server is doing. Dropping waits for nothing either, but says
    /// goodbye first, which a hanging server would never read.
    pub(crate) fn cut(self) {
        self.driver.abort();
    }
}
