//! `tamis explain`: the verdict on cookies that somebody pastes, by the same judgement as the gateway's.
//!
//! Cookie-names are printed, escaped; values never are.

mod rules;
mod show;

use std::ffi::OsString;
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use self::rules::Rules;
use super::terminal::complain;
use super::{FAULTY, Format, WRONG, load};
use crate::policy::Inquiry;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The gateway's configuration [env: TAMIS_CONFIG=] [default: config/tamis.yaml]
    #[arg(long, short, value_name = "FILE", conflicts_with = "registry")]
    config: Option<PathBuf>,
    /// The host whose site's rules apply; needed where the configuration has several sites
    #[arg(long, value_name = "HOST", conflicts_with = "registry")]
    site: Option<String>,
    /// The path of the request: a site may enforce its rules on some paths and observe on others
    #[arg(long, value_name = "PATH", default_value = "/", conflicts_with = "registry")]
    path: String,
    /// A registry by itself; what it does not declare is blocked
    #[arg(long, value_name = "FILE")]
    registry: Option<PathBuf>,
    /// The value of the consent cookie as it travels; without it, those in the given Cookie fields count
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    consent: Option<OsString>,
    /// The request says Sec-GPC: 1
    #[arg(long)]
    gpc: bool,
    /// A Set-Cookie field, with or without its name; may be repeated
    #[arg(long, value_name = "LINE", allow_hyphen_values = true)]
    set_cookie: Vec<OsString>,
    /// A Cookie field, with or without its name; may be repeated
    #[arg(long, value_name = "FIELD", allow_hyphen_values = true)]
    cookie: Vec<OsString>,
    /// What `curl -i` or `curl -v` printed; `-` is standard input
    #[arg(long, value_name = "FILE")]
    dump: Option<PathBuf>,
    /// How the verdicts are written
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  tamis explain --registry config/registry/lille.yaml --cookie 'sessionid=1; _ga=2'
  tamis explain --registry config/registry/lille-analytics.yaml --set-cookie '_ga=1; Path=/' \\
      --consent '%7B%22statistical%22%3Atrue%7D'
  curl -sv https://opendata.example.org/ 2>&1 | tamis explain --dump -

Exit codes: 0 the cookies are explained, whatever the verdicts; 1 a file has errors or can't be read;
2 wrong arguments.";

/// Octets of a dump that are read: heads are far smaller, the bodies between them may be large.
const MOST: u64 = 64 << 20;

/// What to say instead, and the exit code.
type Refusal = (u8, String);

pub(super) fn explain(arguments: &Arguments) -> ExitCode {
    match try_explain(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err((code, sentence)) => {
            complain(&sentence);
            code.into()
        }
    }
}

fn try_explain(arguments: &Arguments) -> Result<(), Refusal> {
    if arguments.cookie.is_empty() && arguments.set_cookie.is_empty() && arguments.dump.is_none() {
        let sentence =
            "nothing to explain: give --set-cookie LINE, --cookie FIELD or --dump FILE (see --help)";
        return Err((WRONG, sentence.to_owned()));
    }
    let rules = Rules::load(arguments)?;
    let dump = arguments.dump.as_deref().map(read_dump).transpose()?.unwrap_or_default();
    let told = Inquiry {
        policy: &rules.policy,
        cookies: arguments.cookie.iter().map(|field| field.as_bytes()).collect(),
        set_cookies: arguments.set_cookie.iter().map(|line| line.as_bytes()).collect(),
        dump: &dump,
        consent: arguments.consent.as_ref().map(|given| given.as_bytes()),
        gpc: arguments.gpc,
        now: now(),
    }
    .answer();
    match arguments.format {
        Format::Human => show::human(&rules, &told),
        Format::Json => show::json(&rules, &told),
    }
    Ok(())
}

fn read_dump(path: &Path) -> Result<Vec<u8>, Refusal> {
    let mut dump = Vec::new();
    let read = if path == Path::new("-") {
        read_bounded(std::io::stdin().lock(), &mut dump)
    } else {
        std::fs::File::open(path).and_then(|file| read_bounded(file, &mut dump))
    };
    let refused = |fault| (FAULTY, format!("can't read {}: {}", path.display(), load::unreadable(&fault)));
    read.map_err(refused).map(|_| dump)
}

#[expect(clippy::disallowed_methods, reason = "bounded by take")]
fn read_bounded(from: impl std::io::Read, into: &mut Vec<u8>) -> std::io::Result<usize> {
    from.take(MOST).read_to_end(into)
}

/// Seconds since 1970, for the Expires of deletions.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
