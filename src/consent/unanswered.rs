//! What a visitor has to be asked, still or again.

use super::{Choice, Companion, Consent, Reading};
use crate::registry::{Format, KeyTarget, Registry};

/// What the visitor is to be asked about, in the registry's order; nothing where everything is answered.
///
/// Without a choice that can be read, that is everything. Otherwise it is what the choice says nothing of: a registry
/// that gained a category or a service asks about just that. In the formats `list` and `flag` everything that isn't
/// granted is refused, so there the companion tells what had been asked. A choice without companion was made in another
/// banner: one that speaks of a category speaks of its services too, and a list of grants speaks of everything. What
/// `Sec-GPC` denies was answered by the signal.
pub fn unanswered(registry: &Registry, consent: &Consent, companion: Option<&Companion>) -> Vec<KeyTarget> {
    let answered = |target: KeyTarget| -> bool {
        if consent.reading() != Reading::Read {
            return false;
        }
        match (registry.consent().format, companion) {
            (Format::List | Format::Flag, Some(companion)) => companion.has(registry, target),
            (Format::List | Format::Flag, None) => true,
            (Format::Auto | Format::Json, companion) => says(registry, consent, target, companion.is_none()),
        }
    };
    let by_signal = |target| match target {
        KeyTarget::Category(category) => consent.denied_by_signal(category),
        KeyTarget::Service(service) => consent.denied_by_signal(registry.service(service).category),
    };
    let asked = registry.asked().iter().copied();
    asked.filter(|target| !answered(*target) && !by_signal(*target)).collect()
}

/// Whether the cookie says something of a category or service, or of the service's category where that is enough.
fn says(registry: &Registry, consent: &Consent, target: KeyTarget, by_category: bool) -> bool {
    match target {
        KeyTarget::Category(category) => consent.answer(category) != Choice::Unset,
        KeyTarget::Service(service) => {
            let category = registry.service(service).category;
            consent.service_answer(service) != Choice::Unset
                || by_category && !consent.is_unasked(service) && consent.answer(category) != Choice::Unset
        }
    }
}
