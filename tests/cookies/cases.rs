//! The corpus against the model of a browser.

use std::collections::BTreeSet;

use crate::corpus::{Case, NOW, Naive, Stored, corpus, octets, text};
use crate::model::{Cookie, Expiry, SameSite, Store, Uri};

/// What the model holds after the response of a case.
fn held(case: &Case) -> Store {
    let mut store = Store::default();
    for line in &case.lines {
        store.receive(&Uri::standing(), &octets(line), NOW);
    }
    store
}

/// A stored cookie as the corpus writes it.
fn written(cookie: &Cookie) -> Stored {
    Stored {
        name: text(&cookie.name),
        value: text(&cookie.value),
        domain: (!cookie.host_only).then(|| text(&cookie.domain)),
        path: text(&cookie.path),
        expires: match cookie.expiry {
            Expiry::Session => None,
            Expiry::At(time) => Some(time - NOW),
        },
        secure: cookie.secure,
        http_only: cookie.http_only,
        same_site: match cookie.same_site {
            SameSite::Default => None,
            SameSite::None => Some("None".to_owned()),
            SameSite::Lax => Some("Lax".to_owned()),
            SameSite::Strict => Some("Strict".to_owned()),
        },
        partitioned: cookie.partitioned,
    }
}

#[test]
fn the_model_stores_what_each_case_says() {
    let wrong: Vec<String> = corpus()
        .iter()
        .filter_map(|case| {
            let held: Vec<Stored> = held(case).cookies().into_iter().map(written).collect();
            (held != case.stored).then(|| {
                format!("{}: {:?}\n   holds {held:?}\n   wants {:?}", case.id, case.lines, case.stored)
            })
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn ids_are_unique_and_kebab_case() {
    let mut seen = BTreeSet::new();
    for case in corpus() {
        assert!(
            case.id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
            "{}",
            case.id
        );
        assert!(!case.clause.is_empty(), "{}", case.id);
        assert!(seen.insert(case.id.clone()), "{} twice", case.id);
    }
}

/// Name and value as a split on `;` and `=` reads them, and whether `Max-Age=0` deletes them.
fn naive(line: &str) -> Option<(String, String, bool)> {
    let mut parts = line.split(';');
    let (name, value) = parts.next()?.split_once('=')?;
    let deletes = parts.any(|part| part.trim().eq_ignore_ascii_case("max-age=0"));
    Some((name.trim().to_owned(), value.trim().to_owned(), deletes))
}

#[test]
fn a_naive_split_judges_otherwise() {
    let (mut wrong, mut differing) = (Vec::new(), 0);
    for case in corpus() {
        let mut read: Vec<(String, String)> = Vec::new();
        for (name, value, deletes) in case.lines.iter().filter_map(|line| naive(line)) {
            read.retain(|(other, _)| *other != name);
            read.extend((!deletes).then_some((name, value)));
        }
        let stored: Vec<_> =
            case.stored.iter().map(|cookie| (cookie.name.clone(), cookie.value.clone())).collect();
        let marked = case.naive == Some(Naive::Differs);
        differing += usize::from(marked);
        if (read != stored) != marked {
            wrong.push(format!("{}: {read:?}, stored {stored:?}", case.id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(differing >= 50, "{differing}");
}

/// All cases for oracles that don't read YAML: `TAMIS_CORPUS_JSON` names the file to write.
#[test]
#[ignore = "writes the expanded corpus: corpus/README.md"]
fn corpus_as_json() {
    let path = std::env::var_os("TAMIS_CORPUS_JSON").unwrap();
    let cases = corpus();
    std::fs::write(path, serde_json::to_vec(&cases).unwrap()).unwrap();
    println!("{} cases", cases.len());
}
