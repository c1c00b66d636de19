//! An origin server of HTTP/2, frame by frame (RFC 9113 4.1).

use crate::kit::Wire;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
pub(super) const GOAWAY: u8 = 7;
pub(super) const CONTINUATION: u8 = 9;

pub(super) const END_STREAM: u8 = 1;
const ACK: u8 = 1;
pub(super) const END_HEADERS: u8 = 4;

/// `:status: 200`, and `content-length` with one digit behind it (RFC 7541 A).
const STATUS_200: u8 = 0x88;
const LENGTH: [u8; 3] = [0x0f, 0x0d, 1];

/// A connection on which HTTP/2 was agreed.
pub(super) struct Frames<'w> {
    pub(super) wire: &'w mut Wire,
}

impl<'w> Frames<'w> {
    /// Greets a client that greets; `None` if it speaks something else.
    pub(super) fn begin(wire: &'w mut Wire) -> Option<Self> {
        let mut frames = (wire.take(PREFACE.len()) == PREFACE).then_some(Self { wire })?;
        frames.send(SETTINGS, 0, 0, &[]);
        Some(frames)
    }

    /// The stream of the next request that has come whole; what a connection needs is answered meanwhile.
    pub(super) fn request(&mut self) -> Option<u32> {
        loop {
            let head = self.wire.take(9);
            let [a, b, c, kind, flags, stream @ ..] = <[u8; 9]>::try_from(head).ok()?;
            let content = self.wire.take(u32::from_be_bytes([0, a, b, c]) as usize);
            match kind {
                SETTINGS if flags & ACK == 0 => self.send(SETTINGS, ACK, 0, &[]),
                PING if flags & ACK == 0 => self.send(PING, ACK, 0, &content),
                DATA | HEADERS if flags & END_STREAM != 0 => return Some(u32::from_be_bytes(stream)),
                _ => {}
            }
        }
    }

    /// Waits until the other side has taken all that was sent.
    pub(super) fn settle(&mut self) {
        self.send(PING, 0, 0, &[0; 8]);
        loop {
            let head = self.wire.take(9);
            let Ok([a, b, c, kind, flags, ..]) = <[u8; 9]>::try_from(head) else { return };
            self.wire.take(u32::from_be_bytes([0, a, b, c]) as usize);
            if (kind, flags) == (PING, ACK) {
                return;
            }
        }
    }

    /// A gateway that is gone is for the test to notice.
    pub(super) fn send(&mut self, kind: u8, flags: u8, stream: u32, content: &[u8]) {
        let [_, length @ ..] = u32::try_from(content.len()).unwrap().to_be_bytes();
        let head = [&length[..], &[kind, flags], &stream.to_be_bytes()].concat();
        let _ = self.wire.try_send(&[&head, content].concat());
    }

    /// The head of an answer, without an announced length.
    pub(super) fn head(&mut self, stream: u32) {
        self.send(HEADERS, END_HEADERS, stream, &[STATUS_200]);
    }

    /// The head of an answer of so many octets, fewer than ten.
    pub(super) fn head_of(&mut self, stream: u32, length: u8) {
        let [a, b, c] = LENGTH;
        self.send(HEADERS, END_HEADERS, stream, &[STATUS_200, a, b, c, b'0' + length]);
    }

    pub(super) fn data(&mut self, stream: u32, content: &str, flags: u8) {
        self.send(DATA, flags, stream, content.as_bytes());
    }

    /// The page that all is well with.
    pub(super) fn page(&mut self, stream: u32) {
        self.head_of(stream, 4);
        self.data(stream, "page", END_STREAM);
    }

    /// Ends a stream (RFC 9113 7).
    pub(super) fn reset(&mut self, stream: u32, reason: u32) {
        self.send(RST_STREAM, 0, stream, &reason.to_be_bytes());
    }

    /// Says that streams after this one were not begun.
    pub(super) fn go_away(&mut self, last: u32, reason: u32) {
        self.send(GOAWAY, 0, 0, &[last.to_be_bytes(), reason.to_be_bytes()].concat());
    }

    /// A head with this block of field lines, in as many frames as it takes.
    pub(super) fn large_head(&mut self, stream: u32, lines: &[u8]) {
        let block = [&[STATUS_200], lines].concat();
        let mut pieces = block.chunks(16_384).peekable();
        let mut kind = HEADERS;
        while let Some(piece) = pieces.next() {
            let flags = if pieces.peek().is_none() { END_HEADERS } else { 0 };
            self.send(std::mem::replace(&mut kind, CONTINUATION), flags, stream, piece);
        }
    }
}

/// A field line as it stands in a block, its name and value shorter than 127 octets.
pub(super) fn field(name: &str, value: &str) -> Vec<u8> {
    let text = |text: &str| [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    [vec![0], text(name), text(value)].concat()
}
