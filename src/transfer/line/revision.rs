//! The words of an article at one save, on a line.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::translations::NewTranslation;
use crate::values::fields::{Decode, Fields};

/// The most bytes that a translator's tool may have said of segments.
const SEGMENTS: usize = 256 * 1024;

/// Words, and what is said of the revision that they are.
#[derive(Debug, Clone, PartialEq)]
pub struct RevisionLine {
    /// Its number; none: the next.
    pub number: Option<i32>,
    /// The words, with their slug and what they follow.
    pub words: NewTranslation,
    /// When they were saved.
    pub revised_at: Option<DateTime<Utc>>,
    /// When readers first got them.
    pub shown_at: Option<DateTime<Utc>>,
    /// How far each segment is, where a translator's tool has said so.
    pub segment_states: Option<Map<String, Value>>,
}

impl Decode for RevisionLine {
    fn decode(fields: &mut Fields<'_>) -> Self {
        let words = NewTranslation::decode(fields);
        RevisionLine {
            number: fields.integer("revision", 1..=i32::MAX),
            words,
            revised_at: fields.time("revised_at"),
            shown_at: fields.time("shown_at"),
            segment_states: fields.free_object("segment_states", SEGMENTS),
        }
    }
}

impl RevisionLine {
    /// Whether both say the same, under whatever slug and number. A summary that only repeats what stands for it
    /// while there is none is none.
    pub fn says_the_same(&self, other: &RevisionLine) -> bool {
        let mut words = self.words.clone();
        if words.summary.is_some() && other.words.summary.is_none() {
            words.forget_made_summary(&[&other.words.excerpt()]);
        }
        words.digest("") == other.words.digest("")
    }
}
