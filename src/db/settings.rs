//! What SQL has to know of the settings that nodes are started with. That of whichever node started last counts
//! for all.

use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::Statement;
use crate::error::Result;

/// Keeps a setting's value; none: it is not set.
///
/// # Errors
/// When the database fails.
pub async fn keep(conn: &mut AsyncPgConnection, name: &str, value: Option<String>) -> Result<()> {
    let keep: Statement<()> = Statement::new(
        "with kept as (insert into settings (name, value) select name, wanted from (select ",
    )
    .bind(name)
    .sql("::text as name, ")
    .bind(value.clone())
    .sql(
        "::text as wanted) w where wanted is not null \
                    on conflict (name) do update set value = excluded.value) \
                delete from settings where name = ",
    )
    .bind(name)
    .sql(" and ")
    .bind(value)
    .sql("::text is null");
    keep.execute(conn).await?;
    Ok(())
}
