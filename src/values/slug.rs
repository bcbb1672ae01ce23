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
mod tests;
