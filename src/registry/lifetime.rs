//! Lifetimes as people write them: `session`, `2 weeks`, `13 months`, `P1Y`.

use jiff::Span;

use super::Lifetime;

impl Lifetime {
    /// Reads a lifetime (docs/registry.md); `None` if it is none: unreadable, not positive, or with parts of a second.
    pub fn parse(text: &str) -> Option<Self> {
        parse(text)
    }
}

const DAY: u64 = 24 * 60 * 60;
const YEAR: u64 = 365 * DAY;

/// Reads a lifetime; `None` if it is none: unreadable, not positive, or with parts of a second.
pub(super) fn parse(text: &str) -> Option<Lifetime> {
    if text == "session" {
        return Some(Lifetime::Session);
    }
    let span: Span = text.parse().ok()?;
    let below_second =
        span.get_milliseconds() != 0 || span.get_microseconds() != 0 || span.get_nanoseconds() != 0;
    // Months are whole days: 13 months are 395 days, as the regulator's limit is reckoned.
    let months = i64::from(span.get_months()).checked_mul(365)? / 12;
    let parts = [
        (i64::from(span.get_years()), YEAR),
        (months, DAY),
        (i64::from(span.get_weeks()), 7 * DAY),
        (i64::from(span.get_days()), DAY),
        (i64::from(span.get_hours()), 3600),
        (span.get_minutes(), 60),
        (span.get_seconds(), 1),
    ];
    let seconds = parts.iter().try_fold(0_u64, |sum, (count, unit)| {
        sum.checked_add(u64::try_from(*count).ok()?.checked_mul(*unit)?)
    })?;
    (!below_second && seconds > 0).then_some(Lifetime::Seconds(seconds))
}
