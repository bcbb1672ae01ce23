//! Words that only seem to end in a case or an ending.

use std::sync::LazyLock;

/// Stems that are whole as they are. They are sorted by their ends, and none is the end of another, so
/// that only one of them can be the end of a word.
static STEMS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let mut stems: Vec<&str> = super::entries(include_str!("whole.txt")).collect();
    stems.sort_by(|one, other| one.bytes().rev().cmp(other.bytes().rev()));
    stems
});

/// The same for words whose end is that of many others.
const WORDS: [&str; 14] = [
    "कारण",
    "कार्य",
    "गद्य",
    "जनावर",
    "त्रास",
    "धरण",
    "धान्य",
    "पद्य",
    "बारात",
    "मद्य",
    "वरात",
    "वाद्य",
    "सहकार्य",
    "साधू",
];

/// Whether the word has none of the endings of nouns that it seems to have.
pub(super) fn is_whole(word: &str) -> bool {
    in_list(word).is_some()
}

/// The stem of a word that is in the list, in any of its plain forms.
pub(super) fn in_list(word: &str) -> Option<&str> {
    let endings = ["", "ां", "ा", "ी", "ीं", "े", "ं"];
    let mut stems = endings
        .iter()
        .filter_map(|ending| word.strip_suffix(ending));
    stems.find(|stem| WORDS.contains(stem) || ends_in_whole(stem))
}

fn ends_in_whole(stem: &str) -> bool {
    let behind = STEMS.partition_point(|whole| whole.bytes().rev().le(stem.bytes().rev()));
    let whole = behind.checked_sub(1).and_then(|at| STEMS.get(at));
    whole.is_some_and(|whole| stem.ends_with(whole))
}

#[cfg(test)]
mod tests {
    use super::{STEMS, in_list};

    #[test]
    fn no_stem_is_the_end_of_another() {
        for stem in STEMS.iter() {
            let ends: Vec<_> = STEMS
                .iter()
                .filter(|other| stem.ends_with(*other))
                .collect();
            assert_eq!(ends, [stem]);
            assert_eq!(in_list(stem), Some(*stem));
        }
    }
}
