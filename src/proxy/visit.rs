//! What a request says that its response is judged by.

use std::rc::Rc;

use http::Method;
use http::header::{self, HeaderMap, HeaderValue};
use http::request::Parts;

use super::Current;
use super::agreement::Agreement;
use super::exchange::Exchange;
use super::present::Present;
use super::recent::{Beside, Recall};
use super::sifting::Sifting;
use super::target;
use crate::config::Site;
use crate::consent::Consent;
use crate::cookie::{CookiePair, pairs, pairs_beginning};

/// The visitor's side of an exchange, kept until the answer comes.
pub(super) struct Visit {
    pub(super) present: Present,
    /// What the visitor agreed to when the request was sent.
    pub(super) agreement: Rc<Agreement>,
    /// Whether the user agent's own connection is secure.
    pub(super) secure: bool,
    /// Whether the visitor goes to a page, as far as it can be told; false where that doesn't matter.
    pub(super) navigates: bool,
    /// Whether a cookie was withheld from the origin server that a purge may be about.
    pub(super) withheld: bool,
    pub(super) method: Method,
    /// Whether the request has credentials (RFC 9111 3.5); false where that doesn't matter.
    pub(super) authorized: bool,
    /// The host that the user agent asked, with its port if it has one.
    pub(super) authority: HeaderValue,
    /// What is known of the Cookie field, where there is one and no other.
    pub(super) recall: Recall<Sifting>,
    /// What that depends on beside its octets.
    pub(super) beside: Beside,
    /// The Cookie fields as they came: one, in all but a few requests.
    cookies: (Option<HeaderValue>, Vec<HeaderValue>),
}

impl Visit {
    /// Reads the head of a request, before anything is taken out of it; `authority` is what it is for.
    pub(super) fn begin(
        exchange: &mut Exchange,
        site: &Site,
        (parts, present): (&Parts, Present),
        authority: &HeaderValue,
    ) -> Self {
        let headers = &parts.headers;
        let mut fields = headers.get_all(header::COOKIE).iter().cloned();
        let cookies = (fields.next(), fields.collect::<Vec<_>>());
        let gpc = present.has(Present::SEC_GPC)
            // HTTP/2 lets white space pass that who reads HTTP/1.1 takes off.
            && headers.get_all("sec-gpc").iter().any(|value| value.as_bytes().trim_ascii() == b"1");
        let beside = (site.id.index(), exchange.secure, gpc);
        let recall = match &cookies {
            (Some(field), others) if others.is_empty() => {
                Sifting::recall(&exchange.current.siftings, beside, field.as_bytes())
            }
            _ => Recall::New,
        };
        let agreement = match &recall {
            Recall::Known(sifting) => Rc::clone(&sifting.agreement),
            Recall::Keep(_) | Recall::New => agreement(&exchange.current, site, lines(&cookies), gpc),
        };
        exchange.consent = agreement.consent.reading().word();
        exchange.worker.counters.consent.increment(exchange.consent);
        Self {
            present,
            agreement,
            secure: exchange.secure,
            navigates: cookies.0.is_some() && site.purge.is_some() && navigates(headers),
            withheld: false,
            method: parts.method.clone(),
            authorized: !site.make_private && headers.contains_key(header::AUTHORIZATION),
            authority: authority.clone(),
            recall,
            beside,
            cookies,
        }
    }

    /// What the visitor agreed to when the request was sent.
    pub(super) fn consent(&self) -> &Consent {
        &self.agreement.consent
    }

    /// Whether the user agent says `Sec-GPC: 1`.
    pub(super) fn has_signal(&self) -> bool {
        self.beside.2
    }

    /// The host that the user agent asked, without port.
    pub(super) fn host(&self) -> &str {
        target::split(self.authority.as_bytes()).unwrap_or_default()
    }

    /// The values of the Cookie fields as they came.
    pub(super) fn fields(&self) -> impl Iterator<Item = &[u8]> + Clone {
        lines(&self.cookies)
    }

    /// Whether the request came with a cookie of that name and value.
    pub(super) fn carries(&self, name: &[u8], value: &[u8]) -> bool {
        self.fields().flat_map(pairs).any(|pair: CookiePair<'_>| pair.name() == name && pair.value() == value)
    }
}

fn lines((first, others): &(Option<HeaderValue>, Vec<HeaderValue>)) -> impl Iterator<Item = &[u8]> + Clone {
    first.iter().chain(others).map(HeaderValue::as_bytes)
}

/// What this visitor agreed to: every cookie that holds a choice, and Sec-GPC.
fn agreement<'a>(
    current: &Current,
    site: &Site,
    fields: impl Iterator<Item = &'a [u8]> + Clone,
    gpc: bool,
) -> Rc<Agreement> {
    let settings = site.policy.registry().consent();
    let holds = |pair: &CookiePair<'_>| settings.reads(pair.name());
    let begins = |octet| settings.reads_beginning(octet);
    let (first, several) = (fields.clone().next().unwrap_or_default(), fields.clone().nth(1).is_some());
    match several {
        false => current.agreements.of(site, pairs_beginning(first, begins).filter(holds), gpc),
        true => current.agreements.of(site, fields.flat_map(pairs).filter(holds), gpc),
    }
}

/// Whether a page is asked for. Browsers say so by Sec-Fetch-Mode, which a service worker's fetch of a page has too, but
/// on secure connections only; elsewhere a page's request is told by its Accept.
fn navigates(headers: &HeaderMap) -> bool {
    if let Some(mode) = headers.get("sec-fetch-mode") {
        return mode.as_bytes() == b"navigate";
    }
    if ["sec-fetch-dest", "sec-fetch-site"].iter().any(|name| headers.contains_key(*name)) {
        return false;
    }
    let html = |range: &[u8]| {
        let kind = range.split(|octet| *octet == b';').next().unwrap_or_default();
        kind.trim_ascii().eq_ignore_ascii_case(b"text/html")
    };
    let accepts = headers.get_all(header::ACCEPT).iter();
    headers.get(header::UPGRADE_INSECURE_REQUESTS).is_some_and(|value| value.as_bytes() == b"1")
        || accepts.flat_map(|value| value.as_bytes().split(|octet| *octet == b',')).any(html)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_told_from_what_they_load() {
        let table: &[(&[(&'static str, &'static str)], bool)] = &[
            (&[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")], true),
            (&[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "empty"), ("accept", "*/*")], true),
            (&[("sec-fetch-mode", "cors"), ("accept", "text/html")], false),
            (&[("sec-fetch-mode", "no-cors"), ("upgrade-insecure-requests", "1")], false),
            (&[("sec-fetch-dest", "image"), ("accept", "text/html")], false),
            (&[("accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")], true),
            (&[("accept", "application/json"), ("accept", "Text/HTML;q=0.1")], true),
            (&[("accept", "*/*")], false),
            (&[("accept", "text/*, text/html-sandboxed")], false),
            (&[("accept", "*/*"), ("upgrade-insecure-requests", "1")], true),
            (&[], false),
        ];
        for (lines, expected) in table {
            let mut headers = HeaderMap::new();
            for (name, value) in *lines {
                headers.append(*name, HeaderValue::from_static(value));
            }
            assert_eq!(navigates(&headers), *expected, "{lines:?}");
        }
    }
}
