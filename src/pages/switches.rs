//! What visitors can choose: the categories and services that some declared cookie waits for.

use std::collections::HashSet;

use crate::registry::{CategoryId, KeyTarget, Registry, Rule, ServiceId};

/// A category with a switch.
#[derive(Clone, Debug)]
pub(super) struct Switch {
    pub(super) category: CategoryId,
    /// Its services with a switch of their own.
    pub(super) services: Vec<ServiceId>,
}

/// The switches of a registry, in its order. A category without cookies that wait for consent has none.
pub(super) fn switches(registry: &Registry) -> Vec<Switch> {
    let waiting = || registry.entries().iter().filter(|entry| entry.needs_consent);
    let categories: HashSet<CategoryId> = waiting().map(|entry| entry.category).collect();
    let named: HashSet<ServiceId> = waiting().filter_map(|entry| entry.service).collect();
    let services = |category: CategoryId| {
        let all = (0..).map(ServiceId).zip(registry.services());
        let own = all.filter(move |(_, service)| service.category == category);
        own.map(|(id, _)| id).filter(|id| named.contains(id)).collect::<Vec<_>>()
    };
    let all = (0..).map(CategoryId).zip(registry.categories());
    let choosable = all.filter(|(_, category)| category.rule != Rule::Exempt).filter_map(|(id, _)| {
        let services = services(id);
        let has = !services.is_empty() || categories.contains(&id);
        has.then_some(Switch { category: id, services })
    });
    choosable.collect()
}

/// The keys of the switches, each category before its services.
pub(super) fn targets(switches: &[Switch]) -> Vec<KeyTarget> {
    let below = |switch: &Switch| {
        let services = switch.services.clone().into_iter().map(KeyTarget::Service);
        std::iter::once(KeyTarget::Category(switch.category)).chain(services)
    };
    switches.iter().flat_map(below).collect()
}

/// The word of a switch in forms.
pub(super) fn key(registry: &Registry, target: KeyTarget) -> &str {
    match target {
        KeyTarget::Category(id) => &registry.category(id).key,
        KeyTarget::Service(id) => &registry.service(id).key,
    }
}
