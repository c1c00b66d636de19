//! The date of `Expires`, against the standard's algorithm as the browser model has it, and back from what tamis writes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tamis::cookie::{date, imf_fixdate};

fuzz_target!(|data: &[u8]| {
    let found = date(data);
    assert_eq!(found, tamis_fuzz::browser::date(data), "{}", data.escape_ascii());
    if let Some(time) = found {
        let written = imf_fixdate(time);
        assert_eq!((written.len(), date(written.as_bytes())), (29, Some(time)), "{written}");
    }
    if let Some(octets) = data.first_chunk::<8>() {
        let time = i64::from_le_bytes(*octets);
        let written = imf_fixdate(time);
        let nearest = time.clamp(-11_644_473_600, 253_402_300_799);
        assert_eq!((written.len(), date(written.as_bytes())), (29, Some(nearest)), "{written}");
    }
});
