//! The readable part of an article's or a category's address.

use std::fmt;
use std::str::FromStr;

use icu_normalizer::{ComposingNormalizer, ComposingNormalizerBorrowed};
use serde::{Deserialize, Deserializer, Serialize, de};
use thiserror::Error;
use unicode_segmentation::UnicodeSegmentation;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

const NFC: ComposingNormalizerBorrowed<'static> = ComposingNormalizer::new_nfc();

/// The longest slug, in characters (Unicode scalar values).
const MAX_CHARS: usize = 120;

/// The longest slug made from a title, in characters: a number or the prefix
/// of [`Slug::from_title`] still fits after it.
const MAX_TITLE_CHARS: usize = 110;

/// The words of a title joined by hyphens, in the title's own script.
///
/// "कोरोना के बाद भारत" becomes `कोरोना-के-बाद-भारत`. A slug has from 1 to 120
/// characters (Unicode scalar values), is in Normalization Form C (UAX #15) and
/// in lower case where its script has case. It is made of letters, their
/// combining marks and digits only, so it never holds a space, a slash, a dot,
/// or a control, bidirectional or invisible character.
///
/// An address takes either a slug or an identifier in the same place, so no
/// slug has the form of a UUID.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Slug(String);

/// Why a text is not a slug.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SlugFault {
    /// There is no text.
    #[error("a slug cannot be empty")]
    Empty,
    /// There are more than 120 characters.
    #[error("a slug has at most 120 characters")]
    TooLong,
    /// There is something other than words joined by single hyphens.
    #[error(
        "a slug is made of letters and digits, its words joined by single hyphens{}",
        suggestion.as_deref().map(|slug| format!("; did you mean \"{slug}\"?")).unwrap_or_default()
    )]
    Malformed {
        /// What [`Slug::from_title`] makes of the text, if anything.
        suggestion: Option<String>,
    },
    /// The text has the form of a UUID, and would be read as an identifier.
    #[error("a slug cannot have the form of a UUID")]
    LooksLikeId,
}

impl Slug {
    /// The slug of a title, or `None` when the title has no letter or digit to
    /// make one of.
    ///
    /// Apostrophes vanish ("NATO’s" gives `natos`), and so do the joiners that
    /// only choose between two shapes of one letter, so that two titles that
    /// read the same have the same slug. Whatever else is not a letter, a mark
    /// or a digit parts words.
    ///
    /// The slug ends with the last whole word within 110 characters. A first
    /// word longer than that is cut where a reader sees one letter end (at a
    /// grapheme cluster boundary, UAX #29). A title that has the form of a UUID
    /// is given the prefix `a-`.
    pub fn from_title(title: &str) -> Option<Slug> {
        let words = hyphenated(&folded(title));
        let slug = leading_words(&words, MAX_TITLE_CHARS);
        match slug {
            "" => None,
            id if has_form_of_uuid(id) => Some(Slug(format!("a-{id}"))),
            words => Some(Slug(words.to_owned())),
        }
    }

    /// The slug with a number after it, such as `कोरोना-2`, for when the plain
    /// one is taken. As much is cut from before the number, at a grapheme
    /// cluster boundary, as keeps the whole within 120 characters.
    pub fn numbered(&self, n: u32) -> Slug {
        let suffix = format!("-{n}");
        let room = MAX_CHARS.saturating_sub(suffix.len());
        let base = leading_graphemes(&self.0, room).trim_end_matches('-');
        Slug(format!("{base}{suffix}"))
    }

    /// The slug as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Slug {
    type Err = SlugFault;

    /// Takes a slug as a client gives it. Normalization and letter case are put
    /// right in silence; nothing else is.
    ///
    /// # Errors
    ///
    /// A [`SlugFault`] that names the first rule the text breaks.
    fn from_str(text: &str) -> Result<Self, SlugFault> {
        if text.is_empty() {
            return Err(SlugFault::Empty);
        }
        let slug = folded(text);
        if slug.chars().count() > MAX_CHARS {
            return Err(SlugFault::TooLong);
        }
        // A text is in slug form just when there is nothing to change in it.
        if hyphenated(&slug) != slug {
            return Err(SlugFault::Malformed {
                suggestion: Slug::from_title(text).map(String::from),
            });
        }
        if has_form_of_uuid(&slug) {
            return Err(SlugFault::LooksLikeId);
        }
        Ok(Slug(slug))
    }
}

/// The text in lower case and Normalization Form C. Lower-casing may part a
/// letter from its mark ("İ"), hence the second pass.
fn folded(text: &str) -> String {
    let lower = NFC.normalize(text).to_lowercase();
    NFC.normalize(&lower).into_owned()
}

/// The words of folded text, joined by hyphens.
///
/// Words are runs of letters, marks and digits rather than the words of
/// UAX #29: those part every letter of Thai and every character of Chinese, and
/// join the halves of "example.com" and "3.14".
fn hyphenated(text: &str) -> String {
    let kept: String = text.chars().filter(|&c| !vanishes(c)).collect();
    let words: Vec<&str> = kept
        .split(|c| !belongs_to_word(c))
        .map(|word| word.trim_start_matches(is_mark))
        .filter(|word| !word.is_empty())
        .collect();
    // Letters and marks that stood apart before something vanished may compose.
    NFC.normalize(&words.join("-")).into_owned()
}

fn belongs_to_word(c: char) -> bool {
    c.is_alphanumeric() && !is_ornament(c) || is_mark(c)
}

/// Whether a character is a combining mark that stays in a slug, such as a
/// matra, a virama or a nukta.
///
/// A mark is known by what it does: it joins the grapheme cluster of a letter
/// before it (UAX #29, rules GB9 and `GB9a`).
fn is_mark(c: char) -> bool {
    !c.is_ascii() && !is_ornament(c) && !vanishes(c) && {
        let pair: String = ['a', c].iter().collect();
        pair.graphemes(true).count() == 1
    }
}

/// Whether a character leaves no trace, not even a gap between words:
/// apostrophes, and what is invisible by itself (most of the Unicode property
/// `Default_Ignorable_Code_Point`).
fn vanishes(c: char) -> bool {
    matches!(c,
        '\'' | '\u{2018}' | '\u{2019}' | '\u{FF07}'
        // Soft hyphen, combining grapheme joiner, Arabic letter mark.
        | '\u{AD}' | '\u{34F}' | '\u{61C}'
        // Hangul fillers and Khmer inherent vowels.
        | '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' | '\u{17B4}' | '\u{17B5}'
        // Mongolian variation selectors and vowel separator.
        | '\u{180B}'..='\u{180F}'
        // Joiners, marks and controls of direction, invisible operators. The
        // zero width space (200B) is left out: it is there to part words.
        | '\u{200C}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        // Variation selectors and the byte order mark.
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
        // Shorthand and musical format controls.
        | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        // Tags and supplementary variation selectors.
        | '\u{E0000}'..='\u{E0FFF}')
}

/// Whether a character is a symbol although Unicode counts it among letters or
/// marks: letters in circles and squares, marks that enclose, skin tones.
fn is_ornament(c: char) -> bool {
    matches!(c,
        '\u{24B6}'..='\u{24E9}'
        | '\u{1F130}'..='\u{1F189}'
        | '\u{488}' | '\u{489}' | '\u{20DD}'..='\u{20E0}' | '\u{20E2}'..='\u{20E4}'
        | '\u{A670}'..='\u{A672}'
        | '\u{1F3FB}'..='\u{1F3FF}')
}

/// As many whole words as fit in `max` characters; of a first word that does
/// not fit, as much as does.
fn leading_words(words: &str, max: usize) -> &str {
    let Some((end, next)) = words.char_indices().nth(max) else {
        return words;
    };
    let (fitting, _) = words.split_at(end);
    if next == '-' {
        return fitting;
    }
    match fitting.rsplit_once('-') {
        Some((whole_words, _)) => whole_words,
        None => leading_graphemes(words, max),
    }
}

/// As many whole grapheme clusters as fit in `max` characters; of a first one
/// that does not fit (marks can be heaped without end), as much as does.
fn leading_graphemes(text: &str, max: usize) -> &str {
    let Some((end, _)) = text.char_indices().nth(max) else {
        return text;
    };
    let boundary = text
        .grapheme_indices(true)
        .map(|(start, _)| start)
        .take_while(|&start| start <= end)
        .last()
        .filter(|&start| start > 0);
    text.split_at(boundary.unwrap_or(end)).0
}

/// Whether the text is 32 hexadecimal digits, bare or in the groups of
/// RFC 9562 §4.
fn has_form_of_uuid(text: &str) -> bool {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    matches!(groups.as_slice(), [32] | [8, 4, 4, 4, 12])
        && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}

impl fmt::Display for Slug {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl AsRef<str> for Slug {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> String {
        slug.0
    }
}

impl<'de> Deserialize<'de> for Slug {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl PartialSchema for Slug {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(
                "The readable part of an address: words of letters and digits in any script, in \
                 lower case, joined by single hyphens. It never has the form of a UUID.",
            ))
            .min_length(Some(1))
            .max_length(Some(MAX_CHARS))
            .examples(["कोरोना-के-बाद-भारत"])
            .into()
    }
}

impl ToSchema for Slug {}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        reason = "a test that meets an unexpected value is meant to fail there"
    )]

    use proptest::prelude::*;

    use super::*;

    const UUID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

    fn of_title(title: &str) -> String {
        Slug::from_title(title).unwrap().into()
    }

    fn parse(text: &str) -> Result<Slug, SlugFault> {
        text.parse()
    }

    #[test]
    fn a_slug_keeps_devanagari() {
        assert_eq!(of_title("कोरोना के बाद भारत"), "कोरोना-के-बाद-भारत");
        // Virama, nukta, matras, anusvara and chandrabindu.
        assert_eq!(of_title("क्या पढ़ाई, महँगी है?"), "क्या-पढ़ाई-महँगी-है");
    }

    #[test]
    fn a_slug_keeps_the_marks_of_any_script() {
        for title in [
            "தமிழ்நாடு",
            "ภาษาไทย์",
            "ភាសាខ្មែរ",
            "မြန်မာ",
            "اُردُو",
            "שָׁלוֹם",
            "བོད་",
        ] {
            let slug = of_title(title);
            assert!(title.starts_with(slug.as_str()), "{title} gave {slug}");
        }
    }

    #[test]
    fn a_script_without_spaces_stays_one_word() {
        assert_eq!(of_title("日本語の見出し"), "日本語の見出し");
        assert_eq!(of_title("北京，上海"), "北京-上海");
    }

    #[test]
    fn punctuation_and_spaces_become_single_hyphens() {
        assert_eq!(of_title("  Hello,   World!  "), "hello-world");
        assert_eq!(
            of_title("snake_case — and/or…dots.."),
            "snake-case-and-or-dots"
        );
        assert_eq!(
            of_title("Inflation hits 3.14% (again)"),
            "inflation-hits-3-14-again"
        );
        assert_eq!(of_title("भारत।पाकिस्तान॥"), "भारत-पाकिस्तान");
    }

    #[test]
    fn an_apostrophe_does_not_part_a_word() {
        assert_eq!(of_title("NATO’s plan"), "natos-plan");
        assert_eq!(of_title("It's ‘done’"), "its-done");
    }

    #[test]
    fn letters_lose_their_case_in_any_script() {
        assert_eq!(of_title("ÉCOLE Straße ΟΔΟΣ МИР"), "école-straße-οδος-мир");
        assert_eq!(of_title("İstanbul"), "i\u{307}stanbul");
    }

    #[test]
    fn the_two_spellings_of_a_letter_give_one_slug() {
        assert_eq!(of_title("e\u{301}cole"), of_title("\u{e9}cole"));
        assert_eq!(of_title("\u{958}लम"), of_title("\u{915}\u{93C}लम"));
    }

    #[test]
    fn joiners_and_invisible_characters_vanish() {
        assert_eq!(of_title("क\u{94D}\u{200D}ष"), of_title("क\u{94D}ष"));
        assert_eq!(of_title("می\u{200C}خواهم"), "میخواهم");
        assert_eq!(of_title("e\u{200D}\u{301}"), "é");
        for invisible in [
            '\u{202E}',
            '\u{2066}',
            '\u{200F}',
            '\u{FEFF}',
            '\u{AD}',
            '\u{E0041}',
            '\u{FE0F}',
            '\u{3164}',
            '\u{34F}',
        ] {
            assert_eq!(
                of_title(&format!("ab{invisible}cd")),
                "abcd",
                "{invisible:?}"
            );
            assert!(parse(&format!("ab{invisible}cd")).is_err(), "{invisible:?}");
        }
    }

    #[test]
    fn a_control_character_parts_words() {
        assert_eq!(
            of_title("ab\0cd\u{7}\nef\u{85}gh\u{200B}ij"),
            "ab-cd-ef-gh-ij"
        );
    }

    #[test]
    fn a_title_without_letters_has_no_slug() {
        for title in [
            "",
            "   ",
            "?!…",
            "🎉🎉",
            "👍🏽",
            "🅰️ Ⓜ️",
            "\u{200D}\u{FE0F}",
            "\u{301}",
            "---",
            "’",
        ] {
            assert_eq!(Slug::from_title(title), None, "{title:?}");
        }
    }

    #[test]
    fn a_long_title_ends_with_a_whole_word() {
        let title = "बहुत लंबा शीर्षक ".repeat(40);
        let slug = of_title(&title);
        let length = slug.chars().count();
        assert!((90..=MAX_TITLE_CHARS).contains(&length), "{length}");
        assert!(
            ["बहुत", "लंबा", "शीर्षक"]
                .iter()
                .any(|word| slug.ends_with(word))
        );
        let exact = format!("{} b", "a".repeat(MAX_TITLE_CHARS));
        assert_eq!(of_title(&exact), "a".repeat(MAX_TITLE_CHARS));
    }

    #[test]
    fn a_long_word_ends_with_a_whole_letter() {
        // "a" shifts the pairs of letter and matra so that 110 falls inside one.
        let slug = of_title(&format!("a{}", "कि".repeat(300)));
        assert_eq!(slug, format!("a{}", "कि".repeat(54)));
        let heaped = of_title(&format!("z{}", "\u{301}".repeat(300)));
        assert_eq!(heaped.chars().count(), MAX_TITLE_CHARS);
    }

    #[test]
    fn a_title_that_looks_like_an_identifier_is_given_a_prefix() {
        assert_eq!(of_title(&UUID.to_uppercase()), format!("a-{UUID}"));
        let bare = UUID.replace('-', "");
        assert_eq!(of_title(&bare), format!("a-{bare}"));
        assert_eq!(of_title(&format!("{{{UUID}}}")), format!("a-{UUID}"));
    }

    #[test]
    fn a_number_follows_the_slug_within_the_longest_length() {
        assert_eq!(parse("भारत").unwrap().numbered(2).as_str(), "भारत-2");
        let longest = parse(&"कि".repeat(60)).unwrap();
        let numbered = longest.numbered(u32::MAX);
        assert_eq!(numbered.as_str(), format!("{}-4294967295", "कि".repeat(54)));
        let cut_at_hyphen = parse(&format!("{}-b", "a".repeat(117))).unwrap();
        assert_eq!(
            cut_at_hyphen.numbered(2).as_str(),
            format!("{}-2", "a".repeat(117))
        );
    }

    #[test]
    fn a_given_slug_is_normalized_in_silence() {
        assert_eq!(parse("E\u{301}COLE-2").unwrap().as_str(), "école-2");
        assert_eq!(parse("कोरोना-के-बाद").unwrap().as_str(), "कोरोना-के-बाद");
    }

    #[test]
    fn what_is_not_in_slug_form_is_refused_with_a_suggestion() {
        for (text, suggestion) in [
            ("hello world", Some("hello-world")),
            ("a/b", Some("a-b")),
            ("../etc", Some("etc")),
            ("a.b", Some("a-b")),
            ("%2f", Some("2f")),
            ("-a", Some("a")),
            ("a-", Some("a")),
            ("a--b", Some("a-b")),
            ("a\0b", Some("a-b")),
            ("it's", Some("its")),
            ("a_b", Some("a-b")),
            ("\u{301}a", Some("a")),
            ("..", None),
            ("-", None),
            (" ", None),
        ] {
            let suggestion = suggestion.map(str::to_owned);
            assert_eq!(
                parse(text),
                Err(SlugFault::Malformed { suggestion }),
                "{text:?}"
            );
        }
    }

    #[test]
    fn an_empty_a_long_and_an_identifier_like_slug_are_refused() {
        assert_eq!(parse(""), Err(SlugFault::Empty));
        assert!(parse(&"a".repeat(MAX_CHARS)).is_ok());
        assert_eq!(parse(&"a".repeat(MAX_CHARS + 1)), Err(SlugFault::TooLong));
        assert_eq!(parse(UUID), Err(SlugFault::LooksLikeId));
        assert_eq!(parse(&UUID.replace('-', "")), Err(SlugFault::LooksLikeId));
        assert!(parse(&format!("a-{UUID}")).is_ok());
    }

    #[test]
    fn a_fault_says_what_would_be_right() {
        let fault = parse("Hello World").unwrap_err().to_string();
        assert!(fault.ends_with("did you mean \"hello-world\"?"), "{fault}");
    }

    #[test]
    fn a_slug_travels_as_a_plain_string() {
        let slug: Slug = serde_json::from_str(r#""Hello""#).unwrap();
        assert_eq!(serde_json::to_string(&slug).unwrap(), r#""hello""#);
        assert!(serde_json::from_str::<Slug>(r#""a b""#).is_err());
    }

    #[test]
    fn every_character_that_makes_a_slug_makes_one_that_stays_the_same() {
        let matters = |&c: &char| belongs_to_word(c) || vanishes(c);
        for c in (char::MIN..=char::MAX).filter(matters) {
            if let Some(slug) = Slug::from_title(&format!("a{c}b")) {
                assert_eq!(parse(slug.as_str()).as_ref(), Ok(&slug), "{c:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn the_slug_of_any_title_is_its_own_slug(title in any::<String>(), n in any::<u32>()) {
            if let Some(slug) = Slug::from_title(&title) {
                prop_assert_eq!(parse(slug.as_str()), Ok(slug.clone()));
                prop_assert_eq!(Slug::from_title(slug.as_str()), Some(slug.clone()));
                let numbered = slug.numbered(n);
                prop_assert_eq!(parse(numbered.as_str()), Ok(numbered));
            }
        }

        #[test]
        fn a_long_title_of_words_and_marks_gives_a_slug_that_fits(
            title in "[a-zA-Zक-ह\u{94D}\u{93C}ा-ौก-๛\u{200D} '\\-]{0,400}", n in any::<u32>()
        ) {
            if let Some(slug) = Slug::from_title(&title) {
                prop_assert!(slug.as_str().chars().count() <= MAX_TITLE_CHARS + 2);
                prop_assert!(slug.numbered(n).as_str().chars().count() <= MAX_CHARS);
                prop_assert_eq!(parse(slug.as_str()), Ok(slug.clone()));
                prop_assert_eq!(parse(slug.numbered(n).as_str()), Ok(slug.numbered(n)));
            }
        }

        #[test]
        fn a_given_text_is_refused_or_gives_a_slug_that_stays_the_same(text in "[A-Za-z0-9क-ह\u{301}_ -]{0,20}") {
            if let Ok(slug) = parse(&text) {
                prop_assert_eq!(parse(slug.as_str()), Ok(slug));
            }
        }
    }
}
