//! One request or response as it stood on the wire.

use super::text;

/// How a message ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Its framing said that it was whole.
    Framed,
    /// The connection was closed, which is how such a message ends.
    Closed,
    /// The connection was closed before the end that its framing announced.
    Truncated,
}

/// A head and its content.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// Every octet up to and with the empty line.
    pub(crate) head: Vec<u8>,
    /// The content, without the framing of chunks.
    pub(crate) body: Vec<u8>,
    /// What followed the head, every octet.
    pub(crate) raw: Vec<u8>,
    /// Fields after the last chunk; names in lower case, values as [`text`].
    pub(crate) trailers: Vec<(String, String)>,
    pub(crate) end: End,
}

impl Message {
    /// A head alone.
    pub(super) fn new(head: Vec<u8>) -> Self {
        Self { head, body: Vec::new(), raw: Vec::new(), trailers: Vec::new(), end: End::Framed }
    }

    /// Request line or status line.
    pub(crate) fn start(&self) -> String {
        text(self.head.split(|octet| *octet == b'\r').next().unwrap_or_default())
    }

    /// A response's status.
    pub(crate) fn status(&self) -> u16 {
        self.start().split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status line")
    }

    /// All fields in their order; names in lower case, values as [`text`], without the space around them.
    pub(crate) fn fields(&self) -> Vec<(String, String)> {
        parse(&self.head)
    }

    /// All values of one name, in their order.
    pub(crate) fn values(&self, name: &str) -> Vec<String> {
        self.fields().into_iter().filter(|(of, _)| of == name).map(|(_, value)| value).collect()
    }

    /// The value of a field that must be there once.
    pub(crate) fn value(&self, name: &str) -> String {
        let values = self.values(name);
        assert_eq!(values.len(), 1, "{name} in {}", text(&self.head));
        values.into_iter().next().unwrap()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        !self.values(name).is_empty()
    }

    /// The content as [`text`].
    pub(crate) fn text(&self) -> String {
        text(&self.body)
    }

    /// The content, which is JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The message is whole as far as its framing says.
    pub(crate) fn is_whole(&self) -> bool {
        self.end == End::Framed
    }
}

/// The field lines of a head or of trailers.
pub(super) fn parse(section: &[u8]) -> Vec<(String, String)> {
    let lines = section.split(|octet| *octet == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines
        .filter_map(|line| {
            let colon = line.iter().position(|octet| *octet == b':')?;
            let (name, value) = line.split_at(colon);
            let is_name = !name.is_empty() && name.iter().all(|octet| octet.is_ascii_graphic());
            let value = value.strip_prefix(b":")?.trim_ascii();
            is_name.then(|| (text(name).to_ascii_lowercase(), text(value)))
        })
        .collect()
}
