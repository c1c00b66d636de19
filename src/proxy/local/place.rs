//! Which of our paths a request is for.

use http::Method;

use crate::config::{GPC, Pages};

/// What is served at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The cookie policy.
    Policy,
    /// The preference centre.
    Centre,
    /// The banner, as a fragment for the site's own pages.
    Banner,
    /// A file that pages load.
    Asset(Asset),
    /// The choice: form and API.
    Consent,
    /// That Global Privacy Control is honoured.
    Gpc,
    /// Below the prefix, but nothing.
    Nothing,
}

/// A file that pages load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asset {
    Style,
    Script,
    BannerStyle,
    BannerScript,
}

impl Place {
    /// The place of a path that [`Pages::take`] takes, without the query; compared octet by octet.
    pub(super) fn of(pages: &Pages, path: &str) -> Self {
        let Some(below) = path.strip_prefix(&pages.prefix) else {
            return if path == GPC { Self::Gpc } else { Self::Policy };
        };
        match below {
            "" => Self::Centre,
            "banner" => Self::Banner,
            "style.css" => Self::Asset(Asset::Style),
            "script.js" => Self::Asset(Asset::Script),
            "banner.css" => Self::Asset(Asset::BannerStyle),
            "banner.js" => Self::Asset(Asset::BannerScript),
            "consent" => Self::Consent,
            _ => Self::Nothing,
        }
    }

    /// The methods that it answers; those of `Allow` (RFC 9110 10.2.1).
    pub(super) fn methods(self) -> &'static [Method] {
        match self {
            Self::Consent => &[Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE],
            _ => &[Method::GET, Method::HEAD],
        }
    }

    /// The field that lists them.
    pub(super) fn allow(self) -> &'static str {
        match self {
            Self::Consent => "GET, HEAD, POST, PUT, DELETE",
            _ => "GET, HEAD",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        let pages = Pages::default();
        for (path, place) in [
            ("/cookies-policy", Place::Policy),
            ("/.tamis/", Place::Centre),
            ("/.tamis/banner", Place::Banner),
            ("/.tamis/banner.js", Place::Asset(Asset::BannerScript)),
            ("/.tamis/consent", Place::Consent),
            ("/.tamis/consent/", Place::Nothing),
            ("/.tamis/Consent", Place::Nothing),
            ("/.tamis/../x", Place::Nothing),
            (GPC, Place::Gpc),
        ] {
            assert_eq!(Place::of(&pages, path), place, "{path}");
            let listed: Vec<&str> = place.methods().iter().map(Method::as_str).collect();
            assert_eq!(listed.join(", "), place.allow());
        }
    }
}
