//! Slugs for many titles, each its own.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::language::Language;
use crate::values::slug::Slug;

/// The slugs that are taken. Of each only a hash is kept: were two ever the same, one title would have a
/// number behind its slug without need.
#[derive(Debug, Default)]
pub(super) struct Slugs {
    /// The last number that was tried behind each.
    taken: HashMap<u64, u32>,
}

impl Slugs {
    /// Notes one that is taken already.
    pub(super) fn take(&mut self, locale: &str, slug: &str) -> bool {
        match self.taken.entry(key(locale, slug)) {
            std::collections::hash_map::Entry::Occupied(_) => false,
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(1);
                true
            }
        }
    }

    /// The title's own slug, with a number where others have the same, as the service makes it.
    pub(super) fn claim(&mut self, language: Language, title: &str) -> Option<Slug> {
        let plain = Slug::from_title(title)?;
        if self.take(language.code(), plain.as_str()) {
            return Some(plain);
        }
        let last = key(language.code(), plain.as_str());
        loop {
            let number = self.taken.entry(last).or_insert(1);
            *number += 1;
            let slug = plain.numbered(*number);
            if self.take(language.code(), slug.as_str()) {
                return Some(slug);
            }
        }
    }
}

fn key(locale: &str, slug: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (locale, slug).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        reason = "a test that meets an unexpected value is meant to fail there"
    )]

    use super::{Language, Slugs};

    #[test]
    fn titles_that_are_the_same_are_numbered() {
        let mut slugs = Slugs::default();
        slugs.take("en", "old-bridge-2");
        let mut claim = |language| slugs.claim(language, "Old bridge").unwrap().to_string();
        assert_eq!(claim(Language::English), "old-bridge");
        assert_eq!(claim(Language::English), "old-bridge-3");
        assert_eq!(claim(Language::English), "old-bridge-4");
        assert_eq!(claim(Language::Hindi), "old-bridge");
    }
}
