//! Where the pages are.

/// Where a site serves its pages.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The policy page's path: `/cookies-policy`.
    pub policy_path: String,
    /// What the other paths begin with; begins and ends with `/`: `/.tamis/`.
    pub prefix: String,
    /// Scheme and host under which the site is known (`https://www.example.org`), for canonical and alternate links;
    /// without it the registry's `site:` counts.
    pub origin: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { policy_path: "/cookies-policy".to_owned(), prefix: "/.tamis/".to_owned(), origin: None }
    }
}

/// One of the addresses that a site's pages need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The policy page; `?lang=` chooses the language, `?fragment=1` the bare section.
    Policy,
    /// The preference centre; `?lang=`, `?back=`.
    Centre,
    /// The banner's fragment; `?language=`, `?open=1` asks again for everything.
    Banner,
    /// Where forms are posted; the JSON API.
    Consent,
    /// The style sheet of pages.
    Style,
    /// The script of pages.
    Script,
    /// The style sheet of the banner.
    BannerStyle,
    /// The script that a site includes.
    BannerScript,
}

impl Place {
    /// Every place.
    pub const ALL: [Self; 8] = [
        Self::Policy,
        Self::Centre,
        Self::Banner,
        Self::Consent,
        Self::Style,
        Self::Script,
        Self::BannerStyle,
        Self::BannerScript,
    ];

    /// What follows the prefix; nothing for the policy page, which has a path of its own.
    pub fn name(self) -> &'static str {
        match self {
            Self::Policy => "",
            Self::Centre => "preferences",
            Self::Banner => "banner",
            Self::Consent => "consent",
            Self::Style => "pages.css",
            Self::Script => "pages.js",
            Self::BannerStyle => "banner.css",
            Self::BannerScript => "banner.js",
        }
    }
}

impl Settings {
    /// The path of a place.
    pub fn path(&self, place: Place) -> String {
        match place {
            Place::Policy => self.policy_path.clone(),
            other => format!("{}{}", self.prefix, other.name()),
        }
    }
}
