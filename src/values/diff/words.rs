//! A text as the words that are compared.

use unicode_segmentation::UnicodeSegmentation;

/// A word, a punctuation mark or a line break, with what stands before it.
pub(super) struct Word<'t> {
    /// The blanks between it and the word before.
    pub(super) before: &'t str,
    pub(super) text: &'t str,
}

/// The words of a text, and an empty one at its end for the blanks that it ends with.
pub(super) fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let (mut rest, mut blanks) = (text, 0);
    for token in tokens(text) {
        if is_blank(token) {
            blanks += token.len();
            continue;
        }
        let before = rest.get(..blanks).unwrap_or_default();
        rest = rest.get(blanks + token.len()..).unwrap_or_default();
        blanks = 0;
        words.push(Word {
            before,
            text: token,
        });
    }
    words.push(Word {
        before: rest,
        text: "",
    });
    words
}

/// The text cut at the word boundaries that are grapheme cluster boundaries as well (UAX #29 has
/// others: Thai's SARA AM is a word of its own to it, but no cluster).
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut clusters = text
        .grapheme_indices(true)
        .map(|(at, cluster)| at + cluster.len())
        .peekable();
    let mut start = 0;
    text.split_word_bound_indices()
        .map(|(at, word)| at + word.len())
        .filter(move |end| {
            while clusters.next_if(|cluster| cluster < end).is_some() {}
            clusters.peek() == Some(end)
        })
        .map(move |end| {
            let token = text.get(start..end).unwrap_or_default();
            start = end;
            token
        })
}

/// Whether it is white space within a line. The mandatory breaks of UAX #14 end one.
fn is_blank(token: &str) -> bool {
    token.chars().all(|c| {
        c.is_whitespace()
            && !matches!(
                c,
                '\n' | '\u{b}' | '\u{c}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}'
            )
    })
}
