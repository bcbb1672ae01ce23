//! The spellings of Devanagari that are one.

pub(super) const VIRAMA: char = '\u{94d}';

/// Appends the word with its Devanagari spelled in one way.
pub(super) fn spell(word: &str, out: &mut String) {
    for c in word.chars() {
        match c {
            '\u{93c}' | '\u{951}'..='\u{954}' | '\u{93d}' | '\u{903}' => {}
            '\u{901}' => out.push('\u{902}'),
            _ => out.push(c),
        }
    }
}
