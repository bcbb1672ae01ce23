//! How the texts of a language are indexed and asked for.

use std::borrow::Cow;
use std::fmt::Write;

use super::fold::fold;
use super::skeleton::skeletons;
use super::words::{pieces, words};
use super::{hindi, marathi, nepali, stop_words};

/// How the texts of a language are indexed and asked for: by which of PostgreSQL's text search
/// configurations, and what is done to words before it gets them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Analysis {
    config: &'static str,
    language: Language,
}

/// The languages whose words are changed here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// Its stemmer knows one of two current spellings.
    Hindi,
    /// There is no stemmer of it in PostgreSQL.
    Marathi,
    /// Its stemmer needs what the fold takes away.
    Nepali,
    /// Words go to PostgreSQL as they are folded.
    Other,
}

/// The languages that PostgreSQL 15 has a stemmer for, and its configuration for each.
const CONFIGURATIONS: [(&str, &str); 30] = [
    ("ar", "arabic"),
    ("ca", "catalan"),
    ("da", "danish"),
    ("de", "german"),
    ("el", "greek"),
    ("en", "english"),
    ("es", "spanish"),
    ("eu", "basque"),
    ("fi", "finnish"),
    ("fr", "french"),
    ("ga", "irish"),
    ("hi", "hindi"),
    ("hu", "hungarian"),
    ("hy", "armenian"),
    ("id", "indonesian"),
    ("it", "italian"),
    ("lt", "lithuanian"),
    ("nb", "norwegian"),
    ("ne", "nepali"),
    ("nl", "dutch"),
    ("nn", "norwegian"),
    ("no", "norwegian"),
    ("pt", "portuguese"),
    ("ro", "romanian"),
    ("ru", "russian"),
    ("sr", "serbian"),
    ("sv", "swedish"),
    ("ta", "tamil"),
    ("tr", "turkish"),
    ("yi", "yiddish"),
];

impl Analysis {
    /// The analysis of a locale, by its language. In a language that nobody here can stem, words are
    /// compared as they are folded.
    pub fn of(locale: &str) -> Analysis {
        let subtag = locale.split(['-', '_']).next().unwrap_or_default();
        let is_it = |code: &str| code.eq_ignore_ascii_case(subtag);
        let config = CONFIGURATIONS.iter().find(|(code, _)| is_it(code));
        let language = match subtag.to_ascii_lowercase().as_str() {
            "hi" => Language::Hindi,
            "mr" => Language::Marathi,
            "ne" => Language::Nepali,
            _ => Language::Other,
        };
        Analysis {
            config: config.map_or("simple", |(_, config)| config),
            language,
        }
    }

    /// The name of PostgreSQL's text search configuration.
    pub fn config(self) -> &'static str {
        self.config
    }

    /// The words of a text as PostgreSQL is to index them, one space between, in the order of
    /// [`words`](super::words()): folded, and stemmed where PostgreSQL has no stemmer. As many whole words
    /// as fit in `most` bytes.
    ///
    /// Common words are there too: they count for positions, and phrases have them.
    pub fn indexed(self, text: &str, most: usize) -> String {
        let mut indexed = String::with_capacity(text.len().min(most));
        let mut word = String::new();
        for (_, piece) in pieces(text) {
            word.clear();
            fold(piece, &mut word);
            if word.is_empty() {
                continue;
            }
            let token = self.token(&word);
            let space = usize::from(!indexed.is_empty());
            if indexed.len() + space + token.len() > most {
                break;
            }
            if space == 1 {
                indexed.push(' ');
            }
            indexed.push_str(&token);
        }
        indexed
    }

    /// The Latin skeletons of a title's words, as [`skeletons`](super::skeletons()) has them, and in Hindi
    /// and Marathi those of the words without their endings too: "kisan" is typed for किसानों.
    pub fn skeletons(self, title: &str) -> Vec<String> {
        let ending: fn(&str) -> Cow<'_, str> = match self.language {
            Language::Hindi => hindi::singular,
            Language::Marathi => marathi::stem,
            Language::Nepali | Language::Other => return skeletons(title),
        };
        let mut found = skeletons(title);
        let bare: Vec<String> = words(title)
            .map(|word| ending(&word.folded).into_owned())
            .collect();
        for skeleton in skeletons(&bare.join(" ")) {
            if !found.contains(&skeleton) {
                found.push(skeleton);
            }
        }
        found
    }

    /// What PostgreSQL is given for a folded word: exactly one token to its parser.
    pub(super) fn token(self, word: &str) -> Cow<'_, str> {
        let stem = match self.language {
            Language::Hindi => hindi::respell(word),
            Language::Marathi => marathi::stem(word),
            Language::Nepali => nepali::respell(word),
            Language::Other => Cow::Borrowed(word),
        };
        if stem.chars().any(is_strange) {
            return Cow::Owned(by_code(&stem));
        }
        stem
    }

    /// Whether a folded word says nothing alone, and PostgreSQL has no list that says so.
    pub(super) fn is_stop_word(self, word: &str) -> bool {
        stop_words::has(self.language, word)
    }
}

/// Whether PostgreSQL's parser may take it for no letter or mark, as it asks a C library that may know an
/// older Unicode. A test asks it for all others. No stemmer knows any of them.
fn is_strange(c: char) -> bool {
    match c {
        '\u{10000}'.. => true,
        '\0'..='\u{5c7}' => false,
        '\u{5c8}' | '\u{5c9}' | '\u{88f}' | '\u{897}' | '\u{c5c}' | '\u{cdc}' | '\u{cf3}'
        | '\u{ece}' => true,
        '\u{1c8a}' | '\u{1ce1}' | '\u{1cf7}' | '\u{208f}' | '\u{302e}' | '\u{302f}' => true,
        '\u{a7cd}' | '\u{a7cf}' | '\u{a7db}' => true,
        _ => false,
    }
}

/// The word with its strange characters by their numbers.
fn by_code(word: &str) -> String {
    let mut known = String::with_capacity(2 * word.len());
    for c in word.chars() {
        if is_strange(c) {
            // Writing to a string cannot fail.
            let _ = write!(known, "u{:x}", u32::from(c));
        } else {
            known.push(c);
        }
    }
    known
}
