//! Octets as hexadecimal digits: the ids and digests of records.

use std::fmt::Write as _;

/// Two digits an octet, in lower case.
pub fn encode(octets: &[u8]) -> String {
    octets.iter().fold(String::with_capacity(octets.len() * 2), |mut text, octet| {
        // Writing to a string does not fail.
        let _ = write!(text, "{octet:02x}");
        text
    })
}

/// Exactly `N` octets, in either case; `None` for any other text.
pub fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N || !text.bytes().all(|octet| octet.is_ascii_hexdigit()) {
        return None;
    }
    let mut octets = [0; N];
    for (octet, pair) in octets.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *octet = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        assert_eq!(decode::<3>(&encode(&[0, 0xab, 255])), Some([0, 0xab, 255]));
        assert_eq!(decode::<2>("ABcd"), Some([0xab, 0xcd]));
        for bad in ["", "abc", "abcde", "+1+1", "é12"] {
            assert_eq!(decode::<2>(bad), None, "{bad}");
        }
    }
}
