//! Other consent managers whose cookies are read beside the site's own: `consent.adapters`.

use super::Key;

/// A consent manager whose cookie tamis reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Manager {
    /// Axeptio.
    Axeptio,
    /// Complianz (WordPress), one cookie a category.
    Complianz,
    /// Cookiebot by Usercentrics.
    Cookiebot,
    /// CookieYes.
    CookieYes,
    /// Didomi.
    Didomi,
    /// django-cookie-consent.
    DjangoCookieConsent,
    /// Klaro.
    Klaro,
    /// OneTrust, earlier Optanon.
    OneTrust,
    /// Orejime.
    Orejime,
    /// The cookieconsent library 3 of Insites, later Osano: `cookieconsent_status`.
    Osano,
    /// tarteaucitron.
    Tarteaucitron,
    /// A string of IAB Europe's Transparency and Consent Framework 2, whoever wrote it.
    Tcf,
    /// TrustArc.
    TrustArc,
    /// vanilla-cookieconsent 2 and 3.
    VanillaCookieconsent,
}

/// What is known of a manager beside its grammar.
struct Facts {
    word: &'static str,
    /// The cookie unless the site configured another; of Complianz the beginning of all its cookies' names.
    cookie: &'static str,
    /// Cookies that belong to the choice, and have one name everywhere.
    siblings: &'static [&'static str],
    /// Whether it writes the number of a revision.
    numbered: bool,
    /// Whether it writes when the choice was made.
    dated: bool,
    /// Whether it may write a consent that nobody gave.
    implies: bool,
}

impl Manager {
    /// All of them, in the order of their words.
    pub const ALL: [Self; 14] = [
        Self::Axeptio,
        Self::Complianz,
        Self::Cookiebot,
        Self::CookieYes,
        Self::Didomi,
        Self::DjangoCookieConsent,
        Self::Klaro,
        Self::OneTrust,
        Self::Orejime,
        Self::Osano,
        Self::Tarteaucitron,
        Self::Tcf,
        Self::TrustArc,
        Self::VanillaCookieconsent,
    ];

    /// The words of all of them.
    pub const WORDS: [&'static str; 14] = {
        let mut words = [""; 14];
        let mut at = 0;
        while at < words.len() {
            words[at] = Self::ALL[at].facts().word;
            at += 1;
        }
        words
    };

    /// Its word in registries, logs and metrics.
    pub fn word(self) -> &'static str {
        self.facts().word
    }

    /// The name of its cookie where the site didn't choose another; of Complianz the beginning of the names.
    pub fn cookie(self) -> &'static str {
        self.facts().cookie
    }

    /// Whether its names are a family that begins with [`cookie`](Self::cookie).
    pub fn is_family(self) -> bool {
        self == Self::Complianz
    }

    /// Cookies beside that one which belong to the choice.
    pub(crate) fn siblings(self) -> &'static [&'static str] {
        self.facts().siblings
    }

    /// Whether its cookie holds the number of a revision.
    pub(super) fn is_numbered(self) -> bool {
        self.facts().numbered
    }

    /// Whether its cookie says when the choice was made.
    pub(super) fn is_dated(self) -> bool {
        self.facts().dated
    }

    /// Whether it may write a consent that nobody gave.
    pub(super) fn implies(self) -> bool {
        self.facts().implies
    }

    const fn facts(self) -> Facts {
        match self {
            Self::Axeptio => AXEPTIO,
            Self::Complianz => COMPLIANZ,
            Self::Cookiebot => COOKIEBOT,
            Self::CookieYes => COOKIEYES,
            Self::Didomi => DIDOMI,
            Self::DjangoCookieConsent => DJANGO,
            Self::Klaro => KLARO,
            Self::OneTrust => ONETRUST,
            Self::Orejime => OREJIME,
            Self::Osano => OSANO,
            Self::Tarteaucitron => TARTEAUCITRON,
            Self::Tcf => TCF,
            Self::TrustArc => TRUSTARC,
            Self::VanillaCookieconsent => VANILLA,
        }
    }
}

/// One manager as the site uses it.
#[derive(Clone, Debug)]
pub struct Adapter {
    /// Whose cookie it is.
    pub manager: Manager,
    /// Its name; of a family the beginning of the names.
    pub cookie: String,
    /// A choice of an older revision counts as none.
    pub revision: Option<Revision>,
    /// Whether a consent counts that the manager supposed and nobody gave.
    pub accept_implied: bool,
    /// The manager's words for categories and services, sorted; they go before the site's `keys:`.
    pub keys: Vec<Key>,
}

/// The oldest revision of a choice that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revision {
    /// The number that the manager writes.
    Number(i64),
    /// The time of the choice, in Unix seconds.
    Since(i64),
}

impl Adapter {
    /// Whether a cookie of that name belongs to this manager's choice. Compares, and no more.
    pub fn reads(&self, name: &[u8]) -> bool {
        self.is_main(name) || self.manager.siblings().iter().any(|sibling| sibling.as_bytes() == name)
    }

    /// Whether a cookie of that name holds the choice itself.
    pub(crate) fn is_main(&self, name: &[u8]) -> bool {
        let own = self.cookie.as_bytes();
        if self.manager.is_family() { name.starts_with(own) } else { name == own }
    }

    /// Names of cookies that the registry should declare: of a family, those of the usual categories.
    pub(super) fn names(&self) -> Vec<String> {
        if self.manager.is_family() {
            FAMILY.iter().map(|category| format!("{}{category}", self.cookie)).collect()
        } else {
            let siblings = self.manager.siblings().iter().copied();
            std::iter::once(self.cookie.as_str()).chain(siblings).map(str::to_owned).collect()
        }
    }
}

/// The categories of Complianz (complianz.io/developers-guide-for-third-party-integrations).
const FAMILY: [&str; 4] = ["functional", "preferences", "statistics", "marketing"];

const PLAIN: Facts =
    Facts { word: "", cookie: "", siblings: &[], numbered: false, dated: false, implies: false };
const AXEPTIO: Facts = Facts {
    word: "axeptio",
    cookie: "axeptio_cookies",
    siblings: &["axeptio_authorized_vendors", "axeptio_all_vendors"],
    dated: true,
    ..PLAIN
};
const COMPLIANZ: Facts = Facts { word: "complianz", cookie: "cmplz_", numbered: true, ..PLAIN };
const COOKIEBOT: Facts =
    Facts { word: "cookiebot", cookie: "CookieConsent", dated: true, implies: true, ..PLAIN };
const COOKIEYES: Facts = Facts { word: "cookieyes", cookie: "cookieyes-consent", ..PLAIN };
const DIDOMI: Facts = Facts { word: "didomi", cookie: "didomi_token", dated: true, ..PLAIN };
const DJANGO: Facts = Facts { word: "django-cookie-consent", cookie: "cookie_consent", dated: true, ..PLAIN };
const KLARO: Facts = Facts { word: "klaro", cookie: "klaro", ..PLAIN };
const ONETRUST: Facts = Facts {
    word: "onetrust",
    cookie: "OptanonConsent",
    siblings: &["OptanonAlertBoxClosed"],
    dated: true,
    ..PLAIN
};
const OREJIME: Facts = Facts { word: "orejime", cookie: "eu-consent", ..PLAIN };
const OSANO: Facts =
    Facts { word: "osano-cookieconsent", cookie: "cookieconsent_status", implies: true, ..PLAIN };
const TARTEAUCITRON: Facts = Facts { word: "tarteaucitron", cookie: "tarteaucitron", ..PLAIN };
const TCF: Facts = Facts { word: "tcf", cookie: "euconsent-v2", numbered: true, dated: true, ..PLAIN };
const TRUSTARC: Facts = Facts {
    word: "trustarc",
    cookie: "cmapi_cookie_privacy",
    siblings: &["notice_gdpr_prefs", "notice_preferences"],
    ..PLAIN
};
const VANILLA: Facts =
    Facts { word: "vanilla-cookieconsent", cookie: "cc_cookie", numbered: true, dated: true, ..PLAIN };
