//! Times as consent managers and people write them.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

/// Unix seconds of an ISO 8601 time: with an offset, without one (UTC), or a date alone (its first second in UTC).
pub(crate) fn unix_time(text: &str) -> Option<i64> {
    if let Ok(stamp) = text.parse::<Timestamp>() {
        return Some(stamp.as_second());
    }
    let date = || text.parse::<Date>().map(|date| date.to_datetime(Time::midnight()));
    let local = text.parse::<DateTime>().or_else(|_| date()).ok()?;
    Some(local.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_many_forms() {
        for (text, expected) in [
            ("1970-01-02", Some(86_400)),
            ("1970-01-01T00:00:10", Some(10)),
            ("1970-01-01T00:00:10.9Z", Some(10)),
            ("1970-01-01T01:00:10+01:00", Some(10)),
            ("2026-11-23T10:42:03.255955+00:00", Some(1_795_430_523)),
            ("1970-13-01", None),
            ("10", None),
            ("", None),
        ] {
            assert_eq!(unix_time(text), expected, "{text}");
        }
    }
}
