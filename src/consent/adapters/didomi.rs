//! Didomi: base64 of a JSON object with the purposes and vendors that were enabled and disabled. Words are
//! `purpose:<id>` and `vendor:<id>`.

use super::heard::Heard;
use super::read::Read;
use super::text;
use crate::consent::json::{Json, Member};
use crate::consent::statement::Words;
use crate::consent::{Choice, Unreadable, encoding};
use crate::registry::unix_time;

/// A token without purposes and vendors only names the visitor: there is no choice yet.
pub(super) fn read(value: &[u8]) -> Read {
    if value.is_empty() {
        return Err(Unreadable::Empty);
    }
    let token = encoding::unpercent_strict(value)?; // padding as %3D
    text::json(&encoding::unbase64(&token)?, |json| {
        let members = text::object(json)?;
        let mut words = Words::default();
        say(members, ("purposes", "purpose"), &mut words)?;
        say(members, ("vendors", "vendor"), &mut words)?;
        let updated = match text::string(text::member(members, "updated")?) {
            Some(updated) => Some(updated),
            None => text::string(text::member(members, "created")?),
        };
        Ok(Some(Heard { time: updated.and_then(unix_time), ..Heard::of(words) }))
    })
}

fn say(members: &[Member<'_>], (key, kind): (&str, &str), words: &mut Words) -> Result<(), Unreadable> {
    let Some(lists) = text::member(members, key)?.filter(|lists| **lists != Json::Null) else {
        return Ok(());
    };
    let lists = text::object(lists)?;
    for (list, choice) in [("enabled", Choice::Granted), ("disabled", Choice::Denied)] {
        for id in text::strings(text::member(lists, list)?)? {
            words.say(&format!("{kind}:{id}"), choice);
        }
    }
    Ok(())
}
