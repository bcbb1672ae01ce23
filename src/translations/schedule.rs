//! What is to happen by itself at its time: publication and its end.
//!
//! Any number of nodes may do this at once. Each takes an article by its lock and looks again what is due
//! of it under that lock, so that what one has done no other does; when a node dies in the middle, its
//! transaction never was.

use std::collections::HashSet;
use std::time::Duration;

use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::{StreamExt, stream};
use serde_json::json;
use uuid::Uuid;

use super::Translation;
use super::publishing::show;
use crate::articles::Article;
use crate::db::{Database, Statement};
use crate::error::Result;
use crate::events::Event;

/// How many articles are done at once, each in a transaction of its own.
const AT_ONCE: usize = 4;
/// When what failed is tried again.
const AGAIN: Duration = Duration::from_secs(1);
/// How many are looked up at once.
const BATCH: i64 = 200;

/// Does all that is due. Gives the time until the next, if there is one.
///
/// # Errors
/// When the database is away. What fails for one article alone is logged, and tried again next time.
pub async fn carry_out_due(db: &Database) -> Result<Option<Duration>> {
    let mut failed: HashSet<Uuid> = HashSet::new();
    loop {
        let due = due_articles(db, &failed).await?;
        if due.is_empty() {
            break;
        }
        let outcomes: Vec<(Uuid, Result<bool>)> = stream::iter(due)
            .map(async |article| (article, carry_out(db, article).await))
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let mut any = false;
        for (article, outcome) in outcomes {
            match outcome {
                Ok(done) => any |= done,
                Err(error) => {
                    log::error!("what is due of the article {article} could not be done: {error}");
                    failed.insert(article);
                }
            }
        }
        if !any {
            // Others hold them all: their nodes, or writers who will soon be done.
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    let next = until_next(db, &failed).await?;
    if failed.is_empty() {
        return Ok(next);
    }
    Ok(Some(next.map_or(AGAIN, |next| next.min(AGAIN))))
}

async fn due_articles(db: &Database, failed: &HashSet<Uuid>) -> Result<Vec<Uuid>> {
    let due: Statement<sql::Uuid> = Statement::new(
        "select article_id from translations where due_at <= now() and article_id <> all(",
    )
    .bind(failed.iter().copied().collect::<Vec<_>>())
    .sql(") order by due_at limit ")
    .bind(BATCH);
    let mut conn = db.connection().await?;
    let mut due: Vec<Uuid> = due.load(&mut conn).await?;
    let mut seen = HashSet::new();
    due.retain(|article| seen.insert(*article));
    Ok(due)
}

/// Does what is due of one article, in all its languages at the same instant. Tells whether there was
/// anything left to do that nobody else was at.
async fn carry_out(db: &Database, article: Uuid) -> Result<bool> {
    db.write(async |conn| {
        let Some(article) = Article::try_lock(conn, article).await? else {
            return Ok(false);
        };
        let mut events = vec![];
        for translation in due_translations(conn, article.id).await? {
            events.extend(in_time(conn, &translation).await?);
        }
        if events.is_empty() {
            return Ok(false);
        }
        show(conn, &article, events).await?;
        Ok(true)
    })
    .await
}

async fn due_translations(
    conn: &mut AsyncPgConnection,
    article: Uuid,
) -> Result<Vec<(Translation, bool, bool)>> {
    let due: Statement<(sql::Text, sql::Bool, sql::Bool)> = Statement::new(
        "select locale, coalesce(publish_at <= now(), false), coalesce(unpublish_at <= now(), false) \
        from translations where due_at <= now() and article_id = ",
    )
    .bind(article)
    .sql(" order by locale");
    let due: Vec<(String, bool, bool)> = due.load(conn).await?;
    let mut translations = vec![];
    for (locale, begins, ends) in due {
        if let Some(translation) = Translation::find(conn, article, &locale).await? {
            translations.push((translation, begins, ends));
        }
    }
    Ok(translations)
}

/// Publishes the translation, takes it from readers, or, when both times have passed, one after the other.
async fn in_time(
    conn: &mut AsyncPgConnection,
    (translation, begins, ends): &(Translation, bool, bool),
) -> Result<Vec<Event>> {
    let event = |kind| {
        Event::new(kind, None)
            .article(translation.article_id)
            .locale(&translation.locale)
            .data(json!({"revision": translation.revision, "scheduled": true}))
    };
    let mut events = vec![];
    if *begins {
        translation
            .publish_now(conn, translation.unpublish_at)
            .await?;
        events.push(event("translation.published"));
    }
    if *ends {
        translation.withdraw(conn).await?;
        events.push(event("translation.unpublished"));
    }
    Ok(events)
}

/// The time until the next is due, but for these.
async fn until_next(db: &Database, failed: &HashSet<Uuid>) -> Result<Option<Duration>> {
    let next: Statement<sql::BigInt> = Statement::new(
        "select ceil(extract(epoch from due_at - clock_timestamp()) * 1000)::bigint from translations \
        where due_at is not null and article_id <> all(",
    )
    .bind(failed.iter().copied().collect::<Vec<_>>())
    .sql(") order by due_at limit 1");
    let mut conn = db.connection().await?;
    let next: Vec<i64> = next.load(&mut conn).await?;
    let wait = next.into_iter().next();
    Ok(wait.map(|wait| Duration::from_millis(u64::try_from(wait).unwrap_or_default())))
}
