//! `tamis check`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::place::{Place, REGISTRY};

#[test]
fn good_files_are_in_order() {
    let place = Place::with_site();
    let told = place.tamis(&["check", "--strict", "--config", "tamis.yaml"]);
    assert_eq!((told.code, told.out.as_str()), (0, "tamis.yaml is in order\n"));
}

#[test]
fn the_default_place_is_config_tamis_yaml() {
    let place = Place::with_site();
    fs::create_dir(place.path("config")).unwrap();
    for file in ["tamis.yaml", "registry.yaml"] {
        fs::rename(place.path(file), place.path("config").join(file)).unwrap();
    }
    let told = place.tamis(&["check"]);
    assert_eq!((told.code, told.out.as_str()), (0, "config/tamis.yaml is in order\n"));
}

#[test]
fn faults_of_both_files_are_shown_in_one_run() {
    let place = Place::with_site();
    place.write(
        "tamis.yaml",
        "listener: []\nsites: [{default: true, registry: registry.yaml, upstream: x}]\n",
    );
    place.write("registry.yaml", REGISTRY.replace("category: statistical", "category: statistics"));
    let told = place.tamis(&["check", "--config", "tamis.yaml"]);
    assert_eq!(told.code, 1);
    for shown in ["tamis.yaml:1:1", "registry.yaml:8:15", " errors and 0 warnings"] {
        assert!(told.out.contains(shown), "{shown}: {}", told.out);
    }
    let json = place.tamis(&["check", "--config", "tamis.yaml", "--format", "json"]);
    assert_eq!(json.code, 1);
    let found: Value = serde_json::from_str(&json.out).unwrap();
    let faults = found["faults"].as_array().unwrap();
    assert_eq!(found["errors"].as_u64().unwrap(), faults.len() as u64);
    let kinds: Vec<_> = faults.iter().map(|fault| fault["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"unknown-key") && kinds.contains(&"unknown-category"), "{kinds:?}");
    let category = faults.iter().find(|fault| fault["kind"] == "unknown-category").unwrap();
    assert_eq!((&category["file"], &category["line"]), (&"registry.yaml".into(), &8.into()));
}

#[test]
fn a_file_without_end_is_not_read_to_it() {
    let place = Place::with_site();
    let told = place.tamis(&["check", "--config", "/dev/zero"]);
    assert_eq!(told.code, 1);
    assert!(told.out.contains("can't read /dev/zero: it is larger than 64 MiB"), "{}", told.out);
}

#[test]
fn a_warning_is_an_error_where_that_is_wanted() {
    let place = Place::with_site();
    place.write("registry.yaml", REGISTRY.replace("exemption: Asked for, ", ""));
    let told = place.tamis(&["check", "--config", "tamis.yaml"]);
    assert_eq!(told.code, 0);
    assert!(told.out.contains("0 errors and 1 warning"), "{}", told.out);
    let strict = place.tamis(&["check", "--strict", "--config", "tamis.yaml"]);
    assert_eq!(strict.code, 1);
    assert!(strict.out.contains("1 error and 0 warnings"), "{}", strict.out);
}

#[test]
fn files_that_cannot_be_read_are_named_with_the_reason() {
    let place = Place::with_site();
    place.write("latin.yaml", b"a: b\nb: \xe9t\xe9\n");
    place.write("lost.yaml", crate::place::configuration(0).replace("registry.yaml", "gone.yaml"));
    for (file, reason) in [
        ("missing.yaml", "can't read missing.yaml: there is no such file"),
        (".", "can't read .: it is a directory"),
        ("latin.yaml", "can't read latin.yaml: line 2 is not UTF-8"),
        ("lost.yaml", "the registry gone.yaml can't be read: there is no such file"),
    ] {
        let told = place.tamis(&["check", "--config", file]);
        assert_eq!(told.code, 1);
        assert!(told.out.contains(reason), "{file}: {}", told.out);
    }
    let told = place.tamis(&["check", "--config", "missing.yaml", "--format", "json"]);
    let found: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!((told.code, &found["errors"], &found["faults"][0]["kind"]), (1, &1.into(), &"file".into()));

    fs::set_permissions(place.path("tamis.yaml"), fs::Permissions::from_mode(0o000)).unwrap();
    // Root may read everything.
    if fs::read(place.path("tamis.yaml")).is_err() {
        let told = place.tamis(&["check", "--config", "tamis.yaml"]);
        assert!(told.code == 1 && told.out.contains("this user may not read it"), "{}", told.out);
    }
}

/// A certificate of its own with its key, as PEM.
fn certificate() -> (String, String) {
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["a.example".to_owned()]).unwrap();
    (cert.pem(), signing_key.serialize_pem())
}

#[test]
fn files_of_certificates_are_told_where_they_are_named() {
    let place = Place::with_site();
    let ((certificate, _), (_, other)) = (certificate(), certificate());
    place.write("cert.pem", certificate);
    place.write("key.pem", other);
    place.write(
        "tamis.yaml",
        "listeners:\n  - address: \"127.0.0.1:0\"\n    tls:\n      - {certificate: cert.pem, key: key.pem}\n      \
         - {certificate: gone.pem, key: lost.pem}\nrecords: off\nsites:\n  - hosts: [a.example]\n    colour: red\n    \
         registry: registry.yaml\n    upstream: {url: \"https://localhost\", ca_file: key.pem, client_key: gone.pem}\n",
    );
    let told = place.tamis(&["check", "--config", "tamis.yaml", "--format", "json"]);
    let found: Value = serde_json::from_str(&told.out).unwrap();
    let of = |fault: &Value| {
        let text = |key: &str| fault[key].as_str().unwrap().to_owned();
        assert!(!text("help").is_empty(), "{fault}");
        (fault["line"].as_u64().unwrap(), text("kind"), text("path"))
    };
    let faults: Vec<_> = found["faults"].as_array().unwrap().iter().map(of).collect();
    let wanted = [
        (4, "key-mismatch", "listeners[0].tls[0].key"),
        (5, "unusable-file", "listeners[0].tls[1].certificate"),
        (5, "unusable-file", "listeners[0].tls[1].key"),
        (9, "unknown-key", "sites[0].colour"),
        (11, "unusable-file", "sites[0].upstream.ca_file"),
        (11, "unusable-file", "sites[0].upstream.client_key"),
        (11, "unusable-file", "sites[0].upstream.client_key"),
    ];
    let wanted = wanted.map(|(line, kind, path)| (line, kind.to_owned(), path.to_owned()));
    assert_eq!((told.code, faults), (1, wanted.to_vec()), "{}", told.out);
    // Nobody who starts it again finds anything else.
    let run = place.tamis(&["run", "--config", "tamis.yaml"]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.err.contains("tamis.yaml:5:"), "{}", run.err);
}

#[test]
fn a_certificate_of_a_site_with_a_file_of_its_own_is_looked_into_too() {
    let place = Place::with_site();
    fs::create_dir(place.path("sites")).unwrap();
    let site = "hosts: [b.example]\nregistry: ../registry.yaml\n\
                upstream: {url: \"https://localhost\", ca_file: gone.pem}\n";
    place.write("sites/b.yaml", site);
    place.write("tamis.yaml", format!("{}sites_from: sites\n", crate::place::configuration(0)));
    let told = place.tamis(&["check", "--config", "tamis.yaml"]);
    assert_eq!(told.code, 1, "{}", told.out);
    assert!(told.out.contains("sites/b.yaml:3:") && told.out.contains("sites/gone.pem"), "{}", told.out);
    // Who only explains serves nobody.
    let explain = place.tamis(&["explain", "-c", "tamis.yaml", "--site", "b.example", "--set-cookie", "_ga"]);
    assert_eq!(explain.code, 0, "{}", explain.err);
}

#[test]
fn a_registry_is_checked_by_itself() {
    let place = Place::new();
    place.write("registry.yaml", REGISTRY);
    let told = place.tamis(&["check", "--strict", "--registry", "registry.yaml"]);
    assert_eq!((told.code, told.out.as_str()), (0, "registry.yaml is in order\n"));
    place.write("registry.yaml", REGISTRY.replace("category: statistical", "category: statistics"));
    let told = place.tamis(&["check", "--registry", "registry.yaml", "--format", "json"]);
    let found: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!((told.code, &found["faults"][0]["kind"]), (1, &"unknown-category".into()));
    let told = place.tamis(&["check", "--registry", "gone.yaml"]);
    assert!(told.code == 1 && told.out.contains("can't read gone.yaml"), "{}", told.out);
    for more in [&["--config", "tamis.yaml"][..], &["--against"]] {
        assert_eq!(
            place.tamis(&[&["check", "--registry", "registry.yaml"], more].concat()).code,
            2,
            "{more:?}"
        );
    }
}
