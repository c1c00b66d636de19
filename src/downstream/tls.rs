//! TLS towards user agents: certificates by the name that is asked for, TLS 1.2 and 1.3, X25519MLKEM768 first, the cipher
//! suite that costs least.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256};
use rustls::crypto::{CryptoProvider, aws_lc_rs as provider};
use rustls::server::{Acceptor, ClientHello, NoServerSessionStorage, ProducesTickets, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{CipherSuite, ProtocolVersion, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use super::cork::Corked;
use crate::config::{Certificate, Part};

/// Octets of a large body that are encrypted and sent at once; no more are kept for a user agent that takes nothing.
const SENT: usize = 128 * 1024;

/// Why a listener has no TLS.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file can't be read or holds no such PEM section.
    #[error("can't read {what} from {}: {source}", path.display())]
    File {
        /// The certificate chain or the private key.
        what: &'static str,
        /// As configured.
        path: PathBuf,
        /// What the PEM reader says.
        source: rustls_pki_types::pem::Error,
    },
    /// The file is PEM, but has no certificate in it.
    #[error("{} holds no certificate", path.display())]
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

impl Error {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::File { .. } => "write the path of a PEM file that tamis may read, relative to this file",
            Self::NoCertificate { .. } => "write the path of the PEM file with the certificate chain",
            Self::Mismatch { .. } => {
                "write the key of the first certificate in that file, which is to be the server's own"
            }
        }
    }
}

/// All that is wrong with the files of a certificate.
pub fn check(files: &Certificate) -> Vec<(Part, Error)> {
    match (chain(&files.certificate), key(&files.key)) {
        (Ok(chain), Ok(key)) => {
            let certified = Pair { files, chain, key }.certified(&provider::default_provider());
            certified.err().map(|fault| (Part::Key, fault)).into_iter().collect()
        }
        (chain, key) => {
            let chain = chain.err().map(|fault| (Part::Certificates, fault));
            chain.into_iter().chain(key.err().map(|fault| (Part::Key, fault))).collect()
        }
    }
}

/// The TLS of a listener, settled.
#[derive(Clone)]
pub struct Tls {
    /// For most, and for those that have no AES in their processor.
    usual: Arc<ServerConfig>,
    without_aes: Arc<ServerConfig>,
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
        let suites = provider::default_provider();
        let mut by_name = ByName::default();
        for pair in pairs {
            by_name.add(Arc::new(pair.certified(&suites)?));
        }
        let by_name = Arc::new(by_name);
        // Tickets keep no state here, so that a resumption succeeds on any worker.
        let ticketer = provider::Ticketer::new().ok();
        let without_aes = server(first(&suites, is_chacha20), Arc::clone(&by_name), ticketer.clone());
        let usual = if has_aes() {
            server(first(&suites, is_aes128), by_name, ticketer)
        } else {
            Arc::clone(&without_aes)
        };
        Ok(Self { usual, without_aes, digest })
    }

    /// Makes the handshake.
    ///
    /// # Errors
    /// It failed, or the user agent went away.
    pub(super) async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<Corked>> {
        let begun = LazyConfigAcceptor::new(Acceptor::default(), Corked::new(stream)).await?;
        let config = Arc::clone(self.for_client(begun.client_hello().cipher_suites()));
        let mut stream = begun.into_stream(config).await?;
        let (corked, connection) = stream.get_mut();
        // Only tickets come last in TLS 1.3; in TLS 1.2 our Finished does, without which nothing follows.
        let only_tickets = connection.protocol_version() == Some(ProtocolVersion::TLSv1_3);
        corked.settle(only_tickets);
        connection.set_buffer_limit(Some(SENT));
        if !only_tickets {
            stream.flush().await?;
        }
        Ok(stream)
    }

    /// Every client offers AES-128 (RFC 8446 9.1); one that puts ChaCha20 before it has no AES in its processor.
    fn for_client(&self, offered: &[CipherSuite]) -> &Arc<ServerConfig> {
        let known =
            |suite: &CipherSuite| provider::ALL_CIPHER_SUITES.iter().any(|ours| ours.suite() == *suite);
        match offered.iter().copied().find(known) {
            Some(best) if is_chacha20(best) => &self.without_aes,
            _ => &self.usual,
        }
    }
}

fn server(
    suites: CryptoProvider,
    by_name: Arc<ByName>,
    ticketer: Option<Arc<dyn ProducesTickets>>,
) -> Arc<ServerConfig> {
    let builder = ServerConfig::builder_with_provider(Arc::new(suites));
    #[expect(clippy::expect_used, reason = "rustls' own provider has cipher suites for both versions")]
    let builder = builder.with_safe_default_protocol_versions().expect("TLS 1.2 and 1.3");
    let mut config = builder.with_no_client_auth().with_cert_resolver(by_name);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    // Nobody breaks any of them: the cheapest counts.
    config.ignore_client_order = true;
    // One for the next connection, which gets the one for that after it. Two would be for a browser that opens several at
    // once; it shares one over HTTP/2.
    config.send_tls13_tickets = 1;
    if let Some(ticketer) = ticketer {
        config.ticketer = ticketer;
        // Who takes no tickets makes a whole handshake: no secrets of sessions are kept here.
        config.session_storage = Arc::new(NoServerSessionStorage {});
    }
    Arc::new(config)
}

/// The provider with the suites that `are_wanted` first, and the dearest last.
fn first(provider: &CryptoProvider, are_wanted: fn(CipherSuite) -> bool) -> CryptoProvider {
    let mut provider = provider.clone();
    provider.cipher_suites.sort_by_key(|suite| (!are_wanted(suite.suite()), !is_aes128(suite.suite())));
    provider
}

/// AES-128-GCM: ten rounds a block where AES-256 has fourteen, and SHA-256 where that has SHA-384 for its keys.
fn is_aes128(suite: CipherSuite) -> bool {
    matches!(
        suite,
        CipherSuite::TLS13_AES_128_GCM_SHA256
            | CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
            | CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
    )
}

fn is_chacha20(suite: CipherSuite) -> bool {
    matches!(
        suite,
        CipherSuite::TLS13_CHACHA20_POLY1305_SHA256
            | CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
            | CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
    )
}

/// Whether this processor has instructions for AES; without them ChaCha20 is several times cheaper.
fn has_aes() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("aes");
    #[cfg(target_arch = "aarch64")]
    return std::arch::is_aarch64_feature_detected!("aes");
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    return false;
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
        let key = key(&files.key)?;
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

fn key(path: &Path) -> Result<PrivateKeyDer<'static>, Error> {
    let fault = |source| Error::File { what: "the private key", path: path.to_owned(), source };
    PrivateKeyDer::from_pem_file(path).map_err(fault)
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
