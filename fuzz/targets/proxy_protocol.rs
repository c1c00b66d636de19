//! The header of PROXY protocol, in pieces of any size: the same as at once, as a plain reading of the specification has
//! it, and not one octet of what follows.
//!
//! The parser is the product's, compiled here by itself: it lies on the IO floor but does none.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "proxy_protocol/downstream.rs"]
mod downstream;

use std::net::{IpAddr, SocketAddr};

use downstream::proxy_protocol::{Ends, read};

fuzz_target!(|data: &[u8]| {
    let (count, rest) = data.split_first().map_or((0, data), |(count, rest)| (usize::from(count % 8), rest));
    let (pieces, octets) = rest.split_at(count.min(rest.len()));
    let whole = read(octets, &[]);
    let parts = read(octets, pieces);
    assert_eq!(whole.is_ok(), parts.is_ok());
    let plain = if octets.starts_with(b"PROXY ") { line(octets) } else { binary(octets) };
    assert_eq!(whole.as_ref().ok(), plain.as_ref());
    if let (Ok(whole), Ok(parts)) = (whole, parts) {
        assert_eq!(whole, parts);
        // Nothing that follows changes it, and nothing of it may be missing.
        assert_eq!(read(&octets[..whole.1], &[]).as_ref(), Ok(&whole));
        assert!(read(&octets[..whole.1 - 1], &[]).is_err());
    }
});

/// Version 1 (2.1): one line of 107 octets at most.
fn line(octets: &[u8]) -> Option<(Option<Ends>, usize)> {
    let end = octets.iter().take(107).position(|octet| *octet == b'\n')?;
    let text = std::str::from_utf8(octets[..end].strip_suffix(b"\r")?).ok()?;
    let words: Vec<&str> = text.split(' ').collect();
    let four = match words[1] {
        "UNKNOWN" => return Some((None, end + 1)),
        "TCP4" => true,
        "TCP6" => false,
        _ => return None,
    };
    let [_, _, source, destination, from, to] = words[..] else { return None };
    let address = |text: &str| text.parse::<IpAddr>().ok().filter(|address| address.is_ipv4() == four);
    let port = |text: &str| text.parse::<u16>().ok().filter(|port| port.to_string() == text);
    let ends =
        (SocketAddr::new(address(source)?, port(from)?), SocketAddr::new(address(destination)?, port(to)?));
    Some((Some(ends), end + 1))
}

/// Version 2 (2.2): 16 octets, and as many as the last two of them say.
fn binary(octets: &[u8]) -> Option<(Option<Ends>, usize)> {
    let rest = octets.strip_prefix(b"\r\n\r\n\0\r\nQUIT\n")?;
    let ([command, family, high, low], rest) = rest.split_first_chunk()?;
    let length = usize::from(*high) * 256 + usize::from(*low);
    let addresses = rest.get(..length)?;
    let ends = match (command, family) {
        (0x20, _) | (0x21, 0) => None,
        (0x21, 0x11 | 0x12) => Some(addresses_of::<4>(addresses)?),
        (0x21, 0x21 | 0x22) => Some(addresses_of::<16>(addresses)?),
        (0x21, 0x31 | 0x32) => addresses.get(..216).map(|_| None)?,
        _ => return None,
    };
    Some((ends, 16 + length))
}

fn addresses_of<const N: usize>(octets: &[u8]) -> Option<Ends>
where
    IpAddr: From<[u8; N]>,
{
    let (source, rest) = octets.split_first_chunk::<N>()?;
    let (destination, rest) = rest.split_first_chunk::<N>()?;
    let [a, b, c, d] = *rest.first_chunk::<4>()?;
    let port = u16::from_be_bytes;
    Some((
        SocketAddr::new((*source).into(), port([a, b])),
        SocketAddr::new((*destination).into(), port([c, d])),
    ))
}
