//! TLS towards a PostgreSQL server: its certificate is always verified, for the host of the URL.

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, InvalidDnsNameError, ServerName};
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};

use crate::store::error::StoreError;

/// Speaks TLS where the URL's `sslmode` and the server agree on it.
#[derive(Clone)]
pub(super) struct Connector(Arc<ClientConfig>);

/// To one host.
pub(super) struct ToHost {
    config: Arc<ClientConfig>,
    /// `None` for a socket in the file system, over which no TLS is spoken.
    host: Option<ServerName<'static>>,
}

/// The connection under TLS.
pub(super) struct Stream<S>(tokio_rustls::client::TlsStream<S>);

impl Connector {
    /// Trusts the authorities of a file, or the system's.
    pub(super) fn new(ca_file: Option<&Path>) -> Result<Self, StoreError> {
        let tls = |fault: rustls::Error| StoreError::Tls(Box::new(fault));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder.map_err(tls)?;
        let config = match ca_file {
            Some(path) => {
                let mut roots = RootCertStore::empty();
                let pem = std::fs::read(path).map_err(StoreError::file(path))?;
                for certificate in CertificateDer::pem_slice_iter(&pem) {
                    let certificate = certificate.map_err(|fault| StoreError::Tls(Box::new(fault)))?;
                    roots.add(certificate).map_err(tls)?;
                }
                builder.with_root_certificates(roots)
            }
            None => builder.with_platform_verifier().map_err(tls)?,
        };
        Ok(Self(Arc::new(config.with_no_client_auth())))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> MakeTlsConnect<S> for Connector {
    type Stream = Stream<S>;
    type TlsConnect = ToHost;
    type Error = InvalidDnsNameError;

    fn make_tls_connect(&mut self, host: &str) -> Result<ToHost, InvalidDnsNameError> {
        let host = (!host.is_empty()).then(|| ServerName::try_from(host.to_owned())).transpose()?;
        Ok(ToHost { config: Arc::clone(&self.0), host })
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> TlsConnect<S> for ToHost {
    type Stream = Stream<S>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Stream<S>>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        Box::pin(async move {
            let connector = tokio_rustls::TlsConnector::from(self.config);
            let host = self.host.ok_or(io::ErrorKind::InvalidInput)?;
            connector.connect(host, stream).await.map(Stream)
        })
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream for Stream<S> {
    /// None is offered: the verified certificate already says who the server is.
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Stream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, to)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Stream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
