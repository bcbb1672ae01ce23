//! Which stretches of a text are worth to be shown.

use std::collections::HashMap;
use std::ops::Range;

/// A marked word, and its place among the words of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) at: usize,
    pub(super) word: String,
}

/// A stretch from one marked word to another.
#[derive(Debug, Clone, Copy)]
struct Span {
    first: usize,
    last: usize,
    different: usize,
}

/// Up to `most` windows of `width` words on the marked ones of a text of `count` words, in its order and
/// apart from each other. Those with the most different words are taken, the earlier of equals.
pub(super) fn windows(
    found: &[Found],
    count: usize,
    most: usize,
    width: usize,
) -> Vec<Range<usize>> {
    let mut chosen: Vec<Range<usize>> = vec![];
    while chosen.len() < most {
        let Some(span) = best(found, &chosen, width) else {
            break;
        };
        let window = around(span, &chosen, count, width);
        let place = chosen.partition_point(|other| other.start < window.start);
        chosen.insert(place, window);
    }
    chosen
}

/// The best span of at most `width` words that touches none of the windows chosen before.
fn best(found: &[Found], chosen: &[Range<usize>], width: usize) -> Option<Span> {
    let mut best: Option<Span> = None;
    let mut inside: HashMap<&str, usize> = HashMap::new();
    let mut begin = found.iter().peekable();
    for last in found {
        if chosen.iter().any(|window| window.contains(&last.at)) {
            continue;
        }
        // What lies before a window is forgotten behind it.
        let barrier = chosen
            .iter()
            .map(|window| window.end)
            .filter(|end| *end <= last.at);
        let earliest = (last.at + 1)
            .saturating_sub(width)
            .max(barrier.max().unwrap_or(0));
        while let Some(left) = begin.next_if(|first| first.at < earliest) {
            if let Some(times) = inside.get_mut(left.word.as_str()) {
                *times = times.saturating_sub(1);
            }
        }
        *inside.entry(&last.word).or_default() += 1;
        inside.retain(|_, times| *times > 0);
        let first = begin.peek().map_or(last.at, |first| first.at);
        let span = Span {
            first,
            last: last.at,
            different: inside.len(),
        };
        if best.is_none_or(|best| span.different > best.different) {
            best = Some(span);
        }
    }
    best
}

/// The window of `width` words with the span in its middle, as far as there is room.
fn around(span: Span, chosen: &[Range<usize>], count: usize, width: usize) -> Range<usize> {
    let ends = chosen.iter().map(|window| window.end);
    let floor = ends.filter(|end| *end <= span.first).max().unwrap_or(0);
    let starts = chosen.iter().map(|window| window.start);
    let ceiling = starts
        .filter(|start| *start > span.last)
        .min()
        .unwrap_or(count);
    let spare = width.saturating_sub(span.last + 1 - span.first);
    let start = span.first.saturating_sub(spare / 2).max(floor);
    let end = start.saturating_add(width).min(ceiling);
    end.saturating_sub(width).max(floor)..end
}

#[cfg(test)]
mod tests {
    #![allow(clippy::single_range_in_vec_init)]

    use super::{Found, windows};

    fn found(marked: &[(usize, &str)]) -> Vec<Found> {
        let found = marked.iter().map(|(at, word)| Found {
            at: *at,
            word: (*word).to_owned(),
        });
        found.collect()
    }

    #[test]
    fn the_window_with_the_most_different_words_is_taken() {
        let found = found(&[
            (0, "a"),
            (2, "a"),
            (50, "a"),
            (53, "b"),
            (90, "b"),
            (91, "a"),
        ]);
        assert_eq!(windows(&found, 100, 1, 10), [47..57]);
        assert_eq!(windows(&found, 100, 2, 10), [47..57, 86..96]);
        assert_eq!(windows(&found, 100, 9, 10), [0..10, 47..57, 86..96]);
    }

    #[test]
    fn windows_keep_within_the_text_and_apart() {
        let found = found(&[(0, "a"), (6, "b"), (9, "c")]);
        assert_eq!(windows(&found, 10, 9, 4), [0..4, 6..10]);
        assert_eq!(windows(&found, 10, 9, 100), [0..10]);
        assert!(windows(&found, 10, 0, 4).is_empty());
        assert!(windows(&[], 10, 3, 4).is_empty());
    }
}
