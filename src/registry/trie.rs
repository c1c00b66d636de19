//! Patterns by their literal beginning: a path-compressed trie of bytes, laid out flat.
//!
//! A look-up walks the name once from its first byte; only the patterns that hang on that path are tried. Its cost
//! depends on the name, not on how many patterns there are.

use std::ops::Range;

use super::endings::Endings;
use super::pattern::Pattern;

/// A pattern and what it stands for.
#[derive(Debug)]
pub(super) struct Candidate<T> {
    /// Tried on what follows its literal beginning.
    pub(super) pattern: Pattern,
    /// The answer if it matches.
    pub(super) value: T,
}

/// The patterns of one registry.
#[derive(Debug)]
pub(super) struct Trie<T> {
    /// The root first; the children of a node lie together, in the order of their first byte.
    nodes: Vec<Node>,
    /// The first byte of each node's label, for the search among siblings.
    heads: Vec<u8>,
    /// The labels, one after the other.
    labels: Vec<u8>,
    /// Those of a node lie together, in the order of their literal ends.
    candidates: Vec<Candidate<T>>,
    /// The candidates of nodes that have many.
    endings: Vec<Endings>,
}

/// Half-open ranges into the trie's lists.
#[derive(Clone, Copy, Debug, Default)]
struct Node {
    label: (usize, usize),
    children: (usize, usize),
    candidates: (usize, usize),
    endings: Option<usize>,
}

impl<T: Copy> Trie<T> {
    /// More candidates at one node are looked up by their literal ends.
    const FEW: usize = 8;

    /// Builds it whole.
    pub(super) fn new(mut candidates: Vec<Candidate<T>>) -> Self {
        candidates.sort_by(|a, b| {
            let ends = a.pattern.suffix().cmp(b.pattern.suffix());
            a.pattern.prefix().cmp(b.pattern.prefix()).then(ends)
        });
        let mut trie = Self {
            nodes: vec![Node::default()],
            heads: vec![0],
            labels: Vec::new(),
            candidates,
            endings: Vec::new(),
        };
        // A node, the sorted candidates at and below it, and how many bytes of their prefixes lead to it.
        let mut open = vec![(0, 0..trie.candidates.len(), 0)];
        while let Some((node, range, depth)) = open.pop() {
            let own = slice(&trie.candidates, (range.start, range.end))
                .partition_point(|candidate| candidate.pattern.prefix().len() == depth);
            let candidates = (range.start, range.start + own);
            let endings = trie.endings_of(candidates);
            let first_child = trie.nodes.len();
            let mut at = candidates.1;
            while at < range.end {
                let (end, label) = trie.branch(at..range.end, depth);
                let start = trie.labels.len();
                trie.heads.push(label.first().copied().unwrap_or_default());
                trie.labels.extend(&label);
                open.push((trie.nodes.len(), at..end, depth + label.len()));
                trie.nodes.push(Node { label: (start, trie.labels.len()), ..Node::default() });
                at = end;
            }
            let children = (first_child, trie.nodes.len());
            if let Some(node) = trie.nodes.get_mut(node) {
                *node = Node { children, candidates, endings, ..*node };
            }
        }
        trie
    }

    /// The index of the candidates' ends, if they are many.
    fn endings_of(&mut self, candidates: (usize, usize)) -> Option<usize> {
        let own = slice(&self.candidates, candidates);
        (own.len() > Self::FEW).then(|| {
            self.endings.push(Endings::new(own, candidates.0));
            self.endings.len() - 1
        })
    }

    /// The candidates that go on with the same byte as the first of a range: where they end, and the bytes that
    /// all of them share.
    fn branch(&self, range: Range<usize>, depth: usize) -> (usize, Vec<u8>) {
        let below = slice(&self.candidates, (range.start, range.end));
        let rest = |candidate: &Candidate<T>| candidate.pattern.prefix().get(depth..).map(<[u8]>::to_owned);
        let first = below.first().and_then(rest).unwrap_or_default();
        let count = below.partition_point(|candidate| candidate.pattern.prefix().get(depth) <= first.first());
        let last = count.checked_sub(1).and_then(|last| below.get(last)).and_then(rest).unwrap_or_default();
        let shared = first.iter().zip(&last).take_while(|(a, b)| a == b).count();
        (range.start + count, first.into_iter().take(shared).collect())
    }

    /// The most specific pattern that covers a name. Allocates nothing.
    pub(super) fn find(&self, name: &[u8]) -> Option<&Candidate<T>> {
        let mut best: Option<&Candidate<T>> = None;
        let mut node = self.nodes.first()?;
        let mut rest = name;
        loop {
            match node.endings.and_then(|at| self.endings.get(at)) {
                None => best = better(best, slice(&self.candidates, node.candidates), rest),
                Some(endings) => {
                    for range in endings.ranges(rest) {
                        best = better(best, slice(&self.candidates, range), rest);
                    }
                }
            }
            let Some(head) = rest.first() else { return best };
            let Ok(at) = slice(&self.heads, node.children).binary_search(head) else { return best };
            let Some(child) = self.nodes.get(node.children.0 + at) else { return best };
            let Some(after) = rest.strip_prefix(slice(&self.labels, child.label)) else { return best };
            node = child;
            rest = after;
        }
    }
}

/// The best so far, or one of the candidates that has more literal bytes and covers the rest of the name.
fn better<'t, T>(
    best: Option<&'t Candidate<T>>,
    candidates: &'t [Candidate<T>],
    rest: &[u8],
) -> Option<&'t Candidate<T>> {
    candidates.iter().fold(best, |best, candidate| {
        let known = best.map(|best| best.pattern.literals());
        let wins = Some(candidate.pattern.literals()) > known && candidate.pattern.matches_after_prefix(rest);
        if wins { Some(candidate) } else { best }
    })
}

fn slice<T>(items: &[T], (start, end): (usize, usize)) -> &[T] {
    items.get(start..end).unwrap_or_default()
}
