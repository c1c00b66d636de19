//! `tamis explain`.

use serde_json::Value;

use crate::place::{Place, REGISTRY, configuration};

const GRANTED: &str = "%7B%22statistical%22%3Atrue%7D";

#[test]
fn a_line_is_explained_with_the_place_of_its_rule() {
    let place = Place::with_site();
    let told = place.tamis(&["explain", "--registry", "registry.yaml", "--set-cookie", "_ga=s3cr3t; Path=/"]);
    assert_eq!(told.code, 0);
    assert!(told.out.contains("Set-Cookie: _ga: stripped (not-agreed)"), "{}", told.out);
    assert!(
        told.out.contains("registry.yaml:6:13: declared as `_ga` in category `statistical`"),
        "{}",
        told.out
    );

    let line = "Set-Cookie: _ga=s3cr3t; Path=/";
    let told = place.tamis(&["explain", "-c", "tamis.yaml", "--set-cookie", line, "--consent", GRANTED]);
    assert_eq!(told.code, 0);
    assert!(told.out.contains("Set-Cookie: _ga: passes (agreed)"), "{}", told.out);
    assert!(told.out.contains("X-Consent: necessary, statistical, "), "{}", told.out);
}

#[test]
fn the_consent_cookie_of_a_cookie_field_counts_unless_another_is_given() {
    let place = Place::with_site();
    let field = format!("_ga=s3cr3t; cookies_preferences={GRANTED}; sessionid=s3cr3t");
    let told = place.tamis(&["explain", "--registry", "registry.yaml", "--cookie", &field]);
    for line in
        ["_ga: passes (agreed)", "cookies_preferences: passes (consent-cookie)", "sessionid: passes (exempt)"]
    {
        assert!(told.out.contains(line), "{line}: {}", told.out);
    }
    assert!(!told.out.contains(GRANTED));
    let denied = ["explain", "--registry", "registry.yaml", "--cookie", &field, "--consent", "{}"];
    let told = place.tamis(&denied);
    assert!(told.out.contains("_ga: stripped (not-agreed)"), "{}", told.out);
    let unreadable = ["explain", "--registry", "registry.yaml", "--cookie", &field, "--consent", "s3cr3t"];
    let told = place.tamis(&unreadable);
    assert!(told.out.contains("can't be read") && told.out.contains("_ga: stripped"), "{}", told.out);
}

#[test]
fn an_undeclared_name_comes_with_the_row_to_paste() {
    let place = Place::with_site();
    let told = place.tamis(&[
        "explain",
        "--registry",
        "registry.yaml",
        "--cookie",
        "foo=s3cr3t",
        "--cookie",
        "foo=1",
    ]);
    assert!(told.out.contains("foo: stripped (undeclared)"), "{}", told.out);
    assert_eq!(told.out.matches("- names: [\"foo\"]").count(), 1, "{}", told.out);
}

#[test]
fn dumps_of_curl_are_read_from_a_file_and_from_standard_input() {
    let place = Place::with_site();
    let dump = format!(
        "* Connected\n> GET / HTTP/1.1\r\n> Cookie: _ga=s3cr3t; cookies_preferences={GRANTED}\r\n>\r\n\
         < HTTP/1.1 200 OK\r\n< set-cookie: _ga_X=s3cr3t\r\n< Set-Cookie: other=s3cr3t\r\n<\r\nSet-Cookie: body=s3cr3t\n"
    );
    place.write("dump.txt", &dump);
    let wanted =
        [("_ga", "forward"), ("cookies_preferences", "forward"), ("_ga_X", "forward"), ("other", "strip")];
    for file in ["dump.txt", "-"] {
        let arguments = ["explain", "-c", "tamis.yaml", "--dump", file, "--format", "json"];
        let told = place.tamis_with(&arguments, dump.as_bytes());
        let found: Value = serde_json::from_str(&told.out).unwrap();
        let cookies = found["cookies"].as_array().unwrap().iter();
        let verdicts: Vec<_> =
            cookies.map(|one| (one["name"].as_str().unwrap(), one["verdict"].as_str().unwrap())).collect();
        assert_eq!(verdicts, wanted);
        assert_eq!(found["cookies"][0]["rule"]["line"], 6);
        assert_eq!((&found["site"], &found["mode"]), (&"a.example".into(), &"enforce".into()));
        assert_eq!(found["consent"]["reading"], "read");
    }
    let told =
        place.tamis_with(&["explain", "-c", "tamis.yaml", "--dump", "-"], b"HTTP/1.1 204 No Content\r\n\r\n");
    assert!(told.code == 0 && told.out.contains("There is no cookie in what was given."), "{}", told.out);
}

#[test]
fn a_site_is_chosen_by_its_host_and_may_observe() {
    let place = Place::with_site();
    let two = configuration(0)
        + "  - {hosts: [b.example], registry: registry.yaml, upstream: \"http://127.0.0.1:2\", undeclared: allow,\n     \
           paths: [{prefix: /new/, mode: observe}]}\n";
    place.write("tamis.yaml", two);
    let explain = |more: &[&str]| {
        let mut arguments = vec!["explain", "-c", "tamis.yaml", "--cookie", "foo=s3cr3t"];
        arguments.extend(more);
        place.tamis(&arguments)
    };
    let told = explain(&[]);
    assert_eq!(told.code, 2);
    assert!(told.err.contains("choose one by --site: a.example, b.example"), "{}", told.err);
    let told = explain(&["--site", "c.example"]);
    assert_eq!(told.code, 2);
    assert!(told.err.contains("no site takes the host c.example"), "{}", told.err);
    assert!(explain(&["--site", "a.example"]).out.contains("foo: stripped (undeclared)"));
    let told = explain(&["--site", "b.example"]);
    assert!(told.out.contains("foo: passes (undeclared-allowed)") && !told.out.contains("observes"));
    assert!(explain(&["--site", "b.example", "--path", "/new/x"]).out.contains("This site observes"));
}

#[test]
fn what_is_missing_or_wrong_is_said() {
    let place = Place::with_site();
    place.write("bad.yaml", REGISTRY.replace("category: statistical", "category: statistics"));
    for (arguments, code, sentence) in [
        (&["explain", "-c", "tamis.yaml"][..], 2, "nothing to explain: give --set-cookie LINE"),
        (&["explain", "-c", "a", "--registry", "b", "--cookie", "c=s3cr3t"], 2, "cannot be used with"),
        (
            &["explain", "--cookie", "c=s3cr3t"],
            1,
            "can't read config/tamis.yaml: there is no such file; name",
        ),
        (
            &["explain", "--registry", "gone", "--cookie", "c=s3cr3t"],
            1,
            "can't read gone: there is no such file",
        ),
        (&["explain", "--registry", "bad.yaml", "--cookie", "c=s3cr3t"], 1, "bad.yaml:8:15"),
        (
            &["explain", "--registry", "registry.yaml", "--dump", "gone"],
            1,
            "can't read gone: there is no such file",
        ),
    ] {
        let told = place.tamis(arguments);
        assert_eq!(told.code, code, "{arguments:?}: {}", told.err);
        assert!(told.err.contains(sentence) && told.out.is_empty(), "{arguments:?}: {}", told.err);
    }
}
