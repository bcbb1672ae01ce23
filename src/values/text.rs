//! Text made comparable.

use icu_normalizer::ComposingNormalizerBorrowed;

/// In Unicode Normalization Form C (UAX #15) and lower case: what is compared where case and
/// composition do not matter.
pub fn fold(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc()
        .normalize(&text.to_lowercase())
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn case_and_composition_do_not_matter() {
        assert_eq!(fold("E\u{301}cole"), fold("\u{e9}COLE"));
        assert_eq!(
            fold("\u{958}"),
            fold("\u{915}\u{93c}"),
            "a nukta letter and its parts"
        );
    }
}
