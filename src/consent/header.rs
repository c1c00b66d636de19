//! `X-Consent`: the decision for the origin server.

use super::{Choice, Consent};
use crate::registry::{Category, CategoryId, Registry, Rule, ServiceId};

impl Consent {
    /// The decision as a dictionary of RFC 9651 (3.2), canonical: `necessary, statistical, third-party=?0, matomo=?0`.
    ///
    /// Every category of the registry in its order, exempt ones always true; then the services whose decision differs
    /// from their category's. Of a category that is exempt where a cookie is declared anonymised, it is the choice:
    /// its anonymised cookies pass all the same.
    pub fn header(&self, registry: &Registry) -> String {
        let room = registry.categories().iter().map(|category| category.key.len() + ", =?0".len()).sum();
        let mut field = String::with_capacity(room);
        for (id, category) in (0..).map(CategoryId).zip(registry.categories()) {
            push(&mut field, &category.key, self.agrees_to(id, category));
        }
        for (id, service) in (0..).map(ServiceId).zip(registry.services()) {
            let category = registry.category(service.category);
            let of_category = self.agrees_to(service.category, category);
            let of_service = match self.service(id) {
                _ if category.rule == Rule::Exempt => true,
                Choice::Granted => true,
                Choice::Denied => false,
                Choice::Unset => of_category,
            };
            if of_service != of_category {
                push(&mut field, &service.key, of_service);
            }
        }
        field
    }

    fn agrees_to(&self, id: CategoryId, category: &Category) -> bool {
        category.rule == Rule::Exempt || self.category(id) == Choice::Granted
    }
}

/// One member: true is written by its key alone (RFC 9651 4.1.2).
fn push(field: &mut String, key: &str, agreed: bool) {
    if !field.is_empty() {
        field.push_str(", ");
    }
    field.push_str(key);
    if !agreed {
        field.push_str("=?0");
    }
}
