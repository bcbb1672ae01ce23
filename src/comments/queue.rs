//! Comments across articles, for moderators; and their counts, for everybody.

use chrono::{DateTime, Utc};
use diesel::sql_types as sql;
use uuid::Uuid;

use super::model::{COLUMNS, Comment, CommentSql, article_visible_sql};
use crate::articles::{Article, ArticleRef};
use crate::db::{Reader, Statement};
use crate::error::Result;

/// Which comments a moderator is shown, newest first.
#[derive(Debug)]
pub struct Queue {
    /// Only those in this status.
    pub status: Option<String>,
    /// Only those under this article.
    pub article: Option<ArticleRef>,
    /// Only those in this language.
    pub locale: Option<String>,
    /// Behind this one.
    pub after: Option<(DateTime<Utc>, Uuid)>,
    /// At most so many.
    pub limit: i64,
}

impl Queue {
    /// The page.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(&self, reader: &Reader) -> Result<Vec<Comment>> {
        let mut page: Statement<CommentSql> =
            Statement::new(format!("select {COLUMNS} from comments c where true"));
        page = self.filter(page);
        if let Some((created_at, id)) = self.after {
            page = page
                .sql(" and (c.created_at, c.id) < (")
                .bind(created_at)
                .sql(", ")
                .bind(id)
                .sql(")");
        }
        reader
            .load(
                page.sql(" order by c.created_at desc, c.id desc limit ")
                    .bind(self.limit),
            )
            .await
    }

    /// How many there are altogether.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count(&self, reader: &Reader) -> Result<i64> {
        let count = self.filter(Statement::<sql::BigInt>::new(
            "select count(*) from comments c where true",
        ));
        Ok(reader.first(count).await?.unwrap_or_default())
    }

    fn filter<Row>(&self, mut page: Statement<Row>) -> Statement<Row> {
        if let Some(status) = &self.status {
            page = page.sql(" and c.status = ").bind(status.as_str());
        }
        if let Some(locale) = &self.locale {
            page = page.sql(" and c.locale = ").bind(locale.as_str());
        }
        match &self.article {
            None => page,
            Some(ArticleRef::Id(id)) => page.sql(" and c.article_id = ").bind(*id),
            Some(ArticleRef::Slug(slug)) => page
                .sql(" and c.article_id = (")
                .append(Article::id_by_slug(slug, None))
                .sql(")"),
        }
    }
}

/// How many comments are to be seen under each of these articles that readers see.
///
/// # Errors
/// When the database fails.
pub async fn counts(reader: &Reader, articles: Vec<Uuid>) -> Result<Vec<(Uuid, i64)>> {
    let count: Statement<(sql::Uuid, sql::BigInt)> = Statement::new(
        "select c.article_id, c.approved from comment_counts c where c.article_id = any(",
    )
    .bind(articles)
    .sql(format!(
        ") and {} order by c.article_id",
        article_visible_sql("c.article_id")
    ));
    reader.load(count).await
}

/// Whose eyes a comment is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Eyes {
    /// Readers see what is approved.
    Reader,
    /// Its writer sees it in any state, while readers see the article.
    Writer,
    /// A moderator sees it always.
    Moderator,
}

/// The comment, if it is for these eyes.
///
/// # Errors
/// When the database fails.
pub async fn find(reader: &Reader, id: Uuid, eyes: Eyes) -> Result<Option<Comment>> {
    let find: Statement<CommentSql> =
        Statement::new(format!("select {COLUMNS} from comments c where c.id = "))
            .bind(id)
            .sql(" and (")
            .bind(eyes == Eyes::Moderator)
            .sql(format!(
                " or ({} and (",
                article_visible_sql("c.article_id")
            ))
            .bind(eyes == Eyes::Writer)
            .sql(" and c.status <> 'deleted' or c.visible)))");
    reader.first(find).await
}
