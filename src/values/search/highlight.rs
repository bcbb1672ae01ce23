//! What of a text to show as found.

use std::collections::BTreeSet;

use super::words::words;

/// The text as HTML in which the words at these positions, counted from 0 in the order of
/// [`words`](super::words), stand in `<mark>`. Everything else is escaped.
pub fn mark(text: &str, positions: &BTreeSet<usize>) -> String {
    let mut html = String::with_capacity(text.len() + 16 * positions.len());
    let mut done = 0;
    for (at, word) in words(text).enumerate() {
        if positions.contains(&at) {
            escape(
                text.get(done..word.range.start).unwrap_or_default(),
                &mut html,
            );
            html.push_str("<mark>");
            escape(text.get(word.range.clone()).unwrap_or_default(), &mut html);
            html.push_str("</mark>");
            done = word.range.end;
        }
    }
    escape(text.get(done..).unwrap_or_default(), &mut html);
    html
}

/// Up to `most` snippets of a text, each of about `width` words round the marked ones.
pub fn snippets(text: &str, positions: &BTreeSet<usize>, most: usize, width: usize) -> Vec<String> {
    let (Some(first), true) = (positions.first(), most > 0) else {
        return vec![];
    };
    let begin = first.saturating_sub(width / 4);
    let ranges: Vec<_> = words(text)
        .map(|word| word.range)
        .skip(begin)
        .take(width)
        .collect();
    let (Some(start), Some(end)) = (ranges.first(), ranges.last()) else {
        return vec![];
    };
    let shown = text.get(start.start..end.end).unwrap_or_default();
    let inside = positions
        .iter()
        .filter_map(|at| at.checked_sub(begin))
        .collect();
    vec![format!("…{}…", mark(shown, &inside))]
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
