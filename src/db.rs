//! The way to PostgreSQL: a pool for writes, one pipelined connection a worker for reads.

pub mod answers;
mod held;
mod listener;
pub mod migrate;
mod nested;
pub mod private;
mod reader;
pub mod rows;
pub mod settings;
mod statement;
mod touched;

pub use held::{Ending, FOR_REAL, Held, is_dry_run, is_held, tells_of};
pub use listener::Listener;
pub use nested::nested;
pub use reader::Reader;
pub use statement::{Bind, Statement};
pub use touched::{Touched, touch};

use std::time::Duration;

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection, TransactionManager};
use futures_util::FutureExt;
use touched::Watched;

use crate::error::{Error, Result};

/// How long a request waits for a connection before it is told to come back later.
const WAIT: Duration = Duration::from_secs(3);

/// How often a change is tried that another was in the way of.
const ATTEMPTS: usize = 5;

/// Said to PostgreSQL at the start of each session: no statement of a request runs longer.
const SESSION: &str = "set statement_timeout = '10s'; set timezone = 'UTC'; set jit = off; \
    set idle_in_transaction_session_timeout = '30s'";

/// Said as well: long texts are kept packed by lz4, which takes a fraction of the time of PostgreSQL's own method
/// to pack and to unpack. A server may have been built without it. Said by sessions, not by the tables, so that
/// a dump can be restored on such a server.
pub const PACKING: &str = "select set_config('default_toast_compression', 'lz4', false) from pg_settings \
    where name = 'default_toast_compression' and 'lz4' = any(enumvals)";

type Transactions = <AsyncPgConnection as AsyncConnection>::TransactionManager;

/// A connection from the pool, given back when dropped.
pub type PooledConnection = Object<AsyncPgConnection>;

/// The primary database.
#[derive(Clone)]
pub struct Database {
    url: String,
    pool: Pool<AsyncPgConnection>,
    watched: Watched,
}

impl Database {
    /// A database at this address; nothing is connected yet.
    ///
    /// # Errors
    /// When the pool cannot be made of these sizes.
    pub fn new(url: &str, pool_size: usize) -> Result<Self> {
        Ok(Database {
            url: url.to_owned(),
            pool: pool(url, pool_size, "")?,
            watched: Watched::default(),
        })
    }

    /// The same database through so many connections of their own, whose statements are planned once and not
    /// for the values at hand: for a statement that takes longer to plan than to run.
    ///
    /// # Errors
    /// As [`Database::new`].
    pub fn planned_once(&self, pool_size: usize) -> Result<Self> {
        Ok(Database {
            url: self.url.clone(),
            pool: pool(&self.url, pool_size, READER)?,
            watched: self.watched.clone(),
        })
    }

    /// Its address. Holds a password: never for a log or an answer.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A connection of one's own, for a transaction.
    ///
    /// # Errors
    /// 503 when the database is away or every connection stays busy.
    pub async fn connection(&self) -> Result<PooledConnection> {
        self.pool.get().await.map_err(|error| {
            log::warn!("no database connection: {error}");
            Error::unavailable("the database is away or busy")
        })
    }

    /// Does all of this or none of it, in one transaction. When the database ends it because two
    /// changes wait for each other, it is done again: so `work` may be called more than once. Where the request
    /// is held in a transaction ([`Database::hold`]), it is a part of that.
    ///
    /// # Errors
    /// Whatever `work` fails with, and 503 when the database is away or busy.
    pub async fn write<T>(
        &self,
        work: impl AsyncFn(&mut AsyncPgConnection) -> Result<T>,
    ) -> Result<T> {
        if let Some(held) = Held::current() {
            return held.write(work).await;
        }
        let mut conn = self.connection().await?;
        for _ in 0..ATTEMPTS {
            Transactions::begin_transaction(&mut *conn).await?;
            let attempt = async {
                match work(&mut conn).await {
                    // A commit that fails half way may have been one.
                    Ok(value) => (true, commit(&mut conn).await.map(|()| value)),
                    Err(error) => (false, roll_back(&mut conn).await.and(Err(error))),
                }
            };
            match self.watched.during(attempt).await {
                Err(Error::Contended) => {}
                outcome => return outcome,
            }
        }
        Err(Error::Contended)
    }

    /// Runs one statement, which is its own transaction: in one round trip all of it is done or nothing. As with
    /// [`Database::write`], `work` may be called more than once.
    ///
    /// # Errors
    /// As [`Database::write`].
    pub async fn write_at_once<T>(
        &self,
        work: impl AsyncFn(&mut AsyncPgConnection) -> Result<T>,
    ) -> Result<T> {
        if let Some(held) = Held::current() {
            return held.write(work).await;
        }
        let mut conn = self.connection().await?;
        for _ in 0..ATTEMPTS {
            let attempt = async { (true, work(&mut conn).await) };
            match self.watched.during(attempt).await {
                Err(Error::Contended) => {}
                outcome => return outcome,
            }
        }
        Err(Error::Contended)
    }

    /// Tells what each transaction of [`Database::write`] has touched, before its outcome is known to whoever
    /// asked for it. One watcher for all clones.
    pub fn watch(&self, watcher: impl Fn(Touched) + Send + Sync + 'static) {
        self.watched.by(watcher);
    }

    /// A session of one's own outside of the pool, for as long as it is kept.
    ///
    /// # Errors
    /// 503 when the database is away.
    pub async fn session(&self) -> Result<AsyncPgConnection> {
        connect(self.url.clone(), "").await.map_err(|error| {
            log::warn!("no database connection: {error}");
            Error::unavailable("the database is away")
        })
    }

    /// A reader for the worker that calls this.
    pub fn reader(&self) -> Reader {
        Reader::new(&self.url)
    }
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database").finish_non_exhaustive()
    }
}

/// Connections, made when they are needed, with these settings besides.
fn pool(url: &str, size: usize, settings: &'static str) -> Result<Pool<AsyncPgConnection>> {
    let mut config = ManagerConfig::<AsyncPgConnection>::default();
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |url| connect(url.to_owned(), settings).boxed());
    let manager = AsyncDieselConnectionManager::<AsyncPgConnection>::new_with_config(url, config);
    Pool::builder(manager)
        .max_size(size)
        .wait_timeout(Some(WAIT))
        .create_timeout(Some(WAIT))
        .recycle_timeout(Some(WAIT))
        .runtime(deadpool::Runtime::Tokio1)
        .build()
        .map_err(|error| Error::Internal(error.to_string()))
}

async fn commit(conn: &mut AsyncPgConnection) -> Result<()> {
    Ok(Transactions::commit_transaction(conn).await?)
}

async fn roll_back(conn: &mut AsyncPgConnection) -> Result<()> {
    Ok(Transactions::rollback_transaction(conn).await?)
}

/// Said besides on a reader's connection. Its statements are few, prepared once and written so that the
/// plan for any values is the right one; planning a list for its values takes longer than running it.
const READER: &str = "set plan_cache_mode = force_generic_plan";

/// The same on a connection for searches. Their statements are written as nested loops from few rows on,
/// each bounded; any other join would begin by reading a whole table. `pg_trgm` counts words as similar
/// from here on.
const SEARCHER: &str = "set plan_cache_mode = force_generic_plan; set statement_timeout = '2s'; \
    set enable_hashjoin = off; set enable_mergejoin = off; set enable_seqscan = off; \
    set client_min_messages = warning; set pg_trgm.similarity_threshold = 0.25";

/// A new session with its settings made.
async fn connect(url: String, settings: &str) -> diesel::ConnectionResult<AsyncPgConnection> {
    let mut conn = AsyncPgConnection::establish(&url).await?;
    conn.batch_execute(&format!("{SESSION}; {PACKING}; {settings}"))
        .await
        .map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}

/// Gives a violated constraint the meaning that it has for the client.
pub trait OnConstraint<T> {
    /// The error of `meaning` if this constraint was violated.
    ///
    /// # Errors
    /// That one, or whatever went wrong else.
    fn on_constraint(self, name: &str, meaning: impl FnOnce() -> Error) -> Result<T>;
}

impl<T, E: Into<Error> + ViolatedConstraint> OnConstraint<T> for Result<T, E> {
    fn on_constraint(self, name: &str, meaning: impl FnOnce() -> Error) -> Result<T> {
        self.map_err(|error| {
            if error.violates(name) {
                meaning()
            } else {
                error.into()
            }
        })
    }
}

/// What can tell which constraint was violated.
pub trait ViolatedConstraint {
    /// Whether it was this one.
    fn violates(&self, name: &str) -> bool;
}

impl ViolatedConstraint for DieselError {
    fn violates(&self, name: &str) -> bool {
        matches!(self, DieselError::DatabaseError(
            DatabaseErrorKind::UniqueViolation
                | DatabaseErrorKind::ForeignKeyViolation
                | DatabaseErrorKind::CheckViolation,
            info,
        ) if info.constraint_name() == Some(name))
    }
}
