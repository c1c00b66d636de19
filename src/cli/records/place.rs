//! Where the records are, and which of them are meant: arguments that several commands share.

use std::path::{Path, PathBuf};

use crate::cli::load;
use crate::cli::terminal::{colours, tell};
use crate::config::{self, Compiled, Database};
use crate::consent::Companion;
use crate::consent::hex;
use crate::store::{Filter, Ledger};

/// Said of a database without any, or without any that was asked for.
pub(super) const NONE: &str = "there are no such records";

/// Where they are.
#[derive(Debug, clap::Args)]
pub(super) struct Place {
    /// The gateway's configuration, whose `records` say where they are
    #[arg(long, short, env = "TAMIS_CONFIG", default_value_os_t = load::default_path())]
    config: PathBuf,
    /// The database itself, instead of the configuration's: a SQLite file or postgres://…
    #[arg(long, value_name = "FILE|URL")]
    database: Option<String>,
    /// The authorities of the PostgreSQL server's certificate (PEM), with --database
    #[arg(long, requires = "database")]
    ca_file: Option<PathBuf>,
}

impl Place {
    /// Whether the database is named without a configuration.
    pub(super) fn is_bare(&self) -> bool {
        self.database.is_some()
    }

    /// The settings of the configuration; with `--database`, its place and otherwise the defaults.
    pub(super) fn settings(&self) -> Result<config::Records, String> {
        if let Some(text) = &self.database {
            let here = Path::new("");
            let database = Database::parse(text, here)
                .map_err(|(message, help)| format!("--database: {message}; {help}"))?;
            return Ok(config::Records {
                database,
                ca_file: self.ca_file.clone(),
                ..config::Records::beside(here)
            });
        }
        let Compiled { snapshot, faults, .. } = load::load(&self.config)?;
        if snapshot.is_none() {
            tell(&format!("{}\n", faults.render(colours(&std::io::stderr()))));
        }
        let named = self.config.display();
        let snapshot = snapshot.ok_or_else(|| format!("{named} has errors"))?;
        snapshot.records.ok_or_else(|| format!("{named} says `records: off`; name a database by --database"))
    }

    /// The opened database.
    pub(super) async fn open(&self) -> Result<Ledger, String> {
        open(&self.settings()?).await
    }
}

/// Opens the database that settings name.
pub(super) async fn open(settings: &config::Records) -> Result<Ledger, String> {
    if let Database::Sqlite(path) = &settings.database
        && !path.exists()
    {
        let path = path.display();
        return Err(format!("there are no records yet: {path} is made when the first choice is recorded"));
    }
    let opened = Ledger::open(&settings.database, settings.ca_file.as_deref(), false).await;
    opened.map_err(|fault| fault.to_string())
}

/// Which are meant; all that is given must hold.
#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// Of this visitor: the value of their `tamis_choice` cookie, or its id in 32 hexadecimal digits
    #[arg(long, value_parser = id)]
    id: Option<[u8; 16]>,
    /// Not before this date or time (UTC)
    #[arg(long, value_parser = time, value_name = "DATE|TIME")]
    since: Option<i64>,
    /// Before this date or time (UTC)
    #[arg(long, value_parser = time, value_name = "DATE|TIME")]
    until: Option<i64>,
    /// Of this site, as the configuration names it
    #[arg(long)]
    site: Option<String>,
    /// Of this instance's chain
    #[arg(long)]
    instance: Option<String>,
}

impl Which {
    pub(super) fn filter(&self) -> Filter {
        Filter {
            instance: self.instance.clone(),
            id: self.id,
            site: self.site.clone(),
            since: self.since,
            until: self.until,
        }
    }
}

/// 32 hexadecimal digits, with hyphens between them or not; or the value of the cookie, as the visitor's browser shows
/// it.
pub(super) fn id(text: &str) -> Result<[u8; 16], String> {
    let text = text.trim();
    let value = text.strip_prefix(Companion::COOKIE).and_then(|rest| rest.strip_prefix('=')).unwrap_or(text);
    if let Some(companion) = Companion::parse(value.as_bytes()) {
        return Ok(companion.id);
    }
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let wanted = "write the value of the visitor's tamis_choice cookie, or an id of 32 hexadecimal digits";
    hex::decode(&digits).ok_or_else(|| wanted.to_owned())
}

/// Seconds since 1970: of a date its beginning.
pub(super) fn time(text: &str) -> Result<i64, String> {
    if let Ok(date) = text.parse::<jiff::civil::Date>()
        && !text.contains(['T', ' '])
    {
        let midnight = date.to_datetime(jiff::civil::Time::midnight());
        let zoned = jiff::tz::Offset::UTC.to_timestamp(midnight);
        return zoned.map(|time| time.as_second()).map_err(|fault| fault.to_string());
    }
    let time: Result<jiff::Timestamp, _> = text.parse();
    let wanted = "write a date such as 2026-11-01, or a time such as 2026-11-01T12:00:00Z";
    time.map(|time| time.as_second()).map_err(|_| wanted.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_times_as_people_write_them() {
        let digits = "00112233-4455-6677-8899-aabbccddeeff";
        assert_eq!(id(digits).map(|id| id[15]), Ok(0xff));
        for cookie in
            ["1.ABEiM0RVZneImaq7zN3u_w.1795000000.2026.", "tamis_choice=1.ABEiM0RVZneImaq7zN3u_w.0.."]
        {
            assert_eq!(id(cookie), id(digits), "{cookie}");
        }
        assert!(id("0011").is_err());
        assert_eq!(time("1970-01-02"), Ok(86_400));
        assert_eq!(time("1970-01-01T01:00:00+01:00"), Ok(0));
        assert_eq!(time("1970-01-01 00:00:01Z"), Ok(1));
        assert!(time("yesterday").is_err());
    }
}
