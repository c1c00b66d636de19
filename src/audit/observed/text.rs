//! A report for the terminal.

use std::fmt::Write as _;

use super::report::{Cookie, Report, Site};
use super::words::{
    category, count, done, examples, known, meaning, minute, number, place, reasons, sent, summary,
};
use super::{Counts, words};
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
    line("requests", ways(site, cookie.facts.ways.request));
    line("responses", ways(site, cookie.facts.ways.response));
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

/// `1,204: 1,200 would be stripped, 4 pass`.
fn ways(site: &Site, counts: Counts) -> String {
    let pass = if counts.forwarded == 1 { "passes" } else { "pass" };
    let parts = [
        (counts.stripped, done(site.mode, "stripped")),
        (counts.rewritten, done(site.mode, "rewritten")),
        (counts.forwarded, pass.to_owned()),
    ];
    let parts: Vec<_> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", number(*count)))
        .collect();
    parts.join(", ")
}

impl Report {
    /// For each site the lines that would declare what it has not declared, to be completed; comments tell what was
    /// seen. Pasted unread it lets nothing pass.
    pub fn yaml(&self) -> String {
        let mut out = format!("# Undeclared cookies observed until {}.\n", minute(self.at));
        out.push_str("# Paste each list into `cookies:` of its registry, say what each is for, and choose its category.\n");
        for page in &self.pages {
            let undeclared: Vec<_> = page.cookies.iter().filter(|cookie| cookie.is_undeclared()).collect();
            if undeclared.is_empty() {
                continue;
            }
            let registry = page.registry.as_deref().unwrap_or("a registry");
            let (name, mode) = (shown(page.name.as_bytes()), page.mode.word());
            let _ = write!(
                out,
                "\n# {name}, mode {mode}: {}, for {registry}\n",
                count(undeclared.len(), "name", "names")
            );
            out.push_str("cookies:\n");
            for cookie in undeclared {
                draft(&mut out, cookie);
            }
        }
        if !out.contains("\ncookies:") {
            out.push_str("# There are none.\n");
        }
        out
    }
}

fn draft(out: &mut String, cookie: &Cookie) {
    let seen = number(cookie.facts.ways.seen());
    let setter = cookie.set_by.map_or("nobody", |setter| setter.sentence());
    let name = shown(cookie.shown().as_bytes());
    let _ = writeln!(out, "  # {name}: seen {seen}, last {}; set by {setter}", minute(cookie.last));
    match &cookie.draft {
        Some(draft) => out.push_str(draft),
        None => out.push_str("  # No pattern of its own declares it.\n"),
    }
}
