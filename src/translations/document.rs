//! Translations as they are read.

use chrono::{DateTime, Utc};
use diesel::Queryable;
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::text::Seo;
use crate::articles::{Article, ArticleRef};
use crate::db::{Reader, Statement};
use crate::error::{Error, Result};
use crate::values::markdown;

/// An article in one language: the working copy, or for readers what is published of it.
#[derive(Debug, Clone, Queryable)]
pub struct Row {
    article_id: Uuid,
    locale: String,
    is_source: bool,
    status: String,
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
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    version: i64,
}

type RowSql = (
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
    sql::Timestamptz,
    sql::Timestamptz,
    sql::BigInt,
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
    /// The state of the working copy: `draft`, `in_review`, `scheduled`, `published` or `archived`.
    #[schema(max_length = 20, example = "draft")]
    pub status: String,
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
            body_html: row
                .body_html
                .unwrap_or_else(|| markdown::article_html(&row.body)),
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
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        }
    }
}

/// Whose eyes it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Editors see the working copy.
    Working,
    /// Readers see what is published, in locales that are switched on.
    Published,
}

/// SQL of a row: `r` is the working copy's revision, or the published one.
fn select(view: View) -> String {
    let (status, revision, based_on, updated, changed, visible) = match view {
        View::Working => (
            "t.status",
            "t.revision",
            "t.based_on_revision",
            "t.updated_at",
            "coalesce(r.digest <> (select p.digest from revisions p where (p.article_id, p.locale, p.number) = \
                (t.article_id, t.locale, t.published_revision)), false)",
            "",
        ),
        View::Published => (
            "'published'",
            "t.published_revision",
            "r.based_on_revision",
            "t.republished_at",
            "false",
            " and l.enabled",
        ),
    };
    format!(
        "select t.article_id, t.locale, t.locale = a.source_locale, {status}, t.published_revision is not null, \
            r.number, {based_on}, {changed}, r.slug, r.title, r.subtitle, r.dateline, \
            coalesce(r.summary, r.excerpt), r.body, r.body_html, r.seo_title, r.seo_description, \
            r.lead_image_alt, r.lead_image_caption, r.translators, r.word_count, t.published_at, \
            t.first_published_at, t.created_at, {updated}, t.version \
        from translations t join articles a on a.id = t.article_id and a.deleted_at is null \
        join locales l on l.code = t.locale{visible} \
        join revisions r on (r.article_id, r.locale, r.number) = (t.article_id, t.locale, {revision})"
    )
}

/// The translation on the writing connection: what a write answers with.
///
/// # Errors
/// 404.
pub async fn written(
    conn: &mut AsyncPgConnection,
    article: Uuid,
    locale: &str,
) -> Result<TranslationDocument> {
    let find: Statement<RowSql> =
        Statement::new(format!("{} where t.article_id = ", select(View::Working)))
            .bind(article)
            .sql(" and t.locale = ")
            .bind(locale);
    let rows: Vec<Row> = find.load(conn).await?;
    rows.into_iter()
        .next()
        .map(TranslationDocument::from)
        .ok_or_else(|| Error::not_found("translation"))
}

/// The translations of an article, or the one in a language.
///
/// # Errors
/// When the database fails.
pub async fn find(
    reader: &Reader,
    article: &ArticleRef,
    locale: Option<&str>,
    view: View,
) -> Result<Vec<TranslationDocument>> {
    let find: Statement<RowSql> = Statement::new(format!("{} where t.article_id = ", select(view)));
    let mut find = match article {
        ArticleRef::Id(id) => find.bind(*id),
        ArticleRef::Slug(slug) if view == View::Published => {
            find.append(Article::id_by_published_slug::<()>(slug))
        }
        ArticleRef::Slug(slug) => find
            .sql("(")
            .append(Article::id_by_slug(slug, locale))
            .sql(")"),
    };
    if let Some(locale) = locale {
        find = find.sql(" and t.locale = ").bind(locale);
    }
    let rows: Vec<Row> = reader
        .load(find.sql(" order by t.locale <> a.source_locale, t.locale"))
        .await?;
    Ok(rows.into_iter().map(TranslationDocument::from).collect())
}
