//! Beginnings of paths (`prefix:`): which paths they cover.

use super::values::{Wrong, parsed, path};
use crate::document::{Document, Node};

/// The beginning of a path, without its last slash: empty for `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Prefix(String);

impl Prefix {
    pub(super) fn read(document: &Document, node: &Node) -> Option<Self> {
        parsed(document, node, "bad-prefix", "the beginning of a path, such as /preview/", Self::parse)
    }

    fn parse(text: &str) -> Result<Self, Wrong> {
        const WHAT: &str = "beginning of a path";
        if let Some(prefix) = text.strip_suffix('*').filter(|prefix| prefix.starts_with('/')) {
            let help = format!("leave the `*` out, a prefix covers all below it: {prefix}");
            return Err(Wrong::new(format!("`{text}` is no {WHAT}"), help));
        }
        path(text, WHAT)?;
        Ok(Self(text.strip_suffix('/').unwrap_or(text).to_owned()))
    }

    /// Whether a path equals it, or continues it after a `/`.
    pub(super) fn covers(&self, path: &str) -> bool {
        path.strip_prefix(self.0.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Whether it covers all that the other one does.
    pub(super) fn covers_all_of(&self, other: &Self) -> bool {
        self.covers(&other.0)
    }

    /// Octets.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

impl std::fmt::Display for Prefix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes() {
        assert_eq!(Prefix::parse("/preview/"), Ok(Prefix("/preview".to_owned())));
        assert_eq!(Prefix::parse("/"), Ok(Prefix(String::new())));
        for bad in
            ["", "preview", "/preview/*", "/a?b", "/a#b", "/é", "/a b", "/a/../b", "/./", "/a//b", "//"]
        {
            assert!(Prefix::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_covers_what() {
        let covers = |a, b| Prefix::parse(a).unwrap().covers_all_of(&Prefix::parse(b).unwrap());
        assert!(covers("/", "/a") && covers("/a", "/a/") && covers("/a/", "/a/b"));
        assert!(!covers("/a/b", "/a") && !covers("/a", "/ab") && !covers("/a", "/b/a"));
    }
}
