//! The user agent: sends the octets that a test gives it.

use std::net::{SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;

use super::message::Message;
use super::octets;
use super::wire::{Framing, Stream, Wire};

pub(crate) struct Agent {
    pub(crate) wire: Wire,
    host: &'static str,
}

impl Agent {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        Self::over(Stream::Plain(TcpStream::connect(address).unwrap()))
    }

    /// Over a Unix socket; reading and writing are the same calls of the system.
    pub(crate) fn connect_unix(path: &Path) -> Self {
        Self::over(Stream::Plain(OwnedFd::from(UnixStream::connect(path).unwrap()).into()))
    }

    pub(super) fn over(stream: Stream) -> Self {
        Self { wire: Wire::new(stream), host: "x.test" }
    }

    /// Sends octets, which are given as [`text`](super::text).
    pub(crate) fn send(&mut self, text: &str) {
        self.wire.try_send(&octets(text)).unwrap();
    }

    /// The host of its requests.
    pub(crate) fn for_host(mut self, host: &'static str) -> Self {
        self.host = host;
        self
    }

    /// Sends a request, for the host `x.test` unless another is set: its request line without the version, and further field lines.
    pub(crate) fn ask(&mut self, line: &str, fields: &[&str]) {
        let fields: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
        self.send(&format!("{line} HTTP/1.1\r\nHost: {}\r\n{fields}\r\n", self.host));
    }

    /// Sends a request and reads its answer.
    pub(crate) fn request(&mut self, line: &str, fields: &[&str]) -> Message {
        self.ask(line, fields);
        if line.starts_with("HEAD ") { self.head() } else { self.answer() }
    }

    /// A GET for `/` and its answer.
    pub(crate) fn get(&mut self, fields: &[&str]) -> Message {
        self.request("GET /", fields)
    }

    /// A POST of this content with its length, and its answer.
    pub(crate) fn post(&mut self, fields: &[&str], body: &str) -> Message {
        self.ask("POST /", &[fields, &[&format!("Content-Length: {}", octets(body).len())]].concat());
        self.send(body);
        self.answer()
    }

    /// The head of an answer; its content, if any, is left.
    pub(crate) fn head(&mut self) -> Message {
        self.wire.head().expect("an answer before the end of the connection")
    }

    /// An answer to anything but HEAD.
    pub(crate) fn answer(&mut self) -> Message {
        let mut message = self.head();
        let framing =
            match (message.status(), message.values("transfer-encoding"), message.values("content-length")) {
                (100..=199 | 204 | 304, ..) => Framing::None,
                (_, coding, length) if !coding.is_empty() => {
                    assert!(length.is_empty(), "one framing only: {}", message.start());
                    assert_eq!(coding, ["chunked"]);
                    Framing::Chunked
                }
                (_, _, length) if !length.is_empty() => {
                    Framing::Length(message.value("content-length").parse().unwrap())
                }
                _ => Framing::Close,
            };
        self.wire.content(&mut message, framing);
        message
    }

    /// The certificate that was shown, DER, when something has been read.
    pub(crate) fn certificate(mut self) -> Vec<u8> {
        assert_eq!(self.get(&[]).status(), 200);
        self.tls().peer_certificates().unwrap()[0].to_vec()
    }

    /// What was agreed on in the handshake.
    pub(crate) fn tls(&self) -> &rustls::ClientConnection {
        self.wire.tls().expect("an agent over TLS")
    }

    /// Whether the connection is closed without another octet.
    pub(crate) fn is_closed(&mut self) -> bool {
        self.wire.ended()
    }
}
