//! How far a header has come, from its octets.

use std::io;
use std::net::SocketAddr;

use super::{v1, v2};

/// Whom a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::downstream) enum Header {
    /// The proxy speaks for itself, or doesn't say for whom in addresses of IP: the ends of the connection itself count.
    Unsaid,
    /// The proxy passes a connection on.
    Relayed {
        /// The user agent's end.
        source: SocketAddr,
        /// The end that it connected to.
        destination: SocketAddr,
    },
}

/// What is to be read next. It belongs to the header for certain: of what follows it no octet may be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// So many octets at least.
    More(usize),
    /// Up to and with the next line feed, so many octets at most.
    Line(usize),
    /// Everything that is understood was read; so many octets of the header are to be passed over.
    Done(Header, usize),
}

/// Why there is no header.
#[derive(Debug, thiserror::Error)]
pub(in crate::downstream) enum Fault {
    /// The connection begins with something else.
    #[error("the connection begins without a header")]
    Missing,
    /// The line of version 1 has no end within its 107 octets.
    #[error("the line of version 1 is too long")]
    Long,
    /// The line of version 1 is none.
    #[error("the line of version 1 is malformed")]
    Line,
    /// A version or command other than those of version 2.
    #[error("the version or command {0:#04x} is unknown")]
    Command(u8),
    /// A family or protocol of addresses other than those of version 2.
    #[error("the address family {0:#04x} is unknown")]
    Family(u8),
    /// Version 2 announces fewer octets than its addresses have.
    #[error("the addresses do not fit the announced length {0}")]
    Short(usize),
    /// The connection ended before the header did, or broke.
    #[error("the connection broke off: {0}")]
    Broken(#[from] io::Error),
}

/// The shortest header: `PROXY UNKNOWN` and its line's end; version 2 has one octet more.
const SHORTEST: usize = 15;

/// How it goes on after what has been read, which must be as the steps before said.
pub(super) fn step(begun: &[u8]) -> Result<Step, Fault> {
    // What can't become a header is refused with its first octet that tells, not waited for.
    let may_be = |mark: &[u8]| begun.iter().zip(mark).all(|(octet, wanted)| octet == wanted);
    match (may_be(v1::MARK), may_be(v2::MARK)) {
        (false, false) => Err(Fault::Missing),
        _ if begun.len() < SHORTEST => Ok(Step::More(SHORTEST - begun.len())),
        (true, _) => v1::step(begun),
        _ => v2::step(begun),
    }
}

#[cfg(test)]
mod tests;
