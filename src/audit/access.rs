//! One line an exchange: what came, what was answered, what was sifted.

use std::fmt::{self, Write as _};
use std::time::Duration;

/// Stripped names that one line shows.
const NAMES: usize = 12;
/// Octets of a name that a line shows.
const NAME: usize = 64;

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
    /// As they came, cut to what a line shows.
    names: Vec<Box<[u8]>>,
}

impl Tally {
    /// Notes the name of a stripped cookie, each once, a bounded number of them.
    pub fn note(&mut self, name: &[u8]) {
        if self.names.len() >= NAMES {
            return;
        }
        let name = if name.is_empty() { b"(nameless)" } else { name };
        let shown = name.get(..NAME).unwrap_or(name);
        if !self.names.iter().any(|noted| **noted == *shown) {
            self.names.push(shown.into());
        }
    }
}

/// The names escaped, comma-separated; a comma in a name is written `\x2c`.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.names.iter().enumerate() {
            if index > 0 {
                f.write_char(',')?;
            }
            for octet in name.escape_ascii() {
                match octet {
                    b',' => f.write_str("\\x2c")?,
                    octet => f.write_char(octet.into())?,
                }
            }
        }
        Ok(())
    }
}

/// All that the access log says of an exchange.
#[derive(Debug)]
pub struct Line<'a> {
    /// The site's name; empty where no site was found.
    pub site: &'a str,
    /// The request's method.
    pub method: &'a str,
    /// The path; what follows a `;` (RFC 3986 3.3: parameters, a session id in `;jsessionid=…`) is not shown.
    pub path: &'a str,
    /// The status sent; 0 if none was.
    pub status: u16,
    /// Octets of the response's content sent.
    pub sent: u64,
    /// From the request's head to the response's end.
    pub duration: Duration,
    /// From sending the request to the answer's head; zero if there was none.
    pub upstream: Duration,
    /// What was read of the visitor's choice.
    pub consent: &'static str,
    /// `enforce` or `observe`.
    pub mode: &'static str,
    /// How it failed, if it did.
    pub error: &'static str,
    /// The cookies.
    pub cookies: &'a Tally,
    /// Its number, where its verdicts are traced ([`traced`](super::traced)).
    pub exchange: Option<u64>,
}

impl Line<'_> {
    /// Writes the line to the log, target `access`.
    pub fn emit(&self) {
        let cookies = self.cookies;
        tracing::info!(
            target: "access",
            site = self.site,
            method = self.method,
            path = self.path.split(';').next().unwrap_or_default(),
            status = self.status,
            sent = self.sent,
            ms = milliseconds(self.duration),
            upstream_ms = milliseconds(self.upstream),
            consent = self.consent,
            mode = self.mode,
            error = self.error,
            request_forwarded = cookies.request_forwarded,
            request_rewritten = cookies.request_rewritten,
            request_stripped = cookies.request_stripped,
            response_forwarded = cookies.response_forwarded,
            response_rewritten = cookies.response_rewritten,
            response_stripped = cookies.response_stripped,
            purged = cookies.purged,
            stripped = %cookies,
            exchange = self.exchange,
        );
    }
}

/// With three decimals: microseconds are enough.
fn milliseconds(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1000.0
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
        assert_eq!(tally.to_string(), "a\\x2cb\\n\\x1b[2J,_ga");
        for n in 0..100 {
            tally.note(format!("{n}{}", "x".repeat(5000)).as_bytes());
        }
        assert!(tally.to_string().len() < 2000);
    }
}
