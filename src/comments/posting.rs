//! Posting a comment: under which article, in answer to what, in which language.

use diesel::prelude::*;
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::model::{Comment, article_id_sql, article_visible_sql};
use super::text::NewComment;
use crate::articles::ArticleRef;
use crate::db::{OnConstraint, Statement};
use crate::error::{Error, Result};
use crate::schema::comments;
use crate::values::language;
use crate::values::markdown;
use crate::values::secret::{hash, new_secret};

/// How deep threads go; what answers the deepest stands beside it. Roots are at depth 0.
const DEEPEST: usize = 6;

/// What a new comment has to know of its article.
#[derive(Debug, Clone, Queryable)]
struct Subject {
    id: Uuid,
    open: bool,
    threads: String,
    source_locale: String,
    /// The languages that comments may be in.
    languages: Vec<String>,
}

type SubjectSql = (
    sql::Uuid,
    sql::Bool,
    sql::Text,
    sql::Text,
    sql::Array<sql::Text>,
);

impl Comment {
    /// Posts a comment under an article that readers see, and tells its writer's token.
    ///
    /// # Errors
    /// 404 for the article, 409 when it is closed, 422 for a parent or locale that will not do.
    pub async fn create(
        conn: &mut AsyncPgConnection,
        article: &ArticleRef,
        new: &NewComment,
        status: &str,
    ) -> Result<(Comment, String)> {
        let subject = Comment::subject(conn, article).await?;
        if !subject.open {
            return Err(Error::conflict("comments on this article are closed"));
        }
        let parent = match new.parent_id {
            Some(id) => Comment::parent(conn, &subject, id).await.map(Some),
            None => Ok(None),
        };
        let (parent, locale) = Error::gather(parent, comment_locale(&subject, new))?;
        if let Some(parent) = &parent
            && subject.threads == "per_locale"
            && parent.locale != locale
        {
            return Err(Error::fault(
                "/parent_id",
                "other_language",
                "the threads of this article are one per language",
            ));
        }
        let ancestors = parent
            .map(|parent| parent.ancestors_of_reply())
            .unwrap_or_default();
        let secret = new_secret("").map_err(|error| Error::Internal(error.to_string()))?;
        let comment = diesel::insert_into(comments::table)
            .values((
                comments::id.eq(Uuid::now_v7()),
                comments::article_id.eq(subject.id),
                comments::parent_id.eq(ancestors.last()),
                comments::ancestors.eq(&ancestors),
                comments::locale.eq(locale),
                comments::author_name.eq(&new.author_name),
                comments::author_email.eq(&new.author_email),
                comments::author_url.eq(&new.author_url),
                comments::body.eq(&new.body),
                comments::body_html.eq(markdown::comment_html(&new.body)),
                comments::status.eq(status),
                comments::edit_token_hash.eq(hash(&secret)),
            ))
            .returning(Comment::as_returning())
            .get_result(conn)
            .await
            // The locale was deleted this moment: look again.
            .on_constraint("comments_locale_fkey", || Error::Contended)?;
        Ok((comment, secret))
    }

    async fn subject(conn: &mut AsyncPgConnection, article: &ArticleRef) -> Result<Subject> {
        let find: Statement<SubjectSql> = Statement::new(
            "select a.id, a.comments_open and (a.comments_close_at is null or a.comments_close_at > now()), \
                a.comments_threads, a.source_locale, array(select code from locales where enabled order by code) \
            from articles a where a.id = ",
        )
        .append(article_id_sql::<()>(article))
        // Kept from being erased before the comment is there.
        .sql(format!(" and {} for key share of a", article_visible_sql("a.id")));
        let found: Vec<Subject> = find.load(conn).await?;
        found
            .into_iter()
            .next()
            .ok_or_else(|| Error::not_found("article"))
    }

    /// The comment that is answered, kept from being deleted meanwhile.
    async fn parent(conn: &mut AsyncPgConnection, subject: &Subject, id: Uuid) -> Result<Comment> {
        let found = comments::table
            .find(id)
            .filter(comments::article_id.eq(subject.id))
            .filter(comments::status.eq("approved"))
            .select(Comment::as_select())
            .for_key_share();
        let parent: Option<Comment> = found.first(conn).await.optional()?;
        parent.ok_or_else(|| {
            Error::fault(
                "/parent_id",
                "unknown_comment",
                "there is no such comment under this article",
            )
        })
    }

    /// The place of a reply: under this comment, or beside it at the deepest level.
    fn ancestors_of_reply(self) -> Vec<Uuid> {
        let mut ancestors = self.ancestors;
        if ancestors.len() < DEEPEST {
            ancestors.push(self.id);
        }
        ancestors
    }
}

/// The language that the comment says it is in, or seems to be in, among those there are; else the
/// article's.
fn comment_locale(subject: &Subject, new: &NewComment) -> Result<String> {
    let codes = &subject.languages;
    if let Some(said) = &new.locale {
        let known = said
            .lookup()
            .map(String::from)
            .find(|tag| codes.contains(tag));
        return known.ok_or_else(|| {
            Error::fault("/locale", "unknown_locale", "there is no such locale here")
        });
    }
    let detected = language::detect(&new.body, codes);
    Ok(detected.unwrap_or(&subject.source_locale).clone())
}
