//! A transaction that a whole request runs in: what its handler writes, and what goes with it, is committed
//! together or not at all.

use std::sync::{Arc, PoisonError};

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection, TransactionManager};
use tokio::sync::Mutex;
use tokio::task_local;

use super::touched::{back_to, touched_so_far};
use super::{ATTEMPTS, Database, Object, PooledConnection, Transactions, commit, roll_back};
use crate::error::{Error, Result};

task_local! {
    /// The transaction that the running request is held in.
    static HELD: Held;
}

/// Whether the running transaction is meant to stay, in SQL: numbers that show are taken only then, as no
/// transaction gives them back.
pub const FOR_REAL: &str = "coalesce(current_setting('dateline.dry_run', true), '') <> 'on'";

/// A transaction that a request is held in. When it is let go without an end, its connection is closed, and
/// PostgreSQL takes back what was done.
#[derive(Clone)]
pub struct Held(Arc<Transaction>);

struct Transaction {
    /// None: it has ended.
    conn: Mutex<Option<PooledConnection>>,
    dry_run: bool,
    about: std::sync::Mutex<Vec<Vec<u8>>>,
}

/// How a request that is held ends, and with what.
#[derive(Debug)]
pub enum Ending<T> {
    /// All that it has written stays.
    Commit(T),
    /// Nothing does.
    RollBack(T),
}

impl Database {
    /// Runs a request in one transaction: what it writes inside of [`Held::during`] is a part of that. With
    /// `dry_run` it is to be rolled back, and no number is taken that shows.
    ///
    /// # Errors
    /// 503 when the database is away or busy, or fails to commit.
    pub async fn hold<T>(
        &self,
        dry_run: bool,
        request: impl AsyncFnOnce(&Held) -> Ending<T>,
    ) -> Result<T> {
        let held = Held::begin(self.connection().await?, dry_run).await?;
        let whole = async {
            match request(&held).await {
                // A commit that fails half way may have been one.
                Ending::Commit(value) => (true, held.commit().await.map(|()| value)),
                Ending::RollBack(value) => {
                    held.roll_back().await;
                    (false, Ok(value))
                }
            }
        };
        self.watched.during(whole).await
    }
}

impl Held {
    async fn begin(mut conn: PooledConnection, dry_run: bool) -> Result<Self> {
        Transactions::begin_transaction(&mut *conn).await?;
        let held = Held(Arc::new(Transaction {
            conn: Mutex::new(Some(conn)),
            dry_run,
            about: std::sync::Mutex::default(),
        }));
        if dry_run {
            let mark = async |conn: &mut AsyncPgConnection| {
                let mark = "set local dateline.dry_run = 'on'";
                Ok(conn.batch_execute(mark).await?)
            };
            held.beside(mark).await?;
        }
        Ok(held)
    }

    /// The transaction that the running request is held in, if it is.
    pub(super) fn current() -> Option<Held> {
        HELD.try_with(Held::clone).ok()
    }

    /// Runs what is to be held in it.
    pub async fn during<T>(&self, request: impl Future<Output = T>) -> T {
        HELD.scope(self.clone(), request).await
    }

    /// Does something in the transaction beside the request.
    ///
    /// # Errors
    /// Whatever `work` fails with: then the transaction is of no more use.
    pub async fn beside<T>(
        &self,
        work: impl AsyncFnOnce(&mut AsyncPgConnection) -> Result<T>,
    ) -> Result<T> {
        let mut conn = self.0.conn.lock().await;
        work(conn.as_mut().ok_or_else(ended)?).await
    }

    /// Does all of this or none of it, as a part of the transaction, as [`Database::write`] does.
    pub(super) async fn write<T>(
        &self,
        work: impl AsyncFn(&mut AsyncPgConnection) -> Result<T>,
    ) -> Result<T> {
        let mut conn = self.0.conn.lock().await;
        let conn = conn.as_mut().ok_or_else(ended)?;
        for _ in 0..ATTEMPTS {
            let before = touched_so_far();
            // Inside of another it is a savepoint.
            Transactions::begin_transaction(&mut **conn).await?;
            match work(conn).await {
                Ok(value) => return commit(conn).await.map(|()| value),
                Err(error) => {
                    back_to(before);
                    match roll_back(conn).await.and(Err(error)) {
                        Err(Error::Contended) => {}
                        outcome => return outcome,
                    }
                }
            }
        }
        Err(Error::Contended)
    }

    /// Checks now what is else checked at the commit.
    ///
    /// # Errors
    /// Those of the commit.
    pub async fn check(&self) -> Result<()> {
        let check = async |conn: &mut AsyncPgConnection| {
            Ok(conn.batch_execute("set constraints all immediate").await?)
        };
        self.beside(check).await
    }

    /// What the request has noted by [`tells_of`].
    pub fn about(&self) -> Vec<Vec<u8>> {
        let about = self.0.about.lock().unwrap_or_else(PoisonError::into_inner);
        about.clone()
    }

    async fn commit(&self) -> Result<()> {
        let mut conn = self.0.conn.lock().await;
        commit(conn.as_mut().ok_or_else(ended)?).await?;
        // Only now it goes back to the pool: until then it is closed when it is let go.
        *conn = None;
        Ok(())
    }

    async fn roll_back(&self) {
        let mut conn = self.0.conn.lock().await;
        let Some(held) = conn.as_mut() else { return };
        // When that fails the connection is lost, and with it the transaction.
        if roll_back(held).await.is_ok() {
            *conn = None;
        }
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if let Some(conn) = self.conn.get_mut().take() {
            // In the pool it would hold its locks until somebody took it.
            drop(Object::take(conn));
        }
    }
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Held").finish_non_exhaustive()
    }
}

fn ended() -> Error {
    Error::Internal("the transaction of the request has ended".into())
}

/// Whether the running request is held in a transaction of its own.
pub fn is_held() -> bool {
    Held::current().is_some()
}

/// Whether the running request leaves nothing behind: then there is no event either, as its number would show.
pub fn is_dry_run() -> bool {
    HELD.try_with(|held| held.0.dry_run).unwrap_or(false)
}

/// Notes what stands for something that the answer to the running request tells of, and that may have to be
/// forgotten: a comment's id, or the pseudonym of an e-mail address.
pub fn tells_of(what: &[u8]) {
    let _ = HELD.try_with(|held| {
        let mut about = held.0.about.lock().unwrap_or_else(PoisonError::into_inner);
        about.push(what.to_vec());
    });
}
