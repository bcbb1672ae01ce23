//! What whoever wrote comments may ask of those who keep them: what there is, and that it goes.

mod export;

pub use export::{Export, ExportedComment};

use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::deletion::delete_all;
use super::model::Comment;
use super::text::read_required_email;
use crate::db::{Statement, answers};
use crate::error::Result;
use crate::events::Event;
use crate::values::fields::{Decode, Fields};

/// How many comments are erased in one transaction.
const BATCH: i64 = 500;

/// Whose comments are meant.
#[derive(Debug, Clone, ToSchema)]
#[schema(example = json!({"author_email": "meera@example.org"}))]
pub struct Person {
    /// The e-mail address, in any case.
    #[schema(min_length = 1, max_length = 254, format = Email, example = "meera@example.org")]
    pub author_email: String,
}

impl Decode for Person {
    fn decode(fields: &mut Fields<'_>) -> Self {
        Person {
            author_email: read_required_email(fields),
        }
    }
}

/// What was erased.
#[derive(Debug, Serialize, ToSchema)]
pub struct Erased {
    /// How many comments.
    #[schema(minimum = 0, example = 3)]
    pub erased: usize,
}

impl Person {
    /// Erases some of the comments; tells how many, and nothing when none are left. Of what is erased nothing
    /// stays but tombstones where something answers, and events that say it is gone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn erase_some(
        &self,
        conn: &mut AsyncPgConnection,
        actor: Option<&str>,
    ) -> Result<Option<usize>> {
        let find: Statement<sql::Uuid> = Statement::new(
            "select c.id from comments c where c.author_email is not null and lower(c.author_email) = lower(",
        )
        .bind(self.author_email.as_str())
        .sql(") order by c.created_at desc, c.id desc limit ")
        .bind(BATCH);
        let ids: Vec<Uuid> = find.load(conn).await?;
        if ids.is_empty() {
            return Ok(None);
        }
        let mut comments = Comment::lock_all(conn, &ids).await?;
        // Another may have been before.
        comments.retain(|comment| comment.author_email.is_some());
        if comments.is_empty() {
            return Ok(Some(0));
        }
        forget_reasons(conn, &comments).await?;
        forget_answers(conn, &comments).await?;
        delete_all(conn, &comments).await?;
        let events = comments.iter().map(|comment| {
            let event = comment.event("comment.deleted", actor, comment);
            event.data(json!({"comment_id": comment.id, "erased": true}))
        });
        Event::write_all(conn, events.collect()).await?;
        Ok(Some(comments.len()))
    }
}

fn ids(comments: &[Comment]) -> Vec<Uuid> {
    comments.iter().map(|comment| comment.id).collect()
}

/// What was answered to those who may ask again has the words. They are locked: what tells of them is committed, or
/// does not know them any more.
async fn forget_answers(conn: &mut AsyncPgConnection, comments: &[Comment]) -> Result<()> {
    let named = comments
        .iter()
        .map(|comment| comment.id.as_bytes().to_vec());
    answers::forget_about(conn, named.collect()).await
}

/// Events of former times have moderators' reasons, which may name the writer or repeat the words.
async fn forget_reasons(conn: &mut AsyncPgConnection, comments: &[Comment]) -> Result<()> {
    let mut articles: Vec<Uuid> = comments.iter().map(|comment| comment.article_id).collect();
    articles.sort();
    articles.dedup();
    let named = ids(comments)
        .iter()
        .map(Uuid::to_string)
        .collect::<Vec<_>>();
    let forget: Statement<()> = Statement::new(
        "update events set data = data - 'reason' \
        where type = 'comment.moderated' and data ? 'reason' and article_id = any(",
    )
    .bind(articles)
    .sql(") and data->>'comment_id' = any(")
    .bind(named)
    .sql(")");
    forget.execute(conn).await?;
    Ok(())
}
