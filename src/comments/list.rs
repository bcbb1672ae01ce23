//! The comments under an article: a page of roots with their first replies, in one query whose cost is
//! that of the page.

use chrono::{DateTime, Utc};
use diesel::Queryable;
use diesel::sql_types as sql;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::{COLUMNS, Comment, CommentSql, article_id_sql, article_visible_sql};
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
    /// Those that readers like best first, as far as their reactions can tell; then newest first.
    Top,
}

/// The place of the last comment of a page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct After {
    /// The order it was in.
    pub sort: Sort,
    key: Key,
    id: Uuid,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum Key {
    Time(DateTime<Utc>),
    Score(i32),
}

impl After {
    /// The place of this comment.
    pub fn of(comment: &Comment, sort: Sort) -> Self {
        let key = match sort {
            Sort::Newest | Sort::Oldest => Key::Time(comment.created_at),
            Sort::Top => Key::Score(comment.score),
        };
        After {
            sort,
            key,
            id: comment.id,
        }
    }

    fn condition(&self) -> Statement<()> {
        let (column, compare, _) = self.sort.sql();
        let behind: Statement<()> = Statement::new(format!(" and (c.{column}, c.id) {compare} ("));
        let behind = match self.key {
            Key::Time(time) => behind.bind(time),
            Key::Score(score) => behind.bind(score),
        };
        behind.sql(", ").bind(self.id).sql(")")
    }
}

impl Sort {
    /// The column that it goes by, how what comes later compares, and the direction.
    fn sql(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Sort::Newest => ("created_at", "<", " desc"),
            Sort::Oldest => ("created_at", ">", ""),
            Sort::Top => ("score", "<", " desc"),
        }
    }
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
    /// The article's cache keys.
    pub keys: String,
    /// The comment.
    pub comment: Comment,
}

type ListedSql = (sql::Bool, sql::Bool, sql::Text, CommentSql);

/// What the article says of its comments.
#[derive(Debug, Clone, Queryable)]
pub struct Subject {
    /// Its cache keys.
    pub keys: String,
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
        let page = subject::<ListedSql>(article, wanted)
            .sql(", page as materialized (select s.per_locale, s.keys, c.* from subject s cross join lateral (")
            .append(self.walks())
            .sql(format!(
                ") c) select false, c.per_locale, c.keys, {COLUMNS} from page c union all \
                select true, p.per_locale, p.keys, {COLUMNS} from page p cross join lateral (\
                    select * from comments c where c.parent_id = p.id and c.parent_id is not null and c.visible \
                    order by c.created_at, c.id limit "
            ))
            .bind(self.replies + 1)
            .sql(") c where ")
            .bind(self.replies > 0);
        let mut rows: Vec<Listed> = reader.load(page).await?;
        // PostgreSQL promises no order for the two halves together.
        rows.sort_by(|one, other| {
            let place = |row: &Listed| (row.is_reply, row.comment.created_at, row.comment.id);
            match self.sort {
                _ if one.is_reply || other.is_reply => place(one).cmp(&place(other)),
                Sort::Oldest => place(one).cmp(&place(other)),
                Sort::Newest => place(other).cmp(&place(one)),
                Sort::Top => {
                    let place = |row: &Listed| (row.comment.score, row.comment.id);
                    place(other).cmp(&place(one))
                }
            }
        });
        Ok(rows)
    }

    /// SQL of the page's comments, each way by an index that has them in this order: the replies to one, or
    /// the roots in all languages, or those in one. Which of the last two it is the article knows: the way
    /// that it is not is never gone.
    fn walks(&self) -> Statement<()> {
        let (column, _, direction) = self.sort.sql();
        let order = format!(" order by c.{column}{direction}, c.id{direction} limit ");
        let walks = self.places().into_iter().map(|place| {
            Statement::new("(select * from comments c where ")
                .append(place)
                .append(
                    self.after
                        .as_ref()
                        .map_or(Statement::new(""), After::condition),
                )
                .sql(order.clone())
                .bind(self.limit)
                .sql(")")
        });
        let all = walks.reduce(|all: Statement<()>, one| all.sql(" union all ").append(one));
        all.unwrap_or_else(|| Statement::new(""))
    }

    /// Where the comments stand, in the words of the partial indexes. Replies are of their parent's thread,
    /// whatever their own language; that it is one of this article's is written so that PostgreSQL does not look
    /// for it by an index, which would find all of the article's comments.
    fn places(&self) -> Vec<Statement<()>> {
        let Some(parent) = self.parent else {
            let roots = "c.article_id = s.id and c.visible and c.parent_id is null and";
            return vec![
                Statement::new(format!("{roots} s.thread is null")),
                Statement::new(format!("{roots} c.locale = s.thread")),
            ];
        };
        let scored = match self.sort {
            Sort::Top => " and c.score is not null",
            Sort::Newest | Sort::Oldest => "",
        };
        let replies = format!(
            "(c.article_id = s.id) is true and c.visible and c.parent_id is not null{scored} and c.parent_id = "
        );
        vec![Statement::new(replies).bind(parent)]
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
        let places = self.places().into_iter();
        let either = places.reduce(|either, place| either.sql(" or ").append(place));
        let count = subject::<sql::BigInt>(article, wanted)
            .sql(" select count(*) from subject s cross join comments c where (")
            .append(either.unwrap_or_else(|| Statement::new("true")))
            .sql(")");
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
    let find = subject::<(sql::Text, sql::Uuid, sql::Bool)>(article, wanted)
        .sql(" select s.keys, s.id, s.per_locale from subject s");
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
            (select v.surrogate_keys from editions v where v.article_id = a.id limit 1) as keys, coalesce(",
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
