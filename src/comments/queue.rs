//! Comments across articles, for moderators; and their counts, for everybody.

mod search;

pub use search::Words;

use chrono::{DateTime, Utc};
use diesel::sql_types as sql;
use uuid::Uuid;

use super::model::{COLUMNS, Comment, CommentSql, article_visible_sql};
use super::status::Status;
use super::text::is_email;
use crate::articles::{Article, ArticleRef};
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
                let count = count.append(query.condition());
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

    /// SQL of the newest behind the last page, at most so many, in brackets.
    fn newest(&self, most: i64) -> Statement<()> {
        let by_status = self.status.is_none() && self.goes_by_locale();
        let statuses: Vec<Option<Status>> = match by_status {
            true => Status::ALL.into_iter().map(Some).collect(),
            false => vec![self.status],
        };
        let places: Vec<Statement<()>> = statuses
            .into_iter()
            .flat_map(|status| self.places(status))
            .collect();
        let ways = places.len();
        let walks = places.into_iter().map(|place| {
            Statement::new("(select * from comments c where ")
                .append(place)
                .append(self.behind())
                .append(first(most))
                .sql(")")
        });
        let all = walks.reduce(|all: Statement<()>, one| all.sql(" union all ").append(one));
        let all = all.unwrap_or_else(|| Statement::new(""));
        if ways == 1 {
            return all;
        }
        Statement::new("(select * from (")
            .append(all)
            .sql(") c")
            .append(first(most))
            .sql(")")
    }

    /// Whether the index that has the comments of a language, in each status, is the one to go by.
    fn goes_by_locale(&self) -> bool {
        let shorter = matches!(self.author, Some(Author::Email(_) | Author::Of(_)))
            || self.article.is_some()
            || self.reported == Some(true);
        self.locale.is_some() && !shorter
    }

    /// Every condition but those on words.
    fn wanted(&self) -> Statement<()> {
        let places = self.places(self.status).into_iter();
        let places = places.map(|place| Statement::new("(").append(place).sql(")"));
        let any = places.reduce(|any: Statement<()>, one| any.sql(" or ").append(one));
        Statement::new("(")
            .append(any.unwrap_or_else(|| Statement::new("true")))
            .sql(")")
    }

    /// The same in parts that have no comment in common and an index each, in this status.
    fn places(&self, status: Option<Status>) -> Vec<Statement<()>> {
        let whose = match &self.author {
            Some(Author::Email(email)) => vec![
                Statement::new("c.author_email is not null and lower(c.author_email) = lower(")
                    .bind(email.as_str())
                    .sql(")"),
            ],
            Some(Author::Of(comment)) => vec![of_email(*comment), of_address(*comment)],
            Some(Author::Name(_)) | None => vec![Statement::new("true")],
        };
        whose
            .into_iter()
            .map(|whose| whose.append(self.filter(status)))
            .collect()
    }

    fn filter(&self, status: Option<Status>) -> Statement<()> {
        let mut filter = Statement::new("");
        if let Some(status) = status {
            filter = filter.sql(" and c.status = ").bind(status.name());
        }
        if let Some(locale) = &self.locale {
            filter = filter.sql(" and c.locale = ").bind(locale.as_str());
        }
        filter = match self.reported {
            Some(true) => filter.sql(" and c.report_count > 0"),
            Some(false) => filter.sql(" and c.report_count = 0"),
            None => filter,
        };
        match &self.article {
            None => filter,
            Some(ArticleRef::Id(id)) => filter.sql(" and c.article_id = ").bind(*id),
            Some(ArticleRef::Slug(slug)) => filter
                .sql(" and c.article_id = (")
                .append(Article::id_by_slug(slug, None))
                .sql(")"),
        }
    }

    fn behind(&self) -> Statement<()> {
        match self.after {
            None => Statement::new(""),
            Some((created_at, id)) => Statement::new(" and (c.created_at, c.id) < (")
                .bind(created_at)
                .sql(", ")
                .bind(id)
                .sql(")"),
        }
    }
}

/// The end of a query for at most so many.
fn first(most: i64) -> Statement<()> {
    Statement::new(" order by c.created_at desc, c.id desc limit ").bind(most)
}

/// Those of the e-mail address that a comment is of.
fn of_email(comment: Uuid) -> Statement<()> {
    Statement::new(
        "c.author_email is not null and lower(c.author_email) = \
            (select lower(x.author_email) from comments x where x.id = ",
    )
    .bind(comment)
    .sql(")")
}

/// Those from the address that a comment is from, as far as its e-mail address does not tell them.
fn of_address(comment: Uuid) -> Statement<()> {
    Statement::new(
        "c.address_hash is not null and c.address_hash = (select x.address_hash from comments x where x.id = ",
    )
    .bind(comment)
    .sql(
        ") and coalesce(lower(c.author_email) <> (select lower(x.author_email) from comments x where x.id = ",
    )
    .bind(comment)
    .sql("), true)")
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
