//! Reading the log forwards, as it grows: for whoever has to know soon what other nodes have changed.

use diesel::Queryable;
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use super::log::touched;
use crate::db::{Database, Statement};
use crate::error::{Error, Result};

/// The most events that are told one by one.
const MOST: i64 = 10_000;

/// A place in the log that misses nothing, in whatever order transactions commit: it is the snapshot of
/// what was committed when the log was last read. New is what that snapshot does not hold and the present
/// one does, so that a transaction which stays open for long neither hides events nor holds up others.
pub struct Follower {
    conn: AsyncPgConnection,
    snapshot: String,
}

/// What the log has grown by.
#[derive(Debug)]
pub enum News {
    /// The numbers of these events, each with the cache keys of what it changes.
    Events(Vec<(i64, Vec<String>)>),
    /// More than can be told, or another history altogether: everything may be changed.
    Everything,
}

#[derive(Queryable)]
struct Row {
    snapshot: String,
    id: Option<i64>,
    kind: Option<String>,
    keys: Option<Vec<String>>,
}

type RowSql = (
    sql::Text,
    sql::Nullable<sql::BigInt>,
    sql::Nullable<sql::Text>,
    sql::Nullable<sql::Array<sql::Text>>,
);

impl Follower {
    /// Follows the log from now on.
    ///
    /// # Errors
    /// 503 when the database is away.
    pub async fn start(db: &Database) -> Result<Self> {
        let mut conn = db.session().await?;
        // Where the log ends is never guessed right, and it must not be read from its beginning.
        conn.batch_execute("set enable_seqscan = off").await?;
        let now: Statement<sql::Text> = Statement::new("select pg_current_snapshot()::text");
        let snapshot = now.get_result(&mut conn).await?;
        Ok(Follower { conn, snapshot })
    }

    /// What has been committed since the last call, or since the start.
    ///
    /// # Errors
    /// When the database fails: then the connection is of no more use.
    pub async fn read(&mut self) -> Result<News> {
        let rows: Vec<Row> = self.grown_by().load(&mut self.conn).await?;
        let present = rows.as_slice().first().map(|row| row.snapshot.clone());
        let present = present.ok_or_else(|| Error::Internal("no snapshot".into()))?;
        let turned_back = end_of(&present) < end_of(&self.snapshot);
        self.snapshot = present;
        if turned_back || i64::try_from(rows.len()).is_ok_and(|many| many >= MOST) {
            return Ok(News::Everything);
        }
        let events = rows.into_iter().filter_map(|row| {
            let keys = touched(&row.kind?, row.keys?);
            Some((row.id?, keys))
        });
        Ok(News::Events(events.collect()))
    }

    /// One row at least, for the snapshot's sake.
    fn grown_by(&self) -> Statement<RowSql> {
        let columns = "select transaction, id, type, surrogate_keys from events where transaction";
        let order = "order by transaction, id limit";
        Statement::new("with last as (select ")
            .bind(self.snapshot.as_str())
            .sql(format!(
                "::text::pg_snapshot as seen), \
                begun as ({columns} >= (select pg_snapshot_xmax(seen)::text::bigint from last) {order} {MOST}), \
                ended as ({columns} = any(array(select running::text::bigint \
                    from last cross join pg_snapshot_xip(seen) as running)) {order} {MOST}) \
                select pg_current_snapshot()::text, n.id, n.type, n.surrogate_keys from (values (1)) as one \
                left join (select * from begun union all select * from ended) n on true",
            ))
    }
}

impl std::fmt::Debug for Follower {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Follower").finish_non_exhaustive()
    }
}

/// The first transaction that a snapshot (`xmin:xmax:…`) has not seen begin.
fn end_of(snapshot: &str) -> Option<u64> {
    snapshot.split(':').nth(1)?.parse().ok()
}
