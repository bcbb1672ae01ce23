//! Which blocks of one text answer to which of another.

use std::collections::HashMap;
use std::ops::Range;

use crate::values::markdown::units::Kind;

/// The most pairs of blocks that are weighed against each other. Beyond, blocks are paired as they come.
const MAX_WEIGHED: usize = 1_000_000;

/// For each of `others` the one of `kinds` that it answers to, in order: as many as can be of the same kind.
pub(super) fn by_kind(kinds: &[Kind], others: &[Kind]) -> Vec<Option<usize>> {
    let same = |(a, b): (&Kind, &Kind)| a == b;
    let before = kinds
        .iter()
        .zip(others)
        .take_while(|pair| same(*pair))
        .count();
    let (rest, other_rest) = (after(kinds, before), after(others, before));
    let reversed = rest.iter().rev().zip(other_rest.iter().rev());
    let behind = reversed.take_while(|pair| same(*pair)).count();
    let (middle, other_middle) = (rest.len() - behind, other_rest.len() - behind);
    let mut pairs: Vec<Option<usize>> = (0..before).map(Some).collect();
    let between = weighed(
        rest.get(..middle).unwrap_or_default(),
        other_rest.get(..other_middle).unwrap_or_default(),
    );
    pairs.extend(
        between
            .into_iter()
            .map(|pair| pair.map(|index| index + before)),
    );
    pairs.extend((kinds.len() - behind..kinds.len()).map(Some));
    pairs
}

fn after<T>(all: &[T], count: usize) -> &[T] {
    all.get(count..).unwrap_or_default()
}

/// A longest common subsequence, where it can be had at a reasonable cost.
fn weighed(kinds: &[Kind], others: &[Kind]) -> Vec<Option<usize>> {
    if kinds.is_empty() || kinds.len().saturating_mul(others.len()) > MAX_WEIGHED {
        let answer = |index| Some(index).filter(|index| *index < kinds.len());
        return (0..others.len()).map(answer).collect();
    }
    let width = others.len() + 1;
    // The length of the longest one from each place on.
    let mut longest = vec![0_u32; (kinds.len() + 1) * width];
    let at = |longest: &[u32], row: usize, column: usize| {
        longest
            .get(row * width + column)
            .copied()
            .unwrap_or_default()
    };
    for (row, kind) in kinds.iter().enumerate().rev() {
        for (column, other) in others.iter().enumerate().rev() {
            let length = match kind == other {
                true => at(&longest, row + 1, column + 1) + 1,
                false => at(&longest, row + 1, column).max(at(&longest, row, column + 1)),
            };
            if let Some(place) = longest.get_mut(row * width + column) {
                *place = length;
            }
        }
    }
    let (mut row, mut pairs) = (0, Vec::new());
    for (column, other) in others.iter().enumerate() {
        // Rows that the longest one can do without.
        while row < kinds.len()
            && kinds.get(row) != Some(other)
            && at(&longest, row + 1, column) == at(&longest, row, column)
            && at(&longest, row, column + 1) < at(&longest, row, column)
        {
            row += 1;
        }
        let taken = kinds.get(row) == Some(other);
        pairs.push(taken.then_some(row));
        row += usize::from(taken);
    }
    pairs
}

/// For each of the `old` blocks the new one that it has become: the same text, else one in the same gap
/// between texts that stayed, by kind.
pub(super) fn by_text(new: (&[String], &[Kind]), old: (&[String], &[Kind])) -> Vec<Option<usize>> {
    let places: HashMap<&String, usize> =
        new.0.iter().enumerate().map(|(at, id)| (id, at)).collect();
    let same: Vec<(usize, usize)> = old
        .0
        .iter()
        .enumerate()
        .filter_map(|(at, id)| Some((at, *places.get(id)?)))
        .collect();
    let mut pairs = vec![None; old.0.len()];
    let (mut old_at, mut new_at) = (0, 0);
    let end = (old.0.len(), new.0.len());
    for (old_next, new_next) in rising(&same).into_iter().chain([end]) {
        let gap = by_kind(part(new.1, new_at..new_next), part(old.1, old_at..old_next));
        for (place, pair) in pairs.iter_mut().skip(old_at).zip(gap) {
            *place = pair.map(|index| index + new_at);
        }
        if let Some(place) = pairs.get_mut(old_next) {
            *place = Some(new_next);
        }
        (old_at, new_at) = (old_next + 1, new_next + 1);
    }
    pairs
}

fn part(kinds: &[Kind], range: Range<usize>) -> &[Kind] {
    kinds.get(range).unwrap_or_default()
}

/// The most pairs, whose first members rise, of which the second members rise too.
fn rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // For each length the pair that such a row ends with, and for each pair the one before it.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::new();
    let second = |index: usize| pairs.get(index).map(|pair| pair.1);
    for (index, pair) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| second(*end) < Some(pair.1));
        before.push(
            length
                .checked_sub(1)
                .and_then(|last| ends.get(last).copied()),
        );
        match ends.get_mut(length) {
            Some(end) => *end = index,
            None => ends.push(index),
        }
    }
    let mut row = Vec::new();
    let mut next = ends.last().copied();
    while let Some(index) = next {
        row.extend(pairs.get(index).copied());
        next = before.get(index).copied().flatten();
    }
    row.reverse();
    row
}

/// The same with nothing left over: what answers to none goes with the one before it, or with the first.
pub(super) fn complete(pairs: Vec<Option<usize>>) -> Vec<usize> {
    let mut last = pairs.iter().copied().flatten().next().unwrap_or_default();
    let follow = |pair: Option<usize>| {
        last = pair.unwrap_or(last);
        last
    };
    pairs.into_iter().map(follow).collect()
}
