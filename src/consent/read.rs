//! From the copies of the consent cookie to a [`Consent`]: what the registry knows of the words that they say.

use super::statement::Statement;
use super::{Companion, Consent, Reading, Source, Unreadable, adapters};
use crate::cookie::CookiePair;
use crate::registry::{Adapter, Format, KeyTarget, Registry, ServiceId};

impl Consent {
    /// Reads every cookie that holds a choice among the cookie-pairs of a request, the site's own and those of other
    /// managers, and whether the request says `Sec-GPC: 1` (`gpc`).
    ///
    /// A user agent sends several copies when they were set for different domains or paths, the longest path first
    /// (6265bis 5.8.3); servers differ in which one they take. Here the stricter counts for each category and service,
    /// so that no copy lets pass what another one refuses or leaves out. Global Privacy Control denies the categories
    /// that the site names, unless the visitor granted them here.
    ///
    /// Beside a [`Companion`] the own cookie holds a choice that was made through tamis, so what it doesn't answer was
    /// not asked and isn't agreed to: a service that it doesn't name doesn't follow its category.
    pub fn read<'a>(
        registry: &Registry,
        pairs: impl Iterator<Item = CookiePair<'a>> + Clone,
        gpc: bool,
    ) -> Self {
        let settings = registry.consent();
        let others = settings.adapters.iter().filter_map(|adapter| {
            let said = adapters::read(registry, adapter, pairs.clone())?;
            Some(said.said_by(Source::Manager(adapter.manager)))
        });
        let others = others.reduce(Self::and);
        let copies = pairs.clone().filter(|pair| pair.name() == settings.cookie.as_bytes());
        let mut consent = Self::of_copies(registry, copies.map(|pair| pair.value()));
        let companions = pairs.filter(|pair| pair.name() == Companion::COOKIE.as_bytes());
        for asked in companions.filter_map(|pair| Companion::asked_in(pair.value())) {
            consent.withhold(registry, not_asked(registry, asked));
        }
        if let Some(others) = others {
            consent = consent.and(others);
        }
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
        each.reduce(|all, copy| all.stricter(&copy)).map_or_else(Self::none, |own| own.said_by(Source::Own))
    }

    fn of_copy(registry: &Registry, value: &[u8]) -> Self {
        let said = Statement::read(value, registry.consent());
        let consent = said.and_then(|statement| Self::of_statement(registry, &statement, None));
        consent.unwrap_or_else(|fault| Self::nothing(Reading::Unreadable(fault)))
    }

    /// Words that the registry doesn't list grant nothing. Two words for the same thing that disagree (`keys:` lets
    /// them) count as the refusal.
    pub(super) fn of_statement(
        registry: &Registry,
        statement: &Statement,
        adapter: Option<&Adapter>,
    ) -> Result<Self, Unreadable> {
        let target = |word: &str| match adapter {
            Some(adapter) => registry.adapter_target(adapter, word),
            None => registry.key_target(word),
        };
        let mut consent = Self::nothing(Reading::Read);
        consent.all_categories(registry, statement.others);
        let mut services = Vec::new();
        let mut categories = Vec::new();
        for (word, granted) in &statement.words {
            match target(word) {
                Some(KeyTarget::Category(category)) => categories.push((category, *granted)),
                Some(KeyTarget::Service(service)) => services.push((service, *granted)),
                None => {}
            }
        }
        categories.sort_unstable_by_key(|(_, granted)| !granted); // refusals last: they have the last word
        for (category, granted) in categories {
            consent.choose_category(category, granted);
        }
        services.extend(refused_by_silence(registry, statement, target, &services));
        consent.choose_services(services);
        let refused = statement.refusals.iter().any(|word| target(word).is_none());
        if refused && consent.grants() { Err(Unreadable::Disagreeing) } else { Ok(consent) }
    }
}

/// The services of narrowed categories that weren't named.
fn refused_by_silence(
    registry: &Registry,
    statement: &Statement,
    target: impl Fn(&str) -> Option<KeyTarget>,
    named: &[(ServiceId, bool)],
) -> Vec<(ServiceId, bool)> {
    let narrowed: Vec<_> = statement.narrowed.iter().filter_map(|word| target(word)).collect();
    let services = (0..).map(ServiceId).zip(registry.services());
    let silent = services.filter(|(id, service)| {
        narrowed.contains(&KeyTarget::Category(service.category))
            && !named.iter().any(|(other, _)| other == id)
    });
    silent.map(|(id, _)| (id, false)).collect()
}

/// What a visitor wasn't asked, unless the cookie names it: a list and a flag say nothing of what they don't grant, so
/// their companion lists what was asked (`asked`), and a flag names nothing at all.
fn not_asked<'r>(registry: &'r Registry, asked: &'r str) -> impl Iterator<Item = KeyTarget> + 'r {
    let format = registry.consent().format;
    registry.asked().iter().copied().filter(move |target| {
        let listed = || asked.split('~').any(|key| key == registry.key(*target));
        match (format, target) {
            (Format::Auto | Format::Json, KeyTarget::Service(_)) => true,
            (Format::Auto | Format::Json | Format::List, KeyTarget::Category(_)) => false,
            (Format::List, KeyTarget::Service(_)) | (Format::Flag, _) => !listed(),
        }
    })
}
