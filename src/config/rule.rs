//! How requests are treated, by path (`paths:`): what the site says, and what single paths say otherwise.

use std::ops::{Range, RangeInclusive};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::limits::Times;
use super::maintenance::Maintenance;
use super::mode::Mode;
use super::outside::Read;
use super::prefix::Prefix;
use super::schema;
use super::units::{self, MIB};
use crate::document::{Document, Fields, Node};

/// How the requests for a path are treated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Whether verdicts are carried out.
    pub mode: Mode,
    /// Octets that the content of a request may have; any number where `None`.
    pub body_limit: Option<usize>,
    /// From a request sent to the head of its answer.
    pub answer: Duration,
    /// Between two octets of a body, in either direction.
    pub progress: Duration,
    /// The origin server is not asked.
    pub maintenance: Option<Arc<Maintenance>>,
}

/// The rules of one site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rules {
    otherwise: Rule,
    /// Longest prefix first. Each rule is whole: what it doesn't say itself is in it from the next shorter one.
    by_path: Vec<(Prefix, Rule)>,
}

/// Where files are, and how they are read.
#[derive(Clone, Copy)]
pub(super) struct Files<'a> {
    pub(super) base: &'a Path,
    pub(super) read: Read<'a>,
}

impl Rules {
    /// The keys of a site; `times` are the gateway's.
    pub(super) fn read(
        document: &Document,
        fields: &mut Fields<'_>,
        times: &Times,
        files: Files<'_>,
    ) -> Self {
        let gateway = Rule {
            mode: Mode::Enforce,
            body_limit: None,
            answer: times.answer,
            progress: times.progress,
            maintenance: None,
        };
        let otherwise = Said::read(document, fields, files).over(&gateway);
        let items = fields.optional("paths").and_then(|node| document.list(node, "`paths`"));
        let mut written: Vec<(Prefix, Said, Range<usize>)> = Vec::new();
        for (prefix, said, span) in
            items.unwrap_or_default().iter().filter_map(|item| rule(document, item, files))
        {
            match written.iter().find(|(other, ..)| *other == prefix) {
                Some((.., first)) => {
                    let message = format!("`{prefix}` has a rule already");
                    let texts = (message, "keep one of the two (a last slash makes no difference)");
                    document.error_at_two(&span, "duplicate-prefix", texts, (first, "first given here"));
                }
                None => written.push((prefix, said, span)),
            }
        }
        written.sort_by_key(|(prefix, ..)| prefix.len());
        let mut by_path: Vec<(Prefix, Rule)> = Vec::with_capacity(written.len());
        for (prefix, said, _) in written {
            let around = by_path.iter().rev().find(|(shorter, _)| shorter.covers_all_of(&prefix));
            let rule = said.over(around.map_or(&otherwise, |(_, rule)| rule));
            by_path.push((prefix, rule));
        }
        by_path.reverse();
        Self { otherwise, by_path }
    }

    /// The rule of the longest prefix that covers a path: one that equals it, or that it continues after a `/`.
    pub(super) fn at(&self, path: &str) -> &Rule {
        let found = self.by_path.iter().find(|(prefix, _)| prefix.covers(path));
        found.map_or(&self.otherwise, |(_, rule)| rule)
    }
}

/// What a site or a path says; `None` where it says nothing.
#[derive(Default)]
struct Said {
    mode: Option<Mode>,
    body_limit: Option<usize>,
    answer: Option<Duration>,
    progress: Option<Duration>,
    maintenance: Option<Option<Arc<Maintenance>>>,
}

impl Said {
    fn read(document: &Document, fields: &mut Fields<'_>, files: Files<'_>) -> Self {
        const BODY: RangeInclusive<usize> = 0..=MIB * MIB;
        let mode = fields.optional("mode").and_then(|node| Mode::read(document, node));
        let body_limit = fields.optional("body_limit");
        let body_limit = body_limit.and_then(|node| units::size(document, node, "`body_limit`", &BODY));
        let times = fields.optional("times");
        let (answer, progress) = times.map(|node| self::times(document, node)).unwrap_or_default();
        let maintenance = fields.optional("maintenance");
        let maintenance = maintenance.and_then(|node| Maintenance::read(document, node, files));
        Self { mode, body_limit, answer, progress, maintenance: maintenance.map(|said| said.map(Arc::new)) }
    }

    /// This, and what it doesn't say as it is around it.
    fn over(self, around: &Rule) -> Rule {
        Rule {
            mode: self.mode.unwrap_or(around.mode),
            body_limit: self.body_limit.or(around.body_limit),
            answer: self.answer.unwrap_or(around.answer),
            progress: self.progress.unwrap_or(around.progress),
            maintenance: self.maintenance.unwrap_or_else(|| around.maintenance.clone()),
        }
    }

    fn is_nothing(&self) -> bool {
        let times = self.answer.or(self.progress);
        self.mode.is_none() && self.body_limit.is_none() && times.is_none() && self.maintenance.is_none()
    }
}

fn rule(document: &Document, node: &Node, files: Files<'_>) -> Option<(Prefix, Said, Range<usize>)> {
    let faults = document.errors();
    let mut fields = document.fields(node, &schema::PATH)?;
    let prefix = fields.required("prefix", "add the beginning of the paths: prefix: /preview/");
    let said = Said::read(document, &mut fields, files);
    fields.finish();
    if said.is_nothing() && document.errors() == faults {
        let help = "add what is different there, such as mode: observe";
        document.warning(&node.span, "without-effect", "this path rule says nothing", help);
    }
    let node = prefix?;
    Some((Prefix::read(document, node)?, said, node.span.clone()))
}

/// The limits `answer` and `progress` of a site or a path.
fn times(document: &Document, node: &Node) -> (Option<Duration>, Option<Duration>) {
    const BOUNDS: RangeInclusive<Duration> = Duration::from_millis(1)..=Duration::from_secs(24 * 3600);
    let Some(mut fields) = document.fields(node, &schema::SITE_TIMES) else { return (None, None) };
    let mut time = |key: &'static str| {
        let node = fields.optional(key)?;
        units::duration(document, node, &format!("`{key}`"), &BOUNDS)
    };
    let times = (time("answer"), time("progress"));
    fields.finish();
    times
}

#[cfg(test)]
mod tests;
