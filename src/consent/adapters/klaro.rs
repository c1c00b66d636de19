//! Klaro: `encodeURIComponent` of a JSON object of services, written once the visitor has chosen.

use super::heard::Heard;
use super::read::Read;
use super::text;

pub(super) fn read(value: &[u8]) -> Read {
    Ok(Some(Heard::of(text::switches(value)?)))
}
