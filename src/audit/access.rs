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
    /// How many.
    pub counts: Counts,
    /// The names of stripped cookies.
    names: Names,
}

/// How many cookies went which way.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
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
}

impl Tally {
    /// Notes the name of a stripped cookie, each once, a bounded number of them.
    pub fn note(&mut self, name: &[u8]) {
        self.names.note(name);
    }
}

/// Names as they came, cut to what a line shows, each behind an octet with its length; that of a nameless cookie as it is
/// shown. The thread that writes makes them readable.
#[derive(Debug, Default)]
struct Names(Vec<u8>);

impl Names {
    fn note(&mut self, name: &[u8]) {
        let name = if name.is_empty() { b"(nameless)" } else { name.get(..NAME).unwrap_or(name) };
        let (mut rest, mut noted) = (self.0.as_slice(), 0);
        while let Some((before, after)) = first_name(rest) {
            if before == name {
                return;
            }
            (rest, noted) = (after, noted + 1);
        }
        let Ok(length) = u8::try_from(name.len()) else { return };
        if noted >= NAMES {
            return;
        }
        if self.0.capacity() == 0 {
            self.0.reserve(USUAL);
        }
        self.0.push(length);
        self.0.extend_from_slice(name);
    }
}

/// The first of names, each behind its length, and the others.
fn first_name(names: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = names.split_first()?;
    rest.split_at_checked(usize::from(*length))
}

/// Adds names as a line shows them, comma-separated; a comma in a name is `\x2c`. Gives back whether there was nothing to
/// escape.
fn show_names(text: &mut Vec<u8>, mut names: &[u8]) -> bool {
    let odd = |octet: u8| !(b'!'..=b'~').contains(&octet) | matches!(octet, b',' | b'"' | b'\'' | b'\\');
    let mut all_plain = true;
    let mut separator: &[u8] = b"";
    while let Some((name, rest)) = first_name(names) {
        text.extend_from_slice(separator);
        (names, separator) = (rest, b",");
        if !name.iter().fold(false, |found, octet| found | odd(*octet)) {
            text.extend_from_slice(name);
        } else {
            all_plain = false;
            name.escape_ascii().for_each(|octet| match octet {
                b',' => text.extend_from_slice(b"\\x2c"),
                octet => text.push(octet),
            });
        }
    }
    all_plain
}

/// All that the access log says of an exchange, as it goes to the thread that writes: what came in the head of the request
/// is copied and cut, so that a line that waits keeps no connection's buffer.
#[derive(Debug)]
pub struct Record {
    /// Site, path, upstream, and the names of stripped cookies.
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
    pub cookies: Counts,
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
            path = &*String::from_utf8_lossy(self.words.path()),
            status = self.status,
            upstream = &*String::from_utf8_lossy(self.words.upstream()),
            error = self.error,
            exchange = self.exchange,
        );
    }
}

/// The texts of a line, in one piece of memory.
#[derive(Debug)]
pub struct Words {
    text: Box<[u8]>,
    /// Where the site ends, the path, and the upstream.
    ends: [usize; 3],
}

impl Words {
    /// The name of the site, empty where none was found; the path of the request, without the query; the address of the
    /// origin server, empty where none was asked; the names that were noted.
    ///
    /// What follows a `;` in the path (RFC 3986 3.3: parameters, a session id in `;jsessionid=…`) is not shown.
    pub fn new(site: &str, path: &str, upstream: &str, cookies: &Tally) -> Self {
        let path = memchr::memchr(b';', path.as_bytes()).and_then(|end| path.get(..end)).unwrap_or(path);
        let path = path.get(..path.floor_char_boundary(PATH)).unwrap_or_default();
        let words = [site.as_bytes(), path.as_bytes(), upstream.as_bytes(), &cookies.names.0];
        let [site, path, upstream, _] = words.map(<[u8]>::len);
        Self { text: words.concat().into(), ends: [site, site + path, site + path + upstream] }
    }

    pub(super) fn site(&self) -> &[u8] {
        self.text.get(..self.ends[0]).unwrap_or_default()
    }

    pub(super) fn path(&self) -> &[u8] {
        self.text.get(self.ends[0]..self.ends[1]).unwrap_or_default()
    }

    pub(super) fn upstream(&self) -> &[u8] {
        self.text.get(self.ends[1]..self.ends[2]).unwrap_or_default()
    }

    /// Adds the names of stripped cookies; whether there was nothing in them to escape.
    pub(super) fn show_names(&self, text: &mut Vec<u8>) -> bool {
        show_names(text, self.text.get(self.ends[2]..).unwrap_or_default())
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

    /// The names as they are shown, and whether nothing was escaped.
    fn shown(tally: &Tally) -> (String, bool) {
        let mut text = Vec::new();
        let plain = Words::new("x", "/", "y", tally).show_names(&mut text);
        (String::from_utf8(text).unwrap(), plain)
    }

    #[test]
    fn names_are_bounded_and_harmless() {
        let mut tally = Tally::default();
        assert_eq!(shown(&tally), (String::new(), true));
        for name in [&b"_ga"[..], b"", b"_ga", b"_gid", b"", b"(nameless)"] {
            tally.note(name);
        }
        assert_eq!(shown(&tally), ("_ga,(nameless),_gid".to_owned(), true));
        tally.note(b"a,b\n\x1b[2J");
        tally.note(b"_ga");
        tally.note(b"a,b\n\x1b[2J");
        assert_eq!(shown(&tally), ("_ga,(nameless),_gid,a\\x2cb\\n\\x1b[2J".to_owned(), false));
        let long = |n: usize| format!("{n}{}", "x".repeat(5000));
        for n in 0..100 {
            tally.note(long(n).as_bytes());
        }
        let (shown, _) = shown(&tally);
        assert_eq!(shown.split(',').count(), NAMES);
        assert!(shown.ends_with(&long(7)[..NAME]), "{shown}");
    }

    #[test]
    fn a_path_is_cut() {
        let none = Tally::default();
        let words = Words::new("a", &format!("/{}", "é".repeat(5000)), "b", &none);
        assert_eq!((words.site(), words.path().len(), words.upstream()), (&b"a"[..], 1023, &b"b"[..]));
        assert_eq!(Words::new("", "/a;jsessionid=S3CRET", "", &none).path(), b"/a");
    }
}
