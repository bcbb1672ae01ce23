//! How long a word is to its speakers.

/// Whether it is a letter or a mark of Devanagari.
pub(super) fn is_devanagari(c: char) -> bool {
    matches!(c, '\u{900}'..='\u{97f}')
}

/// Whether it is a vowel sign, which follows its consonant.
pub(super) fn is_matra(c: char) -> bool {
    matches!(c, '\u{93e}'..='\u{94c}' | '\u{962}' | '\u{963}')
}

/// Whether it is a consonant.
pub(super) fn is_consonant(c: char) -> bool {
    matches!(c, 'क'..='ह')
}

/// The syllables of a word: its independent vowels, and its consonants that no virama joins to the next.
/// Digits and other letters count for one each.
pub(super) fn count(word: &str) -> usize {
    let viramas = word.matches(super::devanagari::VIRAMA).count();
    let letters = word
        .chars()
        .filter(|c| !is_matra(*c) && !matches!(c, '\u{900}'..='\u{903}' | '\u{94d}'));
    letters.count().saturating_sub(viramas)
}

/// Whether the word ends in a consonant with its own vowel: घर, but not घरा, घरां or अर्थ्.
pub(super) fn ends_bare(word: &str) -> bool {
    word.ends_with(is_consonant)
}

/// Whether it ends in a long vowel, nasal or not, as oblique forms do: शाळे, मुलां.
pub(super) fn ends_oblique(word: &str) -> bool {
    let oral = word.strip_suffix('ं').unwrap_or(word);
    oral.ends_with(['ा', 'ी', 'ू', 'े', 'ो', 'ई', 'ऊ', 'ए', 'आ'])
}
