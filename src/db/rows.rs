//! Many rows in one statement.

use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;

use super::Statement;

/// A row of a table, as JSON has it: each member is the column of its name.
pub trait Row: Serialize {
    /// The table.
    const TABLE: &'static str;
    /// The columns, comma separated.
    const COLUMNS: &'static str;
}

/// Adds these rows to their table. The statement's text depends on the table alone, however many they are.
///
/// # Errors
/// When the database fails, or a constraint is violated: nothing is added then.
pub async fn add<R: Row>(
    conn: &mut AsyncPgConnection,
    rows: &[R],
) -> Result<(), diesel::result::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let (table, columns) = (R::TABLE, R::COLUMNS);
    let json = serde_json::to_string(rows)
        .map_err(|error| diesel::result::Error::SerializationError(Box::new(error)))?;
    let add: Statement<()> = Statement::new(format!(
        "insert into {table} ({columns}) select {columns} from json_populate_recordset(null::{table}, "
    ))
    .bind(json)
    .sql("::json)");
    add.execute(conn).await?;
    Ok(())
}
