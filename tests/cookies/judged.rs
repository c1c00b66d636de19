//! The corpus through tamis: it reads what the browser reads, and what it forwards stores what may be stored.

use tamis::consent::Consent;
use tamis::cookie::{self, Refusal, SetCookie, Unread};
use tamis::policy::{Occasion, Policy, Reason, Verdict};
use tamis::registry::{LifetimeChange, Presence, Rewrite, SameSiteChange};

use crate::corpus::{NOW, corpus, octets, text};
use crate::model::{Attributes, Cookie, Expiry, Ignored, Outcome, Received, SameSite, Store, Uri};
use crate::site::{LIMIT, policy, refusing_all, renaming};

/// Why tamis refuses a line that a browser may store something of: the rules that docs/reliability.md lists.
fn is_stricter(received: &Received, refusal: Refusal) -> bool {
    // It comes back as `Cookie: value`, in which a server may read any name.
    refusal == Refusal::Nameless && received.name.is_empty()
}

/// Whether the last `Max-Age`, or the last `Expires` where there is none, says nothing: then not all browsers delete.
fn is_doubtful(cookie: &SetCookie<'_>) -> bool {
    let last = |name: &str| cookie.attributes().filter(|attribute| attribute.is(name)).last();
    let number = |value: &[u8]| {
        let digits = value.strip_prefix(b"-").unwrap_or(value);
        !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
    };
    match (last("Max-Age"), last("Expires")) {
        (Some(age), _) => age.value().len() > 1024 || !number(age.value()),
        (None, Some(date)) => date.value().len() > 1024 || cookie::date(date.value()).is_none(),
        (None, None) => false,
    }
}

/// What is wrong with the reading of one line, given what the browser made of it.
fn misread(line: &[u8], outcome: Outcome) -> Option<String> {
    let (read, unread) = (SetCookie::parse(line), Unread::cut(line));
    if (unread.name(), unread.value()) != (read.name(), read.value()) || unread.raw() != read.raw() {
        return Some("cut and parsed differ".to_owned());
    }
    let received = match (Received::parse(line, NOW), outcome) {
        (Err(Ignored::Control), _) => {
            let plain = unread.has_plain_pair() && unread.attributes().is_none();
            let told = read.refusal() == Some(Refusal::ControlCharacter) && !plain;
            return (!told).then(|| format!("a control character: {:?}", read.refusal()));
        }
        (Err(_), _) | (_, Outcome::Ignored(Ignored::Size)) => {
            let told = matches!(read.refusal(), Some(Refusal::TooLarge | Refusal::Nameless));
            return (!told || unread.has_plain_pair()).then(|| format!("its size: {:?}", read.refusal()));
        }
        (Ok(received), _) => received,
    };
    if (read.name(), read.value()) != (received.name.as_slice(), received.value.as_slice()) {
        return Some(format!("read as {}={}", text(read.name()), text(read.value())));
    }
    if !agrees(&read, &received.attributes) {
        return Some(format!("attributes: {:?}", received.attributes));
    }
    match (outcome, read.refusal()) {
        (Outcome::Stored | Outcome::Deleted, Some(refusal)) if !is_stricter(&received, refusal) => {
            Some(format!("refused: {refusal:?}"))
        }
        (Outcome::Stored, _) if read.is_deletion(NOW) => Some("a deletion".to_owned()),
        (Outcome::Deleted, _) if !read.is_deletion(NOW) && !is_doubtful(&read) => {
            Some("no deletion".to_owned())
        }
        (Outcome::Ignored(Ignored::Prefix | Ignored::Empty | Ignored::NamelessPrefix), None) => {
            Some("not refused".to_owned())
        }
        // A domain that is not the host's, SameSite=None or Partitioned without Secure: to forward what no browser
        // stores does no harm, and a rewriting may add what is missing.
        _ => None,
    }
}

/// The attributes as both settle them.
fn agrees(read: &SetCookie<'_>, attributes: &Attributes) -> bool {
    let same_site = match read.same_site() {
        None => SameSite::Default,
        Some(cookie::SameSite::None) => SameSite::None,
        Some(cookie::SameSite::Lax) => SameSite::Lax,
        Some(cookie::SameSite::Strict) => SameSite::Strict,
    };
    let age = read.max_age().map(|age| if age <= 0 { i64::MIN } else { NOW + age.min(LIMIT) });
    (read.secure(), read.http_only(), read.partitioned(), same_site)
        == (attributes.secure, attributes.http_only, attributes.partitioned, attributes.same_site)
        && age == attributes.max_age
        && read.expires().map(|time| time.min(NOW + LIMIT)) == attributes.expires
        && read.path() == attributes.path.as_ref().and_then(Option::as_deref)
        && read.domain().map(<[u8]>::to_ascii_lowercase)
            == attributes.domain.clone().filter(|domain| !domain.is_empty())
}

#[test]
fn each_line_is_read_as_the_browser_reads_it() {
    let mut wrong = Vec::new();
    for case in corpus() {
        let mut store = Store::default();
        for line in case.lines.iter().map(|line| octets(line)) {
            let outcome = store.receive(&Uri::standing(), &line, NOW);
            let fault = misread(&line, outcome).map(|fault| format!("{}: {fault} ({outcome:?})", case.id));
            wrong.extend(fault);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// One line through a policy: what is forwarded of it, and why.
fn sift(policy: &Policy, line: &[u8]) -> (Verdict, Option<Vec<u8>>) {
    let occasion = Occasion { consent: &Consent::none(), now: NOW, secure: true };
    let (verdict, rewritten) = policy.sift_set_cookie(&SetCookie::parse(line), occasion, |_, _| false);
    match verdict {
        Verdict::Strip(_) => (verdict, None),
        Verdict::Forward(_) => {
            assert_eq!(rewritten, None, "what passes as it came is not written anew");
            (verdict, Some(line.to_vec()))
        }
        Verdict::Rewrite(_) => (verdict, Some(rewritten.unwrap())),
    }
}

/// What a browser holds of lines.
fn held<'a>(lines: impl IntoIterator<Item = &'a Vec<u8>>) -> Vec<Cookie> {
    let mut store = Store::default();
    for line in lines {
        store.receive(&Uri::standing(), line, NOW);
    }
    store.cookies().into_iter().cloned().collect()
}

/// Whether the policy permits cookies of that name.
fn permits(policy: &Policy, name: &[u8]) -> bool {
    let entry = policy.registry().lookup(name).map(|id| policy.registry().entry(id));
    !name.is_empty() && entry.is_some_and(|entry| !entry.needs_consent)
}

#[test]
fn what_is_forwarded_stores_what_is_permitted_and_nothing_else() {
    let (mut kept, mut left_out) = (0, 0);
    let (cases, policies) = (corpus(), [policy(), refusing_all()]);
    for (policy, case) in policies.iter().flat_map(|policy| cases.iter().map(move |case| (policy, case))) {
        let lines: Vec<Vec<u8>> = case.lines.iter().map(|line| octets(line)).collect();
        let forwarded: Vec<Vec<u8>> = lines.iter().filter_map(|line| sift(policy, line).1).collect();
        let (before, after) = (held(&lines), held(&forwarded));
        let permitted: Vec<&Cookie> = before.iter().filter(|cookie| permits(policy, &cookie.name)).collect();
        kept += permitted.len();
        left_out += before.len() - permitted.len();
        let same = after.iter().map(Cookie::apart).eq(permitted.into_iter().map(Cookie::apart));
        assert!(same, "{}: {after:?}", case.id);
    }
    assert!(kept > 100 && left_out > 100, "{kept} {left_out}");
}

#[test]
fn what_is_rewritten_carries_what_was_asked_for() {
    let asked = Rewrite {
        secure: Some(Presence::Set),
        http_only: Some(Presence::Set),
        same_site: Some(SameSiteChange::Set(tamis::registry::SameSite::Strict)),
        partitioned: Some(Presence::Remove),
        lifetime: Some(LifetimeChange::Clamp),
        renewal: None,
    };
    let (plain, policy) = (policy(), policy().rewriting(asked));
    let mut seen = 0;
    for line in corpus().iter().flat_map(|case| &case.lines).map(|line| octets(line)) {
        let (before, after) = (held(sift(&plain, &line).1.iter()), held(sift(&policy, &line).1.iter()));
        for cookie in &after {
            assert!(permits(&policy, &cookie.name), "{}", text(&line));
            let flags = (cookie.secure, cookie.http_only, cookie.same_site, cookie.partitioned);
            assert_eq!(flags, (true, true, SameSite::Strict, false), "{}", text(&line));
            let within = |time| (NOW..=NOW + LIMIT).contains(&time);
            assert!(
                matches!(cookie.expiry, Expiry::Session)
                    || matches!(cookie.expiry, Expiry::At(time) if within(time))
            );
        }
        for cookie in &before {
            let kept = after.iter().any(|now| {
                (&now.name, &now.value, &now.domain, &now.path)
                    == (&cookie.name, &cookie.value, &cookie.domain, &cookie.path)
                    && (now.host_only, now.expiry) == (cookie.host_only, cookie.expiry)
            });
            assert!(kept, "{}: {after:?}", text(&line));
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn a_renamed_cookie_keeps_what_its_new_name_promises() {
    let (plain, policy) = (policy(), renaming());
    let mut seen = 0;
    for line in corpus().iter().flat_map(|case| &case.lines).map(|line| octets(line)) {
        let after = held(sift(&policy, &line).1.iter());
        let before = held(sift(&plain, &line).1.iter());
        for cookie in before.iter().filter(|cookie| cookie.name == b"a") {
            let [now] = after.as_slice() else {
                // The longer name is one octet too many for browsers.
                assert!(cookie.value.len() > 4096 - "__Host-a".len(), "{}: {after:?}", text(&line));
                continue;
            };
            assert_eq!((now.name.as_slice(), &now.value), (b"__Host-a".as_slice(), &cookie.value));
            assert_eq!((now.secure, now.host_only, now.path.as_slice()), (true, true, b"/".as_slice()));
            assert_eq!(now.http_only, cookie.http_only, "{}", text(&line));
            seen += 1;
        }
        assert!(after.iter().all(|cookie| cookie.name != b"a"), "{}", text(&line));
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn deletions_pass_a_site_that_refuses_everything() {
    let policy = refusing_all();
    let mut seen = 0;
    for line in corpus().iter().flat_map(|case| &case.lines).map(|line| octets(line)) {
        let read = SetCookie::parse(&line);
        let deletes = Store::default().receive(&Uri::standing(), &line, NOW) == Outcome::Deleted;
        if deletes && !read.name().is_empty() && !is_doubtful(&read) {
            let (verdict, forwarded) = sift(&policy, &line);
            assert_eq!(verdict, Verdict::Forward(Reason::Deletion), "{}", text(&line));
            assert_eq!(forwarded.as_ref(), Some(&line));
            seen += 1;
        }
    }
    assert!(seen > 30, "{seen}");
}
