//! A `Set-Cookie` field: [`SetCookie`] and [`Unread`] against each other and against the browser's own algorithm, and
//! edits, which change what they name and nothing else.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tamis::cookie::{Edit, Lifetime, Refusal, SameSite, SetCookie, Unread};

const NOW: i64 = 1_795_392_000;

fuzz_target!(|data: &[u8]| {
    let Some((flags, line)) = data.split_first() else { return };
    let (cookie, unread) = (SetCookie::parse(line), Unread::cut(line));
    assert_eq!((cookie.name(), cookie.value()), (unread.name(), unread.value()));
    assert_eq!((cookie.raw(), unread.raw()), (line, line));
    parts_are_the_line(&cookie, &unread);
    refusals(&cookie, &unread);
    edits(&cookie, *flags);
    tamis_fuzz::browser::agrees(&cookie, NOW);
});

/// The pair and the attributes, joined by semicolons, are the line.
fn parts_are_the_line(cookie: &SetCookie<'_>, unread: &Unread<'_>) {
    let attributes: Vec<&[u8]> = cookie.attributes().map(|attribute| attribute.raw()).collect();
    let parts = std::iter::once(unread.before_attributes()).chain(attributes.iter().copied());
    assert_eq!(parts.collect::<Vec<_>>().join(&b";"[..]), cookie.raw());
    assert_eq!(
        unread.attributes().map(<[u8]>::to_vec),
        unread.attributes().map(|_| attributes.join(&b";"[..]))
    );
}

fn refusals(cookie: &SetCookie<'_>, unread: &Unread<'_>) {
    let control = |octets: &[u8]| octets.iter().any(|octet| octet.is_ascii_control() && *octet != b'\t');
    let large = cookie.name().len() + cookie.value().len() > 4096;
    match cookie.refusal() {
        Some(Refusal::ControlCharacter) => assert!(control(cookie.raw())),
        Some(Refusal::Nameless) => assert!(cookie.name().is_empty()),
        Some(Refusal::TooLarge) => assert!(large),
        Some(Refusal::Prefix) => assert!(cookie.name().starts_with(b"__")),
        None => assert!(!control(cookie.raw()) && !cookie.name().is_empty() && !large),
    }
    let plain = !control(unread.before_attributes()) && !cookie.name().is_empty() && !large;
    assert_eq!(unread.has_plain_pair(), plain);
}

/// What is asked for is so afterwards, a second time changes nothing, and name and value stay.
fn edits(cookie: &SetCookie<'_>, flags: u8) {
    assert_eq!(Edit::default().apply(cookie), None);
    let flag = |bit: u8| flags & bit != 0;
    let same_site = [SameSite::Lax, SameSite::Strict, SameSite::None][usize::from(flags >> 5) % 3];
    let lifetime = match flag(16) {
        true => Lifetime::Session,
        false => Lifetime::AtMost { seconds: 60, now: NOW },
    };
    let edit = Edit {
        name: None,
        secure: Some(flag(1)),
        http_only: Some(flag(2)),
        partitioned: Some(flag(4)),
        same_site: Some(flag(128).then_some(same_site)),
        lifetime: Some(lifetime),
        host: flag(8),
    };
    let field = edit.apply(cookie).unwrap_or_else(|| cookie.raw().to_vec());
    let edited = SetCookie::parse(&field);
    assert_eq!((edited.name(), edited.value()), (cookie.name(), cookie.value()));
    assert_eq!((edited.secure(), edited.http_only(), edited.partitioned()), (flag(1), flag(2), flag(4)));
    assert_eq!(edited.same_site(), flag(128).then_some(same_site));
    assert!(!flag(8) || edited.domain().is_none() && edited.path() == Some(b"/"));
    if flag(16) {
        assert_eq!((edited.max_age(), edited.expires()), (None, None));
    }
    assert!(edited.max_age().is_none_or(|seconds| seconds <= 60));
    assert!(edited.expires().is_none_or(|time| time <= NOW + 60));
    if cookie.is_deletion(NOW) && !flag(16) {
        assert!(edited.is_deletion(NOW), "a deletion stays one");
    }
    assert_eq!(edit.apply(&edited), None);
}
