//! Numbers that look like chance and are the same for the same seed, on every machine and in every
//! version.

use chrono::{DateTime, Duration, Utc};
use uuid::{Builder, Uuid};

use super::choices::Choices;

/// Sebastiano Vigna's `SplitMix64`.
pub(super) struct Random(u64);

impl Random {
    /// The numbers for one thing among many of a kind: whatever becomes of the others, they stay.
    pub(super) fn new(seed: u64, kind: &str, which: u64) -> Self {
        let mut random = Random(seed);
        for part in kind.bytes().map(u64::from).chain([which]) {
            random.0 = random.next() ^ part;
        }
        random
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to below this one.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let end = u128::try_from(end).unwrap_or_default();
        usize::try_from((u128::from(self.next()) * end) >> 64).unwrap_or_default()
    }

    /// A number from one to another, both included.
    pub(super) fn between(&mut self, from: usize, to: usize) -> usize {
        from + self.below(to.saturating_sub(from) + 1)
    }

    /// True so many times in a hundred.
    pub(super) fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// Any of them.
    pub(super) fn one<'c, T>(&mut self, choices: &'c Choices<T>) -> &'c T {
        choices.at(self.below(choices.len()))
    }

    /// One of them, the first most often, the second half as often, the third a third as often, and so
    /// on (Zipf's law).
    pub(super) fn ranked<'c, T>(&mut self, choices: &'c Choices<T>) -> &'c T {
        let weight = |rank: usize| 1_000_000 / (rank + 1);
        let mut left = self.below((0..choices.len()).map(weight).sum());
        let mut rank = 0;
        while left >= weight(rank) {
            left -= weight(rank);
            rank += 1;
        }
        choices.at(rank)
    }

    /// So many different ones, in any order.
    pub(super) fn some<'c, T>(
        &mut self,
        all: impl IntoIterator<Item = &'c T>,
        many: usize,
    ) -> Vec<&'c T> {
        let mut all: Vec<&T> = all.into_iter().collect();
        let many = many.min(all.len());
        for place in 0..many {
            let other = self.between(place, all.len() - 1);
            all.swap(place, other);
        }
        all.truncate(many);
        all
    }

    /// A time span of so many minutes, with any seconds.
    pub(super) fn minutes(&mut self, from: usize, to: usize) -> Duration {
        let seconds = self.between(from * 60, to * 60);
        Duration::seconds(i64::try_from(seconds).unwrap_or_default())
    }

    /// An id made at this time: `UUIDv7` (RFC 9562).
    pub(super) fn id(&mut self, made_at: DateTime<Utc>) -> Uuid {
        let mut bytes = [0; 10];
        let random = self
            .next()
            .to_be_bytes()
            .into_iter()
            .chain(self.next().to_be_bytes());
        for (byte, random) in bytes.iter_mut().zip(random) {
            *byte = random;
        }
        let millis = u64::try_from(made_at.timestamp_millis()).unwrap_or_default();
        Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        reason = "a test that meets an unexpected value is meant to fail there"
    )]

    use super::Random;

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let numbers = |seed, which| {
            let mut random = Random::new(seed, "article", which);
            [random.next(), random.next(), random.next()]
        };
        assert_eq!(numbers(7, 1), numbers(7, 1));
        assert_ne!(numbers(7, 1), numbers(7, 2));
        assert_ne!(numbers(7, 1), numbers(8, 1));
        // Vigna's own first number from the state 1234567.
        assert_eq!(Random(1_234_567).next(), 6_457_827_717_110_365_317);
    }

    #[test]
    fn numbers_stay_within_their_bounds() {
        let mut random = Random::new(1, "bounds", 0);
        let numbers: Vec<usize> = (0..1000).map(|_| random.between(3, 5)).collect();
        assert!((3..=5).all(|wanted| numbers.contains(&wanted)));
        assert!(numbers.iter().all(|number| (3..=5).contains(number)));
    }

    #[test]
    fn the_first_choice_is_taken_most_often() {
        let choices = vec![0_usize, 1, 2, 3].try_into().unwrap();
        let mut random = Random::new(1, "rank", 0);
        let mut taken = [0; 4];
        for _ in 0..1000 {
            *taken.get_mut(*random.ranked(&choices)).unwrap() += 1;
        }
        assert!(taken.is_sorted_by(|more, fewer| more > fewer), "{taken:?}");
    }

    #[test]
    fn some_are_all_different() {
        let mut random = Random::new(1, "some", 0);
        let all: Vec<u32> = (0..10).collect();
        let mut some = random.some(&all, 6);
        some.sort();
        some.dedup();
        assert_eq!(some.len(), 6);
        assert_eq!(random.some(&all, 20).len(), 10);
    }
}
