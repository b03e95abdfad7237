//! An endpoint: one stand-in cluster as a client sees it, with a port and a database of its own.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::task::JoinHandle;

use crate::backend::{Backend, Refused};
use crate::catalog::Catalog;
use crate::error::Error;
use crate::jobs::Jobs;
use crate::options::Options;
use crate::registry::Registry;
use crate::session::{Client, Session};
use crate::wire::{self, Wire, broken};
use crate::words::{self, ServerError};

/// The protocol versions of start-up packets that are none.
const SSL_REQUEST: u32 = 80_877_103;
const GSS_REQUEST: u32 = 80_877_104;
const CANCEL_REQUEST: u32 = 80_877_102;

/// What all sessions of an endpoint share.
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) socket: PathBuf,
    /// The database behind it; clients know it as `postgres`.
    pub(crate) database: String,
    pub(crate) jobs: Jobs,
    pub(crate) catalog: Catalog,
    pub(crate) registry: Registry,
}

/// A stand-in cluster with a port and a database of its own. Its data goes with the [`Cluster`](crate::Cluster) it came from;
/// connections to it end when it is dropped.
pub struct Endpoint {
    port: u16,
    listener: JoinHandle<()>,
    shared: Arc<Shared>,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("url", &self.url()).finish_non_exhaustive()
    }
}

impl Endpoint {
    pub(crate) async fn open(shared: Shared) -> Result<Self, Error> {
        let wanted = ("127.0.0.1", shared.options.port);
        let listener = TcpListener::bind(wanted).await.map_err(Error::io("listening on 127.0.0.1"))?;
        let port = listener.local_addr().map_err(Error::io("listening on 127.0.0.1"))?.port();
        let shared = Arc::new(shared);
        let listener = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { port, listener, shared })
    }

    /// The TCP port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A URL that psql and `tokio_postgres::Config` take as it is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://admin:local@127.0.0.1:{}/postgres?sslmode=disable", self.port)
    }

    /// Empties the database: schemas, tables and jobs go, connections stay.
    ///
    /// # Errors
    /// When a transaction holds on to something for seconds, or PostgreSQL has gone away.
    pub async fn reset(&self) -> Result<(), Error> {
        self.shared.jobs.ask("SELECT sys._reset()").await
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    // Sessions end with the endpoint: they live in its task.
    let mut sessions = tokio::task::JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    sessions.spawn(connection(stream, Arc::clone(&shared)));
                }
                Err(error) => tracing::warn!(%error, "cannot accept a connection"),
            },
            Some(_) = sessions.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    // Answers are small and a client waits for each.
    let _ = stream.set_nodelay(true);
    match greet(Wire::new(Box::new(stream)), &shared).await {
        Ok(Some(session)) => {
            if let Err(error) = session.serve().await {
                tracing::debug!(%error, "session ended");
            }
        }
        Ok(None) => {}
        Err(error) => tracing::debug!(%error, "connection ended before its session"),
    }
}

/// Takes a client through its start-up; none when there is to be no session.
async fn greet(mut client: Client, shared: &Arc<Shared>) -> io::Result<Option<Session>> {
    let packet = loop {
        let Some(packet) = client.read_startup().await? else { return Ok(None) };
        match code(&packet) {
            SSL_REQUEST | GSS_REQUEST => {
                client.push_raw(b"N");
                client.flush().await?;
            }
            CANCEL_REQUEST => return cancel(&packet, shared).await.map(|()| None),
            _ => break packet,
        }
    };
    if code(&packet) >> 16 != 3 {
        return Err(broken("unsupported protocol version"));
    }
    let mut parameters = parameters(&packet)?;
    client.push(b'R', &3_u32.to_be_bytes());
    client.flush().await?;
    match client.read().await? {
        Some(frame) if frame.tag == b'p' => {}
        Some(_) => return Err(broken("expected a password")),
        None => return Ok(None),
    }
    let asked = parameters.iter().find(|(name, _)| name == "database").map(|(_, value)| value.clone());
    if let Some(asked) = asked.filter(|asked| asked != "postgres") {
        let error = ServerError::new("3D000", format!("database \"{asked}\" does not exist"));
        return refuse(client, &error).await;
    }
    parameters.retain(|(name, _)| name != "database");
    parameters.push(("database".into(), shared.database.clone()));
    let backend = match Backend::connect(&shared.socket, &parameters).await {
        Ok(backend) => backend,
        Err(Refused::Server(mut error)) => {
            error.fields = None;
            error.message = error.message.replace(&shared.database, "postgres");
            return refuse(client, &error).await;
        }
        Err(Refused::Io(error)) => return Err(error),
    };
    client.push(b'R', &[0; 4]);
    for (name, value) in &backend.parameters {
        let value = if name == "server_version" { words::SERVER_VERSION } else { value };
        let mut body = wire::cstr(name);
        body.extend(wire::cstr(value));
        client.push(b'S', &body);
    }
    client.push(b'K', &backend.key);
    Ok(Some(Session::new(client, backend, Arc::clone(shared))))
}

async fn refuse(mut client: Client, error: &ServerError) -> io::Result<Option<Session>> {
    client.pass(&wire::error(error, "FATAL"));
    client.flush().await?;
    Ok(None)
}

fn code(packet: &[u8]) -> u32 {
    match packet {
        [a, b, c, d, ..] => u32::from_be_bytes([*a, *b, *c, *d]),
        _ => 0,
    }
}

/// The name and value pairs of a start-up packet.
fn parameters(packet: &[u8]) -> io::Result<Vec<(String, String)>> {
    let frame = wire::Frame::new(0, packet.get(4..).unwrap_or_default().to_vec());
    let mut found = Vec::new();
    let mut at = 0;
    while frame.body.get(at).is_some_and(|&b| b != 0) {
        let (name, next) = frame.text_at(at)?;
        let (value, end) = frame.text_at(next)?;
        found.push((name, value));
        at = end;
    }
    Ok(found)
}

/// Hands a cancel request to the backend, whose key the client was given.
async fn cancel(packet: &[u8], shared: &Shared) -> io::Result<()> {
    let mut backend = Wire::new(UnixStream::connect(&shared.socket).await?);
    backend.push_startup(packet);
    backend.flush().await
}
