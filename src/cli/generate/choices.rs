//! A list to choose from, never empty.

use serde::Deserialize;

/// One thing or more.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Vec<T>")]
pub(super) struct Choices<T> {
    first: T,
    others: Vec<T>,
}

impl<T> Choices<T> {
    pub(super) fn new(first: T, others: impl IntoIterator<Item = T>) -> Self {
        Choices {
            first,
            others: others.into_iter().collect(),
        }
    }

    pub(super) fn len(&self) -> usize {
        1 + self.others.len()
    }

    /// The one in this place; past the last they begin again.
    pub(super) fn at(&self, place: usize) -> &T {
        let place = place % self.len();
        place
            .checked_sub(1)
            .and_then(|place| self.others.get(place))
            .unwrap_or(&self.first)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

impl<T> TryFrom<Vec<T>> for Choices<T> {
    type Error = &'static str;

    fn try_from(all: Vec<T>) -> Result<Self, Self::Error> {
        let mut all = all.into_iter();
        let first = all.next().ok_or("there is nothing to choose from")?;
        Ok(Choices::new(first, all))
    }
}
