//! One end of a connection: octets out as given, messages in as they came.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use rustls::{ClientConnection, ServerConnection, StreamOwned};

use super::message::{End, Message, parse};
use super::{PATIENCE, text};

pub(crate) enum Stream {
    Plain(TcpStream),
    Client(Box<StreamOwned<ClientConnection, TcpStream>>),
    Server(Box<StreamOwned<ServerConnection, TcpStream>>),
}

/// What ends the content of a message.
#[derive(Clone, Copy)]
pub(crate) enum Framing {
    None,
    Length(usize),
    Chunked,
    Close,
}

pub(crate) struct Wire {
    stream: Stream,
    pending: Vec<u8>,
    /// Reading ended in a fault.
    fault: bool,
}

impl Wire {
    pub(crate) fn new(stream: Stream) -> Self {
        let wire = Self { stream, pending: Vec::new(), fault: false };
        // A Unix socket has nothing to delay.
        let _ = wire.tcp().set_nodelay(true);
        wire.tcp().set_read_timeout(Some(PATIENCE)).unwrap();
        wire.write_limit(PATIENCE);
        wire
    }

    pub(crate) fn tcp(&self) -> &TcpStream {
        match &self.stream {
            Stream::Plain(stream) => stream,
            Stream::Client(stream) => &stream.sock,
            Stream::Server(stream) => &stream.sock,
        }
    }

    fn client(&mut self) -> &mut StreamOwned<ClientConnection, TcpStream> {
        match &mut self.stream {
            Stream::Client(stream) => stream,
            _ => panic!("no user agent over TLS"),
        }
    }

    /// The record of what would be sent, which is sent by [`send_raw`](Self::send_raw).
    pub(crate) fn sealed(&mut self, text: &str) -> Vec<u8> {
        let stream = self.client();
        let mut record = Vec::new();
        stream.conn.writer().write_all(text.as_bytes()).unwrap();
        stream.conn.write_tls(&mut record).unwrap();
        record
    }

    /// Sends octets as they are, beneath TLS.
    pub(crate) fn send_raw(&mut self, octets: &[u8]) {
        self.client().sock.write_all(octets).unwrap();
    }

    /// Says that other keys are used from now on, and asks for the same (RFC 8446 4.6.3).
    pub(crate) fn change_keys(&mut self) {
        let stream = self.client();
        stream.conn.refresh_traffic_keys().unwrap();
        stream.flush().unwrap();
    }

    pub(super) fn tls(&self) -> Option<&ClientConnection> {
        if let Stream::Client(stream) = &self.stream { Some(&stream.conn) } else { None }
    }

    /// How long a write may stand still.
    pub(crate) fn write_limit(&self, limit: Duration) {
        self.tcp().set_write_timeout(Some(limit)).unwrap();
    }

    /// What is written, one call of the system; how much went.
    pub(crate) fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        match &mut self.stream {
            Stream::Plain(stream) => stream.write(octets),
            Stream::Client(stream) => stream.write(octets),
            Stream::Server(stream) => stream.write(octets),
        }
    }

    pub(crate) fn try_send(&mut self, octets: &[u8]) -> io::Result<()> {
        match &mut self.stream {
            Stream::Plain(stream) => stream.write_all(octets),
            Stream::Client(stream) => stream.write_all(octets).and_then(|()| stream.flush()),
            Stream::Server(stream) => stream.write_all(octets).and_then(|()| stream.flush()),
        }
    }

    /// Closes the sending side: FIN.
    pub(crate) fn finish(&mut self) {
        match &mut self.stream {
            Stream::Plain(_) => {}
            Stream::Client(stream) => stream.conn.send_close_notify(),
            Stream::Server(stream) => stream.conn.send_close_notify(),
        }
        // What is gone already is as good.
        let _ = self.try_send(b"");
        let _ = self.tcp().shutdown(Shutdown::Write);
    }

    /// Closes at once, whatever was not sent or read: RST.
    pub(crate) fn reset(self) {
        self.will_reset();
    }

    /// Makes the end of this connection a reset: RST.
    pub(crate) fn will_reset(&self) {
        socket2::SockRef::from(self.tcp()).set_linger(Some(Duration::ZERO)).unwrap();
    }

    /// Takes what came; nothing when the connection has ended, in whatever way.
    fn fill(&mut self) -> usize {
        let mut octets = [0; 16 * 1024];
        let read = match &mut self.stream {
            Stream::Plain(stream) => stream.read(&mut octets),
            Stream::Client(stream) => stream.read(&mut octets),
            Stream::Server(stream) => stream.read(&mut octets),
        };
        let read = match read {
            Err(fault) if matches!(fault.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                panic!("nothing came in time after {:?}", text(&self.pending))
            }
            read => {
                self.fault = read.is_err();
                read.unwrap_or(0)
            }
        };
        self.pending.extend_from_slice(&octets[..read]);
        read
    }

    /// Waits for the end of the connection; whether it came before anything else.
    pub(crate) fn ended(&mut self) -> bool {
        self.pending.is_empty() && self.fill() == 0
    }

    /// Says nothing until the other side has had enough.
    pub(crate) fn silent(&mut self) {
        self.ended();
    }

    /// Whatever comes next, at least an octet; empty at the end.
    pub(crate) fn some(&mut self) -> Vec<u8> {
        if self.pending.is_empty() {
            self.fill();
        }
        std::mem::take(&mut self.pending)
    }

    /// Reads until the end; whether that is a fault: a reset, or TLS that ends without a word (RFC 8446 6.1).
    pub(crate) fn broke_off(&mut self) -> bool {
        self.rest();
        self.fault
    }

    /// Everything until the end.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        while self.fill() > 0 {}
        std::mem::take(&mut self.pending)
    }

    /// So many octets, fewer at the end.
    pub(crate) fn take(&mut self, count: usize) -> Vec<u8> {
        while self.pending.len() < count && self.fill() > 0 {}
        let rest = self.pending.split_off(count.min(self.pending.len()));
        std::mem::replace(&mut self.pending, rest)
    }

    /// Up to and with a mark; `None` if the end comes first.
    fn until(&mut self, mark: &[u8]) -> Option<Vec<u8>> {
        let mut from = 0;
        loop {
            let found = self.pending[from..].windows(mark.len()).position(|window| window == mark);
            if let Some(at) = found {
                return Some(self.take(from + at + mark.len()));
            }
            from = self.pending.len().saturating_sub(mark.len() - 1);
            if self.fill() == 0 {
                return None;
            }
        }
    }

    /// A head with its empty line.
    pub(crate) fn head(&mut self) -> Option<Message> {
        self.until(b"\r\n\r\n").map(Message::new)
    }

    /// The content of a message whose head was read.
    pub(crate) fn content(&mut self, message: &mut Message, framing: Framing) {
        match framing {
            Framing::None => {}
            Framing::Length(length) => {
                message.body = self.take(length);
                message.raw.clone_from(&message.body);
                message.end = if message.body.len() == length { End::Framed } else { End::Truncated };
            }
            Framing::Close => {
                message.body = self.rest();
                message.raw.clone_from(&message.body);
                message.end = End::Closed;
            }
            Framing::Chunked => {
                message.end = if self.chunks(message).is_some() { End::Framed } else { End::Truncated };
            }
        }
    }

    fn chunks(&mut self, message: &mut Message) -> Option<()> {
        loop {
            let line = self.until(b"\r\n")?;
            message.raw.extend_from_slice(&line);
            let digits = text(&line);
            let digits = digits.trim_end().split(';').next().unwrap_or_default();
            let size = usize::from_str_radix(digits, 16).expect("a chunk's size");
            if size == 0 {
                break;
            }
            let data = self.take(size);
            message.raw.extend_from_slice(&data);
            message.body.extend_from_slice(&data);
            let end = self.take(2);
            message.raw.extend_from_slice(&end);
            if end != b"\r\n" {
                return None;
            }
        }
        loop {
            let line = self.until(b"\r\n")?;
            message.raw.extend_from_slice(&line);
            if line == b"\r\n" {
                return Some(());
            }
            message.trailers.extend(parse(&line));
        }
    }
}
