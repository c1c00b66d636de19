//! From the copies of the consent cookie to a [`Consent`]: what the registry knows of the words that they say.

use super::statement::Statement;
use super::{Consent, Reading, Unreadable};
use crate::cookie::CookiePair;
use crate::registry::{KeyTarget, Registry};

impl Consent {
    /// Reads every cookie that holds a choice among the cookie-pairs of a request, and whether the request says
    /// `Sec-GPC: 1` (`gpc`).
    ///
    /// A user agent sends several copies when they were set for different domains or paths, the longest path first
    /// (6265bis 5.8.3); servers differ in which one they take. Here the stricter counts for each category and service,
    /// so that no copy lets pass what another one refuses or leaves out. Global Privacy Control denies the categories
    /// that the site names, unless the visitor granted them here.
    pub fn read<'a>(
        registry: &Registry,
        pairs: impl Iterator<Item = CookiePair<'a>> + Clone,
        gpc: bool,
    ) -> Self {
        let name = registry.consent().cookie.as_bytes();
        let own = pairs.filter(|pair| pair.name() == name).map(|pair| pair.value());
        let mut consent = Self::of_copies(registry, own);
        if gpc {
            for category in &registry.consent().gpc_denies {
                consent.deny_by_signal(*category);
            }
        }
        consent
    }

    /// Reads the values of the site's own consent cookie.
    pub(super) fn of_copies<'a>(registry: &Registry, copies: impl Iterator<Item = &'a [u8]>) -> Self {
        let each = copies.map(|value| Self::of_copy(registry, value));
        each.reduce(|all, copy| all.stricter(&copy)).unwrap_or_default()
    }

    fn of_copy(registry: &Registry, value: &[u8]) -> Self {
        let said = Statement::read(value, registry.consent());
        let consent = said.and_then(|statement| Self::of_statement(registry, &statement));
        consent.unwrap_or_else(|fault| Self::nothing(Reading::Unreadable(fault)))
    }

    /// Words that the registry doesn't list grant nothing. Two words for the same thing that disagree (`keys:` lets
    /// them) count as the refusal.
    fn of_statement(registry: &Registry, statement: &Statement) -> Result<Self, Unreadable> {
        let mut consent = Self::nothing(Reading::Read);
        consent.all_categories(registry, statement.others);
        let mut services = Vec::new();
        let mut categories = Vec::new();
        for (word, granted) in &statement.words {
            match registry.key_target(word) {
                Some(KeyTarget::Category(category)) => categories.push((category, *granted)),
                Some(KeyTarget::Service(service)) => services.push((service, *granted)),
                None => {}
            }
        }
        categories.sort_unstable_by_key(|(_, granted)| !granted); // refusals last: they have the last word
        for (category, granted) in categories {
            consent.choose_category(category, granted);
        }
        consent.choose_services(services);
        let refused = statement.refusals.iter().any(|word| registry.key_target(word).is_none());
        if refused && consent.grants() { Err(Unreadable::Disagreeing) } else { Ok(consent) }
    }
}
