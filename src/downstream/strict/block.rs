//! The lines of a field block (RFC 7541 6), as far as they say which field comes where.

use super::names::{Entry, LONGEST, Name, Table};

/// Octets that a number has behind its first one; h2 ends the connection at one that has more.
const MOST: u8 = 4;

/// Octets that a line counts for besides its name and value (RFC 9113 6.5.2).
const OVERHEAD: u32 = 32;

/// The field blocks of a connection, one after the other, in whatever pieces they come.
pub(super) struct Blocks {
    /// Octets of a field section: of trailers that have more, h2 drops what is too much.
    most: u32,
    table: Table,
    block: Block,
    at: At,
    /// The line that is being read.
    line: Line,
}

/// What is known of the block that is being read.
#[derive(Default)]
struct Block {
    kind: Kind,
    /// It has a line.
    begun: bool,
    /// A field that is no pseudo-header field has come.
    regular: bool,
    /// The pseudo-header fields that have come, a bit each.
    pseudo: u8,
    /// Octets that its lines count for at most.
    size: u32,
}

/// What a block is, by which it is judged.
#[derive(Clone, Copy, Default)]
pub(super) struct Kind {
    /// Behind a request's content. h2 passes their pseudo-header fields over.
    pub(super) trailers: bool,
    /// In several frames. Where one of them ends within a line, h2 forgets whatever it found in it.
    pub(super) split: bool,
}

impl Kind {
    /// h2 can't be left to judge it.
    fn is_ours(self) -> bool {
        self.trailers || self.split
    }
}

/// Where in a line the next octet stands.
#[derive(Clone, Copy, Default)]
enum At {
    #[default]
    Line,
    /// In a number, behind this many octets of it.
    Number { of: Number, value: u32, octets: u8 },
    /// At the length of the name, or of the value.
    Length(Text),
    /// So many octets of the name or value are to come.
    Text { of: Text, left: u32 },
    /// Nothing of the block is left to the user agent.
    Spoilt,
}

#[derive(Clone, Copy)]
enum Number {
    /// An entry, as the whole line.
    Entry,
    /// An entry whose name the line has.
    NameOf,
    /// The table's size.
    Size,
    Length(Text),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Text {
    Name,
    Value,
}

struct Line {
    /// It becomes an entry of the table.
    enters: bool,
    name: Name,
    /// Octets that it counts for at most.
    size: u32,
    /// The name or value that is being read is in Huffman's code.
    huffman: bool,
    /// The first octets of it, where they count.
    kept: [u8; LONGEST],
    /// How many they are; more than there is room for where they don't count.
    length: usize,
}

impl Default for Line {
    fn default() -> Self {
        Self { enters: false, name: Name::Other, size: 0, huffman: false, kept: [0; LONGEST], length: 0 }
    }
}

/// A line that may not be where it is.
struct Malformed;

impl Blocks {
    /// Of a connection on which a field section has so many octets at most.
    pub(super) fn new(most: u32) -> Self {
        Self { most, table: Table::default(), block: Block::default(), at: At::Line, line: Line::default() }
    }

    /// A block begins.
    pub(super) fn begin(&mut self, kind: Kind) {
        self.block = Block { kind, ..Block::default() };
        self.at = At::Line;
    }

    /// Reads on. From a line on that may not be where it is, octets of 0xff take the place of what came: a number
    /// without an end, at which h2 says GOAWAY.
    pub(super) fn read(&mut self, octets: &mut [u8]) {
        let mut next = 0;
        while let Some(octet) = octets.get(next).copied() {
            let read = match self.at {
                // An entry of an ordinary head, by which nothing here changes. Nearly all lines are such.
                At::Line if matches!(octet, 0x80..=0xfe) && !self.block.kind.is_ours() => {
                    self.block.begun = true;
                    next += 1;
                    continue;
                }
                At::Text { of, left } => {
                    let came = &octets[next..];
                    let came = &came[..came.len().min(left as usize)];
                    next += came.len();
                    self.keep(of, left, came)
                }
                At::Spoilt => Err(Malformed),
                _ => {
                    next += 1;
                    self.octet(octet)
                }
            };
            if read.is_err() {
                self.at = At::Spoilt;
                octets[next.saturating_sub(1)..].fill(0xff);
                return;
            }
        }
    }

    fn octet(&mut self, octet: u8) -> Result<(), Malformed> {
        match self.at {
            At::Line => {
                let (of, bits) = match octet {
                    0x80.. => (Number::Entry, 7),
                    0x40.. => (Number::NameOf, 6),
                    0x20.. => (Number::Size, 5),
                    _ => (Number::NameOf, 4),
                };
                self.line.enters = bits == 6;
                self.first(of, octet, bits)
            }
            At::Length(text) => {
                self.line.huffman = octet >= 0x80;
                self.first(Number::Length(text), octet, 7)
            }
            At::Number { of, value, octets } => {
                let value = value + (u32::from(octet & 0x7f) << (7 * octets));
                match octet {
                    ..0x80 => self.number(of, value),
                    _ if octets + 1 == MOST => Err(Malformed),
                    _ => {
                        self.at = At::Number { of, value, octets: octets + 1 };
                        Ok(())
                    }
                }
            }
            At::Text { .. } | At::Spoilt => Err(Malformed),
        }
    }

    /// The first octet of a number (RFC 7541 5.1).
    fn first(&mut self, of: Number, octet: u8, bits: u32) -> Result<(), Malformed> {
        let most = (1 << bits) - 1;
        let value = octet & most;
        if value < most {
            return self.number(of, value.into());
        }
        self.at = At::Number { of, value: value.into(), octets: 0 };
        Ok(())
    }

    /// A number is complete.
    fn number(&mut self, of: Number, value: u32) -> Result<(), Malformed> {
        match of {
            Number::Entry => {
                let Entry { name, size } = self.table.at(value);
                self.at = At::Line;
                self.block.take(name)?;
                self.grow(size)
            }
            Number::NameOf if value == 0 => {
                self.line.size = OVERHEAD;
                self.at = At::Length(Text::Name);
                Ok(())
            }
            Number::NameOf => {
                let Entry { name, size } = self.table.at(value);
                (self.line.name, self.line.size) = (name.alone(), size);
                self.named()
            }
            // It stands before the first line (RFC 7541 4.2).
            Number::Size if self.block.begun => Err(Malformed),
            Number::Size => {
                self.at = At::Line;
                Ok(())
            }
            // h2 takes a line without a name for one that isn't complete, and forgets it at the frame's end.
            Number::Length(Text::Name) if value == 0 => Err(Malformed),
            Number::Length(of) => {
                let counts = match of {
                    Text::Name => self.line.enters || self.block.kind.is_ours(),
                    Text::Value => self.line.name == Name::Te,
                };
                // No code has less than five bits.
                let size = if self.line.huffman { value / 5 * 8 + 8 } else { value };
                self.line.size = self.line.size.saturating_add(size);
                self.line.length = if counts && value as usize <= LONGEST { 0 } else { usize::MAX };
                self.at = At::Text { of, left: value };
                if of == Text::Name {
                    return Ok(());
                }
                // Before the value: behind it there may be nothing left to make unreadable.
                self.grow(self.line.size)?;
                if value == 0 { self.valued() } else { Ok(()) }
            }
        }
    }

    /// Some octets of a name or a value.
    fn keep(&mut self, of: Text, left: u32, came: &[u8]) -> Result<(), Malformed> {
        let line = &mut self.line;
        if line.length <= LONGEST {
            let end = line.length + came.len();
            line.kept[line.length..end].copy_from_slice(came);
            line.length = end;
        }
        let left = left - came.len() as u32;
        self.at = At::Text { of, left };
        match of {
            _ if left > 0 => Ok(()),
            Text::Name => {
                line.name = line
                    .kept
                    .get(..line.length)
                    .map_or(Name::Other, |name| Name::literal(line.huffman, name));
                self.named()
            }
            Text::Value => self.valued(),
        }
    }

    /// The line's name is known; a value follows.
    fn named(&mut self) -> Result<(), Malformed> {
        self.at = At::Length(Text::Value);
        // Of TE the value counts.
        if self.line.name == Name::Te { Ok(()) } else { self.block.take(self.line.name) }
    }

    /// The line is complete.
    fn valued(&mut self) -> Result<(), Malformed> {
        self.at = At::Line;
        let line = &mut self.line;
        let mut taken = Ok(());
        if line.name == Name::Te {
            line.name =
                line.kept.get(..line.length).map_or(Name::OtherTe, |value| Name::te(line.huffman, value));
            taken = self.block.take(line.name);
        }
        if line.enters {
            self.table.insert(Entry { name: line.name, size: line.size });
        }
        taken
    }

    /// The block has a line more, of so many octets.
    fn grow(&mut self, size: u32) -> Result<(), Malformed> {
        self.block.size = self.block.size.saturating_add(size);
        if self.block.kind.trailers && self.block.size >= self.most { Err(Malformed) } else { Ok(()) }
    }
}

impl Block {
    /// A field of this name comes.
    fn take(&mut self, name: Name) -> Result<(), Malformed> {
        self.begun = true;
        let Kind { trailers, split } = self.kind;
        let fits = if name.is_pseudo() {
            let bit = 1 << name as u8;
            let again = self.pseudo & bit != 0;
            self.pseudo |= bit;
            !trailers && !(split && (self.regular || again))
        } else {
            self.regular = true;
            !split || !matches!(name, Name::Connection | Name::OtherTe)
        };
        if fits { Ok(()) } else { Err(Malformed) }
    }
}
