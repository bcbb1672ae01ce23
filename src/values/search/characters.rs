//! Which characters words are made of.

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory};
use icu_properties::{
    CodePointMapData, CodePointMapDataBorrowed, CodePointSetData, CodePointSetDataBorrowed,
};

const CATEGORIES: CodePointMapDataBorrowed<'static, GeneralCategory> =
    CodePointMapData::<GeneralCategory>::new();
const INVISIBLE: CodePointSetDataBorrowed<'static> =
    CodePointSetData::new::<DefaultIgnorableCodePoint>();

/// What a character does in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It is a letter, or a number that is written as one (Ⅳ).
    Letter,
    /// It is a digit of any script, high and low ones (km², CO₂) included.
    Digit,
    /// It goes with the letter before it, as a matra does. Marks that enclose are ornaments.
    Mark,
    /// It is not seen, and parts nothing: joiners, soft hyphens, controls of direction.
    Invisible,
    /// It parts words.
    Separator,
}

/// What this character does in a word.
pub(super) fn kind(c: char) -> Kind {
    match c {
        'a'..='z' | 'A'..='Z' => Kind::Letter,
        '0'..='9' => Kind::Digit,
        '\0'..='\u{7f}' => Kind::Separator,
        // The letters of most texts, so that they need no table.
        '\u{904}'..='\u{939}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{24f}' => Kind::Letter,
        '\u{410}'..='\u{44f}' | '\u{4e00}'..='\u{9fa5}' => Kind::Letter,
        '\u{93a}'..='\u{93c}' | '\u{93e}'..='\u{94f}' => Kind::Mark,
        // It is there to part words in scripts without spaces, although Unicode calls it ignorable.
        '\u{200b}' => Kind::Separator,
        '\u{b2}' | '\u{b3}' | '\u{b9}' | '\u{2070}' | '\u{2074}'..='\u{2079}' => Kind::Digit,
        '\u{2080}'..='\u{2089}' => Kind::Digit,
        _ => by_category(c),
    }
}

fn by_category(c: char) -> Kind {
    let kind = match CATEGORIES.get(c) {
        GeneralCategory::UppercaseLetter
        | GeneralCategory::LowercaseLetter
        | GeneralCategory::TitlecaseLetter
        | GeneralCategory::ModifierLetter
        | GeneralCategory::OtherLetter
        | GeneralCategory::LetterNumber => Kind::Letter,
        GeneralCategory::DecimalNumber => return Kind::Digit,
        GeneralCategory::NonspacingMark | GeneralCategory::SpacingMark => Kind::Mark,
        _ => Kind::Separator,
    };
    if INVISIBLE.contains(c) {
        Kind::Invisible
    } else {
        kind
    }
}

/// The value of a decimal digit of any script. Unicode keeps each script's digits together, from 0 up.
pub(super) fn digit(c: char) -> Option<char> {
    if c.is_ascii_digit() {
        return Some(c);
    }
    if CATEGORIES.get(c) != GeneralCategory::DecimalNumber {
        return None;
    }
    let code = u32::from(c);
    let is_digit = |back: &u32| {
        char::from_u32(code.saturating_sub(*back))
            .is_some_and(|c| CATEGORIES.get(c) == GeneralCategory::DecimalNumber)
    };
    let above_zero = (1..=code).take_while(is_digit).last().unwrap_or(0);
    char::from_digit(above_zero % 10, 10)
}
