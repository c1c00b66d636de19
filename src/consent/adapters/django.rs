//! django-cookie-consent: `analytics=2026-11-23T10:42:03.255955+00:00|marketing=-1`, quoted by Python's `http.cookies`.
//! A group was accepted in the version of that time, which is when the newest of its cookies was registered, or declined
//! (`-1`). A group for which no cookie is registered has no version: `analytics=` is accepted too (its util.py and models.py).

use super::heard::Heard;
use super::read::{Context, Read};
use crate::consent::statement::Words;
use crate::consent::{Choice, Unreadable, encoding};
use crate::registry::{Revision, unix_time};

/// A group accepted in an older version than the site's counts as not chosen.
pub(super) fn read(value: &[u8], context: &Context<'_>) -> Read {
    let oldest = match context.adapter.revision {
        Some(Revision::Since(oldest)) => oldest,
        Some(Revision::Number(_)) | None => i64::MIN,
    };
    let text = encoding::unquote(value)?;
    let text = encoding::utf8(&text)?;
    if text.is_empty() {
        return Err(Unreadable::Empty);
    }
    let mut words = Words::default();
    for item in text.split('|') {
        let (group, version) = item.split_once('=').ok_or(Unreadable::Syntax)?;
        if version == "-1" {
            words.say(group, Choice::Denied);
            continue;
        }
        let time = match version {
            "" => None,
            _ => Some(unix_time(version).ok_or(Unreadable::Syntax)?),
        };
        words.say(group, if time.unwrap_or(i64::MIN) >= oldest { Choice::Granted } else { Choice::Unset });
    }
    Ok(Some(Heard::of(words)))
}
