//! An end that nobody takes for the end of an answer.

use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::batch::Batched;
use super::cork::Corked;
use super::pace::Paced;

/// What a connection runs over.
pub(super) trait Tcp {
    /// Its socket.
    fn tcp(&self) -> &TcpStream;
}

impl Tcp for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl Tcp for TlsStream<Corked> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0.tcp()
    }
}

impl<T: Tcp> Batched<Paced<T>> {
    /// Makes the end of the connection a reset.
    pub(super) fn will_reset(&self) {
        // A socket that can't do it is gone already.
        let _ = self.lock().io.inner().tcp().set_zero_linger();
    }
}
