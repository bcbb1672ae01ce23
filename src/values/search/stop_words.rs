//! Words that stand in every text and say nothing alone, where PostgreSQL has no list of them.

use super::analysis::Language;

/// The common words of a language, folded and sorted.
pub(super) fn of(language: Language) -> &'static [&'static str] {
    match language {
        Language::Hindi => &HINDI,
        Language::Marathi => &MARATHI,
        Language::Nepali | Language::Other => &[],
    }
}

const HINDI: [&str; 0] = [];
const MARATHI: [&str; 0] = [];
