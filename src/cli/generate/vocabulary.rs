//! What stories are made of: places, people, beats and patterns of sentences.
//!
//! Patterns have the names of [`Facts`](super::facts::Facts) in braces. Nouns stand in the case that all
//! patterns use: a thing in Hindi is oblique ("पुराने पुल"), things and public bodies in Marathi are the
//! stem that endings are put to ("पुला" + "चे"), and a place has its locative besides ("पुण्यात").

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::choices::Choices;
use super::language::Each;

/// Everything.
#[derive(Debug)]
pub(super) struct Vocabulary {
    pub(super) places: Choices<Place>,
    pub(super) people: People,
    pub(super) calendar: Calendar,
    pub(super) topics: Choices<Topic>,
    pub(super) beats: Choices<Beat>,
    pub(super) phrases: Phrases,
    pub(super) comments: Remarks,
}

#[derive(Debug, Deserialize)]
pub(super) struct Place {
    pub(super) name: Each<String>,
    /// "In it", in Marathi.
    pub(super) r#in: String,
}

/// Names, each in Latin and in Devanagari letters.
#[derive(Debug, Deserialize)]
pub(super) struct People {
    pub(super) given: Choices<(String, String)>,
    pub(super) family: Choices<(String, String)>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Calendar {
    pub(super) days: Choices<Each<String>>,
    pub(super) months: Choices<Each<String>>,
}

/// What becomes a tag.
#[derive(Debug, Deserialize)]
pub(super) struct Topic {
    pub(super) name: Each<String>,
    /// The English name of the topic that it is a part of.
    pub(super) parent: Option<String>,
}

/// A field of reporting.
#[derive(Debug, Deserialize)]
pub(super) struct Beat {
    /// The English name of its topic.
    pub(super) topic: String,
    pub(super) things: Choices<Thing>,
    pub(super) bodies: Choices<Each<String>>,
    pub(super) roles: Choices<Each<String>>,
    pub(super) sentences: Choices<Each<String>>,
}

/// What a story is about.
#[derive(Debug, Deserialize)]
pub(super) struct Thing {
    pub(super) name: Each<String>,
    /// The English name of its topic.
    pub(super) topic: String,
}

/// Patterns for any beat.
#[derive(Debug, Deserialize)]
pub(super) struct Phrases {
    pub(super) headlines: Choices<Each<String>>,
    /// What may stand behind a headline.
    pub(super) afterthoughts: Choices<Each<String>>,
    pub(super) subtitles: Choices<Each<String>>,
    pub(super) summaries: Choices<Each<String>>,
    pub(super) pictures: Choices<Each<String>>,
    pub(super) leads: Choices<Each<String>>,
    pub(super) sentences: Choices<Each<String>>,
    pub(super) corrections: Choices<Each<String>>,
    pub(super) headings: Choices<Each<String>>,
    pub(super) items: Choices<Each<String>>,
    pub(super) quotes: Choices<Each<String>>,
}

/// What readers say.
#[derive(Debug, Deserialize)]
pub(super) struct Remarks {
    pub(super) remarks: Choices<Each<String>>,
    pub(super) replies: Choices<Each<String>>,
    pub(super) spam: Choices<Each<String>>,
}

impl Vocabulary {
    /// Reads what is built into the program.
    pub(super) fn load() -> serde_json::Result<Self> {
        Ok(Vocabulary {
            places: read(include_str!("words/places.json"))?,
            people: read(include_str!("words/people.json"))?,
            calendar: read(include_str!("words/calendar.json"))?,
            topics: read(include_str!("words/topics.json"))?,
            beats: read(include_str!("words/beats.json"))?,
            phrases: read(include_str!("words/phrases.json"))?,
            comments: read(include_str!("words/comments.json"))?,
        })
    }
}

fn read<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    serde_json::from_str(text)
}
