//! tarteaucitron: `!matomocloud=true!youtube=false`, the last choice last; `wait` is written before any choice, and `true`
//! for a service that needs none in its eyes.

use super::heard::Heard;
use super::read::Read;
use super::text;
use crate::consent::statement::Words;
use crate::consent::{Choice, Unreadable};
use crate::registry::Adapter;

/// Services that it starts unasked, unless its `alwaysNeedConsent` is on: those with `needConsent: false` in its
/// tarteaucitron.services.js (1.34.0), "privacy by design".
const UNASKED: [&str; 8] = [
    "crisp",
    "matomo",
    "matomohightrack",
    "microanalytics",
    "plausible",
    "simpleanalytics",
    "stonly",
    "wysistathightrack",
];

/// A service that still waits is refused beside others that were chosen. One of [`UNASKED`] is, unless the site says that
/// what is implied counts: its `true` stands there before the visitor has done anything.
pub(super) fn read(value: &[u8], adapter: &Adapter) -> Read {
    let text = text::plain(value, b"!")?;
    let Some(items) = text.strip_prefix('!') else {
        return Err(if text.is_empty() { Unreadable::Empty } else { Unreadable::Syntax });
    };
    let mut words = Words::default();
    for item in items.split('!') {
        match item.split_once('=').ok_or(Unreadable::Syntax)? {
            ("id", _) => {} // a random number of the visitor's
            (service, "true") if UNASKED.contains(&service) && !adapter.accept_implied => {
                words.say(service, Choice::Unset);
            }
            (service, "true") => words.say(service, Choice::Granted),
            (service, "false") => words.say(service, Choice::Denied),
            (service, "wait") => words.say(service, Choice::Unset),
            _ => return Err(Unreadable::Syntax),
        }
    }
    Ok(Some(Heard::of(words)))
}
