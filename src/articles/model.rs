//! Articles in the database.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{ArticleRef, NewArticle};
use crate::db::{OnConstraint, Statement};
use crate::error::{Error, Result};
use crate::schema::{article_tags, articles};
use crate::values::merge_patch::members;
use crate::values::slug::Slug;

/// The language-neutral whole of a story.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = articles)]
pub struct Article {
    /// Its id.
    pub id: Uuid,
    /// Its name in the system that it came from.
    pub external_id: Option<String>,
    /// The language that it was written in.
    pub source_locale: String,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// The picture above it.
    pub lead_image: Option<Value>,
    /// Whatever its publisher wants to keep with it.
    pub metadata: Value,
    /// Whether readers may comment, until it closes.
    pub comments_open: bool,
    /// When comments close.
    pub comments_close_at: Option<DateTime<Utc>>,
    /// `shared` or `per_locale`.
    pub comments_threads: String,
    /// Counts the changes of the article and of all its working copies.
    pub version: i64,
    /// When it went to the trash.
    pub deleted_at: Option<DateTime<Utc>>,
    /// Which generation of preview links is good.
    pub preview_generation: i32,
}

impl Article {
    /// What a request may write, as JSON: what a merge patch is applied to. Tags are left out: absent,
    /// they stay as they are.
    pub fn writable(&self) -> Map<String, Value> {
        members(json!({
            "external_id": self.external_id, "authors": self.authors, "lead_image": self.lead_image,
            "metadata": self.metadata, "comments_open": self.comments_open,
            "comments_close_at": self.comments_close_at, "comments_threads": self.comments_threads,
        }))
    }

    /// The article, kept from changing until the transaction ends; not one in the trash. Of two that
    /// bear the slug in two locales, the one in `locale` is meant.
    ///
    /// # Errors
    /// 404.
    pub async fn lock(
        conn: &mut AsyncPgConnection,
        reference: &ArticleRef,
        locale: Option<&str>,
    ) -> Result<Article> {
        let article = Article::lock_any(conn, reference, locale).await?;
        if article.deleted_at.is_some() {
            Err(Error::not_found("article"))
        } else {
            Ok(article)
        }
    }

    /// The same, and also when it is in the trash.
    ///
    /// # Errors
    /// 404.
    pub async fn lock_any(
        conn: &mut AsyncPgConnection,
        reference: &ArticleRef,
        locale: Option<&str>,
    ) -> Result<Article> {
        let id = match reference {
            ArticleRef::Id(id) => Some(*id),
            ArticleRef::Slug(slug) => Article::id_by_slug(slug, locale)
                .get_result(conn)
                .await
                .optional()?,
        };
        let id = id.ok_or_else(|| Error::not_found("article"))?;
        let row = articles::table
            .find(id)
            .select(Article::as_select())
            .for_no_key_update();
        row.first(conn)
            .await
            .optional()?
            .ok_or_else(|| Error::not_found("article"))
    }

    /// The article, locked like that, unless another holds it or it is in the trash.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn try_lock(conn: &mut AsyncPgConnection, id: Uuid) -> Result<Option<Article>> {
        let row = articles::table
            .find(id)
            .filter(articles::deleted_at.is_null())
            .select(Article::as_select())
            .for_no_key_update()
            .skip_locked();
        Ok(row.first(conn).await.optional()?)
    }

    /// The id of the article that a slug names for its editors: one that bears it now before one that
    /// once bore it.
    pub fn id_by_slug(slug: &Slug, locale: Option<&str>) -> Statement<sql::Uuid> {
        Statement::new(
            "select s.article_id from slugs s \
            left join translations t on (t.article_id, t.locale, t.slug) = (s.article_id, s.locale, s.slug) \
            where s.article_id is not null and s.slug = ",
        )
        .bind(slug.as_str())
        .sql(" order by coalesce(s.locale = ")
        .bind(locale.map(str::to_owned))
        .sql(", false) desc, t.article_id is null, s.locale limit 1")
    }

    /// The id of the article that a slug names for readers: one whose edition bears it before one whose
    /// edition once bore it. SQL in parentheses.
    pub fn id_by_published_slug<Row>(slug: &Slug) -> Statement<Row> {
        Statement::new(
            "(select s.article_id from slugs s join locales sl on sl.code = s.locale and sl.enabled \
            join editions n on n.article_id = s.article_id and n.locale = s.locale \
            where s.published_at is not null and s.slug = ",
        )
        .bind(slug.as_str())
        .sql(" order by n.slug = s.slug desc, s.locale limit 1)")
    }

    /// Makes an article; its first translation is to follow in the same transaction.
    ///
    /// # Errors
    /// 409 for an `external_id` that is taken.
    pub async fn create(
        conn: &mut AsyncPgConnection,
        source_locale: &str,
        new: &NewArticle,
        tags: &[Uuid],
    ) -> Result<Article> {
        let article: Article = diesel::insert_into(articles::table)
            .values((
                articles::id.eq(Uuid::now_v7()),
                articles::source_locale.eq(source_locale),
                columns(new),
            ))
            .returning(Article::as_returning())
            .get_result(conn)
            .await
            .on_constraint("articles_external_id_key", || taken(new))?;
        article.set_tags(conn, tags).await?;
        Ok(article)
    }

    /// Puts these members in the place of those there are; the article is locked, and counted as
    /// changed by [`Article::touch`].
    ///
    /// # Errors
    /// 409 for an `external_id` that is taken.
    pub async fn update(&self, conn: &mut AsyncPgConnection, new: &NewArticle) -> Result<()> {
        diesel::update(articles::table.find(self.id))
            .set(columns(new))
            .execute(conn)
            .await
            .on_constraint("articles_external_id_key", || taken(new))?;
        Ok(())
    }

    /// Gives it these tags, in this order, and no others. Tells whether that changed anything.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_tags(&self, conn: &mut AsyncPgConnection, tags: &[Uuid]) -> Result<bool> {
        if self.tag_ids(conn).await? == tags {
            return Ok(false);
        }
        diesel::delete(article_tags::table.filter(article_tags::article_id.eq(self.id)))
            .execute(conn)
            .await?;
        let rows: Vec<_> = (0..)
            .zip(tags)
            .map(|(position, tag)| {
                (
                    article_tags::article_id.eq(self.id),
                    article_tags::tag_id.eq(tag),
                    article_tags::position.eq(position),
                )
            })
            .collect::<Vec<(_, _, diesel::dsl::Eq<article_tags::position, i32>)>>();
        diesel::insert_into(article_tags::table)
            .values(rows)
            .execute(conn)
            .await?;
        Ok(true)
    }

    /// Its tags, in their order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tag_ids(&self, conn: &mut AsyncPgConnection) -> Result<Vec<Uuid>> {
        let order = (article_tags::position, article_tags::tag_id);
        let tags = article_tags::table.filter(article_tags::article_id.eq(self.id));
        Ok(tags
            .select(article_tags::tag_id)
            .order(order)
            .load(conn)
            .await?)
    }

    /// Counts it as changed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn touch(&self, conn: &mut AsyncPgConnection) -> Result<()> {
        diesel::update(articles::table.find(self.id))
            .set((
                articles::version.eq(articles::version + 1),
                articles::updated_at.eq(diesel::dsl::now),
            ))
            .execute(conn)
            .await?;
        Ok(())
    }
}

fn taken(new: &NewArticle) -> Error {
    let external_id = new.external_id.as_deref().unwrap_or_default();
    Error::conflict(format!(
        "the external_id `{external_id}` is taken by another article"
    ))
}

type Columns<'a> = (
    diesel::dsl::Eq<articles::external_id, &'a Option<String>>,
    diesel::dsl::Eq<articles::authors, &'a Vec<String>>,
    diesel::dsl::Eq<articles::lead_image, Option<Value>>,
    diesel::dsl::Eq<articles::metadata, Value>,
    diesel::dsl::Eq<articles::comments_open, bool>,
    diesel::dsl::Eq<articles::comments_close_at, Option<DateTime<Utc>>>,
    diesel::dsl::Eq<articles::comments_threads, &'a str>,
);

fn columns(new: &NewArticle) -> Columns<'_> {
    (
        articles::external_id.eq(&new.external_id),
        articles::authors.eq(&new.authors),
        articles::lead_image.eq(new
            .lead_image
            .as_ref()
            .and_then(|image| serde_json::to_value(image).ok())),
        articles::metadata.eq(Value::Object(new.metadata.clone())),
        articles::comments_open.eq(new.comments_open),
        articles::comments_close_at.eq(new.comments_close_at),
        articles::comments_threads.eq(new.comments_threads.as_str()),
    )
}
