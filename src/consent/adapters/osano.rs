//! The cookieconsent library of Insites, later Osano: one word about everything.

use super::heard::Heard;
use super::read::Read;
use super::text;
use crate::consent::statement::Words;
use crate::consent::{Choice, Unreadable};

/// `allow` and `deny` are choices. `dismiss` closed a notice that offered none.
pub(super) fn read(value: &[u8]) -> Read {
    let (others, implied) = match text::plain(value, b"")?.as_str() {
        "allow" => (Choice::Granted, false),
        "deny" => (Choice::Denied, false),
        "dismiss" => (Choice::Granted, true),
        "" => return Err(Unreadable::Empty),
        _ => return Err(Unreadable::Syntax),
    };
    Ok(Some(Heard { implied, ..Heard::about_all(Words::default(), others) }))
}
