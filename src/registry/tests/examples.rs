//! The shipped examples: what people copy has no fault and no warning, and says what the policy that it is taken from
//! says.

use crate::diagnostic::Source;
use crate::registry::{Entry, Registry, Text, shipped};

const POLICY: &str = include_str!("../../../tests/data/cookies-policy-lille.txt");
const LILLE: &str = include_str!("../../../config/registry/lille.yaml");
const ANALYTICS: &str = include_str!("../../../config/registry/lille-analytics.yaml");

fn compile(text: &str) -> Registry {
    let (registry, faults) = Registry::compile(Source::new("example.yaml", text));
    assert!(faults.is_empty(), "{}", faults.render(false));
    registry.unwrap()
}

#[test]
fn lille_says_what_the_policy_says() {
    let registry = compile(LILLE);
    assert_eq!(registry.languages(), ["en", "fr"]);
    let page = registry.page();
    let definition = page.definition.as_ref().unwrap();
    let prose =
        [&page.title, &page.introduction, &page.kinds, &page.cookies].map(|text| text.as_ref().unwrap());
    let descriptions = registry.categories().iter().map(|category| &category.description);
    let said: Vec<&str> = prose
        .into_iter()
        .chain([&definition.title, &definition.text, &registry.categories()[0].title])
        .chain(descriptions)
        .map(|text| text.in_language("en"))
        .collect();
    let english = |text: &Text| text.in_language("en").to_owned();
    let rows: Vec<String> = registry
        .entries()
        .iter()
        .filter(|entry| !entry.shipped)
        .map(|entry| {
            let location =
                entry.location.as_ref().map(|text| format!(" ({})", english(text))).unwrap_or_default();
            let function = english(entry.function.as_ref().unwrap()) + &location;
            let names: Vec<&str> = entry.names.iter().map(|name| name.pattern.as_str()).collect();
            [english(&entry.provider), function, names.join(", "), english(&entry.purposes)].join("\t")
        })
        .collect();
    let mut lines: Vec<&str> = POLICY.lines().filter(|line| !line.is_empty()).collect();
    lines.retain(|line| !line.starts_with("Service provider's name\t"));
    let (table, paragraphs): (Vec<&str>, Vec<&str>) = lines.into_iter().partition(|line| line.contains('\t'));
    assert_eq!(rows, table, "the rows, in the page's order");
    for paragraph in &paragraphs {
        assert!(said.contains(paragraph), "not in the registry: {paragraph}");
    }
    assert_eq!(said.len(), paragraphs.len());
}

#[test]
fn lille_has_the_shipped_kinds_and_needs_no_consent() {
    let registry = compile(LILLE);
    for (own, shipped) in registry.categories().iter().zip(shipped::categories()) {
        assert_eq!((&own.key, own.rule), (&shipped.key, shipped.rule));
        assert_eq!((&own.title, &own.description), (&shipped.title, &shipped.description));
    }
    assert!(registry.entries().iter().all(|entry| !entry.needs_consent && entry.exemption.is_some()));
    for name in ["_ga", "_pk_id.1.abcd", "sessionid2", "Sessionid", "", "cookies_preferences2"] {
        assert_eq!(registry.lookup(name.as_bytes()), None, "{name}");
    }
}

#[test]
fn every_text_of_both_has_both_languages_or_is_the_same_in_both() {
    for text in [LILLE, ANALYTICS] {
        let registry = compile(text);
        let written = registry.entries().iter().filter(|entry| !entry.shipped);
        let texts = written.flat_map(Entry::texts).chain(registry.page().texts());
        for text in texts {
            assert!(
                matches!(text, Text::Plain(_)) || text.languages().eq(["en", "fr"]),
                "one language only: {text:?}"
            );
        }
    }
}

#[test]
fn analytics_covers_what_the_tools_set_and_asks_for_consent() {
    let registry = compile(ANALYTICS);
    let cases = [
        ("sessionid", None),
        ("_pk_id.1.c7ea", Some("matomo")),
        ("_pk_ses.12.1fff", Some("matomo")),
        ("_pk_ref.1.c7ea", Some("matomo")),
        ("_pk_testcookie_domain", Some("matomo")),
        ("xtvrn", Some("xiti")),
        ("atuserid", Some("xiti")),
        ("_ga", Some("google-analytics")),
        ("_ga_ABC1234567", Some("google-analytics")),
        ("_gid", Some("google-analytics")),
        ("_gat_UA-1-1", Some("google-analytics")),
    ];
    for (name, service) in cases {
        let entry = registry
            .entry(registry.lookup(name.as_bytes()).unwrap_or_else(|| panic!("{name} is undeclared")));
        assert_eq!(entry.service.map(|id| registry.service(id).key.as_str()), service, "{name}");
        assert_eq!(entry.needs_consent, service.is_some(), "{name}");
    }
    for name in ["_pk_id.1", "_pk_id.1.c7ea.x", "_ga_", "_ga_a.b", "_fbp", "_gcl_au"] {
        assert_eq!(registry.lookup(name.as_bytes()), None, "{name}");
    }
}
