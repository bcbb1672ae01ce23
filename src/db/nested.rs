//! A part of a transaction that may fail by itself.

use diesel_async::{AsyncPgConnection, TransactionManager};

use super::{Transactions, commit, roll_back};
use crate::error::Result;

/// Does all of this or none of it; what was done before in the transaction that runs stays (a savepoint). Outside of
/// any it is a transaction.
///
/// # Errors
/// Whatever `work` fails with.
pub async fn nested<T>(
    conn: &mut AsyncPgConnection,
    work: impl AsyncFnOnce(&mut AsyncPgConnection) -> Result<T>,
) -> Result<T> {
    Transactions::begin_transaction(conn).await?;
    match work(conn).await {
        Ok(value) => commit(conn).await.map(|()| value),
        Err(error) => roll_back(conn).await.and(Err(error)),
    }
}

/// Begins a transaction that [`take_back`] is to end, and in which there may be [`nested`] ones.
///
/// # Errors
/// When the database fails.
pub async fn begin(conn: &mut AsyncPgConnection) -> Result<()> {
    Ok(Transactions::begin_transaction(conn).await?)
}

/// Takes back all that was done since [`begin`].
///
/// # Errors
/// When the database fails; nothing of it stays then, either.
pub async fn take_back(conn: &mut AsyncPgConnection) -> Result<()> {
    roll_back(conn).await
}
