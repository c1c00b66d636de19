//! The field blocks of an HTTP/2 connection, in frames and pieces of any size: what may not be where it is makes its block
//! unreadable from there on, and nothing else is changed, as a plain reading of RFC 7541 and RFC 9113 has it.
//!
//! What looks at them is the product's, compiled here by itself: it lies on the IO floor but does none.
#![no_main]

use std::collections::{HashMap, VecDeque};
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;

#[path = "../../src/downstream/strict/block.rs"]
mod block;
#[path = "../../src/downstream/strict/frames.rs"]
mod frames;
#[path = "../../src/downstream/strict/names.rs"]
mod names;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

fuzz_target!(|data: &[u8]| {
    let (size, mut rest) =
        data.split_first().map_or((1, data), |(size, rest)| (usize::from(*size) + 1, rest));
    let mut said = Said { octets: PREFACE.to_vec(), stream: 1, blocks: Vec::new(), depends: Vec::new() };
    while let [how, length, more @ ..] = rest {
        let (lines, more) = more.split_at(usize::from(*length).min(more.len()));
        said.block(*how, lines);
        rest = more;
    }
    let read = |size: usize| {
        let (mut octets, mut frames) = (said.octets.clone(), frames::Frames::new(u32::MAX));
        octets.chunks_mut(size).for_each(|piece| frames.read(piece));
        octets
    };
    let whole = read(said.octets.len());
    assert!(read(size) == whole, "in pieces of {size}");

    // What a stream depends on is changed where it is the stream itself.
    let mut wanted = said.octets.clone();
    said.depends.iter().for_each(|place| wanted[*place] ^= 1);
    let mut table = Table::default();
    for block in &said.blocks {
        let lines: Vec<u8> = block.places.iter().map(|place| said.octets[*place]).collect();
        let end = block.places.last().map_or(0, |last| last + 1);
        match table.read(&lines, block) {
            Reading::Fits => assert!(whole[..end] == wanted[..end], "{lines:02x?} was changed"),
            Reading::Malformed(left) => {
                // At its last octet at the latest; what was 0xff before can't be seen to be changed.
                let last = lines.len() - left - 1;
                let changed = block.places.iter().position(|place| whole[*place] != wanted[*place]);
                let from = changed.unwrap_or(last).min(last);
                assert!(
                    block.places[from..].iter().all(|place| whole[*place] == 0xff),
                    "{lines:02x?} passed"
                );
                return;
            }
            // h2 ends the connection.
            Reading::Unreadable => return,
        }
    }
});

/// What the user agent says.
struct Said {
    octets: Vec<u8>,
    stream: u32,
    blocks: Vec<Block>,
    /// Where streams are said to depend on themselves.
    depends: Vec<usize>,
}

struct Block {
    trailers: bool,
    split: bool,
    /// Where its octets stand.
    places: Vec<usize>,
}

impl Said {
    /// A block of these lines: on a new stream or as trailers, padded, with a priority, in one to four frames.
    fn block(&mut self, how: u8, lines: &[u8]) {
        let flag = |bit: u8| how & bit != 0;
        let trailers = flag(1) && !self.blocks.is_empty();
        if !trailers && !self.blocks.is_empty() {
            self.stream += 2;
        }
        let parts = usize::from(how >> 4 & 3) + 1;
        let (padding, prefix) = (if flag(2) { 3 } else { 0 }, if flag(4) { 5 } else { 0 });
        let mut places = Vec::new();
        let mut pieces = lines.chunks(lines.len().div_ceil(parts).max(1));
        for part in 0..parts {
            let piece = pieces.next().unwrap_or_default();
            let last = part + 1 == parts;
            let ends = if last { 4 } else { 0 };
            if part > 0 {
                self.frame(9, ends, piece.len());
            } else {
                let flags = ends | 1 | if flag(2) { 8 } else { 0 } | if flag(4) { 32 } else { 0 };
                self.frame(1, flags, piece.len() + padding + prefix + usize::from(flag(2)));
                self.octets.extend(flag(2).then_some(3));
                if flag(4) {
                    let depends = if flag(8) { self.stream } else { 0 };
                    self.depends.extend(flag(8).then_some(self.octets.len() + 3));
                    self.octets.extend(depends.to_be_bytes().into_iter().chain([16]));
                }
            }
            places.extend(self.octets.len()..self.octets.len() + piece.len());
            self.octets.extend(piece);
            self.octets.extend((part == 0).then_some([0x84; 3]).into_iter().flatten().take(padding));
            // Between blocks anything may come, and it says nothing.
            if last {
                self.frame(0, 1, 2);
                self.octets.extend([0x01, 0x84]);
            }
        }
        self.blocks.push(Block { trailers, split: parts > 1, places });
    }

    fn frame(&mut self, kind: u8, flags: u8, length: usize) {
        let [_, length @ ..] = u32::try_from(length).unwrap().to_be_bytes();
        self.octets.extend([&length[..], &[kind, flags], &self.stream.to_be_bytes()].concat());
    }
}

enum Reading {
    Fits,
    /// So many octets follow what may not be where it is.
    Malformed(usize),
    Unreadable,
}

/// HPACK's dynamic table (RFC 7541 2.3.2), the newest entry first.
struct Table {
    entries: VecDeque<(Vec<u8>, Vec<u8>)>,
    most: usize,
}

impl Default for Table {
    fn default() -> Self {
        Self { entries: VecDeque::new(), most: 4096 }
    }
}

impl Table {
    fn read(&mut self, octets: &[u8], block: &Block) -> Reading {
        let (mut rest, mut pseudo, mut regular, mut begun) = (octets, Vec::new(), false, false);
        while let Some(first) = rest.first().copied() {
            let line = match self.line(first, &mut rest, begun) {
                Ok(Some(line)) => line,
                Ok(None) => continue,
                Err(reading) => return reading,
            };
            begun = true;
            let (name, value) = line;
            let malformed = match &name[..] {
                b":authority" | b":method" | b":path" | b":scheme" | b":status" | b":protocol" => {
                    let wrong = block.trailers || block.split && (regular || pseudo.contains(&name));
                    pseudo.push(name);
                    wrong
                }
                b"connection" | b"keep-alive" | b"proxy-connection" | b"transfer-encoding" | b"upgrade" => {
                    regular = true;
                    block.split
                }
                b"te" => {
                    regular = true;
                    block.split && value != b"trailers"
                }
                _ => {
                    regular = true;
                    false
                }
            };
            if malformed {
                return Reading::Malformed(rest.len());
            }
        }
        Reading::Fits
    }

    /// One line; `None` where it says no more than the table's size.
    fn line(
        &mut self,
        first: u8,
        rest: &mut &[u8],
        begun: bool,
    ) -> Result<Option<(Vec<u8>, Vec<u8>)>, Reading> {
        if first & 0x80 != 0 {
            let index = number(rest, 7)?;
            return self.entry(index).map(Some);
        }
        if first & 0xe0 == 0x20 {
            // The number is read in any case: half of one is unreadable, wherever it stands.
            let most = number(rest, 5)?;
            if begun {
                return Err(Reading::Malformed(rest.len()));
            }
            self.most = Some(most).filter(|most| *most <= 4096).ok_or(Reading::Unreadable)?;
            self.evict(0);
            return Ok(None);
        }
        let enters = first & 0xc0 == 0x40;
        let name = match number(rest, if enters { 6 } else { 4 })? {
            // Where its length ends the frame, it is known to have none.
            0 if rest.first().is_some_and(|length| length & 0x7f == 0) => {
                return Err(Reading::Malformed(rest.len() - 1));
            }
            0 => string(rest)?,
            index => self.entry(index)?.0,
        };
        let line = (name, string(rest)?);
        if enters {
            self.evict(size(&line));
            if size(&line) <= self.most {
                self.entries.push_front(line.clone());
            }
        }
        Ok(Some(line))
    }

    fn entry(&self, index: usize) -> Result<(Vec<u8>, Vec<u8>), Reading> {
        match index {
            0 => Err(Reading::Unreadable),
            1..=61 => Ok((STATIC[index - 1].into(), Vec::new())),
            _ => self.entries.get(index - 62).cloned().ok_or(Reading::Unreadable),
        }
    }

    /// Makes room (4.3, 4.4).
    fn evict(&mut self, room: usize) {
        while !self.entries.is_empty() && self.entries.iter().map(size).sum::<usize>() + room > self.most {
            self.entries.pop_back();
        }
    }
}

fn size((name, value): &(Vec<u8>, Vec<u8>)) -> usize {
    name.len() + value.len() + 32
}

/// A number (5.1) of five octets at most.
fn number(rest: &mut &[u8], bits: u32) -> Result<usize, Reading> {
    let most = (1 << bits) - 1;
    let mut octets = rest.iter();
    let mut next = || octets.next().map(|octet| usize::from(*octet)).ok_or(Reading::Unreadable);
    let mut value = next()? & most;
    if value == most {
        for place in 0.. {
            let octet = next()?;
            value += (octet & 0x7f) << (7 * place);
            if octet & 0x80 == 0 {
                break;
            }
            if place == 3 {
                return Err(Reading::Unreadable);
            }
        }
    }
    *rest = octets.as_slice();
    Ok(value)
}

/// A string (5.2).
fn string(rest: &mut &[u8]) -> Result<Vec<u8>, Reading> {
    let coded = rest.first().ok_or(Reading::Unreadable)? & 0x80 != 0;
    let length = number(rest, 7)?;
    let (octets, more) = rest.split_at_checked(length).ok_or(Reading::Unreadable)?;
    *rest = more;
    if coded { decoded(octets).ok_or(Reading::Unreadable) } else { Ok(octets.to_vec()) }
}

/// Huffman's code undone, bit by bit; `None` where it is wrong or its padding is.
fn decoded(octets: &[u8]) -> Option<Vec<u8>> {
    static CODES: OnceLock<HashMap<(u8, u32), u8>> = OnceLock::new();
    let codes = CODES.get_or_init(codes);
    let (mut text, mut bits, mut code) = (Vec::new(), 0, 0_u32);
    for octet in octets {
        for bit in (0..8).rev() {
            (bits, code) = (bits + 1, code << 1 | u32::from(octet >> bit & 1));
            if let Some(symbol) = codes.get(&(bits, code)) {
                text.push(*symbol);
                (bits, code) = (0, 0);
            } else if bits == 30 {
                return None;
            }
        }
    }
    (bits < 8 && code == (1 << bits) - 1).then_some(text)
}

/// The code is canonical: shorter ones first, and those of a length in the order of their symbols (appendix B).
fn codes() -> HashMap<(u8, u32), u8> {
    let mut symbols: Vec<(u8, u8)> = LENGTHS.iter().copied().zip(0..=255).collect();
    symbols.sort_unstable();
    let (mut codes, mut code, mut latest) = (HashMap::new(), 0_u32, 0);
    for (length, symbol) in symbols {
        code <<= length - latest;
        codes.insert((length, code), symbol);
        (code, latest) = (code + 1, length);
    }
    codes
}

/// The bits of each octet's code.
#[rustfmt::skip]
const LENGTHS: [u8; 256] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
    6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
    13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
    15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
];

/// The names of the static table (appendix A).
#[rustfmt::skip]
const STATIC: [&[u8]; 61] = [
    b":authority", b":method", b":method", b":path", b":path", b":scheme", b":scheme", b":status", b":status", b":status",
    b":status", b":status", b":status", b":status", b"accept-charset", b"accept-encoding", b"accept-language",
    b"accept-ranges", b"accept", b"access-control-allow-origin", b"age", b"allow", b"authorization", b"cache-control",
    b"content-disposition", b"content-encoding", b"content-language", b"content-length", b"content-location",
    b"content-range", b"content-type", b"cookie", b"date", b"etag", b"expect", b"expires", b"from", b"host", b"if-match",
    b"if-modified-since", b"if-none-match", b"if-range", b"if-unmodified-since", b"last-modified", b"link", b"location",
    b"max-forwards", b"proxy-authenticate", b"proxy-authorization", b"range", b"referer", b"refresh", b"retry-after",
    b"server", b"set-cookie", b"strict-transport-security", b"transfer-encoding", b"user-agent", b"vary", b"via",
    b"www-authenticate",
];
