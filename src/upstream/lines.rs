//! Field lines that join a request on its last stretch.

use http::header::{HeaderMap, HeaderName, HeaderValue};

/// Field lines as HTTP/1.1 has them, ready to be sent behind those of a request's map: written once, never looked up.
#[derive(Debug)]
pub struct Lines(Vec<u8>);

impl Default for Lines {
    fn default() -> Self {
        Self(Vec::with_capacity(512))
    }
}

impl Lines {
    /// None, and no room for any.
    pub(super) fn none() -> Self {
        Self(Vec::new())
    }

    /// Adds a line, its value given in parts: octets that came in field values, or visible text.
    pub fn add<'a>(&mut self, name: &HeaderName, value: impl IntoIterator<Item = &'a [u8]>) {
        self.0.extend_from_slice(name.as_str().as_bytes());
        self.0.extend_from_slice(b": ");
        for part in value {
            debug_assert!(memchr::memchr3(b'\r', b'\n', 0, part).is_none(), "no field value");
            self.0.extend_from_slice(part);
        }
        self.0.extend_from_slice(b"\r\n");
    }

    /// The lines, each with its end.
    pub fn octets(&self) -> &[u8] {
        &self.0
    }

    /// Adds them to a map, for a protocol that has no lines.
    pub(super) fn append_to(&self, headers: &mut HeaderMap) {
        for line in self.0.split(|octet| *octet == b'\n').filter_map(|line| line.strip_suffix(b"\r")) {
            let Some(at) = memchr::memchr(b':', line) else { continue };
            let (name, value) = line.split_at_checked(at).unwrap_or_default();
            let value = value.strip_prefix(b": ").unwrap_or_default();
            if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
                headers.append(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use http::header;

    use super::*;

    #[test]
    fn lines_are_a_map_where_one_is_wanted() {
        let mut lines = Lines::default();
        lines.add(&header::VIA, [&b"1.1"[..], b" ", b"tamis"]);
        lines.add(&HeaderName::from_static("x-empty"), []);
        lines.add(&header::COOKIE, [&b"a=\xff: b"[..]]);
        assert_eq!(lines.octets(), b"via: 1.1 tamis\r\nx-empty: \r\ncookie: a=\xff: b\r\n");
        let mut headers = HeaderMap::new();
        lines.append_to(&mut headers);
        let all: Vec<(&str, &[u8])> =
            headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        assert_eq!(all.len(), 3);
        assert!(all.contains(&("cookie", b"a=\xff: b")) && all.contains(&("x-empty", b"")));
        assert_eq!(headers[header::VIA], "1.1 tamis");
    }
}
