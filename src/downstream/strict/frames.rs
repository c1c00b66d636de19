//! The frames of an HTTP/2 connection as they come from a user agent (RFC 9113 4.1), in whatever pieces.

use super::block::{Blocks, Kind};

/// Octets before the first frame (RFC 9113 3.4), and of a frame's head.
const PREFACE: usize = 24;
const HEAD: usize = 9;

const HEADERS: u8 = 1;
const CONTINUATION: u8 = 9;
const END_HEADERS: u8 = 0x4;
const PADDED: u8 = 0x8;
const PRIORITY: u8 = 0x20;
/// All bits of a stream's number.
const STREAM: u32 = 0x7fff_ffff;

/// Where in the frames the next octet stands, and what of those before it counts.
pub(super) struct Frames {
    at: At,
    /// The head of a frame, and how much of it has come.
    head: [u8; HEAD],
    came: usize,
    /// The newest stream. A field block on it, or on an older one, is trailers.
    newest: u32,
    blocks: Blocks,
}

enum At {
    /// In so many octets that say nothing of fields.
    Elsewhere(usize),
    Head,
    /// In what a HEADERS frame has before its field block.
    Prefix(Prefix),
    /// In a field block, with padding behind it.
    Block {
        left: usize,
        padding: usize,
    },
}

/// The length of the padding, and the stream that this one depends on, which counts no more (RFC 9113 5.3.2).
struct Prefix {
    stream: u32,
    padded: bool,
    /// Octets of the prefix, those of it that have come, and those of the frame that are to come.
    length: usize,
    came: usize,
    left: usize,
    padding: usize,
    depends: u32,
}

impl Frames {
    /// Of a connection on which a field section has so many octets at most.
    pub(super) fn new(most: u32) -> Self {
        Self { at: At::Elsewhere(PREFACE), head: [0; HEAD], came: 0, newest: 0, blocks: Blocks::new(most) }
    }

    /// Reads on, and changes what has to be refused and would not be.
    pub(super) fn read(&mut self, mut octets: &mut [u8]) {
        while !octets.is_empty() {
            let left = match &self.at {
                At::Elsewhere(left) | At::Block { left, .. } => *left,
                At::Head => HEAD - self.came,
                At::Prefix(_) => 1,
            };
            let (now, later) = octets.split_at_mut(left.min(octets.len()));
            match &mut self.at {
                At::Elsewhere(left) => *left -= now.len(),
                At::Head => {
                    self.head[self.came..][..now.len()].copy_from_slice(now);
                    self.came += now.len();
                }
                At::Prefix(prefix) => now.iter_mut().for_each(|octet| prefix.read(octet)),
                At::Block { left, .. } => {
                    *left -= now.len();
                    self.blocks.read(now);
                }
            }
            self.go_on();
            octets = later;
        }
    }

    /// From what is over to what follows it.
    fn go_on(&mut self) {
        loop {
            self.at = match &self.at {
                At::Elsewhere(0) => {
                    self.came = 0;
                    At::Head
                }
                At::Head if self.came == HEAD => self.frame(),
                At::Prefix(prefix) if prefix.came == prefix.length || prefix.left == 0 => prefix.block(),
                At::Block { left: 0, padding } => At::Elsewhere(*padding),
                _ => return,
            };
        }
    }

    /// A frame's head is complete.
    fn frame(&mut self) -> At {
        let [high, middle, low, kind, flags, stream @ ..] = self.head;
        let left = u32::from_be_bytes([0, high, middle, low]) as usize;
        match kind {
            HEADERS => {
                let stream = u32::from_be_bytes(stream) & STREAM;
                self.blocks.begin(Kind { trailers: stream <= self.newest, split: flags & END_HEADERS == 0 });
                self.newest = self.newest.max(stream);
                let padded = flags & PADDED != 0;
                let length = usize::from(padded) + if flags & PRIORITY == 0 { 0 } else { 5 };
                At::Prefix(Prefix { stream, padded, length, came: 0, left, padding: 0, depends: 0 })
            }
            CONTINUATION => At::Block { left, padding: 0 },
            _ => At::Elsewhere(left),
        }
    }
}

impl Prefix {
    fn read(&mut self, octet: &mut u8) {
        self.left -= 1;
        let place = self.came + usize::from(!self.padded);
        self.came += 1;
        match place {
            0 => self.padding = usize::from(*octet),
            1..=4 => self.depends = self.depends << 8 | u32::from(*octet),
            _ => {}
        }
        // h2 would reset the stream without having read its block, and take every later one by another table than the user
        // agent's. No other stream is meant either: it doesn't matter which.
        if place == 4 && self.depends & STREAM == self.stream {
            *octet ^= 1;
        }
    }

    fn block(&self) -> At {
        let left = self.left.saturating_sub(self.padding);
        At::Block { left, padding: self.left - left }
    }
}
