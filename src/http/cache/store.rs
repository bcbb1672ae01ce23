//! The answers that are kept, and the ways to them, within a number of bytes.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};

use super::marks::MadeOf;
use crate::http::answer::Answer;
use crate::http::coding::Coding;

/// What each thing kept takes besides its own bytes, about.
const OVERHEAD: usize = 128;
/// How many parts the store has, each with a lock of its own. More would leave too little room in each for
/// the largest answers.
const SHARDS: usize = 4;
/// The size of an answer that room is reserved for.
const USUAL: usize = 4096;

/// An answer that is kept.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(super) answer: Answer,
    pub(super) made_of: Arc<MadeOf>,
    /// Until when it is true although nothing changes.
    pub(super) good_until: Option<DateTime<Utc>>,
}

/// Names an answer: what is asked for, and in which coding it travels.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) resource: Arc<str>,
    pub(super) coding: Coding,
}

/// Where a request leads, and what has to be as it was for it to lead there still: of two requests that led
/// to one answer, a change may concern one alone.
#[derive(Debug, Clone)]
pub(super) struct Way {
    pub(super) key: Key,
    pub(super) made_of: Arc<MadeOf>,
}

/// The answers, least used first to go.
pub(super) struct Store {
    entries: Cache<Key, Arc<Entry>, Bytes, DefaultHashBuilder, DefaultLifecycle<Key, Arc<Entry>>>,
    ways: Cache<Box<str>, Way, Bytes, DefaultHashBuilder, DefaultLifecycle<Box<str>, Way>>,
}

/// Counts bytes.
#[derive(Debug, Clone)]
struct Bytes;

impl Weighter<Key, Arc<Entry>> for Bytes {
    fn weight(&self, key: &Key, entry: &Arc<Entry>) -> u64 {
        let bytes = key.resource.len() + entry.answer.weight() + entry.made_of.weight() + OVERHEAD;
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }
}

impl Weighter<Box<str>, Way> for Bytes {
    fn weight(&self, request: &Box<str>, way: &Way) -> u64 {
        let bytes = request.len() + way.made_of.weight() + OVERHEAD;
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }
}

impl Store {
    /// Room for this many bytes: answers, their coded forms and their names.
    pub(super) fn new(bytes: u64) -> Option<Self> {
        let for_ways = bytes / 8;
        Some(Store {
            entries: Cache::with_options(
                options(bytes - for_ways, USUAL)?,
                Bytes,
                DefaultHashBuilder::default(),
                DefaultLifecycle::default(),
            ),
            ways: Cache::with_options(
                options(for_ways, OVERHEAD * 2)?,
                Bytes,
                DefaultHashBuilder::default(),
                DefaultLifecycle::default(),
            ),
        })
    }

    pub(super) fn get(&self, key: &Key) -> Option<Arc<Entry>> {
        self.entries.get(key)
    }

    pub(super) fn put(&self, key: Key, entry: Arc<Entry>) {
        self.entries.insert(key, entry);
    }

    /// Where a request leads that was answered before. Those known by their head begin with a coding and a
    /// slash, those known by what they ask for do not.
    pub(super) fn way(&self, request: &str) -> Option<Way> {
        self.ways.get(request)
    }

    pub(super) fn pave(&self, request: &str, way: Way) {
        self.ways.insert(request.into(), way);
    }
}

fn options(bytes: u64, usual: usize) -> Option<quick_cache::Options> {
    let items = usize::try_from(bytes).unwrap_or(usize::MAX) / usual;
    OptionsBuilder::new()
        .weight_capacity(bytes)
        .estimated_items_capacity(items.max(16))
        .shards(SHARDS)
        .build()
        .ok()
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("entries", &self.entries.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use actix_web::http::header::{CONTENT_LANGUAGE, HeaderValue};

    use super::super::marks::Marks;
    use super::*;
    use crate::http::etag::ETag;

    fn entry(marks: &Marks, bytes: usize) -> Arc<Entry> {
        let answer = Answer {
            headers: vec![(CONTENT_LANGUAGE, HeaderValue::from_static("en"))],
            media_type: "application/json",
            etag: ETag::of(b""),
            coding: Coding::Identity,
            body: vec![b' '; bytes].into(),
            varies_by_language: false,
        };
        Arc::new(Entry {
            answer,
            made_of: Arc::new(marks.made_of(["article-1", "site"].into_iter(), 0)),
            good_until: None,
        })
    }

    #[test]
    fn it_takes_no_more_than_it_was_given() {
        const ROOM: u64 = 1 << 20;
        let (store, marks) = (Store::new(ROOM).unwrap(), Marks::default());
        let mut largest = 0;
        for n in 0..5000 {
            let key = Key {
                resource: format!("article {n}").into(),
                coding: Coding::Identity,
            };
            let entry = entry(&marks, 500 + n * 7 % 9000);
            let way = Way {
                key: key.clone(),
                made_of: Arc::clone(&entry.made_of),
            };
            store.pave(&format!("/v1/articles/{n}"), way);
            store.put(key, entry);
            largest = largest.max(store.entries.weight() + store.ways.weight());
        }
        assert!((ROOM / 2..=ROOM).contains(&largest), "{largest}");
    }

    #[test]
    fn what_is_larger_than_its_room_is_not_kept() {
        let (store, marks) = (Store::new(1 << 20).unwrap(), Marks::default());
        let key = Key {
            resource: "everything".into(),
            coding: Coding::Identity,
        };
        store.put(key.clone(), entry(&marks, 2 << 20));
        assert!(store.get(&key).is_none());
    }
}
