//! The decision: one bit a category, and the few services that have a choice of their own.

use super::{Choice, Choices, Reading, Source};
use crate::registry::{CategoryId, Entry, EntryId, KeyTarget, Registry, ServiceId};

/// What a user agent agreed to, as far as this request shows. It holds no word of the cookie's value, and none that
/// the registry doesn't list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consent {
    /// A bit a category ([`CategoryId`] counts from the lowest); never set in `denied` too.
    granted: u64,
    denied: u64,
    /// The services with a choice, sorted, each once; `true` = granted.
    services: Vec<(ServiceId, bool)>,
    /// Those of them that are denied because the visitor was never asked about them, sorted.
    unasked: Vec<ServiceId>,
    /// The categories that `Sec-GPC` denied and no choice granted.
    by_signal: u64,
    by: Source,
    reading: Reading,
}

impl Consent {
    /// No choice at all: only exempt cookies pass. Allocates nothing.
    pub const fn none() -> Self {
        Self {
            granted: 0,
            denied: 0,
            services: Vec::new(),
            unasked: Vec::new(),
            by_signal: 0,
            by: Source::Nobody,
            reading: Reading::Absent,
        }
    }

    /// No choice, for this reason.
    pub(super) fn nothing(reading: Reading) -> Self {
        Self { reading, ..Self::none() }
    }

    /// Whether the cookies of an entry may pass: exempt ones always, others by their service's choice, and by their
    /// category's where the service has none.
    pub fn allows(&self, registry: &Registry, entry: EntryId) -> bool {
        let entry = registry.entry(entry);
        !entry.needs_consent || self.agreed(entry)
    }

    fn agreed(&self, entry: &Entry) -> bool {
        match entry.service.map_or(Choice::Unset, |service| self.service(service)) {
            Choice::Granted => true,
            Choice::Denied => false,
            Choice::Unset => self.category(entry.category) == Choice::Granted,
        }
    }

    /// What was said of a category; of an exempt one this changes nothing.
    pub fn category(&self, category: CategoryId) -> Choice {
        let bit = bit(category);
        if self.granted & bit != 0 {
            Choice::Granted
        } else if self.denied & bit != 0 {
            Choice::Denied
        } else {
            Choice::Unset
        }
    }

    /// What the visitor answered about a category: what only `Sec-GPC` denies was not answered.
    pub fn answer(&self, category: CategoryId) -> Choice {
        if self.denied_by_signal(category) { Choice::Unset } else { self.category(category) }
    }

    /// Whether it is `Sec-GPC` that denies a category, rather than a choice.
    pub fn denied_by_signal(&self, category: CategoryId) -> bool {
        self.by_signal & bit(category) != 0
    }

    /// Denies a category because the user agent sends `Sec-GPC: 1`, unless it was chosen.
    pub(super) fn deny_by_signal(&mut self, category: CategoryId) {
        if self.category(category) == Choice::Unset {
            self.choose_category(category, false);
            self.by_signal |= bit(category);
        }
    }

    /// What a user agent with these choices agrees to.
    pub(super) fn of_choices(choices: &Choices) -> Self {
        let mut consent = Self::nothing(Reading::Read);
        let mut services = Vec::new();
        for (target, granted) in choices.iter() {
            match target {
                KeyTarget::Category(category) => consent.choose_category(category, granted),
                KeyTarget::Service(service) => services.push((service, granted)),
            }
        }
        consent.choose_services(services);
        consent
    }

    /// What was said of a service by itself.
    pub fn service(&self, service: ServiceId) -> Choice {
        let found = self.services.binary_search_by_key(&service, |(id, _)| *id);
        match found.ok().and_then(|at| self.services.get(at)) {
            Some((_, true)) => Choice::Granted,
            Some((_, false)) => Choice::Denied,
            None => Choice::Unset,
        }
    }

    /// What the visitor answered about a service: what is denied because it was never asked was not answered.
    pub fn service_answer(&self, service: ServiceId) -> Choice {
        if self.is_unasked(service) { Choice::Unset } else { self.service(service) }
    }

    /// Whether a service is denied because the choice was made through tamis before the visitor could be asked about it.
    pub fn is_unasked(&self, service: ServiceId) -> bool {
        self.unasked.binary_search(&service).is_ok()
    }

    /// Takes back what wasn't asked: a category that the cookie grants without naming it, and the services that would
    /// follow one (GDPR article 4(11): consent is specific). `targets` are those that weren't asked, categories first.
    pub(super) fn withhold(&mut self, registry: &Registry, targets: impl Iterator<Item = KeyTarget>) {
        for target in targets {
            match target {
                KeyTarget::Category(category) => self.granted &= !bit(category),
                KeyTarget::Service(service) => {
                    let follows = self.category(registry.service(service).category) == Choice::Granted;
                    if let (true, Err(at)) =
                        (follows, self.services.binary_search_by_key(&service, |(id, _)| *id))
                    {
                        self.services.insert(at, (service, false));
                        let at = self.unasked.partition_point(|id| *id < service);
                        self.unasked.insert(at, service);
                    }
                }
            }
        }
    }

    /// Whose cookies were read.
    pub fn by(&self) -> Source {
        self.by
    }

    /// Names whose cookies were read.
    pub(super) fn said_by(self, by: Source) -> Self {
        Self { by, ..self }
    }

    /// What two sources say together. One without a choice that counts takes no part.
    pub(super) fn and(self, other: Self) -> Self {
        let silent = |consent: &Self| matches!(consent.reading, Reading::Absent | Reading::Undecided);
        match (silent(&self), silent(&other)) {
            (true, _) => other,
            (false, true) => self,
            (false, false) => self.stricter(&other),
        }
    }

    /// What became of the consent cookie.
    pub fn reading(&self) -> Reading {
        self.reading
    }

    /// Whether anything was granted.
    pub(super) fn grants(&self) -> bool {
        self.granted != 0 || self.services.iter().any(|(_, granted)| *granted)
    }

    /// Of two choices, for each category and service the one that allows less: a refusal before no choice before a
    /// grant. What the result allows, both allow.
    pub fn stricter(&self, other: &Self) -> Self {
        let mine = self.services.iter().filter_map(|(service, granted)| match other.service(*service) {
            Choice::Granted => Some((*service, *granted)),
            Choice::Denied => Some((*service, false)),
            Choice::Unset => (!granted).then_some((*service, false)),
        });
        let theirs = other.services.iter().filter(|(_, granted)| !granted).copied();
        let mut services: Vec<_> = mine.chain(theirs).collect();
        services.sort_unstable();
        services.dedup();
        let refused = |side: &Self, id| side.service(id) == Choice::Denied && !side.is_unasked(id);
        let unasked = self.unasked.iter().chain(&other.unasked).copied();
        let mut unasked: Vec<_> = unasked.filter(|id| !refused(self, *id) && !refused(other, *id)).collect();
        unasked.sort_unstable();
        unasked.dedup();
        let denied = self.denied | other.denied;
        let reading = match (self.reading, other.reading) {
            (Reading::Unreadable(fault), _) | (_, Reading::Unreadable(fault)) => Reading::Unreadable(fault),
            (Reading::Read, _) | (_, Reading::Read) => Reading::Read,
            (Reading::Undecided, _) | (_, Reading::Undecided) => Reading::Undecided,
            (Reading::Absent, Reading::Absent) => Reading::Absent,
        };
        let chosen = self.denied & !self.by_signal | other.denied & !other.by_signal;
        let by_signal = (self.by_signal | other.by_signal) & !chosen;
        let by = match (self.by, other.by) {
            (by, Source::Nobody) | (Source::Nobody, by) => by,
            (a, b) if a == b => a,
            _ => Source::Several,
        };
        Self { granted: self.granted & other.granted, denied, services, unasked, by_signal, by, reading }
    }

    /// Says of every category of a registry the same.
    pub(super) fn all_categories(&mut self, registry: &Registry, choice: Choice) {
        let count = u32::try_from(registry.categories().len()).unwrap_or(u32::MAX);
        let every = u64::MAX.checked_shr(u64::BITS.saturating_sub(count)).unwrap_or(0);
        match choice {
            Choice::Granted => (self.granted, self.denied) = (every, 0),
            Choice::Denied => (self.granted, self.denied) = (0, every),
            Choice::Unset => (self.granted, self.denied) = (0, 0),
        }
    }

    /// Says something of one category, whatever was said before.
    pub(super) fn choose_category(&mut self, category: CategoryId, granted: bool) {
        let bit = bit(category);
        let (set, clear) = if granted {
            (&mut self.granted, &mut self.denied)
        } else {
            (&mut self.denied, &mut self.granted)
        };
        *set |= bit;
        *clear &= !bit;
    }

    /// Says something of services; of one that comes twice, the refusal counts.
    pub(super) fn choose_services(&mut self, mut services: Vec<(ServiceId, bool)>) {
        services.sort_unstable(); // a refusal sorts first
        services.dedup_by_key(|(service, _)| *service);
        self.services = services;
    }
}

/// A category's bit; none for an id beyond [`Category::MOST`](crate::registry::Category::MOST), which no registry gives.
fn bit(category: CategoryId) -> u64 {
    1u64.checked_shl(category.0.into()).unwrap_or(0)
}
