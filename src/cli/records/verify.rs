//! `tamis records verify`: whether the records are what they were.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::place::{self, Place};
use super::shown::time;
use crate::cli::FAULTY;
use crate::cli::terminal::{Paint, say};
use crate::store::{Fault, FaultKind, Found, Line, PublicKey, SignedHead, Verifier};

/// Faults that are told one by one.
const MOST_TOLD: usize = 100;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    place: Place,
    /// An export (JSON Lines) to verify instead of the database
    export: Option<PathBuf>,
    /// A file of signed heads to compare with; the configuration's unless the database or an export is named. May be
    /// given several times
    #[arg(long, value_name = "FILE")]
    head: Vec<PathBuf>,
    /// The public key that must have signed: a file, or its 64 digits. May be given several times
    #[arg(long, value_name = "FILE|KEY")]
    key: Vec<String>,
    /// Only this instance's chain
    #[arg(long)]
    instance: Option<String>,
}

pub(super) async fn verify(arguments: &Arguments) -> Result<ExitCode, String> {
    let is_bare = arguments.place.is_bare() || arguments.export.is_some();
    let settings = if arguments.export.is_some() { None } else { Some(arguments.place.settings()?) };
    let mut files = arguments.head.clone();
    // The heads that the gateway itself keeps are at hand, so they are compared with.
    files.extend(
        settings
            .as_ref()
            .map(|settings| settings.head.clone())
            .filter(|head| !is_bare && files.is_empty() && head.exists()),
    );
    let keys = arguments.key.iter().map(|key| public(key)).collect::<Result<Vec<_>, _>>()?;
    let is_pinned = !keys.is_empty();
    let mut heads = Heads::default();
    for file in &files {
        heads.read(file, arguments.instance.as_deref())?;
    }
    if !arguments.head.is_empty() && heads.signed.is_empty() {
        return Err("the files of --head hold no signed head of these records".to_owned());
    }
    let compared = !heads.signed.is_empty();
    let mut verifier = Verifier::new(heads.signed, keys);
    match (&arguments.export, settings) {
        (Some(path), _) => read_export(path, &mut verifier, arguments.instance.as_deref())?,
        (None, Some(settings)) => {
            let mut ledger = place::open(&settings).await?;
            let read = ledger.verify(&mut verifier, arguments.instance.as_deref()).await;
            read.map_err(|fault| fault.to_string())?;
        }
        (None, None) => {}
    }
    let (found, faults) = verifier.finish();
    tell_found(&found);
    if heads.cut_off > 0 {
        say(&format!(
            "note: {} lines of the heads can't be read; a loss of power may have cut them off",
            heads.cut_off
        ));
    }
    if !compared {
        let why = if files.is_empty() { "give --head FILE" } else { "the gateway has signed none yet" };
        say(&format!(
            "note: no signed head was compared, so a chain that was computed anew is not found; {why}"
        ));
    } else if !is_pinned {
        say(
            "note: heads were signed by the key that they name; give --key to hold them to one that you know",
        );
    }
    let beyond = |fault: &Fault| matches!(fault.kind, FaultKind::Truncated(_));
    if arguments.export.is_some() && faults.iter().any(beyond) {
        say(
            "note: an export holds nothing that is younger than itself; leave out heads that were signed later",
        );
    }
    tell_faults(&faults);
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { FAULTY.into() })
}

#[derive(Default)]
struct Heads {
    signed: Vec<SignedHead>,
    cut_off: usize,
}

impl Heads {
    fn read(&mut self, path: &Path, only: Option<&str>) -> Result<(), String> {
        for line in lines(path)? {
            let line = line?;
            match SignedHead::parse(&line) {
                Some(head) if only.is_none_or(|only| only == head.instance) => self.signed.push(head),
                Some(_) => {}
                None => self.cut_off += usize::from(!line.trim().is_empty()),
            }
        }
        Ok(())
    }
}

fn public(text: &str) -> Result<PublicKey, String> {
    match PublicKey::from_hex(text) {
        Some(key) => Ok(key),
        None => PublicKey::read(Path::new(text)).map_err(|fault| fault.to_string()),
    }
}

fn read_export(path: &Path, verifier: &mut Verifier, only: Option<&str>) -> Result<(), String> {
    let is_meant = |instance: &str| only.is_none_or(|only| only == instance);
    for (number, line) in (1..).zip(lines(path)?) {
        match Line::parse(&line?) {
            Some(Line::Checkpoint(signed)) if is_meant(&signed.instance) => verifier.checkpoint(&signed),
            Some(Line::Record(row, withheld)) if is_meant(&row.instance) => verifier.row(&row, withheld),
            Some(_) => {}
            None => return Err(format!("{}:{number}: this is no line of an export", path.display())),
        }
    }
    Ok(())
}

fn lines(path: &Path) -> Result<impl Iterator<Item = Result<String, String>> + use<>, String> {
    let shown = path.display().to_string();
    let file =
        File::open(path).map_err(|fault| format!("{shown}: {}", crate::cli::load::unreadable(&fault)))?;
    Ok(BufReader::new(file).lines().map(move |line| line.map_err(|fault| format!("{shown}: {fault}"))))
}

fn tell_found(found: &BTreeMap<String, Found>) {
    for (instance, found) in found {
        let mut text = format!("{instance}: {} records, to place {}", found.records, found.head.sequence);
        let parts = [
            (found.checkpoint, "; a checkpoint stands for the places to"),
            (found.forgotten, "; forgotten, so that only the digest was checked:"),
            (found.withheld, "; left out of the export, so that only the digest was checked:"),
            (found.heads, "; signed heads that agree:"),
            (found.heads_before, "; signed heads before the checkpoint:"),
        ];
        for (count, words) in parts {
            if count > 0 {
                text.push_str(&format!("{words} {count}"));
            }
        }
        if found.heads > 0 && found.covered < found.head.sequence {
            text.push_str(&format!("; not yet under a head: from place {}", found.covered + 1));
        }
        say(&text);
    }
    if found.is_empty() {
        say("there are no records");
    }
}

fn tell_faults(faults: &[Fault]) {
    let paint = Paint::stdout();
    for fault in faults.iter().take(MOST_TOLD) {
        let words = match fault.kind.signed() {
            // The signing time, as people read it.
            Some(signed) => fault.kind.to_string().replacen(&signed.to_string(), &time(Some(signed)), 1),
            None => fault.kind.to_string(),
        };
        let place = format!("wrong: {}, place {}: ", fault.instance, fault.sequence);
        say(&format!("{}{words}", paint.stripped(&place)));
    }
    match faults.len() {
        0 => say(&paint.kept("in order")),
        count if count > MOST_TOLD => say(&format!("{count} faults; the first {MOST_TOLD} are above")),
        count => say(&format!("{count} fault{}", if count == 1 { "" } else { "s" })),
    }
}
