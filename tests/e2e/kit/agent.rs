//! The user agent: sends the octets that a test gives it.

use std::net::{SocketAddr, TcpStream};

use super::message::Message;
use super::octets;
use super::wire::{Framing, Stream, Wire};

pub(crate) struct Agent {
    pub(crate) wire: Wire,
}

impl Agent {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        Self::over(Stream::Plain(TcpStream::connect(address).unwrap()))
    }

    pub(super) fn over(stream: Stream) -> Self {
        Self { wire: Wire::new(stream) }
    }

    /// Sends octets, which are given as [`text`](super::text).
    pub(crate) fn send(&mut self, text: &str) {
        self.wire.try_send(&octets(text)).unwrap();
    }

    /// Sends a request for the host `x.test`: its request line without the version, and further field lines.
    pub(crate) fn ask(&mut self, line: &str, fields: &[&str]) {
        let fields: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
        self.send(&format!("{line} HTTP/1.1\r\nHost: x.test\r\n{fields}\r\n"));
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

    /// What was agreed on in the handshake.
    pub(crate) fn tls(&self) -> &rustls::ClientConnection {
        self.wire.tls().expect("an agent over TLS")
    }

    /// Whether the connection is closed without another octet.
    pub(crate) fn is_closed(&mut self) -> bool {
        self.wire.ended()
    }
}
