//! An endpoint: one emulated cluster as a client sees it, with a port and a database of its own.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::backend::{Backend, Refused};
use crate::control::Control;
use crate::error::Error;
use crate::postgres::SUPERUSER;
use crate::session::{Client, Session};
use crate::shared::Shared;
use crate::tls;
use crate::token;
use crate::wire::{self, Wire, broken};
use crate::words::{self, ServerError};

/// The protocol versions of start-up packets that are none.
const SSL_REQUEST: u32 = 80_877_103;
const GSS_REQUEST: u32 = 80_877_104;
const CANCEL_REQUEST: u32 = 80_877_102;

/// An emulated cluster with a port and a database of its own. Its connections end and its data goes when it is
/// dropped, or when the [`Cluster`](crate::Cluster) is that it came from.
pub struct Endpoint {
    port: u16,
    listener: JoinHandle<()>,
    shared: Arc<Shared>,
    /// The emulator's own, as an endpoint may be dropped on any thread.
    runtime: Handle,
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
        Ok(Self { port, listener, shared, runtime: Handle::current() })
    }

    /// The TCP port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A URL that psql and `tokio_postgres::Config` take as it is. With TLS it holds a fresh token.
    #[must_use]
    pub fn url(&self) -> String {
        let port = self.port;
        match self.shared.tls {
            None => format!("postgres://admin:local@127.0.0.1:{port}/postgres?sslmode=disable"),
            Some(_) => {
                let token = token::percent_encoded(&self.token("admin"));
                format!("postgres://admin:{token}@{}:{port}/postgres?sslmode=require", tls::HOST)
            }
        }
    }

    /// The host that clients should name: with TLS it is in the certificate.
    #[must_use]
    pub fn host(&self) -> &str {
        if self.shared.tls.is_some() { tls::HOST } else { "127.0.0.1" }
    }

    /// The password of a role, as an SDK would make it for this endpoint: good for a while, and for this role only.
    #[must_use]
    pub fn token(&self, user: &str) -> String {
        token::make(user, self.host(), self.shared.options.token_life, SystemTime::now())
    }

    /// The certificate of the authority to verify with, in PEM; none without TLS.
    #[must_use]
    pub fn ca_pem(&self) -> Option<&str> {
        self.shared.tls.as_ref().map(|tls| &*tls.ca_pem)
    }

    /// The same as a file, for `sslrootcert`.
    #[must_use]
    pub fn ca_file(&self) -> Option<&Path> {
        self.shared.tls.as_ref().map(|tls| tls.ca_file.as_path())
    }

    /// The control handle: faults and counts.
    #[must_use]
    pub fn control(&self) -> Control {
        Control::new(Arc::clone(&self.shared))
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
        // A kept folder keeps the database too.
        if self.shared.options.data_dir.is_none() {
            let (socket, database) = (self.shared.socket.clone(), self.shared.database.clone());
            self.runtime.spawn(async move {
                let parameters = [("user", SUPERUSER), ("database", "postgres")]
                    .map(|(k, v)| (k.to_string(), v.to_string()));
                if let Ok(mut server) = Backend::connect(&socket, &parameters).await {
                    let _ = server.query(&format!("DROP DATABASE {database} WITH (FORCE)")).await;
                }
            });
        }
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
    match greet(stream, &shared).await {
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
async fn greet(stream: TcpStream, shared: &Arc<Shared>) -> io::Result<Option<Session>> {
    let mut first = [0];
    // A client that negotiates directly begins with a TLS record.
    let direct = stream.peek(&mut first).await? == 1 && first == [0x16];
    if direct {
        let Some(tls) = &shared.tls else { return Err(broken("TLS where there is none")) };
        let (stream, host) = tls.accept(stream).await?;
        return start(Wire::new(Box::new(stream)), host, shared).await;
    }
    let mut wire = Wire::new(stream);
    loop {
        let Some(packet) = wire.read_startup().await? else { return Ok(None) };
        match (code(&packet), &shared.tls) {
            (SSL_REQUEST, Some(tls)) => {
                wire.push_raw(b"S");
                wire.flush().await?;
                if wire.unread() > 0 {
                    return Err(broken("plain text after the request for TLS"));
                }
                let (stream, host) = tls.accept(wire.into_stream()).await?;
                return start(Wire::new(Box::new(stream)), host, shared).await;
            }
            (SSL_REQUEST | GSS_REQUEST, _) => {
                wire.push_raw(b"N");
                wire.flush().await?;
            }
            (CANCEL_REQUEST, _) => return cancel(&packet, shared).await.map(|()| None),
            (_, None) => return log_in(wire.boxed(), &packet, "127.0.0.1", shared).await,
            (_, Some(_)) => return refuse(wire.boxed(), &words::tls_required()).await,
        }
    }
}

/// Goes on inside TLS.
async fn start(
    mut client: Client,
    host: Option<String>,
    shared: &Arc<Shared>,
) -> io::Result<Option<Session>> {
    let Some(packet) = client.read_startup().await? else { return Ok(None) };
    if code(&packet) == CANCEL_REQUEST {
        return cancel(&packet, shared).await.map(|()| None);
    }
    match host {
        Some(host) => log_in(client, &packet, &host, shared).await,
        None => refuse(client, &words::sni_required()).await,
    }
}

/// Whether an IAM principal may connect as this role.
const MAPPED: &str = "SELECT EXISTS (SELECT FROM sys.iam_pg_role_mappings WHERE pg_role_name = session_user)";

async fn log_in(
    mut client: Client,
    packet: &[u8],
    host: &str,
    shared: &Arc<Shared>,
) -> io::Result<Option<Session>> {
    if code(packet) >> 16 != 3 {
        return Err(broken("unsupported protocol version"));
    }
    let mut parameters = parameters(packet)?;
    client.push(b'R', &3_u32.to_be_bytes());
    client.flush().await?;
    let password = match client.read().await? {
        Some(frame) if frame.tag == b'p' => frame.text()?,
        Some(_) => return Err(broken("expected a password")),
        None => return Ok(None),
    };
    let user = parameters.iter().find(|(name, _)| name == "user").map_or("", |(_, value)| value.as_str());
    let needs_mapping = shared.tls.is_some() && user != "admin";
    // The emulator's own superuser is nobody outside.
    let denied = if user == SUPERUSER {
        Err(words::access_denied())
    } else if shared.tls.is_some() {
        shared.admits(&password, user, host)
    } else {
        Ok(())
    };
    if let Err(error) = denied {
        return refuse(client, &error).await;
    }
    if parameters.iter().any(|(name, _)| name == "default_transaction_read_only") {
        let error = words::unsupported(words::setting("default_transaction_read_only"));
        return refuse(client, &error).await;
    }
    let asked = parameters.iter().find(|(name, _)| name == "database").map(|(_, value)| value.clone());
    if let Some(asked) = asked.filter(|asked| asked != "postgres") {
        let error = ServerError::new("3D000", format!("database \"{asked}\" does not exist"));
        return refuse(client, &error).await;
    }
    parameters.retain(|(name, _)| name != "database");
    parameters.push(("database".into(), shared.database.clone()));
    let mut backend = match Backend::connect(&shared.socket, &parameters).await {
        Ok(backend) => backend,
        Err(Refused::Server(mut error)) => {
            if error.code == "28000" {
                error = words::access_denied();
            }
            error.fields = None;
            error.message = error.message.replace(&shared.database, "postgres");
            return refuse(client, &error).await;
        }
        Err(Refused::Io(error)) => return Err(error),
    };
    // Whose a token is cannot be told, but a role that nobody is mapped to lets nobody in.
    if needs_mapping && backend.query(MAPPED).await?.value() != Some("t") {
        return refuse(client, &words::access_denied()).await;
    }
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
