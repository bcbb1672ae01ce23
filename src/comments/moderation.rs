//! What moderators decide of many comments at once, and what a decision settles.

use std::collections::HashMap;

use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::deletion::delete_all;
use super::model::{COLUMNS, Comment, CommentSql};
use super::notices::replied_all;
use super::status::Status;
use crate::db::Statement;
use crate::error::Result;
use crate::events::Event;
use crate::values::fields::{Decode, Fields};

/// How many comments are decided of at once.
const MOST: usize = 500;

/// What a moderator decides of several comments.
#[derive(Debug, Clone, ToSchema)]
#[schema(example = json!({
    "ids": ["01932c5e-7c1b-7d7e-9d55-0c6f0a2b9a10"], "status": "approved", "reason": "on topic"
}))]
pub struct Decision {
    /// The comments.
    #[schema(min_items = 1, max_items = 500)]
    pub ids: Vec<Uuid>,
    /// What becomes of them.
    pub status: Status,
    /// Why; shown to moderators only.
    #[schema(max_length = 500, nullable, required = false)]
    pub reason: Option<String>,
}

impl Decode for Decision {
    fn decode(fields: &mut Fields<'_>) -> Self {
        let before = fields.faults();
        fields.demand("ids");
        let ids = fields.parsed_list("ids", MOST, "malformed_id");
        if fields.faults() == before && ids.as_ref().is_some_and(Vec::is_empty) {
            fields.fault("ids", "required", "takes at least one id");
        }
        fields.demand("status");
        Decision {
            ids: ids.unwrap_or_default(),
            status: fields
                .parsed("status", "invalid")
                .unwrap_or(Status::Pending),
            reason: fields.line("reason", 500),
        }
    }
}

/// What became of one of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Decided {
    /// The comment.
    id: Uuid,
    /// The state that it is in; `null` where there is none.
    #[schema(max_length = 20, example = "approved")]
    status: Option<&'static str>,
    /// Why nothing was done: `not_found`, or `conflict` for what is deleted already.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, max_length = 20, example = "not_found")]
    error: Option<&'static str>,
}

impl Decision {
    /// Does so with all there are of them, or with none; tells of each in the order that they were named in.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn carry_out(
        &self,
        conn: &mut AsyncPgConnection,
        actor: Option<&str>,
    ) -> Result<Vec<Decided>> {
        let found = Comment::lock_all(conn, &self.ids).await?;
        let known = found.iter().map(|found| (found.id, found.is_deleted()));
        let known: HashMap<Uuid, bool> = known.collect();
        let mut there = found;
        there.retain(|comment| !comment.is_deleted() && self.changes(comment));
        if !there.is_empty() {
            let events = match self.status {
                Status::Deleted => delete(conn, &there, actor).await?,
                _ => self.decide(conn, &there, actor).await?,
            };
            Event::write_all(conn, events).await?;
        }
        let decided = self.ids.iter().map(|id| self.told(*id, known.get(id)));
        Ok(decided.collect())
    }

    fn told(&self, id: Uuid, was_deleted: Option<&bool>) -> Decided {
        let (status, error) = match was_deleted {
            None => (None, Some("not_found")),
            Some(true) if self.status != Status::Deleted => {
                (Some(Status::Deleted), Some("conflict"))
            }
            Some(_) => (Some(self.status), None),
        };
        Decided {
            id,
            status: status.map(Status::name),
            error,
        }
    }

    fn changes(&self, comment: &Comment) -> bool {
        comment.status != self.status.name()
            || comment.moderation_reason != self.reason
            || comment.is_unsettled(self.status.name())
    }

    /// Brings these into the state, however many, in a few statements; gives the events.
    async fn decide(
        &self,
        conn: &mut AsyncPgConnection,
        comments: &[Comment],
        actor: Option<&str>,
    ) -> Result<Vec<Event>> {
        let ids: Vec<Uuid> = comments.iter().map(|comment| comment.id).collect();
        self.remember(conn, ids.clone(), actor).await?;
        resolve_reports(conn, ids.clone()).await?;
        let update: Statement<CommentSql> = Statement::new("update comments c set status = ")
            .bind(self.status.name())
            .sql(", moderation_reason = ")
            .bind(self.reason.clone())
            .append(settling(self.status.name()))
            .sql(", version = version + 1 where c.id = any(")
            .bind(ids)
            .sql(format!(") returning {COLUMNS}"));
        let after: Vec<Comment> = update.load(conn).await?;
        let seen_now = comments.iter().filter(|before| before.status != "approved");
        let seen_now: Vec<Uuid> = seen_now.map(|before| before.id).collect();
        if self.status == Status::Approved && !seen_now.is_empty() {
            replied_all(conn, &seen_now).await?;
        }
        let after: HashMap<Uuid, Comment> = after.into_iter().map(|now| (now.id, now)).collect();
        let events = comments.iter().filter_map(|before| {
            let now = after.get(&before.id)?;
            let event = now.event("comment.moderated", actor, before);
            Some(event.data(json!({"comment_id": now.id, "from": before.status, "to": now.status})))
        });
        Ok(events.collect())
    }

    async fn remember(
        &self,
        conn: &mut AsyncPgConnection,
        ids: Vec<Uuid>,
        actor: Option<&str>,
    ) -> Result<()> {
        let remember: Statement<()> = Statement::new(
            "insert into comment_history (comment_id, actor, from_status, to_status, reason) select c.id, ",
        )
        .bind(actor.map(str::to_owned))
        .sql(", c.status, ")
        .bind(self.status.name())
        .sql(", ")
        .bind(self.reason.clone())
        .sql(" from comments c where c.id = any(")
        .bind(ids)
        .sql(") order by c.id");
        remember.execute(conn).await?;
        Ok(())
    }
}

async fn delete(
    conn: &mut AsyncPgConnection,
    comments: &[Comment],
    actor: Option<&str>,
) -> Result<Vec<Event>> {
    delete_all(conn, comments).await?;
    let events = comments
        .iter()
        .map(|comment| comment.event("comment.deleted", actor, comment));
    Ok(events.collect())
}

impl Comment {
    /// Whether anything waits for a moderator to say so again: reports, or what it is held back for.
    pub fn is_unsettled(&self, status: &str) -> bool {
        self.report_count > 0 || status == "approved" && !self.held_for.is_empty()
    }
}

/// SQL of what else changes of a comment, `c`, of which a moderator has decided so: nobody's report waits any
/// more, and what is approved is not held back.
pub(super) fn settling(status: &str) -> Statement<()> {
    Statement::new(", report_count = 0, held_for = case when ")
        .bind(status)
        .sql(" = 'approved' then '{}' else c.held_for end")
}

/// A moderator has looked at these: their reports are no longer open.
///
/// # Errors
/// When the database fails.
pub(super) async fn resolve_reports(conn: &mut AsyncPgConnection, ids: Vec<Uuid>) -> Result<()> {
    let resolve: Statement<()> = Statement::new(
        "update comment_reports set resolved_at = now() where resolved_at is null and comment_id = any(",
    )
    .bind(ids)
    .sql(")");
    resolve.execute(conn).await?;
    Ok(())
}
