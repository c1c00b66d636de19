//! From a manager's cookies to a [`Consent`].

use super::heard::Heard;
use super::{
    axeptio, complianz, cookiebot, cookieyes, didomi, django, klaro, onetrust, orejime, osano, tarteaucitron,
    tcf, trustarc, vanilla,
};
use crate::consent::statement::MOST_BYTES;
use crate::consent::{Consent, Reading, Unreadable};
use crate::cookie::CookiePair;
use crate::registry::{Adapter, Manager, Registry};

/// Cookies of one manager that are read: no browser sends as many, and each copy is held against its siblings.
const MOST_COOKIES: usize = 64;

/// What a reader makes of a value: what it says, or nothing if it says that nothing was chosen yet.
pub(super) type Read = Result<Option<Heard>, Unreadable>;

/// What a manager's cookie is read with.
pub(super) struct Context<'a> {
    registry: &'a Registry,
    pub(super) adapter: &'a Adapter,
    /// Every cookie of this manager in the request.
    pub(super) cookies: &'a [CookiePair<'a>],
}

impl<'a> Context<'a> {
    /// The values of a sibling cookie.
    pub(super) fn sibling(&self, name: &'static str) -> impl Iterator<Item = &'a [u8]> {
        self.cookies.iter().filter(move |pair| pair.name() == name.as_bytes()).map(|pair| pair.value())
    }

    /// Words that the registry maps.
    pub(super) fn words(&self) -> impl Iterator<Item = &'a str> {
        let keys = self.adapter.keys.iter().chain(&self.registry.consent().keys);
        keys.map(|key| key.word.as_str())
    }
}

/// Reads a manager's cookies among those of a request; `None` if there are none. Of several copies of its cookie the
/// stricter counts for each category and service.
pub(in crate::consent) fn read<'a>(
    registry: &Registry,
    adapter: &Adapter,
    pairs: impl Iterator<Item = CookiePair<'a>>,
) -> Option<Consent> {
    let cookies: Vec<_> = pairs.filter(|pair| adapter.reads(pair.name())).take(MOST_COOKIES + 1).collect();
    if cookies.len() > MOST_COOKIES {
        return Some(Consent::nothing(Reading::Unreadable(Unreadable::TooLarge)));
    }
    let context = Context { registry, adapter, cookies: &cookies };
    if adapter.manager.is_family() {
        return (!cookies.is_empty()).then(|| consent(&context, complianz::read(&context)));
    }
    let copies = cookies.iter().filter(|pair| adapter.is_main(pair.name()));
    let each = copies.map(|pair| consent(&context, value(&context, pair.value())));
    each.reduce(|all, copy| all.stricter(&copy))
}

fn value(context: &Context<'_>, value: &[u8]) -> Read {
    if value.len() > MOST_BYTES {
        return Err(Unreadable::TooLarge);
    }
    match context.adapter.manager {
        Manager::Axeptio => axeptio::read(value),
        Manager::Complianz => complianz::read(context),
        Manager::Cookiebot => cookiebot::read(value),
        Manager::CookieYes => cookieyes::read(value),
        Manager::Didomi => didomi::read(value),
        Manager::DjangoCookieConsent => django::read(value, context),
        Manager::Klaro => klaro::read(value),
        Manager::OneTrust => onetrust::read(value, context),
        Manager::Orejime => orejime::read(value),
        Manager::Osano => osano::read(value),
        Manager::Tarteaucitron => tarteaucitron::read(value, context.adapter),
        Manager::Tcf => tcf::read(value, context),
        Manager::TrustArc => trustarc::read(value),
        Manager::VanillaCookieconsent => vanilla::read(value),
    }
}

/// What was heard, in the registry's categories and services.
fn consent(context: &Context<'_>, read: Read) -> Consent {
    let heard = match read {
        Ok(heard) => heard.filter(|heard| heard.counts(context.adapter)),
        Err(fault) => return Consent::nothing(Reading::Unreadable(fault)),
    };
    let Some(heard) = heard else { return Consent::nothing(Reading::Undecided) };
    let statement = heard.statement(context.adapter);
    let consent =
        statement.and_then(|said| Consent::of_statement(context.registry, &said, Some(context.adapter)));
    consent.unwrap_or_else(|fault| Consent::nothing(Reading::Unreadable(fault)))
}
