//! What has changed since when.
//!
//! Time is counted in changes: each makes the next generation. A mark stands for a cache key (an article, a
//! list, a tag) and holds the generation in which that last changed. An answer is made of things with marks
//! and knows the generation before it was read: it is good while none of its marks is younger.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The generation in which something last changed.
type Mark = Arc<AtomicU64>;

/// All marks.
#[derive(Debug, Default)]
pub(super) struct Marks {
    generation: AtomicU64,
    /// The generation in which everything last changed.
    everything: AtomicU64,
    marks: Mutex<HashMap<Box<str>, Mark>>,
}

/// What an answer was made of, and when.
#[derive(Debug)]
pub(super) struct MadeOf {
    generation: u64,
    marks: Box<[Mark]>,
}

impl Marks {
    /// The present generation: to be asked for before anything is read.
    pub(super) fn now(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    /// What bears one of these keys has changed.
    pub(super) fn change(&self, keys: &[String]) {
        let mut marks = self.lock();
        let next = self.generation.fetch_add(1, Ordering::SeqCst) + 1;
        for key in keys {
            // A key that no answer bears is noted too: one may be being made just now.
            let mark = marks.entry(key.as_str().into()).or_default();
            mark.store(next, Ordering::SeqCst);
        }
    }

    /// Everything may have changed.
    pub(super) fn change_everything(&self) {
        let next = self.generation.fetch_add(1, Ordering::SeqCst) + 1;
        self.everything.fetch_max(next, Ordering::SeqCst);
    }

    /// Notes what an answer was made of that was read in this generation or later.
    pub(super) fn made_of<'a>(
        &self,
        keys: impl Iterator<Item = &'a str>,
        generation: u64,
    ) -> MadeOf {
        let mut marks = self.lock();
        let marks = keys.map(|key| match marks.get(key) {
            Some(mark) => Arc::clone(mark),
            None => Arc::clone(marks.entry(key.into()).or_default()),
        });
        MadeOf {
            generation,
            marks: marks.collect(),
        }
    }

    /// Whether nothing that it is made of has changed since.
    pub(super) fn are_good(&self, made_of: &MadeOf) -> bool {
        let since = made_of.generation;
        let unchanged = |mark: &Mark| mark.load(Ordering::Acquire) <= since;
        self.everything.load(Ordering::Acquire) <= since && made_of.marks.iter().all(unchanged)
    }

    /// Forgets marks that no answer bears and that last changed before this generation, of which no answer is
    /// being made any more.
    pub(super) fn forget_before(&self, generation: u64) {
        self.lock().retain(|_, mark| {
            Arc::strong_count(mark) > 1 || mark.load(Ordering::SeqCst) >= generation
        });
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Box<str>, Mark>> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MadeOf {
    /// How many bytes it takes, about.
    pub(super) fn weight(&self) -> usize {
        // A mark is shared by the answers that bear it; this counts it for each.
        self.marks.len() * 120
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn keys(keys: &[&str]) -> Vec<String> {
        keys.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_answer_is_good_until_something_in_it_changes() {
        let marks = Marks::default();
        let made = marks.made_of(["article-1", "list-en"].into_iter(), marks.now());
        marks.change(&keys(&["article-2"]));
        assert!(marks.are_good(&made));
        marks.change(&keys(&["list-en", "tag-7"]));
        assert!(!marks.are_good(&made));
    }

    #[test]
    fn what_changes_while_an_answer_is_made_spoils_it() {
        let marks = Marks::default();
        let before = marks.now();
        marks.change(&keys(&["article-1"]));
        let made = marks.made_of(["article-1"].into_iter(), before);
        assert!(!marks.are_good(&made));
        let made = marks.made_of(["article-1"].into_iter(), marks.now());
        assert!(marks.are_good(&made));
        marks.change_everything();
        assert!(!marks.are_good(&made));
    }

    #[test]
    fn marks_are_kept_while_they_can_matter() {
        let marks = Marks::default();
        marks.change(&keys(&["old", "borne"]));
        let borne = marks.made_of(["borne"].into_iter(), marks.now());
        let before = marks.now();
        marks.change(&keys(&["young"]));
        marks.forget_before(before + 1);
        let mut left: Vec<_> = marks.lock().keys().map(ToString::to_string).collect();
        left.sort();
        assert_eq!(left, ["borne", "young"]);
        drop(borne);
        marks.forget_before(marks.now() + 1);
        assert!(marks.lock().is_empty());
    }
}
