//! The parts of a query, as titles are asked for them.

use super::super::Analysis;
use super::{Query, Term};

impl Query {
    /// The words that are asked for, folded, alternative by alternative; exclusions are left out.
    pub fn alternatives(&self) -> Vec<Vec<&str>> {
        let alternatives = self.alternatives.iter().map(|terms| {
            let wanted = terms.iter().filter(|term| !term.excluded);
            wanted.flat_map(Term::words).collect::<Vec<&str>>()
        });
        alternatives.filter(|words| !words.is_empty()).collect()
    }

    /// The words that must not be there, folded, exclusion by exclusion: not all words of any of them.
    pub fn exclusions(&self) -> Vec<Vec<&str>> {
        let excluded = self.terms().filter(|term| term.excluded);
        excluded.map(|term| term.words().collect()).collect()
    }

    /// The exclusions alone, for `websearch_to_tsquery` as in [`Query::websearch`]; empty: there are none.
    pub fn websearch_exclusions(&self, analysis: Analysis) -> String {
        let excluded = self
            .terms()
            .filter(|term| term.excluded && !term.is_common(analysis));
        let excluded: Vec<String> = excluded.map(|term| term.websearch(analysis)).collect();
        excluded.join(" ")
    }
}

impl Term {
    fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }
}
