//! What was answered under an `Idempotency-Key`, as it is kept: for 24 hours, beside what the request has changed.

use diesel::Queryable;
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::statement::Statement;
use crate::error::Result;

/// For how long an answer is kept, in SQL.
const KEPT: &str = "created_at > now() - interval '24 hours'";
/// How many old ones are removed by one statement.
const BATCH: i64 = 1000;

/// An answer that is kept.
#[derive(Debug, Queryable)]
pub struct Kept {
    /// What stands for the request that it was given to.
    pub fingerprint: Vec<u8>,
    /// The answer, encrypted; none: it was forgotten with a person whose words it held.
    pub answer: Option<Vec<u8>>,
}

/// An answer that is to be kept.
#[derive(Debug)]
pub struct ToKeep {
    /// What stands for caller, path and `Idempotency-Key`.
    pub key: Vec<u8>,
    /// Whose it is, and how many of the same there may be; none: as many as there are.
    pub guest: Option<(Vec<u8>, i64)>,
    /// What stands for the request.
    pub fingerprint: Vec<u8>,
    /// The answer, encrypted.
    pub answer: Vec<u8>,
    /// What it tells of that may have to be forgotten.
    pub about: Vec<Vec<u8>>,
}

/// Takes this key until the transaction ends, unless another transaction has it now.
///
/// # Errors
/// When the database fails.
pub async fn claim(conn: &mut AsyncPgConnection, key: &[u8]) -> Result<bool> {
    let number = key.first_chunk().copied().map(i64::from_be_bytes);
    let claim: Statement<sql::Bool> = Statement::new("select pg_try_advisory_xact_lock(")
        .bind(number.unwrap_or_default())
        .sql(")");
    Ok(claim.get_result(conn).await?)
}

/// The answer that is kept under this key. Its claim was a statement before, so that this one sees what whoever had
/// the key has committed.
///
/// # Errors
/// When the database fails.
pub async fn find(conn: &mut AsyncPgConnection, key: &[u8]) -> Result<Option<Kept>> {
    let find: Statement<(sql::Bytea, sql::Nullable<sql::Bytea>)> =
        Statement::new("select fingerprint, answer from idempotent_answers where key = ")
            .bind(key.to_vec())
            .sql(format!(" and {KEPT}"));
    let found: Vec<Kept> = find.load(conn).await?;
    Ok(found.into_iter().next())
}

impl ToKeep {
    /// Keeps it, in the place of one that is too old. Of a guest only as long as there are not too many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep(self, conn: &mut AsyncPgConnection) -> Result<()> {
        let (guest, most) = self.guest.unzip();
        let insert: Statement<()> = Statement::new(
            "with new as (select ",
        )
        .bind(self.key)
        .sql("::bytea as key, nullif(")
        .bind(guest.unwrap_or_default())
        .sql("::bytea, '') as guest, ")
        .bind(self.fingerprint)
        .sql("::bytea as fingerprint, ")
        .bind(self.answer)
        .sql("::bytea as answer, ")
        .bind(self.about)
        .sql(
            "::bytea[] as about) insert into idempotent_answers (key, guest, fingerprint, answer, about) select * from new \
            where guest is null or (select count(*) from (select from idempotent_answers a \
                where a.guest = new.guest limit ",
        )
        .bind(most.unwrap_or(i64::MAX))
        .sql(") mine) < ")
        .bind(most.unwrap_or(i64::MAX))
        .sql(
            " on conflict (key) do update set guest = excluded.guest, fingerprint = excluded.fingerprint, \
                answer = excluded.answer, about = excluded.about, created_at = excluded.created_at",
        );
        insert.execute(conn).await?;
        Ok(())
    }
}

/// Forgets the answers that tell of any of these, but not that their keys were used.
///
/// # Errors
/// When the database fails.
pub async fn forget_about(conn: &mut AsyncPgConnection, any: Vec<Vec<u8>>) -> Result<()> {
    let forget: Statement<()> =
        Statement::new("update idempotent_answers set answer = null, about = '{}' where about && ")
            .bind(any);
    forget.execute(conn).await?;
    Ok(())
}

/// Removes some of those that are too old; tells how many.
///
/// # Errors
/// When the database fails.
pub async fn forget_old(conn: &mut AsyncPgConnection) -> Result<usize> {
    let forget: Statement<()> = Statement::new(format!(
        "delete from idempotent_answers where key in (select key from idempotent_answers where not {KEPT} \
            order by created_at limit {BATCH} for update skip locked)"
    ));
    Ok(forget.execute(conn).await?)
}
