use super::*;
use crate::diagnostic::Source;

fn read(site: &str) -> (Rules, Vec<&'static str>) {
    let document = Document::parse(Source::new("t", format!("{{{site}}}"))).unwrap();
    let mut fields = document.fields(document.root(), &schema::SITE).unwrap();
    let page = |_: &Path, _: u64| Ok("<p>Back soon.".to_owned());
    let files = Files { base: Path::new("/"), read: &page };
    let rules = Rules::read(&document, &mut fields, &Times::default(), files);
    (rules, document.into_faults().iter().map(|fault| fault.kind).collect())
}

fn rules(paths: &str) -> Rules {
    let (rules, faults) = read(paths);
    assert_eq!(faults, [""; 0]);
    rules
}

#[test]
fn the_longest_prefix_wins_at_segment_boundaries() {
    let rules = rules(
        "paths: [{prefix: /a, mode: observe}, {prefix: /a/b/, mode: enforce}, {prefix: /a/b/c, mode: observe}]",
    );
    for observed in ["/a", "/a/", "/a/x", "/a/bb", "/a/b/c", "/a/b/c/d"] {
        assert_eq!(rules.at(observed).mode, Mode::Observe, "{observed}");
    }
    for enforced in ["/", "", "*", "/ab", "/A/x", "/a/b", "/a/b/", "/a/b/cc", "/%61/x", "//a", "/x/a/"] {
        assert_eq!(rules.at(enforced).mode, Mode::Enforce, "{enforced}");
    }
}

#[test]
fn a_slash_covers_every_path() {
    let rules = rules("paths: [{prefix: /, mode: observe}, {prefix: /x, mode: enforce}]");
    let mode = |path| rules.at(path).mode;
    assert_eq!((mode("/"), mode("/y/z"), mode("/x/y")), (Mode::Observe, Mode::Observe, Mode::Enforce));
    // OPTIONS * has no path.
    assert_eq!(mode("*"), Mode::Enforce);
}

#[test]
fn what_a_rule_does_not_say_is_as_around_it() {
    let rules = rules(
        "mode: observe, body_limit: 1MiB, times: {answer: 5s}, maintenance: true, paths: [\
         {prefix: /a/b/c, maintenance: false}, {prefix: /a, body_limit: 2MiB, times: {progress: 7s}}, \
         {prefix: /a/b, mode: enforce, times: {answer: 9s}}]",
    );
    let seconds = |path: &str| {
        let rule = rules.at(path);
        (rule.answer.as_secs(), rule.progress.as_secs())
    };
    let other = |path: &str| {
        let rule = rules.at(path);
        (rule.mode, rule.body_limit.unwrap() / MIB, rule.maintenance.is_some())
    };
    assert_eq!((other("/"), seconds("/")), ((Mode::Observe, 1, true), (5, 60)));
    assert_eq!((other("/a/x"), seconds("/a/x")), ((Mode::Observe, 2, true), (5, 7)));
    assert_eq!((other("/a/b"), seconds("/a/b")), ((Mode::Enforce, 2, true), (9, 7)));
    assert_eq!((other("/a/b/c/"), seconds("/a/b/c/")), ((Mode::Enforce, 2, false), (9, 7)));
}

#[test]
fn faults_of_rules() {
    for (site, kinds) in [
        ("paths: [{prefix: /a}]", vec!["without-effect"]),
        ("paths: [{prefix: /a, mode: observer}]", vec!["unknown-value"]),
        ("paths: [{mode: observe}]", vec!["missing-key"]),
        ("paths: [{prefix: /a, mode: observe}, {prefix: /a/, body_limit: 1}]", vec!["duplicate-prefix"]),
        ("body_limit: -1", vec!["out-of-range"]),
        ("body_limit: 1KB", vec!["bad-size"]),
        ("times: {answer: 0s}", vec!["out-of-range"]),
        ("times: {head: 1s}", vec!["unknown-key"]),
        ("paths: [{prefix: /a, maintenance: maybe}]", vec!["wrong-type"]),
    ] {
        assert_eq!(read(site).1, kinds, "{site}");
    }
}
