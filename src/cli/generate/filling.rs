//! Filling a database: batches are written in one thread, copied over one connection and projected over
//! others, all at once.

use std::cell::Cell;
use std::thread;
use std::time::Instant;

use actix_web::rt;
use diesel_async::{AsyncConnection, SimpleAsyncConnection};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

use super::super::Failure;
use super::language::Language;
use super::newsroom::{Newsroom, Order, settings};
use super::rows::Batch;
use super::slugs::Slugs;
use super::tags::Tags;
use super::vocabulary::Vocabulary;
use crate::db::{Database, PACKING, PooledConnection};
use crate::projection;

/// How many articles are copied, and then projected, in one transaction.
const BATCH: usize = 500;
/// How many batches are written ahead.
const AHEAD: usize = 2;
/// Over how many connections batches are projected: that takes PostgreSQL longer than all else together.
const LANES: usize = 2;

/// Said at the start of each session: nothing is waited for that the last commit waits for too, and a batch may
/// take its time on a slow machine. What only tells the planner how large tables are need not be exact.
const LOADING: &str = "set synchronous_commit = off; set statement_timeout = 0; \
    set idle_in_transaction_session_timeout = 0; set default_statistics_target = 10; set jit = off";
/// In the end what will be planned by is exact, and the commit waits until all that went before is on disk.
const DONE: &str = "set synchronous_commit = on; reset default_statistics_target; \
    select fold_counts(), fold_sitemap_changes(); analyze";

/// Makes all of the order. Gives the line to end with.
pub(super) async fn fill(url: &str, order: Order) -> Result<String, Failure> {
    let started = Instant::now();
    let mut client = connect(url).await?;
    check_locales(&client).await?;
    check_seed(&client, order).await?;
    let words = Vocabulary::load().map_err(Failure::new)?;
    let tags = Tags::prepare(&mut client, &words, order.seed)
        .await
        .map_err(failed)?;
    let slugs = taken_slugs(&client).await?;
    let (sender, batches) = channel(AHEAD);
    let writer = thread::spawn(move || write(order, &words, tags, slugs, &sender));
    copy_and_project(url, &mut client, order, batches).await?;
    writer
        .join()
        .map_err(|_| Failure::new("the content could not be written"))?;
    client.batch_execute(DONE).await.map_err(failed)?;
    let Order {
        articles,
        comments,
        seed,
    } = order;
    let seconds = started.elapsed().as_secs();
    Ok(format!(
        "{articles} articles and {comments} comments made from seed {seed} in {seconds} s"
    ))
}

/// Writes every batch; ends early when nobody takes them any more.
fn write(order: Order, words: &Vocabulary, tags: Tags, slugs: Slugs, batches: &Sender<Batch>) {
    let settings = settings(order, words);
    let mut newsroom = Newsroom::new(order, words, &settings, tags, slugs);
    for start in (0..order.articles).step_by(BATCH) {
        let end = order.articles.min(start + BATCH);
        if batches.blocking_send(newsroom.batch(start..end)).is_err() {
            break;
        }
    }
}

/// Copies each batch while those before it are projected.
async fn copy_and_project(
    url: &str,
    client: &mut Client,
    order: Order,
    batches: Receiver<Batch>,
) -> Result<(), Failure> {
    let db = Database::new(url, LANES)?;
    let (sender, copied) = channel(1);
    let (copied, projected) = (Mutex::new(copied), Cell::new(0));
    tokio::try_join!(
        copy(client, order, batches, sender),
        project(&db, &copied, &projected),
        project(&db, &copied, &projected),
    )?;
    Ok(())
}

/// Copies every batch, and tells which articles are in it.
async fn copy(
    client: &mut Client,
    order: Order,
    mut batches: Receiver<Batch>,
    sender: Sender<Vec<Uuid>>,
) -> Result<(), Failure> {
    let mut copied = 0;
    while let Some(batch) = batches.recv().await {
        batch.copy(client).await.map_err(failed)?;
        let articles: Vec<Uuid> = batch.articles.iter().map(|article| article.id).collect();
        copied += articles.len();
        sender.send(articles).await.map_err(Failure::new)?;
        tell(copied, order.articles);
    }
    Ok(())
}

/// Projects one batch after the other, until there are no more.
async fn project(
    db: &Database,
    copied: &Mutex<Receiver<Vec<Uuid>>>,
    projected: &Cell<usize>,
) -> Result<(), Failure> {
    let mut conn: PooledConnection = db.connection().await?;
    conn.batch_execute(LOADING).await.map_err(Failure::new)?;
    while let Some(articles) = next(copied).await {
        conn.transaction(async |conn| projection::introduce(conn, &articles).await)
            .await?;
        projected.set(projected.get() + 1);
        // Plans made for tables as small as they were would be wrong for what they have become.
        if projected.get().is_power_of_two() {
            conn.batch_execute("analyze").await.map_err(Failure::new)?;
        }
    }
    Ok(())
}

async fn next(copied: &Mutex<Receiver<Vec<Uuid>>>) -> Option<Vec<Uuid>> {
    copied.lock().await.recv().await
}

/// A line for each tenth.
fn tell(copied: usize, articles: usize) {
    let tenths = |articles_done: usize| articles_done * 10 / articles.max(1);
    if tenths(copied) > tenths(copied.saturating_sub(BATCH)) {
        eprintln!("{copied} of {articles} articles");
    }
}

async fn connect(url: &str) -> Result<Client, Failure> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.map_err(failed)?;
    rt::spawn(connection);
    let settings = format!("{LOADING}; {PACKING}");
    client.batch_execute(&settings).await.map_err(failed)?;
    Ok(client)
}

async fn check_locales(client: &Client) -> Result<(), Failure> {
    let rows = client
        .query("select code from locales", &[])
        .await
        .map_err(failed)?;
    let codes: Vec<String> = rows.iter().filter_map(|row| row.try_get(0).ok()).collect();
    match Language::ALL
        .into_iter()
        .find(|language| !codes.iter().any(|code| code == language.code()))
    {
        Some(missing) => Err(Failure::new(format!(
            "generate needs the locale `{}`, which is not there",
            missing.code()
        ))),
        None => Ok(()),
    }
}

async fn check_seed(client: &Client, order: Order) -> Result<(), Failure> {
    let first = order.external_id(0);
    let found = "select from articles where external_id = $1";
    let found = client.query_opt(found, &[&first]).await.map_err(failed)?;
    match found {
        Some(_) => Err(Failure::new(format!(
            "the content of seed {} is there already: take another seed",
            order.seed
        ))),
        None => Ok(()),
    }
}

async fn taken_slugs(client: &Client) -> Result<Slugs, Failure> {
    let mut slugs = Slugs::default();
    let rows = client
        .query("select locale, slug from slugs", &[])
        .await
        .map_err(failed)?;
    for row in rows {
        slugs.take(
            row.try_get(0).map_err(failed)?,
            row.try_get(1).map_err(failed)?,
        );
    }
    Ok(slugs)
}

/// What the database says of it, with its reason.
fn failed(error: tokio_postgres::Error) -> Failure {
    match error.as_db_error() {
        Some(reason) => Failure::new(reason),
        None => Failure::new(error),
    }
}
