//! The words for what was chosen, by whose cookie, and for why a value could not be read.

use crate::registry::Manager;

/// What the visitor said about a category or a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Agreed.
    Granted,
    /// Refused.
    Denied,
    /// Not said: like a refusal, but a service without a choice follows its category.
    Unset,
}

/// What became of the consent cookie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reading {
    /// The request carried none.
    #[default]
    Absent,
    /// One is there, and nothing was chosen in it that counts: the banner is still open, or it was a supposed consent, or
    /// one of an older revision.
    Undecided,
    /// Every copy was read.
    Read,
    /// At least one copy could not be read, so nothing is granted; the fault of the first such copy.
    Unreadable(Unreadable),
}

/// Whose cookies said what was chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// Nobody's.
    #[default]
    Nobody,
    /// The site's own consent cookie.
    Own,
    /// Another manager's.
    Manager(Manager),
    /// Those of several; the stricter counts.
    Several,
}

impl Source {
    /// A stable word for logs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Own => "own",
            Self::Manager(manager) => manager.word(),
            Self::Several => "several",
        }
    }
}

/// Why the value of a consent cookie counts as no choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unreadable {
    /// Nothing in it.
    Empty,
    /// Quoting, percent-encoding, base64 or UTF-8 is broken.
    Encoding,
    /// Not the grammar of the site's format; for JSON also a text that ends too early.
    Syntax,
    /// JSON, but no object of choices.
    Shape,
    /// Something follows the JSON text.
    Trailing,
    /// It says two things about the same word.
    Disagreeing,
    /// More than 4096 bytes, or more than 256 keys.
    TooLarge,
    /// Objects and arrays more than eight deep.
    TooDeep,
}

impl Unreadable {
    /// Every reason: the metrics list them from the start.
    pub const ALL: [Self; 8] = [
        Self::Empty,
        Self::Encoding,
        Self::Syntax,
        Self::Shape,
        Self::Trailing,
        Self::Disagreeing,
        Self::TooLarge,
        Self::TooDeep,
    ];

    /// A stable word for logs and metrics.
    pub fn word(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Encoding => "encoding",
            Self::Syntax => "syntax",
            Self::Shape => "shape",
            Self::Trailing => "trailing",
            Self::Disagreeing => "disagreeing",
            Self::TooLarge => "too-large",
            Self::TooDeep => "too-deep",
        }
    }
}

impl Reading {
    /// Every word that [`word`](Self::word) gives, each once.
    pub const WORDS: [&'static str; 11] = [
        "absent",
        "undecided",
        "read",
        "empty",
        "encoding",
        "syntax",
        "shape",
        "trailing",
        "disagreeing",
        "too-large",
        "too-deep",
    ];

    /// A stable word for logs and metrics.
    pub fn word(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Undecided => "undecided",
            Self::Read => "read",
            Self::Unreadable(why) => why.word(),
        }
    }
}
