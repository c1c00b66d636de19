//! `tamis check`: every fault of the configuration and its registries, and whether certificates can be used.

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::against::{self, Comparison};
use super::operator::address;
use super::reload::Contents;
use super::report::{Report, sum};
use super::terminal::{colours, complain, say};
use super::{CANNOT, FAULTY, Format, load};
use crate::config::{AdminAddress, Change, Outline};
use crate::server;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The gateway's configuration [env: TAMIS_CONFIG=] [default: config/tamis.yaml]
    #[arg(long, short, value_name = "FILE", conflicts_with = "registry")]
    config: Option<PathBuf>,
    /// A registry by itself, where the configuration's secrets and variables are not at hand
    #[arg(long, value_name = "FILE", conflicts_with = "against")]
    registry: Option<PathBuf>,
    /// Take warnings for errors
    #[arg(long)]
    strict: bool,
    /// Say what a reload would change of what the gateway at this admin listener serves; without an address, at the
    /// configuration's own
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, value_parser = address)]
    against: Option<Option<AdminAddress>>,
    /// How the faults are written
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  tamis check --config tamis.yaml
  tamis check --registry registry.yaml      a registry alone
  tamis check --against                     what a reload would change, at the `admin` of the files
  tamis check --against 127.0.0.1:9180      at this one, with TAMIS_ADMIN_TOKEN if it asks for a token

Exit codes:
  0  the files are in order
  1  the files have errors, or can't be read
  2  wrong arguments
  3  the gateway can't be asked (--against)";

/// What was found.
struct Found {
    report: Report,
    /// Where the files have no error, and a gateway is to be asked: what they would change, or why nobody can say.
    comparison: Option<Result<Comparison, String>>,
}

pub(super) fn check(arguments: &Arguments) -> ExitCode {
    let found = find(arguments);
    match arguments.format {
        Format::Json => say(&format!("{:#}", json(&found))),
        Format::Human => tell(arguments, &found),
    }
    if let Some(Err(sentence)) = &found.comparison {
        complain(sentence);
    }
    match found.comparison {
        _ if found.report.errors() > 0 => FAULTY.into(),
        Some(Err(_)) => CANNOT.into(),
        _ => ExitCode::SUCCESS,
    }
}

impl Arguments {
    /// What is checked.
    fn file(&self) -> PathBuf {
        let variable = || std::env::var_os("TAMIS_CONFIG").map(PathBuf::from);
        let named = self.registry.clone().or_else(|| self.config.clone());
        named.or_else(variable).unwrap_or_else(load::default_path)
    }
}

fn find(arguments: &Arguments) -> Found {
    if arguments.registry.is_some() { registry(arguments) } else { configuration(arguments) }
}

/// What is wrong with a registry alone.
fn registry(arguments: &Arguments) -> Found {
    let path = arguments.file();
    let mut report = match load::registry(&path) {
        Ok((_, faults)) => Report::new(&path, faults),
        Err(fault) => Report::unreadable(&path, fault),
    };
    if arguments.strict {
        report.strict();
    }
    Found { report, comparison: None }
}

fn configuration(arguments: &Arguments) -> Found {
    let config = &arguments.file();
    let (contents, compiled) = Contents::load(config);
    let compiled = match compiled {
        Ok(compiled) => compiled,
        Err(fault) => return Found { report: Report::unreadable(config, fault), comparison: None },
    };
    let effective = compiled.effective();
    let mut report = Report::new(config, compiled.faults);
    if arguments.strict {
        report.strict();
    }
    let (Some(snapshot), Some(effective)) = (compiled.snapshot, effective) else {
        return Found { report, comparison: None };
    };
    let against = arguments.against.as_ref();
    let outline = against.map(|_| Outline::new(&effective, &snapshot, contents.fingerprints(config)));
    let report = report.unusable(&server::unusable(snapshot));
    let asked = against.zip(outline).filter(|_| report.errors() == 0);
    let comparison = asked.map(|(address, outline)| against::compare(&outline, config, address.clone()));
    Found { report, comparison }
}

fn json(Found { report, comparison }: &Found) -> Value {
    let mut found =
        json!({ "errors": report.errors(), "warnings": report.warnings(), "faults": report.json() });
    if let (Some(Ok(Comparison { generation, changes })), Some(found)) = (comparison, found.as_object_mut()) {
        let changes = changes
            .iter()
            .map(|Change { what, how, restart }| json!({ "what": what, "how": how, "restart": restart }));
        found.insert(
            "against".to_owned(),
            json!({ "generation": generation, "changes": changes.collect::<Value>() }),
        );
    }
    found
}

fn tell(arguments: &Arguments, Found { report, comparison }: &Found) {
    let (errors, warnings) = (report.errors(), report.warnings());
    if errors + warnings == 0 {
        say(&format!("{} is in order", arguments.file().display()));
    } else {
        say(&report.excerpts(colours(&std::io::stdout())));
        say(&sum(errors, warnings));
    }
    let Some(Ok(Comparison { generation, changes })) = comparison else { return };
    if changes.is_empty() {
        return say(&format!(
            "a reload would change nothing: generation {generation} is what the files hold"
        ));
    }
    say(&format!("a reload would change generation {generation}, secrets apart:"));
    changes.iter().for_each(|change| say(&format!("  {change}")));
}
