//! What is served at one of our paths.

use http::Method;

use crate::config::{GPC, Pages};
use crate::pages::Place;

/// What a path stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// One of the addresses that pages need.
    Page(Place),
    /// That Global Privacy Control is honoured.
    Gpc,
    /// Below the prefix, but nothing.
    Nothing,
}

impl Route {
    /// The route of a path that [`Pages::take`] takes, without the query; compared octet by octet.
    pub(super) fn of(pages: &Pages, path: &str) -> Self {
        let Some(below) = path.strip_prefix(&pages.prefix) else {
            return if path == GPC { Self::Gpc } else { Self::Page(Place::Policy) };
        };
        if below.is_empty() {
            return Self::Page(Place::Centre);
        }
        Place::ALL.into_iter().find(|place| place.name() == below).map_or(Self::Nothing, Self::Page)
    }

    /// The methods that it answers.
    pub(super) fn methods(self) -> &'static [Method] {
        match self {
            Self::Page(Place::Consent) => {
                &[Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE]
            }
            _ => &[Method::GET, Method::HEAD],
        }
    }

    /// The value of `Allow` that lists them (RFC 9110 10.2.1).
    pub(super) fn allow(self) -> &'static str {
        match self {
            Self::Page(Place::Consent) => "GET, HEAD, POST, PUT, DELETE",
            _ => "GET, HEAD",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let pages = Pages::default();
        for (path, route) in [
            ("/cookies-policy", Route::Page(Place::Policy)),
            ("/.tamis/", Route::Page(Place::Centre)),
            ("/.tamis/preferences", Route::Page(Place::Centre)),
            ("/.tamis/banner", Route::Page(Place::Banner)),
            ("/.tamis/banner.js", Route::Page(Place::BannerScript)),
            ("/.tamis/consent", Route::Page(Place::Consent)),
            ("/.tamis/consent/", Route::Nothing),
            ("/.tamis/Consent", Route::Nothing),
            ("/.tamis/../x", Route::Nothing),
            (GPC, Route::Gpc),
        ] {
            assert_eq!(Route::of(&pages, path), route, "{path}");
            let listed: Vec<&str> = route.methods().iter().map(Method::as_str).collect();
            assert_eq!(listed.join(", "), route.allow());
        }
    }
}
