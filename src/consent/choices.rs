//! What a visitor chose, answer by answer: made from a form, or from what was read; and written into the cookie.

use super::{Choice, Consent};
use crate::registry::{CategoryId, KeyTarget, Registry, Rule, ServiceId};

/// Explicit answers about categories and services. What isn't in it was not answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Sorted, categories first; each once.
    said: Vec<(KeyTarget, bool)>,
}

impl Choices {
    /// The same answer to everything that visitors are asked about ([`Registry::asked`]).
    pub fn all(registry: &Registry, granted: bool) -> Self {
        registry.asked().iter().map(|target| (*target, granted)).collect()
    }

    /// What is answered already, as far as it needs an answer. What only `Sec-GPC` denies is no answer, nor is what is
    /// denied because it was never asked.
    pub fn of(registry: &Registry, consent: &Consent) -> Self {
        let waits = |id: CategoryId| registry.category(id).rule != Rule::Exempt;
        let categories = (0..).map(CategoryId).zip(registry.categories());
        let categories = categories.map(|(id, _)| (KeyTarget::Category(id), id, consent.answer(id)));
        let services = (0..).map(ServiceId).zip(registry.services());
        let services =
            services.map(|(id, it)| (KeyTarget::Service(id), it.category, consent.service_answer(id)));
        let all = categories.chain(services).filter(|(_, category, _)| waits(*category));
        all.filter_map(|(target, _, choice)| match choice {
            Choice::Granted => Some((target, true)),
            Choice::Denied => Some((target, false)),
            Choice::Unset => None,
        })
        .collect()
    }

    /// Answers for one category or service, whatever was answered before. The services of a category keep their own
    /// answers: see [`set_whole`](Self::set_whole).
    pub fn set(&mut self, target: KeyTarget, granted: bool) {
        match self.said.binary_search_by_key(&target, |(at, _)| *at) {
            Ok(at) => {
                if let Some(said) = self.said.get_mut(at) {
                    said.1 = granted;
                }
            }
            Err(at) => self.said.insert(at, (target, granted)),
        }
    }

    /// Answers for a category and for each of its services: a switch that stands for all of them.
    pub fn set_whole(&mut self, registry: &Registry, category: CategoryId, granted: bool) {
        self.set(KeyTarget::Category(category), granted);
        for target in registry.asked() {
            if let KeyTarget::Service(id) = *target
                && registry.service(id).category == category
            {
                self.set(*target, granted);
            }
        }
    }

    /// The answer about a category or service, if there is one.
    pub fn get(&self, target: KeyTarget) -> Option<bool> {
        let at = self.said.binary_search_by_key(&target, |(at, _)| *at).ok()?;
        self.said.get(at).map(|(_, granted)| *granted)
    }

    /// Every answer: categories, then services, each in the registry's order.
    pub fn iter(&self) -> impl Iterator<Item = (KeyTarget, bool)> {
        self.said.iter().copied()
    }

    /// Every answer under the registry's key.
    pub fn words<'r>(&self, registry: &'r Registry) -> impl Iterator<Item = (&'r str, bool)> {
        self.said.iter().map(|(target, granted)| (registry.key(*target), *granted))
    }

    /// Whether anything is granted.
    pub fn grants(&self) -> bool {
        self.said.iter().any(|(_, granted)| *granted)
    }

    /// Whether these choices hold back a cookie that `before` let pass.
    pub fn is_withdrawal_from(&self, registry: &Registry, before: &Consent) -> bool {
        let after = self.consent();
        registry.rows().any(|(id, _)| before.allows(registry, id) && !after.allows(registry, id))
    }

    /// The consent that these choices make.
    pub fn consent(&self) -> Consent {
        Consent::of_choices(self)
    }
}

impl FromIterator<(KeyTarget, bool)> for Choices {
    /// Of several answers about the same the refusal counts.
    fn from_iter<I: IntoIterator<Item = (KeyTarget, bool)>>(answers: I) -> Self {
        let mut said: Vec<_> = answers.into_iter().collect();
        said.sort_unstable(); // a refusal sorts first
        said.dedup_by_key(|(target, _)| *target);
        Self { said }
    }
}
