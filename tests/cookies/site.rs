//! The sites whose rules are tried.

use std::sync::Arc;

use tamis::diagnostic::Source;
use tamis::policy::{Policy, Undeclared};
use tamis::registry::Registry;

/// The most seconds that browsers keep a cookie: 400 days.
pub(crate) const LIMIT: i64 = 400 * 24 * 60 * 60;

const REGISTRY: &str = include_str!("registry.yaml");

/// `registry.yaml`; what it does not declare is blocked.
pub(crate) fn policy() -> Policy {
    of(REGISTRY, Undeclared::Block)
}

/// The same, where undeclared cookies pass.
pub(crate) fn allowing_undeclared() -> Policy {
    of(REGISTRY, Undeclared::Allow)
}

/// A site that permits no cookie at all.
pub(crate) fn refusing_all() -> Policy {
    of(
        "version: '1'\ncookies:\n  - { names: [x-none], provider: P, purposes: X., category: statistical }\n",
        Undeclared::Block,
    )
}

/// A site that keeps its cookie `a` as `__Host-a`.
pub(crate) fn renaming() -> Policy {
    let row = "{ names: a, provider: P, purposes: X., category: necessary, exemption: Asked for., rewrite: { rename: __Host-a } }";
    of(&format!("version: '1'\ncookies:\n  - {row}\n"), Undeclared::Block)
}

fn of(registry: &str, undeclared: Undeclared) -> Policy {
    let (registry, faults) = Registry::compile(Source::new("registry.yaml", registry));
    let registry = registry.unwrap_or_else(|| panic!("{}", faults.render(false)));
    Policy::new(Arc::new(registry), undeclared, undeclared, 180)
}
