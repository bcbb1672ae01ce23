//! The revisions of a translation as they are read: what was saved, by whom and when.

use chrono::{DateTime, Utc};
use diesel::Queryable;
use diesel::sql_types as sql;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::reading::{View, id_sql};
use super::revision::{COLUMNS, Revision, RevisionSql};
use super::text::Seo;
use crate::articles::ArticleRef;
use crate::db::{Reader, Statement};
use crate::error::Result;

/// A save of a translation.
#[derive(Debug, Clone, Queryable, Serialize, ToSchema)]
pub struct RevisionItem {
    /// Its number, counted from 1.
    #[schema(minimum = 1, example = 3)]
    pub revision: i32,
    /// The headline at that time.
    #[schema(max_length = 300, example = "पुराना पुल फिर खुला")]
    pub title: String,
    /// How many words the body had.
    #[schema(minimum = 0, example = 412)]
    pub word_count: i32,
    /// The source's revision that it followed; `null` for the source itself.
    #[schema(minimum = 1, example = 2)]
    pub based_on_revision: Option<i32>,
    /// Whose token saved it.
    #[schema(max_length = 100, example = "A. Deshmukh")]
    pub actor: Option<String>,
    /// When it was saved.
    pub created_at: DateTime<Utc>,
    /// When it first came to readers; `null`: never.
    pub published_at: Option<DateTime<Utc>>,
    /// Whether it is the working copy.
    pub is_current: bool,
    /// Whether it is what readers have.
    pub is_published: bool,
}

/// A save of a translation with all its words.
#[derive(Debug, Clone, Queryable, Serialize, ToSchema)]
#[schema(as = Revision)]
pub struct RevisionDocument {
    /// The article.
    pub article_id: Uuid,
    /// The language.
    #[schema(max_length = 35, example = "hi")]
    pub locale: String,
    /// What it was.
    #[serde(flatten)]
    pub item: RevisionItem,
    /// The address on the site.
    #[schema(max_length = 120, example = "पुराना-पुल-फिर-खुला")]
    pub slug: String,
    /// The line under the headline.
    #[schema(max_length = 300)]
    pub subtitle: Option<String>,
    /// Where it was reported from.
    #[schema(max_length = 120)]
    pub dateline: Option<String>,
    /// What it says in a few sentences; made from the body where none was written.
    #[schema(max_length = 1000)]
    pub summary: String,
    /// The text, in Markdown.
    #[schema(max_length = 524_288)]
    pub body: String,
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
}

type ItemSql = (
    sql::Integer,
    sql::Text,
    sql::Integer,
    sql::Nullable<sql::Integer>,
    sql::Nullable<sql::Text>,
    sql::Timestamptz,
    sql::Nullable<sql::Timestamptz>,
    sql::Bool,
    sql::Bool,
);

type DocumentSql = (
    sql::Uuid,
    sql::Text,
    ItemSql,
    sql::Text,
    sql::Nullable<sql::Text>,
    sql::Nullable<sql::Text>,
    sql::Text,
    sql::Text,
    (sql::Nullable<sql::Text>, sql::Nullable<sql::Text>),
    sql::Nullable<sql::Text>,
    sql::Nullable<sql::Text>,
    sql::Array<sql::Text>,
);

const ITEM: &str = "r.number, r.title, r.word_count, r.based_on_revision, r.actor, r.created_at, r.published_at, \
    r.number = t.revision, coalesce(r.number = t.published_revision, false)";

/// The revisions of one translation.
#[derive(Debug)]
pub struct History<'a> {
    /// The article.
    pub article: &'a ArticleRef,
    /// The language.
    pub locale: &'a str,
}

impl History<'_> {
    /// A page of revisions, newest first, behind this one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(
        &self,
        reader: &Reader,
        limit: i64,
        after: Option<i32>,
    ) -> Result<Vec<RevisionItem>> {
        let mut page: Statement<ItemSql> = self.select(ITEM);
        if let Some(number) = after {
            page = page.sql(" and r.number < ").bind(number);
        }
        reader
            .load(page.sql(" order by r.number desc limit ").bind(limit))
            .await
    }

    /// One revision with its words.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find(&self, reader: &Reader, number: i32) -> Result<Option<RevisionDocument>> {
        let find: Statement<DocumentSql> = self
            .select(&format!(
                "t.article_id, t.locale, {ITEM}, r.slug, r.subtitle, r.dateline, coalesce(r.summary, r.excerpt), \
                r.body, r.seo_title, r.seo_description, r.lead_image_alt, r.lead_image_caption, r.translators"
            ))
            .sql(" and r.number = ")
            .bind(number);
        reader.first(find).await
    }

    /// How many there are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count(&self, reader: &Reader) -> Result<i64> {
        // They are numbered without gaps, so the newest tells.
        let newest: Statement<sql::BigInt> = self
            .select("r.number::bigint")
            .sql(" and r.number = t.revision");
        Ok(reader.first(newest).await?.unwrap_or_default())
    }

    /// The words of two revisions of it, of those that there are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn words(
        &self,
        reader: &Reader,
        one: Option<i32>,
        other: i32,
    ) -> Result<Vec<Revision>> {
        let find: Statement<RevisionSql> = self
            .select(COLUMNS)
            .sql(" and r.number in (")
            .bind(one.unwrap_or(other))
            .sql(", ")
            .bind(other)
            .sql(")");
        reader.load(find).await
    }

    /// The words of the source that it follows, and those that the source has now, each with the number of
    /// the former; none: it is not there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn source_words(&self, reader: &Reader) -> Result<Vec<(Option<i32>, Revision)>> {
        let find: Statement<(sql::Nullable<sql::Integer>, RevisionSql)> = Statement::new(format!(
            "select t.based_on_revision, {COLUMNS} from translations t \
            join articles a on a.id = t.article_id and a.deleted_at is null \
            join translations s on (s.article_id, s.locale) = (t.article_id, t.source_locale) \
            join revisions r on r.article_id = s.article_id and r.locale = s.locale \
                and r.number in (t.based_on_revision, s.revision) where t.locale = "
        ))
        .bind(self.locale)
        .sql(" and t.article_id = ")
        .append(self.article_sql());
        reader.load(find).await
    }

    fn article_sql(&self) -> Statement<()> {
        id_sql(self.article, Some(self.locale), View::Working)
    }

    fn select<Row>(&self, columns: &str) -> Statement<Row> {
        Statement::new(format!(
            "select {columns} from translations t \
            join articles a on a.id = t.article_id and a.deleted_at is null \
            join revisions r on r.article_id = t.article_id and r.locale = t.locale where t.locale = "
        ))
        .bind(self.locale)
        .sql(" and t.article_id = ")
        .append(self.article_sql())
    }
}
