//! Axeptio: JSON, percent-encoded whole or but for braces, colons and `$`. Keys that begin with `$$` are about the choice,
//! the others are vendors.

use super::heard::Heard;
use super::read::Read;
use super::text;
use crate::consent::json::Json;
use crate::consent::statement::Words;
use crate::registry::unix_time;

/// Until `$$completed` is true, the visitor is still choosing.
pub(super) fn read(value: &[u8]) -> Read {
    text::json(value, |json| {
        let members = text::object(json)?;
        if text::member(members, "$$completed")? != Some(&Json::Bool(true)) {
            return Ok(None);
        }
        let mut words = Words::default();
        for (vendor, value) in members.iter().filter(|(key, _)| !key.starts_with("$$")) {
            words.say(vendor, text::switch(value));
        }
        let time = text::string(text::member(members, "$$date")?).and_then(unix_time);
        Ok(Some(Heard { time, ..Heard::of(words) }))
    })
}
