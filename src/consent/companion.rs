//! `tamis_choice`: what is remembered of a choice beside the consent cookie, whose format is the site's.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Choices, encoding};
use crate::registry::{Format, KeyTarget, Registry};

/// The grammar of the value; another one will have another number.
const VERSION: &str = "1";
/// Octets of a value that is read. Name and value together are what user agents store (6265bis 5.6 step 5).
const MOST_BYTES: usize = 4096 - Companion::COOKIE.len();
/// Characters of the registry's version that are kept.
const MOST_VERSION: usize = 64;
/// The latest time that is read: the last second of the year 9999.
const LATEST: i64 = 253_402_300_799;
/// What is escaped in the registry's version: all but unreserved characters without the dot, which separates.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// Id, time and occasion of a choice. It grants nothing: only the consent cookie does.
///
/// Its value is `1.<id, base64url>.<Unix time>.<registry's version>.<keys asked>`: cookie-octets only (RFC 6265
/// 4.1.1). The keys, joined by `~`, are there for `format: list` and `flag` alone, which can't tell what was refused
/// from what was never asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Companion {
    /// Random, given by the caller: under it a visitor may ask for the record of the choice.
    pub id: [u8; 16],
    /// When it was made, in Unix seconds.
    pub time: i64,
    /// The registry's version at that time; of a long one the beginning.
    pub version: String,
    /// Keys of the categories and services that were answered, where the format can't tell; sorted.
    asked: Vec<String>,
}

impl Companion {
    /// The cookie's name.
    pub const COOKIE: &str = Registry::COMPANION;

    /// The companion of choices that are made now; `time` in Unix seconds.
    pub fn new(registry: &Registry, choices: &Choices, id: [u8; 16], time: i64) -> Self {
        let mut asked: Vec<String> = match registry.consent().format {
            Format::Auto | Format::Json => Vec::new(),
            Format::List | Format::Flag => choices.words(registry).map(|(key, _)| key.to_owned()).collect(),
        };
        asked.sort_unstable();
        let version = registry.version().chars().take(MOST_VERSION).collect();
        Self { id, time: time.clamp(0, LATEST), version, asked }
    }

    /// Reads the value of the cookie; `None` if anything about it is odd.
    pub fn parse(value: &[u8]) -> Option<Self> {
        if value.len() > MOST_BYTES {
            return None;
        }
        let mut parts = std::str::from_utf8(value).ok()?.split('.');
        let mut part = || parts.next();
        if part()? != VERSION {
            return None;
        }
        let (id, time, version, asked) = (part()?, part()?, part()?, part()?);
        if parts.next().is_some() {
            return None;
        }
        let asked: Vec<String> = asked.split('~').filter(|key| !key.is_empty()).map(str::to_owned).collect();
        let version = String::from_utf8(encoding::unpercent_strict(version.as_bytes()).ok()?).ok()?;
        let found = Self {
            id: URL_SAFE_NO_PAD.decode(id).ok()?.try_into().ok()?,
            time: time.parse().ok().filter(|time| (0..=LATEST).contains(time))?,
            version,
            asked,
        };
        // One way to write it: signs, leading zeros, other escapes and orders are none of ours.
        let sound = found.asked.is_sorted() && found.version.chars().count() <= MOST_VERSION;
        (sound && found.value().as_bytes() == value).then_some(found)
    }

    /// The value of the cookie: cookie-octets only.
    pub fn value(&self) -> String {
        let id = URL_SAFE_NO_PAD.encode(self.id);
        let version = utf8_percent_encode(&self.version, ESCAPED);
        format!("{VERSION}.{id}.{}.{version}.{}", self.time, self.asked.join("~"))
    }

    /// Whether a category or service was answered, as far as the format leaves that open.
    pub(super) fn has(&self, registry: &Registry, target: KeyTarget) -> bool {
        let key = registry.key(target);
        self.asked.binary_search_by(|asked| asked.as_str().cmp(key)).is_ok()
    }
}
