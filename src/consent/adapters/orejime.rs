//! Orejime: a JSON object of purposes of which only quotes and commas are percent-encoded.

use super::heard::Heard;
use super::read::Read;
use super::text;

pub(super) fn read(value: &[u8]) -> Read {
    Ok(Some(Heard::of(text::switches(value)?)))
}
