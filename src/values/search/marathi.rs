//! A light stemmer of Marathi, which PostgreSQL has none of.
//!
//! Marathi hangs its cases and most of its postpositions on the noun: पूल (bridge), पुलावर (on the bridge),
//! पुलांच्या (of the bridges). [`stem`] takes off, from the end:
//!
//! 1. an emphatic च or ही (पुलावरच),
//! 2. the endings of a verb, if what remains is one of the [`verbs`] known (बांधण्यात, बांधले: बांध),
//! 3. one or two cases and postpositions ([`cases`]: शाळेसाठीच्या: शाळे),
//! 4. what marks number, gender and the oblique ([`forms`]: शाळे, शाळां, शाळा: शाळ),
//!
//! and writes the vowels of the rest short, as the spelling does wherever an ending follows (पूल, पुला).
//! Words that only seem to have such an ending are listed in [`whole`] (गुजरात, दुकान). A stem need not be a
//! word; it is compared with other stems only.

mod cases;
mod forms;
mod verbs;
mod whole;

use std::borrow::Cow;

/// The stem of a folded word.
pub(super) fn stem(word: &str) -> Cow<'_, str> {
    if !word.ends_with(super::syllables::is_devanagari) {
        return Cow::Borrowed(word);
    }
    let word = cases::without_clitic(word);
    if let Some(root) = verbs::root(word).filter(|_| !whole::is_whole(word)) {
        return forms::short(root);
    }
    let (noun, is_oblique) = cases::noun(word);
    let root = match is_oblique {
        true => verbs::root_of_participle(noun),
        false => None,
    };
    match root {
        Some(root) => forms::short(root),
        None => forms::short(forms::base(noun, is_oblique)),
    }
}

/// The words of a list, of which lines with a # are comments.
fn entries(list: &'static str) -> impl Iterator<Item = &'static str> {
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(str::split_whitespace)
}

#[cfg(test)]
mod tests;
