//! The line of an exchange as it is written, by the thread that writes.

use std::io::Write as _;
use std::time::{Duration, Instant, SystemTime};

use super::access::Record;
use crate::config::LogFormat;

/// What time it was, from one reading of both clocks: the workers read the steady one alone.
pub(super) struct Clock {
    steady: Instant,
    wall: SystemTime,
}

impl Clock {
    pub(super) fn read(steady: Instant, wall: SystemTime) -> Self {
        Self { steady, wall }
    }

    /// In UTC, as the rest of the log has it (RFC 3339 5.6).
    fn at(&self, instant: Instant) -> String {
        let ago = self.steady.saturating_duration_since(instant);
        let time = self.wall.checked_sub(ago).unwrap_or(self.wall);
        jiff::Timestamp::try_from(time).map_or_else(|_| String::new(), |time| format!("{time:.6}"))
    }
}

/// Adds a line with its end. What does not apply to the exchange is left out.
pub(super) fn write_line(text: &mut Vec<u8>, format: LogFormat, record: &Record, clock: &Clock) {
    let time = clock.at(record.ended);
    match format {
        LogFormat::Text => {
            text.extend_from_slice(time.as_bytes());
            text.extend_from_slice(b"  INFO access:");
            fields(record, |name, value| {
                // A vector takes all that it is given.
                let _ = match value {
                    Value::Text(value) => write!(text, " {name}={value:?}"),
                    Value::Plain(value) => write!(text, " {name}={value}"),
                    Value::Count(value) => write!(text, " {name}={value}"),
                    Value::Milliseconds(value) => write!(text, " {name}={}", Decimal(value)),
                };
            });
        }
        LogFormat::Json => {
            let _ = write!(text, "{{\"timestamp\":\"{time}\",\"level\":\"INFO\"");
            fields(record, |name, value| {
                let _ = match value {
                    Value::Text(value) | Value::Plain(value) => {
                        write!(text, ",\"{name}\":{}", serde_json::Value::from(value))
                    }
                    Value::Count(value) => write!(text, ",\"{name}\":{value}"),
                    Value::Milliseconds(value) => write!(text, ",\"{name}\":{}", Decimal(value)),
                };
            });
            text.extend_from_slice(b",\"target\":\"access\"}");
        }
    }
    text.push(b'\n');
}

enum Value<'a> {
    Text(&'a str),
    /// In quotes in JSON alone.
    Plain(&'a str),
    Count(u64),
    Milliseconds(Duration),
}

/// Every field in the order of the line.
fn fields(record: &Record, mut field: impl FnMut(&str, Value<'_>)) {
    let cookies = &record.cookies;
    field("site", Value::Text(record.words.site()));
    field("method", Value::Text(record.method.as_str()));
    field("path", Value::Text(record.words.path()));
    field("status", Value::Count(record.status.into()));
    field("received", Value::Count(record.received));
    field("sent", Value::Count(record.sent));
    field("ms", Value::Milliseconds(record.duration));
    field("upstream_ms", Value::Milliseconds(record.answered));
    field("upstream", Value::Text(record.words.upstream()));
    field("consent", Value::Text(record.consent));
    field("mode", Value::Text(record.mode));
    field("error", Value::Text(record.error));
    let counts = [
        ("request_forwarded", cookies.request_forwarded),
        ("request_rewritten", cookies.request_rewritten),
        ("request_stripped", cookies.request_stripped),
        ("response_forwarded", cookies.response_forwarded),
        ("response_rewritten", cookies.response_rewritten),
        ("response_stripped", cookies.response_stripped),
        ("purged", cookies.purged),
    ];
    for (name, count) in counts {
        field(name, Value::Count(count.into()));
    }
    field("stripped", Value::Plain(&cookies.to_string()));
    if let Some(trace) = record.trace.as_ref().and_then(|trace| std::str::from_utf8(trace).ok()) {
        field("trace", Value::Plain(trace));
    }
    if let Some(exchange) = record.exchange {
        field("exchange", Value::Count(exchange));
    }
}

/// Milliseconds with three decimals: microseconds are enough.
struct Decimal(Duration);

impl std::fmt::Display for Decimal {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let microseconds = self.0.as_micros();
        write!(to, "{}.{:03}", microseconds / 1000, microseconds % 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::super::access::{Tally, Words};
    use super::*;

    fn line(format: LogFormat) -> String {
        let mut cookies = Tally::default();
        (cookies.request_stripped, cookies.purged) = (2, 1);
        cookies.note(b"a,b\"");
        cookies.note(b"_ga");
        let steady = Instant::now();
        let record = Record {
            words: Words::new("x.test", "/p\"ath", "127.0.0.1:8000"),
            method: http::Method::GET,
            status: 200,
            received: 0,
            sent: 7,
            duration: Duration::from_micros(12_034),
            answered: Duration::from_millis(2),
            ended: steady,
            consent: "read",
            mode: "enforce",
            error: "",
            cookies,
            trace: Some(*b"0af7651916cd43dd8448eb211c80319c"),
            exchange: None,
        };
        let wall = SystemTime::UNIX_EPOCH + Duration::from_millis(1_764_000_000_500);
        let mut text = Vec::new();
        write_line(&mut text, format, &record, &Clock::read(steady + Duration::from_millis(250), wall));
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn text() {
        assert_eq!(
            line(LogFormat::Text),
            "2025-11-24T16:00:00.250000Z  INFO access: site=\"x.test\" method=\"GET\" path=\"/p\\\"ath\" status=200 \
             received=0 sent=7 ms=12.034 upstream_ms=2.000 upstream=\"127.0.0.1:8000\" consent=\"read\" \
             mode=\"enforce\" error=\"\" request_forwarded=0 request_rewritten=0 request_stripped=2 \
             response_forwarded=0 response_rewritten=0 response_stripped=0 purged=1 stripped=a\\x2cb\\\",_ga \
             trace=0af7651916cd43dd8448eb211c80319c\n"
        );
    }

    #[test]
    fn json() {
        let line = line(LogFormat::Json);
        assert!(
            line.starts_with("{\"timestamp\":\"2025-11-24T16:00:00.250000Z\",\"level\":\"INFO\",\"site\"")
        );
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["path"], "/p\"ath");
        assert_eq!((&line["ms"], &line["sent"]), (&12.034.into(), &7.into()));
        assert_eq!(line["stripped"], "a\\x2cb\\\",_ga");
        assert_eq!((&line["target"], &line["exchange"]), (&"access".into(), &serde_json::Value::Null));
    }
}
