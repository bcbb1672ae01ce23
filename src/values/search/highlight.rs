//! What of a text to show as found.

mod windows;

use std::collections::BTreeSet;
use std::ops::Range;

use super::words::words;
use windows::{Found, windows};

/// The text as HTML in which the words at these positions, counted from 0 in the order of
/// [`words`](super::words()), stand in `<mark>`. There is no other markup: everything else is escaped.
///
/// Marked words with only blanks or a hyphen between them share a mark.
pub fn mark(text: &str, positions: &BTreeSet<usize>) -> String {
    let mut html = String::with_capacity(text.len() + 16 * positions.len());
    let marked = words(text).enumerate();
    let marked = marked.filter(|(at, _)| positions.contains(at));
    write_marked(text, marked.map(|(_, word)| word.range), escape, &mut html);
    html
}

/// Up to `most` snippets of a text as HTML, each of about `width` words round the marked ones, in the order
/// of the text. The best are chosen: those with the most different marked words, the earlier of equals.
///
/// A snippet begins and ends with whole words, with … where the text goes on. Blanks within it are single
/// spaces. Its only markup is `<mark>`, as of [`mark`].
pub fn snippets(text: &str, positions: &BTreeSet<usize>, most: usize, width: usize) -> Vec<String> {
    let Some(last) = positions.last() else {
        return vec![];
    };
    // Words are looked at only as far as a snippet may show them.
    let needed = last.saturating_add(width).saturating_add(2);
    let mut ranges = vec![];
    let mut found = vec![];
    for (at, word) in words(text).take(needed).enumerate() {
        ranges.push(word.range);
        if positions.contains(&at) {
            found.push(Found {
                at,
                word: word.folded,
            });
        }
    }
    let windows = windows(&found, ranges.len(), most, width.max(1));
    let shown = windows.into_iter().map(|window| {
        let marked = found.iter().filter(|found| window.contains(&found.at));
        let marked = marked.filter_map(|found| ranges.get(found.at).cloned());
        snippet(text, &ranges, &window, marked)
    });
    shown.collect()
}

/// The words of a window, with the punctuation that touches them.
fn snippet(
    text: &str,
    words: &[Range<usize>],
    window: &Range<usize>,
    marked: impl Iterator<Item = Range<usize>>,
) -> String {
    let first = words.get(window.start).map_or(0, |word| word.start);
    let last = words.get(window.end.saturating_sub(1));
    let last = last.map_or(text.len(), |word| word.end);
    let before = window.start.checked_sub(1).and_then(|at| words.get(at));
    let behind = words.get(window.end);
    let start = before.map_or(0, |before| {
        let gap = text.get(before.end..first).unwrap_or_default();
        first - (gap.len() - after_blank(gap))
    });
    let end = behind.map_or(text.len(), |behind| {
        let gap = text.get(last..behind.start).unwrap_or_default();
        last + gap.find(char::is_whitespace).unwrap_or(gap.len())
    });
    let mut html = String::new();
    let shown = text.get(start..end).unwrap_or_default();
    let marked = marked.map(|word| word.start - start..word.end - start);
    write_marked(shown, marked, escape_single_spaced, &mut html);
    let cut = |is_cut: bool| if is_cut { "…" } else { "" };
    format!(
        "{}{}{}",
        cut(before.is_some()),
        html.trim(),
        cut(behind.is_some())
    )
}

/// Where the last blank of a gap ends.
fn after_blank(gap: &str) -> usize {
    let blank = gap.char_indices().rfind(|(_, c)| c.is_whitespace());
    blank.map_or(0, |(at, c)| at + c.len_utf8())
}

/// Appends the text with these ranges of it in marks.
fn write_marked(
    text: &str,
    marked: impl Iterator<Item = Range<usize>>,
    escape: fn(&str, &mut String),
    html: &mut String,
) {
    let mut done = 0;
    let mut is_open = false;
    for range in marked {
        let gap = text.get(done..range.start).unwrap_or_default();
        if is_open && !gap.chars().all(joins) {
            html.push_str("</mark>");
            is_open = false;
        }
        escape(gap, html);
        if !is_open {
            html.push_str("<mark>");
            is_open = true;
        }
        escape(text.get(range.clone()).unwrap_or_default(), html);
        done = range.end;
    }
    if is_open {
        html.push_str("</mark>");
    }
    escape(text.get(done..).unwrap_or_default(), html);
}

/// Whether marked words with this between them are marked as one.
fn joins(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '\'' | '\u{2019}' | '\u{2010}' | '\u{2011}')
}

fn escape(text: &str, html: &mut String) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            _ => html.push(c),
        }
    }
}

fn escape_single_spaced(text: &str, html: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(char::is_whitespace) {
        let (before, blanks) = rest.split_at(at);
        escape(before, html);
        html.push(' ');
        rest = blanks.trim_start();
    }
    escape(rest, html);
}

#[cfg(test)]
mod tests;
