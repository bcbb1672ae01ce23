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
