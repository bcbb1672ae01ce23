//! An edition taken apart again: what its finished document says, for documents of other kinds.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::editions::Edition;
use crate::error::{Error, Result};
use chrono::{DateTime, Utc};

/// What an edition says.
#[derive(Debug, Deserialize)]
pub struct Story {
    /// The language that the article was written in.
    pub source_locale: String,
    /// The line under the headline.
    pub subtitle: Option<String>,
    /// Where it was reported from.
    pub dateline: Option<String>,
    /// What it says in a few sentences.
    pub summary: String,
    /// What search engines are shown.
    pub seo: Seo,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// Who translated it.
    pub translators: Vec<String>,
    /// The picture above it.
    pub lead_image: Option<Image>,
    /// How many words its body has.
    pub word_count: i32,
    /// When readers first got it.
    pub first_published_at: DateTime<Utc>,
}

/// What search engines are shown.
#[derive(Debug, Deserialize)]
pub struct Seo {
    /// The description, where it is not the summary.
    pub description: Option<String>,
}

/// The picture above an edition.
#[derive(Debug, Deserialize)]
pub struct Image {
    /// Where it is.
    pub url: String,
    /// What it shows, for those who cannot see it.
    pub alt: Option<String>,
    /// The line under it.
    pub caption: Option<String>,
    /// Who took it.
    pub credit: Option<String>,
    /// Its width in pixels.
    pub width: Option<i32>,
    /// Its height in pixels.
    pub height: Option<i32>,
}

#[derive(Deserialize)]
struct Tag {
    name: String,
}

impl Story {
    /// What the edition says.
    ///
    /// # Errors
    /// When what is stored is damaged.
    pub fn of(edition: &Edition) -> Result<Self> {
        read(&edition.parts.item)
    }
}

/// What the edition's tags are called in its language, in their order.
///
/// # Errors
/// When what is stored is damaged.
pub fn tags(edition: &Edition) -> Result<Vec<String>> {
    let tags: Vec<Tag> = read(&edition.parts.tags)?;
    Ok(tags.into_iter().map(|tag| tag.name).collect())
}

fn read<T: DeserializeOwned>(json: &str) -> Result<T> {
    serde_json::from_str(json)
        .map_err(|error| Error::Internal(format!("a stored edition cannot be read: {error}")))
}
