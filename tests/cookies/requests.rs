//! What is let through of `Cookie` fields: `requests.yaml` says what and why.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;
use tamis::consent::Consent;
use tamis::cookie::{pairs, reads_alike};
use tamis::policy::{Policy, Reason, Sifted, Verdict};

use crate::corpus::{octets, text, written_out};
use crate::site::{allowing_undeclared, policy};

/// One case.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    id: String,
    why: String,
    field: Option<String>,
    fields: Option<Vec<String>>,
    kept: Option<String>,
    #[serde(default)]
    ambiguous: Option<Vec<String>>,
    #[serde(default)]
    undeclared: Option<Allow>,
    #[serde(default)]
    note: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Allow {
    Allow,
}

fn requests() -> Vec<Request> {
    let cases: Vec<Request> = serde_yaml::from_str(include_str!("requests.yaml")).unwrap();
    let mut seen = BTreeSet::new();
    for case in &cases {
        assert!(seen.insert(case.id.clone()), "{} twice", case.id);
        assert!(
            !case.why.is_empty() && case.note.as_ref().is_none_or(|note| !note.is_empty()),
            "{}",
            case.id
        );
    }
    cases
}

impl Request {
    fn sent(&self) -> Vec<Vec<u8>> {
        let fields = self.fields.clone().or_else(|| self.field.clone().map(|field| vec![field]));
        fields.unwrap().iter().map(|field| octets(&written_out(field))).collect()
    }

    fn policy(&self) -> &'static Policy {
        static POLICIES: LazyLock<[Policy; 2]> = LazyLock::new(|| [policy(), allowing_undeclared()]);
        &POLICIES[usize::from(self.undeclared.is_some())]
    }
}

/// What is let through, and the names that were found ambiguous.
fn sift(policy: &Policy, sent: &[Vec<u8>]) -> (Option<Vec<u8>>, Vec<String>) {
    let mut ambiguous = Vec::new();
    let fields = sent.iter().map(Vec::as_slice);
    let sifted = policy.filter_request(fields, &Consent::none(), true, |name, verdict| {
        if verdict == Verdict::Strip(Reason::Ambiguous) {
            ambiguous.push(text(name));
        }
    });
    let kept = match sifted {
        Sifted::Unchanged => sent.first().cloned(),
        Sifted::Fewer(field) => Some(field),
        Sifted::Empty => None,
    };
    (kept, ambiguous)
}

#[test]
fn what_is_let_through_of_each_field() {
    let cases = requests();
    assert!(cases.len() >= 80, "{}", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let (kept, ambiguous) = sift(case.policy(), &case.sent());
        let wanted = case.kept.as_ref().map(|kept| octets(&written_out(kept)));
        if kept != wanted {
            wrong.push(format!("{}: lets through {:?}", case.id, kept.map(|kept| text(&kept))));
        }
        if case.ambiguous.as_ref().is_some_and(|names| *names != ambiguous) {
            wrong.push(format!("{}: ambiguous are {ambiguous:?}", case.id));
        }
        if case.ambiguous.is_none() && !ambiguous.is_empty() && !case.id.starts_with("hundreds") {
            wrong.push(format!("{}: {ambiguous:?} should not be ambiguous", case.id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_let_through_once_is_let_through_again() {
    for case in requests() {
        let policy = case.policy();
        let (Some(kept), _) = sift(policy, &case.sent()) else { continue };
        assert_eq!(sift(policy, std::slice::from_ref(&kept)).0, Some(kept), "{}", case.id);
    }
}

#[test]
fn every_pair_let_through_was_sent() {
    for case in requests() {
        let sent = case.sent().join(b"; ".as_slice());
        let (Some(kept), _) = sift(case.policy(), &case.sent()) else { continue };
        let mut left = pairs(&sent).map(|pair| pair.raw());
        assert!(pairs(&kept).all(|pair| left.any(|raw| raw == pair.raw())), "{}", case.id);
    }
}

#[test]
fn only_octets_that_somebody_separates_by_give_cause_to_look() {
    for plain in ["", "a=1", "a=1; b=2", "a=1;b=2", "a=1;; b", "a=\u{e9}:/?&|", ";"] {
        assert!(reads_alike(&octets(plain)), "{plain}");
    }
    for odd in
        [" a=1", "a=1 ", "a=1 b", "a=1;  b=2", "a=1;\tb", "a\t", "a=\"", "a=1,2", "a=1; b=\n", "\u{7f}", ","]
    {
        assert!(!reads_alike(&octets(odd)), "{odd}");
    }
}
