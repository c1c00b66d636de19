//! `tamis config show`.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::place::{Place, REGISTRY, SECRET};

const CONFIGURATION: &str = "\
listeners: [{address: \"127.0.0.1:0\"}]
workers: ${WORKERS:-3}
records:
  database: postgres://tamis:${file:secrets/database}@db.example:5432/consent?password=s3cr3t
sites_from: sites
";

/// A configuration with a secret and two sites that have files of their own.
fn place() -> Place {
    let place = Place::new();
    fs::create_dir(place.path("sites")).unwrap();
    fs::create_dir(place.path("secrets")).unwrap();
    place.write("tamis.yaml", CONFIGURATION);
    place.write("registry.yaml", REGISTRY);
    place.write("secrets/database", format!("{SECRET}\n"));
    for name in ["b", "a"] {
        let site = format!(
            "hosts: {name}.example\nregistry: ../registry.yaml\nupstream: http://127.0.0.1:1\nmode: observe\n"
        );
        place.write(&format!("sites/{name}.yaml"), site);
    }
    place.write("sites/.a.yaml.swp", "no YAML: [");
    place.write("sites/a.yaml~", "no YAML: [");
    place
}

#[test]
fn every_setting_is_shown_with_where_it_comes_from_and_without_secrets() {
    let place = place();
    let told = place.tamis(&["config", "show", "--config", "tamis.yaml"]);
    assert_eq!((told.code, told.err.as_str()), (0, ""));
    for (text, comment) in [
        ("workers: 3", "tamis.yaml:2, variable WORKERS is not set"),
        (
            "  database: postgres://db.example:5432/consent",
            "tamis.yaml:4, file secrets/database; its secret is left out",
        ),
        ("  fields: 256", "default"),
        ("  - hosts: a.example", "sites/a.yaml:1"),
        ("    registry: sites/../registry.yaml", "sites/a.yaml:2"),
        ("      url: http://127.0.0.1:1", "sites/a.yaml:3"),
        ("      h2: false", "default"),
        ("# sites_from: sites", "tamis.yaml:5; its sites stand under `sites`"),
    ] {
        let line = told
            .out
            .lines()
            .find(|line| line.split("  ").next() == Some(text) || line.starts_with(&format!("{text} ")));
        let line = line.unwrap_or_else(|| panic!("no line {text:?}:\n{}", told.out));
        assert!(line.ends_with(&format!("# {comment}")), "{line}");
    }
    let order: Vec<_> = told.out.lines().filter(|line| line.contains("hosts: ")).collect();
    assert!(order[0].contains("a.example") && order[1].contains("b.example"), "{order:?}");
}

#[test]
fn what_is_shown_is_a_configuration() {
    let place = place();
    let told = place.tamis(&["config", "show", "--config", "tamis.yaml", "--format", "yaml"]);
    place.write("shown.yaml", &told.out);
    let checked = place.tamis(&["check", "--strict", "--config", "shown.yaml"]);
    assert_eq!(checked.out, "shown.yaml is in order\n");
    let site = place.tamis(&["config", "show", "--config", "tamis.yaml", "--site", "B.example"]);
    place.write("sites/b.yaml", site.out.replace("sites/../", "../"));
    let checked = place.tamis(&["check", "--strict", "--config", "tamis.yaml"]);
    assert_eq!(checked.out, "tamis.yaml is in order\n", "{}", site.out);
}

#[test]
fn one_object_a_value_for_tools() {
    let place = place();
    let told = place.tamis(&["config", "show", "--config", "tamis.yaml", "--format", "json"]);
    let shown: Value = serde_json::from_str(&told.out).unwrap();
    let of = |path: &str| {
        shown
            .as_array()
            .unwrap()
            .iter()
            .find(|object| object["path"] == path)
            .unwrap_or_else(|| panic!("no {path}"))
    };
    let database = of("records.database");
    assert_eq!(
        (&database["hidden"], &database["secret_files"][0]),
        (&true.into(), &"secrets/database".into())
    );
    let mode = of("sites[1].mode");
    assert_eq!(
        (&mode["value"], &mode["file"], &mode["line"]),
        (&"observe".into(), &"sites/b.yaml".into(), &4.into())
    );
    assert_eq!((&of("workers")["value"], &of("workers")["variables"][0]), (&3.into(), &"WORKERS".into()));
    assert_eq!(
        (&of("limits.cookies")["value"], &of("limits.cookies")["origin"]),
        (&256.into(), &"default".into())
    );
    assert_eq!(of("admin")["value"], Value::Null);
}

#[test]
fn a_variable_that_is_set_counts() {
    let place = place();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tamis"));
    command.args(["config", "show"]).current_dir(place.path(""));
    let output = command.env("TAMIS_CONFIG", "tamis.yaml").env("WORKERS", "5").output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    let line = out.lines().find(|line| line.starts_with("workers: 5 ")).unwrap_or_else(|| panic!("{out}"));
    assert!(line.ends_with("# tamis.yaml:2, variable WORKERS"), "{line}");
}

#[test]
fn what_has_errors_is_not_shown() {
    let place = place();
    place.write("sites/a.yaml", "hosts: b.example\n");
    fs::remove_file(place.path("secrets/database")).unwrap();
    let told = place.tamis(&["config", "show", "--config", "tamis.yaml"]);
    assert_eq!((told.code, told.out.as_str()), (1, ""));
    for shown in [
        "the secret secrets/database can't be read: there is no such file",
        "database: *****************${file:secrets/database}****",
        "sites/a.yaml:1:1",
        "sites/b.yaml:1:8",
        "first taken here",
        "nothing counts before they are mended",
    ] {
        assert!(told.err.contains(shown), "{shown}: {}", told.err);
    }
    let told = self::place().tamis(&["config", "show", "--config", "tamis.yaml", "--site", "c.example"]);
    assert_eq!(told.code, 1);
    assert!(told.err.contains("takes the host c.example; it has: a.example, b.example"), "{}", told.err);
}

#[test]
fn a_secret_that_is_no_text_is_a_fault_that_does_not_show_it() {
    let place = place();
    let long = "s3cr3t".repeat(11_000);
    for (contents, reason) in [
        (&b"s3cr3t\0"[..], "it has control characters in it"),
        (b"s3cr3t\xff", "line 1 is not UTF-8"),
        (b"", "it is empty"),
        (b"\n", "it is empty"),
        (long.as_bytes(), "it is larger than 64 KiB"),
    ] {
        place.write("secrets/database", contents);
        let told = place.tamis(&["check", "--config", "tamis.yaml"]);
        assert_eq!(told.code, 1);
        assert!(told.out.contains(reason) && told.out.contains("tamis.yaml:4:30"), "{}", told.out);
    }
    place.write("tamis.yaml", CONFIGURATION.replace("secrets/database", "/dev/zero"));
    let told = place.tamis(&["check", "--config", "tamis.yaml"]);
    assert!(
        told.out.contains("the secret /dev/zero can't be read: it is larger than 64 KiB"),
        "{}",
        told.out
    );
}
