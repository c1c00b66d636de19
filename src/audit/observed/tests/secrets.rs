//! What is nobody's business is nowhere: not in the file, not in a report.

use proptest::prelude::*;

use super::*;
use crate::registry::Registry;

/// A token as applications make them: at least one digit, so that it can't be taken for a word.
fn secret() -> impl Strategy<Value = String> {
    "[A-Za-z0-9]{3,10}[0-9][A-Za-z0-9]{4,20}"
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_value_query_or_token_is_kept(
        secret in secret(),
        declared in any::<bool>(),
        consented in any::<bool>(),
    ) {
        let snapshot = snapshot();
        let table = Table::new(&snapshot.sites, 500);
        let site = snapshot.sites.iter().next().unwrap();
        let mut traffic = Traffic::new(&table, site, Mode::Observe);
        if consented {
            let field = format!("cookies_preferences={{\"statistical\":true,\"x\":\"{secret}\"}}");
            traffic.consent = Consent::read(site.policy.registry(), pairs(field.as_bytes()), false);
        }
        let name = if declared { "_ga" } else { "unheard_of" };
        let targets = [
            format!("/?q={secret}"),
            format!("/{secret}"),
            format!("/explore/{secret}/x?{secret}"),
            format!("/explore;jsessionid={secret}/y"),
            format!("http://x.test/reset/{secret}?{secret}"),
        ];
        for target in &targets {
            traffic.request(target, format!("{name}={secret}; {secret}; ={secret}; a{secret}={secret}").as_bytes());
            for attributes in [
                "Path=/{}; Domain={}", "Path=/a/{}/b; SameSite={}", "{}={}; Max-Age={}", "Expires={}; {}",
                "Domain={}.opendata.example.org", "Domain=.opendata.example.org; Path=/{}",
            ] {
                let line = format!("{name}={secret}; {attributes}").replace("{}", &secret);
                traffic.response(target, line.as_bytes());
            }
            traffic.response(target, format!("={secret}; Path=/").as_bytes());
            traffic.response(target, secret.as_bytes());
        }
        let text = written(&book(&table, 500), &snapshot);
        prop_assert!(text.contains(name));
        // A cookie-name is no secret, though here one has it in it.
        let named = text.replace(&format!("a{secret}"), "");
        prop_assert!(!named.contains(&secret), "{}", named.lines().find(|line| line.contains(&secret)).unwrap_or(""));
    }

    #[test]
    fn names_are_never_markup(name in "[<>&'\"a-z/!-]{1,20}") {
        let snapshot = snapshot();
        let table = Table::new(&snapshot.sites, 500);
        let traffic = Traffic::new(&table, snapshot.sites.iter().next().unwrap(), Mode::Observe);
        traffic.request("/", format!("<{name}=1; \u{202e}<script>alert(1)</script>=2").as_bytes());
        let report = Report::of(&book(&table, 500), &Registries::of(&snapshot.sites), NOW);
        let html = report.html(crate::audit::observed::Order::Name, true);
        let body = html.split_once("<body>").unwrap().1;
        let turned = body.contains('\u{202e}');
        prop_assert!(!turned && !body.contains("<script"));
        let known = ["main", "h1", "h2", "p", "code", "section", "span", "time", "dl", "div", "dt", "dd", "table",
            "caption", "thead", "tbody", "tr", "th", "td", "a", "details", "summary", "pre", "ul", "li", "body", "html"];
        for tag in body.split('<').skip(1) {
            let tag = tag.trim_start_matches('/').split([' ', '>', '\n']).next().unwrap();
            prop_assert!(known.contains(&tag), "{tag}");
        }
    }

    /// What a report says to paste is taken by a registry, and declares what it is about.
    #[test]
    fn drafts_declare_what_they_are_about(
        names in prop::collection::vec("[a-zA-Z_.{}*\\\\'\"#:,&!|>%@-]{0,6}[a-zA-Z]{2,4}[0-9._-]{0,5}", 1..8),
    ) {
        let snapshot = with_registry("version: '1'\ncookies: []");
        let table = Table::new(&snapshot.sites, 500);
        let traffic = Traffic::new(&table, snapshot.sites.iter().next().unwrap(), Mode::Observe);
        for name in &names {
            traffic.request("/", format!("{name}=1").as_bytes());
            traffic.response("/x/y", format!("s{name}=1; Max-Age=3600; Secure; Path=/x; SameSite=Lax").as_bytes());
        }
        let book = book(&table, 500);
        let yaml = Report::of(&book, &Registries::of(&snapshot.sites), NOW).yaml();
        prop_assume!(yaml.contains("- names"));
        let text = format!("version: '1'\n{yaml}");
        let (registry, faults) = Registry::compile(Source::new("registry/site.yaml", text.as_str()));
        // Families of odd names may contend; which of them to change is for a person to say.
        let others = faults.render(false).replace("error[overlapping-names]", "");
        prop_assert!(!others.contains("error["), "{}", others);
        prop_assume!(registry.is_some());
        let declared = with_registry(&text);
        let site = declared.sites.iter().next().unwrap();
        let report = Report::of(&book, &Registries::of(&declared.sites), NOW);
        for cookie in &report.pages[0].cookies {
            prop_assert!(!cookie.is_undeclared() || cookie.draft.is_none(), "{}", cookie.name);
        }
        prop_assert!(site.policy.registry().entries().iter().all(|entry| entry.needs_consent || entry.shipped));
    }
}
