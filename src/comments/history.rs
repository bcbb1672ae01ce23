//! What was decided of a comment, and what it said before it was changed.

use chrono::{DateTime, Utc};
use diesel::Queryable;
use diesel::sql_types as sql;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::db::{Reader, Statement};
use crate::error::{Error, Result};

/// A decision, or a change of a comment's words.
#[derive(Debug, Clone, Queryable, Serialize, ToSchema)]
#[schema(as = CommentHistory)]
pub struct HistoryEntry {
    /// Its number, in order of time.
    #[serde(skip)]
    pub id: i64,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// The name of the token that did it; `null`: the comment's writer, or Dateline itself.
    #[schema(max_length = 100, example = "A. Deshmukh")]
    pub actor: Option<String>,
    /// The state before.
    #[schema(max_length = 20, example = "pending")]
    pub from: String,
    /// The state after; the same where only words were changed.
    #[schema(max_length = 20, example = "approved")]
    pub to: String,
    /// Why.
    #[schema(max_length = 500, example = "on topic")]
    pub reason: Option<String>,
    /// Who it was said to be by before, where words were changed.
    #[schema(max_length = 80, example = "Meera")]
    pub author_name: Option<String>,
    /// The writer's page before.
    #[schema(max_length = 2048)]
    pub author_url: Option<String>,
    /// What it said before.
    #[schema(max_length = 5000, example = "My bus is faster now.")]
    pub body: Option<String>,
}

type HistorySql = (
    sql::BigInt,
    sql::Timestamptz,
    sql::Nullable<sql::Text>,
    sql::Text,
    sql::Text,
    sql::Nullable<sql::Text>,
    sql::Nullable<sql::Text>,
    sql::Nullable<sql::Text>,
    sql::Nullable<sql::Text>,
);

const COLUMNS: &str = "h.id, h.occurred_at, h.actor, h.from_status, h.to_status, h.reason, h.author_name, h.author_url, h.body";

/// At most so many entries of a comment's history, oldest first, behind this one.
///
/// # Errors
/// When the database fails.
pub async fn entries(
    reader: &Reader,
    comment: Uuid,
    after: Option<i64>,
    limit: i64,
) -> Result<Vec<HistoryEntry>> {
    let entries: Statement<HistorySql> = Statement::new(format!(
        "select {COLUMNS} from comment_history h where h.comment_id = "
    ))
    .bind(comment)
    .sql(" and h.id > ")
    .bind(after.unwrap_or_default())
    .sql(" order by h.id limit ")
    .bind(limit);
    reader.load(entries).await
}

/// The same of a comment that there is.
///
/// # Errors
/// 404 for another.
pub async fn page(
    reader: &Reader,
    comment: Uuid,
    after: Option<i64>,
    limit: i64,
) -> Result<Vec<HistoryEntry>> {
    let page = entries(reader, comment, after, limit).await?;
    if page.is_empty() {
        let exists: Statement<sql::Bool> =
            Statement::new("select true from comments where id = ").bind(comment);
        let exists: Option<bool> = reader.first(exists).await?;
        exists.ok_or_else(|| Error::not_found("comment"))?;
    }
    Ok(page)
}

/// The first entries of the history of each of these comments, at most so many of each.
///
/// # Errors
/// When the database fails.
pub async fn beginnings(
    reader: &Reader,
    comments: Vec<Uuid>,
    each: i64,
) -> Result<Vec<(Uuid, HistoryEntry)>> {
    let beginnings: Statement<(sql::Uuid, HistorySql)> = Statement::new("select w.id, h.* from unnest(")
        .bind(comments)
        .sql(format!(
            ") as w(id) cross join lateral (\
                select {COLUMNS} from comment_history h where h.comment_id = w.id order by h.id limit "
        ))
        .bind(each)
        .sql(") h order by w.id, h.id");
    reader.load(beginnings).await
}
