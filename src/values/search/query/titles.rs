//! A query as it is held against titles written in other letters, or misspelt.

use super::super::Analysis;
use super::super::skeleton::skeleton;
use super::{Query, Term};

impl Query {
    /// The skeletons of what is asked for, alternative by alternative; exclusions are left out.
    pub fn alternatives_in_latin(&self) -> Vec<Vec<String>> {
        let wanted = |terms: &Vec<Term>| -> Vec<String> {
            let wanted = terms.iter().filter(|term| !term.excluded);
            wanted.flat_map(Term::in_latin).collect()
        };
        let alternatives = self.alternatives.iter().map(wanted);
        alternatives.filter(|words| !words.is_empty()).collect()
    }

    /// The skeletons of what must not be there, exclusion by exclusion: not all words of any of them.
    pub fn exclusions_in_latin(&self) -> Vec<Vec<String>> {
        let excluded = self.alternatives.iter().flatten();
        let excluded = excluded.filter(|term| term.excluded);
        let excluded = excluded.map(|term| term.in_latin().collect::<Vec<_>>());
        excluded.filter(|words| !words.is_empty()).collect()
    }

    /// What must not be there, for `websearch_to_tsquery` as in [`Query::websearch`]; empty: anything may.
    pub fn exclusions(&self, analysis: Analysis) -> String {
        let excluded = self.alternatives.iter().flatten();
        let excluded = excluded.filter(|term| term.excluded && !term.is_common(analysis));
        let excluded: Vec<String> = excluded.map(|term| term.websearch(analysis)).collect();
        excluded.join(" ")
    }
}

impl Term {
    fn in_latin(&self) -> impl Iterator<Item = String> {
        let skeletons = self.words.iter().map(|word| skeleton(word));
        skeletons.filter(|skeleton| !skeleton.is_empty())
    }
}
