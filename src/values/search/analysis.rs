//! How the texts of a language are indexed and asked for.

use super::fold::fold;
use super::words::pieces;
use super::{marathi, stop_words};

/// How the texts of a language are indexed and asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Analysis {
    language: &'static str,
    config: &'static str,
}

/// The languages that PostgreSQL 15 has a stemmer for, or we have, and its configuration for each.
const LANGUAGES: [(&str, &str); 33] = [
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
    ("mr", SIMPLE),
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
    ("ms", SIMPLE),
    ("und", SIMPLE),
];

const SIMPLE: &str = "simple";

impl Analysis {
    /// The analysis of a locale, by its language. Of languages that nobody here can stem, words are
    /// compared as they are.
    pub fn of(locale: &str) -> Analysis {
        let language = locale.split('-').next().unwrap_or_default();
        let (language, config) = LANGUAGES
            .into_iter()
            .find(|(code, _)| code.eq_ignore_ascii_case(language))
            .unwrap_or(("und", SIMPLE));
        Analysis { language, config }
    }

    /// The name of PostgreSQL's text search configuration.
    pub fn config(self) -> &'static str {
        self.config
    }

    /// The words of a text as PostgreSQL is to index them, one space between, in the order of
    /// [`words`](super::words); as many whole words as fit in `most` bytes.
    pub fn indexed(self, text: &str, most: usize) -> String {
        let mut indexed = String::with_capacity(text.len().min(most));
        let mut word = String::new();
        for (_, piece) in pieces(text) {
            word.clear();
            fold(piece, &mut word);
            if word.is_empty() {
                continue;
            }
            let stem = self.stem(&word);
            let space = usize::from(!indexed.is_empty());
            if indexed.len() + space + stem.len() > most {
                break;
            }
            if space == 1 {
                indexed.push(' ');
            }
            indexed.push_str(stem);
        }
        indexed
    }

    /// What is left for PostgreSQL to stem of a folded word.
    pub(super) fn stem(self, word: &str) -> &str {
        match self.language {
            "mr" => marathi::stem(word),
            _ => word,
        }
    }

    /// Whether a folded word says nothing alone.
    pub(super) fn is_stop_word(self, word: &str) -> bool {
        stop_words::is_stop_word(self.language, word)
    }
}
