//! Comments across articles, for moderators; and their counts, for everybody.

mod search;
mod walks;

pub use search::Words;

use chrono::{DateTime, Utc};
use diesel::sql_types as sql;
use uuid::Uuid;

use super::model::{COLUMNS, Comment, CommentSql, article_visible_sql};
use super::status::Status;
use super::text::is_email;
use crate::articles::ArticleRef;
use crate::db::{Reader, Statement};
use crate::error::Result;
use search::WordQuery;

/// Which comments a moderator is shown, newest first.
#[derive(Debug)]
pub struct Queue {
    /// Only those in this status.
    pub status: Option<Status>,
    /// Only those under this article.
    pub article: Option<ArticleRef>,
    /// Only those in this language.
    pub locale: Option<String>,
    /// Only those by this author.
    pub author: Option<Author>,
    /// Only those that have been reported since a moderator last decided; or only others.
    pub reported: Option<bool>,
    /// Only those with all of these words.
    pub words: Option<Words>,
    /// Behind this one.
    pub after: Option<(DateTime<Utc>, Uuid)>,
    /// At most so many.
    pub limit: i64,
}

/// Whose comments.
#[derive(Debug, Clone)]
pub enum Author {
    /// Of this e-mail address.
    Email(String),
    /// Of this name.
    Name(String),
    /// Of the e-mail address, or of what stands for the address, that this comment came from.
    Of(Uuid),
}

impl Author {
    /// An author as a moderator names one: the id of a comment, an e-mail address, or a name.
    pub fn parse(text: &str) -> Author {
        match text.parse() {
            Ok(comment) => Author::Of(comment),
            Err(_) if is_email(text) => Author::Email(text.to_owned()),
            Err(_) => Author::Name(text.to_owned()),
        }
    }
}

impl Queue {
    /// The page.
    ///
    /// # Errors
    /// When the database fails, or a search takes too long.
    pub async fn load(&self, reader: &Reader) -> Result<Vec<Comment>> {
        match self.query() {
            Some(query) => search::load(self, &query, &reader.searching()).await,
            None => {
                let page: Statement<CommentSql> = Statement::new(format!("select {COLUMNS} from "))
                    .append(self.newest(self.limit))
                    .sql(" c order by c.created_at desc, c.id desc");
                reader.load(page).await
            }
        }
    }

    /// How many there are altogether.
    ///
    /// # Errors
    /// As [`Queue::load`].
    pub async fn count(&self, reader: &Reader) -> Result<i64> {
        let count: Statement<sql::BigInt> =
            Statement::new("select count(*) from comments c where ").append(self.wanted());
        let count = match self.query() {
            Some(query) => {
                let count = count.append(query.thorough());
                reader.searching().first(count).await?
            }
            None => reader.first(count).await?,
        };
        Ok(count.unwrap_or_default())
    }

    /// What is asked of the words of a comment, its writer's name among them.
    fn query(&self) -> Option<WordQuery> {
        let name = match &self.author {
            Some(Author::Name(name)) => Some(name.as_str()),
            _ => None,
        };
        WordQuery::new(name, self.words.as_ref())
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
