//! What visitors can choose, as it is laid out: what the registry asks about, services under their categories.

use crate::registry::{CategoryId, KeyTarget, Registry, ServiceId};

/// A category with a switch.
#[derive(Clone, Debug)]
pub(super) struct Switch {
    pub(super) category: CategoryId,
    /// Its services with a switch of their own.
    pub(super) services: Vec<ServiceId>,
}

/// The switches of a registry, in its order.
pub(super) fn switches(registry: &Registry) -> Vec<Switch> {
    let asked = || registry.asked().iter().copied();
    let services = |category: CategoryId| {
        let all = asked().filter_map(|target| match target {
            KeyTarget::Service(id) => Some(id),
            KeyTarget::Category(_) => None,
        });
        all.filter(|id| registry.service(*id).category == category).collect()
    };
    let switch = |target| match target {
        KeyTarget::Category(category) => Some(Switch { category, services: services(category) }),
        KeyTarget::Service(_) => None,
    };
    asked().filter_map(switch).collect()
}

/// The keys of the switches, each category before its services.
pub(super) fn targets(switches: &[Switch]) -> Vec<KeyTarget> {
    let below = |switch: &Switch| {
        let services = switch.services.clone().into_iter().map(KeyTarget::Service);
        std::iter::once(KeyTarget::Category(switch.category)).chain(services)
    };
    switches.iter().flat_map(below).collect()
}
