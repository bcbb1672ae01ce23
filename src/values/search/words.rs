//! The words of a text.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::characters::{Kind, kind};
use super::fold::fold;

/// A word of a text, folded, and where it stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The word as it is compared: see [`words`].
    pub folded: String,
    /// The bytes of the original.
    pub range: Range<usize>,
}

/// The words of a text in its order.
///
/// They are those of UAX #29, parted further at whatever is not a letter, a mark or a digit, and each is
/// folded. What folds to nothing is no word.
pub fn words(text: &str) -> impl Iterator<Item = Word> {
    pieces(text).filter_map(|(start, piece)| {
        let mut folded = String::with_capacity(piece.len());
        fold(piece, &mut folded);
        let range = start..start + piece.len();
        (!folded.is_empty()).then_some(Word { folded, range })
    })
}

/// A word as it stands in the text of a `tsquery`.
pub fn lexeme(word: &str) -> String {
    format!("'{}'", word.replace('\\', "\\\\").replace('\'', "''"))
}

/// The pieces of a text that fold to a word each, or to nothing, and where they begin.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = (usize, &str)> {
    runs(text).flat_map(|(start, run)| {
        let parts = Parts::of(run);
        parts.map(move |(at, part)| (start + at, part))
    })
}

/// The parts that UAX #29 makes of a run of letters, marks and digits.
enum Parts<'t> {
    Whole(Option<&'t str>),
    Characters(std::str::CharIndices<'t>, &'t str),
    Any(unicode_segmentation::UWordBoundIndices<'t>),
}

impl<'t> Parts<'t> {
    fn of(run: &'t str) -> Self {
        if !run.contains(may_stand_alone) {
            Parts::Whole(Some(run))
        } else if run.chars().all(stands_alone) {
            Parts::Characters(run.char_indices(), run)
        } else {
            Parts::Any(run.split_word_bound_indices())
        }
    }
}

impl<'t> Iterator for Parts<'t> {
    type Item = (usize, &'t str);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Parts::Whole(run) => run.take().map(|run| (0, run)),
            Parts::Characters(characters, run) => {
                let (at, c) = characters.next()?;
                Some((at, run.get(at..at + c.len_utf8())?))
            }
            Parts::Any(parts) => parts.next(),
        }
    }
}

/// Whether the letter is a word of its own among others of its kind: Chinese and Hiragana.
fn stands_alone(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{3096}' | '\u{4e00}'..='\u{9fa5}')
}

/// Whether UAX #29 may part this letter from those beside it, as it does in scripts without spaces.
///
/// Thai is the first of them. All scripts before it, and the few after it that Latin, Greek and Hebrew
/// have gone to, write a stretch of letters, marks and digits as one word.
pub(super) fn may_stand_alone(c: char) -> bool {
    c >= '\u{e00}'
        && !matches!(c, '\u{1e00}'..='\u{1fff}' | '\u{2070}'..='\u{209f}' | '\u{2100}'..='\u{214f}')
        && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{fb00}'..='\u{fb4f}')
}

/// The longest stretches of letters, marks and digits, beginning with one that is no mark.
fn runs(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = text;
    let mut at = 0;
    std::iter::from_fn(move || {
        let starts = |c| matches!(kind(c), Kind::Letter | Kind::Digit);
        let start = rest.find(starts)?;
        let (_, run) = rest.split_at(start);
        let end = run
            .find(|c| kind(c) == Kind::Separator)
            .unwrap_or(run.len());
        let (run, behind) = run.split_at(end);
        let begins = at + start;
        at = begins + end;
        rest = behind;
        Some((begins, run.trim_end_matches(|c| kind(c) == Kind::Invisible)))
    })
}
