//! One parsed text, and what is found wrong with it while it is read.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use super::{Node, parse};
use crate::diagnostic::{Diagnostic, Diagnostics, Related, Severity, Source};

/// One parsed text and the faults found in it so far.
#[derive(Debug)]
pub struct Document {
    source: Arc<Source>,
    root: Node,
    faults: RefCell<Diagnostics>,
}

impl Document {
    /// Parses one YAML document.
    ///
    /// # Errors
    /// The one syntax fault that stopped the reading: YAML itself, a second document, a bound exceeded.
    pub fn parse(source: Arc<Source>) -> Result<Self, Diagnostics> {
        let root = parse::root(&source)?;
        Ok(Self { source, root, faults: RefCell::default() })
    }

    /// The top of the tree.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// The top of the tree, to be changed before it is read (`${VAR}`).
    pub fn root_mut(&mut self) -> &mut Node {
        &mut self.root
    }

    /// The text.
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// Makes some bytes of the text unreadable in every fault that is reported from now on.
    pub fn mask(&mut self, spans: &[Range<usize>]) {
        if !spans.is_empty() {
            self.source = self.source.masked(spans);
        }
    }

    /// All faults reported so far, sorted.
    pub fn faults(&self) -> Diagnostics {
        let mut faults = self.faults.borrow().clone();
        faults.sort();
        faults
    }

    /// All faults reported so far, sorted.
    pub fn into_faults(self) -> Diagnostics {
        let mut faults = self.faults.into_inner();
        faults.sort();
        faults
    }

    /// How many errors were reported so far.
    pub fn errors(&self) -> usize {
        self.faults.borrow().errors()
    }

    /// Reports an error about some bytes of the text.
    pub fn error(
        &self,
        span: &Range<usize>,
        kind: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let fault = self.fault(span, kind, message.into(), help.into());
        self.faults.borrow_mut().push(fault);
    }

    /// Reports that a mapping lacks something: shown at its first character, but about the whole of it.
    pub fn lacking(
        &self,
        node: &Node,
        kind: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let span = self.source.character(node.span.start);
        let path = self.root.path_to(&node.span);
        let fault = self.fault(&span, kind, message.into(), help.into());
        self.faults.borrow_mut().push(Diagnostic { path, ..fault });
    }

    /// Reports a warning about some bytes of the text.
    pub fn warning(
        &self,
        span: &Range<usize>,
        kind: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let fault = self.fault(span, kind, message.into(), help.into());
        self.faults.borrow_mut().push(Diagnostic { severity: Severity::Warning, ..fault });
    }

    /// Reports an error that is about two places; the label says what the other one is.
    pub fn error_at_two(
        &self,
        span: &Range<usize>,
        kind: &'static str,
        texts: (impl Into<String>, impl Into<String>),
        other: (&Range<usize>, impl Into<String>),
    ) {
        let source = Arc::clone(&self.source);
        self.error_with(span, kind, texts, Related { source, span: other.0.clone(), label: other.1.into() });
    }

    /// Reports an error that is about a second place, of this file or of another one.
    pub fn error_with(
        &self,
        span: &Range<usize>,
        kind: &'static str,
        texts: (impl Into<String>, impl Into<String>),
        related: Related,
    ) {
        let fault = self.fault(span, kind, texts.0.into(), texts.1.into());
        self.faults.borrow_mut().push(Diagnostic { related: Some(related), ..fault });
    }

    fn fault(&self, span: &Range<usize>, kind: &'static str, message: String, help: String) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            kind,
            source: Arc::clone(&self.source),
            span: span.clone(),
            path: self.root.path_to(span),
            message,
            help,
            related: None,
        }
    }
}
