//! Words that hold a comment back.

use std::str::FromStr;

use super::locale::Locale;
use super::search::words;

/// A word, or several in a row, that hold a comment back: in one language, or in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockedWord {
    locale: Option<Locale>,
    /// As [`words`] folds them: whichever way they are spelled.
    words: Vec<String>,
}

impl BlockedWord {
    /// Whether it stands in a text of this language, of which these are the words.
    pub fn stands_in(&self, text: &[String], locale: &str) -> bool {
        let spoken = |of: &Locale| locale == of.as_str() || locale.starts_with(&format!("{of}-"));
        self.locale.as_ref().is_none_or(spoken)
            && text
                .windows(self.words.len())
                .any(|part| part == self.words)
    }
}

impl FromStr for BlockedWord {
    type Err = &'static str;

    /// `word`, `two words`, or `hi:शब्द` for one language.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let tagged = text.split_once(':');
        let (locale, text) = match tagged.map(|(tag, rest)| (tag.trim().parse(), rest)) {
            Some((Ok(locale), rest)) => (Some(locale), rest),
            Some((Err(_), _)) => return Err("takes words like casino or hi:जुआ, commas between"),
            None => (None, text),
        };
        let words: Vec<String> = words(text).map(|word| word.folded).collect();
        if words.is_empty() {
            return Err("takes words with letters or digits in them, commas between");
        }
        Ok(BlockedWord { locale, words })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::BlockedWord;
    use crate::values::search::words;

    fn blocks(blocked: &str, text: &str, locale: &str) -> bool {
        let text: Vec<String> = words(text).map(|word| word.folded).collect();
        blocked
            .parse::<BlockedWord>()
            .unwrap()
            .stands_in(&text, locale)
    }

    #[test]
    fn a_word_is_found_however_it_is_spelled_and_only_whole() {
        assert!(blocks("casino", "Best CASINO, here!", "en"));
        assert!(blocks("casino", "ｃａｓｉｎｏ", "hi"));
        assert!(!blocks("casino", "casinos", "en"));
        assert!(blocks("free money", "Free, money!", "en"));
        assert!(!blocks("free money", "free of money", "en"));
        assert!(blocks("फ़िल्म", "वह फिल्म", "hi"));
    }

    #[test]
    fn a_word_of_one_language_is_none_in_others() {
        assert!(blocks("de:gift", "Das Gift", "de"));
        assert!(blocks("de:gift", "Das Gift", "de-AT"));
        assert!(!blocks("de:gift", "A gift", "en"));
    }

    #[test]
    fn nonsense_is_no_word() {
        for text in ["", "  ", "!", "hi:", "no language:word"] {
            assert!(text.parse::<BlockedWord>().is_err(), "{text}");
        }
    }
}
