//! Taking in what is read: batches of articles over several connections, all else one after the other.

use std::cell::Cell;
use std::rc::Rc;

use actix_web::rt;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::Receiver;
use url::Url;

use super::super::Failure;
use super::progress::Progress;
use super::reading::{Read, Source};
use super::summary::Summary;
use crate::config::Config;
use crate::db::{Database, Ending, Statement, settings};
use crate::error::Result;
use crate::transfer::batch::{Batch, Item};
use crate::transfer::entry::Destination;
use crate::transfer::import::Outcome;

/// Over how many connections articles are taken in.
const LANES: usize = 2;

/// Who is written down as the one who did it.
const ACTOR: Option<&str> = Some("import");

type Taken = Vec<(Item, Outcome)>;

/// Takes all of the file in.
pub(super) async fn fill(
    url: &str,
    source: Source,
    config: &Config,
    dry_run: bool,
) -> Result<Summary, Failure> {
    let db = Database::new(url, LANES)?;
    // What a running service was told is not forgotten because this command was not.
    if let (Some(hosts), false) = (config.embed_hosts.to_keep(), dry_run) {
        let keep = async |conn: &mut AsyncPgConnection| {
            settings::keep(conn, "embed_hosts", Some(hosts.clone())).await
        };
        db.write(keep).await?;
    }
    let mut summary = Summary::new(&source.path, dry_run)?;
    let progress = Progress::new(source.bytes);
    let destination = destination(&db, source.site.clone()).await?;
    let mut filling = Filling {
        reads: source.read(destination),
        stopping: stopping()?,
        summary: &mut summary,
        progress,
        done: 0,
    };
    if dry_run {
        // All of it is one transaction, in which each batch is a part, and which is taken back.
        let tried = db.hold(true, async |held| {
            Ending::RollBack(held.during(filling.take_in(&db)).await)
        });
        tried.await??;
    } else {
        filling.take_in(&db).await?;
    }
    filling.progress.finish();
    summary.finish()?;
    Ok(summary)
}

async fn destination(db: &Database, site: Option<Url>) -> Result<Destination> {
    let codes: Statement<diesel::sql_types::Text> =
        Statement::new("select code from locales order by is_default desc, code");
    let mut conn = db.connection().await?;
    Ok(Destination {
        locales: codes.load(&mut *conn).await?,
        site,
    })
}

/// Whether somebody has asked for it to stop. Asked twice, it stops at once.
fn stopping() -> Result<Rc<Cell<bool>>, Failure> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let asked = Rc::new(Cell::new(false));
    let asking = Rc::clone(&asked);
    rt::spawn(async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if asking.replace(true) {
                std::process::exit(130);
            }
        }
    });
    Ok(asked)
}

struct Filling<'s> {
    reads: Receiver<Read>,
    stopping: Rc<Cell<bool>>,
    summary: &'s mut Summary,
    progress: Progress,
    /// How far the file has been read, in bytes.
    done: u64,
}

impl Filling<'_> {
    async fn take_in(&mut self, db: &Database) -> Result<(), Failure> {
        let mut running = FuturesUnordered::new();
        let mut alone = false;
        while let Some(batch) = self.batch().await {
            // What is not an article may be leant on, or lean on any of them.
            let among_its_like = batch.is_of_articles() && !alone;
            let most = if among_its_like { LANES } else { 1 };
            while running.len() >= most {
                if let Some(taken) = running.next().await {
                    self.count(taken?)?;
                }
            }
            alone = !batch.is_of_articles();
            running.push(batch.take_in(db, ACTOR));
        }
        while let Some(taken) = running.next().await {
            self.count(taken?)?;
        }
        Ok(())
    }

    /// The next items, as many as are taken in together; none: there are no more.
    async fn batch(&mut self) -> Option<Batch> {
        let mut batch = Batch::default();
        if self.stopping.get() {
            self.summary
                .break_off("it was interrupted; started again it goes on from here".into());
            return None;
        }
        while !batch.is_full() {
            match self.reads.recv().await {
                None => break,
                Some(Read::LeftOut(kind)) => self.summary.leave_out(kind),
                Some(Read::Note(note)) => self.summary.note(note),
                Some(Read::Broken(reason)) => self.summary.break_off(reason),
                Some(Read::Item(item, done)) => {
                    self.done = done;
                    batch.push(*item);
                }
            }
        }
        (!batch.is_empty()).then_some(batch)
    }

    fn count(&mut self, taken: Taken) -> Result<(), Failure> {
        let items = u64::try_from(taken.len()).unwrap_or_default();
        for (item, outcome) in &taken {
            self.summary.count(item, outcome)?;
        }
        self.progress.tell(items, self.done);
        Ok(())
    }
}
