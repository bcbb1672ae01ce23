//! How the words of titles may be typed in Latin script.

use super::words::words;

/// The Latin skeletons of a text's words.
pub fn skeletons(text: &str) -> Vec<String> {
    words(text).map(|word| skeleton(&word.folded)).collect()
}

/// The skeleton of a word.
pub(super) fn skeleton(word: &str) -> String {
    any_ascii::any_ascii(word).to_ascii_lowercase()
}
