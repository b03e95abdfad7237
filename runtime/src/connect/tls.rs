//! TLS by rustls: the server's certificate is verified in full, always. There is no way to have it otherwise.

use super::{ConnectError, ConnectErrorKind};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{CertificateError, ClientConfig, RootCertStore};
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;

/// The authorities whose signature on a server's certificate counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Roots {
    /// Mozilla's list, which is part of the binary: the same everywhere, also in an image with no files beside
    /// the binary. Amazon's authorities are in it.
    #[default]
    Bundled,
    /// Those of the machine: its store, or what `SSL_CERT_FILE` and `SSL_CERT_DIR` name.
    Platform,
    /// None but those that are added.
    Added,
}

/// Roots, and the authorities that are added to them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Trust {
    pub(super) roots: Roots,
    added: Vec<CertificateDer<'static>>,
}

fn settings(what: impl Into<String>) -> ConnectError {
    ConnectError::new(ConnectErrorKind::Settings, what)
}

impl Trust {
    #[cfg(feature = "iam")]
    pub(super) fn new(roots: Roots) -> Self {
        Self { roots, added: Vec::new() }
    }

    /// Adds the authorities of a PEM text; `named` is what messages call it.
    pub(super) fn add_pem(&mut self, pem: &[u8], named: &str) -> Result<(), ConnectError> {
        let found = CertificateDer::pem_slice_iter(pem)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| settings(format!("{named} is not PEM: {error}")))?;
        if found.is_empty() {
            return Err(settings(format!("there is no certificate in {named}")));
        }
        self.added.extend(found);
        Ok(())
    }

    /// Adds the authorities of a PEM file.
    pub(super) fn add_file(&mut self, path: &Path) -> Result<(), ConnectError> {
        let named = path.display().to_string();
        let pem = std::fs::read(path)
            .map_err(|error| settings(format!("cannot read the authority {named}: {error}")))?;
        self.add_pem(&pem, &named)
    }

    fn store(&self) -> Result<RootCertStore, ConnectError> {
        let mut store = RootCertStore::empty();
        match self.roots {
            Roots::Bundled => store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
            Roots::Platform => {
                let found = rustls_native_certs::load_native_certs();
                let (usable, _) = store.add_parsable_certificates(found.certs);
                if usable == 0 {
                    let causes: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
                    return Err(settings(format!(
                        "this machine has no authorities to verify with {}",
                        causes.join("; ")
                    ))
                    .remedy("install its ca-certificates, or use the bundled roots"));
                }
            }
            Roots::Added => {}
        }
        for certificate in &self.added {
            store
                .add(certificate.clone())
                .map_err(|error| settings(format!("an added authority cannot be used: {error}")))?;
        }
        Ok(store)
    }

    /// What tokio-postgres makes TLS connections with. A server that is spoken to in TLS from the first byte
    /// (`direct`) wants to be told the protocol.
    pub(super) fn connector(&self, direct: bool) -> Result<MakeRustlsConnect, ConnectError> {
        let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| settings(error.to_string()))?
            .with_root_certificates(self.store()?)
            .with_no_client_auth();
        if direct {
            config.alpn_protocols = vec![b"postgresql".to_vec()];
        }
        Ok(MakeRustlsConnect::new(config))
    }
}

/// The error of rustls among the causes of another, which wraps it in one of I/O.
pub(super) fn cause(error: &tokio_postgres::Error) -> Option<&rustls::Error> {
    let mut current = error.source();
    while let Some(cause) = current {
        if let Some(found) = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref)
            && let Some(found) = found.downcast_ref()
        {
            return Some(found);
        }
        current = cause.source();
    }
    None
}

/// Why there is no TLS connection: another attempt would end the same way.
pub(super) fn refused(error: &rustls::Error) -> ConnectError {
    let refused = |what: String| ConnectError::new(ConnectErrorKind::Tls, what);
    let rustls::Error::InvalidCertificate(why) = error else {
        return refused(format!("no TLS connection: {error}"));
    };
    let refused = refused(format!("the server's certificate is refused: {}", said(why)));
    match why {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => refused.remedy(
            "check that the host is the one you mean; where its authority is no public one (dsql-local, a \
             company's own), name the authority's PEM file: sslrootcert=PATH in a URL, DSQL_CA or --ca with an \
             endpoint",
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => refused
            .remedy("name the host as its certificate does; through a tunnel, keep the name and set hostaddr"),
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => {
            refused.remedy("check this machine's clock and the server's certificate")
        }
        _ => refused,
    }
}

fn said(why: &CertificateError) -> String {
    match why {
        CertificateError::UnknownIssuer => "its authority is not known here".to_owned(),
        why => why.to_string(),
    }
}
