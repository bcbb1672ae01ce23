//! Learning what other nodes have changed.
//!
//! The log is asked ten times a second instead of being told of: `NOTIFY` takes a lock that all who notify
//! hold until they have committed, one after the other, and so would undo what PostgreSQL gains by writing
//! many commits at once. Being asked, it is known at each moment how old the answer is: a connection that is
//! broken, or slow, or dead without telling, all come out as knowledge that is too old to vouch for.

use std::sync::{Arc, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use tokio::time::{sleep, timeout};

use super::{Cache, FORGOTTEN, VOUCHED};
use crate::db::Database;
use crate::error::{Error, Result};
use crate::events::follow::{Follower, News};

/// How often the log is read.
const PERIOD: Duration = Duration::from_millis(100);

/// Keeps a cache up with the log, on a thread of its own, until the cache is dropped: however busy those are
/// that answer requests, what they may trust does not grow old for want of a turn.
///
/// # Errors
/// When the system has no thread to give.
pub(crate) fn follow(cache: &Arc<Cache>, db: Database) -> std::io::Result<()> {
    let cache = Arc::downgrade(cache);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    thread::Builder::new()
        .name("follower".into())
        .spawn(move || runtime.block_on(follow_for_ever(&cache, &db)))?;
    Ok(())
}

async fn follow_for_ever(cache: &Weak<Cache>, db: &Database) {
    while cache.strong_count() > 0 {
        if let Err(error) = follow_while_connected(cache, db).await {
            log::warn!("nothing that is kept is given out until the log can be read: {error}");
        }
        sleep(PERIOD).await;
    }
}

async fn follow_while_connected(cache: &Weak<Cache>, db: &Database) -> Result<()> {
    let mut follower = Follower::start(db).await?;
    // Whatever was missed before the start may concern anything.
    if let Some(cache) = cache.upgrade() {
        cache.marks.change_everything();
    }
    let mut sweep = Sweep::default();
    loop {
        let asked = Instant::now();
        let news = timeout(VOUCHED, follower.read()).await;
        let news = news.map_err(|_| Error::unavailable("the database does not answer"))??;
        let Some(cache) = cache.upgrade() else {
            return Ok(());
        };
        cache.learn(news);
        cache.trust(asked);
        sweep.turn(&cache);
        drop(cache);
        sleep(PERIOD).await;
    }
}

impl Cache {
    fn learn(&self, news: News) {
        let events = match news {
            News::Events(events) => events,
            News::Everything => return self.marks.change_everything(),
        };
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        let foreign = events.into_iter().filter(|(id, _)| !own.remove(id));
        let keys: Vec<String> = foreign.flat_map(|(_, keys)| keys).collect();
        drop(own);
        if !keys.is_empty() {
            self.marks.change(&keys);
        }
    }
}

/// Forgets, from time to time, what is of no more use.
#[derive(Default)]
struct Sweep {
    last: Option<(Instant, u64)>,
}

impl Sweep {
    fn turn(&mut self, cache: &Cache) {
        match self.last {
            Some((time, _)) if time.elapsed() < FORGOTTEN => {}
            last => {
                if let Some((_, generation)) = last {
                    cache.marks.forget_before(generation);
                    // Events of transactions that came to nothing are never read.
                    let mut own = cache.own.lock().unwrap_or_else(PoisonError::into_inner);
                    own.clear();
                }
                self.last = Some((Instant::now(), cache.marks.now()));
            }
        }
    }
}
