//! A translation handed to translators' tools as XLIFF, and taken back.

mod align;
mod body;
mod export;
mod import;

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::values::locale::Locale;
use crate::values::xliff::{Document, State};

pub use export::export;
pub use import::import;

/// What is translated of an article.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// The headline.
    pub title: String,
    /// The line under it.
    pub subtitle: Option<String>,
    /// Where it was reported from.
    pub dateline: Option<String>,
    /// The summary, if one was written.
    pub summary: Option<String>,
    /// The Markdown.
    pub body: String,
    /// For search engines.
    pub seo_title: Option<String>,
    /// For search engines.
    pub seo_description: Option<String>,
    /// What the lead image shows.
    pub lead_image_alt: Option<String>,
    /// The line under the lead image.
    pub lead_image_caption: Option<String>,
}

/// What a file for translators is made of.
#[derive(Debug, Clone)]
pub struct Handoff<'a> {
    /// The article.
    pub article: Uuid,
    /// The language translated from.
    pub source_locale: &'a Locale,
    /// The language translated into.
    pub target_locale: &'a Locale,
    /// Which revision the source is.
    pub source_revision: i32,
    /// The words to translate.
    pub source: &'a Words,
    /// The source that the translation follows, where that is an earlier one or the same.
    pub based_on: Option<&'a Words>,
    /// The translation there is.
    pub target: Option<&'a Words>,
    /// How far it is as a whole.
    pub state: State,
    /// How far each unit is, as an earlier file said.
    pub states: &'a BTreeMap<String, State>,
}

/// What was taken from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The whole translation.
    pub words: Words,
    /// How far each translated unit is.
    pub states: BTreeMap<String, State>,
}

/// Where a file comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The article.
    pub article: Uuid,
    /// The language of the source.
    pub locale: Locale,
    /// The revision of the source.
    pub revision: i32,
}

/// The source that a file was made of, as `original` says; none in a file from elsewhere.
pub fn origin(document: &Document) -> Option<Origin> {
    let original = document.files.first()?.original.as_deref()?;
    let (article, rest) = original
        .strip_prefix("/v1/articles/")?
        .split_once("/translations/")?;
    let (locale, revision) = rest.split_once("/revisions/")?;
    Some(Origin {
        article: article.parse().ok()?,
        locale: locale.parse().ok()?,
        revision: revision.parse().ok()?,
    })
}

/// The members that are units of their own, by their units' ids, in the order of the file.
const MEMBERS: [&str; 8] = [
    "title",
    "subtitle",
    "dateline",
    "summary",
    "seo.title",
    "seo.description",
    "lead_image_alt",
    "lead_image_caption",
];

impl Words {
    /// The member of a unit's id, if there is one; a title always is.
    fn member(&self, id: &str) -> Option<&str> {
        match id {
            "title" => Some(&self.title),
            "subtitle" => self.subtitle.as_deref(),
            "dateline" => self.dateline.as_deref(),
            "summary" => self.summary.as_deref(),
            "seo.title" => self.seo_title.as_deref(),
            "seo.description" => self.seo_description.as_deref(),
            "lead_image_alt" => self.lead_image_alt.as_deref(),
            "lead_image_caption" => self.lead_image_caption.as_deref(),
            _ => None,
        }
    }

    /// Sets the member of a unit's id.
    fn set_member(&mut self, id: &str, words: Option<String>) {
        match id {
            "title" => self.title = words.unwrap_or_default(),
            "subtitle" => self.subtitle = words,
            "dateline" => self.dateline = words,
            "summary" => self.summary = words,
            "seo.title" => self.seo_title = words,
            "seo.description" => self.seo_description = words,
            "lead_image_alt" => self.lead_image_alt = words,
            "lead_image_caption" => self.lead_image_caption = words,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
