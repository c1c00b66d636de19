//! What may be written about the cookies that were seen.

use super::{DURATION, WRITTEN_FILE};
use crate::document::{Kind, Mapping, Setting};

pub(in crate::config) static OBSERVATIONS: Mapping = Mapping {
    what: "`observations`",
    settings: &[
        Setting::new("file", Kind::Either(&[Kind::Choice(&["off"]), Kind::Form(&WRITTEN_FILE)]))
            .absent("observed.json, if it can be written")
            .about("Where they are kept over a restart; with `off` in memory only.")
            .example("/var/lib/tamis/observed.json"),
        Setting::new("every", Kind::Bounded(&DURATION, "1s", "24h"))
            .default("30s")
            .about("How often the file is written, where something was seen.")
            .example("5m"),
        Setting::new("names", Kind::Integer(10, 5000))
            .default("500")
            .about("Names of one site that have a row of their own; the rest is added up.")
            .example("200"),
    ],
    one_of: &[],
};
