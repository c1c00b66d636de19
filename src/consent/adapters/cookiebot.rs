//! Cookiebot: `{stamp:'…',necessary:true,…,method:'explicit',ver:1,utc:…,region:'fr'}` with quotes and commas
//! percent-encoded; it looks like JSON and is not.

use super::heard::Heard;
use super::read::Read;
use super::text;
use crate::consent::statement::Words;
use crate::consent::{Choice, Unreadable};

/// The kinds of cookies; other members are about the choice.
const KINDS: [&str; 4] = ["necessary", "preferences", "statistics", "marketing"];

/// Where the law asks for no consent, Cookiebot writes one by itself: with the stamp `-1`, the method `implied`, or `-1`
/// as the whole value.
pub(super) fn read(value: &[u8]) -> Read {
    let text = text::plain(value, b",")?;
    let all = |others, implied| Heard { implied, ..Heard::about_all(Words::default(), others) };
    match text.as_str() {
        "" => return Err(Unreadable::Empty),
        "-1" => return Ok(Some(all(Choice::Granted, true))),
        "0" => return Ok(Some(all(Choice::Denied, false))),
        _ => {}
    }
    let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).ok_or(Unreadable::Syntax)?;
    let mut words = Words::default();
    let (mut implied, mut time) = (false, None);
    for member in members(inner) {
        let (key, value) = member.split_once(':').ok_or(Unreadable::Syntax)?;
        match (key, value) {
            (kind, "true") if KINDS.contains(&kind) => words.say(kind, Choice::Granted),
            (kind, "false") if KINDS.contains(&kind) => words.say(kind, Choice::Denied),
            (kind, _) if KINDS.contains(&kind) => return Err(Unreadable::Syntax),
            ("stamp", value) => implied |= unquoted(value)? == "-1",
            ("method", value) => implied |= unquoted(value)? != "explicit",
            ("utc", value) => time = value.parse::<i64>().ok().map(|milliseconds| milliseconds / 1000),
            _ => {}
        }
    }
    Ok(Some(Heard { implied, time, ..Heard::of(words) }))
}

/// The parts between commas that no apostrophes enclose.
fn members(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |character| {
        quoted ^= character == '\'';
        character == ',' && !quoted
    })
}

fn unquoted(value: &str) -> Result<&str, Unreadable> {
    let inner = value.strip_prefix('\'').and_then(|value| value.strip_suffix('\''));
    inner.ok_or(Unreadable::Syntax)
}
