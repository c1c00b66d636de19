//! The text of both files.

use std::path::Path;

use super::super::load;
use super::Answers;
use super::probe::Probed;
use crate::config::{self, Outside};
use crate::diagnostic::Source;
use crate::document::scalar;
use crate::policy::{Direction, declaration_yaml};
use crate::registry::Registry;

/// Both files.
pub(super) struct Files {
    pub(super) config: String,
    pub(super) registry: String,
}

impl Files {
    /// Puts the answers into their places; `config` is the path of the configuration.
    pub(super) fn new(answers: &Answers, probed: &Probed, config: &Path) -> Self {
        let hosts: Vec<String> = answers.hosts.iter().map(|host| scalar(host)).collect();
        let text = include_str!("tamis.yaml")
            .replace("@CONFIG@", &argument(config))
            .replace("@LISTEN@", &scalar(&answers.listen.to_string()))
            .replace("@ADMIN@", &answers.admin.to_string())
            .replace("@HOSTS@", &hosts.join(", "))
            .replace("@UPSTREAM@", &scalar(&answers.upstream));
        let date = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
        let registry =
            include_str!("registry.yaml").replace("@DATE@", &date).replace("@ROWS@", answers.preset.rows());
        let proposals = proposals(&registry, &answers.upstream, probed);
        Self { config: text, registry: registry + &proposals }
    }

    /// Compiles what is about to be written.
    ///
    /// # Errors
    /// The first fault: answers that can't be had together.
    pub(super) fn check(&self) -> Result<(), String> {
        let source = Source::new("tamis.yaml", self.config.as_str());
        let read = |_: &Path, _| Ok(self.registry.clone());
        let compiled = config::compile(source, Path::new(""), Outside::of_files(&read));
        let first = compiled.faults.iter().next();
        first.map_or(Ok(()), |fault| Err(format!("{}; {}", fault.message, fault.help)))
    }
}

/// Rows for the cookies that were seen and are not declared, as comments: who the site belongs to knows what they are
/// for.
fn proposals(registry: &str, upstream: &str, probed: &Probed) -> String {
    let Some(registry) = Registry::compile(Source::new("site.yaml", registry)).0 else {
        return String::new();
    };
    let unknown = probed.cookies().iter().filter(|name| registry.lookup(name).is_none());
    let rows: Vec<String> = unknown
        .map(|name| {
            let row = declaration_yaml(&registry, name, Direction::Response);
            row.lines().map(|line| format!("  # {}\n", line.strip_prefix("  ").unwrap_or(line))).collect()
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    format!(
        "\n  # Set by {upstream}, and not declared: complete what the site needs and take the # away.\n{}",
        rows.join("")
    )
}

/// The command as it was called.
pub(super) fn command() -> String {
    std::env::args()
        .next()
        .filter(|name| !name.contains(char::is_whitespace))
        .unwrap_or_else(|| "tamis".to_owned())
}

/// What names the configuration on a command line; nothing where it is found anyway.
pub(super) fn argument(config: &Path) -> String {
    let found = std::env::var_os("TAMIS_CONFIG").map_or_else(load::default_path, Into::into);
    if config == found { String::new() } else { format!(" --config {}", config.display()) }
}
