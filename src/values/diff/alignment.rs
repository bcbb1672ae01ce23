//! Which words two texts have in common, in bounded work.

use std::collections::HashMap;
use std::iter::successors;

use imara_diff::{Algorithm, Diff, InternedInput, NoSliderHeuristic, Token};

use super::words::Word;

/// The most that is compared in one go: the words of one text times those of the other. Myers'
/// algorithm takes time in proportion to it where texts differ throughout.
const MOST: usize = 1024 * 1024;

/// For each word of two texts, whether the other has none to match.
#[derive(Default)]
pub(super) struct Alignment {
    pub(super) deleted: Vec<bool>,
    pub(super) inserted: Vec<bool>,
}

/// Matches the words of two texts, in order.
///
/// Texts too long to be compared in one go are parted at the words that both have exactly once (as
/// Bram Cohen's patience diff does), and where there are none of these for long, at equal shares.
pub(super) fn align(from: &[Word<'_>], to: &[Word<'_>]) -> Alignment {
    let mut input = InternedInput::default();
    input.update_before(from.iter().map(|word| word.text));
    input.update_after(to.iter().map(|word| word.text));
    let InternedInput { before, after, .. } = &input;

    let mut alignment = Alignment::default();
    let mut compare =
        |from: &[Token], to: &[Token]| alignment.compare(from, to, input.interner.num_tokens());
    if before.len() * after.len() <= MOST {
        compare(before, after);
        return alignment;
    }
    let anchors = rising(&common_once(before, after));
    let starts = [(0, 0)].into_iter().chain(anchors.iter().copied());
    let ends = anchors.iter().copied().chain([(before.len(), after.len())]);
    for (start, end) in starts.zip(ends) {
        let from = before.get(start.0..end.0).unwrap_or_default();
        let to = after.get(start.1..end.1).unwrap_or_default();
        let shares = (from.len() * to.len()).div_ceil(MOST).isqrt() + 1;
        let mut of_from = from.chunks(from.len().div_ceil(shares).max(1));
        let mut of_to = to.chunks(to.len().div_ceil(shares).max(1));
        for _ in 0..shares {
            compare(
                of_from.next().unwrap_or_default(),
                of_to.next().unwrap_or_default(),
            );
        }
    }
    alignment
}

impl Alignment {
    /// Adds the next words of both texts.
    fn compare(&mut self, from: &[Token], to: &[Token], distinct: u32) {
        let mut diff = Diff::default();
        diff.compute_with(Algorithm::Myers, from, to, distinct);
        diff.postprocess_with(from, to, NoSliderHeuristic);
        self.deleted
            .extend((0..).zip(from).map(|(at, _)| diff.is_removed(at)));
        self.inserted
            .extend((0..).zip(to).map(|(at, _)| diff.is_added(at)));
    }
}

/// Where the tokens stand that both have exactly once, in the order of the first.
fn common_once(from: &[Token], to: &[Token]) -> Vec<(usize, usize)> {
    let (of_from, of_to) = (places(from), places(to));
    from.iter()
        .filter_map(|token| Some(((*of_from.get(token)?)?, (*of_to.get(token)?)?)))
        .collect()
}

/// Where each token stands, or nothing for those that stand in several places.
fn places(tokens: &[Token]) -> HashMap<Token, Option<usize>> {
    let mut places = HashMap::new();
    for (at, token) in tokens.iter().enumerate() {
        places
            .entry(*token)
            .and_modify(|place| *place = None)
            .or_insert(Some(at));
    }
    places
}

/// The longest part of the pairs, ordered by their first, in which their second rises as well
/// (by patience sorting).
fn rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // For each length, the lowest second that a chain of it ends with, and which pair that is.
    let mut ends: Vec<(usize, usize)> = Vec::new();
    let mut links: Vec<Option<usize>> = Vec::new();
    for (pair, &(_, second)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|(end, _)| *end < second);
        let link = length.checked_sub(1).and_then(|shorter| ends.get(shorter));
        links.push(link.map(|(_, pair)| *pair));
        match ends.get_mut(length) {
            Some(end) => *end = (second, pair),
            None => ends.push((second, pair)),
        }
    }
    let last = ends.last().map(|(_, pair)| *pair);
    let mut chain: Vec<_> = successors(last, |pair| links.get(*pair).copied().flatten())
        .filter_map(|pair| pairs.get(pair).copied())
        .collect();
    chain.reverse();
    chain
}
