//! tarteaucitron: `!matomo=true!youtube=false`, the last choice last; `wait` is written before any choice.

use super::heard::Heard;
use super::read::Read;
use super::text;
use crate::consent::statement::Words;
use crate::consent::{Choice, Unreadable};

/// A service that still waits is refused beside others that were chosen.
pub(super) fn read(value: &[u8]) -> Read {
    let text = text::plain(value, b"!")?;
    let Some(items) = text.strip_prefix('!') else {
        return Err(if text.is_empty() { Unreadable::Empty } else { Unreadable::Syntax });
    };
    let mut words = Words::default();
    for item in items.split('!') {
        match item.split_once('=').ok_or(Unreadable::Syntax)? {
            ("id", _) => {} // a random number of the visitor's
            (service, "true") => words.say(service, Choice::Granted),
            (service, "false") => words.say(service, Choice::Denied),
            (service, "wait") => words.say(service, Choice::Unset),
            _ => return Err(Unreadable::Syntax),
        }
    }
    Ok(Some(Heard::of(words)))
}
