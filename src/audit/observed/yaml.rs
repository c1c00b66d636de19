//! A report as lines for registries.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::report::{Cookie, Report};
use super::words::{count, minute, number};
use crate::cookie::shown;

/// What one registry lacks: the sites that it is of, and the names, each as it was seen most.
#[derive(Default)]
struct Lacking<'a> {
    sites: Vec<&'a str>,
    cookies: BTreeMap<&'a str, &'a Cookie>,
}

impl Report {
    /// The rows that would declare what is not declared, to be completed: one YAML document a registry, with comments
    /// that tell what was seen. Pasted unread they let nothing pass.
    pub fn yaml(&self) -> String {
        let mut out = format!("# Undeclared cookies observed until {}.\n", minute(self.at));
        let lacking = self.lacking();
        if lacking.is_empty() {
            out.push_str("# There are none.\ncookies: []\n");
            return out;
        }
        out.push_str("# Paste the rows below `cookies:` into `cookies:` of the registry, say what each is for, and choose its category.\n");
        for (number, (registry, Lacking { sites, cookies })) in lacking.into_iter().enumerate() {
            out.push_str(if number > 0 { "---\n" } else { "" });
            let sites: Vec<_> = sites.iter().map(|site| shown(site.as_bytes())).collect();
            let (names, registry) = (count(cookies.len(), "name", "names"), shown(registry.as_bytes()));
            let _ = writeln!(out, "# {names} for {registry}, of {}", sites.join(", "));
            out.push_str("cookies:\n");
            let mut cookies: Vec<_> = cookies.into_values().collect();
            cookies.sort_by_key(|cookie| std::cmp::Reverse(cookie.facts.ways.seen()));
            for cookie in &cookies {
                row(&mut out, cookie);
            }
            if cookies.iter().all(|cookie| cookie.draft.is_none()) {
                out.push_str("  []\n");
            }
        }
        out
    }

    /// By the registry's file.
    fn lacking(&self) -> BTreeMap<&str, Lacking<'_>> {
        let mut lacking: BTreeMap<&str, Lacking<'_>> = BTreeMap::new();
        for page in self.pages.iter().filter(|page| page.undeclared() > 0) {
            let of = lacking.entry(page.registry.as_deref().unwrap_or("no registry")).or_default();
            if !of.sites.contains(&page.name.as_str()) {
                of.sites.push(&page.name);
            }
            for cookie in page.cookies.iter().filter(|cookie| cookie.is_undeclared()) {
                let kept = of.cookies.entry(&cookie.name).or_insert(cookie);
                if cookie.facts.ways.seen() > kept.facts.ways.seen() {
                    *kept = cookie;
                }
            }
        }
        lacking
    }
}

fn row(out: &mut String, cookie: &Cookie) {
    let seen = number(cookie.facts.ways.seen());
    let setter = cookie.set_by.map_or("nobody as far as seen", |setter| setter.sentence());
    let name = shown(cookie.shown().as_bytes());
    let _ = writeln!(out, "  # {name}: seen {seen} times, last {}; set by {setter}", minute(cookie.last));
    match &cookie.draft {
        Some(draft) => out.push_str(draft),
        None => out.push_str("  # No pattern of its own declares it.\n"),
    }
}
