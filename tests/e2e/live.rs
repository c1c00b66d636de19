//! The built gateway while somebody edits its files.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::kit::{Authority, Folder, Origin, Process, Setup, answering, page};

/// A registry in which this cookie alone is declared, and exempt.
fn declaring(name: &str) -> String {
    let row = |name| {
        format!(
            "  - {{names: {name}, provider: Us, purposes: Work, category: necessary, exemption: Asked for}}\n"
        )
    };
    format!("version: '1'\ncookies:\n{}{}", row(name), row("cookies_preferences"))
}

/// An origin server that sets the cookies `one` and `two`.
fn setting_both() -> Origin {
    answering(&page(&["Set-Cookie: one=1", "Set-Cookie: two=2"]))
}

/// A running gateway before it which passes `one`, and the directory of its files.
fn gateway(origin: &Origin) -> (Folder, Process) {
    let folder = Folder::new();
    Setup::new(origin).registry(&declaring("one")).write(&folder);
    let process = Process::start(&folder.at("tamis.yaml"));
    (folder, process)
}

/// What passes now.
fn passes(process: &Process) -> Vec<String> {
    process.agent().get(&[]).values("set-cookie")
}

#[test]
fn a_file_that_takes_the_place_of_another_counts() {
    let origin = setting_both();
    let (folder, process) = gateway(&origin);
    assert_eq!(passes(&process), ["one=1"]);
    assert!(process.counts("tamis_config_generation 1"));
    folder.write("site.yaml", &declaring("two"));
    assert_eq!(process.reloaded(2), "files changed");
    assert_eq!(passes(&process), ["two=2"]);
    // A registry that was not there before, in a directory that was not watched.
    fs::create_dir(folder.at("other")).unwrap();
    folder.write("other/site.yaml", &declaring("one"));
    let moved = fs::read_to_string(folder.at("tamis.yaml")).unwrap().replace("site.yaml", "other/site.yaml");
    folder.write("tamis.yaml", &moved);
    process.reloaded(3);
    assert_eq!(passes(&process), ["one=1"]);
    folder.write("other/site.yaml", &declaring("two"));
    process.reloaded(4);
    assert_eq!(passes(&process), ["two=2"]);
    assert!(process.counts("tamis_config_generation 4"));
    assert!(process.counts("tamis_reloads_total{result=\"applied\"} 3"));
    assert!(process.counts("tamis_config_last_reload_successful 1"));
    assert_eq!(process.stop(), Some(0));
}

#[test]
fn a_file_that_is_written_in_its_place_counts() {
    let origin = setting_both();
    let (folder, process) = gateway(&origin);
    fs::write(folder.at("site.yaml"), declaring("two")).unwrap();
    process.reloaded(2);
    assert_eq!(passes(&process), ["two=2"]);
}

/// A volume as Kubernetes mounts a ConfigMap: every file is a link through `..data`, a link to a directory that takes the
/// place of the one before in one step.
fn swap(volume: &Path, stamp: &str, registry: &str) {
    let fresh = volume.join(stamp);
    fs::create_dir(&fresh).unwrap();
    fs::write(fresh.join("site.yaml"), registry).unwrap();
    let old = fs::read_link(volume.join("..data")).ok();
    symlink(stamp, volume.join("..data_tmp")).unwrap();
    fs::rename(volume.join("..data_tmp"), volume.join("..data")).unwrap();
    if let Some(old) = old {
        fs::remove_dir_all(volume.join(old)).unwrap();
    }
}

#[test]
fn the_volume_of_a_config_map_is_followed() {
    let origin = setting_both();
    let folder = Folder::new();
    let volume = folder.at("volume");
    fs::create_dir(&volume).unwrap();
    swap(&volume, "..2026_11_24_1", &declaring("one"));
    symlink("..data/site.yaml", volume.join("site.yaml")).unwrap();
    Setup::new(&origin).write(&folder);
    let yaml = fs::read_to_string(folder.at("tamis.yaml")).unwrap().replace("site.yaml", "volume/site.yaml");
    folder.write("tamis.yaml", &yaml);
    let process = Process::start(&folder.at("tamis.yaml"));
    assert_eq!(passes(&process), ["one=1"]);
    for (generation, name) in [(2, "two"), (3, "one"), (4, "two")] {
        swap(&volume, &format!("..2026_11_24_{generation}"), &declaring(name));
        assert_eq!(process.reloaded(generation), "files changed");
        assert_eq!(passes(&process), [if name == "one" { "one=1" } else { "two=2" }]);
    }
}

#[test]
fn a_change_that_the_system_does_not_tell_is_found_by_looking() {
    let origin = setting_both();
    let (folder, process) = gateway(&origin);
    // What is written under another name is told of the other directory alone.
    let elsewhere = Folder::new();
    fs::hard_link(folder.at("site.yaml"), elsewhere.at("site.yaml")).unwrap();
    fs::write(elsewhere.at("site.yaml"), declaring("two")).unwrap();
    process.reloaded(2);
    assert_eq!(passes(&process), ["two=2"]);
}

#[test]
fn a_signal_reloads_what_has_changed() {
    let origin = setting_both();
    let (folder, process) = gateway(&origin);
    process.signal("HUP");
    process.logged_with(&["nothing to reload", "cause=\"SIGHUP\"", "generation=1"]);
    assert!(process.counts("tamis_reloads_total{result=\"unchanged\"} 1"));
    let elsewhere = Folder::new();
    fs::hard_link(folder.at("site.yaml"), elsewhere.at("site.yaml")).unwrap();
    fs::write(elsewhere.at("site.yaml"), declaring("two")).unwrap();
    process.signal("HUP");
    process.reloaded(2);
    assert_eq!(passes(&process), ["two=2"]);
}

#[test]
fn files_that_cannot_be_used_change_nothing_until_they_are_mended() {
    let origin = setting_both();
    let (folder, process) = gateway(&origin);
    let good = fs::read_to_string(folder.at("tamis.yaml")).unwrap();
    folder.write("site.yaml", "version: '1'\ncookies:\n  - {names: two, provder: Us}\n");
    process.logged_with(&["not reloaded", "cause=\"files changed\"", "generation=1"]);
    let fault = process.logged("site.yaml:3:18: error[unknown-key]: ");
    assert!(fault.contains("ERROR") && fault.contains("provider"), "{fault}");
    assert_eq!(passes(&process), ["one=1"]);
    assert!(process.counts("tamis_config_last_reload_successful 0"));
    assert!(process.counts("tamis_reloads_total{result=\"refused\"} 1"));
    let ready = process.operator("GET /readyz");
    assert_eq!(ready.status(), 200);
    assert!(super::kit::text(&ready.body).contains("site.yaml:3:18: error[unknown-key]"));
    // Back to what is served.
    folder.write("site.yaml", &declaring("one"));
    process.logged("nothing to reload");
    assert!(process.counts("tamis_config_last_reload_successful 1"));
    assert!(super::kit::text(&process.operator("GET /readyz").body).contains("\"refused\": null"));
    // A file that is gone, and comes again as another.
    fs::remove_file(folder.at("tamis.yaml")).unwrap();
    process.logged("can't read ");
    folder.write("tamis.yaml", &good);
    folder.write("site.yaml", &declaring("two"));
    process.reloaded(2);
    assert_eq!(passes(&process), ["two=2"]);
    assert_eq!(process.stop(), Some(0));
}

#[test]
fn no_secret_of_a_broken_file_is_told() {
    let origin = setting_both();
    let (folder, process) = gateway(&origin);
    let good = fs::read_to_string(folder.at("tamis.yaml")).unwrap();
    let token = "S3CRET-0123456789-0123456789";
    folder
        .write("tamis.yaml", &good.replace("admin: {", &format!("admin: {{token: {token}, acess: owner, ")));
    process.logged("not reloaded");
    process.logged("error[unknown-key]");
    assert!(!super::kit::text(&process.operator("GET /readyz").body).contains("S3CRET"));
    let outcome = process.operator("POST /reload");
    assert_eq!(outcome.status(), 409);
    assert!(!super::kit::text(&outcome.body).contains("S3CRET"));
    assert!(!process.log().contains("S3CRET"), "{}", process.log());
}

#[test]
fn a_directory_of_sites_is_followed() {
    let origin = setting_both();
    let (folder, process) = gateway(&origin);
    let other = answering(&page(&["X-Whose: other"]));
    fs::create_dir(folder.at("sites")).unwrap();
    let site = |host: &str| format!("hosts: [{host}]\nregistry: ../site.yaml\nupstream: {}\n", other.url());
    folder.write("sites/a.yaml", &site("a.test"));
    let good = fs::read_to_string(folder.at("tamis.yaml")).unwrap();
    folder.write("tamis.yaml", &format!("sites_from: sites\n{good}"));
    process.reloaded(2);
    let whose = |host| process.agent().for_host(host).get(&[]).values("x-whose");
    assert_eq!((whose("a.test"), whose("b.test")), (vec!["other".to_owned()], vec![]));
    // A draft is no site.
    folder.write("sites/b.yaml~", &site("b.test"));
    folder.write("sites/b.yaml", &site("b.test"));
    process.reloaded(3);
    assert_eq!(whose("b.test"), ["other"]);
    fs::remove_file(folder.at("sites/a.yaml")).unwrap();
    process.reloaded(4);
    assert_eq!((whose("a.test"), whose("b.test")), (vec![], vec!["other".to_owned()]));
}

#[test]
fn a_certificate_that_is_renewed_is_shown_and_old_connections_live_on() {
    let (old, new) = (Authority::new(), Authority::new());
    let origin = setting_both();
    let folder = Folder::new();
    let put = |name: &str, text: &str| folder.write(name, text);
    let (first, second) = (old.issue("x.test"), new.issue("x.test"));
    put("cert.pem", &first.certificate);
    put("key.pem", &first.key);
    let tls = "tls: {certificate: cert.pem, key: key.pem}";
    let listener = format!("listeners: [{{address: \"127.0.0.1:0\", {tls}}}]");
    Setup::new(&origin).top(&listener).registry(&declaring("one")).write(&folder);
    let process = Process::start(&folder.at("tamis.yaml"));
    let handshake = |by: &Authority| by.handshake(process.address(), "x.test", true, &[]);
    let mut kept = process.tls_agent(&old);
    assert_eq!(kept.get(&[]).status(), 200);
    // The key comes later than the certificate.
    put("cert.pem", &second.certificate);
    process.logged("key.pem does not fit the certificate");
    process.logged("not reloaded");
    handshake(&old).unwrap();
    put("key.pem", &second.key);
    process.reloaded(2);
    handshake(&new).unwrap();
    handshake(&old).unwrap_err();
    assert_eq!(kept.get(&[]).values("set-cookie"), ["one=1"]);
}

#[test]
fn the_operator_asks_for_a_reload_and_is_told_what_came_of_it() {
    let origin = setting_both();
    let (folder, process) = gateway(&origin);
    let reload = || {
        let answer = process.operator("POST /reload");
        let told: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        (answer.status(), told)
    };
    let (status, told) = reload();
    assert_eq!((status, &told["changed"], &told["applied"]), (200, &false.into(), &true.into()));
    let good = fs::read_to_string(folder.at("tamis.yaml")).unwrap();
    folder.write(
        "tamis.yaml",
        &format!("{}limits: {{head: 8KiB}}\n", good.replace("workers: 1", "workers: 2")),
    );
    let (status, told) = reload();
    assert_eq!((status, &told["applied"], &told["errors"]), (200, &true.into(), &0.into()), "{told}");
    assert_eq!((&told["restart"][0], &told["generation"]), (&"workers".into(), &2.into()), "{told}");
    process.logged_with(&["these count after a restart", "workers"]);
    folder.write("tamis.yaml", &format!("{good}limits: {{hed: 8KiB}}\n"));
    let (status, told) = reload();
    assert_eq!((status, &told["applied"], &told["errors"]), (409, &false.into(), &1.into()), "{told}");
    assert_eq!(
        (&told["faults"][0]["kind"], &told["generation"]),
        (&"unknown-key".into(), &2.into()),
        "{told}"
    );
}
