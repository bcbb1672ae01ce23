//! What a new comment has to know of its article, and of the comment that it answers.

use diesel::Queryable;
use diesel::sql_types as sql;
use uuid::Uuid;

use super::model::{article_id_sql, article_visible_sql};
use super::text::NewComment;
use crate::articles::ArticleRef;
use crate::db::{Reader, Statement};
use crate::document::comments_open_sql;
use crate::error::{Error, Result};
use crate::values::language;

/// How deep threads go; what answers the deepest stands beside it. Roots are at depth 0.
pub const DEEPEST: usize = 6;

/// An article that readers see, as far as a comment under it depends on it.
#[derive(Debug, Clone, Queryable)]
pub struct Subject {
    /// The article.
    pub id: Uuid,
    /// Whether readers may comment now.
    pub open: bool,
    /// One thread for all languages (`shared`), or one for each (`per_locale`).
    pub threads: String,
    source_locale: String,
    /// The languages that comments may be in.
    languages: Vec<String>,
    /// Of the comment that is answered, where there is such a one for readers: what stands above it.
    above_parent: Option<Vec<Uuid>>,
    parent_locale: Option<String>,
}

/// The SQL types of [`Subject`].
pub type SubjectSql = (
    sql::Uuid,
    sql::Bool,
    sql::Text,
    sql::Text,
    sql::Array<sql::Text>,
    sql::Nullable<sql::Array<sql::Uuid>>,
    sql::Nullable<sql::Text>,
);

/// Where a comment stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The article.
    pub article_id: Uuid,
    /// From the root of its thread down to its parent.
    pub ancestors: Vec<Uuid>,
    /// Its language.
    pub locale: String,
}

impl Subject {
    /// The article, and the comment under it that is answered, if one is.
    ///
    /// # Errors
    /// 404 when readers have no such article.
    pub async fn find(
        reader: &Reader,
        article: &ArticleRef,
        parent: Option<Uuid>,
    ) -> Result<Subject> {
        let found = reader.first(Subject::find_sql(article, parent)).await?;
        found.ok_or_else(|| Error::not_found("article"))
    }

    /// SQL of that.
    pub fn find_sql(article: &ArticleRef, parent: Option<Uuid>) -> Statement<SubjectSql> {
        Statement::new(format!(
            "select a.id, {}, a.comments_threads, a.source_locale, \
                array(select code from locales where enabled order by code), p.ancestors, p.locale \
            from articles a left join comments p on p.article_id = a.id and p.status = 'approved' and p.id = ",
            comments_open_sql()
        ))
        .bind(parent.unwrap_or_default())
        .sql(" where a.id = ")
        .append(article_id_sql::<()>(article))
        .sql(format!(" and {}", article_visible_sql("a.id")))
    }

    /// Where this comment would stand.
    ///
    /// # Errors
    /// 409 when the article is closed, 422 for a parent or a locale that will not do.
    pub fn place(self, new: &NewComment) -> Result<Place> {
        if !self.open {
            return Err(closed());
        }
        let (ancestors, locale) = Error::gather(self.ancestors(new), self.locale(new))?;
        let in_other_thread = self.threads == "per_locale"
            && self
                .parent_locale
                .as_ref()
                .is_some_and(|parent| *parent != locale);
        if in_other_thread {
            return Err(Error::fault(
                "/parent_id",
                "other_language",
                "the threads of this article are one per language",
            ));
        }
        Ok(Place {
            article_id: self.id,
            ancestors,
            locale,
        })
    }

    /// Under the comment that is answered, or beside it at the deepest level.
    fn ancestors(&self, new: &NewComment) -> Result<Vec<Uuid>> {
        let Some(parent) = new.parent_id else {
            return Ok(vec![]);
        };
        let mut ancestors = self.above_parent.clone().ok_or_else(unknown_parent)?;
        if ancestors.len() < DEEPEST {
            ancestors.push(parent);
        }
        Ok(ancestors)
    }

    /// The language that the comment says it is in, or seems to be in, among those there are; else the
    /// article's.
    fn locale(&self, new: &NewComment) -> Result<String> {
        let codes = &self.languages;
        let Some(said) = &new.locale else {
            let detected = language::detect(&new.body, codes);
            return Ok(detected.unwrap_or(&self.source_locale).clone());
        };
        let known = said
            .lookup()
            .map(String::from)
            .find(|tag| codes.contains(tag));
        known.ok_or_else(|| {
            Error::fault("/locale", "unknown_locale", "there is no such locale here")
        })
    }
}

/// 409.
pub fn closed() -> Error {
    Error::conflict("comments on this article are closed")
}

/// 422.
pub fn unknown_parent() -> Error {
    Error::fault(
        "/parent_id",
        "unknown_comment",
        "there is no such comment under this article",
    )
}
