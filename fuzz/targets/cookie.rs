//! A `Cookie` field, or several where the input has line feeds, which no field can hold: its pairs against a naive
//! reading, and what is left of it under a policy that permits everything and under one that permits little.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use tamis::consent::{Choices, Consent};
use tamis::cookie::{is_disguised, pairs, readings, reads_alike};
use tamis::policy::{Policy, Reason, Sifted, Undeclared};
use tamis_fuzz::sites::{MOST_PAIRS, policy};

fuzz_target!(|data: &[u8]| {
    static POLICIES: OnceLock<[Policy; 2]> = OnceLock::new();
    let policies = || [policy(false, Undeclared::Allow), policy(false, Undeclared::Block)];
    let [open, strict] = POLICIES.get_or_init(policies);
    let fields: Vec<&[u8]> = data.split(|octet| *octet == b'\n').collect();
    for field in &fields {
        let found: Vec<_> = pairs(field).map(|pair| (pair.raw(), pair.name(), pair.value())).collect();
        assert_eq!(found, naive(field));
        assert!(pairs(field).all(|pair| pair.is_nameless() == pair.name().is_empty()));
    }
    everything_permitted(open, &fields);
    let kept = nothing_agreed(strict, &fields);
    // A second gateway behind the first changes nothing.
    assert_eq!(sift(strict, kept.iter().map(Vec::as_slice)), Sifted::Unchanged);
});

fn sift<'a>(policy: &Policy, fields: impl Iterator<Item = &'a [u8]>) -> Sifted {
    policy.filter_request(fields, &Consent::none(), true, |_, _| {})
}

/// Octets, name and value of each pair: cut at semicolons, each at its first `=`, SP and HTAB taken off all ends.
fn naive(field: &[u8]) -> Vec<(&[u8], &[u8], &[u8])> {
    let segments = field.split(|octet| *octet == b';').map(trim).filter(|raw| !raw.is_empty());
    let cut = segments.map(|raw| match raw.iter().position(|octet| *octet == b'=') {
        Some(at) => (raw, trim(&raw[..at]), trim(&raw[at + 1..])),
        None => (raw, &raw[..0], raw),
    });
    cut.collect()
}

fn trim(octets: &[u8]) -> &[u8] {
    let solid = |octet: &u8| !matches!(octet, b' ' | b'\t');
    match (octets.iter().position(solid), octets.iter().rposition(solid)) {
        (Some(first), Some(last)) => &octets[first..=last],
        _ => &octets[..0],
    }
}

/// Where everything is permitted, only what pretends to be something else is lost, and the rest keeps its octets.
fn everything_permitted(policy: &Policy, fields: &[&[u8]]) {
    let all: Vec<_> = fields.iter().flat_map(|field| naive(field)).collect();
    let all_agreed = Choices::all(policy.registry(), true).consent();
    let mut judged = Vec::new();
    let sifted = policy.filter_request(fields.iter().copied(), &all_agreed, true, |name, verdict| {
        judged.push((name.to_vec(), verdict.reason()));
    });
    let names = all.iter().map(|(_, name, _)| name.to_vec());
    assert!(judged.iter().map(|(name, _)| name.clone()).eq(names), "each pair is judged once, in order");
    let alike = reads_alike(&fields.join(&b"; "[..]));
    let passes = |count: usize, (name, reason): &(Vec<u8>, Reason)| {
        let counted = !name.is_empty() && !is_disguised(name) && count < MOST_PAIRS;
        let ambiguous = *reason == Reason::Ambiguous;
        assert!(!(ambiguous && alike), "nobody reads it otherwise");
        (policy.registry().consent().reads(name) || counted) && !ambiguous
    };
    let kept = all.iter().zip(&judged).enumerate().filter(|(count, (_, judged))| passes(*count, judged));
    let kept: Vec<&[u8]> = kept.map(|(_, ((raw, ..), _))| *raw).collect();
    match sifted {
        Sifted::Unchanged => assert!(fields.len() == 1 && kept.len() == all.len()),
        Sifted::Fewer(field) => {
            assert_eq!(field, kept.join(&b"; "[..]));
            assert!(fields.len() > 1 || kept.len() < all.len());
        }
        Sifted::Empty => assert!(kept.is_empty()),
    }
}

/// The field that is left where nobody agreed to anything: every name in it is exempt or holds the choice.
fn nothing_agreed(policy: &Policy, fields: &[&[u8]]) -> Option<Vec<u8>> {
    let kept = match sift(policy, fields.iter().copied()) {
        Sifted::Unchanged => fields.first()?.to_vec(),
        Sifted::Fewer(kept) => kept,
        Sifted::Empty => return None,
    };
    let registry = policy.registry();
    let permitted = |name: &[u8]| {
        registry.consent().reads(name)
            || registry.lookup(name).is_some_and(|id| !registry.entry(id).needs_consent)
    };
    let names = naive(&kept).into_iter().map(|(_, name, _)| name);
    for name in names {
        assert!(permitted(name), "{}", name.escape_ascii());
    }
    // As servers read it that end a cookie elsewhere than browsers do.
    let own: Vec<&[u8]> = naive(&kept).into_iter().map(|(raw, ..)| raw).collect();
    for reading in readings(&kept) {
        let itself = own.iter().any(|raw| raw.as_ptr() == kept[reading.at..].as_ptr());
        let within = permitted(reading.name) && !registry.consent().reads(reading.name);
        // Readers that heed no quotes find words in free text; only those that are cookies of the site count.
        let nobody = reading.blunt
            && registry.lookup(reading.name).is_none()
            && !registry.consent().reads(reading.name);
        assert!(itself || within || nobody, "{} in {}", reading.name.escape_ascii(), kept.escape_ascii());
    }
    // … and that trim more.
    for segment in String::from_utf8_lossy(&kept).split(';').filter(|segment| !segment.trim().is_empty()) {
        let name = segment.split('=').next().unwrap_or_default().trim();
        assert!(permitted(name.as_bytes()), "{name:?} in {}", kept.escape_ascii());
    }
    Some(kept)
}
