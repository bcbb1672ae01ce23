//! The trash: out of readers' sight at once, back as it was for 30 days.

use diesel::prelude::*;
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::json;

use super::Article;
use crate::db::Statement;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::projection;
use crate::schema::articles;

/// How long the trash keeps an article, in days.
pub const DAYS: i64 = 30;

impl Article {
    /// Puts it into the trash; it is locked. Gives the cache keys of what readers had.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn trash(&self, conn: &mut AsyncPgConnection) -> Result<Vec<String>> {
        diesel::update(articles::table.find(self.id))
            .set(
                articles::deleted_at
                    .eq(diesel::dsl::now.into_sql::<sql::Nullable<sql::Timestamptz>>()),
            )
            .execute(conn)
            .await?;
        self.touch(conn).await?;
        projection::project(conn, &[self.id]).await
    }

    /// Takes it out of the trash, published editions included; it is locked. Gives the cache keys of what
    /// readers have again.
    ///
    /// # Errors
    /// 404 after 30 days, 409 when it is not in the trash.
    pub async fn restore(&self, conn: &mut AsyncPgConnection) -> Result<Vec<String>> {
        let Some(deleted_at) = self.deleted_at else {
            return Err(Error::conflict("the article is not in the trash"));
        };
        if chrono::Utc::now() - deleted_at > chrono::Duration::days(DAYS) {
            return Err(Error::not_found("article"));
        }
        self.lapse(conn).await?;
        diesel::update(articles::table.find(self.id))
            .set(articles::deleted_at.eq(None::<chrono::DateTime<chrono::Utc>>))
            .execute(conn)
            .await?;
        self.touch(conn).await?;
        projection::project(conn, &[self.id]).await
    }

    /// What was to happen while it was in the trash did not: what was to be published is a draft, and what
    /// was to be taken from readers is taken now. Each has its event.
    async fn lapse(&self, conn: &mut AsyncPgConnection) -> Result<()> {
        let passed: Statement<(sql::Text, sql::Bool)> = Statement::new(
            "with passed as (select locale, published_revision is not null and unpublish_at <= now() as ends \
                from translations where (publish_at <= now() or unpublish_at <= now()) and article_id = ",
        )
        .bind(self.id)
        .sql(
            "), changed as (update translations t set status = 'draft', publish_at = null, \
                unpublish_at = case when published_revision is not null and unpublish_at > now() then unpublish_at end, \
                published_revision = case when passed.ends then null else published_revision end, \
                published_at = case when passed.ends then null else published_at end, \
                republished_at = case when passed.ends then null else republished_at end, \
                version = version + 1, updated_at = now() \
                from passed where t.locale = passed.locale and t.article_id = ",
        )
        .bind(self.id)
        .sql(") select locale, coalesce(ends, false) from passed order by locale");
        let passed: Vec<(String, bool)> = passed.load(conn).await?;
        for (locale, ends) in passed {
            let kind = match ends {
                true => "translation.unpublished",
                false => "translation.reopened",
            };
            Event::new(kind, None)
                .article(self.id)
                .locale(&locale)
                .data(json!({"scheduled": true}))
                .write(conn)
                .await?;
        }
        Ok(())
    }

    /// Erases it with everything under it; gives the cache keys of what readers had. Only its published slugs are remembered, as gone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn erase(&self, conn: &mut AsyncPgConnection) -> Result<Vec<String>> {
        let keys = projection::withdraw_all(conn, &[self.id]).await?;
        diesel::delete(articles::table.find(self.id))
            .execute(conn)
            .await?;
        release_unpublished(conn).await?;
        Ok(keys)
    }
}

/// Erases what has been in the trash for longer than it keeps things; tells how many.
///
/// # Errors
/// When the database fails.
pub async fn empty(conn: &mut AsyncPgConnection) -> Result<usize> {
    let expired: Statement<sql::Bool> = Statement::new(
        "with expired as (select id from articles where deleted_at < now() - make_interval(days => 30) \
            order by id for update skip locked limit 1000), \
        gone as (delete from articles where id in (select id from expired) returning true) select * from gone",
    );
    let gone: Vec<bool> = expired.load(conn).await?;
    release_unpublished(conn).await?;
    Ok(gone.len())
}

/// Slugs that readers never saw are free again when their article is erased.
async fn release_unpublished(conn: &mut AsyncPgConnection) -> Result<()> {
    let release: Statement<()> =
        Statement::new("delete from slugs where article_id is null and published_at is null");
    release.execute(conn).await?;
    Ok(())
}
