//! Patterns by their literal beginning: a path-compressed trie of bytes, laid out flat.
//!
//! A look-up walks the name once from its first byte; only the patterns that hang on that path are tried. Its cost
//! depends on the name, not on how many patterns there are.

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
    /// Those of a node lie together, the most specific first.
    candidates: Vec<Candidate<T>>,
}

/// Half-open ranges into the trie's lists.
#[derive(Clone, Copy, Debug, Default)]
struct Node {
    label: (usize, usize),
    children: (usize, usize),
    candidates: (usize, usize),
}

impl<T: Copy> Trie<T> {
    /// Builds it whole.
    pub(super) fn new(mut candidates: Vec<Candidate<T>>) -> Self {
        candidates.sort_by(|a, b| {
            let specificity = b.pattern.literals().cmp(&a.pattern.literals());
            a.pattern.prefix().cmp(b.pattern.prefix()).then(specificity)
        });
        let mut trie = Self { nodes: vec![Node::default()], heads: vec![0], labels: Vec::new(), candidates };
        // Node, the sorted candidates below it, and how many bytes of their prefixes lead to it.
        let mut open = vec![(0, 0..trie.candidates.len(), 0)];
        while let Some((node, range, depth)) = open.pop() {
            let below = trie.candidates.get(range.clone()).unwrap_or_default();
            let own = below.partition_point(|candidate| candidate.pattern.prefix().len() == depth);
            let first_child = trie.nodes.len();
            let mut at = range.start + own;
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
                node.children = children;
                node.candidates = (range.start, range.start + own);
            }
        }
        trie
    }

    /// The candidates that go on with the same byte as the first of a range: where they end, and the bytes that
    /// all of them share.
    fn branch(&self, range: std::ops::Range<usize>, depth: usize) -> (usize, Vec<u8>) {
        let below = self.candidates.get(range.clone()).unwrap_or_default();
        let rest =
            |candidate: &Candidate<T>| candidate.pattern.prefix().get(depth..).unwrap_or_default().to_owned();
        let first = below.first().map(rest).unwrap_or_default();
        let count = below.partition_point(|candidate| candidate.pattern.prefix().get(depth) <= first.first());
        let last = count.checked_sub(1).and_then(|last| below.get(last)).map(rest).unwrap_or_default();
        let shared = first.iter().zip(&last).take_while(|(a, b)| a == b).count();
        (range.start + count, first.into_iter().take(shared).collect())
    }

    /// The most specific pattern that covers a name.
    pub(super) fn find(&self, name: &[u8]) -> Option<&Candidate<T>> {
        let mut best: Option<&Candidate<T>> = None;
        let mut node = self.nodes.first()?;
        let mut rest = name;
        loop {
            let known = best.map_or(0, |candidate| candidate.pattern.literals());
            let better = slice(&self.candidates, node.candidates)
                .iter()
                .take_while(|candidate| best.is_none() || candidate.pattern.literals() > known)
                .find(|candidate| candidate.pattern.matches_after_prefix(rest));
            best = better.or(best);
            let Some(head) = rest.first() else { return best };
            let Ok(at) = slice(&self.heads, node.children).binary_search(head) else { return best };
            let Some(child) = self.nodes.get(node.children.0 + at) else { return best };
            let Some(after) = rest.strip_prefix(slice(&self.labels, child.label)) else { return best };
            node = child;
            rest = after;
        }
    }
}

fn slice<T>(items: &[T], (start, end): (usize, usize)) -> &[T] {
    items.get(start..end).unwrap_or_default()
}
