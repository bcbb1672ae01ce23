//! Words brought to one of the ways in which they may be spelled.
//!
//! The fold is the same for every language, as a text may quote others. It never takes away what a stemmer
//! of PostgreSQL needs: the diacritics of French and German stay.

use std::borrow::Cow;

use icu_casemap::{CaseMapper, CaseMapperBorrowed};
use icu_normalizer::{ComposingNormalizer, ComposingNormalizerBorrowed};

use super::characters::{Kind, digit, kind};
use super::devanagari;

const NFKC: ComposingNormalizerBorrowed<'static> = ComposingNormalizer::new_nfkc();
const CASES: CaseMapperBorrowed<'static> = CaseMapper::new();

/// The longest word kept, in characters. Of a longer one its beginning is compared.
pub(super) const MAX_CHARS: usize = 64;

/// Appends the word as it is compared; nothing if there is no letter or digit in it.
///
/// Compatible characters are one (Ｔ = T, ﬁ = fi, ² = 2), so are cases, digits of all scripts, and the
/// spellings of [`devanagari`]. What is not seen, and vowel marks that are seldom written, are left out.
pub(super) fn fold(word: &str, out: &mut String) {
    let start = out.len();
    if word.is_ascii() {
        out.extend(word.chars().map(|c| c.to_ascii_lowercase()).take(MAX_CHARS));
    } else if word.chars().all(devanagari::is_spelled_here) {
        devanagari::spell(word, out);
        shorten(out, start);
    } else if word.chars().all(is_folded) {
        out.push_str(word);
        shorten(out, start);
    } else {
        devanagari::spell(&in_any_script(word), out);
        shorten(out, start);
    }
}

/// Whether a letter is as [`fold`] leaves it, whatever other such letters stand beside it.
fn is_folded(c: char) -> bool {
    match c {
        'ß' | '÷' => false,
        'a'..='z' | '0'..='9' | 'à'..='ÿ' | 'а'..='я' => true,
        '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{4e00}'..='\u{9fa5}' => true,
        _ => false,
    }
}

fn in_any_script(word: &str) -> String {
    let seen = if word.chars().any(is_invisible) {
        Cow::Owned(word.chars().filter(|c| !is_invisible(*c)).collect())
    } else {
        Cow::Borrowed(word)
    };
    let compatible = NFKC.normalize(&seen);
    let lower = CASES.fold_string(&compatible);
    let normal = NFKC.normalize(&lower);
    let mut kept = String::with_capacity(normal.len());
    for c in normal.chars() {
        // The dot of an i, which lower-casing İ leaves behind.
        let is_dotted = c == '\u{307}' && kept.ends_with('i');
        match kind(c) {
            _ if is_dotted || is_left_out(c) => {}
            Kind::Letter | Kind::Mark => kept.push(one_of_arabic(c)),
            Kind::Digit => kept.push(digit(c).unwrap_or(c)),
            Kind::Invisible | Kind::Separator => {}
        }
    }
    match NFKC.normalize(&kept) {
        Cow::Borrowed(_) => kept,
        Cow::Owned(composed) => composed,
    }
}

fn is_invisible(c: char) -> bool {
    kind(c) == Kind::Invisible
}

/// Whether it is a mark that most texts do without: nuktas of the scripts in which they write foreign
/// sounds, vowel marks of Arabic and Hebrew, the kashida. Then the viramas that PostgreSQL takes for
/// punctuation.
fn is_left_out(c: char) -> bool {
    devanagari::is_silent(c)
        || matches!(c, '\u{a3c}' | '\u{abc}' | '\u{cbc}')
        || matches!(c, '\u{640}' | '\u{64b}'..='\u{652}' | '\u{670}')
        || matches!(
            c,
            '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c7}'
        )
        || matches!(
            c,
            '\u{1715}' | '\u{1734}' | '\u{1bf2}' | '\u{1bf3}' | '\u{a9c0}' | '\u{abec}'
        )
}

/// The Arabic letter for one that Persian and Urdu keyboards have in its place, which PostgreSQL's
/// stemmer of Arabic would not know.
fn one_of_arabic(c: char) -> char {
    match c {
        'ک' => 'ك',
        'ی' | 'ى' => 'ي',
        'ہ' | 'ە' => 'ه',
        'ۃ' => 'ة',
        _ => c,
    }
}

/// Cuts what was appended to the longest word kept, and drops marks that have no letter.
fn shorten(out: &mut String, start: usize) {
    let word = out.get(start..).unwrap_or_default();
    let bare = word.trim_start_matches(|c| kind(c) == Kind::Mark);
    let marks = word.len() - bare.len();
    let end = match bare.char_indices().nth(MAX_CHARS) {
        Some((end, _)) if bare.len() > MAX_CHARS => end,
        _ => bare.len(),
    };
    let kept = bare.get(..end).unwrap_or_default();
    let kept = kept.trim_end_matches(devanagari::VIRAMA).len();
    out.truncate(start + marks + kept);
    if marks > 0 {
        out.replace_range(start..start + marks, "");
    }
}
