//! Text that nobody may read in a log, a message or a debugger's dump.

use std::fmt;

/// A secret of the configuration. It has no `Display`, and its `Debug` doesn't show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Box<str>);

impl Secret {
    /// Keeps a text from being shown.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The text, for whom it is meant alone. Compare it in constant time (`admin`).
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// How the whole of a secret is shown to people.
pub(super) fn hidden(_: &str) -> String {
    "(hidden)".to_owned()
}

impl fmt::Debug for Secret {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "(secret) Some((secret))");
        assert_eq!(secret.expose(), "hunter2");
    }
}
