//! Where and how the visitor's choice is written: the registry's `consent:` section, settled.

use super::{Adapter, CategoryId, Registry, ServiceId};

/// The `consent:` section.
#[derive(Clone, Debug)]
pub struct ConsentSettings {
    /// The cookie-name that holds the choice; `cookies_preferences` by default.
    pub cookie: String,
    /// How its value is written.
    pub format: Format,
    /// Values other than JSON `true` that grant (JSON formats), or the words that grant all (`flag`).
    pub granted_values: Vec<GrantedValue>,
    /// Words of the cookie that stand for a category or service of the registry.
    pub keys: Vec<Key>,
    /// Categories that `Sec-GPC: 1` denies unless an explicit choice says otherwise.
    pub gpc_denies: Vec<CategoryId>,
    /// Other consent managers whose cookies are read too.
    pub adapters: Vec<Adapter>,
}

impl ConsentSettings {
    /// Whether a cookie of that name takes part in reading a visitor's choice: one that holds it, or the companion;
    /// octets, case-sensitive. Called for every cookie: it compares, and no more.
    pub fn reads(&self, name: &[u8]) -> bool {
        self.holds(name) || name == Registry::COMPANION.as_bytes()
    }

    /// Whether the name of such a cookie may begin with this octet.
    pub fn reads_beginning(&self, octet: u8) -> bool {
        let begins = |name: &str| name.as_bytes().first() == Some(&octet);
        begins(&self.cookie) || begins(Registry::COMPANION) || !self.adapters.is_empty()
    }

    /// Whether a cookie of that name holds a choice: the site's own, or another manager's.
    pub fn holds(&self, name: &[u8]) -> bool {
        name == self.cookie.as_bytes() || self.adapters.iter().any(|adapter| adapter.reads(name))
    }

    /// The names of cookies with a choice, the site's own first.
    pub(super) fn names(&self) -> Vec<String> {
        let adapters = self.adapters.iter().flat_map(Adapter::names);
        std::iter::once(self.cookie.clone()).chain(adapters).collect()
    }
}

/// The grammar of the consent cookie's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object in any of the usual encodings.
    Auto,
    /// One JSON object, percent-encoded once, raw or Django-quoted; top-level booleans.
    Json,
    /// A delimited list of granted keys.
    List,
    /// One word that grants everything or nothing.
    Flag,
}

impl Format {
    /// Whether a word can be written in this format so that it is read as the same word: plain ones in a list; in JSON
    /// without `%`, since values may be decoded once more than they were encoded.
    pub(super) fn holds(self, word: &str) -> bool {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
        match self {
            Self::Auto | Self::Json => !word.contains('%'),
            Self::List => !word.is_empty() && !word.starts_with('-') && word.bytes().all(plain),
            Self::Flag => false,
        }
    }
}

/// A value that counts as yes.
#[derive(Clone, Debug, PartialEq)]
pub enum GrantedValue {
    /// A JSON boolean.
    Bool(bool),
    /// A JSON integer.
    Integer(i64),
    /// A string (JSON string; or the bare word of `flag`).
    String(String),
}

/// One line of `keys:`.
#[derive(Clone, Debug)]
pub struct Key {
    /// The word in the cookie.
    pub word: String,
    /// What it stands for.
    pub target: KeyTarget,
}

/// What a word of the consent cookie chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyTarget {
    /// All cookies of a category that belong to no service with a choice of its own.
    Category(CategoryId),
    /// The cookies of a service.
    Service(ServiceId),
}
