//! What is written about the work (`log:`).

use std::path::{Path, PathBuf};

use super::schema;
use super::values::parsed;
use crate::document::{Document, Node, Value};

/// Where the log goes is the server's matter, but for the access log; this is its form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// The form of a line.
    pub format: LogFormat,
    /// The least severe level written, of [`LEVELS`](Self::LEVELS).
    pub level: String,
    /// One line an exchange; `None` where there are none.
    pub access: Option<AccessLog>,
}

/// The form of a line of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// One line an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessLog {
    /// The form of a line.
    pub format: LogFormat,
    /// Where they go.
    pub to: Output,
    /// They are lines of the log like others, of the level `info`: not written where that isn't.
    pub levelled: bool,
}

/// Where lines go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Where the rest of the log goes.
    Stdout,
    /// The end of a file.
    File(PathBuf),
}

impl Default for Log {
    fn default() -> Self {
        let format = LogFormat::Text;
        let access = Some(AccessLog { format, to: Output::Stdout, levelled: true });
        Self { format, level: "info".to_owned(), access }
    }
}

const FORMATS: [(&str, LogFormat); 2] = [("text", LogFormat::Text), ("json", LogFormat::Json)];

impl Log {
    /// The levels, from nothing to everything.
    pub const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

    /// The section; the defaults where it is missing. Paths are relative to `base`.
    pub(super) fn read(document: &Document, node: Option<&Node>, base: &Path) -> Self {
        let mut log = Self::default();
        let Some(mut fields) = node.and_then(|node| document.fields(node, &schema::LOG)) else { return log };
        let levels = Self::LEVELS.map(|level| (level, level));
        let (format, level) = (fields.optional("format"), fields.optional("level"));
        if let Some(format) = format.and_then(|node| document.choice(node, "`format`", &FORMATS)) {
            log.format = format;
        }
        if let Some(level) = level.and_then(|node| document.choice(node, "`level`", &levels)) {
            level.clone_into(&mut log.level);
        }
        log.access = access(document, fields.optional("access"), log.format, base);
        fields.finish();
        log
    }
}

/// `true`, `false`, or how they are written and where to.
fn access(document: &Document, node: Option<&Node>, format: LogFormat, base: &Path) -> Option<AccessLog> {
    let like_others = Some(AccessLog { format, to: Output::Stdout, levelled: true });
    let Some(node) = node else { return like_others };
    if !matches!(node.value, Value::Map(_)) {
        let wanted = document.boolean(node, "`access`").unwrap_or(true);
        return like_others.filter(|_| wanted);
    }
    let mut fields = document.fields(node, &schema::ACCESS_LOG)?;
    let own = fields.optional("format").and_then(|node| document.choice(node, "`format`", &FORMATS));
    let wanted = "stdout, or the path of a file such as access.log";
    let to = fields.optional("to").and_then(|node| {
        let output = |text: &str| match text {
            "stdout" => Output::Stdout,
            path => Output::File(base.join(path)),
        };
        parsed(document, node, "bad-path", wanted, |text| Ok(output(text)))
    });
    fields.finish();
    Some(AccessLog { format: own.unwrap_or(format), to: to.unwrap_or(Output::Stdout), levelled: false })
}
