//! Who is asked: an endpoint of an emulator here, or a cluster somewhere.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::backend::{Backend, Refused};
use crate::endpoint::Endpoint;
use crate::error::Error;

/// The schema that probes have to themselves on a cluster.
const SCHEMA: &str = "dsql_local_probes";

pub(super) enum Target<'a> {
    Endpoint(&'a Endpoint),
    Remote(&'a Remote),
}

/// A cluster, and how to get in.
pub(super) struct Remote {
    host: String,
    port: u16,
    token: String,
    tls: TlsConnector,
}

impl Remote {
    pub(super) fn new(host: &str, port: u16, token: &str, ca_pem: &str) -> Result<Self, Error> {
        let failed = |error: &dyn std::fmt::Display| Error::Option(format!("TLS: {error}"));
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(ca_pem.as_bytes()) {
            roots.add(certificate.map_err(|error| failed(&error))?).map_err(|error| failed(&error))?;
        }
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| failed(&error))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let tls = TlsConnector::from(Arc::new(config));
        Ok(Self { host: host.to_string(), port, token: token.to_string(), tls })
    }

    async fn connect(&self) -> io::Result<Backend> {
        let mut stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        stream.set_nodelay(true)?;
        // SSLRequest, and the one byte that answers it.
        tokio::io::AsyncWriteExt::write_all(&mut stream, &[0, 0, 0, 8, 4, 210, 22, 47]).await?;
        if tokio::io::AsyncReadExt::read_u8(&mut stream).await? != b'S' {
            return Err(io::Error::other("the server has no TLS"));
        }
        let name = ServerName::try_from(self.host.clone()).map_err(io::Error::other)?;
        let stream = self.tls.connect(name, stream).await?;
        start(Box::new(stream), &self.token).await
    }
}

impl Target<'_> {
    /// A connection, where the probe finds and makes its tables.
    pub(super) async fn connect(&self) -> io::Result<Backend> {
        match self {
            Self::Endpoint(endpoint) => {
                let stream = TcpStream::connect(("127.0.0.1", endpoint.port())).await?;
                stream.set_nodelay(true)?;
                start(Box::new(stream), "local").await
            }
            Self::Remote(remote) => {
                let mut backend = remote.connect().await?;
                settled(&mut backend, &format!("SET search_path = {SCHEMA}")).await?;
                Ok(backend)
            }
        }
    }

    /// Makes room for the next probe.
    pub(super) async fn reset(&self) -> Result<(), Error> {
        match self {
            Self::Endpoint(endpoint) => endpoint.reset().await,
            Self::Remote(remote) => {
                let mut backend = remote.connect().await.map_err(Error::io("connecting to the cluster"))?;
                for sql in
                    [format!("DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"), format!("CREATE SCHEMA {SCHEMA}")]
                {
                    settled(&mut backend, &sql).await.map_err(Error::io("making a schema"))?;
                }
                Ok(())
            }
        }
    }
}

async fn start(stream: Box<dyn crate::wire::Stream>, password: &str) -> io::Result<Backend> {
    let parameters =
        [("user", "admin"), ("database", "postgres")].map(|(k, v)| (k.to_string(), v.to_string()));
    Backend::over(stream, &parameters, password).await.map_err(|refused| match refused {
        Refused::Io(error) => error,
        Refused::Server(error) => io::Error::other(format!("{} ({})", error.message, error.code)),
    })
}

/// Runs what is no probe itself, again as long as it only conflicts.
pub(super) async fn settled(backend: &mut Backend, sql: &str) -> io::Result<()> {
    let mut tries = 0;
    loop {
        let Some(error) = backend.query(sql).await?.error else { return Ok(()) };
        tries += 1;
        if error.code != "40001" || tries == 12 {
            return Err(io::Error::other(format!("{sql}: {} ({})", error.message, error.code)));
        }
        tokio::time::sleep(Duration::from_millis(100 * tries)).await;
    }
}
