//! A report for the terminal.

use std::fmt::Write as _;

use super::report::{Cookie, Report, Site};
use super::words;
use super::words::{
    category, done, examples, known, meaning, minute, number, place, reasons, sent, summary, ways,
};
use crate::cookie::shown;

/// Columns of a name before its place.
const NAME: usize = 40;

impl Report {
    /// A block a site and some lines a name, ended by a newline.
    pub fn text(&self) -> String {
        let mut out = format!("Cookies observed until {}. Names only, never a value.\n", minute(self.at));
        for page in &self.pages {
            site(&mut out, page);
        }
        for name in &self.unseen {
            let _ = write!(out, "\n{}: no cookie was seen.\n", shown(name.as_bytes()));
        }
        if self.pages.is_empty() && self.unseen.is_empty() {
            out.push_str("\nNothing was seen.\n");
        }
        out
    }
}

fn site(out: &mut String, site: &Site) {
    let name = shown(site.name.as_bytes());
    let _ = write!(out, "\n{name}, mode {}, since {}\n", site.mode.word(), minute(site.since));
    let _ = writeln!(out, "{}", meaning(site).replace('`', ""));
    if site.registry.is_none() {
        out.push_str("The configuration has no such site any more.\n");
    }
    let _ = writeln!(out, "{}", summary(site));
    for cookie in &site.cookies {
        row(out, site, cookie);
    }
    if site.other.seen() > 0 {
        let _ = write!(out, "\n  {}\n", words::other(site));
    }
}

fn row(out: &mut String, site: &Site, cookie: &Cookie) {
    let place = match category(cookie) {
        Some(category) => format!("{} ({category})", place(cookie)),
        None => place(cookie),
    };
    let _ = write!(out, "\n  {:<NAME$} {place}\n", shown(cookie.shown().as_bytes()));
    let mut line = |label: &str, text: String| {
        if !text.is_empty() {
            let _ = writeln!(out, "    {label:<10} {text}");
        }
    };
    line("known as", known(cookie).unwrap_or_default());
    line("set by", cookie.set_by.map_or("", |setter| setter.sentence()).to_owned());
    line("requests", ways(site.mode, cookie.facts.ways.request));
    line("responses", ways(site.mode, cookie.facts.ways.response));
    let purged = format!("{} {}", number(cookie.facts.purged), done(site.mode, "expired"));
    line("purge", if cookie.facts.purged > 0 { purged } else { String::new() });
    line("because", reasons(cookie));
    line("seen", format!("{} to {}", minute(cookie.first), minute(cookie.last)));
    for one in &cookie.facts.sent.some {
        line("sent with", sent(one));
    }
    line("", if cookie.facts.sent.more { "and otherwise".to_owned() } else { String::new() });
    line("set on", examples(&cookie.facts.set_on));
    if cookie.facts.set_on.some.is_empty() {
        line("sent to", examples(&cookie.facts.sent_to));
    }
}
