//! A report as one page: no script, no other file, every text escaped.

use super::report::{Cookie, Order, Report, Site};
use super::words::{
    category, examples, known, meaning, minute, number, other, place, reasons, sent, stamp, summary, ways,
};
use crate::config::Mode;
use crate::cookie::shown;
use crate::pages::{Html, Never};

const STYLE: &str = include_str!("assets/observed.css");

type Page = Html<Never>;

/// A column: its heading, and the order that a press on the heading gives.
type Column = (&'static str, Option<Order>);

const COLUMNS: [Column; 9] = [
    ("Cookie", Some(Order::Name)),
    ("Declared", None),
    ("Set by", None),
    ("Seen", Some(Order::Seen)),
    ("Stripped", Some(Order::Stripped)),
    ("Rewritten", None),
    ("Passed", None),
    ("Expired", None),
    ("Last seen", Some(Order::Last)),
];

impl Report {
    /// The whole page, its rows in this order. `links` says whether the page is served by the gateway, so that its
    /// headings can ask for another order.
    pub fn html(self, order: Order, links: bool) -> String {
        let report = self.sorted(order);
        let mut html = Page::new();
        html.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.raw("<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n");
        html.raw("<title>Cookies observed</title>\n<style>\n").raw(STYLE).raw("</style>\n</head>\n");
        html.raw("<body>\n<main>\n<h1>Cookies observed</h1>\n<p>Until ");
        time(&mut html, report.at);
        html.raw(". Names and families of names only: no value is ever kept. ");
        html.raw("<code>{id}</code> stands for a part that differs, <code>*</code> for anything.</p>\n");
        contents(&mut html, &report);
        for (number, page) in report.pages.iter().enumerate() {
            site(&mut html, (number, page), (order, links));
        }
        for name in &report.unseen {
            html.raw("<section>\n<h2>").text(&shown(name.as_bytes())).raw("</h2>\n");
            html.raw("<p>No cookie was seen.</p>\n</section>\n");
        }
        html.raw("</main>\n</body>\n</html>\n");
        html.finish()
    }
}

/// Links to the sites, where there are several.
fn contents(html: &mut Page, report: &Report) {
    if report.pages.len() < 2 {
        return;
    }
    html.raw("<nav aria-label=\"Sites\">\n<ul>\n");
    for (number, site) in report.pages.iter().enumerate() {
        html.raw("<li><a").attribute("href", &format!("#site-{number}")).raw(">");
        html.text(&shown(site.name.as_bytes())).raw("</a> <span class=\"tag\">").text(site.mode.word());
        html.raw("</span></li>\n");
    }
    html.raw("</ul>\n</nav>\n");
}

fn site(html: &mut Page, (number, site): (usize, &Site), (order, links): (Order, bool)) {
    let id = format!("site-{number}");
    html.raw("<section").attribute("aria-labelledby", &id).raw(">\n<h2").attribute("id", &id).raw(">");
    html.text(&shown(site.name.as_bytes())).raw(" <span class=\"tag\">mode: ").text(site.mode.word());
    html.raw("</span></h2>\n<p>Since ");
    time(html, site.since);
    html.raw(". ").text(&meaning(site).replace('`', ""));
    if site.registry.is_none() {
        html.raw(" The configuration has no such site any more.");
    }
    html.raw("</p>\n");
    sums(html, site);
    if !site.cookies.is_empty() {
        table(html, site, (order, links));
    }
    if site.other.seen() > 0 {
        html.raw("<p>").text(&other(site)).raw("</p>\n");
    }
    html.raw("</section>\n");
}

fn sums(html: &mut Page, site: &Site) {
    let withheld = match site.mode {
        Mode::Observe => "Would wait for consent",
        Mode::Enforce => "Waited for consent",
    };
    let rows = [
        ("bad", "Not declared", site.undeclared()),
        ("note", withheld, site.withheld()),
        ("good", "Declared and passing", site.passing()),
    ];
    html.raw("<dl class=\"sums\">\n");
    for (class, label, names) in rows {
        let class = if names == 0 { "none" } else { class };
        html.raw("<div").attribute("class", class).raw("><dt>").text(label).raw("</dt><dd>");
        html.text(&names.to_string()).raw("</dd></div>\n");
    }
    html.raw("</dl>\n");
}

fn table(html: &mut Page, site: &Site, (order, links): (Order, bool)) {
    html.raw("<div class=\"table\">\n<table role=\"table\">\n<caption>").text(&summary(site));
    html.raw("</caption>\n<thead role=\"rowgroup\">\n<tr role=\"row\">\n");
    for column in COLUMNS {
        heading(html, column, (order, links), site.mode);
    }
    html.raw("</tr>\n</thead>\n<tbody role=\"rowgroup\">\n");
    for cookie in &site.cookies {
        row(html, site.mode, cookie);
    }
    html.raw("</tbody>\n</table>\n</div>\n");
}

fn heading(html: &mut Page, (label, by): Column, (order, links): (Order, bool), mode: Mode) {
    html.raw("<th scope=\"col\" role=\"columnheader\"");
    if is_number(label) {
        html.raw(" class=\"number\"");
    }
    if by == Some(order) {
        html.raw(" aria-sort=").raw(if order == Order::Name { "\"ascending\"" } else { "\"descending\"" });
    }
    html.raw(">");
    let label = heading_of(label, mode);
    let word = by.and_then(|by| Order::ALL.into_iter().find(|(_, order)| *order == by)).filter(|_| links);
    match word {
        Some((word, _)) => {
            html.raw("<a")
                .attribute("href", &format!("?format=html&sort={word}"))
                .raw(">")
                .text(&label)
                .raw("</a>");
        }
        None => {
            html.text(&label);
        }
    }
    html.raw("</th>\n");
}

/// What would have been done is said to be no more than that.
fn heading_of(label: &str, mode: Mode) -> String {
    match (label, mode) {
        ("Stripped" | "Rewritten" | "Expired", Mode::Observe) => format!("Would be {}", label.to_lowercase()),
        ("Passed", Mode::Observe) => "Would pass".to_owned(),
        _ => label.to_owned(),
    }
}

fn is_number(label: &str) -> bool {
    matches!(label, "Seen" | "Stripped" | "Rewritten" | "Passed" | "Expired")
}

fn row(html: &mut Page, mode: Mode, cookie: &Cookie) {
    html.raw("<tr role=\"row\"").raw(if cookie.stripped() > 0 { " class=\"strip\"" } else { "" }).raw(">\n");
    html.raw("<th scope=\"row\" role=\"rowheader\"><code class=\"name\">")
        .text(&shown(cookie.shown().as_bytes()));
    html.raw("</code>");
    if let Some(known) = known(cookie) {
        html.raw(" <span class=\"quiet\">").text(&known).raw("</span>");
    }
    details(html, mode, cookie);
    html.raw("</th>\n<td role=\"cell\" class=\"place\" data-label=\"Declared\"><span>");
    if cookie.is_undeclared() {
        html.raw("<span class=\"tag bad\">not declared</span>");
    } else {
        html.text(&place(cookie));
    }
    if let Some(category) = category(cookie) {
        html.raw(" <span class=\"quiet\">").text(&category).raw("</span>");
    }
    html.raw("</span></td>\n<td role=\"cell\" data-label=\"Set by\">");
    html.text(cookie.set_by.map_or("–", |setter| setter.word())).raw("</td>\n");
    let ways = &cookie.facts.ways;
    let numbers = [
        ("Seen", ways.seen()),
        ("Stripped", cookie.stripped()),
        ("Rewritten", cookie.rewritten()),
        ("Passed", cookie.forwarded()),
        ("Expired", cookie.facts.purged),
    ];
    for (label, count) in numbers {
        html.raw("<td role=\"cell\"").attribute("class", if count == 0 { "number zero" } else { "number" });
        html.attribute("data-label", &heading_of(label, mode)).raw(">").text(&number(count)).raw("</td>\n");
    }
    html.raw("<td role=\"cell\" class=\"time\" data-label=\"Last seen\">");
    time(html, cookie.last);
    html.raw("</td>\n</tr>\n");
}

fn details(html: &mut Page, mode: Mode, cookie: &Cookie) {
    let facts = &cookie.facts;
    html.raw("<details><summary>Details</summary>\n<dl class=\"facts\">\n");
    let mut fact = |label: &str, texts: &[String]| {
        if texts.iter().all(String::is_empty) {
            return;
        }
        html.raw("<dt>").text(label).raw("</dt><dd>");
        if let [text] = texts {
            html.text(text);
        } else {
            html.raw("<ul>");
            for text in texts {
                html.raw("<li>").text(text).raw("</li>");
            }
            html.raw("</ul>");
        }
        html.raw("</dd>\n");
    };
    fact("Set by", &[cookie.set_by.map_or("", |setter| setter.sentence()).to_owned()]);
    fact("Because", &[reasons(cookie)]);
    for (label, counts) in [("In requests", facts.ways.request), ("In responses", facts.ways.response)] {
        fact(label, &[ways(mode, counts)]);
    }
    let deleted = number(facts.deleted);
    fact("Deleted by the site", &[if facts.deleted > 0 { deleted } else { String::new() }]);
    let mut all: Vec<_> = facts.sent.some.iter().map(sent).collect();
    all.extend(facts.sent.more.then(|| "and otherwise".to_owned()));
    fact("Sent with", &all);
    fact("Set on", &[examples(&facts.set_on)]);
    fact("Sent to", &[examples(&facts.sent_to)]);
    fact("First seen", &[minute(cookie.first)]);
    html.raw("</dl>\n");
    if let Some(draft) = &cookie.draft {
        html.raw("<p class=\"quiet\">To declare it:</p>\n<pre><code>").text(draft).raw("</code></pre>\n");
    }
    html.raw("</details>");
}

fn time(html: &mut Page, seconds: i64) {
    html.raw("<time").attribute("datetime", &stamp(seconds)).raw(">").text(&minute(seconds)).raw("</time>");
}
