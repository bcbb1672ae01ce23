//! Trying out what an import would do.

use diesel_async::AsyncPgConnection;

use super::batch::{Batch, Item};
use super::import::Outcome;
use crate::db::{Database, begin, nested, take_back};
use crate::error::Result;

/// A transaction in which batches are taken in, each on what those before it have made, and which is never
/// committed.
pub struct Trial {
    conn: AsyncPgConnection,
}

impl Trial {
    /// A trial on a connection of its own.
    ///
    /// # Errors
    /// 503 when the database is away.
    pub async fn begin(db: &Database) -> Result<Self> {
        let mut conn = db.session().await?;
        begin(&mut conn).await?;
        Ok(Trial { conn })
    }

    /// Takes lines in, for as long as the trial lasts.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_in(
        &mut self,
        batch: Batch,
        actor: Option<&str>,
    ) -> Result<Vec<(Item, Outcome)>> {
        nested(&mut self.conn, async |conn| {
            batch.take_in_on(conn, actor).await
        })
        .await
    }

    /// Takes everything back.
    ///
    /// # Errors
    /// When the database fails; nothing of it stays then, either.
    pub async fn end(mut self) -> Result<()> {
        take_back(&mut self.conn).await
    }
}
