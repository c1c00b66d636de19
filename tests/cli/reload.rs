//! `tamis reload` and `tamis check --against`.

use crate::place::{Place, REGISTRY, Running, SECRET, configuration};

/// A running gateway, and where its operator asks it.
fn gateway(place: &Place, admin: &str) -> (Running, String) {
    place.write("tamis.yaml", configuration(0) + admin);
    let mut gateway = place.start(&["run", "--config", "tamis.yaml"]);
    let line = gateway.line("admin listening");
    (gateway, line.split("address=").nth(1).unwrap().trim().to_owned())
}

const OPEN: &str = "admin: {address: \"127.0.0.1:0\"}\n";

/// The registry with another purpose of one row, and a row more.
fn changed() -> String {
    REGISTRY.replace("Log-in", "Logging in").replace("_ga,", "_gid, _ga,")
}

#[test]
fn what_came_of_a_reload_is_told() {
    let place = Place::with_site();
    let (gateway, address) = gateway(&place, OPEN);
    let reload = |code: i32| {
        let told = place.tamis(&["reload", "--admin", &address]);
        assert_eq!((told.code, told.err.as_str()), (code, ""), "{}", told.out);
        told.out
    };
    assert_eq!(reload(0), "nothing to reload: generation 1 is what the files hold\n");
    // Whoever reads the files first, the gateway of itself or as it is asked to, the same is told of what is wrong.
    place.write("registry.yaml", REGISTRY.replace("purposes: Counting", "purpose: Counting"));
    let told = reload(1);
    assert!(told.contains("registry.yaml:7:5: error[unknown-key]: "), "{told}");
    assert!(told.ends_with("; generation 1 is served as before\n"), "{told}");
    let told = place.tamis(&["reload", "--admin", &address, "--format", "json"]);
    let told: serde_json::Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!((&told["applied"], &told["generation"]), (&false.into(), &1.into()));
    drop(gateway);
    let told = place.tamis(&["reload", "--admin", &address]);
    assert_eq!(told.code, 3);
    assert!(told.err.contains("nobody answers at"), "{}", told.err);
}

#[test]
fn a_pipe_in_the_place_of_a_file_stops_no_reload() {
    let place = Place::with_site();
    let (_gateway, address) = gateway(&place, OPEN);
    std::fs::remove_file(place.path("registry.yaml")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(place.path("registry.yaml")).status();
    assert!(made.unwrap().success());
    let told = place.tamis(&["reload", "--admin", &address]);
    assert_eq!(told.code, 1, "{}", told.out);
    assert!(told.out.contains("it is a pipe"), "{}", told.out);
    std::fs::remove_file(place.path("registry.yaml")).unwrap();
    place.write("registry.yaml", REGISTRY);
    let told = place.tamis(&["reload", "--admin", &address]);
    assert_eq!(told.code, 0, "{}", told.out);
}

#[test]
fn faults_of_the_configuration_itself_are_shown_before_anybody_is_asked() {
    let place = Place::with_site();
    place.write("tamis.yaml", configuration(0) + "admn: {}\n");
    let told = place.tamis(&["reload", "--config", "tamis.yaml"]);
    assert_eq!((told.code, told.err.as_str()), (1, ""));
    assert!(told.out.contains("did you mean `admin`"), "{}", told.out);
    assert!(told.out.ends_with("1 error and 0 warnings; the gateway was not asked\n"), "{}", told.out);
    place.write("tamis.yaml", configuration(0));
    let told = place.tamis(&["reload", "--config", "tamis.yaml"]);
    assert_eq!(told.code, 3);
    assert!(told.err.contains("has no `admin`"), "{}", told.err);
}

#[test]
fn what_a_reload_would_change_is_said_without_changing_it() {
    let place = Place::with_site();
    let (gateway, address) = gateway(&place, OPEN);
    let against = |config: &str| {
        let told = place.tamis(&["check", "--config", config, "--against", &address]);
        assert_eq!((told.code, told.err.as_str()), (0, ""), "{}", told.out);
        told.out
    };
    let nothing =
        "tamis.yaml is in order\na reload would change nothing: generation 1 is what the files hold\n";
    assert_eq!(against("tamis.yaml"), nothing);
    place.write("other.yaml", changed());
    let next = configuration(0)
        .replace("registry.yaml", "other.yaml")
        .replace("workers: 2", "workers: 3\nlimits: {head: 32KiB}")
        .replace("hosts: [a.example]", "hosts: [a.example, b.example]\n    mode: observe");
    place.write("next.yaml", next + OPEN);
    let wanted = "next.yaml is in order\n\
        a reload would change generation 1, secrets apart:\n  \
        limits.head: 64KiB → 32KiB\n  \
        workers: 2 → 3 (after a restart)\n  \
        site a.example: hosts: [\"a.example\"] → [\"a.example\",\"b.example\"]\n  \
        site a.example: mode: enforce → observe\n  \
        site a.example: registry: registry.yaml → other.yaml\n";
    assert_eq!(against("next.yaml"), wanted);
    assert_eq!(against("tamis.yaml"), nothing);
    let told = place.tamis(&["check", "--config", "next.yaml", "--against", &address, "--format", "json"]);
    let told: serde_json::Value = serde_json::from_str(&told.out).unwrap();
    let change = &told["against"]["changes"][1];
    assert_eq!((&change["what"], &change["how"]), (&"workers".into(), &"2 → 3".into()), "{told}");
    assert_eq!(change["restart"], true);
    drop(gateway);
    let told = place.tamis(&["check", "--config", "next.yaml", "--against", &address]);
    assert_eq!(told.code, 3);
    assert!(told.out.contains("is in order") && told.err.contains("nobody answers at"), "{}", told.err);
}

#[test]
fn rows_of_a_registry_are_compared_by_their_names() {
    let place = Place::with_site();
    let (_gateway, address) = gateway(&place, OPEN);
    // The same file for the gateway and for who asks, so in another directory.
    std::fs::create_dir(place.path("next")).unwrap();
    place.write("next/tamis.yaml", configuration(0) + OPEN);
    place.write("next/registry.yaml", changed());
    let told = place.tamis(&["check", "--config", "next/tamis.yaml", "--against", &address]);
    let wanted = "next/tamis.yaml is in order\n\
        a reload would change generation 1, secrets apart:\n  \
        registry registry.yaml: cookie `_ga`, `_ga_{id}`: removed\n  \
        registry registry.yaml: cookie `_gid`, `_ga`, `_ga_{id}`: added\n  \
        registry registry.yaml: cookie `sessionid`: changed\n";
    assert_eq!((told.code, told.out.as_str()), (0, wanted), "{}", told.err);
}

#[test]
fn a_token_is_taken_from_the_configuration_and_never_told() {
    let place = Place::with_site();
    let socket = place.path("admin.sock");
    let token = format!("{SECRET}-{SECRET}-{SECRET}");
    place.write("token", format!("{token}\n"));
    let admin = format!("admin: {{address: \"unix:{}\", token: \"${{file:token}}\"}}\n", socket.display());
    let (mut gateway, _) = gateway(&place, &admin);
    for asked in [
        &["reload", "--config", "tamis.yaml"][..],
        &["reload", "--config", "tamis.yaml", "--admin", &format!("unix:{}", socket.display())],
        &["check", "--config", "tamis.yaml", "--against"],
    ] {
        let told = place.tamis(asked);
        assert_eq!((told.code, told.err.as_str()), (0, ""), "{asked:?}");
        assert!(told.out.contains("generation 1"), "{}", told.out);
    }
    // Without it nothing is answered.
    let told = place.tamis(&[
        "reload",
        "--config",
        "nowhere.yaml",
        "--admin",
        &format!("unix:{}", socket.display()),
    ]);
    assert_eq!(told.code, 3);
    assert!(told.err.contains("the gateway answers 401: send the token"), "{}", told.err);
    place.write("token", format!("{token}-{token}\n"));
    gateway.line("token: other content");
    assert!(gateway.line("these count after a restart").contains("admin"));
    assert_eq!(gateway.end("TERM").0, Some(0));
}

#[test]
fn the_database_of_records_is_opened_once_visitors_are_asked() {
    let place = Place::with_site();
    let files = || ["records.sqlite", "records.key", "records.head"].map(|name| place.path(name).exists());
    let site = "    pages: off\n";
    let (asking, silent) = (configuration(0) + OPEN, configuration(0) + site + OPEN);
    place.write("tamis.yaml", &silent);
    let mut gateway = place.start(&["run", "--config", "tamis.yaml"]);
    gateway.line("admin listening");
    assert_eq!(gateway.end("TERM").0, Some(0));
    assert_eq!(files(), [false; 3], "nobody was asked");

    let mut gateway = place.start(&["run", "--config", "tamis.yaml"]);
    gateway.line("admin listening");
    place.write("tamis.yaml", &asking);
    gateway.line("reloaded");
    assert_eq!(gateway.end("TERM").0, Some(0));
    assert_eq!(files(), [true; 3], "the pages of a site ask");
}
