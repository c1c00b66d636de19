//! The book read by the registries that count now: what people want to know of each name.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::book::{Book, Page, Row};
use super::{Facts, NAMELESS, Ways, draft};
use crate::config::{Mode, Sites};
use crate::policy::Declared;
use crate::registry::{EntryId, Name, Registry, known_cookie};

/// The sites of a configuration, by their names.
#[derive(Clone, Debug, Default)]
pub struct Registries(Vec<(String, Arc<Registry>)>);

/// What was seen, ready to be written down.
#[derive(Clone, Debug)]
pub struct Report {
    /// When, in Unix seconds.
    pub at: i64,
    /// By site and mode.
    pub pages: Vec<Site>,
    /// Configured sites of which nothing was seen.
    pub unseen: Vec<String>,
}

/// One site in one mode.
#[derive(Clone, Debug)]
pub struct Site {
    /// Its first host, or `default`.
    pub name: String,
    /// Whether verdicts were carried out.
    pub mode: Mode,
    /// When the first cookie was seen, in Unix seconds.
    pub since: i64,
    /// Its registry's file; none if the configuration has no such site.
    pub registry: Option<String>,
    /// The names, what asks for a decision first.
    pub cookies: Vec<Cookie>,
    /// What has no row of its own.
    pub other: Ways,
}

/// One name or family of names.
#[derive(Clone, Debug)]
pub struct Cookie {
    /// In the notation of the registry; empty for nameless cookies.
    pub name: String,
    /// Where it is declared.
    pub standing: Standing,
    /// The software that is known to set cookies of that name, and whether they are a session's.
    pub known: Option<(&'static str, bool)>,
    /// Who sets it.
    pub set_by: Option<Setter>,
    /// When it was first seen, in Unix seconds.
    pub first: i64,
    /// When it was last seen.
    pub last: i64,
    /// What was seen.
    pub facts: Facts,
    /// The lines that would declare it, where it is not declared and can be.
    pub draft: Option<String>,
}

/// What the registry says of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has a row.
    Declared(Box<Declared>),
    /// Every registry has it: it is tamis's own.
    Own,
    /// It had one when it was seen; the site is no longer configured.
    Before,
    /// Nothing.
    Undeclared,
}

/// Who sets a cookie, as far as a gateway sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setter {
    /// The origin server: it came in `Set-Cookie`.
    Server,
    /// It only ever came in requests: a script of a page, another host of the domain, or a visit before tamis.
    Script,
    /// It holds the visitor's choice, and is set by tamis or the site's own banner.
    Choice,
}

/// The order of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Undeclared and stripped, declared and stripped, the rest; the most frequent first.
    #[default]
    Importance,
    /// By name.
    Name,
    /// The most frequent first.
    Seen,
    /// The most often stripped first.
    Stripped,
    /// The last seen first.
    Last,
}

impl Order {
    /// All, with their words.
    pub const ALL: [(&'static str, Self); 5] = [
        ("importance", Self::Importance),
        ("name", Self::Name),
        ("seen", Self::Seen),
        ("stripped", Self::Stripped),
        ("last", Self::Last),
    ];
}

impl Registries {
    /// Those of all sites.
    pub fn of(sites: &Sites) -> Self {
        Self(sites.iter().map(|site| (site.name.clone(), Arc::clone(site.policy.registry()))).collect())
    }
}

impl Report {
    /// What was seen until now, in Unix seconds.
    pub fn of(book: &Book, registries: &Registries, now: i64) -> Self {
        let mut pages = Vec::with_capacity(book.pages.len());
        for ((name, mode), page) in &book.pages {
            let registry = registries.0.iter().find(|(site, _)| site == name).map(|(_, registry)| registry);
            pages.push(site(name, *mode, page, registry));
        }
        let seen = |name: &String| book.pages.keys().any(|(site, _)| site == name);
        let unseen = registries.0.iter().map(|(name, _)| name).filter(|name| !seen(name)).cloned().collect();
        Self { at: now, pages, unseen }
    }

    /// The same with the rows in another order.
    #[must_use]
    pub fn sorted(mut self, order: Order) -> Self {
        for page in &mut self.pages {
            match order {
                Order::Importance => page.cookies.sort_by_cached_key(Cookie::importance),
                Order::Name => page.cookies.sort_by(|a, b| a.name.cmp(&b.name)),
                Order::Seen => page.cookies.sort_by_key(|cookie| Reverse(cookie.facts.ways.seen())),
                Order::Stripped => page.cookies.sort_by_key(|cookie| Reverse(cookie.stripped())),
                Order::Last => page.cookies.sort_by_key(|cookie| Reverse(cookie.last)),
            }
        }
        self
    }
}

fn site(name: &str, mode: Mode, page: &Page, registry: Option<&Arc<Registry>>) -> Site {
    let names = registry.map(|registry| names(registry)).unwrap_or_default();
    let row = |(pattern, row): (&String, &Row)| {
        let standing = registry.map(|registry| standing(registry, &names, pattern));
        cookie(pattern, row, standing, registry.map(|registry| &**registry))
    };
    let mut cookies: Vec<_> = page.cookies.iter().map(row).collect();
    cookies.sort_by_cached_key(Cookie::importance);
    Site {
        name: name.to_owned(),
        mode,
        since: page.since,
        registry: registry.map(|registry| registry.file().to_owned()),
        cookies,
        other: page.other,
    }
}

fn cookie(pattern: &str, row: &Row, standing: Option<Standing>, registry: Option<&Registry>) -> Cookie {
    let before = if row.declared { Standing::Before } else { Standing::Undeclared };
    let mut cookie = Cookie {
        name: pattern.to_owned(),
        standing: standing.unwrap_or(before),
        known: known_cookie(&example(pattern)),
        set_by: setter(&row.facts),
        first: row.first,
        last: row.last,
        facts: row.facts.clone(),
        draft: None,
    };
    if cookie.standing == Standing::Undeclared {
        cookie.draft = draft::yaml(&cookie, registry);
    }
    cookie
}

fn setter(facts: &Facts) -> Option<Setter> {
    if facts.reasons.iter().all(|(word, _)| word == "consent-cookie") {
        Some(Setter::Choice)
    } else if facts.set() > 0 {
        Some(Setter::Server)
    } else {
        (facts.ways.request.seen() > 0).then_some(Setter::Script)
    }
}

type Names<'r> = HashMap<&'r str, (EntryId, &'r Name), FixedState>;

/// The declared names as they are written.
fn names(registry: &Registry) -> Names<'_> {
    let rows = registry.rows();
    rows.flat_map(|(id, entry)| entry.names.iter().map(move |name| (name.pattern.as_str(), (id, name))))
        .collect()
}

fn standing(registry: &Registry, names: &Names<'_>, pattern: &str) -> Standing {
    let example = example(pattern);
    let found = names.get(pattern).copied().or_else(|| registry.declaration(&example));
    let found = found.or_else(|| {
        // The name that a row gives its cookie in browsers stands in no list of names.
        let id = registry.lookup(&example)?;
        Some((id, registry.entry(id).names.first()?))
    });
    let Some((id, name)) = found.filter(|_| pattern != NAMELESS) else { return Standing::Undeclared };
    let entry = registry.entry(id);
    if entry.shipped {
        return Standing::Own;
    }
    let category = registry.category(entry.category);
    Standing::Declared(Box::new(Declared {
        file: registry.file().to_owned(),
        line: name.line,
        column: name.column,
        pattern: name.pattern.clone(),
        category: category.key.clone(),
        title: category.title.in_language("en").to_owned(),
        service: entry.service.map(|service| registry.service(service).key.clone()),
    }))
}

/// A name that a pattern covers: a registry that declares the whole family covers it too.
fn example(pattern: &str) -> Vec<u8> {
    let mut name = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let after = rest.get(first.len_utf8()..).unwrap_or_default();
        rest = match first {
            '\\' => {
                name.extend(after.chars().next());
                after.get(after.chars().next().map_or(0, char::len_utf8)..).unwrap_or_default()
            }
            '*' | '{' => {
                name.push('0');
                after.strip_prefix("id}").unwrap_or(after)
            }
            other => {
                name.push(other);
                after
            }
        };
    }
    name.into_bytes()
}

impl Cookie {
    /// How often it was stripped, or would have been, both ways.
    pub fn stripped(&self) -> u64 {
        self.facts.ways.request.stripped.saturating_add(self.facts.ways.response.stripped)
    }

    /// How often it was rewritten, or would have been.
    pub fn rewritten(&self) -> u64 {
        self.facts.ways.request.rewritten.saturating_add(self.facts.ways.response.rewritten)
    }

    /// How often it passed as it came.
    pub fn forwarded(&self) -> u64 {
        self.facts.ways.request.forwarded.saturating_add(self.facts.ways.response.forwarded)
    }

    /// Whether somebody has to decide: it is not declared.
    pub fn is_undeclared(&self) -> bool {
        self.standing == Standing::Undeclared
    }

    /// The name as people read it.
    pub fn shown(&self) -> &str {
        if self.name == NAMELESS { "(nameless)" } else { &self.name }
    }

    fn importance(&self) -> (bool, bool, Reverse<u64>, String) {
        let kept = self.stripped() == 0;
        (!self.is_undeclared(), kept, Reverse(self.facts.ways.seen()), self.name.clone())
    }
}

impl Site {
    /// Names that are not declared.
    pub fn undeclared(&self) -> usize {
        self.cookies.iter().filter(|cookie| cookie.is_undeclared()).count()
    }

    /// Names that are declared, and of which cookies were stripped.
    pub fn withheld(&self) -> usize {
        self.cookies.iter().filter(|cookie| !cookie.is_undeclared() && cookie.stripped() > 0).count()
    }

    /// Names that are declared, and of which none was stripped.
    pub fn passing(&self) -> usize {
        self.cookies.len() - self.undeclared() - self.withheld()
    }
}

impl Setter {
    /// A stable word for tools.
    pub fn word(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Script => "script",
            Self::Choice => "choice",
        }
    }

    /// For people.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Server => "the site, by Set-Cookie",
            Self::Script => "a script, as it seems: it only ever came in requests",
            Self::Choice => "tamis or the site's banner: it holds the visitor's choice",
        }
    }
}
