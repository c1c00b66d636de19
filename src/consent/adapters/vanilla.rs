//! vanilla-cookieconsent: `encodeURIComponent` of a JSON object that lists what was accepted. Version 3 has services
//! beside categories; version 2 has the categories twice (`level`), earlier ones of it there alone.

use super::heard::Heard;
use super::read::Read;
use super::text;
use crate::consent::json::Json;
use crate::consent::statement::Words;
use crate::consent::{Choice, Unreadable};
use crate::registry::unix_time;

/// What isn't listed was refused. A category without services in the list has none, else it isn't accepted.
pub(super) fn read(value: &[u8]) -> Read {
    text::json(value, |json| {
        let members = text::object(json)?;
        let accepted = match text::member(members, "categories")? {
            Some(categories) => Some(categories),
            None => text::member(members, "level")?,
        };
        let accepted = text::strings(Some(accepted.ok_or(Unreadable::Shape)?))?;
        let mut words = Words::default();
        accepted.iter().for_each(|category| words.say(category, Choice::Granted));
        let mut narrowed = Vec::new();
        let services = text::member(members, "services")?.filter(|services| **services != Json::Null);
        for (category, services) in services.map_or(Ok([].as_slice()), text::object)? {
            let services = text::strings(Some(services))?;
            if !services.is_empty() {
                narrowed.push(category.to_string());
            }
            services.iter().for_each(|service| words.say(service, Choice::Granted));
        }
        let revision = match text::member(members, "revision")? {
            Some(Json::Number(number)) => number.parse().ok(),
            _ => None,
        };
        let times = ["lastConsentTimestamp", "last_consent_update", "consentTimestamp", "consent_date"];
        let time = times.iter().find_map(|key| text::string(text::member(members, key).ok()?));
        let time = time.and_then(unix_time);
        Ok(Some(Heard { narrowed, revision, time, ..Heard::about_all(words, Choice::Denied) }))
    })
}
