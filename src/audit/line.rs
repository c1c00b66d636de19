//! The line of an exchange as it is written, by the thread that writes.

use std::io::Write as _;
use std::time::{Duration, Instant, SystemTime};

use super::access::{Record, Words};
use crate::config::LogFormat;

/// What time it was, from one reading of both clocks: the workers read the steady one alone.
pub(super) struct Clock {
    steady: Instant,
    wall: SystemTime,
}

/// The second that was written last, since most lines are of the same.
#[derive(Default)]
pub(super) struct Second {
    unix: i64,
    /// `2025-11-24T16:00:00`; empty before the first.
    text: String,
}

impl Clock {
    pub(super) fn read(steady: Instant, wall: SystemTime) -> Self {
        Self { steady, wall }
    }

    /// Writes the time in UTC, as the rest of the log has it (RFC 3339 5.6).
    fn write(&self, text: &mut Vec<u8>, second: &mut Second, instant: Instant) {
        let ago = self.steady.saturating_duration_since(instant);
        let time = self.wall.checked_sub(ago).unwrap_or(self.wall);
        let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let unix = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
        if second.text.is_empty() || second.unix != unix {
            let whole = jiff::Timestamp::from_second(unix).unwrap_or(jiff::Timestamp::MAX);
            *second = Second { unix, text: whole.strftime("%Y-%m-%dT%H:%M:%S").to_string() };
        }
        text.extend_from_slice(second.text.as_bytes());
        text.push(b'.');
        fraction(text, since.subsec_micros(), 100_000);
        text.push(b'Z');
    }
}

/// Adds a line with its end. What does not apply to the exchange is left out.
pub(super) fn write_line(
    text: &mut Vec<u8>,
    format: LogFormat,
    record: &Record,
    (clock, second): (&Clock, &mut Second),
) {
    match format {
        LogFormat::Text => {
            clock.write(text, second, record.ended);
            text.extend_from_slice(b"  INFO access:");
            fields(&mut Line::<false>(text), record);
            text.push(b'\n');
        }
        LogFormat::Json => {
            text.extend_from_slice(b"{\"timestamp\":\"");
            clock.write(text, second, record.ended);
            text.extend_from_slice(b"\",\"level\":\"INFO\"");
            fields(&mut Line::<true>(text), record);
            text.extend_from_slice(b",\"target\":\"access\"}\n");
        }
    }
}

/// A line to which fields are added, in either form.
struct Line<'a, const JSON: bool>(&'a mut Vec<u8>);

impl<const JSON: bool> Line<'_, JSON> {
    fn key(&mut self, name: &str) -> &mut Vec<u8> {
        let (before, after): (&[u8], &[u8]) = if JSON { (b",\"", b"\":") } else { (b" ", b"=") };
        self.0.extend_from_slice(before);
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(after);
        self.0
    }

    fn text(&mut self, name: &str, value: &[u8]) {
        // A vector takes all that it is given.
        quoted(self.key(name), value, |text, value| match JSON {
            true => drop(write!(text, "{}", serde_json::Value::from(value))),
            false => drop(write!(text, "{value:?}")),
        });
    }

    /// In which there is nothing to escape.
    fn word(&mut self, name: &str, value: &str) {
        quote(self.key(name), value.as_bytes());
    }

    /// The same, in quotes in JSON alone.
    fn plain(&mut self, name: &str, value: &[u8]) {
        let text = self.key(name);
        if JSON { quote(text, value) } else { text.extend_from_slice(value) }
    }

    fn names(&mut self, name: &str, words: &Words) {
        let text = self.key(name);
        let from = text.len();
        if !JSON {
            words.show_names(text);
            return;
        }
        text.push(b'"');
        if words.show_names(text) {
            text.push(b'"');
        } else {
            let names = text.split_off(from);
            let names = String::from_utf8_lossy(names.get(1..).unwrap_or_default());
            drop(write!(text, "{}", serde_json::Value::from(&*names)));
        }
    }

    fn count(&mut self, name: &str, value: impl Into<u64>) {
        count(self.key(name), value.into());
    }

    fn milliseconds(&mut self, name: &str, value: Duration) {
        milliseconds(self.key(name), value);
    }
}

/// Every field in the order of the line.
fn fields<const JSON: bool>(line: &mut Line<'_, JSON>, record: &Record) {
    let (cookies, words) = (&record.cookies, &record.words);
    line.text("site", words.site());
    // A token (RFC 9110 9.1): neither quote nor backslash.
    line.word("method", record.method.as_str());
    line.text("path", words.path());
    line.count("status", record.status);
    line.count("received", record.received);
    line.count("sent", record.sent);
    line.milliseconds("ms", record.duration);
    line.milliseconds("upstream_ms", record.answered);
    line.text("upstream", words.upstream());
    line.word("consent", record.consent);
    line.word("mode", record.mode);
    line.word("error", record.error);
    line.count("request_forwarded", cookies.request_forwarded);
    line.count("request_rewritten", cookies.request_rewritten);
    line.count("request_stripped", cookies.request_stripped);
    line.count("response_forwarded", cookies.response_forwarded);
    line.count("response_rewritten", cookies.response_rewritten);
    line.count("response_stripped", cookies.response_stripped);
    line.count("purged", cookies.purged);
    line.names("stripped", words);
    if let Some(trace) = &record.trace {
        line.plain("trace", trace);
    }
    if let Some(exchange) = record.exchange {
        line.count("exchange", exchange);
    }
}

/// A text in quotes; by `escaped` where there is something to escape, which there hardly ever is.
fn quoted(text: &mut Vec<u8>, value: &[u8], escaped: impl FnOnce(&mut Vec<u8>, &str)) {
    let odd = |octet: u8| !(b' '..=b'~').contains(&octet) | (octet == b'"') | (octet == b'\\');
    // All of them, many at a time.
    if value.iter().fold(false, |found, octet| found | odd(*octet)) {
        return escaped(text, &String::from_utf8_lossy(value));
    }
    quote(text, value);
}

/// In quotes as it is.
fn quote(text: &mut Vec<u8>, value: &[u8]) {
    text.push(b'"');
    text.extend_from_slice(value);
    text.push(b'"');
}

fn count(text: &mut Vec<u8>, value: u64) {
    text.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// With three decimals: microseconds are enough.
fn milliseconds(text: &mut Vec<u8>, value: Duration) {
    let microseconds = value.as_micros();
    count(text, u64::try_from(microseconds / 1000).unwrap_or(u64::MAX));
    text.push(b'.');
    fraction(text, u32::try_from(microseconds % 1000).unwrap_or_default(), 100);
}

/// The digits of a number, from that of `unit` on.
fn fraction(text: &mut Vec<u8>, number: u32, mut unit: u32) {
    while unit > 0 {
        text.push(b'0' + u8::try_from(number / unit % 10).unwrap_or_default());
        unit /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::super::access::Tally;
    use super::*;

    fn line(format: LogFormat) -> String {
        let mut cookies = Tally::default();
        (cookies.counts.request_stripped, cookies.counts.purged) = (2, 1);
        cookies.note(b"a,b\"");
        cookies.note(b"_ga");
        let steady = Instant::now();
        let record = Record {
            words: Words::new("x.test", "/p\"ath", "127.0.0.1:8000", &cookies),
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
            cookies: cookies.counts,
            trace: Some(*b"0af7651916cd43dd8448eb211c80319c"),
            exchange: None,
        };
        let wall = SystemTime::UNIX_EPOCH + Duration::from_millis(1_764_000_000_500);
        let mut text = Vec::new();
        let clock = Clock::read(steady + Duration::from_millis(250), wall);
        write_line(&mut text, format, &record, (&clock, &mut Second::default()));
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn numbers_and_times_as_they_were_written_always() {
        let mut text = Vec::new();
        for number in [0, 9, 10, u64::MAX] {
            count(&mut text, number);
            text.push(b' ');
        }
        for time in [Duration::ZERO, Duration::from_micros(7), Duration::from_micros(1_020_300)] {
            milliseconds(&mut text, time);
            text.push(b' ');
        }
        let steady = Instant::now();
        let mut second = Second::default();
        for micros in [1_764_000_000_000_001, 1_764_000_000_900_000, 1_764_000_001_000_000] {
            let clock = Clock::read(steady, SystemTime::UNIX_EPOCH + Duration::from_micros(micros));
            clock.write(&mut text, &mut second, steady);
            text.push(b' ');
        }
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "0 9 10 18446744073709551615 0.000 0.007 1020.300 2025-11-24T16:00:00.000001Z \
             2025-11-24T16:00:00.900000Z 2025-11-24T16:00:01.000000Z "
        );
    }

    #[test]
    fn what_needs_no_escape_is_written_as_with_one() {
        for value in ["", "plain /a?b~", "quo\"te", "back\\slash", "\u{e9}", "\n", "\u{7f}"] {
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            quoted(&mut ours, value.as_bytes(), |text, value| drop(write!(text, "{value:?}")));
            drop(write!(theirs, "{value:?}"));
            assert_eq!(ours, theirs, "{value:?}");
        }
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
    fn names_in_json() {
        for (name, shown) in [(&b"_ga"[..], "_ga"), (b"a\"", "a\\\""), (b"", "(nameless)")] {
            let mut cookies = Tally::default();
            cookies.note(b"first");
            cookies.note(name);
            let mut text = b"{\"a\":1".to_vec();
            Line::<true>(&mut text).names("stripped", &Words::new("x", "/", "y", &cookies));
            text.push(b'}');
            let object: serde_json::Value = serde_json::from_slice(&text).unwrap();
            assert_eq!(object["stripped"], format!("first,{shown}"));
        }
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
