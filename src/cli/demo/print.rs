//! How the demonstration looks: one block an exchange, one line a cookie.

use std::fmt::Write as _;
use std::net::SocketAddr;

use super::super::terminal::Paint;
use super::visitor::Seen;
use super::watch::{Judged, Passed};

/// Characters of a path and of a cookie-name that are shown.
const MOST: usize = 60;

/// What runs where.
pub(super) fn opening(gateway: SocketAddr, portal: SocketAddr, registry: &str, paint: Paint) -> String {
    format!(
        "{}\n\n  browser → tamis http://{gateway} → a small portal http://{portal}\n\n\
         The portal sets its own cookies, a tracker's, and one that nobody declared. Of what\n\
         {registry} declares, tamis lets pass what needs no consent,\n\
         and the rest once the visitor agrees. The line is the registry's.",
        paint.strong("tamis demo")
    )
}

/// What the scripted visitor does next.
pub(super) fn step(number: usize, tells: &str, paint: Paint) -> String {
    format!("\n{}", paint.strong(&format!("{number}. {tells}")))
}

/// What to do now.
pub(super) fn invitation(gateway: SocketAddr, paint: Paint) -> String {
    format!(
        "\n{}\nEach of its requests appears here. Ctrl-C ends the demo.",
        paint.strong(&format!("Now open http://{gateway}/ in a browser."))
    )
}

/// One exchange: its request line and status, then the cookies of both directions.
pub(super) fn exchange(exchange: &Passed, paint: Paint) -> String {
    let Passed { method, path, status, own, request, response } = exchange;
    let mut out = format!("  {}  {status}", paint.strong(&format!("{method} {}", short(path))));
    let names = request.iter().chain(response.iter()).map(|judged| short(&judged.name).chars().count());
    let width = names.max().unwrap_or(0);
    let response = once_each(response);
    for (way, cookies) in [("→ origin ", request), ("← browser", &response)] {
        if cookies.is_empty() {
            let none = if *own && way.starts_with('→') {
                "nothing: tamis answers by itself"
            } else {
                "no cookies"
            };
            let _ = write!(out, "\n    {way}  {}", paint.faint(none));
        }
        for (index, judged) in cookies.iter().enumerate() {
            let way = if index == 0 { way } else { "         " };
            let _ = write!(out, "\n    {way}  {}", cookie(judged, width, paint));
        }
    }
    out
}

/// What the visitor sees of their choice.
pub(super) fn seen(seen: &Seen) -> String {
    let keys = |keys: &[String]| if keys.is_empty() { "nothing".to_owned() } else { keys.join(", ") };
    match seen {
        Seen::Asked(asked) => format!("    it asks for: {}", keys(asked)),
        Seen::On(on) => format!("    switched on: {}", keys(on)),
    }
}

/// A cookie is expired in every form that it may have been set in: one line tells of them all.
fn once_each(judged: &[Judged]) -> Vec<Judged> {
    let mut shown: Vec<Judged> = Vec::new();
    for judged in judged {
        let again = shown.last().is_some_and(|last| last.verdict == "expire" && last == judged);
        if !again {
            shown.push(judged.clone());
        }
    }
    shown
}

fn cookie(judged: &Judged, width: usize, paint: Paint) -> String {
    let verdict = match judged.verdict.as_str() {
        "forward" => paint.kept("kept    "),
        "rewrite" => paint.kept("changed "),
        "expire" => paint.stripped("expired "),
        _ => paint.stripped("stripped"),
    };
    let name = if judged.name.is_empty() { "(nameless)".to_owned() } else { short(&judged.name) };
    let mut line = format!("{verdict}  {name:width$}  {}", why(judged));
    // file:line:column, of which the file is always the same here.
    if let Some(number) = judged.rule.as_deref().and_then(|rule| rule.rsplit(':').nth(1)) {
        line += &paint.faint(&format!(", line {number}"));
    }
    line
}

/// The reason in plain words.
fn why(judged: &Judged) -> String {
    let category = judged.category.as_deref().unwrap_or_default();
    let whose = judged
        .service
        .as_ref()
        .map_or_else(|| category.to_owned(), |service| format!("{category} ({service})"));
    match judged.reason.as_str() {
        "consent-cookie" => "holds the visitor's choice".to_owned(),
        "exempt" => format!("needs no consent: {whose}"),
        "agreed" => format!("agreed to: {whose}"),
        "not-agreed" if judged.verdict == "expire" => format!("held without consent: {whose}"),
        "not-agreed" => format!("not agreed to: {whose}"),
        "deletion" => "the site removes it from the browser".to_owned(),
        "undeclared" => "not declared in the registry".to_owned(),
        "nameless" => "has no name, and could come back as any cookie".to_owned(),
        "control-character" | "too-large" | "prefix" => "browsers refuse it".to_owned(),
        "too-many" => "too many cookies in one request".to_owned(),
        other => other.to_owned(),
    }
}

fn short(text: &str) -> String {
    let mut shown: String = text.chars().take(MOST).collect();
    if text.chars().count() > MOST {
        shown.push('…');
    }
    shown
}
