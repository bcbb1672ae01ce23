//! Waiting for what other sessions tell (`LISTEN` and `NOTIFY`).

use std::pin::pin;

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use futures_util::{FutureExt, StreamExt};

use super::Database;
use crate::error::{Error, Result};

/// A session that listens on one channel. Whoever waits by it looks at the tables after it was opened, and
/// again when it is lost: between the two nothing is missed.
pub struct Listener(AsyncPgConnection);

impl Database {
    /// A listener on this channel, from now on.
    ///
    /// # Errors
    /// 503 when the database is away.
    pub async fn listen(&self, channel: &'static str) -> Result<Listener> {
        let mut conn = self.session().await?;
        conn.batch_execute(&format!("listen {channel}")).await?;
        Ok(Listener(conn))
    }
}

impl Listener {
    /// Waits until something is told.
    ///
    /// # Errors
    /// 503 when the connection is lost.
    pub async fn told(&mut self) -> Result<()> {
        let mut notifications = pin!(self.0.notifications_stream());
        let mut told = notifications.next().await;
        // What was told meanwhile says nothing more.
        while let Some(Ok(_)) = told {
            match notifications.next().now_or_never() {
                Some(next) => told = next,
                None => return Ok(()),
            }
        }
        Err(Error::unavailable("the database is away"))
    }
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Listener").finish_non_exhaustive()
    }
}
