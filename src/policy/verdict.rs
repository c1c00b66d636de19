//! What becomes of a cookie, and why.

use crate::cookie::Refusal;
use crate::registry::EntryId;

/// Which way a cookie travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the user agent to the origin server, in `Cookie`.
    Request,
    /// From the origin server to the user agent, in `Set-Cookie`.
    Response,
}

impl Direction {
    /// A stable word for logs and metrics.
    pub fn word(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
        }
    }

    /// The field that carries cookies that way.
    pub fn field(self) -> &'static str {
        match self {
            Self::Request => "Cookie",
            Self::Response => "Set-Cookie",
        }
    }
}

/// The decision on one cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It passes, every octet as it came.
    Forward(Reason),
    /// It passes, changed as its row or its site says.
    Rewrite(Reason),
    /// It is left out.
    Strip(Reason),
}

impl Verdict {
    /// Whether the cookie passes, changed or not.
    pub fn forwards(self) -> bool {
        !matches!(self, Self::Strip(_))
    }

    /// What decided.
    pub fn reason(self) -> Reason {
        match self {
            Self::Forward(reason) | Self::Rewrite(reason) | Self::Strip(reason) => reason,
        }
    }

    /// A stable word for logs and metrics.
    pub fn word(self) -> &'static str {
        match self {
            Self::Forward(_) => "forward",
            Self::Rewrite(_) => "rewrite",
            Self::Strip(_) => "strip",
        }
    }
}

/// What decided on a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It holds the visitor's choice.
    ConsentCookie,
    /// Declared, and its row needs no consent.
    Exempt(EntryId),
    /// Declared, and the visitor agreed.
    Agreed(EntryId),
    /// The line removes the cookie from the user agent.
    Deletion,
    /// Declared nowhere, which the site allows.
    UndeclaredAllowed,
    /// Declared nowhere, which the site only wants to hear of.
    UndeclaredReported,
    /// Declared, and the visitor did not agree.
    NotAgreed(EntryId),
    /// The user agent has this very value already, and its lifetime is not to begin anew.
    Renewal(Option<EntryId>),
    /// Another cookie stands for it: the one under the name that the row renames it to.
    Superseded(EntryId),
    /// Declared nowhere.
    Undeclared,
    /// It has no name, and might come back as a cookie of any name.
    Nameless,
    /// White space around its name that servers trim and browsers don't: it might pass for a cookie of another name.
    Disguised,
    /// A control character: browsers ignore such a line.
    ControlCharacter,
    /// Over 4096 octets: browsers ignore such a line.
    TooLarge,
    /// Its attributes break what the prefix of its name promises: browsers ignore such a line.
    Prefix,
    /// It came after as many cookie-pairs as one request may carry.
    TooMany,
    /// Some servers read a further cookie in it, which would not pass by itself.
    Ambiguous,
}

impl Reason {
    /// Every word that [`word`](Self::word) gives, each once, in the order of the reasons: the label values of the metrics.
    pub const WORDS: [&'static str; 17] = [
        "consent-cookie",
        "exempt",
        "agreed",
        "deletion",
        "undeclared-allowed",
        "undeclared-reported",
        "not-agreed",
        "renewal",
        "superseded",
        "undeclared",
        "nameless",
        "disguised",
        "control-character",
        "too-large",
        "prefix",
        "too-many",
        "ambiguous",
    ];

    /// A stable word for logs and metrics.
    pub fn word(self) -> &'static str {
        Self::WORDS.get(self.place()).copied().unwrap_or_default()
    }

    /// The place of its word in [`WORDS`](Self::WORDS).
    pub fn place(self) -> usize {
        match self {
            Self::ConsentCookie => 0,
            Self::Exempt(_) => 1,
            Self::Agreed(_) => 2,
            Self::Deletion => 3,
            Self::UndeclaredAllowed => 4,
            Self::UndeclaredReported => 5,
            Self::NotAgreed(_) => 6,
            Self::Renewal(_) => 7,
            Self::Superseded(_) => 8,
            Self::Undeclared => 9,
            Self::Nameless => 10,
            Self::Disguised => 11,
            Self::ControlCharacter => 12,
            Self::TooLarge => 13,
            Self::Prefix => 14,
            Self::TooMany => 15,
            Self::Ambiguous => 16,
        }
    }

    /// The row of the registry that decided, if one did.
    pub fn entry(self) -> Option<EntryId> {
        match self {
            Self::Exempt(entry) | Self::Agreed(entry) | Self::NotAgreed(entry) | Self::Superseded(entry) => {
                Some(entry)
            }
            Self::Renewal(entry) => entry,
            _ => None,
        }
    }
}

impl From<Refusal> for Reason {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Nameless => Self::Nameless,
            Refusal::ControlCharacter => Self::ControlCharacter,
            Refusal::TooLarge => Self::TooLarge,
            Refusal::Prefix => Self::Prefix,
        }
    }
}
