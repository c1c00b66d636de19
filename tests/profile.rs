//! What stands before rustc (`profile/rustc`) and the profile that a `dist` build is optimised by.

#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

const DIST: &[&str] =
    &["--crate-name", "x", "-C", "linker-plugin-lto", "-C", "metadata=1a", "--out-dir", "/t/dist/deps"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A rustc of the version VERSION, which says what it was called with.
static RUSTC: LazyLock<PathBuf> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rustc");
    let script = r#"if [ "$1" = --version ]; then echo "rustc $VERSION (1a2b 2026-01-01)"; else printf '%s\n' "$@"; fi"#;
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
});

/// What a rustc of that version is called with in the place of `words`, nothing where it isn't called, and what is said besides.
fn called(version: &str, words: &[&str], variables: &[(&str, &str)]) -> (Vec<String>, String) {
    called_by(Command::new(root().join("profile/rustc")), version, words, variables)
}

fn called_by(
    mut command: Command,
    version: &str,
    words: &[&str],
    variables: &[(&str, &str)],
) -> (Vec<String>, String) {
    command
        .arg(&*RUSTC)
        .args(words)
        .env("VERSION", version)
        .env_remove("TAMIS_PROFILE")
        .env_remove("CARGO_BIN_NAME");
    command.env("CARGO_PKG_NAME", "http").env("CARGO_PKG_VERSION", "1.5.0").envs(variables.iter().copied());
    let output = command.output().unwrap();
    if !output.status.success() {
        return (Vec::new(), String::from_utf8(output.stderr).unwrap());
    }
    let words = String::from_utf8(output.stdout).unwrap();
    (words.lines().map(str::to_owned).collect(), String::from_utf8(output.stderr).unwrap())
}

fn toolchain() -> String {
    let image = fs::read_to_string(root().join("docker/Dockerfile")).unwrap();
    let version = image.lines().find_map(|line| line.strip_prefix("ARG TOOLCHAIN=rust:")).unwrap();
    version.split('-').next().unwrap().to_owned()
}

#[test]
fn the_image_is_built_by_a_profile() {
    let profile = root().join(format!("profile/{}.profdata", toolchain()));
    let octets = fs::read(&profile).unwrap_or_else(|fault| panic!("{}: {fault}", profile.display()));
    assert_eq!(octets.get(..8), Some(&b"\xfflprofi\x81"[..]), "no profile of LLVM's");
}

#[test]
fn only_dist_builds_are_another() {
    let plain =
        ["--crate-name", "x", "-C", "metadata=1a", "--out-dir", "/t/dist/deps", "-C", "embed-bitcode=no"];
    let other = ["-C", "lto=fat", "-C", "metadata=1a", "--out-dir", "/t/release/deps"];
    for words in [&plain[..], &other, &["-vV"], &["-", "a b", "", "*"]] {
        assert_eq!(called("1.95.0", words, &[]).0, words);
    }
}

#[test]
fn dist_builds_use_the_profile_of_their_rustc() {
    let version = toolchain();
    let with = |metadata: &str, last: Vec<String>| {
        let words = DIST.iter().map(|word| word.replace("metadata=1a", &format!("metadata={metadata}")));
        words.chain(last).collect::<Vec<_>>()
    };
    let profile = root().join(format!("profile/{version}.profdata"));
    let used = vec![
        format!("-Cprofile-use={}", profile.display()),
        "-Cllvm-args=-profile-summary-cutoff-hot=999000".to_owned(),
    ];
    assert_eq!(called(&version, DIST, &[]), (with("http-1.5.0", used.clone()), String::new()));

    // The same for each version of tamis, but not for both of its crates.
    let library = [("CARGO_PKG_NAME", "tamis"), ("CARGO_PKG_VERSION", "9.9.9")];
    assert_eq!(called(&version, DIST, &library).0, with("tamis-", used.clone()));
    let binary = [("CARGO_PKG_NAME", "tamis"), ("CARGO_BIN_NAME", "tamis")];
    assert_eq!(called(&version, DIST, &binary).0, with("tamis-tamis", used.clone()));

    let mut wrapped = Command::new(root().join("profile/rustc"));
    wrapped.arg("/usr/bin/env");
    assert_eq!(called_by(wrapped, &version, DIST, &binary).0, with("tamis-tamis", used));

    assert_eq!(called(&version, DIST, &[("TAMIS_PROFILE", "none")]).0, with("http-1.5.0", Vec::new()));
    let recorded = vec!["-Cprofile-generate=/p q".to_owned()];
    assert_eq!(called(&version, DIST, &[("TAMIS_PROFILE", "/p q")]).0, with("http-1.5.0", recorded));
    for unclear in ["off", "./folder"] {
        let (words, said) = called(&version, DIST, &[("TAMIS_PROFILE", unclear)]);
        assert!(words.is_empty() && said.contains(&format!("TAMIS_PROFILE is '{unclear}'")), "{said}");
    }
}

#[test]
fn a_rustc_without_a_profile_builds_without_one() {
    let (words, said) = called("1.0.0", DIST, &[("CARGO_BIN_NAME", "tamis")]);
    assert_eq!(words.len(), DIST.len());
    assert!(said.contains("there is none of rustc 1.0.0"), "{said}");
    assert_eq!(called("1.0.0", DIST, &[]).1, "");
}
