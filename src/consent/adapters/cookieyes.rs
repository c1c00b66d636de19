//! CookieYes: `consentid:…,consent:yes,action:yes,necessary:yes,analytics:no,…`.

use super::heard::Heard;
use super::read::Read;
use super::text;
use crate::consent::statement::Words;
use crate::consent::{Choice, Unreadable};

/// Members about the choice; the others are categories.
const ABOUT: [&str; 3] = ["consentid", "consent", "action"];

/// Without `action:yes` the visitor has done nothing yet.
pub(super) fn read(value: &[u8]) -> Read {
    let text = text::plain(value, b",")?;
    if text.is_empty() {
        return Err(Unreadable::Empty);
    }
    let mut words = Words::default();
    let mut acted = false;
    for member in text.split(',') {
        match member.split_once(':').ok_or(Unreadable::Syntax)? {
            ("action", value) => acted = value == "yes",
            (about, _) if ABOUT.contains(&about) => {}
            (category, "yes") => words.say(category, Choice::Granted),
            (category, "no") => words.say(category, Choice::Denied),
            (category, _) => words.say(category, Choice::Unset),
        }
    }
    Ok(Some(Heard::of(words)).filter(|_| acted))
}
