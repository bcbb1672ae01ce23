//! Comments in the database.

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::text::CommentChanges;
use crate::articles::{Article, ArticleRef};
use crate::db::Statement;
use crate::error::{Code, Error, Result};
use crate::schema::comments;
use crate::values::markdown;
use crate::values::secret::hash;

/// How long the writer of a comment may change it.
const EDITABLE: Duration = Duration::minutes(15);

/// A comment.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = comments)]
pub struct Comment {
    /// Its id.
    pub id: Uuid,
    /// The article.
    pub article_id: Uuid,
    /// The comment that it answers.
    pub parent_id: Option<Uuid>,
    /// From the root of its thread down to its parent.
    pub ancestors: Vec<Uuid>,
    /// Its language.
    pub locale: String,
    /// Who wrote it; none for a tombstone.
    pub author_name: Option<String>,
    /// For moderators only.
    pub author_email: Option<String>,
    /// The writer's page.
    pub author_url: Option<String>,
    /// What it says; none for a tombstone.
    pub body: Option<String>,
    /// The same as HTML.
    pub body_html: Option<String>,
    /// `pending`, `approved`, `rejected`, `spam` or `deleted`.
    pub status: String,
    /// Why the last moderator decided so.
    pub moderation_reason: Option<String>,
    /// Approved direct replies.
    pub reply_count: i32,
    /// SHA-256 of the writer's token.
    pub edit_token_hash: Option<Vec<u8>>,
    /// Counts the changes.
    pub version: i64,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When its words were last changed.
    pub edited_at: Option<DateTime<Utc>>,
}

/// The SQL types of [`Comment`], in the order of [`COLUMNS`].
pub type CommentSql = (
    sql::Uuid,
    sql::Uuid,
    sql::Nullable<sql::Uuid>,
    sql::Array<sql::Uuid>,
    sql::Text,
    sql::Nullable<sql::Text>,
    sql::Nullable<sql::Text>,
    sql::Nullable<sql::Text>,
    sql::Nullable<sql::Text>,
    sql::Nullable<sql::Text>,
    sql::Text,
    sql::Nullable<sql::Text>,
    sql::Integer,
    sql::Nullable<sql::Bytea>,
    sql::BigInt,
    sql::Timestamptz,
    sql::Nullable<sql::Timestamptz>,
);

/// SQL of the columns of [`Comment`], from `c`.
pub const COLUMNS: &str = "c.id, c.article_id, c.parent_id, c.ancestors, c.locale, c.author_name, c.author_email, \
    c.author_url, c.body, c.body_html, c.status, c.moderation_reason, c.reply_count, c.edit_token_hash, c.version, \
    c.created_at, c.edited_at";

/// SQL of whether readers see `c`: it is approved, or a tombstone with something approved under it.
pub const VISIBLE: &str = "(c.status = 'approved' or (c.status = 'deleted' and exists (\
    select from comments u where u.root_id = c.root_id and u.status = 'approved' and c.id = any(u.ancestors))))";

/// SQL of whether readers see the article with this id.
pub fn article_visible_sql(id: &str) -> String {
    format!(
        "exists (select from editions v join locales vl on vl.code = v.locale and vl.enabled where v.article_id = {id})"
    )
}

/// SQL of the id of an article that readers name.
pub fn article_id_sql<Row>(article: &ArticleRef) -> Statement<Row> {
    match article {
        ArticleRef::Id(id) => Statement::new("").bind(*id),
        ArticleRef::Slug(slug) => Article::id_by_published_slug(slug),
    }
}

impl Comment {
    /// How many comments stand above it.
    pub fn depth(&self) -> usize {
        self.ancestors.len()
    }

    /// Whether its words are gone.
    pub fn is_deleted(&self) -> bool {
        self.status == "deleted"
    }

    /// The comment, kept from changing until the transaction ends.
    ///
    /// # Errors
    /// 404.
    pub async fn lock(conn: &mut AsyncPgConnection, id: Uuid) -> Result<Comment> {
        let found = comments::table
            .find(id)
            .select(Comment::as_select())
            .for_update();
        found
            .first(conn)
            .await
            .optional()?
            .ok_or_else(|| Error::not_found("comment"))
    }

    /// Whether readers see its article.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_in_sight(&self, conn: &mut AsyncPgConnection) -> Result<bool> {
        let visible = article_visible_sql("a.id");
        let visible: Statement<sql::Bool> =
            Statement::new(format!("select {visible} from articles a where a.id = "))
                .bind(self.article_id);
        Ok(visible.get_result(conn).await?)
    }

    /// Lets pass who holds the writer's token while it lasts.
    ///
    /// # Errors
    /// 403.
    pub fn admit(&self, secret: &str) -> Result<()> {
        if self.edit_token_hash.as_deref() != Some(&hash(secret)) {
            return Err(Error::problem(
                Code::Forbidden,
                "the edit token is not that of this comment",
            ));
        }
        if Utc::now() - self.created_at > EDITABLE {
            return Err(Error::problem(
                Code::Forbidden,
                "a comment can be changed by its writer for 15 minutes",
            ));
        }
        Ok(())
    }

    /// Makes it say this, in this state; it is locked, and no tombstone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn update(
        &self,
        conn: &mut AsyncPgConnection,
        new: &CommentChanges,
    ) -> Result<Comment> {
        let edited = self.body.as_ref() != Some(&new.body);
        let edited_at = if edited {
            Some(Utc::now())
        } else {
            self.edited_at
        };
        Ok(diesel::update(comments::table.find(self.id))
            .set((
                comments::author_name.eq(&new.author_name),
                comments::author_url.eq(&new.author_url),
                comments::body.eq(&new.body),
                comments::body_html.eq(markdown::comment_html(&new.body)),
                comments::status.eq(&new.status),
                comments::moderation_reason.eq(&new.reason),
                comments::edited_at.eq(edited_at),
                comments::version.eq(comments::version + 1),
            ))
            .returning(Comment::as_returning())
            .get_result(conn)
            .await?)
    }

    /// Deletes it; it is locked. With replies it leaves a tombstone; without, it takes the tombstones
    /// above it along that have no other reply.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete(&self, conn: &mut AsyncPgConnection) -> Result<()> {
        if has_replies(conn, self.id).await? {
            return self.bury(conn).await;
        }
        let mut next = self.remove(conn).await?;
        while let Some(id) = next {
            let parent = Comment::lock(conn, id).await?;
            if !parent.is_deleted() || has_replies(conn, id).await? {
                break;
            }
            next = parent.remove(conn).await?;
        }
        Ok(())
    }

    async fn bury(&self, conn: &mut AsyncPgConnection) -> Result<()> {
        let nothing = None::<String>;
        diesel::update(comments::table.find(self.id))
            .set((
                comments::status.eq("deleted"),
                comments::author_name.eq(&nothing),
                comments::author_email.eq(&nothing),
                comments::author_url.eq(&nothing),
                comments::body.eq(&nothing),
                comments::body_html.eq(&nothing),
                comments::moderation_reason.eq(&nothing),
                comments::edit_token_hash.eq(None::<Vec<u8>>),
                comments::version.eq(comments::version + 1),
            ))
            .execute(conn)
            .await?;
        Ok(())
    }

    async fn remove(&self, conn: &mut AsyncPgConnection) -> Result<Option<Uuid>> {
        diesel::delete(comments::table.find(self.id))
            .execute(conn)
            .await?;
        Ok(self.parent_id)
    }
}

async fn has_replies(conn: &mut AsyncPgConnection, id: Uuid) -> Result<bool> {
    let replies = comments::table.filter(comments::parent_id.eq(id));
    Ok(diesel::select(diesel::dsl::exists(replies))
        .get_result(conn)
        .await?)
}
