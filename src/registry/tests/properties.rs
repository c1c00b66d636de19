//! Names against slow and obvious oracles: matching, specificity, overlaps, coverage, the index.

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::index::Index;
use super::super::overlap::{covers, witness};
use super::super::pattern::{Pattern, PatternFault, Token};
use super::super::{EntryId, trie};

/// All that a name can be, letter by letter.
fn oracle(tokens: &[Token], name: &[u8]) -> bool {
    match (tokens.split_first(), name.split_first()) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some((token, rest)), None) => token.repeats() && oracle(rest, name),
        (Some((token, rest)), Some((byte, after))) if token.repeats() => {
            oracle(rest, name) || token.accepts(*byte) && oracle(tokens, after)
        }
        (Some((token, rest)), Some((byte, after))) => token.accepts(*byte) && oracle(rest, after),
    }
}

fn tokens(pattern: &Pattern) -> Vec<Token> {
    pattern.tokens().collect()
}

fn pattern(text: &str) -> Pattern {
    Pattern::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault}"))
}

/// Few letters, so that patterns meet often.
fn written() -> impl Strategy<Value = String> {
    vec(prop_oneof![Just("a"), Just("b"), Just("."), Just("*"), Just("{id}")], 1..8)
        .prop_map(|parts| parts.concat())
        .prop_filter("a sound name", |text| Pattern::parse(text).is_ok())
}

fn name() -> impl Strategy<Value = Vec<u8>> {
    vec(prop_oneof![Just(b'a'), Just(b'b'), Just(b'.'), Just(0xff)], 0..10)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn matching_is_the_oracles(text in written(), name in name()) {
        let pattern = pattern(&text);
        prop_assert_eq!(pattern.matches(&name), oracle(&tokens(&pattern), &name));
    }

    #[test]
    fn parsing_never_panics(text in "\\PC*") {
        let _ = Pattern::parse(&text);
    }

    #[test]
    fn escapes_undo_what_wildcards_mean(text in "[a-z.*{}\\\\_-]{1,12}") {
        let escaped = text.replace('\\', r"\\").replace('*', r"\*").replace('{', r"\{");
        let pattern = pattern(&escaped);
        prop_assert_eq!(pattern.exact(), Some(text.as_bytes()));
    }

    #[test]
    fn a_witness_matches_both_and_is_found_if_there_is_one(a in written(), b in written(), name in name()) {
        let (a, b) = (pattern(&a), pattern(&b));
        let witness = witness(&a, &b);
        if let Some(witness) = &witness {
            prop_assert!(a.matches(witness) && b.matches(witness), "{:?}", witness);
        }
        prop_assert!(witness.is_some() || !(a.matches(&name) && b.matches(&name)));
    }

    #[test]
    fn what_is_covered_matches_no_more(a in written(), b in written(), name in name()) {
        let (a, b) = (pattern(&a), pattern(&b));
        prop_assert!(!covers(&a, &b) || !b.matches(&name) || a.matches(&name));
        prop_assert!(covers(&a, &a));
    }

    #[test]
    fn the_index_finds_what_a_scan_finds(written in vec(written(), 1..40), names in vec(name(), 1..20)) {
        let patterns: Vec<Pattern> = written.iter().map(|text| pattern(text)).collect();
        let numbered = || patterns.iter().cloned().zip((0..).map(EntryId));
        let index = Index::new(numbered().map(|(pattern, id)| (pattern, (id, 0))));
        for name in names {
            let rank = |pattern: &Pattern| (pattern.exact().is_some(), pattern.literals());
            let scanned = numbered().filter(|(pattern, _)| oracle(&tokens(pattern), &name)).map(|(pattern, _)| rank(&pattern)).max();
            let found = index.find(&name).map(|(id, _)| rank(&patterns[id.0 as usize]));
            prop_assert_eq!(found, scanned);
        }
    }
}

#[test]
fn wildcards_stand_for_what_the_reference_says() {
    let cases = [
        ("_ga", "_ga", true),
        ("_ga", "_GA", false),
        ("_ga", "_ga2", false),
        ("_ga*", "_ga", true),
        ("_pk_id.{id}.{id}", "_pk_id.1.c7ea", true),
        ("_pk_id.{id}.{id}", "_pk_id.1.", false),
        ("_pk_id.{id}.{id}", "_pk_id.1.2.3", false),
        ("mp_*_mixpanel", "mp__mixpanel", true),
        ("mp_*_mixpanel", "mp_mixpanel", false),
        ("{id}.x*y{id}", "a.xyb", true),
        ("{id}.x*y{id}", "a.x.y.y.b", false),
        ("a*{id}", "ab.", false),
        ("COUNTLYKEY/cly_*", "COUNTLYKEY/cly_session", true),
        (r"a\*b", "a*b", true),
        (r"a\*b", "axb", false),
        (r"a\{id}", "a{id}", true),
        (r"a}b\\", r"a}b\", true),
        ("é*", "é", true),
    ];
    for (text, name, expected) in cases {
        assert_eq!(pattern(text).matches(name.as_bytes()), expected, "{text} and {name}");
    }
}

#[test]
fn faults_of_names_have_their_reasons() {
    let long = "a".repeat(1025);
    let wide = format!("*{}*", "a".repeat(126));
    let cases = [
        ("", PatternFault::Empty),
        ("*", PatternFault::Everything),
        ("**", PatternFault::Everything),
        ("{id}*{id}", PatternFault::Everything),
        ("a=b", PatternFault::Forbidden('=')),
        ("a;", PatternFault::Forbidden(';')),
        ("a\u{7f}", PatternFault::Forbidden('\u{7f}')),
        ("a\n", PatternFault::Forbidden('\n')),
        (" a", PatternFault::OuterSpace),
        ("a* ", PatternFault::OuterSpace),
        (r"a\", PatternFault::Backslash),
        (r"a\.b", PatternFault::Backslash),
        ("{", PatternFault::Brace),
        ("{ID}", PatternFault::Brace),
        (&long, PatternFault::TooLong),
        (&wide, PatternFault::TooWide),
    ];
    for (text, expected) in cases {
        assert_eq!(Pattern::parse(text).err(), Some(expected), "{text}");
    }
    assert!(Pattern::parse("a b").is_ok(), "a space inside is one");
    assert!(Pattern::parse(&format!("*{}*", "a".repeat(125))).is_ok());
    assert!(Pattern::parse("{id}").is_ok(), "names that are wholly random exist");
}

#[test]
fn a_long_middle_uses_every_state() {
    let text = format!("x*{}*y", "ab".repeat(62));
    let (pattern, tail) = (pattern(&text), "ab".repeat(62));
    assert!(pattern.matches(format!("x{tail}y").as_bytes()));
    assert!(pattern.matches(format!("xab{tail}ba{tail}y").as_bytes()));
    assert!(!pattern.matches(format!("x{}y", &tail[1..]).as_bytes()));
}

#[test]
fn hostile_names_come_to_an_end() {
    let pattern = pattern("a*a*a*a*a*a*a*a*a*a*a*a{id}a{id}a{id}b");
    let name = "a".repeat(4096);
    // Backtracking would not come back from this.
    assert!(!pattern.matches(name.as_bytes()));
}

#[test]
fn names_longer_than_any_cookie_are_undeclared() {
    let index = Index::new([(pattern("a*"), (EntryId(0), 0))].into_iter());
    assert_eq!(index.find("a".repeat(4096).as_bytes()), Some((EntryId(0), 0)));
    assert_eq!(index.find("a".repeat(4097).as_bytes()), None);
}

#[test]
fn an_empty_trie_finds_nothing() {
    let trie: trie::Trie<()> = trie::Trie::new(Vec::new());
    assert!(trie.find(b"").is_none() && trie.find(b"a").is_none());
}
