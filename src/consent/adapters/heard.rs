//! What a manager's cookie says, before the registry says what its words stand for.

use crate::consent::statement::{Statement, Words};
use crate::consent::{Choice, Unreadable};
use crate::registry::{Adapter, Manager, Revision};

/// Words of one cookie.
const MOST_WORDS: usize = 256;

/// A choice in a manager's own words.
#[derive(Debug)]
pub(super) struct Heard {
    /// What is said of each word.
    pub(super) words: Words,
    /// What is said of everything else.
    pub(super) others: Choice,
    /// Categories of which only the services that are named too were granted.
    pub(super) narrowed: Vec<String>,
    /// The number of the revision that was chosen about.
    pub(super) revision: Option<i64>,
    /// When it was chosen, in Unix seconds.
    pub(super) time: Option<i64>,
    /// Whether the manager supposed it, and nobody chose.
    pub(super) implied: bool,
}

impl Heard {
    /// What these words say, and nothing else.
    pub(super) fn of(words: Words) -> Self {
        Self::about_all(words, Choice::Unset)
    }

    /// What these words say, and one thing about everything else.
    pub(super) fn about_all(words: Words, others: Choice) -> Self {
        Self { words, others, narrowed: Vec::new(), revision: None, time: None, implied: false }
    }

    /// Whether anything was chosen in it that is recent enough for the site, and by the visitor.
    pub(super) fn counts(&self, adapter: &Adapter) -> bool {
        let recent = match adapter.revision {
            None => true,
            // There each group has a time of its own, at which its reader looks.
            Some(Revision::Since(_)) if adapter.manager == Manager::DjangoCookieConsent => true,
            Some(Revision::Since(oldest)) => self.time.is_some_and(|time| time >= oldest),
            Some(Revision::Number(oldest)) => self.revision.is_some_and(|number| number >= oldest),
        };
        let chosen = self.others != Choice::Unset || self.words.decide();
        chosen && recent && (!self.implied || adapter.accept_implied)
    }

    /// The words, settled. Where only grants are written, the words that the site maps and that aren't there are refused.
    pub(super) fn statement(self, adapter: &Adapter) -> Result<Statement, Unreadable> {
        if self.words.len() > MOST_WORDS {
            return Err(Unreadable::TooLarge);
        }
        let mut statement = self.words.settle(self.others)?;
        if self.others == Choice::Denied {
            let missing = |word: &str| !statement.words.iter().any(|(said, _)| said == word);
            let refused: Vec<_> = adapter.keys.iter().filter(|key| missing(&key.word)).collect();
            statement.words.extend(refused.into_iter().map(|key| (key.word.clone(), false)));
        }
        statement.narrowed = self.narrowed;
        Ok(statement)
    }
}
