//! `tamis config`: what a configuration says, all in all.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};

use super::terminal::{Paint, colours, complain, say, tell};
use super::{FAULTY, load};
use crate::config::{Compiled, Effective, Line};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Every setting with its value, written or default, and where that comes from; secrets are left out
    #[command(after_help = EXAMPLES)]
    Show(Show),
}

#[derive(Debug, clap::Args)]
struct Show {
    /// The gateway's configuration
    #[arg(long, short, env = "TAMIS_CONFIG", default_value_os_t = load::default_path())]
    config: PathBuf,
    /// Only the site that takes this host
    #[arg(long, value_name = "HOST")]
    site: Option<String>,
    /// How it is written
    #[arg(long, value_enum, default_value_t = Form::Human)]
    format: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// YAML, on a terminal with what is written standing out
    Human,
    /// YAML: a configuration of the same meaning, as far as no secret is left out
    Yaml,
    /// One JSON object for each value, for tools
    Json,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  tamis config show
  tamis config show --site opendata.example.org
  tamis config show --format json | jq '.[] | select(.origin != \"default\")'

Exit codes:
  0  done
  1  the files have errors, or can't be read, or no site takes that host
  2  wrong arguments";

pub(super) fn config(arguments: &Arguments) -> ExitCode {
    let What::Show(show) = &arguments.what;
    match effective(show) {
        Ok(effective) => print(show, &effective),
        Err(fault) => {
            complain(&fault);
            return FAULTY.into();
        }
    }
    ExitCode::SUCCESS
}

/// What is to be shown, or the reason why there is nothing; faults of the files are told here.
fn effective(show: &Show) -> Result<Effective, String> {
    let named = show.config.display();
    let compiled = load::load(&show.config)?;
    let Compiled { snapshot: Some(snapshot), faults, .. } = &compiled else {
        tell(&format!("{}\n", compiled.faults.render(colours(&std::io::stderr()))));
        return Err(format!("{named} has errors; nothing counts before they are mended"));
    };
    if !faults.is_empty() {
        tell(&format!("{}\n", faults.render(colours(&std::io::stderr()))));
    }
    let effective = compiled.effective().ok_or_else(|| format!("{named} has errors"))?;
    let Some(host) = &show.site else { return Ok(effective) };
    let site = snapshot.sites.find(host).and_then(|site| effective.site(site.id.index()));
    let names = || snapshot.sites.iter().map(|site| site.name.as_str()).collect::<Vec<_>>().join(", ");
    site.ok_or_else(|| format!("no site of {named} takes the host {host}; it has: {}", names()))
}

fn print(show: &Show, effective: &Effective) {
    if show.format == Form::Json {
        return say(&format!("{:#}", effective.json()));
    }
    let paint = if show.format == Form::Human { Paint::stdout() } else { Paint::plain() };
    let lines = effective.lines();
    let faint = |text: &str| paint.faint(text);
    let what = show.site.as_ref().map_or_else(String::new, |host| format!(", the site of {host}"));
    say(&faint(&format!(
        "# {}{what}, with all defaults and where each value comes from.",
        show.config.display()
    )));
    say(&faint("# Paths are relative to the directory of that file."));
    for Line { text, comment, written } in &lines {
        let text_shown = if *written { text.clone() } else { faint(text) };
        let gap = " ".repeat(COLUMN.saturating_sub(text.chars().count() + 1));
        say(&format!("{text_shown} {gap}{}", faint(&format!("# {comment}"))));
    }
}

/// Where comments begin, where the text before leaves room.
const COLUMN: usize = 48;
