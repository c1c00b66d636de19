//! A configuration with a file of a site and a registry, parted by NUL, which no YAML holds: all faults with their places,
//! or a snapshot of sites that can be found.
#![no_main]

use std::path::Path;

use libfuzzer_sys::{Corpus, fuzz_target};
use tamis::config::{self, Outside};
use tamis::diagnostic::Source;
use tamis_fuzz::sites::PLAIN;

const MISSING: &str = "there is no such file";

fuzz_target!(|data: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(data) else { return Corpus::Reject };
    let mut parts = text.split('\0');
    let (own, site, registry) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let environment = |name: &str| (name == "HOST").then(|| "a.example".to_owned());
    let read = |path: &Path, most: u64| {
        let text = match path.to_str() {
            Some("/etc/tamis/registry.yaml") => Some(registry.unwrap_or(PLAIN)),
            Some("/etc/tamis/sites/a.yaml") => site,
            Some("/etc/tamis/secret") => Some("0123456789abcdef0123456789abcdef\n"),
            _ => None,
        };
        text.filter(|text| text.len() as u64 <= most).map(str::to_owned).ok_or_else(|| MISSING.to_owned())
    };
    let list = |path: &Path| match path.to_str() {
        Some("/etc/tamis/sites") => Ok(vec!["a.yaml".to_owned()]),
        _ => Err(MISSING.to_owned()),
    };
    let outside = Outside { environment: &environment, read: &read, list: &list, check: &|_| Vec::new() };
    let compiled = config::compile(Source::new("tamis.yaml", own), Path::new("/etc/tamis"), outside);
    tamis_fuzz::faults::are_sound(&compiled.faults);
    assert_eq!(compiled.snapshot.is_some(), compiled.faults.errors() == 0);
    Corpus::Keep
});
