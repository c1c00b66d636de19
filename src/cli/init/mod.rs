//! `tamis init`: three questions, or their answers as arguments, become a configuration and a registry that change
//! nothing yet.

mod answers;
mod ask;
mod files;
mod place;
mod ports;
mod preset;
mod probe;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use self::answers::Answers;
use self::files::Files;
use self::place::Place;
use self::preset::Preset;
use self::probe::Probed;
use super::terminal::{complain, say};
use super::{FAULTY, WRONG, load};
use crate::config::single;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The directory to write to, made where there is none
    #[arg(default_value_os_t = default_directory())]
    directory: PathBuf,
    /// A host name that visitors type; may be given several times
    #[arg(long = "host", value_name = "HOST", value_parser = host)]
    hosts: Vec<String>,
    /// The URL at which the site itself answers
    #[arg(long, value_name = "URL", value_parser = origin)]
    upstream: Option<String>,
    /// What the site is made with: which cookies are declared to begin with
    #[arg(long, value_enum)]
    preset: Option<Preset>,
    /// The address that visitors connect to [default: the first free port from 8080 on]
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    listen: Option<SocketAddr>,
    /// Ask nothing; what isn't given is as proposed
    #[arg(long, short)]
    yes: bool,
    /// Don't look whether the site answers and which cookies it sets
    #[arg(long)]
    no_probe: bool,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  tamis init
  tamis init --host opendata.example.org --upstream http://127.0.0.1:8000 --preset opendatasoft
  tamis init /etc/tamis --host localhost --yes

Exit codes:
  0  done
  1  nothing was written: there are files already, the directory can't be written to, a port is taken
  2  wrong arguments, or a question that nobody answers";

/// Why nothing was written: the exit code and a sentence.
type Refusal = (u8, String);

pub(super) fn init(arguments: &Arguments) -> ExitCode {
    match write(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err((code, sentence)) => {
            complain(&format!("{sentence}\nNothing was written."));
            code.into()
        }
    }
}

fn write(arguments: &Arguments) -> Result<(), Refusal> {
    let place = Place::prepare(&arguments.directory).map_err(|fault| (FAULTY, fault))?;
    let written = Answers::gather(arguments).and_then(|(answers, probed)| {
        let files = Files::new(&answers, &probed, &place.config());
        files.check().map_err(|fault| (WRONG, fault))?;
        place.write(&files.config, &files.registry).map_err(|fault| (FAULTY, fault))?;
        Ok(answers)
    });
    match written {
        Ok(answers) => {
            farewell(&answers, &place);
            Ok(())
        }
        Err(refusal) => {
            place.leave();
            Err(refusal)
        }
    }
}

/// What was written, and the next commands.
fn farewell(answers: &Answers, place: &Place) {
    let (config, registry) = (place.config().display().to_string(), place.registry().display().to_string());
    let width = config.chars().count().max(registry.chars().count());
    say(&format!("\n{config:width$}   where tamis listens, and the site behind it"));
    say(&format!("{registry:width$}   the cookies that the site declares"));
    let (tamis, with) = (files::command(), files::argument(&place.config()));
    let check = format!("{tamis} check{with}");
    let run = format!("{tamis} run{with}");
    let observed = format!("{tamis} observed{with}");
    let width = observed.chars().count();
    say(&format!("\nNext:\n  {check:width$}   every mistake in both, with what would be right"));
    say(&format!("  {run:width$}   then, from another terminal or a browser:"));
    say(&format!("  {}", answers.visit()));
    say(&format!("  {observed}   which cookies came, and which would be stripped"));
}

/// That of the configuration which every command takes where it is given none.
fn default_directory() -> PathBuf {
    load::default_path().parent().map(PathBuf::from).unwrap_or_default()
}

fn host(text: &str) -> Result<String, String> {
    single::host(text).map(|()| text.to_owned()).map_err(sentence)
}

fn origin(text: &str) -> Result<String, String> {
    single::origin(text).map(|()| text.to_owned()).map_err(sentence)
}

fn address(text: &str) -> Result<SocketAddr, String> {
    single::address(text).map_err(sentence)
}

/// What is wrong, and what would be right.
fn sentence((message, help): (String, String)) -> String {
    format!("{message}; {help}")
}
