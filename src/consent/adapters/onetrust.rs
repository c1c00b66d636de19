//! OneTrust: form-urlencoded, with `groups=C0001:1,C0002:0` in it. The cookie is there before any choice.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::heard::Heard;
use super::read::{Context, Read};
use crate::consent::statement::Words;
use crate::consent::{Choice, Unreadable, encoding};
use crate::registry::unix_time;

/// The visitor has chosen once the banner was closed, which a cookie of its own dates, or once `interactionCount`
/// counts; and not while the site waits for a new choice (`AwaitingReconsent`).
pub(super) fn read(value: &[u8], context: &Context<'_>) -> Read {
    let text = encoding::unquote(value)?;
    let text = encoding::utf8(&text)?;
    if text.is_empty() {
        return Err(Unreadable::Empty);
    }
    let closed = context.sibling("OptanonAlertBoxClosed").filter_map(time).min();
    let interactions = field(text, "interactionCount")?.and_then(|count| count.parse::<u32>().ok());
    let chosen = closed.is_some() || interactions.is_some_and(|count| count > 0);
    let reopened = field(text, "AwaitingReconsent")?.is_some_and(|value| value == "true");
    let Some(groups) = field(text, "groups")?.filter(|_| chosen && !reopened) else { return Ok(None) };
    let mut words = Words::default();
    for group in groups.split(',').filter(|group| !group.is_empty()) {
        match group.rsplit_once(':').ok_or(Unreadable::Syntax)? {
            (id, "1") => words.say(id, Choice::Granted),
            (id, "0") => words.say(id, Choice::Denied),
            (id, _) => words.say(id, Choice::Unset),
        }
    }
    Ok(Some(Heard { time: closed, ..Heard::of(words) }))
}

/// One field, decoded; a repeated one must say the same.
fn field<'t>(text: &'t str, name: &str) -> Result<Option<Cow<'t, str>>, Unreadable> {
    let fields = text.split('&').filter_map(|field| field.split_once('='));
    let mut values = fields.filter(|(key, _)| *key == name).map(|(_, value)| value);
    let Some(first) = values.next() else { return Ok(None) };
    if values.any(|other| other != first) {
        return Err(Unreadable::Disagreeing);
    }
    percent_decode_str(first).decode_utf8().map(Some).map_err(|_| Unreadable::Encoding)
}

fn time(value: &[u8]) -> Option<i64> {
    unix_time(&percent_encoding::percent_decode(value).decode_utf8().ok()?)
}
