//! What a site does to cookies beyond letting them pass or not: rewriting, purge, caching.

use crate::document::{Document, Fields, Node};
use crate::policy::PurgeUndeclared;
use crate::registry::{Rewrite, SITE_REWRITE};

/// The keys of a site about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Treatment {
    pub(super) rewrite: Rewrite,
    pub(super) purge: Option<PurgeUndeclared>,
    pub(super) make_private: bool,
}

impl Treatment {
    /// All keys over their defaults.
    pub(super) fn read(document: &Document, fields: &mut Fields<'_>) -> Self {
        let rewrite = fields.optional("rewrite").and_then(|node| rewrite(document, node));
        let on = [("on", true), ("off", false)];
        let purge = fields.optional("purge").and_then(|node| document.choice(node, "`purge`", &on));
        let words = [("never", PurgeUndeclared::Never), ("host-only", PurgeUndeclared::HostOnly)];
        let node = fields.optional("purge_undeclared");
        let undeclared = node.and_then(|node| document.choice(node, "`purge_undeclared`", &words));
        if let (Some(false), Some(PurgeUndeclared::HostOnly), Some(node)) = (purge, undeclared, node) {
            let help = "write `purge: on`, or remove this key";
            document.warning(&node.span, "without-effect", "`purge: off` purges nothing", help);
        }
        let make_private = fields.optional("make_private");
        let make_private = make_private.and_then(|node| document.boolean(node, "`make_private`"));
        Self {
            rewrite: rewrite.unwrap_or_default(),
            purge: purge.unwrap_or(true).then_some(undeclared.unwrap_or_default()),
            make_private: make_private.unwrap_or(true),
        }
    }
}

fn rewrite(document: &Document, node: &Node) -> Option<Rewrite> {
    let mut fields = document.fields(node, &SITE_REWRITE)?;
    let rewrite = Rewrite::read(document, &mut fields);
    fields.finish();
    Some(rewrite)
}
