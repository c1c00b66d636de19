//! A report for tools.

use serde_json::{Value, json};

use super::report::{Cookie, Report, Site, Standing};
use super::words::stamp;
use super::{Counts, Sent};

impl Report {
    /// One object; docs/observing.md describes it.
    pub fn json(&self) -> Value {
        json!({
            "version": 1,
            "at": stamp(self.at),
            "sites": self.pages.iter().map(site).collect::<Vec<_>>(),
            "unseen": self.unseen,
        })
    }
}

fn site(site: &Site) -> Value {
    json!({
        "site": site.name,
        "mode": site.mode.word(),
        "since": stamp(site.since),
        "registry": site.registry,
        "names": {
            "undeclared": site.undeclared(), "withheld": site.withheld(), "passing": site.passing(),
        },
        "cookies": site.cookies.iter().map(cookie).collect::<Vec<_>>(),
        "other": { "request": counts(site.other.request), "response": counts(site.other.response) },
    })
}

fn cookie(cookie: &Cookie) -> Value {
    let facts = &cookie.facts;
    let (standing, declared) = match &cookie.standing {
        Standing::Declared(declared) => ("declared", Some(declared)),
        Standing::Own => ("own", None),
        Standing::Before => ("declared-before", None),
        Standing::Undeclared => ("undeclared", None),
    };
    json!({
        "name": cookie.name,
        "standing": standing,
        "declared": declared.map(|declared| json!({
            "file": declared.file, "line": declared.line, "column": declared.column, "pattern": declared.pattern,
            "category": declared.category, "service": declared.service,
        })),
        "known": cookie.known.map(|(software, session)| json!({ "software": software, "session": session })),
        "set_by": cookie.set_by.map(|setter| setter.word()),
        "first_seen": stamp(cookie.first),
        "last_seen": stamp(cookie.last),
        "seen": facts.ways.seen(),
        "request": counts(facts.ways.request),
        "response": counts(facts.ways.response),
        "deleted": facts.deleted,
        "purged": facts.purged,
        "reasons": facts.reasons.iter().collect::<std::collections::BTreeMap<_, _>>(),
        "sent": { "some": facts.sent.some.iter().map(sent).collect::<Vec<_>>(), "more": facts.sent.more },
        "set_on": { "some": facts.set_on.some, "more": facts.set_on.more },
        "sent_to": { "some": facts.sent_to.some, "more": facts.sent_to.more },
        "declaration": cookie.draft,
    })
}

fn counts(counts: Counts) -> Value {
    json!({
        "seen": counts.seen(), "forwarded": counts.forwarded, "rewritten": counts.rewritten, "stripped": counts.stripped,
    })
}

fn sent(sent: &Sent) -> Value {
    json!({
        "secure": sent.secure, "http_only": sent.http_only, "same_site": sent.same_site,
        "partitioned": sent.partitioned, "lifetime": sent.lifetime, "rounded": sent.rounded,
        "domain": sent.domain, "path": sent.path,
    })
}
