//! The product's parser, and a connection of octets at hand to read from.

#[rustfmt::skip] // what it has of tests is no part of it here
#[path = "../../../src/downstream/proxy_protocol/header.rs"]
mod header;
#[path = "../../../src/downstream/proxy_protocol/v1.rs"]
mod v1;
#[path = "../../../src/downstream/proxy_protocol/v2.rs"]
mod v2;

use std::net::SocketAddr;

use header::{Fault, Header, Step, step};

/// Source and destination.
pub type Ends = (SocketAddr, SocketAddr);

/// What a connection that begins with these octets says, and how many it took; `Err(None)` where it ended too early. Reads
/// as `take` does on a socket, but pieces of these lengths at most, over and over.
pub fn read(octets: &[u8], pieces: &[u8]) -> Result<(Option<Ends>, usize), Option<String>> {
    let mut lengths = pieces.iter().cycle().map(|length| usize::from(*length) + 1);
    let mut count = 0;
    loop {
        let left = &octets[count..];
        let piece = lengths.next().unwrap_or(usize::MAX);
        let most = match step(&octets[..count]).map_err(|fault: Fault| Some(fault.to_string()))? {
            Step::More(most) => most,
            Step::Line(most) => {
                let seen = &left[..most.min(left.len()).min(piece)];
                seen.iter().position(|octet| *octet == b'\n').map_or(seen.len(), |at| at + 1)
            }
            Step::Done(_, rest) if rest > left.len() => return Err(None),
            Step::Done(header, rest) => return Ok((ends(header), count + rest)),
        };
        assert!(most > 0 || left.is_empty(), "a step that wants nothing would never end");
        if left.is_empty() {
            return Err(None);
        }
        count += most.min(left.len()).min(piece);
    }
}

fn ends(header: Header) -> Option<Ends> {
    match header {
        Header::Unsaid => None,
        Header::Relayed { source, destination } => Some((source, destination)),
    }
}
