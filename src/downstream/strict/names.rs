//! Names that a field block may not hold everywhere (RFC 9113 8.1, 8.2.2, 8.3), told from the octets of HPACK (RFC 7541),
//! and the table that its lines name them by.

/// Octets of the longest of them, and of the longest value that counts.
pub(super) const LONGEST: usize = 17;
/// Entries of the static table (RFC 7541 appendix A).
const STATIC: u32 = 61;
/// Octets of the dynamic table, the most that h2 allows, and its entries: each counts for 32 and its name (RFC 7541 4.1).
const SIZE: u32 = 4096;
const ENTRIES: usize = 128;

/// What a field's name is, and for TE its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Authority = 0,
    Method = 1,
    Path = 2,
    Scheme = 3,
    Status = 4,
    Protocol = 5,
    /// A field of the connection, which HTTP/2 has not.
    Connection = 6,
    /// TE, which says `trailers` or nothing.
    Te = 7,
    /// TE that says something else.
    OtherTe = 8,
    Other = 9,
}

impl Name {
    /// A literal name, which HPACK writes in one way plainly and in one way by its Huffman code: its padding is settled
    /// (RFC 7541 5.2), and anything else ends the connection.
    pub(super) fn literal(huffman: bool, octets: &[u8]) -> Self {
        match (huffman, octets) {
            (false, b":authority") | (true, b"\xb8\x3b\x53\x39\xec\x32\x7d\x7f") => Self::Authority,
            (false, b":method") | (true, b"\xb9\x49\x53\x39\xe4") => Self::Method,
            (false, b":path") | (true, b"\xb9\x58\xd3\x3f") => Self::Path,
            (false, b":scheme") | (true, b"\xb8\x82\x4e\x5a\x4b") => Self::Scheme,
            (false, b":status") | (true, b"\xb8\x84\x8d\x36\xa3") => Self::Status,
            (false, b":protocol") | (true, b"\xb9\x5d\x87\x49\xc8\x7a\x3f") => Self::Protocol,
            (false, b"connection") | (true, b"\x21\xea\xa8\xa4\x49\x8f\x57") => Self::Connection,
            (false, b"keep-alive") | (true, b"\xea\x52\xd6\xb0\xe8\x37\x72\xff") => Self::Connection,
            (false, b"proxy-connection") | (true, b"\xae\xc3\xf9\xf4\xb1\x0f\x55\x45\x22\x4c\x7a\xbf") => {
                Self::Connection
            }
            (false, b"transfer-encoding") | (true, b"\x4d\x83\xa9\x12\x96\xc5\x8b\x51\x0f\x21\xaa\x9b") => {
                Self::Connection
            }
            (false, b"upgrade") | (true, b"\xb6\xb9\xac\x1c\x85") => Self::Connection,
            (false, b"te") | (true, b"\x49\x7f") => Self::Te,
            _ => Self::Other,
        }
    }

    /// TE with this value.
    pub(super) fn te(huffman: bool, value: &[u8]) -> Self {
        match (huffman, value) {
            (false, b"trailers") | (true, b"\x4d\x83\x35\x05\xb1\x1f") => Self::Te,
            _ => Self::OtherTe,
        }
    }

    /// The same without its value.
    pub(super) fn alone(self) -> Self {
        if self == Self::OtherTe { Self::Te } else { self }
    }

    pub(super) fn is_pseudo(self) -> bool {
        (self as u8) < Self::Connection as u8
    }
}

/// What is known of an entry of either table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: Name,
    /// Octets that it counts for at most (RFC 7541 4.1).
    pub(super) size: u32,
}

/// The dynamic table, the newest entry first, without what has left it: an index beyond the table's end ends the
/// connection anyway, so that only the order of insertion counts.
pub(super) struct Table {
    ring: [(Name, u16); ENTRIES],
    newest: usize,
}

impl Default for Table {
    fn default() -> Self {
        Self { ring: [(Name::Other, 0); ENTRIES], newest: 0 }
    }
}

impl Table {
    /// An entry by its index (RFC 7541 2.3.3).
    pub(super) fn at(&self, index: u32) -> Entry {
        let name = match index {
            1 => Name::Authority,
            2 | 3 => Name::Method,
            4 | 5 => Name::Path,
            6 | 7 => Name::Scheme,
            8..=14 => Name::Status,
            57 => Name::Connection,
            0..=STATIC => Name::Other,
            _ => {
                let age = (index - STATIC - 1) as usize;
                let (name, size) = self.ring[self.newest.wrapping_sub(age) % ENTRIES];
                return Entry { name, size: size.into() };
            }
        };
        // The longest has 59 (`access-control-allow-origin`).
        Entry { name, size: 64 }
    }

    /// A new entry. One that is larger than the table is none, and all are gone then.
    pub(super) fn insert(&mut self, entry: Entry) {
        self.newest = self.newest.wrapping_add(1) % ENTRIES;
        self.ring[self.newest] = (entry.name, entry.size.min(SIZE) as u16);
    }
}
