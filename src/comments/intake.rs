//! Comments that arrive together are written together: one statement, one commit, and each is answered only
//! when that is durable. A commit costs PostgreSQL far more than a row, so many writers get several times as
//! many comments through as they would one by one, and a single one waits for nobody.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use tokio::task::spawn_local;

use super::posting::{self, Locks, Post, Posted, Terms};
use crate::db::{Database, is_held};
use crate::error::{Error, Result};

/// The most comments of one statement.
const MOST: usize = 64;
/// How many statements are on their way at once: while one waits for the disk, the next is worked on.
const WRITERS: usize = 2;

/// Where comments are handed in.
#[derive(Debug)]
pub struct Intake {
    db: Database,
    terms: Terms,
    queue: Mutex<Queue>,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    writers: usize,
}

/// A comment, and who waits for it.
#[derive(Debug)]
struct Waiting {
    post: Post,
    tell: oneshot::Sender<Result<Posted>>,
}

impl Intake {
    /// One that writes to this database on these terms.
    pub fn new(db: Database, terms: Terms) -> Arc<Self> {
        Arc::new(Intake {
            db,
            terms,
            queue: Mutex::default(),
        })
    }

    /// Writes the comment. It is written to the end even when nobody waits for it any more; where the request is
    /// held in a transaction it is written there, and shares its fate.
    ///
    /// # Errors
    /// What speaks against it (see [`posting::write`]), and 503 when the database fails.
    pub async fn post(self: &Arc<Self>, post: Post) -> Result<Posted> {
        if is_held() {
            return self.write_one(post).await;
        }
        let (tell, told) = oneshot::channel();
        if self.enqueue(Waiting { post, tell }) {
            spawn_local(Arc::clone(self).write());
        }
        told.await
            .unwrap_or_else(|_| Err(Error::unavailable("the service is stopping")))
    }

    /// Whether one more writer is to begin.
    fn enqueue(&self, waiting: Waiting) -> bool {
        let mut queue = self.queue();
        queue.waiting.push_back(waiting);
        let begin = queue.writers < WRITERS;
        queue.writers += usize::from(begin);
        begin
    }

    /// Writes what waits until nothing does.
    async fn write(self: Arc<Self>) {
        let mut writer = Writer {
            intake: &self,
            done: false,
        };
        while let Some(batch) = writer.take() {
            self.write_together(batch).await;
        }
    }

    async fn write_together(self: &Arc<Self>, batch: Vec<Waiting>) {
        let (posts, tells): (Vec<Post>, Vec<_>) =
            batch.into_iter().map(|one| (one.post, one.tell)).unzip();
        let locks = match posts.len() {
            1 => Locks::Wait,
            _ => Locks::Skip,
        };
        let written = self
            .db
            .write_at_once(async |conn| posting::write(conn, &posts, self.terms, locks).await)
            .await;
        let results = match written {
            Ok(results) => results,
            // Whatever it is, each learns what becomes of its own comment.
            Err(error) if posts.len() == 1 => vec![Some(Err(error))],
            Err(error) => {
                log::warn!("comments are written one by one: {error}");
                posts.iter().map(|_| None).collect()
            }
        };
        for ((post, tell), result) in posts.into_iter().zip(tells).zip(results) {
            match result {
                // Who waits for it may be gone.
                Some(result) => drop(tell.send(result)),
                None => drop(spawn_local(Arc::clone(self).write_alone(post, tell))),
            }
        }
    }

    /// One that something is in the way of, which the others shall not wait for.
    async fn write_alone(self: Arc<Self>, post: Post, tell: oneshot::Sender<Result<Posted>>) {
        drop(tell.send(self.write_one(post).await));
    }

    async fn write_one(&self, post: Post) -> Result<Posted> {
        let posts = [post];
        let mut results = self
            .db
            .write_at_once(async |conn| posting::write(conn, &posts, self.terms, Locks::Wait).await)
            .await?;
        let result = results.pop().flatten();
        result.unwrap_or_else(|| Err(Error::Internal("a comment without a result".into())))
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts among the writers until it finds nothing to write, however it ends.
struct Writer<'i> {
    intake: &'i Intake,
    done: bool,
}

impl Writer<'_> {
    /// As many of those that wait as go with each other; none: it is no writer any more.
    fn take(&mut self) -> Option<Vec<Waiting>> {
        let mut queue = self.intake.queue();
        let mut batch: Vec<Waiting> = vec![];
        let mut later = VecDeque::new();
        while let Some(next) = queue.waiting.pop_front() {
            let fits = batch
                .iter()
                .all(|one| one.post.goes_with(&next.post, self.intake.terms));
            if fits && batch.len() < MOST {
                batch.push(next);
            } else {
                later.push_back(next);
            }
            if batch.len() == MOST {
                break;
            }
        }
        later.append(&mut queue.waiting);
        queue.waiting = later;
        if batch.is_empty() {
            self.done = true;
            queue.writers -= 1;
            return None;
        }
        Some(batch)
    }
}

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        if !self.done {
            self.intake.queue().writers -= 1;
        }
    }
}
