//! Adding comments as they stand in their lines, and changing those that are there.

use chrono::{DateTime, Utc};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::Ready;
use super::known::Stored;
use crate::comments::model::{Comment, Verdict, words_of};
use crate::comments::status::Status;
use crate::comments::text::CommentChanges;
use crate::db::Statement;
use crate::db::rows::{self, Row};
use crate::error::{Error, Result};
use crate::events::Event;
use crate::transfer::import::just_added;
use crate::values::markdown;

/// A row of `comments`.
#[derive(Debug, Serialize)]
struct CommentRow<'l> {
    id: Uuid,
    external_id: Option<&'l str>,
    article_id: Uuid,
    parent_id: Option<&'l Uuid>,
    ancestors: &'l [Uuid],
    locale: &'l str,
    author_name: Option<&'l str>,
    author_email: Option<&'l str>,
    author_url: Option<&'l str>,
    body: Option<&'l str>,
    body_html: Option<String>,
    words: String,
    status: &'static str,
    moderation_reason: Option<&'l str>,
    reply_count: i32,
    version: i64,
    created_at: DateTime<Utc>,
    edited_at: Option<DateTime<Utc>>,
    likes: i32,
    dislikes: i32,
    report_count: i32,
    held_for: &'l [String],
    reply_notice: Option<&'l str>,
    reply_told: bool,
    approved_below: i32,
}

impl Row for CommentRow<'_> {
    const TABLE: &'static str = "comments";
    const COLUMNS: &'static str = "id, external_id, article_id, parent_id, ancestors, locale, author_name, author_email, \
        author_url, body, body_html, words, status, moderation_reason, reply_count, version, created_at, edited_at, \
        likes, dislikes, report_count, held_for, reply_notice, reply_told, approved_below";
}

impl<'l> CommentRow<'l> {
    fn new(ready: &'l Ready<'l>, now: DateTime<Utc>) -> Self {
        let line = ready.line;
        let [likes, dislikes] = line.reactions;
        let text = |text: &'l Option<String>| text.as_deref();
        let words = match (&line.author_name, &line.body) {
            (Some(name), Some(body)) => words_of(name, body),
            _ => vec![],
        };
        CommentRow {
            id: ready.id,
            external_id: text(&line.external_id),
            article_id: ready.article,
            parent_id: ready.ancestors.last(),
            ancestors: &ready.ancestors,
            locale: &ready.locale,
            author_name: text(&line.author_name),
            author_email: text(&line.author_email),
            author_url: text(&line.author_url),
            body: text(&line.body),
            body_html: line.body.as_deref().map(markdown::comment_html),
            words: tsvector(&words),
            status: line.status.name(),
            moderation_reason: text(&line.moderation_reason),
            reply_count: 0,
            version: 1,
            created_at: line.created_at.unwrap_or(now),
            edited_at: line.edited_at,
            likes,
            dislikes,
            report_count: 0,
            held_for: &line.held_for,
            reply_notice: text(&line.reply_notice),
            // Who wrote in another system has been told there, or does not expect to be.
            reply_told: true,
            approved_below: 0,
        }
    }
}

/// Words as the text of a `tsvector`.
fn tsvector(words: &[String]) -> String {
    let quoted = words.iter().map(|word| {
        let word = word.replace('\\', "\\\\").replace('\'', "''");
        format!("'{word}'")
    });
    quoted.collect::<Vec<_>>().join(" ")
}

/// Adds comments that are not there; what they answer is.
///
/// # Errors
/// When the database fails.
pub(super) async fn add(
    conn: &mut AsyncPgConnection,
    new: &[Ready<'_>],
    actor: Option<&str>,
) -> Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    lock_above(conn, new).await?;
    let now = Utc::now();
    let rows: Vec<CommentRow<'_>> = new.iter().map(|one| CommentRow::new(one, now)).collect();
    let keys = ["comments_pkey", "comments_external_id_key"];
    let added = rows::add(conn, &rows).await;
    added.map_err(|error| just_added(error, keys))?;
    let events = new.iter().map(|one| {
        let status = one.line.status;
        let event = Event::new("comment.created", actor)
            .locale(&one.locale)
            .data(json!({"comment_id": one.id, "status": status.name(), "imported": true}));
        match status {
            Status::Approved | Status::Deleted => event.article(one.article),
            _ => event.about(one.article),
        }
    });
    Event::write_all(conn, events.collect()).await
}

/// Counts change in what stands above: from the root downwards, as everybody takes them.
async fn lock_above(conn: &mut AsyncPgConnection, new: &[Ready<'_>]) -> Result<()> {
    let mut above: Vec<Uuid> = new.iter().flat_map(|one| one.ancestors.clone()).collect();
    above.sort();
    above.dedup();
    if above.is_empty() {
        return Ok(());
    }
    Comment::lock_all(conn, &above).await?;
    Ok(())
}

/// Makes a comment that is there what its line says.
///
/// # Errors
/// When the database fails.
pub(super) async fn change(
    conn: &mut AsyncPgConnection,
    ready: &Ready<'_>,
    stored: &Stored,
    actor: Option<&str>,
) -> Result<()> {
    let before = Comment::lock(conn, stored.0.id).await?;
    let line = ready.line;
    if ready.ancestors != before.ancestors {
        return Err(Error::fault(
            "/parent_id",
            "immutable",
            "it answers another comment",
        ));
    }
    let (Some(name), Some(body)) = (&line.author_name, &line.body) else {
        before.delete(conn).await?;
        let event = before.event("comment.deleted", actor, &before);
        return event
            .data(json!({"comment_id": before.id}))
            .write(conn)
            .await;
    };
    let kept = |line: &Option<String>, is: &Option<String>| line.clone().or_else(|| is.clone());
    let changes = CommentChanges {
        author_name: name.clone(),
        author_url: line.author_url.clone(),
        body: body.clone(),
        status: line.status.name().to_owned(),
        reason: kept(&line.moderation_reason, &before.moderation_reason),
    };
    let after = before.update(conn, &changes, actor, Verdict::None).await?;
    let [likes, dislikes] = line.reactions;
    let set: Statement<()> = Statement::new("update comments set author_email = ")
        .bind(kept(&line.author_email, &before.author_email))
        .sql(", reply_notice = ")
        .bind(kept(&line.reply_notice, &before.reply_notice))
        .sql(", locale = ")
        .bind(ready.locale.as_str())
        .sql(", likes = ")
        .bind(likes)
        .sql(", dislikes = ")
        .bind(dislikes)
        .sql(", edited_at = ")
        .bind(line.edited_at.or(after.edited_at))
        .sql(", created_at = ")
        .bind(line.created_at.unwrap_or(before.created_at))
        .sql(" where id = ")
        .bind(before.id);
    set.execute(conn).await?;
    after
        .event("comment.updated", actor, &before)
        .write(conn)
        .await
}
