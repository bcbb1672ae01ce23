//! Closing comments so many days after an article first came to readers.
//!
//! When they close stands in each edition, so that readers' look-ups have nothing to work out. Publishing puts it
//! there; a node that is started with another number goes through what is there already.

use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::json;
use uuid::Uuid;

use crate::db::{Statement, settings};
use crate::document::COMMENTS_CLOSE_SQL;
use crate::error::Result;
use crate::events::Event;

/// How many articles are gone through at a time.
const BATCH: i64 = 1000;

/// Closes comments after so many days from now on; 0: never.
///
/// # Errors
/// When the database fails.
pub async fn close_after(conn: &mut AsyncPgConnection, days: u32) -> Result<()> {
    let value = (days > 0).then(|| format!("{days} days"));
    settings::keep(conn, "comments_close_after", value).await
}

/// Writes into the editions of the next articles behind this one when their comments close. Gives the last of
/// them; none: there are no more.
///
/// # Errors
/// When the database fails.
pub async fn settle(conn: &mut AsyncPgConnection, behind: Uuid) -> Result<Option<Uuid>> {
    let next: Statement<sql::Uuid> = Statement::new("select id from articles where id > ")
        .bind(behind)
        .sql(" order by id limit ")
        .bind(BATCH)
        .sql(" for key share");
    let next: Vec<Uuid> = next.load(conn).await?;
    let Some(last) = next.last().copied() else {
        return Ok(None);
    };
    let settle: Statement<sql::Uuid> = Statement::new(format!(
        "with changed as (update editions e set comments_close_at = n.closes from (\
            select a.id, {COMMENTS_CLOSE_SQL} as closes from articles a where a.id = any("
    ))
    .bind(next)
    .sql(
        ") offset 0) n where e.article_id = n.id and e.comments_close_at is distinct from n.closes \
        returning e.article_id) select distinct article_id from changed",
    );
    let changed: Vec<Uuid> = settle.load(conn).await?;
    if !changed.is_empty() {
        let keys = changed.iter().map(|article| format!("article-{article}"));
        let event = Event::new("comments.closing_changed", None);
        event
            .data(json!({"articles": changed.len()}))
            .keys(keys)
            .write(conn)
            .await?;
    }
    Ok(Some(last))
}
