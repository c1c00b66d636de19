//! Grammars that several managers share.

use crate::consent::json::{self, Json, Member};
use crate::consent::statement::Words;
use crate::consent::{Choice, Unreadable, encoding};

/// A value is percent-decoded at most so often.
const MOST_ROUNDS: usize = 2;

/// Reads a value that is JSON, raw, quoted as Django does, or percent-encoded whole or in part, at most twice; each
/// round only while the text is no JSON yet.
pub(super) fn json<T>(
    value: &[u8],
    read: impl FnOnce(&Json<'_>) -> Result<T, Unreadable>,
) -> Result<T, Unreadable> {
    let mut text = encoding::unquote(value)?.into_owned();
    let mut rounds = MOST_ROUNDS;
    loop {
        match json::parse(encoding::utf8(&text)?) {
            Ok(json) => return read(&json),
            Err(fault) if fault.encoded && rounds > 0 => {}
            Err(_) if text.is_empty() => return Err(Unreadable::Empty),
            Err(fault) => return Err(fault.reason),
        }
        text = encoding::unpercent(&text);
        rounds -= 1;
    }
}

/// The members of an object.
pub(super) fn object<'j, 't>(json: &'j Json<'t>) -> Result<&'j [Member<'t>], Unreadable> {
    match json {
        Json::Object(members) => Ok(members),
        _ => Err(Unreadable::Shape),
    }
}

/// A member by its key; of a repeated one the first, if all are the same.
pub(super) fn member<'j, 't>(
    members: &'j [Member<'t>],
    key: &str,
) -> Result<Option<&'j Json<'t>>, Unreadable> {
    let mut found = members.iter().filter(|(name, _)| name == key).map(|(_, value)| value);
    let first = found.next();
    if found.any(|other| Some(other) != first) { Err(Unreadable::Disagreeing) } else { Ok(first) }
}

/// The strings of an array; nothing for `null` or no value.
pub(super) fn strings<'j>(json: Option<&'j Json<'_>>) -> Result<Vec<&'j str>, Unreadable> {
    let items = match json {
        None | Some(Json::Null) => return Ok(Vec::new()),
        Some(Json::Array(items)) => items,
        Some(_) => return Err(Unreadable::Shape),
    };
    let texts = items.iter().map(|item| match item {
        Json::String(text) => Ok(text.as_ref()),
        _ => Err(Unreadable::Shape),
    });
    texts.collect()
}

/// The text of a string.
pub(super) fn string<'j>(json: Option<&'j Json<'_>>) -> Option<&'j str> {
    match json? {
        Json::String(text) => Some(text),
        _ => None,
    }
}

/// A key with `true` or `false`. Anything else is something that isn't understood, which grants nothing.
pub(super) fn switch(json: &Json<'_>) -> Choice {
    match json {
        Json::Bool(true) => Choice::Granted,
        Json::Bool(false) => Choice::Denied,
        _ => Choice::Unset,
    }
}

/// An object of switches.
pub(super) fn switches(value: &[u8]) -> Result<Words, Unreadable> {
    json(value, |json| {
        let mut words = Words::default();
        for (key, value) in object(json)? {
            words.say(key, switch(value));
        }
        Ok(words)
    })
}

/// A text whose separators may be percent-encoded: decoded, at most twice, until it holds one.
pub(super) fn plain(value: &[u8], separators: &[u8]) -> Result<String, Unreadable> {
    let mut text = encoding::unquote(value)?.into_owned();
    for _ in 0..MOST_ROUNDS {
        if text.iter().any(|octet| separators.contains(octet)) || !text.contains(&b'%') {
            break;
        }
        text = encoding::unpercent_strict(&text)?;
    }
    String::from_utf8(text).map_err(|_| Unreadable::Encoding)
}
