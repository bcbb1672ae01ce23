//! What a reader asks for.

mod parse;
mod titles;

use thiserror::Error;

use super::Analysis;
use super::characters::{Kind, kind};
use super::skeleton::skeleton;

/// The most words of a query.
pub const WORDS: usize = 64;

/// There are more than [`WORDS`] words in the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("at most {WORDS} words can be searched for")]
pub struct TooLong;

/// A query in websearch syntax, understood: words, "phrases", -exclusions, `or`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// What is found if one of them is: each is terms of which all have to be met.
    alternatives: Vec<Vec<Term>>,
}

/// Words that have to stand next to each other, or must not.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    words: Vec<String>,
    excluded: bool,
    /// It was put in quotation marks.
    quoted: bool,
}

impl Query {
    /// Understands a query. Whatever has no meaning in it is passed over.
    ///
    /// # Errors
    ///
    /// [`TooLong`].
    pub fn parse(q: &str) -> Result<Query, TooLong> {
        let alternatives = parse::alternatives(q);
        let count: usize = alternatives
            .iter()
            .flatten()
            .map(|term| term.words.len())
            .sum();
        if count > WORDS {
            return Err(TooLong);
        }
        Ok(Query { alternatives })
    }

    /// Whether there is no word in it at all.
    pub fn is_empty(&self) -> bool {
        self.alternatives.is_empty()
    }

    /// Whether all its words are in Latin script; digits are in any.
    pub fn is_latin(&self) -> bool {
        let is_latin = |c: char| {
            c.is_ascii_alphanumeric()
                || !c.is_ascii() && kind(c) == Kind::Mark && c < '\u{370}'
                || matches!(c, '\u{aa}' | '\u{ba}' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
        };
        let mut words = self
            .alternatives
            .iter()
            .flatten()
            .flat_map(|term| &term.words);
        let has_letter = words
            .clone()
            .any(|word| word.chars().any(|c| !c.is_ascii_digit()));
        has_letter && words.all(|word| word.chars().all(is_latin))
    }

    /// The query for PostgreSQL's `websearch_to_tsquery` with [`Analysis::config`].
    pub fn websearch(&self, analysis: Analysis) -> String {
        let alternatives = self.alternatives.iter().map(|terms| {
            let terms = terms
                .iter()
                .filter(|term| !term.says_nothing(analysis))
                .map(|term| term.websearch(analysis));
            terms.collect::<Vec<_>>().join(" ")
        });
        let alternatives = alternatives.filter(|terms| !terms.is_empty());
        alternatives.collect::<Vec<_>>().join(" or ")
    }

    /// The skeletons of the words that are asked for, for look-ups among titles.
    pub fn skeletons(&self) -> Vec<String> {
        self.wanted().map(|word| skeleton(word)).collect()
    }

    /// The words that are asked for, folded. The last may be unfinished.
    pub fn plain(&self) -> Vec<String> {
        self.wanted().cloned().collect()
    }

    fn wanted(&self) -> impl Iterator<Item = &String> {
        let terms = self.alternatives.iter().flatten();
        terms
            .filter(|term| !term.excluded)
            .flat_map(|term| &term.words)
    }
}

impl Term {
    fn says_nothing(&self, analysis: Analysis) -> bool {
        !self.quoted && self.words.iter().all(|word| analysis.is_stop_word(word))
    }

    fn websearch(&self, analysis: Analysis) -> String {
        let stems: Vec<&str> = self.words.iter().map(|word| analysis.stem(word)).collect();
        let stems = stems.join(" ");
        let minus = if self.excluded { "-" } else { "" };
        if self.words.len() > 1 || stems == "or" {
            format!("{minus}\"{stems}\"")
        } else {
            format!("{minus}{stems}")
        }
    }
}
