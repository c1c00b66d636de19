//! What a visitor's page says and offers.

use super::reader::{elements, first_visit, registry, shipped, site, texts};
use crate::consent::Choice;
use crate::diagnostic::Source;
use crate::document::quoted;
use crate::pages::texts::shipped as shipped_text;
use crate::pages::{Message, Notice, Place, Settings, Site, Visit};
use crate::registry::{KeyTarget, Phrase, Registry};

const NOT_CHOSEN: &str =
    "You have not made a choice yet. Until you do, only cookies that need no consent are used.";

const PAIRS: &str = "
version: '2'
date: '2026-11-24'
site: https://a.example/b
consent: {gpc_denies: third-party}
services:
  - {key: matomo, title: Matomo, category: statistical}
  - {key: idle, title: Idle, category: internal}
categories: [{key: third-party, title: Ads <b>, description: \"'Ads' & more\"}]
cookies:
  - {provider: Us, names: sid, purposes: Log-in, category: necessary, exemption: asked for}
  - {provider: M, names: '_pk_id.{id}', purposes: {en: Counting, fr: Mesure}, service: matomo}
  - {provider: 'Evil</td><script>', names: ad, purposes: {fr: Pub}, category: third-party}
";

fn target(site: &Site, key: &str) -> KeyTarget {
    let found = registry(PAIRS).key_target(key).unwrap();
    assert!(site.switches().contains(&found), "{key}");
    found
}

fn pages(visit: &Visit<'_>) -> [String; 3] {
    let site = site(&registry(PAIRS));
    [site.policy(visit, false), site.centre(visit), site.banner(visit)]
}

/// The keys of the switches that are on, and of those that a form says were.
fn on(page: &str) -> (Vec<&str>, Vec<&str>) {
    let value = |tag: &str| tag.contains(" checked");
    let tags = |start: &'static str| page.split(start).skip(1).map(|rest| rest.split('"').next().unwrap());
    let checked =
        page.split("name=\"grant\" value=\"").skip(1).filter(|rest| value(rest.split('>').next().unwrap()));
    (checked.map(|rest| rest.split('"').next().unwrap()).collect(), tags("name=\"was\" value=\"").collect())
}

#[test]
fn nothing_is_on_before_a_choice() {
    let [policy, centre, _] = pages(&first_visit("en"));
    for page in [&policy, &centre] {
        assert_eq!(on(page), (vec![], vec![]));
        assert_eq!(texts(page, "p", "data-tamis-chosen=\"no\""), [NOT_CHOSEN]);
        let keys: Vec<&str> =
            page.split("data-tamis-switch=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert_eq!(keys, ["statistical", "matomo", "third-party"], "what no cookie waits for has no switch");
        assert!(page.contains("data-tamis-always=\"necessary\""));
        assert_eq!(page.matches("value=\"accept-all\"").count(), 1);
        assert_eq!(page.matches("value=\"refuse-all\"").count(), 1);
        assert_eq!(page.matches("name=\"back\" value=\"/explore?a=b&amp;c\"").count(), 2);
    }
}

#[test]
fn the_present_choice_is_shown() {
    let site = site(&registry(PAIRS));
    let (statistical, matomo) = (target(&site, "statistical"), target(&site, "matomo"));
    let answers = [(statistical, Choice::Granted)];
    let visit = Visit {
        answers: &answers,
        chosen_at: Some(1_795_478_400),
        reference: Some("00ff"),
        notice: Some(Notice::Saved),
        ..first_visit("en")
    };
    let page = site.policy(&visit, true);
    assert_eq!(
        on(&page),
        (vec!["statistical", "matomo"], vec!["statistical", "matomo"]),
        "a service follows its category"
    );
    assert!(!page.contains("<details class=\"tamis-services\" data-tamis-services=\"statistical\" open>"));
    assert_eq!(
        texts(&page, "p", "data-tamis-chosen=\"yes\""),
        ["You made your present choice on 24 November 2026. You can change it at any time."]
    );
    assert_eq!(
        texts(&page, "p", "id=\"tamis-reference\""),
        ["The reference of your choice is 00ff. It names the record of it, should you wish to ask for that."]
    );
    assert!(page.contains("datetime=\"2026-11-24T00:00:00Z\""));
    assert_eq!(texts(&page, "p", "tamis-notice"), ["Your choice has been saved."]);

    // Where all services are as their category is, or belong to another one, nothing is hidden.
    let other = registry(PAIRS).key_target("idle").unwrap();
    for answers in [
        [(statistical, Choice::Denied), (matomo, Choice::Denied)],
        [(statistical, Choice::Granted), (matomo, Choice::Granted)],
        [(statistical, Choice::Granted), (matomo, Choice::Unset)],
        [(statistical, Choice::Granted), (other, Choice::Denied)],
    ] {
        let page = site.centre(&Visit { answers: &answers, ..first_visit("en") });
        assert!(page.contains("data-tamis-services=\"statistical\">"), "{answers:?}");
    }
    let answers = [(statistical, Choice::Granted), (matomo, Choice::Denied)];
    let page = site.centre(&Visit { answers: &answers, ..first_visit("en") });
    assert_eq!(on(&page).0, ["statistical"]);
    assert!(page.contains("data-tamis-services=\"statistical\" open>"), "what differs is not hidden");
    assert_eq!(
        texts(&page, "p", "data-tamis-chosen=\"yes\""),
        ["Below is your present choice. You can change it at any time."]
    );
}

#[test]
fn a_signal_is_named_until_the_visitor_decides() {
    let site = site(&registry(PAIRS));
    let told = Visit { gpc: true, ..first_visit("en") };
    assert!(texts(&site.centre(&told), "p", "tamis-gpc")[0].ends_with(": Ads <b>."));
    let answers = [(target(&site, "third-party"), Choice::Granted)];
    assert!(!site.centre(&Visit { answers: &answers, ..told }).contains("tamis-gpc\""));
    assert!(!site.centre(&first_visit("en")).contains("tamis-gpc\""));
}

#[test]
fn the_banner_asks_for_what_it_is_told_to() {
    let site = site(&registry(PAIRS));
    let ask = [target(&site, "third-party"), target(&site, "matomo")];
    let banner = site.banner(&Visit { ask: &ask, ..first_visit("fr") });
    assert_eq!(texts(&banner, "li", ""), ["Ads <b>", "Matomo"]);
    assert_eq!(texts(&banner, "button", ""), ["Tout refuser", "Tout accepter"]);
    let asked: Vec<&str> =
        banner.split("name=\"ask\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(asked, ["third-party", "matomo"]);
    assert!(
        banner.contains("href=\"/.tamis/preferences?lang=fr&amp;back=%2Fexplore%3Fa%3Db%26c\""),
        "{banner}"
    );
    let buttons: Vec<&str> =
        banner.split("<button ").skip(1).map(|rest| rest.split(" name=").next().unwrap()).collect();
    assert_eq!(buttons[0], buttons[1], "the same element in the same style");
    let ask = [target(&site, "statistical"), target(&site, "matomo")];
    assert_eq!(
        texts(&site.banner(&Visit { ask: &ask, ..first_visit("fr") }), "li", ""),
        ["Cookies statistiques"]
    );
}

#[test]
fn strangers_texts_stay_text_and_say_their_language() {
    let [policy, centre, banner] = pages(&Visit { back: "/\"><script>", ..first_visit("en") });
    for page in [&policy, &centre, &banner] {
        assert!(!page.contains("<script>") && !page.contains("<b>"), "{page}");
        assert!(!page.contains(" style=") && !page.contains("<style"), "{page}");
    }
    assert!(policy.contains("<span lang=\"fr\">Pub</span>"));
}

#[test]
fn a_back_that_leads_elsewhere_leads_home() {
    for back in [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
    ] {
        let [_, centre, banner] = pages(&Visit { back, ..first_visit("en") });
        assert!(!centre.contains("evil") && !centre.contains("alert"), "{centre}");
        assert!(centre.contains("id=\"tamis-back\" href=\"/\"") && banner.contains("back=%2F\""));
    }
    // Where none is known, the form says none: the page that sends it is where to return.
    let [_, centre, banner] = pages(&Visit { back: "", ..first_visit("en") });
    assert!(centre.contains("id=\"tamis-back\" href=\"/\""), "{centre}");
    assert!(banner.contains("name=\"back\" value=\"\"") && banner.contains("back=\""), "{banner}");
}

#[test]
fn a_form_without_a_back_leads_to_where_it_is_sent_from() {
    let [_, _, banner] = pages(&Visit { back: "", ..first_visit("en") });
    assert!(banner.contains("name=\"back\" value=\"\"") && banner.contains("back=\">"), "{banner}");
}

#[test]
fn addresses_name_every_language() {
    let site = site(&registry(PAIRS));
    assert_eq!(site.languages(), ["en", "fr"]);
    let page = site.policy(&first_visit("fr"), false);
    for line in [
        "<link rel=\"canonical\" href=\"https://a.example/cookies-policy?lang=fr\">",
        "<link rel=\"alternate\" hreflang=\"en\" href=\"https://a.example/cookies-policy?lang=en\">",
        "<link rel=\"alternate\" hreflang=\"x-default\" href=\"https://a.example/cookies-policy\">",
        "<a href=\"/cookies-policy?lang=fr\" lang=\"fr\" hreflang=\"fr\" aria-current=\"true\">Français</a>",
    ] {
        assert!(page.contains(line), "{line}: {page}");
    }
    let settings = Settings {
        policy_path: "/c".to_owned(),
        prefix: "/t/".to_owned(),
        origin: Some("https://b.example".to_owned()),
    };
    let moved = Site::compile(&registry(PAIRS), &settings);
    let page = moved.policy(&first_visit("en"), false);
    assert!(page.contains("https://b.example/c?lang=en") && page.contains("action=\"/t/consent\""));
    assert!(!page.contains("/.tamis/") && !page.contains("cookies-policy"), "{page}");
}

#[test]
fn where_nothing_waits_nothing_is_offered() {
    let lille = site(&shipped("lille"));
    assert!(lille.switches().is_empty());
    for page in [lille.policy(&first_visit("en"), false), lille.centre(&first_visit("en"))] {
        assert!(page.contains("id=\"tamis-nothing-to-choose\"") && !page.contains("<form"), "{page}");
    }
    let plain = site(&registry("version: a\ncookies: []"));
    assert_eq!(plain.languages(), ["en"]);
    assert_eq!(texts(&plain.policy(&first_visit("en"), true), "h1", ""), ["Cookies policy"]);
    assert_eq!(texts(&plain.policy(&first_visit("en"), true), "p", "tamis-version"), ["Version a"]);
}

#[test]
fn small_pages_lead_back_to_the_centre() {
    let site = site(&registry(PAIRS));
    for message in [Message::NotRecorded, Message::BadForm, Message::ForeignForm, Message::Maintenance] {
        let page = site.message(message, "fr");
        assert!(
            page.contains("<html lang=\"fr\">") && page.contains("href=\"/.tamis/preferences?lang=fr\""),
            "{page}"
        );
    }
    assert_eq!(
        texts(&site.message(Message::NotRecorded, "fr"), "h1", ""),
        ["Votre accord n’a pas été enregistré"]
    );
}

#[test]
fn what_is_shown_is_the_same_text_each_time_and_another_in_another_language() {
    let [one, other] = [site(&registry(PAIRS)), site(&registry(PAIRS))];
    assert_eq!(one.shown("en"), other.shown("en"));
    assert_ne!(one.shown("en"), one.shown("fr"));
    for text in ["Refuse all", "Ads <b>", "Counting", "Version 2, dated 24 November 2026"] {
        assert!(one.shown("en").contains(text), "{text}");
    }
    assert!(!one.shown("en").contains('\t'));
}

#[test]
fn the_documented_texts_work() {
    let page =
        std::fs::read_to_string(format!("{}/docs/policy-page.md", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let example = page.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let spanish = registry(&format!(
        "version: '2026-12-01'\ncookies: []\npage: {{title: {{es: Galletas}}}}\n{example}"
    ));
    let version = texts(&site(&spanish).policy(&first_visit("es"), true), "p", "tamis-version").remove(0);
    assert_eq!(version, "Version 2026-12-01, dated 1 de diciembre de 2026");
}

#[test]
fn a_language_of_the_sites_own_is_whole_or_partly_english() {
    let said = |phrases: &[Phrase]| {
        let mut text = "version: '1'\ncookies: []\npage: {title: {eo: Kuketoj}}\ntexts:\n".to_owned();
        for phrase in phrases {
            text += &format!("  {}: {{eo: {}}}\n", phrase.key(), quoted(shipped_text(*phrase, "en").0));
        }
        let (_, faults) = Registry::compile(Source::new("r", text));
        let told = faults.iter().find(|fault| fault.kind == "interface-in-english");
        told.map(|fault| fault.message.clone())
    };
    assert_eq!(said(&Phrase::ALL), None);
    let one = said(&Phrase::ALL[1..]);
    assert_eq!(one.as_deref(), Some("1 texts of the interface are not there in `eo`"));
}

/// What each form asks, what each switch is, and what has none.
#[test]
fn forms_ask_for_what_they_show() {
    let unused = "categories: [{key: unused, title: Unused, description: None, consent: exempt}, ";
    let site = site(&registry(&PAIRS.replace("categories: [", unused)));
    let visit = first_visit("en");
    for page in [site.policy(&visit, true), site.centre(&visit)] {
        let forms = elements(&page, "form", "");
        let asked = |form: &str| {
            let keys =
                form.split("name=\"ask\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
            keys.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(
            forms.iter().map(|form| asked(form)).collect::<Vec<_>>(),
            [["statistical", "matomo", "third-party"]; 2]
        );
        // `unused` is exempt too, and no cookie is in it.
        let always: Vec<&str> =
            page.split("data-tamis-always=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert_eq!(always, ["necessary"]);
        assert_eq!(texts(&page, "p", "id=\"tamis-about-third-party\""), ["'Ads' & more"]);
        for key in ["necessary", "statistical"] {
            assert!(!texts(&page, "p", &format!("id=\"tamis-about-{key}\""))[0].is_empty(), "{key}");
        }
    }
}

#[test]
fn a_page_in_one_language_names_no_other() {
    let plain = site(&registry("version: a\nsite: https://a.example\ncookies: []"));
    let visit = first_visit("en");
    let [policy, centre] = [plain.policy(&visit, false), plain.centre(&visit)];
    assert!(
        policy.contains("<link rel=\"canonical\" href=\"https://a.example/cookies-policy\">"),
        "{policy}"
    );
    for page in [&policy, &centre, &plain.message(Message::BadForm, "en")] {
        assert!(!page.contains("rel=\"alternate\"") && !page.contains("tamis-languages"), "{page}");
        assert!(page.ends_with("</main>\n</body>\n</html>\n"), "{page}");
    }
    // Where nothing can be chosen, nothing introduces a choice.
    assert!(!centre.contains("tamis-introduction"), "{centre}");
    let [_, centre, _] = pages(&visit);
    assert_eq!(elements(&centre, "p", "class=\"tamis-introduction\"").len(), 1);
}

#[test]
fn a_visitor_reads_the_language_that_they_ask_for() {
    let site = site(&registry(PAIRS));
    assert_eq!(site.language(None, None, None), "en");
    assert_eq!(site.language(Some("fr"), Some(b"en"), Some(b"en")), "fr");
    assert_eq!(site.language(None, Some(b"fr"), Some(b"en")), "fr");
    assert_eq!(site.language(Some("xx"), None, Some(b"de, fr;q=0.5")), "fr");
}

/// What the policy has always listed is a column, whether a row says something in it or not.
#[test]
fn the_first_four_columns_are_always_there() {
    let plain = "version: a\ncookies: [{provider: Us, names: sid, purposes: Log-in, category: internal}]";
    let page = site(&registry(plain)).policy(&first_visit("en"), true);
    let table = elements(&page, "table", "tamis-title-internal")[0];
    let columns: Vec<&str> = table
        .split("scope=\"col\" data-tamis-column=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert_eq!(columns, ["provider", "function", "names", "purposes"]);
    assert_eq!(elements(table, "span", "tamis-nothing").len(), 1);
}

#[test]
fn right_to_left_is_said() {
    let arabic = site(&registry("version: a\ncookies: []\npage: {title: {ar: سياسة}}"));
    let page = arabic.policy(&first_visit("ar"), false);
    assert!(page.contains("<html lang=\"ar\" dir=\"rtl\">") && page.contains("<span lang=\"en\">"), "{page}");
}

#[test]
fn every_asset_that_a_page_names_is_there_and_names_no_other_site() {
    for place in Place::ALL {
        let wanted = match place.name().rsplit_once('.') {
            Some((_, "css")) => Some("text/css; charset=utf-8"),
            Some((_, "js")) => Some("text/javascript; charset=utf-8"),
            _ => None,
        };
        assert_eq!(Site::asset(place).map(|(kind, _)| kind), wanted, "{place:?}");
        let Some((_, asset)) = Site::asset(place) else { continue };
        assert!(!asset.is_empty() && asset.len() < 16_384, "{place:?}");
        for word in ["url(", "@import", "eval(", "innerHTML", "Function(", "https://"] {
            assert!(!asset.contains(word), "{place:?}: {word}");
        }
        assert!(asset.matches("http").count() == 0, "{place:?}");
    }
}
