//! TLS towards user agents: certificates by the name that is asked for, TLS 1.2 and 1.3, X25519MLKEM768 first.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256};
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, aws_lc_rs as provider};
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

/// The TLS of a listener, settled.
#[derive(Clone)]
pub struct Tls {
    pub(super) acceptor: TlsAcceptor,
    /// SHA-256 of all certificates and keys.
    digest: [u8; 32],
}

impl Tls {
    /// Reads certificates and keys and settles the protocols: HTTP/2 where the user agent speaks it, else HTTP/1.1. Where
    /// the files hold what they held for `previous`, it is the same one, whose tickets user agents may still have.
    ///
    /// # Errors
    /// A file that can't be read, or a key that isn't the certificate's.
    pub fn read(certificates: &[Certificate], previous: Option<&Self>) -> Result<Self, Error> {
        let mut hash = Context::new(&SHA256);
        let pairs = certificates.iter().map(|files| Pair::read(files, &mut hash));
        let pairs = pairs.collect::<Result<Vec<_>, _>>()?;
        let mut digest = [0; 32];
        digest.copy_from_slice(hash.finish().as_ref());
        if let Some(same) = previous.filter(|previous| previous.digest == digest) {
            return Ok(same.clone());
        }
        let suite = Arc::new(provider::default_provider());
        let mut by_name = ByName::default();
        for pair in pairs {
            by_name.add(Arc::new(pair.certified(&suite)?));
        }
        Ok(Self { acceptor: acceptor(suite, by_name), digest })
    }
}

fn acceptor(suite: Arc<CryptoProvider>, by_name: ByName) -> TlsAcceptor {
    let builder = ServerConfig::builder_with_provider(suite);
    #[expect(clippy::expect_used, reason = "rustls' own provider has cipher suites for both versions")]
    let builder = builder.with_safe_default_protocol_versions().expect("TLS 1.2 and 1.3");
    let mut config = builder.with_no_client_auth().with_cert_resolver(Arc::new(by_name));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    // Tickets keep no state here, so that a resumption succeeds on any worker.
    if let Ok(ticketer) = provider::Ticketer::new() {
        config.ticketer = ticketer;
    }
    TlsAcceptor::from(Arc::new(config))
}

/// A certificate and a key as they were read.
struct Pair<'a> {
    files: &'a Certificate,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl<'a> Pair<'a> {
    /// Reads both files; what is in them goes into `hash` too, each part with its length.
    fn read(files: &'a Certificate, hash: &mut Context) -> Result<Self, Error> {
        let chain = chain(&files.certificate)?;
        let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|source| Error::File {
            what: "the private key",
            path: files.key.clone(),
            source,
        })?;
        for part in chain.iter().map(AsRef::as_ref).chain([key.secret_der()]) {
            hash.update(&part.len().to_be_bytes());
            hash.update(part);
        }
        Ok(Self { files, chain, key })
    }

    /// Both, known to belong together.
    fn certified(self, suite: &CryptoProvider) -> Result<CertifiedKey, Error> {
        let Certificate { certificate, key } = self.files.clone();
        let mismatch = |source| Error::Mismatch { certificate, key, source };
        CertifiedKey::from_der(self.chain, self.key, suite).map_err(mismatch)
    }
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
