//! What one copy of the consent cookie says, in its own words: before the registry says what they stand for.

use std::cmp::Ordering;

use super::{Choice, Unreadable, flag, list, object};
use crate::registry::{ConsentSettings, Format};

/// The longest value that is read, in bytes: browsers store no longer cookie (6265bis 5.6).
pub(super) const MOST_BYTES: usize = 4096;

/// Words that, granted, say that something was refused; what an array or object under them names is refused too.
const REFUSALS: [&str; 12] = [
    "rejected",
    "denied",
    "refused",
    "declined",
    "disabled",
    "withdrawn",
    "revoked",
    "reject",
    "deny",
    "refuse",
    "decline",
    "revoke",
];

/// Whether a word speaks of what was refused, in any case of letters.
pub(super) fn is_refusal(word: &str) -> bool {
    REFUSALS.iter().any(|refusal| refusal.eq_ignore_ascii_case(word))
}

/// The words of one copy, settled: each once.
#[derive(Debug, PartialEq)]
pub(super) struct Statement {
    /// The words that it names, sorted, and whether each is granted.
    pub(super) words: Vec<(String, bool)>,
    /// What it says of all categories that it doesn't name.
    pub(super) others: Choice,
    /// Words by which it seems to refuse everything, such as `"consent": false`. Unless the registry knows the word,
    /// a grant beside it is a contradiction.
    pub(super) refusals: Vec<String>,
    /// Words of categories of which only the services count that are granted by name.
    pub(super) narrowed: Vec<String>,
}

impl Statement {
    /// Reads one value, the bytes after `cookies_preferences=`, by the site's settings.
    pub(super) fn read(value: &[u8], settings: &ConsentSettings) -> Result<Self, Unreadable> {
        if value.len() > MOST_BYTES {
            return Err(Unreadable::TooLarge);
        }
        match settings.format {
            Format::Auto => object::auto(value, &settings.granted_values),
            Format::Json => object::strict(value, &settings.granted_values),
            Format::List => list::read(value),
            Format::Flag => flag::read(value, &settings.granted_values),
        }
    }

    /// A statement about everything at once.
    pub(super) fn of_all(choice: Choice) -> Self {
        Self { words: Vec::new(), others: choice, refusals: Vec::new(), narrowed: Vec::new() }
    }
}

/// Collects what is said of each word while a value is read.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// [`Choice::Unset`] = named, but with a value that no rule reads.
    said: Vec<(String, Choice)>,
    refusals: Vec<String>,
}

impl Words {
    /// Notes what is said of a word.
    pub(super) fn say(&mut self, word: &str, choice: Choice) {
        if choice == Choice::Granted && is_refusal(word) {
            self.refuse(word);
        }
        self.said.push((word.to_owned(), choice));
    }

    /// How many words were said, repeated ones counted.
    pub(super) fn len(&self) -> usize {
        self.said.len()
    }

    /// Whether anything was granted or denied.
    pub(super) fn decide(&self) -> bool {
        self.said.iter().any(|(_, choice)| *choice != Choice::Unset)
    }

    /// Notes a word by which everything seems refused.
    pub(super) fn refuse(&mut self, word: &str) {
        self.refusals.push(word.to_owned());
    }

    /// Each word once. Granted here and denied there is a fault. A word with no value that is read is denied: its
    /// service must not follow a granted category when the visitor said something of it that isn't understood.
    pub(super) fn settle(mut self, others: Choice) -> Result<Statement, Unreadable> {
        self.said.sort_unstable_by(|(a, said_a), (b, said_b)| a.cmp(b).then(plainer_first(*said_a, *said_b)));
        let mut words: Vec<(String, bool)> = Vec::with_capacity(self.said.len());
        for (word, choice) in self.said {
            let granted = choice == Choice::Granted;
            match words.last() {
                Some((last, agreed)) if *last == word => {
                    if choice != Choice::Unset && *agreed != granted {
                        return Err(Unreadable::Disagreeing);
                    }
                }
                _ => words.push((word, granted)),
            }
        }
        Ok(Statement { words, others, refusals: self.refusals, narrowed: Vec::new() })
    }
}

fn plainer_first(a: Choice, b: Choice) -> Ordering {
    (a == Choice::Unset).cmp(&(b == Choice::Unset))
}
