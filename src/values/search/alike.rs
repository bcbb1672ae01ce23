//! Whether one word is another, mistyped.

use strsim::osa_distance;

/// How many letters have to be changed, added, left out or exchanged with the next to make one word the
/// other; none, where that makes it another word: one in a word of four letters, two in one of eight.
pub fn alike(word: &str, other: &str) -> Option<usize> {
    let allowed = match word.chars().count() {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    };
    let distance = osa_distance(word, other);
    (distance <= allowed).then_some(distance)
}

#[cfg(test)]
mod tests {
    use super::alike;

    #[test]
    fn a_typo_is_forgiven_and_another_word_is_not() {
        for (word, other, distance) in [
            ("bridge", "bridge", Some(0)),
            ("brigde", "bridge", Some(1)),
            ("bridg", "bridge", Some(1)),
            ("monsson", "monsoon", Some(1)),
            ("comittee", "committee", Some(1)),
            ("comitee", "committee", None),
            ("pul", "pal", None),
            ("rain", "ruins", None),
        ] {
            assert_eq!(alike(word, other), distance, "{word} {other}");
        }
    }
}
