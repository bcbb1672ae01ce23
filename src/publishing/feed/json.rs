//! A feed as JSON Feed 1.1.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Entry, Feed};

const VERSION: &str = "https://jsonfeed.org/version/1.1";

/// The newest editions in a language, as JSON Feed 1.1.
#[derive(Debug, Serialize, ToSchema)]
pub struct JsonFeed<'a> {
    /// The version of the format.
    #[schema(max_length = 40, example = "https://jsonfeed.org/version/1.1")]
    version: &'static str,
    /// What the feed is called.
    #[schema(max_length = 500, example = "news.example · हिन्दी")]
    title: &'a str,
    /// Where the readers' site begins in this language.
    #[schema(max_length = 2048, example = "https://news.example/hi/")]
    home_page_url: &'a str,
    /// The feed's own address.
    #[schema(max_length = 2048)]
    feed_url: &'a str,
    /// What it is about.
    #[schema(max_length = 1000)]
    description: &'a str,
    /// Its language.
    #[schema(max_length = 35, example = "hi")]
    language: &'a str,
    /// Newest first.
    #[schema(max_items = 20)]
    items: Vec<JsonFeedItem<'a>>,
}

/// An edition in a JSON Feed.
#[derive(Debug, Serialize, ToSchema)]
struct JsonFeedItem<'a> {
    /// What stands for it for ever.
    #[schema(
        max_length = 100,
        example = "urn:uuid:01932c5e-7c1b-7d7e-9d55-0c6f0a2b9a10:hi"
    )]
    id: &'a str,
    /// Where the readers' site shows it.
    #[schema(max_length = 2048)]
    url: &'a str,
    /// The headline.
    #[schema(max_length = 300)]
    title: &'a str,
    /// The summary: an item has to have a content.
    #[schema(max_length = 1000)]
    content_text: &'a str,
    /// The summary.
    #[schema(max_length = 1000)]
    summary: &'a str,
    /// Where the picture above it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2048, required = false)]
    image: Option<&'a str>,
    /// When it came to readers.
    date_published: DateTime<Utc>,
    /// When it was last published.
    date_modified: DateTime<Utc>,
    /// Who wrote it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50, required = false)]
    authors: Vec<JsonFeedAuthor<'a>>,
    /// What its tags are called in its language.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    #[schema(max_items = 50, required = false)]
    tags: &'a [String],
    /// Its language.
    #[schema(max_length = 35, example = "hi")]
    language: &'a str,
}

/// Who wrote it.
#[derive(Debug, Serialize, ToSchema)]
struct JsonFeedAuthor<'a> {
    /// The name.
    #[schema(max_length = 120, example = "A. Deshmukh")]
    name: &'a str,
}

impl<'a> JsonFeed<'a> {
    /// The feed in this form.
    pub fn of(feed: &'a Feed) -> Self {
        JsonFeed {
            version: VERSION,
            title: &feed.title,
            home_page_url: &feed.home,
            feed_url: &feed.address,
            description: &feed.description,
            language: &feed.language,
            items: feed
                .entries
                .iter()
                .map(|entry| JsonFeedItem::of(entry, &feed.language))
                .collect(),
        }
    }
}

impl<'a> JsonFeedItem<'a> {
    fn of(entry: &'a Entry, language: &'a str) -> Self {
        let author = |name: &'a String| JsonFeedAuthor { name };
        JsonFeedItem {
            id: &entry.id,
            url: &entry.link,
            title: &entry.title,
            content_text: &entry.summary,
            summary: &entry.summary,
            image: entry.image.as_deref(),
            date_published: entry.published,
            date_modified: entry.updated,
            authors: entry.authors.iter().map(author).collect(),
            tags: &entry.tags,
            language,
        }
    }
}
