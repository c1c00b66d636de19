//! The built command, as people and scripts call it: exit codes, sentences, and that no cookie's value is ever printed.

#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

mod check;
mod config_show;
mod demo;
mod drain;
mod explain;
mod health;
mod init;
mod log;
mod observed;
mod place;
mod policy;
mod records;
mod reload;
mod run;
mod sockets;
mod terminal;

use place::Place;

#[test]
fn help_lists_every_command_and_the_exit_codes() {
    let place = Place::new();
    let help = place.tamis(&["--help"]);
    assert_eq!(help.code, 0);
    for word in [
        "init ",
        "run ",
        "check ",
        "config ",
        "explain ",
        "policy ",
        "schema ",
        "records ",
        "observed ",
        "reload ",
        "health ",
        "demo ",
        "Exit codes",
        "0  done",
        "3  the gateway can't start",
    ] {
        assert!(help.out.contains(word), "{word}: {}", help.out);
    }
    for command in [
        "init", "run", "check", "config", "explain", "policy", "schema", "records", "observed", "reload",
        "health", "demo",
    ] {
        let help = place.tamis(&[command, "--help"]);
        assert_eq!(help.code, 0);
        assert!(help.out.contains("Exit codes"), "{}", help.out);
    }
}

#[test]
fn wrong_arguments_are_code_2() {
    let place = Place::new();
    for arguments in [&["sift"][..], &["run", "--port", "1"], &["check", "--format", "xml"], &[]] {
        let told = place.tamis(arguments);
        assert_eq!(told.code, 2, "{arguments:?}");
        assert!(told.err.contains("help"), "{}", told.err);
    }
}

#[test]
fn schema_prints_what_is_committed() {
    let place = Place::new();
    let committed = |name| {
        let path = format!("{}/config/schema/{name}.schema.json", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(path).unwrap()
    };
    for (arguments, name) in [
        (&["schema"][..], "tamis"),
        (&["schema", "config"], "tamis"),
        (&["schema", "registry"], "registry"),
        (&["schema", "site"], "site"),
    ] {
        let told = place.tamis(arguments);
        assert_eq!((told.code, told.out), (0, committed(name)));
    }
    assert_eq!(place.tamis(&["schema", "cookies"]).code, 2);
}
