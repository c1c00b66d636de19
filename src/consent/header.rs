//! `X-Consent`: the decision for the origin server.

use super::{Choice, Consent};
use crate::registry::{Category, CategoryId, Registry, Rule, Service};

impl Consent {
    /// The decision as a dictionary of RFC 9651 (3.2), canonical: `necessary, statistical, third-party=?0, matomo=?0`.
    ///
    /// Every category of the registry in its order, exempt ones always true; then the services whose decision differs
    /// from their category's. Of a category that is exempt where a cookie is declared anonymised, it is the choice:
    /// its anonymised cookies pass all the same.
    pub fn header(&self, registry: &Registry) -> String {
        let mut field = String::new();
        for (index, category) in registry.categories().iter().enumerate() {
            member(&mut field, &category.key, self.agrees_to(category, index));
        }
        for (index, service) in registry.services().iter().enumerate() {
            let category_agreed =
                self.agrees_to(registry.category(service.category), usize::from(service.category.0));
            ...
        }
        field
    }
}
