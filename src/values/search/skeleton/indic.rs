//! The scripts of India in Latin letters, as they are spoken.
//!
//! Unicode orders all of them alike, so that one table, that of Devanagari, serves for nine. A consonant
//! has an a behind it that is written but, in most languages of the north, often not spoken: सरकार is
//! "sarkar". Where that can be, both ways are given.

use icu_normalizer::{DecomposingNormalizer, DecomposingNormalizerBorrowed};

use super::super::fold::MAX_CHARS;

const NFD: DecomposingNormalizerBorrowed<'static> = DecomposingNormalizer::new_nfd();

/// The most ways that are given for a word.
const MOST: usize = 12;

/// A consonant, if there is one, and the vowel behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Syllable {
    consonant: &'static str,
    /// Another way to speak the consonant.
    or: Option<&'static str>,
    vowel: Vowel,
    is_nasal: bool,
}

impl Syllable {
    /// Whether its vowel is one that is not written.
    fn is_inherent(&self) -> bool {
        self.vowel == Vowel::Inherent && !self.is_nasal
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Vowel {
    /// None is written.
    Inherent,
    /// A virama stands in its place.
    None,
    Written(&'static str),
}

/// The ways in which the word may be typed, the likeliest first; none if it is in another script.
pub(super) fn romanised(word: &str) -> Option<Vec<String>> {
    let letters = NFD.normalize_iter(word.chars()).take(MAX_CHARS);
    let letters: Option<Vec<char>> = letters.map(devanagari).collect();
    let syllables = syllables(&letters?)?;
    let mut ways = vec![];
    for silent in silences(&syllables) {
        for or in [false, true] {
            let way = spoken(&syllables, &silent, or);
            if !ways.contains(&way) {
                ways.push(way);
            }
        }
    }
    ways.truncate(MOST);
    Some(ways)
}

/// The letter of Devanagari that has the same place in its block.
fn devanagari(c: char) -> Option<char> {
    match c {
        '\u{200c}' | '\u{200d}' => Some('\u{200d}'),
        // Tippi and addak of Gurmukhi.
        '\u{a70}' => Some('\u{902}'),
        '\u{a71}' => Some('\u{200d}'),
        '\u{900}'..='\u{d7f}' => char::from_u32(0x900 + u32::from(c) % 0x80),
        _ => None,
    }
}

fn syllables(letters: &[char]) -> Option<Vec<Syllable>> {
    let mut syllables: Vec<Syllable> = vec![];
    let mut letters = letters.iter().copied().peekable();
    while let Some(c) = letters.next() {
        let has_nukta = letters.next_if_eq(&'\u{93c}').is_some();
        let before = syllables.last();
        let initial = before.is_none_or(|last| last.vowel == Vowel::None || last.is_nasal);
        if let Some((consonant, or)) = consonant(c, has_nukta, initial) {
            syllables.push(Syllable {
                consonant,
                or,
                vowel: Vowel::Inherent,
                is_nasal: false,
            });
            continue;
        }
        match c {
            '\u{94d}' => syllables.last_mut()?.vowel = Vowel::None,
            '\u{901}' | '\u{902}' => syllables.last_mut()?.is_nasal = true,
            '\u{903}' | '\u{93d}' | '\u{200d}' | '\u{951}'..='\u{954}' => {}
            _ => {
                let vowel = Vowel::Written(vowel(c)?);
                match syllables.last_mut() {
                    Some(last) if is_matra(c) => last.vowel = vowel,
                    _ => syllables.push(Syllable {
                        consonant: "",
                        or: None,
                        vowel,
                        is_nasal: false,
                    }),
                }
            }
        }
    }
    Some(syllables)
}

/// A consonant, and the other way to speak it. A retroflex d between vowels is an r to some.
fn consonant(
    c: char,
    has_nukta: bool,
    initial: bool,
) -> Option<(&'static str, Option<&'static str>)> {
    let one = |consonant| Some((consonant, None));
    match c {
        'ड' if has_nukta => Some(("r", Some("d"))),
        'ढ' if has_nukta => Some(("rh", Some("dh"))),
        'ड' if !initial => Some(("d", Some("r"))),
        'ढ' if !initial => Some(("dh", Some("rh"))),
        'क' => one("k"),
        'ख' => one("kh"),
        'ग' => one("g"),
        'घ' => one("gh"),
        'ङ' | 'ञ' | 'ण' | 'न' | 'ऩ' => one("n"),
        'च' => one("ch"),
        'छ' => one("ch"),
        'ज' => one("j"),
        'झ' if has_nukta => one("j"),
        'झ' => Some(("jh", Some("j"))),
        'ट' | 'त' => one("t"),
        'ठ' | 'थ' => one("th"),
        'ड' | 'द' => one("d"),
        'ढ' | 'ध' => one("dh"),
        'प' => one("p"),
        'फ' => one("f"),
        'ब' => one("b"),
        'भ' => one("bh"),
        'म' => one("m"),
        'य' => one("y"),
        'र' | 'ऱ' => one("r"),
        'ल' | 'ळ' | 'ऴ' => one("l"),
        'व' => one("v"),
        'श' | 'ष' => one("sh"),
        'स' => one("s"),
        'ह' => one("h"),
        _ => None,
    }
}

fn is_matra(c: char) -> bool {
    matches!(c, '\u{93e}'..='\u{94c}')
}

fn vowel(c: char) -> Option<&'static str> {
    Some(match c {
        'अ' | 'आ' | 'ा' | 'ॲ' | 'ऍ' | 'ॅ' => "a",
        'इ' | 'ई' | 'ि' | 'ी' => "i",
        'उ' | 'ऊ' | 'ु' | 'ू' => "u",
        'ऋ' | 'ृ' | 'ॠ' | 'ॄ' => "ri",
        'ए' | 'ऎ' | 'े' | 'ॆ' => "e",
        'ऐ' | 'ै' => "ai",
        'ओ' | 'ऒ' | 'ऑ' | 'ो' | 'ॊ' | 'ॉ' => "o",
        'औ' | 'ौ' => "au",
        'ॐ' => "om",
        _ => return None,
    })
}

/// Which inherent vowels may be silent together, the likeliest choice first: always the last one, and of
/// those between two spoken syllables any that are not neighbours. One before a cluster seldom is.
fn silences(syllables: &[Syllable]) -> Vec<Vec<usize>> {
    let last = syllables.len().saturating_sub(1);
    let has_vowel = |at: usize| {
        syllables
            .get(at)
            .is_some_and(|syllable| syllable.vowel != Vowel::None)
    };
    let is_inherent = |at: usize| syllables.get(at).is_some_and(Syllable::is_inherent);
    let is_closed = |at: usize| {
        syllables
            .get(at)
            .is_some_and(|next| !next.consonant.is_empty())
    };
    let may: Vec<usize> = (1..last)
        .filter(|at| is_inherent(*at) && has_vowel(at - 1) && is_closed(at + 1))
        .filter(|at| at + 1 < last || !is_inherent(last))
        .collect();
    let mut choices: Vec<Vec<usize>> = vec![vec![]];
    for at in may.iter().rev().filter(|at| has_vowel(*at + 1)) {
        let both = choices.into_iter().flat_map(|choice| {
            let with = (!choice.contains(&(at + 1))).then(|| [choice.as_slice(), &[*at]].concat());
            with.into_iter().chain([choice])
        });
        choices = both.take(MOST).collect();
    }
    let seldom = may.iter().filter(|at| !has_vowel(*at + 1));
    choices.extend(seldom.map(|at| vec![*at]).collect::<Vec<_>>());
    if last > 0 && is_inherent(last) {
        choices.iter_mut().for_each(|choice| choice.push(last));
    }
    choices
}

/// The word with these vowels silent, and with the other consonants if they are asked for.
fn spoken(syllables: &[Syllable], silent: &[usize], or: bool) -> String {
    let mut spoken = String::new();
    for (at, syllable) in syllables.iter().enumerate() {
        let consonant = syllable.or.filter(|_| or).unwrap_or(syllable.consonant);
        spoken.push_str(consonant);
        match syllable.vowel {
            Vowel::Inherent if !silent.contains(&at) => spoken.push('a'),
            Vowel::Inherent | Vowel::None => {}
            // Marathi says Krushna.
            Vowel::Written("ri") if or => spoken.push_str("ru"),
            Vowel::Written(vowel) => spoken.push_str(vowel),
        }
        if syllable.is_nasal {
            let next = syllables.get(at + 1);
            spoken.push_str(if next.is_some_and(|next| next.consonant == "h") && !or {
                "ng"
            } else {
                "n"
            });
        }
    }
    spoken
}
