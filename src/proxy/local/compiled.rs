//! What is served for one site, made ready when the gateway starts.

use aws_lc_rs::digest;
use bytes::Bytes;
use http::HeaderValue;

use super::respond;
use crate::config::{Pages, Site};
use crate::consent::hex;
use crate::pages::{self, Place, Settings};

/// The pages of one site and what goes with them, the same for every visitor.
pub struct Local {
    pub(super) paths: Pages,
    pub(super) settings: Settings,
    pub(super) pages: pages::Site,
    /// SHA-256 of what visitors are told, a language.
    shown: Vec<(String, [u8; 32])>,
    /// SHA-256 of the registry's file.
    pub(super) registry: [u8; 32],
    assets: Vec<(Place, File)>,
    /// Choices leave a record.
    pub(super) recorded: bool,
}

/// A file that pages load.
pub(super) struct File {
    pub(super) kind: HeaderValue,
    pub(super) text: Bytes,
    pub(super) tag: HeaderValue,
}

impl Local {
    /// Renders the pages of a site, if it has any; `recorded` whether choices leave a record. Takes its time: not for a worker.
    pub fn compile(site: &Site, recorded: bool) -> Option<Self> {
        let paths = site.pages.clone()?;
        let registry = site.policy.registry();
        // Where the policy is the site's own page, links to it lead to the preference centre.
        let policy_path = paths.policy.clone().unwrap_or_else(|| paths.prefix.clone());
        let settings = Settings { policy_path, prefix: paths.prefix.clone(), origin: None };
        let pages = pages::Site::compile(registry, &settings);
        let shown = pages.languages().iter().map(|tag| (tag.clone(), digest(pages.shown(tag)))).collect();
        let assets = Place::ALL.into_iter().filter_map(|place| Some((place, File::of(place)?))).collect();
        Some(Self { paths, settings, shown, registry: digest(registry.text()), assets, recorded, pages })
    }

    /// SHA-256 of what visitors are told in a language.
    pub(super) fn shown(&self, language: &str) -> [u8; 32] {
        let found = self.shown.iter().find(|(tag, _)| tag == language).or(self.shown.first());
        found.map_or([0; 32], |(_, digest)| *digest)
    }

    /// What tells the text of a language from every other: a beginning of its digest. A form that brings it back was
    /// made with this text, so the record of its choice tells what was shown.
    pub(super) fn stamp(&self, language: &str) -> String {
        hex::encode(self.shown(language).get(..8).unwrap_or_default())
    }

    /// The file at a place, if there is one.
    pub(super) fn file(&self, place: Place) -> Option<&File> {
        self.assets.iter().find(|(at, _)| *at == place).map(|(_, file)| file)
    }
}

impl File {
    fn of(place: Place) -> Option<Self> {
        let (kind, text) = pages::Site::asset(place)?;
        let tag = respond::tag(text.as_bytes());
        Some(Self { kind: HeaderValue::from_static(kind), text: Bytes::from_static(text.as_bytes()), tag })
    }
}

fn digest(text: &str) -> [u8; 32] {
    let mut octets = [0; 32];
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    octets.copy_from_slice(digest.as_ref());
    octets
}
