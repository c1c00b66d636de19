//! How choices made through tamis are recorded (`records:`).

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::schema;
use super::units;
use super::values::{Wrong, parsed};
use crate::document::{Document, Fields, Node, Value};
use crate::registry::Lifetime;

/// How and where records are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Records {
    /// Where they are.
    pub database: Database,
    /// Authorities for the certificate of a PostgreSQL server (PEM); the system's where `None`.
    pub ca_file: Option<PathBuf>,
    /// The name of this gateway's chain; derived from the key where `None`.
    pub instance: Option<String>,
    /// The Ed25519 key that signs heads (PKCS#8, PEM).
    pub key: PathBuf,
    /// Where signed heads are appended.
    pub head: PathBuf,
    /// How often.
    pub every: Duration,
    /// How long a record is kept; for ever where `None`.
    pub retention: Option<Duration>,
    /// Records that may wait to be written.
    pub queue: usize,
    /// How long a grant waits until its record is durable.
    pub wait: Duration,
}

/// Where records are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL database.
    Postgres(PostgresUrl),
}

/// A `postgres://` URL; it may hold a password, so it is shown only without one.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl(String);

impl PostgresUrl {
    /// The whole URL, for connecting alone.
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, to)
    }
}

/// Without user, password and parameters (`password` may be one of these too).
impl fmt::Display for PostgresUrl {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&Database::shown(&self.0))
    }
}

impl Database {
    /// The text of the setting without what may be secret: of a URL its host, port and path are left.
    pub(super) fn shown(text: &str) -> String {
        let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
        let rest = rest.split('?').next().unwrap_or_default();
        // A password may hold an `@` that somebody forgot to encode.
        let rest = rest.rsplit('@').next().unwrap_or_default();
        format!("{scheme}://{rest}")
    }

    /// As it is written: a file, relative to `base`, or a PostgreSQL URL. The fault never shows the text.
    ///
    /// # Errors
    /// What is wrong and what to write, one sentence each.
    pub fn parse(text: &str, base: &Path) -> Result<Self, (&'static str, &'static str)> {
        let Some((scheme, rest)) = text.split_once("://") else {
            return Ok(Self::Sqlite(base.join(text)));
        };
        if !["postgres", "postgresql"].contains(&scheme) {
            return Err((
                "this is no database that tamis knows",
                "write the path of a file for SQLite, or postgres://user@host/name",
            ));
        }
        if rest.is_empty() || rest.contains(char::is_whitespace) {
            return Err((
                "this URL names no PostgreSQL database",
                "write postgres://user:password@host:port/name, with spaces and signs percent-encoded",
            ));
        }
        Ok(Self::Postgres(PostgresUrl(text.to_owned())))
    }
}

impl Records {
    /// The defaults, for a configuration in the directory `base`.
    pub fn beside(base: &Path) -> Self {
        Self {
            database: Database::Sqlite(base.join("records.sqlite")),
            ca_file: None,
            instance: None,
            key: base.join("records.key"),
            head: base.join("records.head"),
            every: Duration::from_secs(3600),
            retention: Some(Duration::from_secs(5 * 365 * 24 * 3600)),
            queue: 4096,
            wait: Duration::from_secs(2),
        }
    }

    /// The section; the defaults where it is missing, `None` where it is `off`.
    pub(super) fn read(document: &Document, node: Option<&Node>, base: &Path) -> Option<Self> {
        let mut records = Self::beside(base);
        let Some(node) = node else { return Some(records) };
        if matches!(node.value, Value::String(_)) {
            document.choice(node, "`records`", &[("off", ())]);
            return None;
        }
        let mut fields = document.fields(node, &schema::RECORDS)?;
        let written = fields.optional("database");
        let read = written.and_then(|node| database(document, node, base));
        // Of a database that is not known nothing more is said.
        let known = written.is_none() || read.is_some();
        records.database = read.unwrap_or(records.database);
        let ca = fields.optional("ca_file");
        if let (Some(node), Database::Sqlite(_), true) = (ca, &records.database, known) {
            let help = "remove this key, or write `database: postgres://…`";
            document.warning(&node.span, "without-effect", "a SQLite file needs no certificate", help);
        }
        records.ca_file = ca.and_then(|node| file(document, node, "`ca_file`", base));
        records.instance = fields.optional("instance").and_then(|node| instance(document, node));
        for (key, what, slot) in [("key", "`key`", &mut records.key), ("head", "`head`", &mut records.head)] {
            if let Some(path) = fields.optional(key).and_then(|node| file(document, node, what, base)) {
                *slot = path;
            }
        }
        records.times(document, &mut fields);
        let queue = fields.optional("queue").and_then(|node| document.integer(node, "`queue`", 16..=65_536));
        records.queue = queue.and_then(|queue| usize::try_from(queue).ok()).unwrap_or(records.queue);
        fields.finish();
        Some(records)
    }

    fn times(&mut self, document: &Document, fields: &mut Fields<'_>) {
        let day = Duration::from_secs(24 * 3600);
        let times = [
            ("every", Duration::from_secs(1)..=day, &mut self.every),
            ("wait", Duration::from_millis(100)..=Duration::from_secs(30), &mut self.wait),
        ];
        for (key, bounds, slot) in times {
            let node = fields.optional(key);
            let read = node.and_then(|node| units::duration(document, node, &format!("`{key}`"), &bounds));
            *slot = read.unwrap_or(*slot);
        }
        if let Some(retention) = fields.optional("retention").and_then(|node| retention(document, node)) {
            self.retention = retention;
        }
    }
}

fn database(document: &Document, node: &Node, base: &Path) -> Option<Database> {
    parsed(document, node, "bad-database", "the path of a file, or postgres://user@host/name", |text| {
        Database::parse(text, base).map_err(|(message, help)| Wrong::new(message, help))
    })
}

fn file(document: &Document, node: &Node, what: &str, base: &Path) -> Option<PathBuf> {
    document.string(node, what).map(|path| base.join(path))
}

/// A token (RFC 9110 5.6.2): it stands in file names and on command lines.
fn instance(document: &Document, node: &Node) -> Option<String> {
    parsed(document, node, "bad-name", "a name in quotes, such as \"paris-1\"", |text| {
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if text.bytes().all(token) && text.len() <= 64 {
            return Ok(text.to_owned());
        }
        let help = "write at most 64 letters, digits, hyphens or dots, such as paris-1";
        Err(Wrong::new(format!("`{text}` can't name a chain of records"), help))
    })
}

/// `Some(None)` is for ever.
fn retention(document: &Document, node: &Node) -> Option<Option<Duration>> {
    parsed(document, node, "bad-period", "a period such as 5 years, or forever", |text| {
        if text == "forever" {
            return Ok(None);
        }
        // The library reads ISO 8601 and clock times too; one notation is enough for people.
        let friendly = text.starts_with(|first: char| first.is_ascii_digit()) && !text.contains(':');
        match Lifetime::parse(text).filter(|_| friendly) {
            Some(Lifetime::Seconds(seconds)) if seconds >= 24 * 3600 => {
                Ok(Some(Duration::from_secs(seconds)))
            }
            Some(Lifetime::Seconds(_)) => {
                Err(Wrong::new(format!("`{text}` is less than a day"), "write a day or more, or forever"))
            }
            _ => Err(Wrong::new(
                format!("`{text}` is no period"),
                "write 400 days, 13 months, 5 years or forever",
            )),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_its_secrets() {
        let base = Path::new("/etc/tamis");
        let text = "postgres://tamis:s3cr@t@db.internal:5432/consent?password=s3cret&sslmode=require";
        let database = Database::parse(text, base).unwrap();
        assert_eq!(format!("{database:?}"), "Postgres(postgres://db.internal:5432/consent)");
        let Database::Postgres(url) = database else { panic!("no URL") };
        assert_eq!(url.secret(), text);
    }

    #[test]
    fn anything_without_a_scheme_is_a_file() {
        let base = Path::new("/etc/tamis");
        let file = |path: &str| Ok(Database::Sqlite(PathBuf::from(path)));
        assert_eq!(Database::parse("records.sqlite", base), file("/etc/tamis/records.sqlite"));
        assert_eq!(Database::parse("/var/lib/records", base), file("/var/lib/records"));
        for bad in ["mysql://host/name", "postgres://", "postgres://a b/c", "sqlite://records"] {
            assert!(Database::parse(bad, base).is_err(), "{bad}");
        }
    }
}
