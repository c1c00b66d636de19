//! TrustArc: `permit 1,2`, the levels that were allowed: 1 required, 2 functional, 3 advertising, others by site.

use super::heard::Heard;
use super::read::Read;
use super::text;
use crate::consent::statement::Words;
use crate::consent::{Choice, Unreadable};

/// Levels that aren't listed were refused.
pub(super) fn read(value: &[u8]) -> Read {
    let text = text::plain(value, b" ")?;
    if text.is_empty() {
        return Err(Unreadable::Empty);
    }
    let levels = text.strip_prefix("permit ").ok_or(Unreadable::Syntax)?;
    let mut words = Words::default();
    for level in levels.split([',', ' ']).filter(|level| !level.is_empty()) {
        match level {
            "required" => {} // says of level 1 that it is no choice
            level if level.bytes().all(|digit| digit.is_ascii_digit()) => words.say(level, Choice::Granted),
            _ => return Err(Unreadable::Syntax),
        }
    }
    Ok(Some(Heard::about_all(words, Choice::Denied)))
}
