//! Everything there is, line by line, as it was at one moment.

use std::pin::Pin;

use futures_util::{Stream, StreamExt, stream};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls, RowStream};

use super::{Extent, statements};
use crate::error::{Error, Result};

/// One moment for all statements; who reads may take their time, but not hold that moment for ever.
const SESSION: &str = "set statement_timeout = '2h'; set idle_in_transaction_session_timeout = '10min'; \
    set timezone = 'UTC'; set jit = off; begin isolation level repeatable read read only";

/// How many bytes are sent in one piece, and the rest of a line.
const PIECE: usize = 64 * 1024;

/// All lines, some at a time. The database sends no more of them than are asked for.
///
/// # Errors
/// 503 when the database is away. What fails later ends the stream with its error.
pub async fn lines(
    url: &str,
    extent: Extent,
) -> Result<impl Stream<Item = Result<Vec<u8>>> + use<>> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.map_err(away)?;
    tokio::spawn(connection);
    client.batch_execute(SESSION).await.map_err(away)?;
    let reading = Reading {
        client,
        statements: statements(extent).into_iter(),
        rows: None,
    };
    Ok(stream::try_unfold(reading, async |mut reading| {
        let piece = reading.piece().await?;
        Ok((!piece.is_empty()).then_some((piece, reading)))
    }))
}

/// How far the lines are read. The session ends with it.
struct Reading {
    client: Client,
    statements: std::array::IntoIter<String, 4>,
    rows: Option<Pin<Box<RowStream>>>,
}

impl Reading {
    /// The next lines; none: that was all.
    async fn piece(&mut self) -> Result<Vec<u8>> {
        let mut piece = Vec::with_capacity(PIECE);
        while piece.len() < PIECE {
            let Some(rows) = &mut self.rows else {
                let Some(statement) = self.statements.next() else {
                    break;
                };
                let none: [&(dyn ToSql + Sync); 0] = [];
                let rows = self
                    .client
                    .query_raw(&statement, none)
                    .await
                    .map_err(away)?;
                self.rows = Some(Box::pin(rows));
                continue;
            };
            match rows.next().await {
                Some(row) => {
                    let row = row.map_err(away)?;
                    let line: &str = row.try_get(0).map_err(away)?;
                    piece.extend_from_slice(line.as_bytes());
                    piece.push(b'\n');
                }
                None => self.rows = None,
            }
        }
        Ok(piece)
    }
}

/// What the database says goes to the log alone.
fn away(error: tokio_postgres::Error) -> Error {
    match error.as_db_error() {
        Some(reason) => Error::Internal(reason.to_string()),
        None => Error::unavailable("the database is away"),
    }
}
