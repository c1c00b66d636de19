//! TLS towards user agents: one certificate a listener, TLS 1.2 and 1.3, X25519MLKEM768 first.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::config::Tls;

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

/// Reads certificate and key and settles the protocol.
///
/// # Errors
/// A file that can't be read, or a key that isn't the certificate's.
pub fn acceptor(tls: &Tls) -> Result<TlsAcceptor, Error> {
    let chain = certificates(&tls.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&tls.key).map_err(|source| Error::File {
        what: "the private key",
        path: tls.key.clone(),
        source,
    })?;
    let mismatch =
        |source| Error::Mismatch { certificate: tls.certificate.clone(), key: tls.key.clone(), source };
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(mismatch)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(mismatch)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // Tickets keep no state here, so that a resumption succeeds on any worker.
    if let Ok(ticketer) = aws_lc_rs::Ticketer::new() {
        config.ticketer = ticketer;
    }
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let fault = |source| Error::File { what: "the certificate", path: path.to_owned(), source };
    let chain: Vec<_> =
        CertificateDer::pem_file_iter(path).map_err(fault)?.collect::<Result<_, _>>().map_err(fault)?;
    if chain.is_empty() {
        return Err(Error::NoCertificate { path: path.to_owned() });
    }
    Ok(chain)
}
