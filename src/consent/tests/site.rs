//! The site of the tests: its registry in every format.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::consent::Consent;
use crate::diagnostic::Source;
use crate::registry::Registry;

const SITE: &str = r#"
version: "1"
categories:
  - {key: analytics, title: Analytics, description: Counting visits, consent: required}
  - {key: ads, title: Ads, description: Selling attention, consent: required}
  - {key: preferences, title: Preferences, description: What one likes, consent: required}
services:
  - {key: matomo, title: Matomo, category: analytics}
  - {key: xiti, title: XiTi, category: analytics}
  - {key: youtube, title: YouTube, category: ads}
  - {key: login, title: Log-in, category: necessary}
cookies:
  - {provider: Us, names: sessionid, purposes: Log in, service: login, exemption: asked for by the visitor}
  - {provider: Us, names: cookies_preferences, purposes: The choice, category: necessary, exemption: the choice itself}
  - {provider: Us, names: anonymous, purposes: Counting, category: statistical, anonymised: true, exemption: anonymous}
  - {provider: A, names: analytics, purposes: Counting, category: analytics}
  - {provider: B, names: matomo, purposes: Counting, service: matomo}
  - {provider: C, names: xiti, purposes: Counting, service: xiti}
  - {provider: D, names: ads, purposes: Ads, category: ads}
  - {provider: E, names: youtube, purposes: Films, service: youtube}
  - {provider: F, names: preferences, purposes: Taste, category: preferences}
"#;

/// Names of the table's first column, with what `consent:` says beside `keys:` and `gpc_denies:`.
pub(super) const FORMATS: [(&str, &str); 6] = [
    ("auto", "format: auto"),
    ("auto+", "granted_values: [true, '1', 1, oui]"),
    ("json", "format: json"),
    ("list", "format: list"),
    ("flag", "format: flag"),
    ("flag+", "format: flag, granted_values: [oui, tout accepter]"),
];

/// The site's registry, by the name of a format.
pub(super) fn registry(format: &str) -> &'static Registry {
    static REGISTRIES: OnceLock<HashMap<&'static str, Registry>> = OnceLock::new();
    let registries =
        REGISTRIES.get_or_init(|| FORMATS.map(|(name, settings)| (name, compile(settings))).into());
    registries.get(format).unwrap_or_else(|| panic!("no format {format}"))
}

pub(super) fn compile(settings: &str) -> Registry {
    let keys = "keys: {mesure: analytics, \"mesure d'audience\": analytics, tracker: matomo}";
    let text = format!("{SITE}consent: {{{settings}, {keys}, gpc_denies: [ads]}}\n");
    let (registry, faults) = Registry::compile(Source::new("site.yaml", text));
    registry.unwrap_or_else(|| panic!("{}", faults.render(false)))
}

/// One copy of the cookie, without GPC.
pub(super) fn read(registry: &Registry, value: &[u8]) -> Consent {
    Consent::of_copies(registry, [value].into_iter())
}

/// The site's cookies that pass by consent, in the registry's order; each is named after its category or service.
pub(super) fn allowed<'r>(registry: &'r Registry, consent: &Consent) -> Vec<&'r str> {
    let by_consent = registry.rows().filter(|(_, entry)| entry.needs_consent);
    let allowed = by_consent.filter(|(id, _)| consent.allows(registry, *id));
    allowed.filter_map(|(_, entry)| entry.names.first()).map(|name| name.pattern.as_str()).collect()
}
