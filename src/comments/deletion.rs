//! Deleting comments, so that what answers them can still be read.

use std::collections::HashSet;

use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::model::Comment;
use crate::db::Statement;
use crate::error::Result;

impl Comment {
    /// Deletes it; it is locked. With replies it leaves a tombstone; without, it takes the tombstones
    /// above it along that have no other reply.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete(&self, conn: &mut AsyncPgConnection) -> Result<()> {
        delete_all(conn, std::slice::from_ref(self)).await
    }
}

/// Deletes all of these as [`Comment::delete`] does, replies before what they answer; they are locked.
///
/// # Errors
/// When the database fails.
pub async fn delete_all(conn: &mut AsyncPgConnection, comments: &[Comment]) -> Result<()> {
    lock_counts(conn, comments).await?;
    // It may be said again.
    let ids: Vec<Uuid> = comments.iter().map(|comment| comment.id).collect();
    forget(conn, "recent_comments", ids).await?;
    let mut left: HashSet<Uuid> = comments.iter().map(|comment| comment.id).collect();
    let above = comments.iter().flat_map(|comment| &comment.ancestors);
    let mut maybe: HashSet<Uuid> = left.iter().chain(above).copied().collect();
    // From the leaves upwards: as often as a thread is deep.
    while !maybe.is_empty() {
        let removed = remove_unanswered(conn, &maybe, &left).await?;
        if removed.is_empty() {
            break;
        }
        for id in &removed {
            maybe.remove(id);
            left.remove(id);
        }
    }
    bury(conn, left.into_iter().collect()).await
}

/// The counts of articles change one after the other: two who delete under the same take them in the same
/// order.
async fn lock_counts(conn: &mut AsyncPgConnection, comments: &[Comment]) -> Result<()> {
    let articles: HashSet<Uuid> = comments.iter().map(|comment| comment.article_id).collect();
    if articles.len() < 2 {
        return Ok(());
    }
    let lock: Statement<()> =
        Statement::new("select 1 from comment_counts where article_id = any(")
            .bind(articles.into_iter().collect::<Vec<_>>())
            .sql(") order by article_id for no key update");
    lock.execute(conn).await?;
    Ok(())
}

/// Removes those that nothing answers any more: of the ones to delete, and of tombstones.
async fn remove_unanswered(
    conn: &mut AsyncPgConnection,
    maybe: &HashSet<Uuid>,
    to_delete: &HashSet<Uuid>,
) -> Result<Vec<Uuid>> {
    let list = |ids: &HashSet<Uuid>| ids.iter().copied().collect::<Vec<_>>();
    let remove: Statement<sql::Uuid> = Statement::new("delete from comments c where c.id = any(")
        .bind(list(maybe))
        .sql(") and (c.status = 'deleted' or c.id = any(")
        .bind(list(to_delete))
        .sql(")) and not exists (select from comments r where r.parent_id = c.id) returning c.id");
    Ok(remove.load(conn).await?)
}

/// Leaves nothing of these but their places in the thread.
async fn bury(conn: &mut AsyncPgConnection, ids: Vec<Uuid>) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    for table in ["comment_history", "comment_reactions", "comment_reports"] {
        forget(conn, table, ids.clone()).await?;
    }
    let bury: Statement<()> = Statement::new(
        "update comments set status = 'deleted', author_name = null, author_email = null, author_url = null, \
            body = null, body_html = null, words = '', moderation_reason = null, edit_token_hash = null, \
            address_hash = null, address_key = null, reply_notice = null, held_for = '{}', report_count = 0, \
            likes = 0, dislikes = 0, version = version + 1 where id = any(",
    )
    .bind(ids)
    .sql(")");
    bury.execute(conn).await?;
    Ok(())
}

/// Removes what a table has of these comments.
async fn forget(conn: &mut AsyncPgConnection, table: &str, ids: Vec<Uuid>) -> Result<()> {
    let forget: Statement<()> =
        Statement::new(format!("delete from {table} where comment_id = any("))
            .bind(ids)
            .sql(")");
    forget.execute(conn).await?;
    Ok(())
}
