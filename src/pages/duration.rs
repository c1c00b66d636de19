//! Seconds as people say them: the inverse of how the registry reads a lifetime.

use crate::registry::{Lifetime, Phrase};

/// A unit of time, as the registry reckons it: a year is 365 days, months together are whole days of its twelfths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Year,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
}

const DAY: u64 = 24 * 60 * 60;

impl Unit {
    /// How one is said.
    pub(super) fn one(self) -> Phrase {
        match self {
            Self::Year => Phrase::OneYear,
            Self::Month => Phrase::OneMonth,
            Self::Week => Phrase::OneWeek,
            Self::Day => Phrase::OneDay,
            Self::Hour => Phrase::OneHour,
            Self::Minute => Phrase::OneMinute,
            Self::Second => Phrase::OneSecond,
        }
    }

    /// How several are said.
    pub(super) fn many(self) -> Phrase {
        match self {
            Self::Year => Phrase::ManyYears,
            Self::Month => Phrase::ManyMonths,
            Self::Week => Phrase::ManyWeeks,
            Self::Day => Phrase::ManyDays,
            Self::Hour => Phrase::ManyHours,
            Self::Minute => Phrase::ManyMinutes,
            Self::Second => Phrase::ManySeconds,
        }
    }
}

/// Counts of units that together are exactly so many seconds: one unit, the largest of which that is a number people
/// can grasp (13 months, not 395 days; 36 hours), else days, hours, minutes and seconds.
pub(super) fn parts(seconds: u64) -> Vec<(u64, Unit)> {
    if seconds == 0 {
        return vec![(0, Unit::Second)];
    }
    if seconds.is_multiple_of(DAY) {
        return vec![days(seconds / DAY)];
    }
    const GRASPED: u64 = 120;
    for (unit, size) in [(Unit::Hour, 3600), (Unit::Minute, 60), (Unit::Second, 1)] {
        if seconds.is_multiple_of(size) && seconds / size <= GRASPED {
            return vec![(seconds / size, unit)];
        }
    }
    let each = [
        (seconds / DAY, Unit::Day),
        (seconds % DAY / 3600, Unit::Hour),
        (seconds % 3600 / 60, Unit::Minute),
        (seconds % 60, Unit::Second),
    ];
    each.into_iter().filter(|(count, _)| *count > 0).collect()
}

/// How long, in English words that a registry reads as the same: `13 months`, `session`.
pub fn lifetime_words(lifetime: Lifetime) -> String {
    let Lifetime::Seconds(seconds) = lifetime else { return "session".to_owned() };
    let said = |(count, unit): (u64, Unit)| {
        let word = match unit {
            Unit::Year => "year",
            Unit::Month => "month",
            Unit::Week => "week",
            Unit::Day => "day",
            Unit::Hour => "hour",
            Unit::Minute => "minute",
            Unit::Second => "second",
        };
        format!("{count} {word}{}", if count == 1 { "" } else { "s" })
    };
    parts(seconds).into_iter().map(said).collect::<Vec<_>>().join(" ")
}

/// Whole days in the largest unit that is exact.
fn days(days: u64) -> (u64, Unit) {
    if days.is_multiple_of(365) {
        return (days / 365, Unit::Year);
    }
    // The only number of months that can be so many days: they are the days of months rounded down.
    let months = days.saturating_mul(12).div_ceil(365);
    if months.checked_mul(365).is_some_and(|year| year / 12 == days) {
        (months, Unit::Month)
    } else if days.is_multiple_of(7) {
        (days / 7, Unit::Week)
    } else {
        (days, Unit::Day)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::diagnostic::Source;
    use crate::registry::{Lifetime, Registry};

    fn words(seconds: u64) -> String {
        let part = |(count, unit): (u64, Unit)| format!("{count} {unit:?}").to_lowercase();
        parts(seconds).into_iter().map(part).collect::<Vec<_>>().join(" ")
    }

    /// What the registry reads.
    fn read(lifetime: &str) -> Option<Lifetime> {
        let text = format!(
            "version: '1'\ncookies: [{{provider: a, names: b, purposes: c, category: internal, lifetime: {lifetime}}}]"
        );
        Registry::compile(Source::new("r", text)).0?.entries().first()?.lifetime
    }

    #[test]
    fn the_largest_exact_unit_is_said() {
        for (lifetime, said) in [
            ("13 months", "13 month"),
            ("395 days", "13 month"),
            ("2 weeks", "2 week"),
            ("52 weeks", "52 week"),
            ("6 months", "6 month"),
            ("1 year", "1 year"),
            ("12 months", "1 year"),
            ("2 years", "2 year"),
            ("400 days", "400 day"),
            ("1 day", "1 day"),
            ("36 hours", "36 hour"),
            ("30 minutes", "30 minute"),
            ("90 seconds", "90 second"),
            ("1 day 1 hour 1 second", "1 day 1 hour 1 second"),
        ] {
            let Some(Lifetime::Seconds(seconds)) = read(lifetime) else { panic!("{lifetime}") };
            assert_eq!(words(seconds), said, "{lifetime}");
        }
        // What a registry doesn't have, and an origin server may send.
        assert_eq!(lifetime_words(Lifetime::Seconds(0)), "0 seconds");
        assert_eq!(lifetime_words(Lifetime::Session), "session");
    }

    proptest! {
        #[test]
        fn what_is_said_is_read_as_the_same(seconds in prop_oneof![
            1..200_000_u64,
            (1..40_000_u64).prop_map(|days| days * DAY),
            1..4_000_000_000_u64,
        ]) {
            prop_assert_eq!(read(&words(seconds)), Some(Lifetime::Seconds(seconds)), "{}", words(seconds));
            let said = lifetime_words(Lifetime::Seconds(seconds));
            prop_assert_eq!(read(&said), Some(Lifetime::Seconds(seconds)), "{}", said);
        }
    }
}
