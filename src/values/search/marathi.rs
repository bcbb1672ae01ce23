//! A light stemmer of Marathi.

/// The stem of a folded word.
pub(super) fn stem(word: &str) -> &str {
    word
}
