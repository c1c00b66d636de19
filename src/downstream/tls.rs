//! TLS towards user agents: certificates by the name that is asked for, TLS 1.2 and 1.3, X25519MLKEM768 first.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::config::Certificate;

/// Why a listener has no TLS.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file can't be read or holds no such PEM section.
    #[error("can't read {what} from {}: {source}; write the path of a PEM file, relative to the configuration", path.display())]
    File {
        /// The certificate chain or the private key.
        what: &'static str,
        /// As configured.
        path: PathBuf,
        /// What the PEM reader says.
        source: rustls_pki_types::pem::Error,
    },
    /// The file is PEM, but has no certificate in it.
    #[error("{} holds no certificate; write the path of the PEM file with the certificate chain", path.display())]
    NoCertificate {
        /// As configured.
        path: PathBuf,
    },
    /// Key and certificate don't fit or aren't understood.
    #[error("the key {} does not fit the certificate {}: {source}", key.display(), certificate.display())]
    Mismatch {
        /// As configured.
        certificate: PathBuf,
        /// As configured.
        key: PathBuf,
        /// What rustls says.
        source: rustls::Error,
    },
}

/// Reads certificates and keys and settles the protocols: HTTP/2 where the user agent speaks it, else HTTP/1.1.
///
/// # Errors
/// A file that can't be read, or a key that isn't the certificate's.
pub fn acceptor(certificates: &[Certificate]) -> Result<TlsAcceptor, Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut by_name = ByName::default();
    for files in certificates {
        by_name.add(Arc::new(certified(files, &provider)?));
    }
    let mismatch = |source| {
        let Certificate { certificate, key } = certificates.first().cloned().unwrap_or_default();
        Error::Mismatch { certificate, key, source }
    };
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(mismatch)?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(by_name));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    // Tickets keep no state here, so that a resumption succeeds on any worker.
    if let Ok(ticketer) = aws_lc_rs::Ticketer::new() {
        config.ticketer = ticketer;
    }
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// A certificate with its key, known to belong together.
fn certified(files: &Certificate, provider: &CryptoProvider) -> Result<CertifiedKey, Error> {
    let chain = chain(&files.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|source| Error::File {
        what: "the private key",
        path: files.key.clone(),
        source,
    })?;
    let Certificate { certificate, key: path } = files.clone();
    CertifiedKey::from_der(chain, key, provider).map_err(|source| Error::Mismatch {
        certificate,
        key: path,
        source,
    })
}

fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let fault = |source| Error::File { what: "the certificate", path: path.to_owned(), source };
    let chain: Vec<_> =
        CertificateDer::pem_file_iter(path).map_err(fault)?.collect::<Result<_, _>>().map_err(fault)?;
    if chain.is_empty() {
        return Err(Error::NoCertificate { path: path.to_owned() });
    }
    Ok(chain)
}

/// Which certificate to show (RFC 6066 3): the first that holds the name, exactly or by a wildcard label, else the
/// first of all.
#[derive(Debug, Default)]
struct ByName {
    first: Option<Arc<CertifiedKey>>,
    exact: HashMap<String, Arc<CertifiedKey>>,
    /// By what follows `*.`.
    wildcard: HashMap<String, Arc<CertifiedKey>>,
}

impl ByName {
    fn add(&mut self, key: Arc<CertifiedKey>) {
        if let Some(certificate) = key.cert.first()
            && let Ok(parsed) = webpki::EndEntityCert::try_from(certificate)
        {
            for name in parsed.valid_dns_names() {
                let name = name.to_ascii_lowercase();
                let (map, name) = match name.strip_prefix("*.") {
                    Some(parent) => (&mut self.wildcard, parent.to_owned()),
                    None => (&mut self.exact, name),
                };
                map.entry(name).or_insert_with(|| Arc::clone(&key));
            }
        }
        self.first.get_or_insert(key);
    }

    fn find(&self, name: &str) -> Option<&Arc<CertifiedKey>> {
        // rustls gives the name in lower case.
        let parent = || self.wildcard.get(name.split_once('.')?.1);
        self.exact.get(name).or_else(parent)
    }
}

impl ResolvesServerCert for ByName {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let named = hello.server_name().and_then(|name| self.find(name));
        named.or(self.first.as_ref()).cloned()
    }
}
