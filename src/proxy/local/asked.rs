//! A request for one of our paths, and what it says of its visitor.

use std::borrow::Cow;
use std::time::{SystemTime, UNIX_EPOCH};

use http::header::{self, HeaderMap};
use http::request::Parts;

use super::{Local, back, cookies, form, same_origin};
use crate::config::Site;
use crate::consent::{Choices, Companion, Reading, hex};
use crate::cookie::{CookiePair, pairs};
use crate::pages::Place;
use crate::proxy::visit::Visit;
use crate::registry::{KeyTarget, Registry};

/// Seconds by which the clocks of several instances may differ.
const CLOCKS: i64 = 300;

/// A request for one of our paths.
#[derive(Clone, Copy)]
pub(in crate::proxy) struct Asked<'a> {
    pub(in crate::proxy) local: &'a Local,
    pub(in crate::proxy) site: &'a Site,
    pub(in crate::proxy) visit: &'a Visit,
    pub(in crate::proxy) parts: &'a Parts,
}

impl<'a> Asked<'a> {
    pub(super) fn registry(&self) -> &'a Registry {
        self.site.policy.registry()
    }

    pub(super) fn headers(&self) -> &'a HeaderMap {
        &self.parts.headers
    }

    /// The first value of a name in the query.
    pub(super) fn query(&self, name: &str) -> Option<String> {
        let query = self.parts.uri.query()?;
        form::pairs(query.as_bytes()).find(|(of, _)| of == name).map(|(_, value)| value)
    }

    /// The language to answer in: that which is asked for (`lang` says a form or an address), else as pages choose it.
    pub(super) fn language(&self, lang: Option<&str>) -> &'a str {
        let query = || self.query("lang").or_else(|| self.query("language"));
        let lang = lang.map(Cow::Borrowed).or_else(|| query().map(Cow::Owned));
        let cookie = self.cookies(b"django_language").next();
        let accept = self.headers().get(header::ACCEPT_LANGUAGE).map(|value| value.as_bytes());
        self.local.pages.language(lang.as_deref(), cookie.map(|pair| pair.value()), accept)
    }

    /// The cookie-pairs of a name.
    pub(super) fn cookies(&self, name: &'static [u8]) -> impl Iterator<Item = CookiePair<'a>> {
        self.visit.fields().flat_map(pairs).filter(move |pair| pair.name() == name)
    }

    /// The companion of the choice, if there is one that can be read; the latest of several. One from the future is
    /// none of ours: another host of the domain may have planted it, to go before every other.
    pub(super) fn companion(&self) -> Option<Companion> {
        let all =
            self.cookies(Companion::COOKIE.as_bytes()).filter_map(|pair| Companion::parse(pair.value()));
        let latest = now().saturating_add(CLOCKS);
        all.filter(|companion| companion.time <= latest).max_by_key(|companion| companion.time)
    }

    /// When the choice that counts was made, where that is known.
    pub(super) fn chosen_at(&self) -> Option<i64> {
        let chosen = self.visit.consent().reading() == Reading::Read;
        self.companion().filter(|_| chosen).map(|companion| companion.time)
    }

    /// What the record of the choice that counts is found by, where there is one.
    pub(super) fn reference(&self) -> Option<String> {
        let chosen = self.local.recorded && self.visit.consent().reading() == Reading::Read;
        self.companion().filter(|_| chosen).map(|companion| hex::encode(&companion.id))
    }

    /// What the visitor has answered already.
    pub(super) fn answers(&self) -> Choices {
        Choices::of(self.registry(), self.visit.consent())
    }

    /// The answers that a new choice keeps where it says nothing.
    ///
    /// A choice without a companion was made in another banner, where a service without an answer follows its category:
    /// from now on it is named. Agreements whose time is over aren't kept, nor those to what nobody is asked about.
    pub(super) fn before(&self) -> Choices {
        let (registry, answers, companion) = (self.registry(), self.answers(), self.companion());
        let over =
            companion.as_ref().is_some_and(|companion| cookies::left(registry, companion.time, now()) == 0);
        let kept = |target: &KeyTarget| !over && registry.asked().contains(target);
        let mut before: Choices =
            answers.iter().filter(|(target, granted)| !granted || kept(target)).collect();
        for target in registry.asked().iter().filter(|_| companion.is_none()) {
            if let KeyTarget::Service(id) = *target
                && answers.get(*target).is_none()
                && !self.visit.consent().is_unasked(id)
                && let Some(granted) = answers.get(KeyTarget::Category(registry.service(id).category))
            {
                before.set(*target, granted);
            }
        }
        before
    }

    /// Whether the user agent objects to tracking (`Sec-GPC: 1`).
    pub(super) fn gpc(&self) -> bool {
        self.visit.has_signal()
    }

    /// Whether the request came from a page of this site, so that it may change something.
    pub(super) fn is_same_origin(&self) -> bool {
        same_origin::is_same_origin(self.headers(), self.scheme(), &self.visit.authority)
    }

    /// A path that may be gone back to, or `None`.
    pub(super) fn safe(&self, wanted: &str) -> Option<String> {
        back::safe(wanted, &self.local.settings.path(Place::Consent)).map(str::to_owned)
    }

    /// Where the visitor goes on: as `wanted`, else back to the page that the request came from. Where neither can be
    /// gone to, `None`.
    pub(super) fn back(&self, wanted: Option<&str>) -> Option<String> {
        let wanted = wanted.filter(|wanted| !wanted.is_empty()).or_else(|| {
            let page = same_origin::page(self.headers(), self.scheme(), &self.visit.authority)?;
            // A page of ours leads on, and is nowhere to go back to.
            (!page.is_empty() && !page.starts_with(&self.local.paths.prefix)).then_some(page)
        });
        wanted.and_then(|wanted| self.safe(wanted))
    }

    fn scheme(&self) -> &'static str {
        if self.visit.secure { "https" } else { "http" }
    }
}

/// Unix seconds; a clock before 1970 is 1970.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
