//! Working copies in the database.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::claims::release;
use super::workflow::{Action, Status};
use crate::articles::Article;
use crate::error::{Code, Error, Problem, Result};
use crate::schema::translations;

/// An article in one language: its state. Its words are those of its newest revision.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = translations)]
pub struct Translation {
    /// The article.
    pub article_id: Uuid,
    /// The language.
    pub locale: String,
    /// The language that the article was written in.
    pub source_locale: String,
    /// The working copy's slug.
    pub slug: String,
    /// The working copy's state.
    pub status: Status,
    /// The newest revision.
    pub revision: i32,
    /// The source's revision that it follows; none for the source itself.
    pub based_on_revision: Option<i32>,
    /// Counts the changes.
    pub version: i64,
    /// The revision that readers have.
    pub published_revision: Option<i32>,
    /// When it came to readers.
    pub published_at: Option<DateTime<Utc>>,
    /// When it first came to readers.
    pub first_published_at: Option<DateTime<Utc>>,
    /// When the working copy is to come to readers.
    pub publish_at: Option<DateTime<Utc>>,
    /// When it is to be taken from readers.
    pub unpublish_at: Option<DateTime<Utc>>,
}

impl Translation {
    /// An article's translation in a language, if it has one. The article is locked, and with it all
    /// its translations.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find(
        conn: &mut AsyncPgConnection,
        article: Uuid,
        locale: &str,
    ) -> Result<Option<Translation>> {
        let found = translations::table
            .find((article, locale))
            .select(Translation::as_select());
        Ok(found.first(conn).await.optional()?)
    }

    /// All translations of an article, by locale.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn all(conn: &mut AsyncPgConnection, article: Uuid) -> Result<Vec<Translation>> {
        let all = translations::table
            .filter(translations::article_id.eq(article))
            .order(translations::locale);
        Ok(all.select(Translation::as_select()).load(conn).await?)
    }

    /// Whether the article was written in it.
    pub fn is_source(&self) -> bool {
        self.locale == self.source_locale
    }

    /// Whether readers have an edition.
    pub fn is_published(&self) -> bool {
        self.published_revision.is_some()
    }

    /// Whether readers have an edition, or are to have one at a time that is set: to undo that is as much as
    /// to publish.
    pub fn is_for_readers(&self) -> bool {
        self.is_published() || self.status == Status::Scheduled
    }

    /// Lets pass a move that its state allows.
    ///
    /// # Errors
    /// 409 with those that it does allow.
    pub fn check(&self, action: Action) -> Result<()> {
        if self.status.allows(action, self.is_published()) {
            return Ok(());
        }
        let legal = self.status.legal_actions(self.is_published());
        let but = if self.is_published() && self.status != Status::Published {
            ", with an edition that readers have"
        } else {
            ""
        };
        let detail = format!(
            "`{}` is {}{but}: `{}` is not possible; legal: {}",
            self.locale,
            self.status.name(),
            action.name(),
            legal.join(", ")
        );
        Err(Problem::new(Code::Conflict, detail)
            .with("legal_actions", legal)
            .into())
    }

    /// Deletes it with its revisions; the article is locked, and to be projected after.
    ///
    /// # Errors
    /// 409 for the source.
    pub async fn delete(&self, conn: &mut AsyncPgConnection, article: &Article) -> Result<()> {
        if self.locale == article.source_locale {
            return Err(Error::conflict(
                "the source cannot be deleted: the other translations follow it, and an article without it is none; \
                delete the article instead",
            ));
        }
        diesel::delete(translations::table.find((self.article_id, &self.locale)))
            .execute(conn)
            .await?;
        release(conn, &self.locale, &self.slug).await
    }
}
