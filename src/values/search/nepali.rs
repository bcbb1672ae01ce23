//! What the fold takes away that PostgreSQL's stemmer of Nepali needs.

use std::borrow::Cow;

/// The folded word with the endings of verbs as the stemmer knows them: हुन्थ्यो, भन्दा, गर्छन्.
pub(super) fn respell(word: &str) -> Cow<'_, str> {
    const NASAL: &str = "ं";
    let dental = |c: char| ('त'..='ध').contains(&c);
    let is_plural = word.ends_with("छन");
    let has_nasal = word.match_indices(NASAL).any(|(at, nasal)| {
        word.get(at + nasal.len()..)
            .is_some_and(|rest| rest.starts_with(dental))
    });
    if !is_plural && !has_nasal {
        return Cow::Borrowed(word);
    }
    let mut respelled = String::with_capacity(word.len() + 6);
    let mut rest = word.chars().peekable();
    while let Some(c) = rest.next() {
        match rest.peek() {
            Some(next) if c == 'ं' && dental(*next) => respelled.push_str("न्"),
            _ => respelled.push(c),
        }
    }
    if is_plural {
        respelled.push(super::devanagari::VIRAMA);
    }
    Cow::Owned(respelled)
}

#[cfg(test)]
mod tests {
    use super::respell;

    #[test]
    fn endings_are_as_the_stemmer_knows_them() {
        assert_eq!(respell("हुंथ्यो"), "हुन्थ्यो");
        assert_eq!(respell("आउंछन"), "आउंछन्");
        assert_eq!(respell("घरसंग"), "घरसंग");
    }
}
