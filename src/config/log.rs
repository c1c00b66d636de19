//! What is written about the work (`log:`).

use super::schema;
use crate::document::{Document, Node};

/// Where the log goes is the server's matter; this is its form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// The form of a line.
    pub format: LogFormat,
    /// The least severe level written: `off`, `error`, `warn`, `info`, `debug` or `trace`.
    pub level: String,
    /// One line an exchange.
    pub access: bool,
}

/// The form of a line of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "info".to_owned(), access: true }
    }
}

impl Log {
    /// The section; the defaults where it is missing.
    pub(super) fn read(document: &Document, node: Option<&Node>) -> Self {
        let mut log = Self::default();
        let Some(mut fields) = node.and_then(|node| document.fields(node, &schema::LOG)) else { return log };
        let formats = [("text", LogFormat::Text), ("json", LogFormat::Json)];
        let levels = ["off", "error", "warn", "info", "debug", "trace"].map(|level| (level, level));
        if let Some(format) =
            fields.optional("format").and_then(|node| document.choice(node, "`format`", &formats))
        {
            log.format = format;
        }
        if let Some(level) =
            fields.optional("level").and_then(|node| document.choice(node, "`level`", &levels))
        {
            level.clone_into(&mut log.level);
        }
        if let Some(access) = fields.optional("access").and_then(|node| document.boolean(node, "`access`")) {
            log.access = access;
        }
        fields.finish();
        log
    }
}
