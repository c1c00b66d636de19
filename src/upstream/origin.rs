//! One site's origin server, ready to be connected to.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, InvalidDnsNameError, ServerName};
use rustls_platform_verifier::BuilderVerifierExt as _;

use crate::config::Upstream;

/// Where to connect and what to verify.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// TLS settings and the name that the certificate must hold; `None` for `http://`.
    pub(super) tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
    /// Who may sign its certificate; the system's authorities where `None`.
    roots: Option<Arc<RootCertStore>>,
    /// HTTP/2 is spoken.
    pub(super) h2: bool,
}

/// Why an upstream can't be used as configured.
#[derive(Debug, thiserror::Error)]
pub enum OriginError {
    /// The name to verify is no DNS name or address.
    #[error("`{name}` is no name that a certificate can hold; write `server_name: the.name` under upstream")]
    ServerName {
        /// As configured.
        name: String,
        /// What is wrong with it.
        source: InvalidDnsNameError,
    },
    /// The CA file can't be read.
    #[error("can't read the CA file {}: {source}; write the path of a PEM file, relative to the configuration", path.display())]
    CaFile {
        /// As configured.
        path: PathBuf,
        /// What the PEM reader says.
        source: rustls_pki_types::pem::Error,
    },
    /// The CA file has no usable certificate.
    #[error("{} holds no CA certificate", path.display())]
    NoCa {
        /// As configured.
        path: PathBuf,
    },
    /// The system has no certificates to verify with (an image without them, mostly).
    #[error(
        "no CA certificates on this system: {source}; write `ca_file:` under upstream, or install ca-certificates"
    )]
    NoSystemCa {
        /// What the verifier says.
        source: rustls::Error,
    },
}

impl Origin {
    /// Settles an upstream's TLS: roots, name, protocol versions.
    ///
    /// # Errors
    /// Roots that can't be read or a name that no certificate can hold.
    pub fn new(upstream: &Upstream) -> Result<Self, OriginError> {
        let roots = upstream.ca_file.as_deref().map(roots).transpose()?.map(Arc::new);
        let tls = upstream.tls.then(|| client(upstream, roots.clone())).transpose()?;
        Ok(Self { host: upstream.host.clone(), port: upstream.port, tls, roots, h2: upstream.h2 })
    }

    /// Whether a connection to one serves for the other: it leads to the same place and was verified in the same way.
    pub(super) fn is(&self, other: &Self) -> bool {
        let tls = match (&self.tls, &other.tls) {
            (Some((_, ours)), Some((_, theirs))) => ours == theirs,
            (ours, theirs) => ours.is_none() && theirs.is_none(),
        };
        let roots = match (&self.roots, &other.roots) {
            (Some(ours), Some(theirs)) => ours.roots == theirs.roots,
            (ours, theirs) => ours.is_none() && theirs.is_none(),
        };
        (&self.host, self.port, self.h2) == (&other.host, other.port, other.h2) && tls && roots
    }
}

fn client(
    upstream: &Upstream,
    roots: Option<Arc<RootCertStore>>,
) -> Result<(Arc<ClientConfig>, ServerName<'static>), OriginError> {
    let name = upstream.server_name.as_ref().unwrap_or(&upstream.host);
    let server_name = ServerName::try_from(name.clone())
        .map_err(|source| OriginError::ServerName { name: name.clone(), source })?;
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|source| OriginError::NoSystemCa { source })?;
    let mut config = match roots {
        Some(roots) => builder.with_root_certificates(roots).with_no_client_auth(),
        None => builder
            .with_platform_verifier()
            .map_err(|source| OriginError::NoSystemCa { source })?
            .with_no_client_auth(),
    };
    config.alpn_protocols = vec![if upstream.h2 { b"h2".to_vec() } else { b"http/1.1".to_vec() }];
    Ok((Arc::new(config), server_name))
}

fn roots(path: &Path) -> Result<RootCertStore, OriginError> {
    let fault = |source| OriginError::CaFile { path: path.to_owned(), source };
    let mut store = RootCertStore::empty();
    let certificates: Vec<CertificateDer<'static>> =
        CertificateDer::pem_file_iter(path).map_err(fault)?.collect::<Result<_, _>>().map_err(fault)?;
    let (added, _) = store.add_parsable_certificates(certificates);
    if added == 0 {
        return Err(OriginError::NoCa { path: path.to_owned() });
    }
    Ok(store)
}
