//! However many names somebody invents.

use proptest::prelude::*;

use super::*;
use crate::policy::{Reason, Verdict};

/// A name that no other call gives, without a family: letters alone.
fn invented(number: u64) -> String {
    let mut rest = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut name = String::new();
    for _ in 0..11 {
        name.push(char::from(b"aeioubcdlmnr"[usize::try_from(rest % 12).unwrap()]));
        rest /= 12;
    }
    name
}

#[test]
fn a_hundred_thousand_names_take_no_more_room_than_some() {
    let snapshot = snapshot();
    let table = Table::new(&snapshot.sites, 100);
    let site = snapshot.sites.iter().next().unwrap();
    let traffic = Traffic::new(&table, site, Mode::Enforce);
    let mut book = Book::default();
    let mut unlisted = 0;
    for number in 0..100_000 {
        traffic.request("/", format!("{}=1; _fbp=2", invented(number)).as_bytes());
        if number % 10_000 == 9_999 {
            traffic.response("/", b"chosen=1; Path=/");
            let handed = table.hand_over();
            assert!(handed[0].rows.len() <= 200, "{}", handed[0].rows.len());
            unlisted += book.add(handed, NOW, 100);
        }
    }
    let page = &book.pages[&(site.name.clone(), Mode::Enforce)];
    assert_eq!(page.cookies.len(), 100);
    let listed: u64 = page.cookies.values().map(|row| row.facts.ways.seen()).sum();
    assert_eq!(listed + page.other.seen(), 200_010, "every cookie is counted");
    assert_eq!(unlisted, page.other.seen());
    assert_eq!(page.cookies["_fbp"].facts.ways.seen(), 100_000);
    assert_eq!(page.cookies["chosen"].facts.ways.seen(), 10, "what the site sets finds room");
}

#[test]
fn a_row_makes_room_for_one_that_matters_more() {
    let snapshot = snapshot();
    let table = Table::new(&snapshot.sites, 500);
    let traffic = Traffic::new(&table, snapshot.sites.iter().next().unwrap(), Mode::Enforce);
    let mut book = Book::default();
    for name in ["a", "b", "c"] {
        traffic.request("/", format!("{name}=1").as_bytes());
    }
    book.add(table.hand_over(), NOW, 3);
    traffic.request("/", b"d=1");
    book.add(table.hand_over(), NOW, 3);
    let names = |book: &Book| {
        let page = book.pages.values().next().unwrap();
        (page.cookies.keys().cloned().collect::<Vec<_>>().join(" "), page.other.seen())
    };
    assert_eq!(names(&book), ("a b c".to_owned(), 1));
    traffic.request("/", b"e=1; e=2; sessionid=1");
    book.add(table.hand_over(), NOW, 3);
    assert_eq!(names(&book), ("c e sessionid".to_owned(), 3));
    assert_eq!(names(&book.bound(1)), ("sessionid".to_owned(), 6));
}

#[test]
fn attributes_and_paths_are_samples() {
    let snapshot = snapshot();
    let table = Table::new(&snapshot.sites, 500);
    let traffic = Traffic::new(&table, snapshot.sites.iter().next().unwrap(), Mode::Enforce);
    for number in 0..1000 {
        let path = char::from(b'a' + number as u8 % 26);
        traffic.response(&format!("/p{path}"), format!("sessionid=1; Max-Age={}", 1000 + number).as_bytes());
    }
    let book = book(&table, 500);
    let facts = &book.pages.values().next().unwrap().cookies["sessionid"].facts;
    assert_eq!(facts.ways.response.seen(), 1000);
    assert_eq!((facts.sent.some.len(), facts.sent.more), (6, true));
    assert_eq!((facts.set_on.some.len(), facts.set_on.more), (5, true));
}

#[test]
fn names_too_long_to_be_declared_are_counted_only() {
    let snapshot = snapshot();
    let table = Table::new(&snapshot.sites, 500);
    let traffic = Traffic::new(&table, snapshot.sites.iter().next().unwrap(), Mode::Enforce);
    traffic.request("/", format!("{}=1", "x".repeat(200)).as_bytes());
    let book = book(&table, 500);
    let page = book.pages.values().next().unwrap();
    assert_eq!((page.cookies.len(), page.other.request.stripped), (0, 1));
}

#[test]
fn attributes_that_are_known_are_not_read_again_and_counts_stay_exact() {
    let snapshot = snapshot();
    let table = Table::new(&snapshot.sites, 500);
    let site = snapshot.sites.iter().next().unwrap();
    let uri: Uri = "/".parse().unwrap();
    let spot = Spot { site, mode: Mode::Enforce, uri: &uri };
    let mut looks = 0;
    for _ in 0..2 {
        for number in 0..100 {
            let (attributes, reason) = match number % 4 {
                3 => ("Max-Age=0", Reason::Deletion),
                _ => ("Path=/", Reason::UndeclaredAllowed),
            };
            let line = format!("sessionid={number}; {attributes}");
            let sighting = Sighting::Set(Unread::cut(line.as_bytes()));
            let look = table.saw(spot, sighting, Verdict::Forward(reason));
            if let Some(look) = look {
                looks += 1;
                let cookie = SetCookie::parse(line.as_bytes());
                table.look(spot, look, Setting { cookie: &cookie, now: NOW, authority: b"a.example" });
            }
        }
        let book = book(&table, 500);
        let facts = &book.pages.values().next().unwrap().cookies["sessionid"].facts;
        assert_eq!((facts.deleted, facts.set(), facts.sent.some.len()), (25, 75, 1));
    }
    assert_eq!(looks, 2, "once, and once again after a hand-over");
}

proptest! {
    /// In whatever order cookies come, each is counted under its own name.
    #[test]
    fn counts_are_those_of_a_list(
        seen in prop::collection::vec((0..6_usize, any::<bool>(), 0..20_u8), 0..200),
    ) {
        let names = ["sessionid", "_ga", "_pk_id.1.a3f2", "_pk_id.2.09bc", "stranger", ""];
        let families = ["sessionid", "_ga", "_pk_id.{id}.{id}", "_pk_id.{id}.{id}", "stranger", ""];
        let snapshot = snapshot();
        let table = Table::new(&snapshot.sites, 500);
        let traffic = Traffic::new(&table, snapshot.sites.iter().next().unwrap(), Mode::Enforce);
        let mut book = Book::default();
        for (name, request, pause) in &seen {
            match request {
                true => traffic.request("/", format!("{}=1", names[*name]).as_bytes()),
                false => traffic.response("/", format!("{}=1; Path=/", names[*name]).as_bytes()),
            }
            if *pause == 0 {
                book.add(table.hand_over(), NOW, 500);
            }
        }
        book.add(table.hand_over(), NOW, 500);
        for family in families {
            let listed = |way: bool| {
                seen.iter().filter(|(name, request, _)| families[*name] == family && *request == way).count() as u64
            };
            let row = book.pages.values().find_map(|page| page.cookies.get(family));
            let ways = row.map(|row| row.facts.ways).unwrap_or_default();
            prop_assert_eq!((ways.request.seen(), ways.response.seen()), (listed(true), listed(false)), "{}", family);
        }
    }
}
