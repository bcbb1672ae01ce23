//! Comments that readers report, and what comes of it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::{COLUMNS, Comment, CommentSql};
use super::visitors::Visitor;
use crate::db::{Reader, Statement};
use crate::error::{Error, Result};
use crate::events::Event;
use crate::schema::comment_history;
use crate::values::fields::{Decode, Fields, Unit, is_blank};

/// What a report may be for.
const REASONS: [&str; 4] = ["spam", "abuse", "off-topic", "other"];

/// A report as a reader sends it.
#[derive(Debug, Clone, ToSchema)]
#[schema(example = json!({"reason": "abuse", "detail": "It insults the driver."}))]
pub struct NewReport {
    /// What is wrong with the comment: `spam`, `abuse`, `off-topic` or `other`.
    #[schema(pattern = "^(spam|abuse|off-topic|other)$", example = "abuse")]
    pub reason: String,
    /// What else there is to say.
    #[schema(max_length = 1000, nullable, required = false)]
    pub detail: Option<String>,
}

impl Decode for NewReport {
    fn decode(fields: &mut Fields<'_>) -> Self {
        let before = fields.faults();
        let reason = fields.required_line("reason", 20);
        if fields.faults() == before && !REASONS.contains(&reason.as_str()) {
            fields.fault("reason", "invalid", "takes spam, abuse, off-topic or other");
        }
        let detail = fields.text("detail", 1000, Unit::Characters);
        NewReport {
            reason,
            detail: detail.filter(|detail| !is_blank(detail)),
        }
    }
}

/// A report, without who sent it.
#[derive(Debug, Clone, Queryable, Serialize, ToSchema)]
pub struct Report {
    /// Its number.
    #[serde(skip)]
    pub id: i64,
    /// What is wrong with the comment.
    #[schema(max_length = 20, example = "abuse")]
    pub reason: String,
    /// What else there is to say.
    #[schema(max_length = 1000)]
    pub detail: Option<String>,
    /// When it was made: the first time that it is open for.
    pub reported_at: DateTime<Utc>,
}

/// A report as moderators see it.
#[derive(Debug, Clone, Queryable, Serialize, ToSchema)]
pub struct ListedReport {
    /// What it says.
    #[serde(flatten)]
    pub report: Report,
    /// When a moderator decided about the comment; `null`: it is open.
    pub resolved_at: Option<DateTime<Utc>>,
}

type ReportSql = (
    sql::BigInt,
    sql::Text,
    sql::Nullable<sql::Text>,
    sql::Timestamptz,
);

/// What a visitor has reported of a comment before.
#[derive(Default)]
struct Earlier {
    /// Whether there is anything.
    is_known: bool,
    /// Since when it is open, where it is.
    open_since: Option<DateTime<Utc>>,
    /// Whether a moderator has decided after it.
    was_resolved: bool,
}

/// What is open of a comment's reports.
#[derive(Queryable)]
struct Open {
    reports: i64,
    /// The addresses that nothing was ever resolved of: those of whom a moderator has not heard.
    new_addresses: i64,
}

impl NewReport {
    /// Reports a comment that readers see as approved, and tells whether the visitor had not yet. When readers
    /// at `hold_after` addresses of which no moderator has heard report it, it waits for one; 0: never.
    ///
    /// # Errors
    /// 404.
    pub async fn file(
        &self,
        conn: &mut AsyncPgConnection,
        comment: Uuid,
        visitor: &Visitor,
        hold_after: u32,
    ) -> Result<(Report, bool)> {
        let before = Comment::lock(conn, comment).await?;
        if before.status != "approved" || !before.is_in_sight(conn).await? {
            return Err(Error::not_found("comment"));
        }
        let earlier = Earlier::taken_back(conn, comment, visitor).await?;
        let report = self.insert(conn, comment, visitor, &earlier).await?;
        let open = Open::under(conn, comment, visitor).await?;
        if hold_after > 0 && open.new_addresses >= i64::from(hold_after) {
            hold(conn, &before, open.reports).await?;
        } else {
            count(conn, comment, open.reports).await?;
            if earlier.open_since.is_none() {
                event(&before).write(conn).await?;
            }
        }
        Ok((report, !earlier.is_known))
    }

    async fn insert(
        &self,
        conn: &mut AsyncPgConnection,
        comment: Uuid,
        visitor: &Visitor,
        earlier: &Earlier,
    ) -> Result<Report> {
        let insert: Statement<ReportSql> = Statement::new(
            "insert into comment_reports \
                (comment_id, visitor, address_hash, reason, detail, reported_at, was_resolved) values (",
        )
        .bind(comment)
        .sql(", ")
        .bind(visitor.voice.clone())
        .sql(", ")
        .bind(visitor.address.clone())
        .sql(", ")
        .bind(self.reason.as_str())
        .sql(", ")
        .bind(self.detail.clone())
        .sql(", coalesce(")
        .bind(earlier.open_since)
        .sql(", now()), ")
        .bind(earlier.was_resolved)
        .sql(") returning id, reason, detail, reported_at");
        Ok(insert.get_result(conn).await?)
    }
}

impl Earlier {
    /// Takes away what the visitor has reported of the comment before, for the new report to stand in its place.
    async fn taken_back(
        conn: &mut AsyncPgConnection,
        comment: Uuid,
        visitor: &Visitor,
    ) -> Result<Earlier> {
        type Row = (DateTime<Utc>, Option<DateTime<Utc>>, bool);
        let delete: Statement<(sql::Timestamptz, sql::Nullable<sql::Timestamptz>, sql::Bool)> =
            Statement::new("delete from comment_reports where comment_id = ")
                .bind(comment)
                .sql(" and visitor = any(")
                .bind(visitor.voices())
                .sql(") returning reported_at, resolved_at, was_resolved");
        let rows: Vec<Row> = delete.load(conn).await?;
        let mut earlier = Earlier::default();
        for (reported_at, resolved_at, was_resolved) in rows {
            earlier.is_known = true;
            earlier.was_resolved |= was_resolved || resolved_at.is_some();
            if resolved_at.is_none() {
                earlier.open_since = earlier.open_since.into_iter().chain([reported_at]).min();
            }
        }
        Ok(earlier)
    }
}

impl Open {
    /// What is open under a comment, which is locked. The visitor's address is one, under whichever key it was
    /// kept.
    async fn under(conn: &mut AsyncPgConnection, comment: Uuid, visitor: &Visitor) -> Result<Open> {
        let rename: Statement<()> = Statement::new("update comment_reports set address_hash = ")
            .bind(visitor.address.clone())
            .sql(" where comment_id = ")
            .bind(comment)
            .sql(" and address_hash = any(")
            .bind(visitor.earlier_addresses.clone())
            .sql(")");
        rename.execute(conn).await?;
        let count: Statement<(sql::BigInt, sql::BigInt)> = Statement::new(
            "select coalesce(sum(open), 0)::bigint, count(*) filter (where is_new) from (\
                select count(*) filter (where resolved_at is null) as open, \
                    bool_and(resolved_at is null and not was_resolved) as is_new \
                from comment_reports where comment_id = ",
        )
        .bind(comment)
        .sql(" group by address_hash) addresses");
        Ok(count.get_result(conn).await?)
    }
}

/// That the comment was reported. Who did so is told to nobody: there is no actor.
fn event(comment: &Comment) -> Event {
    Event::new("comment.reported", None)
        .about(comment.article_id)
        .locale(&comment.locale)
        .data(json!({"comment_id": comment.id}))
}

async fn count(conn: &mut AsyncPgConnection, comment: Uuid, reports: i64) -> Result<()> {
    let count: Statement<()> = Statement::new("update comments set report_count = ")
        .bind(reports)
        .sql(" where id = ")
        .bind(comment)
        .sql(" and report_count <> ")
        .bind(reports);
    count.execute(conn).await?;
    Ok(())
}

/// Lets a comment wait for a moderator, as so many have reported it; it is locked, and approved.
async fn hold(conn: &mut AsyncPgConnection, before: &Comment, reports: i64) -> Result<()> {
    let hold: Statement<CommentSql> = Statement::new("update comments c set report_count = ")
        .bind(reports)
        .sql(
            ", status = 'pending', held_for = array_remove(held_for, 'reports') || 'reports'::text, \
                version = version + 1 where c.id = ",
        )
        .bind(before.id)
        .sql(format!(" returning {COLUMNS}"));
    let after: Comment = hold.get_result(conn).await?;
    diesel::insert_into(comment_history::table)
        .values((
            comment_history::comment_id.eq(before.id),
            comment_history::from_status.eq(&before.status),
            comment_history::to_status.eq(&after.status),
            comment_history::reason.eq("reports"),
        ))
        .execute(conn)
        .await?;
    let event = after.event("comment.held", None, before);
    event.write(conn).await
}

/// A page of a comment's reports, newest first, behind this one.
///
/// # Errors
/// When the database fails.
pub async fn list(
    reader: &Reader,
    comment: Uuid,
    limit: i64,
    after: Option<(DateTime<Utc>, i64)>,
) -> Result<Vec<ListedReport>> {
    let mut page: Statement<(ReportSql, sql::Nullable<sql::Timestamptz>)> = Statement::new(
        "select id, reason, detail, reported_at, resolved_at from comment_reports where comment_id = ",
    )
    .bind(comment);
    if let Some((reported_at, id)) = after {
        page = page
            .sql(" and (reported_at, id) < (")
            .bind(reported_at)
            .sql(", ")
            .bind(id)
            .sql(")");
    }
    let page = page.sql(" order by reported_at desc, id desc limit ");
    reader.load(page.bind(limit)).await
}
