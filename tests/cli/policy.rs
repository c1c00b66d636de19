//! `tamis policy`.

use crate::place::Place;

fn shipped(name: &str) -> String {
    format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn golden(name: &str) -> String {
    std::fs::read_to_string(shipped(&format!("tests/golden/policy/{name}"))).unwrap()
}

#[test]
fn every_format_is_printed_as_it_is() {
    let place = Place::new();
    let registry = shipped("config/registry/lille.yaml");
    for (format, ending) in
        [("html", "html"), ("md", "md"), ("json", "json"), ("csv", "csv"), ("shown", "txt")]
    {
        let told = place.tamis(&["policy", "--format", format, "--language", "fr", &registry]);
        assert_eq!((told.code, told.out), (0, golden(&format!("lille.fr.{ending}"))), "{format}");
    }
    assert_eq!(
        place.tamis(&["policy", &registry]).out,
        golden("lille.en.html"),
        "HTML in the first language"
    );
    let narrower = place.tamis(&["policy", "--language", "fr-CH", "--format", "md", &registry]);
    assert_eq!(narrower.out, golden("lille.fr.md"));
}

#[test]
fn what_is_in_the_way_is_said() {
    let place = Place::new();
    let told = place.tamis(&["policy", "--language", "es", &shipped("config/registry/lille.yaml")]);
    assert_eq!(told.code, 2);
    assert!(told.err.contains("no texts in `es`; it has: en, fr") && told.out.is_empty(), "{}", told.err);
    let told = place.tamis(&["policy", "nowhere.yaml"]);
    assert_eq!(told.code, 1);
    assert!(told.err.contains("can't read nowhere.yaml: there is no such file"), "{}", told.err);
    let told = place.tamis(&["policy", &shipped("tests/golden/registry/bad-date.yaml")]);
    assert_eq!(told.code, 1);
    assert!(told.err.contains("bad-date") && told.out.is_empty(), "{}", told.err);
    assert_eq!(place.tamis(&["policy"]).code, 2);
}
