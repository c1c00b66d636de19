//! `tamis_choice`: what is remembered of a choice beside the consent cookie, whose format is the site's.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::Choices;
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

/// Id, time and occasion of a choice. It grants nothing: only the consent cookie does. Beside that cookie it says that
/// the choice was made through tamis, so that what the cookie doesn't answer had not been asked.
///
/// Its value is `1.<id, base64url>.<Unix time>.<registry's version>.<keys asked>`: cookie-octets only (RFC 6265
/// 4.1.1). The keys, joined by `~`, are there for `format: list` and `flag` alone, which can't tell what was refused
/// from what was never asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Companion {
    /// Random, given by the caller: under it a visitor may ask for the record of the choice.
    pub id: [u8; 16],
    /// Since when it counts, in Unix seconds: when the oldest agreement in it was given, else when it was made.
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
        let parts = Parts::of(value)?;
        let asked = parts.asked.split('~').filter(|key| !key.is_empty());
        Some(Self {
            id: parts.id,
            time: parts.time,
            version: percent_decode_str(parts.version).decode_utf8().ok()?.into_owned(),
            asked: asked.map(str::to_owned).collect(),
        })
    }

    /// The keys asked, as they stand in a value that [`parse`](Self::parse) reads; `None` of any other. Allocates
    /// nothing.
    pub fn asked_in(value: &[u8]) -> Option<&str> {
        Parts::of(value).map(|parts| parts.asked)
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

/// The parts of a sound value.
struct Parts<'a> {
    id: [u8; 16],
    time: i64,
    /// Escaped.
    version: &'a str,
    /// Joined by `~`.
    asked: &'a str,
}

impl<'a> Parts<'a> {
    /// There is one way to write a value: signs, leading zeros, other escapes and orders are none of ours.
    fn of(value: &'a [u8]) -> Option<Self> {
        if value.len() > MOST_BYTES {
            return None;
        }
        let mut parts = std::str::from_utf8(value).ok()?.split('.');
        let mut part = || parts.next();
        if part()? != VERSION {
            return None;
        }
        let (id, time, version, asked) = (part()?, part()?, part()?, part()?);
        let keys = asked.split('~');
        let ordered = asked.is_empty() || keys.clone().all(|key| !key.is_empty()) && keys.is_sorted();
        let sound = parts.next().is_none() && ordered && is_version(version);
        sound.then_some(())?;
        Some(Self { id: read_id(id)?, time: read_time(time)?, version, asked })
    }
}

fn read_id(text: &str) -> Option<[u8; 16]> {
    let mut octets = [0; 18]; // room for what as many characters may stand for
    let length = URL_SAFE_NO_PAD.decode_slice(text, &mut octets).ok()?;
    if length == 16 { octets.first_chunk().copied() } else { None }
}

fn read_time(text: &str) -> Option<i64> {
    let plain = text.bytes().all(|octet| octet.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|time| plain && (0..=LATEST).contains(time))
}

/// Whether a text is a version as it is written: escaped so and no other way, and not too long.
fn is_version(text: &str) -> bool {
    let mut room = [0; MOST_VERSION * 4]; // octets of a character in UTF-8, at most
    let mut octets = percent_decode_str(text);
    let length = room.iter_mut().zip(&mut octets).map(|(place, octet)| *place = octet).count();
    let version = room.get(..length).and_then(|octets| std::str::from_utf8(octets).ok());
    version.is_some_and(|version| {
        let escaped = utf8_percent_encode(version, ESCAPED).flat_map(str::bytes);
        version.chars().count() <= MOST_VERSION && escaped.eq(text.bytes())
    })
}
