//! The certificate of an emulator: an authority made at its start, handed out so that clients can verify in full.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::server::TlsStream;

use crate::error::Error;

/// The name in the certificate, besides the address. Clients must send it (SNI), as DSQL wants.
pub(crate) const HOST: &str = "localhost";

/// What is needed to serve over TLS.
#[derive(Clone)]
pub(crate) struct Tls {
    acceptor: TlsAcceptor,
    pub(crate) ca_pem: Arc<str>,
    /// Where the authority's certificate lies as a file, for psql.
    pub(crate) ca_file: PathBuf,
}

impl Tls {
    /// Makes an authority and a certificate by it, and leaves the authority's in `folder`.
    pub(crate) fn make(folder: &Path) -> Result<Self, Error> {
        let failed = |error: &dyn std::fmt::Display| Error::Option(format!("making a certificate: {error}"));
        let mut ca = CertificateParams::default();
        ca.distinguished_name.push(DnType::CommonName, "dsql-local throw-away authority");
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().map_err(|error| failed(&error))?;
        let ca = CertifiedIssuer::self_signed(ca, key).map_err(|error| failed(&error))?;
        let names = [HOST.to_string(), "127.0.0.1".to_string()];
        let mut leaf = CertificateParams::new(names).map_err(|error| failed(&error))?;
        leaf.distinguished_name.push(DnType::CommonName, HOST);
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate().map_err(|error| failed(&error))?;
        let certificate = leaf.signed_by(&key, &ca).map_err(|error| failed(&error))?;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| failed(&error))?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .map_err(|error| failed(&error))?;
        // Asked for by clients that begin with TLS at once (sslnegotiation=direct).
        config.alpn_protocols = vec![b"postgresql".to_vec()];
        let ca_file = folder.join("ca.pem");
        std::fs::write(&ca_file, ca.pem()).map_err(Error::io("writing ca.pem"))?;
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), ca_pem: ca.pem().into(), ca_file })
    }

    /// The handshake; with it comes the host that the client named.
    pub(crate) async fn accept(
        &self,
        stream: TcpStream,
    ) -> io::Result<(TlsStream<TcpStream>, Option<String>)> {
        let stream = self.acceptor.accept(stream).await?;
        let host = stream.get_ref().1.server_name().map(str::to_string);
        Ok((stream, host))
    }
}
