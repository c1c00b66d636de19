//! What is remembered of a line says the same as reading it.

use proptest::prelude::*;

use super::rewrite::registry;
use super::{NOW, consent};
use crate::consent::Consent;
use crate::cookie::{SetCookie, Unread};
use crate::policy::{Familiar, Moment, Occasion, Policy, Undeclared};
use crate::registry::{LifetimeChange, Rewrite};

/// The fate of a line from memory, told beside what reading it gives.
fn both(
    memory: &mut Familiar,
    (site, policy): (usize, &Policy),
    line: &[u8],
    occasion: Occasion<'_>,
) -> Option<()> {
    let Occasion { consent, now, secure } = occasion;
    let remembered =
        memory.sift((site, policy), &Unread::cut(line), &Moment { consent, secure, now: || now })?;
    let read = policy.sift_set_cookie(&SetCookie::parse(line), occasion, |_, _| true);
    assert_eq!(remembered, read, "{:?}", line.escape_ascii().to_string());
    Some(())
}

fn policies() -> [Policy; 3] {
    let policy = |undeclared| Policy::new(registry(), undeclared, undeclared, 180);
    let clamp = Rewrite { lifetime: Some(LifetimeChange::Clamp), ..Rewrite::default() };
    [policy(Undeclared::Block), policy(Undeclared::Allow), policy(Undeclared::Report).rewriting(clamp)]
}

fn line() -> impl Strategy<Value = Vec<u8>> {
    let names: &[&[u8]] = &[
        b"sessionid",
        b" sessionid\t",
        b"sso",
        b"cart",
        b"theme",
        b"_pk_id.1.a3",
        b"_ga",
        b"__Host-x",
        b"x",
        b"",
        b"csrftoken",
        b"\xa0x",
    ];
    let values: &[&[u8]] = &[b"", b"1", b" 1 ", b"a=b", b"\x01", b"\t", b"\xff"];
    let attributes: &[&[u8]] = &[
        b"Path=/",
        b" Path=/",
        b" Max-Age=99999999",
        b" Max-Age=0",
        b" Expires=Mon, 23 Nov 2026 00:00:05 GMT",
        b" Expires=Thu, 01 Jan 2099 00:00:00 GMT",
        b" Secure",
        b" SameSite=None",
        b"HttpOnly",
        b" x\x02",
        b"",
    ];
    let value = prop_oneof![
        8 => prop::sample::select(values.to_vec()).prop_map(<[u8]>::to_vec),
        1 => (4070_usize..4100).prop_map(|length| vec![b'v'; length]),
    ];
    let attributes = prop::collection::vec(prop::sample::select(attributes.to_vec()), 0..4);
    (prop::sample::select(names.to_vec()), any::<bool>(), value, attributes).prop_map(
        |(name, sign, value, attributes)| {
            let pair = [name, if sign { b"=" } else { b"" }, &value].concat();
            std::iter::once(pair.as_slice()).chain(attributes).collect::<Vec<_>>().join(&b";"[..])
        },
    )
}

proptest! {
    #[test]
    fn memory_changes_nothing(
        asked in prop::collection::vec((line(), 0_usize..3, any::<[bool; 2]>(), 0_i64..8), 1..60),
    ) {
        let policies = policies();
        let agreed = consent(policies[0].registry(), r#"{"statistical":true}"#);
        prop_assert!(agreed != Consent::none() && agreed.header(policies[0].registry()).contains("statistical"));
        let refused = Consent::none();
        let mut memory = Familiar::default();
        for (line, site, [agrees, secure], later) in asked {
            let consent = if agrees { &agreed } else { &refused };
            let occasion = Occasion { consent, now: NOW + later, secure };
            both(&mut memory, (site, &policies[site]), &line, occasion);
        }
    }
}

#[test]
fn a_line_is_remembered_by_its_name_and_attributes() {
    let [policy, ..] = policies();
    let consent = Consent::none();
    let mut memory = Familiar::default();
    let mut asked = std::cell::Cell::new(0);
    let mut is = |line: &str, now: i64, expected: bool| {
        let now = || {
            asked.set(asked.get() + 1);
            now
        };
        let moment = &Moment { consent: &consent, secure: true, now };
        let found = memory.sift((0, &policy), &Unread::cut(line.as_bytes()), moment);
        assert_eq!(found.is_some(), expected, "{line}");
    };
    is("theme=1; Path=/; Max-Age=60", 1, true);
    is("theme=2; Path=/; Max-Age=60", 2, true);
    is("theme=2; Path=/; Expires=Thu, 01 Jan 2099 00:00:00 GMT", 3, true);
    is("theme=3; Path=/; Expires=Thu, 01 Jan 2099 00:00:00 GMT", 3, true);
    is("theme=4; Path=/; Expires=Thu, 01 Jan 2099 00:00:00 GMT", 4, true);
    is("cookies_preferences=1; Path=/", 5, false);
    is("theme", 5, false);
    is(&format!("theme=1; Path=/{}", "x".repeat(600)), 5, false);
    // Where no line speaks of time, nobody looks at the clock: once for the first that does, once a line from then on.
    assert_eq!(*asked.get_mut(), 4);
}

/// Lines of one shape that don't share a fate: what was a deletion a second later, what collides with another's place, what
/// a new name makes too long.
#[test]
fn what_is_remembered_is_of_that_line() {
    let [policy, ..] = policies();
    let agreed = consent(policy.registry(), r#"{"statistical":true}"#);
    let mut memory = Familiar::default();
    let mut is = |line: &str, now: i64, remembered: bool| {
        let occasion = Occasion { consent: &agreed, now, secure: true };
        assert_eq!(
            both(&mut memory, (0, &policy), line.as_bytes(), occasion).is_some(),
            remembered,
            "{line}"
        );
    };
    for now in [NOW, NOW, NOW + 10, NOW + 10] {
        is("x=1; Expires=Mon, 23 Nov 2026 00:00:05 GMT", now, true);
    }
    for number in 0..2000 {
        is(&format!("_pk_id.{number}.1=1; Path=/"), NOW, true);
        is(&format!("x{number}=1; Path=/"), NOW, true);
    }
    is("sessionid=1; Path=/", NOW, true);
    is(&format!("sessionid={}; Path=/", "x".repeat(4080)), NOW, true);
    is(&format!("sessionid={}; Path=/", "x".repeat(4081)), NOW, false);
    // Whether it passes depends on its value.
    is("atuserid=1; Max-Age=60", NOW, false);
    is("atuserid=1; Max-Age=60", NOW, false);
}
