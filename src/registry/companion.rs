//! The row that every registry has for `tamis_choice`, unless the site writes its own.

use super::{Attributes, CategoryId, Entry, Lifetime, Name, Registry, SameSite, SetBy, Text};

/// Six months, the longest that a choice is remembered: 182 whole days, as lifetimes are reckoned.
const SECONDS: u64 = 182 * 24 * 60 * 60;

/// The row. It belongs to the first shipped category and is exempt whatever the site made of that: a refusal has to be
/// remembered too.
pub(super) fn entry() -> Entry {
    Entry {
        provider: text(["This website", "Ce site", "Deze website", "Diese Website"]),
        function: Some(text([
            "Cookie preferences",
            "Préférences en matière de cookies",
            "Cookievoorkeuren",
            "Cookie-Einstellungen",
        ])),
        location: None,
        names: vec![Name { pattern: Registry::COMPANION.to_owned(), line: 0, column: 0 }],
        purposes: text([
            "To remember when the visitor chose which cookies to allow, under a random number by which they can ask \
             for the record of their choice",
            "Mémoriser la date à laquelle le visiteur a choisi les cookies qu’il autorise, sous un numéro aléatoire \
             qui lui permet de demander la preuve de son choix",
            "Onthouden wanneer de bezoeker heeft gekozen welke cookies zijn toegestaan, onder een willekeurig nummer \
             waarmee hij of zij het bewijs van die keuze kan opvragen",
            "Speichern, wann der Besucher gewählt hat, welche Cookies erlaubt sind, unter einer Zufallsnummer, mit der \
             er den Nachweis seiner Wahl anfordern kann",
        ]),
        category: CategoryId(0),
        service: None,
        lifetime: Some(Lifetime::Seconds(SECONDS)),
        set_by: Some(SetBy::Server),
        domains: Vec::new(),
        paths: Vec::new(),
        attributes: Attributes {
            http_only: Some(true),
            same_site: Some(SameSite::Lax),
            ..Attributes::default()
        },
        exemption: Some(text([
            "It keeps the visitor’s own choice about cookies, and its proof.",
            "Il conserve le choix du visiteur en matière de cookies, et sa preuve.",
            "Het bewaart de eigen keuze van de bezoeker over cookies, en het bewijs daarvan.",
            "Es bewahrt die eigene Wahl des Besuchers zu Cookies und deren Nachweis.",
        ])),
        anonymised: false,
        rewrite: None,
        rename: None,
        needs_consent: false,
        shipped: true,
    }
}

/// English, French, Dutch, German.
fn text(texts: [&str; 4]) -> Text {
    let tags = ["en", "fr", "nl", "de"].map(str::to_owned);
    Text::ByLanguage(tags.into_iter().zip(texts.map(str::to_owned)).collect())
}
