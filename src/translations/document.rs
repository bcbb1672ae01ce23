//! A translation as it is answered.

use chrono::{DateTime, Utc};
use diesel::Queryable;
use diesel::sql_types as sql;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::text::Seo;
use super::workflow::Status;
use crate::values::markdown::{self, EmbedHosts};

/// An article in one language: the working copy, or for readers what is published of it.
#[derive(Debug, Clone, Queryable)]
pub struct Row {
    article_id: Uuid,
    locale: String,
    is_source: bool,
    status: Status,
    is_published: bool,
    revision: i32,
    based_on_revision: Option<i32>,
    has_unpublished_changes: bool,
    slug: String,
    title: String,
    subtitle: Option<String>,
    dateline: Option<String>,
    summary: String,
    body: String,
    body_html: Option<String>,
    seo_title: Option<String>,
    seo_description: Option<String>,
    lead_image_alt: Option<String>,
    lead_image_caption: Option<String>,
    translators: Vec<String>,
    word_count: i32,
    published_at: Option<DateTime<Utc>>,
    first_published_at: Option<DateTime<Utc>>,
    publish_at: Option<DateTime<Utc>>,
    unpublish_at: Option<DateTime<Utc>>,
    stale_since: Option<DateTime<Utc>>,
    behind_by: i32,
    changed_fields: Vec<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    version: i64,
    embed_hosts: Option<String>,
}

/// The SQL types of [`Row`].
pub(super) type RowSql = (
    sql::Uuid,
    sql::Text,
    sql::Bool,
    sql::Text,
    sql::Bool,
    sql::Integer,
    sql::Nullable<sql::Integer>,
    sql::Bool,
    sql::Text,
    sql::Text,
    sql::Nullable<sql::Text>,
    sql::Nullable<sql::Text>,
    sql::Text,
    sql::Text,
    sql::Nullable<sql::Text>,
    sql::Nullable<sql::Text>,
    sql::Nullable<sql::Text>,
    sql::Nullable<sql::Text>,
    sql::Nullable<sql::Text>,
    sql::Array<sql::Text>,
    sql::Integer,
    sql::Nullable<sql::Timestamptz>,
    sql::Nullable<sql::Timestamptz>,
    sql::Nullable<sql::Timestamptz>,
    sql::Nullable<sql::Timestamptz>,
    sql::Nullable<sql::Timestamptz>,
    sql::Integer,
    sql::Array<sql::Text>,
    sql::Timestamptz,
    sql::Timestamptz,
    sql::BigInt,
    sql::Nullable<sql::Text>,
);

/// An article in one language.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Translation)]
pub struct TranslationDocument {
    /// The article.
    pub article_id: Uuid,
    /// The language.
    #[schema(max_length = 35, example = "hi")]
    pub locale: String,
    /// Whether the article was written in it.
    pub is_source: bool,
    /// The state of the working copy.
    #[schema(inline, example = "draft")]
    pub status: Status,
    /// Whether readers have an edition.
    pub is_published: bool,
    /// The number of these words among all that were saved.
    #[schema(minimum = 1, example = 3)]
    pub revision: i32,
    /// The source's revision that it follows; `null` for the source itself.
    #[schema(minimum = 1, example = 2)]
    pub based_on_revision: Option<i32>,
    /// Whether the working copy says something else than readers have.
    pub has_unpublished_changes: bool,
    /// Its address on the site.
    #[schema(max_length = 120, example = "पुराना-पुल-फिर-खुला")]
    pub slug: String,
    /// The headline.
    #[schema(max_length = 300, example = "पुराना पुल फिर खुला")]
    pub title: String,
    /// The line under it.
    #[schema(max_length = 300)]
    pub subtitle: Option<String>,
    /// Where it was reported from.
    #[schema(max_length = 120, example = "पुणे/ मुंबई")]
    pub dateline: Option<String>,
    /// What it says in a few sentences; made from the body where none is written.
    #[schema(max_length = 1000)]
    pub summary: String,
    /// The text, in Markdown.
    #[schema(max_length = 524_288)]
    pub body: String,
    /// The text as HTML, sanitised.
    #[schema(max_length = 5_000_000)]
    pub body_html: String,
    /// What search engines are shown instead of title and summary.
    pub seo: Seo,
    /// What the lead image shows.
    #[schema(max_length = 1000)]
    pub lead_image_alt: Option<String>,
    /// The line under the lead image.
    #[schema(max_length = 1000)]
    pub lead_image_caption: Option<String>,
    /// Who translated it.
    #[schema(max_items = 50)]
    pub translators: Vec<String>,
    /// How many words the body has.
    #[schema(minimum = 0, example = 412)]
    pub word_count: i32,
    /// When it came to readers.
    pub published_at: Option<DateTime<Utc>>,
    /// When it first came to readers.
    pub first_published_at: Option<DateTime<Utc>>,
    /// When the working copy is to come to readers.
    pub publish_at: Option<DateTime<Utc>>,
    /// When it is to be taken from readers.
    pub unpublish_at: Option<DateTime<Utc>>,
    /// Whether the source was published with another text than the one that it follows.
    pub stale: bool,
    /// When that was.
    pub stale_since: Option<DateTime<Utc>>,
    /// How many revisions of the source lie between what it follows and what readers of the source have;
    /// 0 while it is not stale.
    #[schema(minimum = 0, example = 0)]
    pub behind_by: i32,
    /// The members of the source whose text is another by then.
    #[schema(max_items = 8, example = json!(["title", "body"]))]
    pub changed_fields: Vec<String>,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When it was last changed; for readers, last published.
    pub updated_at: DateTime<Utc>,
    /// Counts the changes.
    #[serde(skip)]
    pub version: i64,
}

impl From<Row> for TranslationDocument {
    fn from(row: Row) -> Self {
        TranslationDocument {
            body_html: row.body_html.unwrap_or_else(|| {
                let hosts = EmbedHosts::kept(row.embed_hosts.as_deref());
                markdown::article_html(&row.body, &hosts)
            }),
            seo: Seo {
                title: row.seo_title,
                description: row.seo_description,
            },
            article_id: row.article_id,
            locale: row.locale,
            is_source: row.is_source,
            status: row.status,
            is_published: row.is_published,
            revision: row.revision,
            based_on_revision: row.based_on_revision,
            has_unpublished_changes: row.has_unpublished_changes,
            slug: row.slug,
            title: row.title,
            subtitle: row.subtitle,
            dateline: row.dateline,
            summary: row.summary,
            body: row.body,
            lead_image_alt: row.lead_image_alt,
            lead_image_caption: row.lead_image_caption,
            translators: row.translators,
            word_count: row.word_count,
            published_at: row.published_at,
            first_published_at: row.first_published_at,
            publish_at: row.publish_at,
            unpublish_at: row.unpublish_at,
            stale: row.stale_since.is_some(),
            stale_since: row.stale_since,
            behind_by: row.behind_by,
            changed_fields: row.changed_fields,
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        }
    }
}
