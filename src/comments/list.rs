//! The comments under an article: a page of roots with their first replies, in one query whose cost is
//! that of the page.

use chrono::{DateTime, Utc};
use diesel::Queryable;
use diesel::sql_types as sql;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::{COLUMNS, Comment, CommentSql, VISIBLE, article_id_sql, article_visible_sql};
use crate::articles::ArticleRef;
use crate::db::{Reader, Statement};
use crate::editions::model::unknown;
use crate::error::Result;
use crate::locales::preference::{preference, rank_sql};
use crate::values::negotiation::Negotiation;

/// The order of a list of comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Sort {
    /// Newest first.
    Newest,
    /// Oldest first.
    Oldest,
}

/// The place of the last comment of a page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct After {
    /// The order it was in.
    pub sort: Sort,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// Its id.
    pub id: Uuid,
}

/// Which comments a list has.
#[derive(Debug)]
pub struct CommentList {
    /// Under this one; none: those that answer nothing.
    pub parent: Option<Uuid>,
    /// In this order.
    pub sort: Sort,
    /// Behind this one.
    pub after: Option<After>,
    /// At most so many.
    pub limit: i64,
    /// Each with at most so many replies.
    pub replies: i64,
}

/// A comment of the page, or a reply to one.
#[derive(Debug, Clone, Queryable)]
pub struct Listed {
    /// Whether it is a reply to one of the page.
    pub is_reply: bool,
    /// Whether the article has a thread for each language.
    pub per_locale: bool,
    /// The comment.
    pub comment: Comment,
}

type ListedSql = (sql::Bool, sql::Bool, CommentSql);

/// What the article says of its comments.
#[derive(Debug, Clone, Queryable)]
pub struct Subject {
    /// The article.
    pub article_id: Uuid,
    /// Whether it has a thread for each language.
    pub per_locale: bool,
}

impl CommentList {
    /// The page, each comment before its replies; replies are one more than asked for, where there are
    /// more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(
        &self,
        reader: &Reader,
        article: &ArticleRef,
        wanted: &Negotiation,
    ) -> Result<Vec<Listed>> {
        let (compare, direction) = match self.sort {
            Sort::Newest => ("<", " desc"),
            Sort::Oldest => (">", ""),
        };
        let mut page = subject::<ListedSql>(article, wanted)
            .sql(format!(", page as materialized (select s.per_locale, c.* from subject s cross join lateral (\
                select * from comments c where c.article_id = s.id and {VISIBLE} and "))
            .append(self.place());
        if let Some(after) = &self.after {
            page = page
                .sql(format!(" and (c.created_at, c.id) {compare} ("))
                .bind(after.created_at)
                .sql(", ")
                .bind(after.id)
                .sql(")");
        }
        let page = page
            .sql(format!(" order by c.created_at{direction}, c.id{direction} limit "))
            .bind(self.limit)
            .sql(format!(
                ") c) select false, c.per_locale, {COLUMNS} from page c union all \
                select true, p.per_locale, {COLUMNS} from page p cross join lateral (\
                    select * from comments c where c.parent_id = p.id and {VISIBLE} order by c.created_at, c.id limit "
            ))
            .bind(self.replies + 1)
            .sql(") c where ")
            .bind(self.replies > 0);
        let mut rows: Vec<Listed> = reader.load(page).await?;
        // PostgreSQL promises no order for the two halves together.
        rows.sort_by_key(|row| (row.is_reply, row.comment.created_at, row.comment.id));
        if self.sort == Sort::Newest {
            let roots = rows.partition_point(|row| !row.is_reply);
            let (first, _) = rows.split_at_mut(roots);
            first.reverse();
        }
        Ok(rows)
    }

    fn place(&self) -> Statement<()> {
        match self.parent {
            Some(parent) => Statement::new("c.parent_id = ").bind(parent),
            // The words of the partial index, and the language of the thread. Replies are of their
            // parent's thread, whatever their own language.
            None => Statement::new(
                "c.parent_id is null and c.status in ('approved', 'deleted') \
                    and (s.thread is null or c.locale = s.thread)",
            ),
        }
    }

    /// How many the list has altogether.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count(
        &self,
        reader: &Reader,
        article: &ArticleRef,
        wanted: &Negotiation,
    ) -> Result<i64> {
        let count = subject::<sql::BigInt>(article, wanted)
            .sql(format!(" select count(*) from subject s join comments c on c.article_id = s.id where {VISIBLE} and "))
            .append(self.place());
        Ok(reader.first(count).await?.unwrap_or_default())
    }
}

/// What an empty page is of.
///
/// # Errors
/// 404 when readers have no such article.
pub async fn find_subject(
    reader: &Reader,
    article: &ArticleRef,
    wanted: &Negotiation,
) -> Result<Subject> {
    let find = subject::<(sql::Uuid, sql::Bool)>(article, wanted)
        .sql(" select s.id, s.per_locale from subject s");
    reader.first(find).await?.ok_or_else(|| unknown(article))
}

/// `subject`: the article, if readers see it, and the language of the thread that is wanted: the one
/// asked for; else, where each language has its own, the one that the article would be read in.
fn subject<Row>(article: &ArticleRef, wanted: &Negotiation) -> Statement<Row> {
    let rank = rank_sql("e", "e.source_locale");
    let asked = wanted.asked().map(ToString::to_string);
    preference(wanted)
        .sql(
            ", subject as materialized (select a.id, a.comments_threads = 'per_locale' as per_locale, \
            coalesce(",
        )
        .bind(asked)
        .sql(format!(
            ", case when a.comments_threads = 'per_locale' then (select e.locale from editions e \
                join locales l on l.code = e.locale and l.enabled, preference \
                where e.article_id = a.id and {rank} is not null order by {rank} limit 1) end) as thread \
            from articles a where a.id = "
        ))
        .append(article_id_sql::<()>(article))
        .sql(format!(" and {})", article_visible_sql("a.id")))
}
