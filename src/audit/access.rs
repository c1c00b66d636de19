//! One line an exchange: what came, what was answered, what was sifted.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::Method;

use super::Sink;
use crate::config::{self, LogFormat};

/// Stripped names that one line shows.
const NAMES: usize = 12;
/// Octets of a name that a line shows.
const NAME: usize = 64;
/// Octets of names for which there is room at once.
const USUAL: usize = 128;
/// Octets of a path that a line shows.
const PATH: usize = 1024;

/// The cookies of one exchange.
#[derive(Debug, Default)]
pub struct Tally {
    /// Cookie-pairs forwarded to the origin server.
    pub request_forwarded: u32,
    /// Cookie-pairs forwarded to it under their own name again.
    pub request_rewritten: u32,
    /// Cookie-pairs kept from it.
    pub request_stripped: u32,
    /// Set-Cookie fields forwarded to the user agent.
    pub response_forwarded: u32,
    /// Set-Cookie fields forwarded to it with changes.
    pub response_rewritten: u32,
    /// Set-Cookie fields kept from it.
    pub response_stripped: u32,
    /// Set-Cookie fields added that expire a cookie; in observe mode those that would have been.
    pub purged: u32,
    /// Names of stripped cookies as a line shows them, comma-separated; a comma in a name is `\x2c`.
    names: String,
    /// How many there are.
    named: usize,
}

impl Tally {
    /// Notes the name of a stripped cookie, each once, a bounded number of them.
    pub fn note(&mut self, name: &[u8]) {
        if self.named >= NAMES {
            return;
        }
        if self.names.capacity() == 0 {
            self.names.reserve(USUAL);
        }
        let length = self.names.len();
        if self.named > 0 {
            self.names.push(',');
        }
        let start = self.names.len();
        push_escaped(
            &mut self.names,
            if name.is_empty() { b"(nameless)" } else { name.get(..NAME).unwrap_or(name) },
        );
        let (before, noted) = self.names.split_at(start);
        if before.split_terminator(',').any(|before| before == noted) {
            self.names.truncate(length);
        } else {
            self.named += 1;
        }
    }

    /// The names that were noted.
    pub(super) fn names(&self) -> &str {
        &self.names
    }
}

fn push_escaped(text: &mut String, name: &[u8]) {
    let plain = |octet: &u8| matches!(octet, b'!'..=b'~') && !matches!(octet, b',' | b'"' | b'\'' | b'\\');
    match std::str::from_utf8(name) {
        // As nearly all are.
        Ok(name) if name.as_bytes().iter().all(plain) => text.push_str(name),
        _ => name.escape_ascii().for_each(|octet| match octet {
            b',' => text.push_str("\\x2c"),
            octet => text.push(octet.into()),
        }),
    }
}

/// All that the access log says of an exchange, as it goes to the thread that writes: what came in the head of the request
/// is copied and cut, so that a line that waits keeps no connection's buffer.
#[derive(Debug)]
pub struct Record {
    /// Site, path and upstream.
    pub words: Words,
    /// The request's method.
    pub method: Method,
    /// The status sent; 0 if none was.
    pub status: u16,
    /// Octets of the request's content that came.
    pub received: u64,
    /// Octets of the response's content sent.
    pub sent: u64,
    /// From the request's head to the response's end.
    pub duration: Duration,
    /// From sending the request to the answer's head; zero if there was none.
    pub answered: Duration,
    /// When the response ended.
    pub ended: Instant,
    /// What was read of the visitor's choice.
    pub consent: &'static str,
    /// `enforce` or `observe`.
    pub mode: &'static str,
    /// How it failed, if it did.
    pub error: &'static str,
    /// The cookies.
    pub cookies: Tally,
    /// The trace that it belongs to, 32 hexadecimal digits (W3C Trace Context 3.2.2.3).
    pub trace: Option<[u8; 32]>,
    /// Its number, where its verdicts are traced ([`traced`](super::traced)).
    pub exchange: Option<u64>,
}

impl Record {
    /// What a demonstration shows of it.
    fn tell(&self) {
        tracing::info!(
            target: "access",
            method = self.method.as_str(),
            path = self.words.path(),
            status = self.status,
            upstream = self.words.upstream(),
            error = self.error,
            exchange = self.exchange,
        );
    }
}

/// The texts of a line, in one piece of memory.
#[derive(Debug)]
pub struct Words {
    text: Box<str>,
    /// Where the site ends, and where the path does.
    ends: (usize, usize),
}

impl Words {
    /// The name of the site, empty where none was found; the path of the request, without the query; the address of the
    /// origin server, empty where none was asked.
    ///
    /// What follows a `;` in the path (RFC 3986 3.3: parameters, a session id in `;jsessionid=…`) is not shown.
    pub fn new(site: &str, path: &str, upstream: &str) -> Self {
        let path = path.split(';').next().unwrap_or_default();
        let path = path.get(..path.floor_char_boundary(PATH)).unwrap_or_default();
        let mut text = String::with_capacity(site.len() + path.len() + upstream.len());
        text.push_str(site);
        text.push_str(path);
        let ends = (site.len(), text.len());
        text.push_str(upstream);
        Self { text: text.into(), ends }
    }

    pub(super) fn site(&self) -> &str {
        self.text.get(..self.ends.0).unwrap_or_default()
    }

    pub(super) fn path(&self) -> &str {
        self.text.get(self.ends.0..self.ends.1).unwrap_or_default()
    }

    pub(super) fn upstream(&self) -> &str {
        self.text.get(self.ends.1..).unwrap_or_default()
    }
}

/// Where the lines of exchanges go, and in which form.
#[derive(Clone, Debug)]
pub struct AccessLog {
    /// Without one a line is an event, for whoever subscribes to them instead (a demonstration).
    sink: Option<Arc<Sink>>,
    format: LogFormat,
    /// They are lines of the log like others, with the level `info`.
    levelled: bool,
}

impl AccessLog {
    /// As configured, into this sink; without one, each is an event of the target `access`.
    pub fn new(settings: &config::AccessLog, sink: Option<Arc<Sink>>) -> Self {
        Self { sink, format: settings.format, levelled: settings.levelled }
    }

    /// Whether there is a line to be written now.
    pub fn wants(&self) -> bool {
        !self.levelled || tracing::enabled!(target: "access", tracing::Level::INFO)
    }

    /// Hands a line over. Never waits: where too many wait already, it is dropped and counted.
    pub fn write(&self, record: Box<Record>) {
        match &self.sink {
            Some(sink) => sink.access(self.format, record),
            None => record.tell(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_bounded_and_harmless() {
        let mut tally = Tally::default();
        tally.note(b"a,b\n\x1b[2J");
        tally.note(b"_ga");
        tally.note(b"_ga");
        tally.note(b"a,b\n\x1b[2J");
        assert_eq!(tally.names(), "a\\x2cb\\n\\x1b[2J,_ga");
        for n in 0..100 {
            tally.note(format!("{n}{}", "x".repeat(5000)).as_bytes());
        }
        assert!(tally.names().len() < 2000);
    }

    #[test]
    fn a_path_is_cut() {
        let words = Words::new("a", &format!("/{}", "é".repeat(5000)), "b");
        assert_eq!((words.site(), words.path().len(), words.upstream()), ("a", 1023, "b"));
        assert_eq!(Words::new("", "/a;jsessionid=S3CRET", "").path(), "/a");
    }
}
