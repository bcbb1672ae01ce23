//! The shape of an article as it is answered, for the OpenAPI document. What makes it is SQL
//! (`crate::document`); a test holds the two together.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::search::Highlights;
use crate::articles::neutral::LeadImage;
use crate::translations::text::Seo;
use crate::values::negotiation::Resolution;

/// What readers are told of the comments under an article.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommentsSummary {
    /// Whether readers may comment now.
    open: bool,
    /// How many comments are to be seen.
    #[schema(minimum = 0, example = 3)]
    approved_count: i64,
    /// One thread for all languages (`shared`), or one for each (`per_locale`).
    #[schema(max_length = 20, example = "shared")]
    threads: String,
}

/// A tag as an article bears it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TagName {
    /// Its id.
    id: Uuid,
    /// Its slug.
    #[schema(max_length = 120, example = "transport")]
    slug: String,
    /// Its name in the edition's language, else in a fallback's.
    #[schema(max_length = 100, example = "परिवहन")]
    name: String,
}

/// One of an article's editions.
#[derive(Debug, Serialize, ToSchema)]
pub struct EditionLink {
    /// Its language.
    #[schema(max_length = 35, example = "en")]
    locale: String,
    /// Its slug.
    #[schema(max_length = 120, example = "old-bridge-reopens")]
    slug: String,
    /// Its headline.
    #[schema(max_length = 300, example = "The old bridge reopens")]
    title: String,
    /// When it came to readers.
    published_at: DateTime<Utc>,
    /// Where the readers' site shows it.
    #[schema(
        max_length = 2048,
        example = "https://news.example/en/old-bridge-reopens"
    )]
    url: String,
}

/// An article as a list shows it: in one language, without its body.
#[derive(Debug, Serialize, ToSchema)]
pub struct ArticleItem {
    /// Its id.
    id: Uuid,
    /// Its name in the system that it came from.
    #[schema(max_length = 200)]
    external_id: Option<String>,
    /// The language of this edition.
    #[schema(max_length = 35, example = "hi")]
    locale: String,
    /// The language that it was written in.
    #[schema(max_length = 35, example = "en")]
    source_locale: String,
    /// `published`; with `view=draft` the state of the working copy.
    #[schema(max_length = 20, example = "published")]
    status: String,
    /// Its address on the site.
    #[schema(max_length = 120, example = "पुराना-पुल-फिर-खुला")]
    slug: String,
    /// The headline.
    #[schema(max_length = 300, example = "पुराना पुल फिर खुला")]
    title: String,
    /// The line under it.
    #[schema(max_length = 300)]
    subtitle: Option<String>,
    /// Where it was reported from.
    #[schema(max_length = 120, example = "पुणे/ मुंबई")]
    dateline: Option<String>,
    /// What it says in a few sentences.
    #[schema(max_length = 1000)]
    summary: String,
    /// What search engines are shown.
    seo: Seo,
    /// Who wrote it.
    #[schema(max_items = 50, example = json!(["A. Deshmukh"]))]
    authors: Vec<String>,
    /// Who translated it.
    #[schema(max_items = 50)]
    translators: Vec<String>,
    /// The picture above it.
    lead_image: Option<LeadImage>,
    /// What it is about.
    #[schema(max_items = 50)]
    tags: Vec<TagName>,
    /// Its editions, this one included.
    #[schema(max_items = 500)]
    translations: Vec<EditionLink>,
    /// Its comments.
    comments: CommentsSummary,
    /// How many words its body has.
    #[schema(minimum = 0, example = 412)]
    word_count: i32,
    /// How long it takes to read.
    #[schema(minimum = 0, example = 3)]
    reading_minutes: i32,
    /// Whatever its publisher keeps with it.
    #[schema(value_type = Object)]
    metadata: serde_json::Value,
    /// When this edition came to readers.
    published_at: Option<DateTime<Utc>>,
    /// When it first came to readers.
    first_published_at: Option<DateTime<Utc>>,
    /// When the article was begun.
    created_at: DateTime<Utc>,
    /// When this edition was last published; with `view=draft`, last saved.
    updated_at: DateTime<Utc>,
    /// In lists with `q` and `highlight=true`: what of it matches.
    #[schema(required = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    highlights: Option<Highlights>,
    /// How this language was chosen.
    #[schema(required = false)]
    locale_resolution: Resolution,
    /// In lists: the entity tag of the article as its own address answers it.
    #[schema(required = false, max_length = 64)]
    etag: String,
}

/// An article in one language.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Article)]
pub struct ArticleDocument {
    #[serde(flatten)]
    item: ArticleItem,
    /// The text, in Markdown.
    #[schema(max_length = 524_288)]
    body: String,
    /// The text as HTML, sanitised.
    #[schema(max_length = 5_000_000)]
    body_html: String,
}
