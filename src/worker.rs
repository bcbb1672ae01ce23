//! What a node does besides answering: it keeps the times that are set, and house.

use std::time::Duration;

use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::articles::trash;
use crate::comments::{bans, closing, posting, visitors, words};
use crate::db::{Database, Listener, answers};
use crate::error::Result;
use crate::projection;
use crate::publishing::sitemap;
use crate::translations::{coverage, schedule};

/// How long to wait before the database is tried again.
const RETRY: Duration = Duration::from_millis(250);
/// How long to wait at most although nothing is due: so that a listener which is dead and does not know
/// it yet makes nothing late for ever.
const LOOK: Duration = Duration::from_secs(10);
/// How often the house is kept.
const HOUSE: Duration = Duration::from_secs(10);

/// Works until it is dropped. Any number of nodes may do so on one database. Comments close so many days after
/// their article was first published; 0: never.
pub async fn run(db: Database, close_after_days: u32) {
    tokio::join!(
        keep_times(&db),
        keep_house(&db),
        keep_words(&db),
        settle_closing(&db, close_after_days)
    );
}

/// Sees that comments on what was published earlier close as those on what is published now.
async fn settle_closing(db: &Database, days: u32) {
    let mut behind = None;
    loop {
        let step = match behind {
            None => db
                .write(async |conn| closing::close_after(conn, days).await)
                .await
                .map(|()| Some(Uuid::nil())),
            Some(article) => {
                db.write(async |conn| closing::settle(conn, article).await)
                    .await
            }
        };
        match step {
            Ok(Some(article)) => behind = Some(article),
            Ok(None) => return,
            Err(error) => {
                log::warn!("comments may close late: {error}");
                sleep(HOUSE).await;
            }
        }
    }
}

/// Publishes and unpublishes at the times that are set.
async fn keep_times(db: &Database) {
    loop {
        if let Err(error) = keep_times_while_connected(db).await {
            log::warn!("times that are set may be kept late: {error}");
        }
        sleep(RETRY).await;
    }
}

async fn keep_times_while_connected(db: &Database) -> Result<()> {
    // Listens before it looks: what is set in between is told.
    let mut listener = db.listen("due").await?;
    loop {
        let next = schedule::carry_out_due(db).await?;
        wait(&mut listener, next).await?;
    }
}

/// Waits until the next is due, or something is told.
async fn wait(listener: &mut Listener, next: Option<Duration>) -> Result<()> {
    let longest = next.map_or(LOOK, |next| next.min(LOOK));
    timeout(longest, listener.told()).await.unwrap_or(Ok(()))
}

/// Empties the trash, and folds counts and notes together.
async fn keep_house(db: &Database) {
    loop {
        if let Err(error) = keep_house_once(db).await {
            log::warn!("the house could not be kept: {error}");
        }
        sleep(HOUSE).await;
    }
}

/// Sees that old texts are found by their words as new ones are.
async fn keep_words(db: &Database) {
    loop {
        match take_words(db).await {
            Ok(0) => sleep(HOUSE).await,
            Ok(taken) => log::debug!("took the words of {taken} texts"),
            Err(error) => {
                log::warn!("words could not be taken again: {error}");
                sleep(HOUSE).await;
            }
        }
    }
}

async fn take_words(db: &Database) -> Result<usize> {
    let editions = db
        .write(async |conn| projection::index_older(conn).await)
        .await?;
    let comments = db
        .write(async |conn| words::take_missing(conn).await)
        .await?;
    Ok(editions + comments)
}

async fn keep_house_once(db: &Database) -> Result<()> {
    let emptied = db.write(async |conn| trash::empty(conn).await).await?;
    if emptied > 0 {
        log::info!("erased {emptied} articles that were in the trash for 30 days");
    }
    db.write(async |conn| coverage::fold_counts(conn).await)
        .await?;
    db.write(async |conn| sitemap::fold_changes(conn).await)
        .await?;
    db.write(async |conn| visitors::change_keys(conn).await)
        .await?;
    db.write(async |conn| posting::forget_past(conn).await)
        .await?;
    db.write(async |conn| bans::forget_expired(conn).await)
        .await?;
    while db
        .write(async |conn| answers::forget_old(conn).await)
        .await?
        > 0
    {}
    Ok(())
}
