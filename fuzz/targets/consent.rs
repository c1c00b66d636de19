//! The cookies of a request that hold a choice, by each format: what can't be read grants nothing, nothing is granted that
//! the registry doesn't list, and no second copy, companion or signal lets pass more.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tamis::consent::{Choices, Companion, Consent, Reading};
use tamis::cookie::pairs;
use tamis::registry::Registry;
use tamis_fuzz::sites::{agreed, formats, granted};

/// A companion of a choice in which nothing was asked.
const ASKED_NOTHING: &str = "tamis_choice=1.AAAAAAAAAAAAAAAAAAAAAA.1795392000.1.";

fuzz_target!(|data: &[u8]| {
    let Some((selector, rest)) = data.split_first() else { return };
    let registry = &formats()[usize::from(*selector) % formats().len()];
    // The own cookie's value, or whole fields of which any may be another manager's.
    let field = match selector & 0x80 {
        0 => [b"cookies_preferences=".as_slice(), rest].concat(),
        _ => rest.to_vec(),
    };
    let consent = read(registry, &field, false);
    if consent.reading() != Reading::Read {
        assert!(granted(registry, &consent).is_empty(), "{}", consent.reading().word());
    }
    if granted(registry, &consent).is_empty() {
        assert!(agreed(registry, &consent).is_empty());
    }
    never_more(registry, &field, &consent);
    large(registry, &field);
    written(registry, &consent);
    companion(rest);
});

fn read(registry: &Registry, field: &[u8], gpc: bool) -> Consent {
    Consent::read(registry, pairs(field), gpc)
}

/// Neither a signal, nor a companion, nor a second copy gives anything; the same copy twice says the same.
fn never_more(registry: &Registry, field: &[u8], consent: &Consent) {
    let least = agreed(registry, consent);
    let within = |other: &Consent| agreed(registry, other).iter().all(|row| least.contains(row));
    assert!(within(&read(registry, field, true)), "a signal");
    let join = |more: &[u8]| [field, more].join(&b"; "[..]);
    assert!(within(&read(registry, &join(ASKED_NOTHING.as_bytes()), false)), "a companion");
    if pairs(field).any(|pair| registry.consent().cookie.as_bytes() == pair.name()) {
        for copy in
            ["cookies_preferences=", "cookies_preferences={\"matomo\":true}", "cookies_preferences=all"]
        {
            assert!(within(&read(registry, &join(copy.as_bytes()), false)), "{copy}");
        }
    }
    // Copies past the number that is read make all of them unreadable.
    if pairs(field).count() < 16 {
        assert_eq!(&read(registry, &join(field), false), consent, "twice the same");
    }
}

/// No cookie is larger than browsers store.
fn large(registry: &Registry, field: &[u8]) {
    for pair in pairs(field).filter(|pair| pair.name().len() + pair.value().len() > 4096 + 64) {
        let alone = Consent::read(registry, std::iter::once(pair), false);
        assert!(granted(registry, &alone).is_empty());
    }
}

/// What was read is written so that it is read as the same, whatever the format can hold.
fn written(registry: &Registry, consent: &Consent) {
    let choices = Choices::of(registry, consent);
    let Ok(value) = choices.cookie_value(registry) else { return };
    let companion = Companion::new(registry, &choices, [7; 16], 1_795_392_000);
    let field = format!("cookies_preferences={value}; tamis_choice={}", companion.value());
    let again = read(registry, field.as_bytes(), false);
    let most = agreed(registry, &choices.consent());
    assert!(
        agreed(registry, &again).iter().all(|row| most.contains(row)),
        "{field} lets pass more than was chosen"
    );
}

/// A companion that is read is one that would be written so.
fn companion(value: &[u8]) {
    let parsed = Companion::parse(value);
    assert_eq!(parsed.is_some(), Companion::asked_in(value).is_some());
    if let Some(parsed) = parsed {
        assert_eq!(parsed.value().as_bytes(), value);
    }
}
