//! What may be written about consent records.

use super::{DURATION, FILE, TOKEN, WRITTEN_FILE};
use crate::config::Database;
use crate::document::{Form, Kind, Mapping, Setting};

static DATABASE: Form = Form {
    name: "database",
    about: "A file, relative to the directory of this one, or `postgres://user:password@host:port/name`.",
    kind: Kind::String,
};
pub(super) static PERIOD: Form = Form {
    name: "period",
    about: "Whole days, weeks, months or years, in words: `400 days`, `13 months`, `5 years`.",
    kind: Kind::Pattern("^[0-9][^:]*[A-Za-z]$"),
};

pub(in crate::config) static RECORDS: Mapping = Mapping {
    what: "`records`",
    settings: &[
        Setting::new("database", Kind::Form(&DATABASE))
            .default("records.sqlite")
            .about(
                "Where records are kept: a SQLite file, made where there is none, or a PostgreSQL database.",
            )
            .secret(Database::shown)
            .example("\"postgres://tamis:secret@db.internal/consent?sslmode=require\""),
        Setting::new("ca_file", Kind::Form(&FILE))
            .absent("the system's certificates")
            .about("Which authorities may have signed the PostgreSQL server's certificate (PEM).")
            .example("ca.pem"),
        Setting::new("instance", Kind::Form(&TOKEN))
            .absent("derived from the key")
            .about("The name of this gateway's chain of records.")
            .example("paris-1"),
        Setting::new("key", Kind::Form(&WRITTEN_FILE))
            .default("records.key")
            .about("The Ed25519 key that signs the chain's heads (PKCS#8, PEM), made where there is none.")
            .example("/etc/tamis/records.key"),
        Setting::new("head", Kind::Form(&WRITTEN_FILE))
            .default("records.head")
            .about("The file to which signed heads of the chain are appended.")
            .example("/var/log/tamis/records.head"),
        Setting::new("every", Kind::Bounded(&DURATION, "1s", "24h"))
            .default("1h")
            .about("How often a head is signed and appended, where there are new records.")
            .example("15m"),
        Setting::new("retention", Kind::Either(&[Kind::Choice(&["forever"]), Kind::Form(&PERIOD)]))
            .default("5 years")
            .about("How long a record is kept; older ones are deleted once a day.")
            .example("3 years"),
        Setting::new("queue", Kind::Integer(16, 65_536))
            .default("4096")
            .about("Records that may wait to be written; those beyond it are counted and marked as missing.")
            .example("1024"),
        Setting::new("wait", Kind::Bounded(&DURATION, "100ms", "30s"))
            .default("2s")
            .about(
                "How long a visitor who agreed waits for the record at most; then the agreement is refused.",
            )
            .example("5s"),
    ],
    one_of: &[],
};
