//! Numbers with a unit: durations and sizes.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::values::{Wrong, parsed};
use crate::document::{Document, Node, Value};

/// Sizes by their unit's octets; `KB` is missing on purpose, since it means either.
const SIZES: [(&str, usize); 7] = [
    ("B", 1),
    ("kB", 1000),
    ("MB", 1000 * 1000),
    ("GB", 1000 * 1000 * 1000),
    ("KiB", KIB),
    ("MiB", MIB),
    ("GiB", MIB * KIB),
];

/// Octets in a KiB.
pub(super) const KIB: usize = 1 << 10;
/// Octets in a MiB.
pub(super) const MIB: usize = 1 << 20;

/// A duration within bounds (inclusive).
pub(super) fn duration(
    document: &Document,
    node: &Node,
    what: &str,
    bounds: &RangeInclusive<Duration>,
) -> Option<Duration> {
    let wanted = format!("{what}: a duration with its unit, such as 15s or \"2 minutes\"");
    let value = parsed(document, node, "bad-duration", &wanted, read_duration)?;
    if bounds.contains(&value) {
        return Some(value);
    }
    let message = format!("{what} is {}", show_duration(value));
    let (low, high) = (show_duration(*bounds.start()), show_duration(*bounds.end()));
    document.error(&node.span, "out-of-range", message, format!("write a duration from {low} to {high}"));
    None
}

/// A number of octets within bounds (inclusive); a number without a unit counts octets.
pub(super) fn size(
    document: &Document,
    node: &Node,
    what: &str,
    bounds: &RangeInclusive<usize>,
) -> Option<usize> {
    let wanted = format!("{what}: a size such as 64KiB");
    let value = match node.value {
        // A negative one is below every lower bound as well.
        Value::Integer(octets) => usize::try_from(octets).ok(),
        _ => Some(parsed(document, node, "bad-size", &wanted, read_size)?),
    };
    if let Some(value) = value.filter(|value| bounds.contains(value)) {
        return Some(value);
    }
    let message = match value {
        Some(value) => format!("{what} is {}", show_size(value)),
        None => format!("{what} is negative"),
    };
    let (low, high) = (show_size(*bounds.start()), show_size(*bounds.end()));
    document.error(&node.span, "out-of-range", message, format!("write a size from {low} to {high}"));
    None
}

/// One or more numbers with units, added: `500ms`, `15s`, `2 minutes`, `1h 30m`.
fn read_duration(text: &str) -> Result<Duration, Wrong> {
    let numeral = text.trim().bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if numeral && !text.trim().is_empty() {
        let help = format!("add the unit: {text}s or {text}ms, for example", text = text.trim());
        return Err(Wrong::new(format!("`{text}` has no unit"), help));
    }
    // The library reads ISO 8601 and clock times too; one notation is enough for people.
    let friendly = text.starts_with(|first: char| first.is_ascii_digit()) && !text.contains(':');
    let read = text.parse::<jiff::SignedDuration>().ok().filter(|_| friendly);
    read.and_then(|signed| Duration::try_from(signed).ok()).ok_or_else(|| {
        let help = "write numbers with ms, s, m or h, or the words: 500ms, 15s, \"2 minutes\", \"1h 30m\"";
        Wrong::new(format!("`{text}` is no duration"), help)
    })
}

/// A whole number and a unit: `64KiB`, `1 MiB`; octets without a unit.
fn read_size(text: &str) -> Result<usize, Wrong> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim_start();
    let factor = SIZES.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
    let factor = factor.or(unit.is_empty().then_some(1));
    if number.is_empty() || factor.is_none() {
        let likely = SIZES.iter().rev().find(|(name, _)| {
            let wanted = name.to_ascii_lowercase();
            let written = unit.to_ascii_lowercase();
            !written.is_empty()
                && (wanted == written.replace("kb", "kib") || wanted == format!("{written}ib"))
        });
        let help = match likely {
            Some((name, factor)) if !number.is_empty() => {
                format!("write {number}{name} if you mean {number} times {factor} octets")
            }
            _ => "write a whole number with B, kB, MB, GB, KiB, MiB or GiB: 64KiB".to_owned(),
        };
        return Err(Wrong::new(format!("`{text}` is no size"), help));
    }
    let octets = number.parse::<usize>().ok().and_then(|number| number.checked_mul(factor?));
    octets.ok_or_else(|| Wrong::new(format!("`{text}` is too large to count"), "write a smaller size"))
}

/// In the largest unit that leaves a whole number: `2m` is `2m`, `90s` is `90s`.
fn show_duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        _ if duration.subsec_nanos() != 0 => format!("{duration:?}"),
        0 => "0s".to_owned(),
        _ if seconds.is_multiple_of(3600) => format!("{}h", seconds / 3600),
        _ if seconds.is_multiple_of(60) => format!("{}m", seconds / 60),
        _ => format!("{seconds}s"),
    }
}

/// In the largest binary unit that leaves a whole number.
fn show_size(octets: usize) -> String {
    let unit = SIZES.iter().rev().find(|(name, factor)| {
        octets >= *factor && octets.is_multiple_of(*factor) && (name.ends_with("iB") || *factor == 1)
    });
    unit.map_or_else(|| "0".to_owned(), |(name, factor)| format!("{}{name}", octets / factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let read = |text| read_duration(text).ok();
        assert_eq!(read("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(read("15s"), Some(Duration::from_secs(15)));
        assert_eq!(read("2 minutes"), Some(Duration::from_secs(120)));
        assert_eq!(read("1h 30m"), Some(Duration::from_secs(5400)));
        assert_eq!(read("1.5s"), Some(Duration::from_millis(1500)));
        assert_eq!(read("0s"), Some(Duration::ZERO));
        for bad in [
            "",
            " ",
            "15",
            "1.5",
            "-1s",
            "1s ago",
            "PT15S",
            "00:01:00",
            "soon",
            "1 month",
            "15 s x",
            "9999999999999999h",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn sizes() {
        let read = |text| read_size(text).ok();
        assert_eq!(read("64KiB"), Some(65536));
        assert_eq!(read("1 MiB"), Some(1 << 20));
        assert_eq!(read("2GiB"), Some(2 << 30));
        assert_eq!(read("64kB"), Some(64000));
        assert_eq!(read("2MB"), Some(2_000_000));
        assert_eq!(read("3GB"), Some(3_000_000_000));
        assert_eq!(read("0"), Some(0));
        assert_eq!(read("512"), Some(512));
        assert_eq!(read("512B"), Some(512));
        for bad in [
            "",
            "KiB",
            "64KB",
            "64K",
            "1.5MiB",
            "-1",
            "+1",
            "64 KiB s",
            "99999999999GiB",
            "999999999999999999999",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_help_names_the_unit_that_was_meant() {
        let help = |text| read_size(text).expect_err("no size").help;
        assert_eq!(help("64KB"), "write 64KiB if you mean 64 times 1024 octets");
        assert_eq!(help("64K"), "write 64KiB if you mean 64 times 1024 octets");
        assert_eq!(help("1mib"), "write 1MiB if you mean 1 times 1048576 octets");
        assert!(help("many").starts_with("write a whole number"));
        assert!(help("KB").starts_with("write a whole number"));
        assert_eq!(read_duration("15").expect_err("no unit").help, "add the unit: 15s or 15ms, for example");
    }

    #[test]
    fn values_are_shown_as_people_write_them() {
        assert_eq!(show_duration(Duration::from_millis(1)), "1ms");
        assert_eq!(show_duration(Duration::from_secs(90)), "90s");
        assert_eq!(show_duration(Duration::from_secs(120)), "2m");
        assert_eq!(show_duration(Duration::from_secs(86400)), "24h");
        assert_eq!(show_size(8192), "8KiB");
        assert_eq!(show_size(1000), "1000B");
        assert_eq!(show_size(0), "0");
    }
}
