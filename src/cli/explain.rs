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
use crate::consent::Consent;
use crate::policy::{
    Explanation, cookie_fields, cookie_pairs, explain_cookie_field, explain_dump, explain_set_cookie,
};

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
    let consent = consent(arguments, &rules, &dump);
    let told = judge(arguments, &rules, &dump, &consent);
    match arguments.format {
        Format::Human => show::human(&rules, &consent, &told),
        Format::Json => show::json(&rules, &consent, &told),
    }
    Ok(())
}

/// The visitor's choice: what `--consent` says, else what the Cookie fields hold.
fn consent(arguments: &Arguments, rules: &Rules, dump: &[u8]) -> Consent {
    let registry = rules.policy.registry();
    if let Some(given) = &arguments.consent {
        let given = given.as_bytes();
        // Copied with its name, as browsers' tools show it, or with those of all that a consent manager writes.
        let named = cookie_pairs(given).any(|pair| registry.consent().reads(pair.name()));
        let name = format!("{}=", registry.consent().cookie);
        let field = if named { given.to_vec() } else { [name.as_bytes(), given].concat() };
        return Consent::read(registry, cookie_pairs(&field), arguments.gpc);
    }
    let fields = arguments.cookie.iter().map(|field| field.as_bytes()).chain(cookie_fields(dump));
    let pairs: Vec<_> = fields.flat_map(cookie_pairs).collect();
    Consent::read(registry, pairs.into_iter(), arguments.gpc)
}

/// Every verdict, in the order in which an exchange comes to them.
fn judge(arguments: &Arguments, rules: &Rules, dump: &[u8], consent: &Consent) -> Vec<Explanation> {
    let (policy, now) = (&rules.policy, now());
    let fields = arguments.cookie.iter();
    let mut told: Vec<Explanation> =
        fields.flat_map(|field| explain_cookie_field(policy, field.as_bytes(), consent)).collect();
    let lines = arguments.set_cookie.iter();
    told.extend(lines.map(|line| explain_set_cookie(policy, line.as_bytes(), consent, now)));
    told.extend(explain_dump(policy, dump, consent, now));
    told
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
