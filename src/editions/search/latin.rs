//! Words in Latin letters, as titles in any letters are asked for them.

use crate::values::search::{Query, lexeme, skeleton};

/// The query as titles in other letters are asked by their skeletons; none where it is in other letters itself.
pub(super) fn romanised(query: &Query) -> Option<String> {
    let all_of = |words: &Vec<&str>| {
        let words = words
            .iter()
            .map(|word| lexeme(&format!("~{}", skeleton(word))));
        words.collect::<Vec<_>>().join(" & ")
    };
    let alternatives: Vec<String> = query.alternatives().iter().map(all_of).collect();
    if !query.is_latin() || alternatives.is_empty() {
        return None;
    }
    let wanted = format!("({})", alternatives.join(" | "));
    let excluded = query.exclusions();
    let excluded = excluded
        .iter()
        .map(|words| format!(" & !({})", all_of(words)));
    Some(excluded.fold(wanted, |query, excluded| query + &excluded))
}

/// How a word may stand in a title: as it is, and in Latin letters as it sounds.
pub(super) fn spellings(word: &str) -> Vec<String> {
    let mut spellings = vec![word.to_owned(), skeleton(word)];
    spellings.dedup();
    spellings.retain(|spelling| !spelling.is_empty());
    spellings
}
