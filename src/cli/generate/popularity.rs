//! How many comments each article has: few have many, many have none, and all together as many as were
//! asked for.

use super::life::Course;
use super::random::Random;

/// Shares of the comments, for one article after the other.
#[derive(Debug)]
pub(super) struct Popularity {
    seed: u64,
    comments: u128,
    total: u128,
    so_far: u128,
}

impl Popularity {
    pub(super) fn new(seed: u64, articles: usize, comments: u64) -> Self {
        Popularity {
            seed,
            comments: comments.into(),
            total: (0..articles)
                .map(|article| weight(seed, article))
                .sum::<u128>()
                .max(1),
            so_far: 0,
        }
    }

    /// How many the next article has; this is the next.
    pub(super) fn share(&mut self, article: usize) -> usize {
        let given = self.comments * self.so_far / self.total;
        self.so_far += weight(self.seed, article);
        let share = self.comments * self.so_far / self.total - given;
        usize::try_from(share).unwrap_or_default()
    }
}

/// None for what readers have never seen.
fn weight(seed: u64, article: usize) -> u128 {
    if !Course::of_source(article).is_live() {
        return 0;
    }
    let which = u64::try_from(article).unwrap_or_default();
    let rank = Random::new(seed, "popularity", which).below(10_000);
    10_000_000 / (5 + u128::try_from(rank).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::Popularity;

    #[test]
    fn all_comments_are_given_out_and_few_articles_have_many() {
        let mut popularity = Popularity::new(3, 2000, 5000);
        let mut shares: Vec<usize> = (0..2000).map(|article| popularity.share(article)).collect();
        assert_eq!(shares.iter().sum::<usize>(), 5000);
        shares.sort_unstable();
        let top: usize = shares.iter().rev().take(100).sum();
        assert!(top > 1500, "{top}");
        assert!(shares.iter().filter(|share| **share == 0).count() > 200);
    }
}
