//! Words brought to one of the ways in which they may be spelled.

use std::borrow::Cow;

use icu_casemap::{CaseMapper, CaseMapperBorrowed};
use icu_normalizer::{ComposingNormalizer, ComposingNormalizerBorrowed};

use super::characters::{Kind, digit, kind};
use super::devanagari;

const NFKC: ComposingNormalizerBorrowed<'static> = ComposingNormalizer::new_nfkc();
const CASES: CaseMapperBorrowed<'static> = CaseMapper::new();

/// The longest word kept, in characters. Of a longer one its beginning is compared.
const MAX_CHARS: usize = 64;

/// Appends the word as it is compared; nothing if there is no letter or digit in it.
pub(super) fn fold(word: &str, out: &mut String) {
    let start = out.len();
    if word.is_ascii() {
        out.extend(word.chars().map(|c| c.to_ascii_lowercase()).take(MAX_CHARS));
        return;
    }
    devanagari::spell(&general(word), out);
    shorten(out, start);
}

fn general(word: &str) -> Cow<'_, str> {
    if word.chars().all(|c| matches!(c, '\u{904}'..='\u{94d}')) {
        return Cow::Borrowed(word);
    }
    let seen: String = word
        .chars()
        .filter(|c| kind(*c) != Kind::Invisible)
        .collect();
    let compatible = NFKC.normalize(&seen);
    let lower = CASES.fold_string(&compatible);
    let normal = NFKC.normalize(&lower);
    let mut kept = String::with_capacity(normal.len());
    for c in normal.chars() {
        let after_i = c == '\u{307}' && kept.ends_with('i');
        match kind(c) {
            Kind::Letter | Kind::Mark if !after_i => kept.push(c),
            Kind::Digit => kept.push(digit(c).unwrap_or(c)),
            _ => {}
        }
    }
    Cow::Owned(NFKC.normalize(&kept).into_owned())
}

/// Cuts what was appended to the longest word kept, and drops marks without a letter.
fn shorten(out: &mut String, start: usize) {
    let Some(word) = out.get(start..) else {
        return;
    };
    let bare = word.trim_start_matches(|c| kind(c) == Kind::Mark);
    let end = bare
        .char_indices()
        .nth(MAX_CHARS)
        .map_or(bare.len(), |(at, _)| at);
    let kept = bare
        .get(..end)
        .unwrap_or_default()
        .trim_end_matches(devanagari::VIRAMA);
    if kept.len() < word.len() {
        let kept = kept.to_owned();
        out.truncate(start);
        out.push_str(&kept);
    }
}
