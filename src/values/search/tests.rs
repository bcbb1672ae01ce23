#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
//! Properties of all texts, and examples.

use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};
use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

use super::characters::{Kind, kind};
use super::words::may_stand_alone;
use super::{Analysis, words};

fn folded(text: &str) -> Vec<String> {
    words(text).map(|word| word.folded).collect()
}

/// Texts of the characters that matter: scripts with and without case, marks, spaces, joiners, digits,
/// what is special to queries and to HTML, and anything at all.
pub(super) fn texts() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        4 => proptest::char::range('\u{900}', '\u{97f}'),
        2 => proptest::char::range(' ', '~'),
        1 => proptest::char::range('\u{a0}', '\u{5ff}'),
        1 => proptest::char::range('\u{600}', '\u{6ff}'),
        1 => proptest::char::range('\u{980}', '\u{1100}'),
        1 => proptest::char::range('\u{1e00}', '\u{20ff}'),
        1 => proptest::char::range('\u{3040}', '\u{30ff}'),
        1 => prop_oneof![Just('ा'), Just('\u{94d}'), Just('\u{93c}'), Just('\u{200d}'), Just('\u{301}'),
            Just('"'), Just('-'), Just(' '), Just('中'), Just('i'), Just('\u{307}')],
        1 => any::<char>(),
    ];
    let text = proptest::collection::vec(character.prop_filter("too new", is_known), 0..60);
    text.prop_map(String::from_iter)
}

/// Whether the tables of words know the character: those of categories are of a later Unicode.
fn is_known(c: &char) -> bool {
    match kind(*c) {
        Kind::Mark => format!("a{c}").graphemes(true).count() == 1,
        Kind::Letter | Kind::Digit => c.is_alphanumeric(),
        Kind::Invisible | Kind::Separator => true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn ranges_go_forward_and_hold_their_words(text in texts()) {
        let mut end = 0;
        for word in words(&text) {
            prop_assert!(end <= word.range.start && word.range.start < word.range.end);
            end = word.range.end;
            let original = text.get(word.range);
            prop_assert!(original.is_some());
            prop_assert_eq!(folded(original.unwrap_or_default()), [word.folded]);
        }
    }

    #[test]
    fn what_is_folded_folds_to_itself(text in texts()) {
        for word in words(&text) {
            let again = folded(&word.folded);
            // Letters of other scripts may have come together that are words of their own.
            prop_assert_eq!(again.concat(), word.folded);
        }
    }

    #[test]
    fn words_are_letters_marks_and_digits(text in texts()) {
        for word in words(&text) {
            prop_assert!(word.folded.chars().all(|c| matches!(kind(c), Kind::Letter | Kind::Mark | Kind::Digit)), "{:?}", word);
            prop_assert!(word.folded.starts_with(|c| kind(c) != Kind::Mark));
            prop_assert!(word.folded.chars().count() <= 64);
        }
    }

    #[test]
    fn composition_makes_no_difference(text in texts()) {
        let composed = ComposingNormalizer::new_nfc().normalize(&text).into_owned();
        let decomposed = DecomposingNormalizer::new_nfd().normalize(&text).into_owned();
        prop_assert_eq!(folded(&composed), folded(&decomposed));
        prop_assert_eq!(folded(&text), folded(&decomposed));
    }

    #[test]
    fn the_index_has_a_token_for_each_word(text in texts(), most in 0_usize..200) {
        for locale in ["en", "hi", "mr", "ne", "th"] {
            let analysis = Analysis::of(locale);
            let indexed = analysis.indexed(&text, usize::MAX);
            let tokens: Vec<&str> = indexed.split(' ').filter(|token| !token.is_empty()).collect();
            prop_assert_eq!(tokens.len(), words(&text).count());
            let cut = analysis.indexed(&text, most);
            prop_assert!(cut.len() <= most);
            prop_assert!(indexed == cut || indexed.starts_with(&(cut.clone() + " ")) || cut.is_empty());
        }
    }
}

#[test]
fn a_run_of_letters_is_one_word_to_unicode_too() {
    let together = |c: char| format!("a{c}a").split_word_bounds().count() == 1;
    let apart: String = ('\0'..=char::MAX)
        .filter(|c| matches!(kind(*c), Kind::Letter | Kind::Mark | Kind::Digit))
        .filter(|c| is_known(c) && !may_stand_alone(*c) && !together(*c))
        .collect();
    // High digits are words to Unicode, but not to those who write km².
    assert_eq!(apart, "²³¹⁰⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉");
}

#[test]
fn spellings_that_read_the_same_are_one_word() {
    for (one, other) in [
        ("क़लम", "कलम"),
        ("\u{958}लम", "कलम"),
        ("ÉCOLE", "e\u{301}cole"),
        ("Ｄａｔｅ", "date"),
        ("ﬁnal", "final"),
        ("Straße", "STRASSE"),
        ("İstanbul", "istanbul"),
        ("कोविड-१९", "कोविड-19"),
        ("CO₂ km²", "co2 km2"),
        ("٢٠٢٤", "2024"),
        ("کتاب", "كتاب"),
        ("كِتَاب", "كتاب"),
        ("soft\u{ad}ware", "software"),
        ("नई\u{200b}दिल्ली", "नई दिल्ली"),
        ("ΟΔΟΣ", "οδος"),
    ] {
        assert_eq!(folded(one), folded(other), "{one} {other}");
    }
}

#[test]
fn words_are_those_of_a_reader() {
    assert_eq!(
        folded("NATO's co-op, e.g. 3.14!"),
        ["nato", "s", "co", "op", "e", "g", "3", "14"]
    );
    assert_eq!(folded("सरकार ने कहा, ‘नहीं’।"), ["सरकार", "ने", "कहा", "नहीं"]);
    assert_eq!(folded("中国"), ["中", "国"]);
    assert_eq!(folded("1\u{fe0f}\u{20e3} 👍🏽 ≠ \u{301}"), ["1"]);
    assert_eq!(folded(&"x".repeat(100)), ["x".repeat(64)]);
}

#[test]
fn a_locale_has_the_configuration_of_its_language() {
    let config = |locale| Analysis::of(locale).config();
    assert_eq!(config("en"), "english");
    assert_eq!(config("hi-IN"), "hindi");
    assert_eq!(config("mr"), "simple");
    assert_eq!(config("nn-NO"), "norwegian");
    assert_eq!(config("zh-Hant-TW"), "simple");
    assert_eq!(config(""), "simple");
}
