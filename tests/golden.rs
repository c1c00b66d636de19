//! Faults in files that people write, as they are shown: one file per kind of fault, and one with all of them.
//!
//! `<name>.yaml` is compiled and its rendered diagnostics are compared with `<name>.txt`; `TAMIS_BLESS=1` rewrites
//! the latter, to be reviewed as text. Where a file has markers, comments such as `#    ^ unknown-key` under the line
//! that they are about, the set of (line, column, kind) must be exactly theirs, so that valid neighbours stay
//! unreported.

#![expect(clippy::unwrap_used, reason = "a test's helpers; what fails here fails the test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tamis::config::{self, Outside, Part, Pem, Unusable};
use tamis::diagnostic::{Diagnostics, Source};
use tamis::pages::{Export, export};
use tamis::registry::Registry;

type Fault = (usize, usize, String);

/// A directory of golden files for one kind of file.
struct Corpus {
    directory: &'static str,
    /// The page whose section "Diagnostics" lists the kinds, one row of its table each.
    reference: &'static str,
    /// Kinds that `all.yaml` can't have beside the others.
    alone: &'static [&'static str],
    compile: fn(Arc<Source>) -> Diagnostics,
}

const REGISTRY: Corpus = Corpus {
    directory: "tests/golden/registry",
    reference: "docs/registry.md",
    alone: &[
        // The reading stops there.
        "merge-key",
        "second-document",
        "too-large",
        "yaml-syntax",
        // They need hundreds of lines.
        "too-many",
        "too-many-alike",
        // It is looked for once all rows are sound.
        "unwritable-choice",
        // What is undeclared can't be declared wrongly too.
        "consent-cookie-undeclared",
    ],
    compile: |source| Registry::compile(source).1,
};

const CONFIGURATION: Corpus = Corpus {
    directory: "tests/golden/config",
    reference: "docs/configuration.md",
    alone: &[
        // The reading stops there.
        "merge-key",
        "second-document",
        "too-large",
        "yaml-syntax",
        // There is one `sites_from`, and it has another fault.
        "ignored-file",
        "unreadable-sites",
        // There it is `admin-not-loopback`: no token at all.
        "bad-token",
    ],
    compile: configuration,
};

/// Faults of a configuration, of its sites' files and of its registries together, as `tamis check` shows them.
const BOTH: Corpus = Corpus { directory: "tests/golden/config/both", ..CONFIGURATION };

#[test]
fn registry_faults() {
    golden(&REGISTRY);
    one_file_a_kind(&REGISTRY);
}

#[test]
fn configuration_faults() {
    golden(&CONFIGURATION);
    one_file_a_kind(&CONFIGURATION);
}

#[test]
fn faults_of_both_files() {
    golden(&BOTH);
}

/// The shipped registries as `tamis policy` writes them.
#[test]
fn policies() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut failures = Vec::new();
    for (name, languages) in [("lille", ["en", "fr"]), ("lille-analytics", ["fr", "en"])] {
        let path = root.join(format!("config/registry/{name}.yaml"));
        let registry = Registry::compile(source(&path)).0.unwrap();
        for language in languages {
            for (format, ending) in [
                (Export::Html, "html"),
                (Export::Markdown, "md"),
                (Export::Json, "json"),
                (Export::Csv, "csv"),
                (Export::Shown, "txt"),
            ] {
                let written = export(&registry, Some(language), format).unwrap();
                let expected = root.join(format!("tests/golden/policy/{name}.{language}.{ending}"));
                if std::env::var_os("TAMIS_BLESS").is_some() {
                    fs::write(&expected, &written).unwrap();
                } else if fs::read_to_string(&expected).unwrap_or_default() != written {
                    failures.push(format!("{} differs; found:\n{written}", expected.display()));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Compiles with the registries of `tests/golden/config/registry` and the one variable `HOST`.
fn configuration(source: Arc<Source>) -> Diagnostics {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/config");
    let environment = |name: &str| (name == "HOST").then(|| "a.example".to_owned());
    let read = |path: &Path, _| {
        fs::read_to_string(directory.join(path)).map_err(|_| "there is no such file".to_owned())
    };
    let list = |path: &Path| {
        let entries =
            fs::read_dir(directory.join(path)).map_err(|_| "there is no such directory".to_owned())?;
        Ok(entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect())
    };
    let outside = Outside { environment: &environment, read: &read, list: &list, check: &looked_into };
    let compiled = config::compile(source, Path::new(""), outside);
    assert_eq!(compiled.snapshot.is_some(), compiled.faults.errors() == 0);
    compiled.faults
}

/// Of the files of certificates `missing.pem` is not there, and `other.pem` is the key of another certificate.
fn looked_into(pem: Pem<'_>) -> Vec<Unusable> {
    let files = match pem {
        Pem::Server(files) | Pem::Client(files) => {
            vec![(Part::Certificates, files.certificate.as_path()), (Part::Key, files.key.as_path())]
        }
        Pem::Authorities(path) => vec![(Part::Certificates, path)],
    };
    let fault = |(part, path): (Part, &Path)| {
        let (kind, message, help) = match path.to_str()? {
            "missing.pem" => ("unusable-file", "can't read missing.pem", "write the path of a PEM file"),
            "other.pem" => ("key-mismatch", "the key other.pem does not fit", "write the certificate's key"),
            _ => return None,
        };
        Some(Unusable { part, kind, message: message.to_owned(), help })
    };
    files.into_iter().filter_map(fault).collect()
}

/// Compares every file of a directory with what is expected of it.
fn golden(corpus: &Corpus) {
    let mut failures = Vec::new();
    for path in files(corpus.directory) {
        let source = source(&path);
        let faults = (corpus.compile)(Arc::clone(&source));
        let rendered = format!("{}\n", faults.render(false));
        let expected = path.with_extension("txt");
        if std::env::var_os("TAMIS_BLESS").is_some() {
            fs::write(&expected, &rendered).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != rendered {
            failures.push(format!("{} differs; found:\n{rendered}", expected.display()));
        }
        let (found, marked) = (set(&faults), markers(&source.text));
        if !marked.is_empty() && found != marked {
            let (extra, missing): (Vec<_>, Vec<_>) =
                (found.difference(&marked).collect(), marked.difference(&found).collect());
            failures.push(format!("{}: not marked {extra:?}, not found {missing:?}", path.display()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Each kind of the reference has its file, each file shows its kind alone, and `all.yaml` shows all of them.
fn one_file_a_kind(corpus: &Corpus) {
    let mut kinds = BTreeSet::new();
    for path in files(corpus.directory).filter(|path| stem(path) != "all") {
        let kind = stem(&path);
        let found: BTreeSet<String> =
            set(&(corpus.compile)(source(&path))).into_iter().map(|(_, _, kind)| kind).collect();
        assert_eq!(found, BTreeSet::from([kind.clone()]), "{}", path.display());
        kinds.insert(kind);
    }
    let reference = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(corpus.reference)).unwrap();
    let rows = reference.split("## Diagnostics").nth(1).unwrap_or_default().lines();
    let listed = rows.filter_map(|row| row.strip_prefix("| `")?.split('`').next()).map(str::to_owned);
    assert_eq!(listed.collect::<BTreeSet<_>>(), kinds, "the reference lists the kinds that have a file");

    // `golden` has compared its faults with its markers.
    let all = source(&files(corpus.directory).find(|path| stem(path) == "all").unwrap());
    let found: BTreeSet<String> = markers(&all.text).into_iter().map(|(_, _, kind)| kind).collect();
    kinds.retain(|kind| !corpus.alone.contains(&kind.as_str()));
    assert_eq!(found, kinds, "all.yaml has every kind that leaves room for others");
}

fn files(directory: &str) -> impl Iterator<Item = PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    let mut paths: Vec<PathBuf> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    paths.into_iter()
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

fn source(path: &Path) -> Arc<Source> {
    Source::new(path.file_name().unwrap().to_string_lossy(), fs::read_to_string(path).unwrap())
}

fn set(faults: &Diagnostics) -> BTreeSet<Fault> {
    let fault = |fault: &tamis::diagnostic::Diagnostic| {
        let (line, column) = fault.position();
        (line, column, fault.kind.to_owned())
    };
    faults.iter().map(fault).collect()
}

/// What the comments under the lines say: the caret stands under the column.
fn markers(text: &str) -> BTreeSet<Fault> {
    let mut marked = BTreeSet::new();
    let mut line = 0;
    for (number, content) in (1..).zip(text.lines()) {
        match content.split_once('^').filter(|(before, _)| before.trim() == "#") {
            Some((before, kind)) => {
                marked.insert((line, before.chars().count() + 1, kind.trim().to_owned()));
            }
            None => line = number,
        }
    }
    marked
}
