//! What is written of an article that is the same in every language.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Article;
use crate::tags::TagRef;
use crate::values::fields::{Decode, Fields};

/// The members of an article that are the same in every language.
#[derive(Debug, Clone, PartialEq, ToSchema)]
#[schema(as = ArticleChanges, example = json!({"tags": ["transport"], "authors": ["A. Deshmukh"], "comments_open": true}))]
pub struct NewArticle {
    /// Its name in the system that it comes from; unique.
    #[schema(
        max_length = 200,
        nullable,
        required = false,
        example = "wordpress:news.example:4711"
    )]
    pub external_id: Option<String>,
    /// Its tags, by slug or id, in their order.
    #[schema(value_type = Vec<String>, max_items = 50, required = false, example = json!(["transport"]))]
    pub tags: Option<Vec<TagRef>>,
    /// Who wrote it.
    #[schema(max_items = 50, required = false, example = json!(["A. Deshmukh"]))]
    pub authors: Vec<String>,
    /// The picture above it.
    #[schema(nullable, required = false)]
    pub lead_image: Option<LeadImage>,
    /// Whatever its publisher wants to keep with it: up to 16 KiB of JSON.
    #[schema(required = false, example = json!({"desk": "city"}))]
    pub metadata: Map<String, Value>,
    /// Whether readers may comment.
    #[schema(default = true, required = false)]
    pub comments_open: bool,
    /// When comments close.
    #[schema(nullable, required = false)]
    pub comments_close_at: Option<DateTime<Utc>>,
    /// One thread for all languages, or one for each.
    #[schema(
        required = false,
        default = "shared",
        pattern = "^(shared|per_locale)$",
        example = "shared"
    )]
    pub comments_threads: String,
}

impl NewArticle {
    /// Whether it says something else than the article does.
    pub fn differs(&self, article: &Article) -> bool {
        let image = self
            .lead_image
            .as_ref()
            .and_then(|image| serde_json::to_value(image).ok());
        self.external_id != article.external_id
            || self.authors != article.authors
            || image != article.lead_image
            || Value::Object(self.metadata.clone()) != article.metadata
            || self.comments_open != article.comments_open
            || self.comments_close_at != article.comments_close_at
            || self.comments_threads != article.comments_threads
    }
}

/// The picture above an article. `alt` and `caption` stand for the languages that have none of their own.
#[derive(Debug, Clone, PartialEq, serde::Serialize, ToSchema)]
pub struct LeadImage {
    /// Where it is: http or https.
    #[schema(max_length = 2048, example = "https://images.example/bridge.jpg")]
    pub url: String,
    /// What it shows, for those who cannot see it.
    #[schema(max_length = 1000, nullable, required = false)]
    pub alt: Option<String>,
    /// The line under it.
    #[schema(max_length = 1000, nullable, required = false)]
    pub caption: Option<String>,
    /// Who took it.
    #[schema(
        max_length = 300,
        nullable,
        required = false,
        example = "Photo: R. Kale"
    )]
    pub credit: Option<String>,
    /// Its width in pixels.
    #[schema(
        minimum = 1,
        maximum = 100_000,
        nullable,
        required = false,
        example = 1200
    )]
    pub width: Option<i32>,
    /// Its height in pixels.
    #[schema(
        minimum = 1,
        maximum = 100_000,
        nullable,
        required = false,
        example = 800
    )]
    pub height: Option<i32>,
}

impl Decode for NewArticle {
    fn decode(fields: &mut Fields<'_>) -> Self {
        let threads = fields
            .line("comments_threads", 20)
            .unwrap_or_else(|| "shared".into());
        if !matches!(threads.as_str(), "shared" | "per_locale") {
            fields.fault("comments_threads", "invalid", "takes shared or per_locale");
        }
        NewArticle {
            external_id: fields.line("external_id", 200),
            tags: fields
                .lines("tags", 50, 120)
                .map(|tags| tags.iter().map(|tag| TagRef::of(tag)).collect()),
            authors: fields.lines("authors", 50, 120).unwrap_or_default(),
            lead_image: fields.object("lead_image", LeadImage::decode),
            metadata: fields
                .free_object("metadata", 16 * 1024)
                .unwrap_or_default(),
            comments_open: fields.flag("comments_open").unwrap_or(true),
            comments_close_at: fields.time("comments_close_at"),
            comments_threads: threads,
        }
    }
}

impl Decode for LeadImage {
    fn decode(fields: &mut Fields<'_>) -> Self {
        fields.demand("url");
        LeadImage {
            url: fields.web_address("url").unwrap_or_default(),
            alt: fields.line("alt", 1000),
            caption: fields.line("caption", 1000),
            credit: fields.line("credit", 300),
            width: fields.integer("width", 1..=100_000),
            height: fields.integer("height", 1..=100_000),
        }
    }
}
