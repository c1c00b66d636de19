//! The categories that every registry has: the four kinds of the first customer's policy, in English and French.

use super::{Category, Rule, Text};

/// Shipped categories in the order of the page.
pub(super) fn categories() -> Vec<Category> {
    TEXTS
        .iter()
        .map(|kind| Category {
            key: kind.key.to_owned(),
            title: both(kind.title),
            description: both(kind.description),
            rule: kind.rule,
        })
        .collect()
}

fn both([en, fr]: [&str; 2]) -> Text {
    Text::ByLanguage(vec![("en".to_owned(), en.to_owned()), ("fr".to_owned(), fr.to_owned())])
}

struct Kind {
    key: &'static str,
    rule: Rule,
    /// English, French.
    title: [&'static str; 2],
    /// English, French.
    description: [&'static str; 2],
}

const TEXTS: [Kind; 4] = [
    Kind {
        key: "necessary",
        rule: Rule::Exempt,
        title: [
            "Cookies necessary for the platform to function properly/functionality cookies",
            "Cookies nécessaires au bon fonctionnement de la plateforme/cookies de fonctionnalité",
        ],
        description: [
            "“Necessary” internal cookies allow information to be saved between two visits to the same website by the \
             same device. They can save a shopping cart, log-in information, or interface preferences. They do not \
             require the user’s consent.",
            "Les cookies internes « nécessaires » permettent de conserver des informations entre deux visites d’un \
             même appareil sur un même site. Ils peuvent enregistrer un panier d’achat, des informations de connexion \
             ou des préférences d’interface. Ils ne nécessitent pas le consentement de l’utilisateur.",
        ],
    },
    Kind {
        key: "statistical",
        rule: Rule::UnlessAnonymised,
        title: ["Statistical cookies", "Cookies statistiques"],
        description: [
            "“Statistical” cookies make it possible to track an Internet user's actions on a website. When statistics \
             are anonymized (meaning they cannot be traced back to a person), user consent is not required.",
            "Les cookies « statistiques » permettent de suivre les actions d’un internaute sur un site. Lorsque les \
             statistiques sont anonymisées (c’est-à-dire qu’elles ne permettent pas de remonter à une personne), le \
             consentement de l’utilisateur n’est pas nécessaire.",
        ],
    },
    Kind {
        key: "internal",
        rule: Rule::Required,
        title: ["Internal or first-party cookies", "Cookies internes"],
        description: [
            "“Internal” or “first-party” cookies are stored by the website visited. They can be stored in addition to \
             the necessary cookies, and can be used to collect personal data, track user behavior, and for \
             advertising purposes.",
            "Les cookies « internes » ou « first-party » sont déposés par le site visité. Ils peuvent être déposés en \
             plus des cookies nécessaires et servir à collecter des données personnelles, à suivre le comportement de \
             l’utilisateur et à des fins publicitaires.",
        ],
    },
    Kind {
        key: "third-party",
        rule: Rule::Required,
        title: ["Third-party cookies", "Cookies tiers"],
        description: [
            "“Third-party” cookies are cookies stored by (or for) a Website B (often an advertising agency) on \
             Website A. This allows Website B to see what pages the user visited on Website A, and collect \
             information about the user.",
            "Les cookies « tiers » ou « third-party » sont des cookies déposés par (ou pour) un site B (souvent une \
             régie publicitaire) sur un site A. Ils permettent au site B de voir quelles pages l’utilisateur a \
             visitées sur le site A et de collecter des informations sur lui.",
        ],
    },
];
