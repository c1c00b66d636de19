//! TLS towards origin servers: who may have signed their certificates, and who tamis says that it is.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, InvalidDnsNameError, PrivateKeyDer, ServerName};
use rustls_platform_verifier::BuilderVerifierExt as _;

use super::trusted::Trusted;
use crate::config::{At, Certificate, Part, Upstream};

/// Why an upstream can't be used as configured.
#[derive(Debug, thiserror::Error)]
pub enum OriginError {
    /// The name to verify is no DNS name or address.
    #[error("`{name}` is no name that a certificate can hold")]
    ServerName {
        /// As configured.
        name: String,
        /// What is wrong with it.
        source: InvalidDnsNameError,
    },
    /// A file can't be read, or is no PEM file of what it should be.
    #[error("can't read {what} {}: {source}", path.display())]
    File {
        /// "the CA file", "the client certificate", "the client key".
        what: &'static str,
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
    /// The file of the client certificate has none.
    #[error("{} holds no certificate", path.display())]
    NoClient {
        /// As configured.
        path: PathBuf,
    },
    /// The client key is not that of the client certificate.
    #[error("the client key {} does not fit the client certificate {}: {source}", files.key.display(), files.certificate.display())]
    Mismatch {
        /// As configured.
        files: Box<Certificate>,
        /// What rustls says.
        source: rustls::Error,
    },
    /// The system has no certificates to verify with (an image without them, mostly).
    #[error("no CA certificates on this system: {source}")]
    NoSystemCa {
        /// What the verifier says.
        source: rustls::Error,
    },
}

impl OriginError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::ServerName { .. } => "write `server_name: the.name` under upstream",
            Self::File { .. } => "write the path of a PEM file that tamis may read, relative to this file",
            Self::NoCa { .. } => {
                "write the path of the PEM file with the certificates that sign the origin's"
            }
            Self::NoClient { .. } => "write the path of the PEM file with the client certificate",
            Self::Mismatch { .. } => "write the key of the first certificate in that file",
            Self::NoSystemCa { .. } => "write `ca_file:` under upstream, or install ca-certificates",
        }
    }
}

/// What the files beside the configuration hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Papers {
    roots: Option<Vec<CertificateDer<'static>>>,
    chain: Vec<CertificateDer<'static>>,
    /// The key in DER; compared, and never shown.
    key: Option<Key>,
}

#[derive(PartialEq, Eq)]
struct Key(PrivateKeyDer<'static>);

impl Clone for Key {
    fn clone(&self) -> Self {
        Self(self.0.clone_key())
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

impl Papers {
    /// Reads what the settings name.
    ///
    /// # Errors
    /// A file that can't be read or holds something else.
    pub(super) fn read(upstream: &Upstream) -> Result<Self, OriginError> {
        let roots = upstream.ca_file.as_deref().map(authorities).transpose()?;
        let Some(Certificate { certificate, key }) = &upstream.client else {
            return Ok(Self { roots, ..Self::default() });
        };
        Ok(Self { roots, chain: chain(certificate)?, key: Some(Key(client_key(key)?)) })
    }

    /// Settles roots, our own certificate and protocol.
    ///
    /// # Errors
    /// Certificates that can't be used.
    pub(super) fn client(&self, upstream: &Upstream) -> Result<Arc<ClientConfig>, OriginError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|source| OriginError::NoSystemCa { source })?;
        let builder = match (&self.roots, &upstream.ca_file) {
            (Some(roots), Some(path)) => {
                let trusted = Trusted::new(roots.clone(), store(roots, path)?, provider);
                let trusted = trusted.map_err(|_| OriginError::NoCa { path: path.clone() })?;
                builder.dangerous().with_custom_certificate_verifier(Arc::new(trusted))
            }
            _ => builder.with_platform_verifier().map_err(|source| OriginError::NoSystemCa { source })?,
        };
        let mut config = match (&self.key, &upstream.client) {
            (Some(Key(key)), Some(files)) => {
                let mismatch = |source| OriginError::Mismatch { files: Box::new(files.clone()), source };
                builder.with_client_auth_cert(self.chain.clone(), key.clone_key()).map_err(mismatch)?
            }
            _ => builder.with_no_client_auth(),
        };
        config.alpn_protocols = vec![if upstream.h2 { b"h2".to_vec() } else { b"http/1.1".to_vec() }];
        Ok(Arc::new(config))
    }
}

/// The name that each address's certificate must hold.
///
/// # Errors
/// A host that no certificate can name.
pub(super) fn names(upstream: &Upstream) -> Result<Vec<ServerName<'static>>, OriginError> {
    let name = |host: &String| {
        let host = upstream.server_name.as_ref().unwrap_or(host);
        ServerName::try_from(host.clone())
            .map_err(|source| OriginError::ServerName { name: host.clone(), source })
    };
    let hosts = upstream.addresses.iter().filter_map(|address| match &address.at {
        At::Tcp { host, .. } => Some(host),
        At::Unix(_) => None,
    });
    hosts.map(name).collect()
}

/// The certificates of a CA file, of which one at least can sign.
///
/// # Errors
/// The file can't be read, or holds none.
pub fn authorities(path: &Path) -> Result<Vec<CertificateDer<'static>>, OriginError> {
    let roots = certificates("the CA file", path)?;
    store(&roots, path)?;
    Ok(roots)
}

/// All that is wrong with the files of a client certificate.
pub fn check_client(files: &Certificate) -> Vec<(Part, OriginError)> {
    match (chain(&files.certificate), client_key(&files.key)) {
        (Ok(chain), Ok(key)) => {
            let certified = CertifiedKey::from_der(chain, key, &aws_lc_rs::default_provider());
            let mismatch = |source| OriginError::Mismatch { files: Box::new(files.clone()), source };
            certified.err().map(|source| (Part::Key, mismatch(source))).into_iter().collect()
        }
        (chain, key) => {
            let chain = chain.err().map(|fault| (Part::Certificates, fault));
            chain.into_iter().chain(key.err().map(|fault| (Part::Key, fault))).collect()
        }
    }
}

fn store(roots: &[CertificateDer<'static>], path: &Path) -> Result<RootCertStore, OriginError> {
    let mut store = RootCertStore::empty();
    if store.add_parsable_certificates(roots.iter().cloned()).0 == 0 {
        return Err(OriginError::NoCa { path: path.to_owned() });
    }
    Ok(store)
}

fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, OriginError> {
    let chain = certificates("the client certificate", path)?;
    if chain.is_empty() {
        return Err(OriginError::NoClient { path: path.to_owned() });
    }
    Ok(chain)
}

fn client_key(path: &Path) -> Result<PrivateKeyDer<'static>, OriginError> {
    let fault = |source| OriginError::File { what: "the client key", path: path.to_owned(), source };
    PrivateKeyDer::from_pem_file(path).map_err(fault)
}

fn certificates(what: &'static str, path: &Path) -> Result<Vec<CertificateDer<'static>>, OriginError> {
    let fault = |source| OriginError::File { what, path: path.to_owned(), source };
    CertificateDer::pem_file_iter(path).map_err(fault)?.collect::<Result<_, _>>().map_err(fault)
}
