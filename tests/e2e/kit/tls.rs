//! Certificates made for one test, and the two sides of TLS over them.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::WebPkiClientVerifier;
use rustls::{
    CipherSuite, ClientConfig, ClientConnection, HandshakeKind, RootCertStore, ServerConfig, StreamOwned,
    SupportedProtocolVersion,
};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};

use super::wire::Stream;
use super::{Agent, PATIENCE, text};

/// Who signs.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: rcgen::Certificate,
}

/// A certificate with its key.
pub(crate) struct Certificate {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    /// A certificate for a name, good now.
    pub(crate) fn issue(&self, name: &str) -> Certificate {
        self.issue_until(name, 4000)
    }

    /// A certificate for a name, good until the first day of a year.
    pub(crate) fn issue_until(&self, name: &str, year: i32) -> Certificate {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_after = date_time_ymd(year, 1, 1);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Certificate { certificate: certificate.pem(), key: key.serialize_pem() }
    }

    /// The PEM file of the authority itself.
    pub(crate) fn file(&self) -> PathBuf {
        file(&self.certificate.pem())
    }

    /// A user agent that trusts this authority alone, for the name `x.test`.
    pub(crate) fn agent(&self, address: SocketAddr) -> Agent {
        self.agent_of(address, rustls::ALL_VERSIONS)
    }

    /// User agents that trust this authority alone and share their tickets, like the connections of one browser.
    pub(crate) fn browser(&self) -> Browser {
        Browser(Arc::new(self.client(rustls::ALL_VERSIONS)))
    }

    /// The same, with these versions of TLS alone.
    pub(crate) fn agent_of(
        &self,
        address: SocketAddr,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Agent {
        self.regular(versions)(address)
    }

    /// The same, with one version and these cipher suites, the best first.
    pub(crate) fn agent_offering(
        &self,
        address: SocketAddr,
        version: &'static SupportedProtocolVersion,
        suites: &[CipherSuite],
    ) -> Agent {
        let known = aws_lc_rs::ALL_CIPHER_SUITES;
        let of = |suite: &CipherSuite| *known.iter().find(|known| known.suite() == *suite).unwrap();
        let provider = CryptoProvider {
            cipher_suites: suites.iter().map(of).collect(),
            ..aws_lc_rs::default_provider()
        };
        let config = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(self.roots())
            .with_no_client_auth();
        over(TcpStream::connect(address).unwrap(), Arc::new(config))
    }

    /// The same, over a connection on which something else was said before.
    pub(crate) fn agent_over(
        &self,
        stream: TcpStream,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Agent {
        over(stream, Arc::new(self.client(versions)))
    }

    /// Agents that remember the sessions of those before, and resume them.
    pub(crate) fn regular(
        &self,
        versions: &[&'static SupportedProtocolVersion],
    ) -> impl Fn(SocketAddr) -> Agent + use<> {
        let config = Arc::new(self.client(versions));
        move |address| over(TcpStream::connect(address).unwrap(), Arc::clone(&config))
    }

    /// A handshake for a name, which is sent unless `sni` is false, and the protocol that was agreed on of those offered.
    ///
    /// # Errors
    /// What was shown is no certificate of that name.
    pub(crate) fn handshake(
        &self,
        address: SocketAddr,
        name: &str,
        sni: bool,
        offered: &[&str],
    ) -> io::Result<Option<String>> {
        let mut config = self.client(rustls::ALL_VERSIONS);
        config.enable_sni = sni;
        config.alpn_protocols = offered.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        let name = ServerName::try_from(name.to_owned()).unwrap();
        let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        connection.complete_io(&mut stream)?;
        Ok(connection.alpn_protocol().map(text))
    }

    /// What trusts this authority alone and speaks HTTP/2.
    pub(crate) fn http2(&self) -> ClientConfig {
        let mut config = self.client(rustls::ALL_VERSIONS);
        config.alpn_protocols = vec![b"h2".to_vec()];
        config
    }

    /// What trusts this authority alone.
    fn client(&self, versions: &[&'static SupportedProtocolVersion]) -> ClientConfig {
        ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(self.roots())
            .with_no_client_auth()
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.der().clone()).unwrap();
        roots
    }
}

/// A user agent that remembers whom it has spoken to.
pub(crate) struct Browser(Arc<ClientConfig>);

impl Browser {
    /// A request on a new connection, and whether that resumed an earlier one.
    pub(crate) fn visit(&self, address: SocketAddr) -> bool {
        let mut agent = self.connect(address);
        assert_eq!(agent.get(&[]).status(), 200);
        agent.tls().handshake_kind() == Some(HandshakeKind::Resumed)
    }

    /// A new connection.
    pub(crate) fn connect(&self, address: SocketAddr) -> Agent {
        let name = ServerName::try_from("x.test").unwrap();
        let connection = ClientConnection::new(Arc::clone(&self.0), name).unwrap();
        let stream = TcpStream::connect(address).unwrap();
        Agent::over(Stream::Client(Box::new(StreamOwned::new(connection, stream))))
    }
}

fn over(stream: TcpStream, config: Arc<ClientConfig>) -> Agent {
    let name = ServerName::try_from("x.test").unwrap();
    let connection = ClientConnection::new(config, name).unwrap();
    Agent::over(Stream::Client(Box::new(StreamOwned::new(connection, stream))))
}

impl Certificate {
    /// One that signs itself, as `openssl req -x509` makes it: it calls itself an authority.
    pub(crate) fn of_itself(name: &str, year: i32) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.not_after = date_time_ymd(year, 1, 1);
        Self { certificate: params.self_signed(&key).unwrap().pem(), key: key.serialize_pem() }
    }

    /// Whether it is the one that was shown, DER.
    pub(crate) fn is(&self, shown: &[u8]) -> bool {
        CertificateDer::from_pem_slice(self.certificate.as_bytes()).unwrap().as_ref() == shown
    }

    /// `tls:` of a listener.
    pub(crate) fn listener(&self) -> String {
        let (certificate, key) = (file(&self.certificate), file(&self.key));
        format!("{{certificate: {}, key: {}}}", certificate.display(), key.display())
    }

    /// Its files.
    pub(crate) fn files(&self) -> (PathBuf, PathBuf) {
        (file(&self.certificate), file(&self.key))
    }

    /// One file with both.
    pub(crate) fn bundle(&self) -> PathBuf {
        file(&format!("{}{}", self.certificate, self.key))
    }

    /// For an origin server that asks for a certificate which this authority has signed, over these versions of TLS.
    pub(crate) fn server_asking(
        &self,
        authority: &Authority,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Arc<ServerConfig> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let roots = Arc::new(authority.roots());
        let verifier =
            WebPkiClientVerifier::builder_with_provider(roots, Arc::clone(&provider)).build().unwrap();
        let (chain, key) = self.parsed();
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain, key);
        Arc::new(config.unwrap())
    }

    fn parsed(&self) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let chain = CertificateDer::pem_slice_iter(self.certificate.as_bytes()).map(Result::unwrap).collect();
        (chain, PrivateKeyDer::from_pem_slice(self.key.as_bytes()).unwrap())
    }

    /// For an origin server of HTTP/2.
    pub(crate) fn http2_server(&self) -> Arc<ServerConfig> {
        let mut config = (*self.server()).clone();
        config.alpn_protocols = vec![b"h2".to_vec()];
        Arc::new(config)
    }

    /// For an origin server.
    pub(crate) fn server(&self) -> Arc<ServerConfig> {
        let (chain, key) = self.parsed();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key);
        Arc::new(config.unwrap())
    }
}

/// A file of this process with some text, in the directory that cargo gives to tests.
fn file(text: &str) -> PathBuf {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{number}.pem", std::process::id()));
    std::fs::write(&path, text).unwrap();
    path
}
