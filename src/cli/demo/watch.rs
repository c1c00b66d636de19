//! The gateway's events, gathered into one account an exchange.

use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Write as _};
use std::sync::Mutex;
use std::sync::mpsc::SyncSender;

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::Context;

use super::super::terminal::complain;
use crate::audit::VERDICTS;

/// The target of the access log.
const ACCESS: &str = "access";

/// One exchange that is over.
#[derive(Debug)]
pub(super) struct Passed {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) status: String,
    /// tamis answered it by itself.
    pub(super) own: bool,
    /// The cookies that the user agent sent, in order.
    pub(super) request: Vec<Judged>,
    /// The cookies that the portal set, in order.
    pub(super) response: Vec<Judged>,
}

/// One cookie and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Judged {
    pub(super) name: String,
    /// `forward`, `rewrite`, `strip` or `expire`.
    pub(super) verdict: String,
    pub(super) reason: String,
    pub(super) category: Option<String>,
    pub(super) service: Option<String>,
    /// `file:line:column`.
    pub(super) rule: Option<String>,
}

/// What the layer wants to hear.
pub(super) fn targets() -> Targets {
    Targets::new()
        .with_target(VERDICTS, LevelFilter::DEBUG)
        .with_target(ACCESS, LevelFilter::INFO)
        .with_default(LevelFilter::ERROR)
}

/// A tracing layer that sends every exchange that is over; errors go to standard error at once.
pub(super) struct Watch {
    to: SyncSender<Passed>,
    /// The verdicts of exchanges in progress: each ends with its access line, which takes them out.
    open: Mutex<HashMap<String, Vec<Fields>>>,
}

impl Watch {
    pub(super) fn new(to: SyncSender<Passed>) -> Self {
        Self { to, open: Mutex::default() }
    }

    fn over(&self, mut access: Fields) {
        let exchange = access.take("exchange");
        let verdicts = self.open.lock().ok().and_then(|mut open| open.remove(&exchange)).unwrap_or_default();
        let (mut request, mut response) = (Vec::new(), Vec::new());
        for mut verdict in verdicts {
            let way = if verdict.take("direction") == "request" { &mut request } else { &mut response };
            way.push(Judged {
                name: verdict.take("cookie"),
                verdict: verdict.take("verdict"),
                reason: verdict.take("reason"),
                category: verdict.0.remove("category"),
                service: verdict.0.remove("service"),
                rule: verdict.0.remove("rule"),
            });
        }
        let (method, path, status) = (access.take("method"), access.take("path"), access.take("status"));
        let own = access.take("upstream").is_empty() && access.take("error").is_empty();
        // A full queue means that nobody can read as fast as this is printed.
        let _ = self.to.try_send(Passed { method, path, status, own, request, response });
    }
}

impl<S: Subscriber> Layer<S> for Watch {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        match event.metadata().target() {
            VERDICTS => {
                let Ok(mut open) = self.open.lock() else { return };
                open.entry(fields.take("exchange")).or_default().push(fields);
            }
            ACCESS => self.over(fields),
            _ if *event.metadata().level() == Level::ERROR => complain(&fields.to_string()),
            _ => {}
        }
    }
}

/// The fields of an event as text.
#[derive(Debug, Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Fields {
    /// A field; empty where the event has none.
    fn take(&mut self, name: &str) -> String {
        self.0.remove(name).unwrap_or_default()
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}

impl fmt::Display for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.get("message").map_or("", String::as_str))?;
        for (name, value) in self.0.iter().filter(|(name, _)| **name != "message") {
            f.write_char(' ')?;
            write!(f, "{name}={value}")?;
        }
        Ok(())
    }
}
