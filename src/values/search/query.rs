//! What a reader asks for.

mod parse;
mod titles;

use icu_properties::props::Script;
use icu_properties::{CodePointMapData, CodePointMapDataBorrowed};
use thiserror::Error;

use super::Analysis;
use super::skeleton::skeleton;

const SCRIPTS: CodePointMapDataBorrowed<'static, Script> = CodePointMapData::<Script>::new();

/// The most words of a query.
pub const WORDS: usize = 64;

/// There are more than [`WORDS`] words in the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("at most {WORDS} words can be searched for")]
pub struct TooLong;

/// A query in websearch syntax, understood: words, "phrases", -exclusions, or.
///
/// All words have to be in a text, in any order; those in quotation marks, straight or curly, in theirs. A
/// word, or a phrase, with a minus before it must not be there. `or` between two parts of a query asks for
/// either: it binds less than standing side by side. A word that is several to the index (co-operate, 中国)
/// is a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The parts between `or`. All terms of one of them have to be met.
    alternatives: Vec<Vec<Term>>,
}

/// Words that have to stand next to each other.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    /// Folded; one or more.
    words: Vec<String>,
    /// It must not be there.
    excluded: bool,
    /// It was put in quotation marks.
    quoted: bool,
}

impl Query {
    /// Understands a query. Whatever is no word and has no meaning in it only parts words.
    ///
    /// # Errors
    ///
    /// [`TooLong`].
    pub fn parse(q: &str) -> Result<Query, TooLong> {
        let alternatives = parse::alternatives(q)?;
        Ok(Query { alternatives })
    }

    /// Whether there is no word in it at all.
    pub fn is_empty(&self) -> bool {
        self.alternatives.is_empty()
    }

    /// Whether all its words are in Latin script. Digits are of any script, but not alone.
    pub fn is_latin(&self) -> bool {
        let words = self.terms().flat_map(|term| &term.words);
        let mut scripts = words.flat_map(|word| word.chars().map(|c| SCRIPTS.get(c)));
        let is_of_any = |script: &Script| matches!(*script, Script::Common | Script::Inherited);
        scripts.clone().any(|script| script == Script::Latin)
            && scripts.all(|script| script == Script::Latin || is_of_any(&script))
    }

    /// The query for PostgreSQL's `websearch_to_tsquery` with [`Analysis::config`].
    ///
    /// Common words that PostgreSQL has no list of are left out, but not of phrases. A query of nothing else
    /// comes out empty, and matches nothing.
    pub fn websearch(&self, analysis: Analysis) -> String {
        let alternatives = self.alternatives.iter();
        let alternatives = alternatives.filter_map(|terms| all_of(terms, analysis));
        alternatives.collect::<Vec<_>>().join(" or ")
    }

    /// The Latin skeletons of the words that are asked for, for look-ups among those of titles (see
    /// [`skeletons`](super::skeletons)).
    pub fn skeletons(&self) -> Vec<String> {
        self.wanted().map(|word| skeleton(word)).collect()
    }

    /// The words that are asked for, folded. The last may be unfinished.
    pub fn plain(&self) -> Vec<String> {
        self.wanted().cloned().collect()
    }

    fn terms(&self) -> impl Iterator<Item = &Term> + Clone {
        self.alternatives.iter().flatten()
    }

    fn wanted(&self) -> impl Iterator<Item = &String> {
        let terms = self.terms().filter(|term| !term.excluded);
        terms.flat_map(|term| &term.words)
    }
}

/// What PostgreSQL is asked for if all these terms have to be met; none if what is asked for are common
/// words alone.
fn all_of(terms: &[Term], analysis: Analysis) -> Option<String> {
    let is_telling = |term: &&Term| !term.is_common(analysis);
    let is_wanted = |term: &Term| !term.excluded;
    let telling: Vec<&Term> = terms.iter().filter(is_telling).collect();
    let is_emptied = terms.iter().any(is_wanted) && !telling.iter().any(|term| is_wanted(term));
    let telling: Vec<String> = telling
        .iter()
        .map(|term| term.websearch(analysis))
        .collect();
    (!is_emptied && !telling.is_empty()).then(|| telling.join(" "))
}

impl Term {
    fn is_common(&self, analysis: Analysis) -> bool {
        !self.quoted && self.words.iter().all(|word| analysis.is_stop_word(word))
    }

    fn websearch(&self, analysis: Analysis) -> String {
        let tokens: Vec<_> = self.words.iter().map(|word| analysis.token(word)).collect();
        let tokens = tokens.join(" ");
        let minus = if self.excluded { "-" } else { "" };
        // The word "or" means itself only in quotation marks.
        let quote = if self.words.len() > 1 || tokens == "or" {
            "\""
        } else {
            ""
        };
        format!("{minus}{quote}{tokens}{quote}")
    }
}

#[cfg(test)]
mod tests;
