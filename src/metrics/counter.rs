//! Numbers that one worker writes and anybody reads.

use std::sync::atomic::{AtomicU64, Ordering};

/// A number that one worker raises and anybody reads.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds one.
    pub fn increment(&self) {
        self.add(1);
    }

    /// Adds so many. A load and a store, since a worker's counters have one writer.
    pub fn add(&self, count: u64) {
        self.0.store(self.0.load(Ordering::Relaxed).wrapping_add(count), Ordering::Relaxed);
    }

    /// Takes one away (connections now open).
    pub fn decrement(&self) {
        self.0.store(self.0.load(Ordering::Relaxed).wrapping_sub(1), Ordering::Relaxed);
    }

    /// What was counted so far.
    pub fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// One counter for each of a fixed list of words.
#[derive(Debug)]
pub struct ByWord {
    words: &'static [&'static str],
    counters: Box<[Counter]>,
}

impl ByWord {
    /// All at zero.
    pub fn new(words: &'static [&'static str]) -> Self {
        Self { words, counters: words.iter().map(|_| Counter::default()).collect() }
    }

    /// Adds one to a word's counter; a word that is not of the list is not counted.
    pub fn increment(&self, word: &'static str) {
        // Mostly they are the very same constants, which needs no look at their letters.
        let same = self.words.iter().position(|known| std::ptr::eq(*known, word));
        let place = same.or_else(|| self.words.iter().position(|known| *known == word));
        if let Some(counter) = place.and_then(|place| self.counters.get(place)) {
            counter.increment();
        }
    }

    /// Adds one to the counter of the word at this place of the list; a place beyond it is not counted.
    pub fn increment_at(&self, place: usize) {
        if let Some(counter) = self.counters.get(place) {
            counter.increment();
        }
    }

    /// Takes one away from a word's counter (connections now open).
    pub fn decrement(&self, word: &str) {
        let found = self.words.iter().zip(&self.counters).find(|(known, _)| **known == word);
        if let Some((_, counter)) = found {
            counter.decrement();
        }
    }

    /// All words together.
    pub fn total(&self) -> u64 {
        self.counters.iter().map(Counter::value).sum()
    }

    /// The words.
    pub(super) fn words(&self) -> &'static [&'static str] {
        self.words
    }

    /// A word's count.
    pub fn value(&self, word: &str) -> u64 {
        let found = self.words.iter().zip(&self.counters).find(|(known, _)| **known == word);
        found.map_or(0, |(_, counter)| counter.value())
    }
}
