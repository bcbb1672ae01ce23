//! The newest editions in a language, for feed readers.

pub mod atom;
pub mod json;
pub mod rss;

use chrono::{DateTime, Utc};

use super::Publication;
use super::story::{self, Story};
use crate::articles::Filters;
use crate::db::Reader;
use crate::editions::Edition;
use crate::editions::list::EditionList;
use crate::editions::order::Sort;
use crate::error::Result;
use crate::locales::LocaleRow;
use crate::tags::TagRef;
use crate::tags::document::TagDocument;
use crate::values::locale::Locale;
use crate::values::negotiation::{AcceptLanguage, Negotiation};

/// How many editions a feed has.
const LENGTH: i64 = 20;

/// A feed, whatever it is written as.
#[derive(Debug)]
pub struct Feed {
    /// What it is called: the publication, the tag, the language.
    pub title: String,
    /// What it is about; the title where nobody has said it.
    pub description: String,
    /// Its language.
    pub language: String,
    /// What the publication is called.
    pub publication: String,
    /// Where the readers' site begins in this language.
    pub home: String,
    /// Its own address, as it was asked for.
    pub address: String,
    /// What stands for it for ever, as far as this service keeps its address.
    pub id: String,
    /// When something in it was last published; of an empty one, when its language was added.
    pub updated: DateTime<Utc>,
    /// Newest first.
    pub entries: Vec<Entry>,
}

/// An edition in a feed.
#[derive(Debug)]
pub struct Entry {
    /// What stands for it for ever: `urn:uuid:<article id>:<locale>`.
    pub id: String,
    /// The headline.
    pub title: String,
    /// Where the readers' site shows it.
    pub link: String,
    /// What it says in a few sentences: plain text.
    pub summary: String,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// What its tags are called in its language.
    pub tags: Vec<String>,
    /// Where the picture above it is.
    pub image: Option<String>,
    /// When it came to readers.
    pub published: DateTime<Utc>,
    /// When it was last published.
    pub updated: DateTime<Utc>,
}

/// Which feed is wanted.
#[derive(Debug)]
pub struct FeedOf<'a> {
    /// The language.
    pub locale: &'a Locale,
    /// The same as this publication has it.
    pub language: &'a LocaleRow,
    /// Only what bears this tag.
    pub tag: Option<&'a TagDocument>,
    /// The path that it was asked for by, with its query.
    pub path: &'a str,
}

impl Feed {
    /// The feed as it is now.
    ///
    /// # Errors
    /// When the database fails, or what is stored is damaged.
    pub async fn load(
        reader: &Reader,
        publication: &Publication<'_>,
        wanted: &FeedOf<'_>,
    ) -> Result<Feed> {
        let tags = wanted.tag.map(|tag| TagRef::Id(tag.id));
        let newest = EditionList {
            filters: Filters {
                tags: tags.into_iter().collect(),
                ..Filters::default()
            },
            sort: Sort::Newest,
            after: None,
            limit: LENGTH,
        };
        let editions = newest.load(reader, &only(wanted.locale)).await?;
        let entries: Result<Vec<Entry>> = editions
            .iter()
            .map(|edition| Entry::of(edition, publication))
            .collect();
        Ok(Feed::with(entries?, publication, wanted))
    }

    fn with(entries: Vec<Entry>, publication: &Publication<'_>, wanted: &FeedOf<'_>) -> Feed {
        let language = &wanted.language.code;
        let title = match wanted.tag {
            Some(tag) => [publication.name, &tag.name, &wanted.language.native_name].join(" · "),
            None => [publication.name, &wanted.language.native_name].join(" · "),
        };
        let id = format!("{}/v1/feeds/{language}", publication.public_url);
        Feed {
            description: wanted
                .tag
                .and_then(|tag| tag.description.clone())
                .unwrap_or_else(|| title.clone()),
            title,
            language: language.clone(),
            publication: publication.name.to_owned(),
            home: publication.site.home(language),
            address: format!("{}{}", publication.public_url, wanted.path),
            id: match wanted.tag {
                Some(tag) => format!("{id}?tag={}", tag.id),
                None => id,
            },
            updated: entries
                .iter()
                .map(|entry| entry.updated)
                .max()
                .unwrap_or(wanted.language.created_at),
            entries,
        }
    }
}

/// This language and no other.
pub fn only(locale: &Locale) -> Negotiation {
    Negotiation::new(Some(locale.clone().into()), None, AcceptLanguage::default())
}

impl Entry {
    fn of(edition: &Edition, publication: &Publication<'_>) -> Result<Self> {
        let story = Story::of(edition)?;
        Ok(Entry {
            id: format!("urn:uuid:{}:{}", edition.article_id, edition.locale),
            title: edition.title.clone(),
            link: publication.site.address(&edition.locale, &edition.slug),
            summary: story.summary,
            authors: story.authors,
            tags: story::tags(edition)?,
            image: story.lead_image.map(|image| image.url),
            published: edition.published_at,
            updated: edition.updated_at,
        })
    }
}
