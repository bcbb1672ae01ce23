//! The connection that a worker reads through.

use std::cell::Cell;
use std::future::{Ready, ready};
use std::rc::Rc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use diesel::pg::Pg;
use diesel::query_builder::{Query, QueryFragment, QueryId};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_async::AsyncPgConnection;
use diesel_async::RunQueryDsl;
use diesel_async::methods::LoadQuery;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::{READER, SEARCHER, connect};
use crate::error::{Error, Result};

/// How long a read may wait for a new connection.
const CONNECT: Duration = Duration::from_secs(3);
/// How long a read may take altogether: past the statement timeout only when the network is gone.
const ANSWER: Duration = Duration::from_secs(12);

/// How many searches of one worker PostgreSQL works on at once.
const SEARCHES: usize = 2;

/// One connection, shared by all requests of one worker and pipelined: a request sends its query
/// without waiting for the answers of the others. It lives on the worker's own thread, which saves
/// the wake-ups across threads that a pool costs.
#[derive(Clone)]
pub struct Reader {
    lane: Lane,
    searches: [Lane; SEARCHES],
}

/// A connection and what it is set to; made when it is first needed.
#[derive(Clone)]
struct Lane {
    url: Rc<str>,
    settings: &'static str,
    current: Rc<Mutex<Option<Rc<AsyncPgConnection>>>>,
    /// How many queries are on their way.
    busy: Rc<Cell<usize>>,
}

impl Reader {
    pub(super) fn new(url: &str) -> Self {
        let url: Rc<str> = url.into();
        Reader {
            lane: Lane::new(&url, READER),
            searches: std::array::from_fn(|_| Lane::new(&url, SEARCHER)),
        }
    }

    /// A reader for queries that may take long: it has connections of its own, so that no look-up waits
    /// behind a search, and gives up sooner.
    #[must_use]
    pub fn searching(&self) -> Reader {
        let [first, others @ ..] = &self.searches;
        let idlest = others.iter().fold(first, |best, lane| {
            match lane.busy.get() < best.busy.get() {
                true => lane,
                false => best,
            }
        });
        Reader {
            lane: idlest.clone(),
            searches: self.searches.clone(),
        }
    }

    /// The rows of a query. A connection found to be lost is replaced and the query sent once more,
    /// which a read can stand.
    ///
    /// # Errors
    /// 503 when the database is away, and whatever the query itself fails with.
    pub async fn load<Row, Q>(&self, query: Q) -> Result<Vec<Row>>
    where
        Q: Query + QueryFragment<Pg> + QueryId + Clone + Send,
        Row: Send + 'static,
        for<'c> Q: LoadQuery<'static, &'c AsyncPgConnection, Row> + 'static,
    {
        let conn = self.lane.connection().await?;
        match self.load_on(&conn, query.clone()).await {
            Err(error) if is_lost(&error) => {
                self.lane.forget(&conn).await;
                let conn = self.lane.connection().await?;
                Ok(self.load_on(&conn, query).await?)
            }
            answer => Ok(answer?),
        }
    }

    /// The first row of a query, if there is one.
    ///
    /// # Errors
    /// As [`Reader::load`].
    pub async fn first<Row, Q>(&self, query: Q) -> Result<Option<Row>>
    where
        Q: Query + QueryFragment<Pg> + QueryId + Clone + Send,
        Row: Send + 'static,
        for<'c> Q: LoadQuery<'static, &'c AsyncPgConnection, Row> + 'static,
    {
        Ok(self.load(query).await?.into_iter().next())
    }

    async fn load_on<Row, Q>(
        &self,
        conn: &AsyncPgConnection,
        query: Q,
    ) -> Result<Vec<Row>, DieselError>
    where
        Row: Send + 'static,
        for<'c> Q: LoadQuery<'static, &'c AsyncPgConnection, Row> + 'static,
    {
        let _busy = Busy::new(&self.lane.busy);
        let mut shared = conn;
        match timeout(ANSWER, query.load(&mut shared)).await {
            Ok(answer) => answer,
            Err(_) => Err(DieselError::DatabaseError(
                DatabaseErrorKind::ClosedConnection,
                Box::new("no answer in time".to_owned()),
            )),
        }
    }
}

impl Lane {
    fn new(url: &Rc<str>, settings: &'static str) -> Self {
        Lane {
            url: Rc::clone(url),
            settings,
            current: Rc::default(),
            busy: Rc::default(),
        }
    }

    async fn connection(&self) -> Result<Rc<AsyncPgConnection>> {
        timeout(CONNECT, self.connect())
            .await
            .unwrap_or_else(|_| Err(Error::unavailable("the database does not answer")))
    }

    /// The connection there is, or a new one: requests that arrive meanwhile wait for the same.
    async fn connect(&self) -> Result<Rc<AsyncPgConnection>> {
        let mut current = self.current.lock().await;
        if let Some(conn) = &*current {
            return Ok(Rc::clone(conn));
        }
        let connected = connect(self.url.to_string(), self.settings);
        let conn = connected.await.map_err(|error| {
            log::warn!("no database connection: {error}");
            Error::unavailable("the database is away")
        })?;
        let conn = Rc::new(conn);
        *current = Some(Rc::clone(&conn));
        Ok(conn)
    }

    /// Lets a lost connection go, unless another request already has.
    async fn forget(&self, lost: &Rc<AsyncPgConnection>) {
        let mut current = self.current.lock().await;
        if current.as_ref().is_some_and(|conn| Rc::ptr_eq(conn, lost)) {
            *current = None;
        }
    }
}

/// Counts a query for as long as it is on its way, however it ends.
struct Busy(Rc<Cell<usize>>);

impl Busy {
    fn new(count: &Rc<Cell<usize>>) -> Self {
        count.set(count.get() + 1);
        Busy(Rc::clone(count))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}

/// A handler that takes a reader gets its worker's own.
impl FromRequest for Reader {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let reader = request.app_data::<Reader>().cloned();
        ready(reader.ok_or_else(|| Error::Internal("this worker has no reader".into())))
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").finish_non_exhaustive()
    }
}

/// Whether the connection, not the query, is at fault.
fn is_lost(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, _) => true,
        DieselError::DatabaseError(_, info) => {
            let message = info.message();
            message.contains("connection closed")
                || message.contains("terminating connection")
                || message.contains("communicating with the server")
        }
        _ => false,
    }
}
