//! The words of comments that were written before words were taken.

use diesel::Queryable;
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::model::words_of;
use crate::db::Statement;
use crate::error::Result;

/// How many comments' words are taken at a time.
const BATCH: i64 = 500;

#[derive(Queryable)]
struct Said {
    id: Uuid,
    author_name: String,
    body: String,
}

/// Takes the words of some comments that have none yet; of which nobody else does so. Tells how many; none: all
/// have them.
///
/// # Errors
/// When the database fails.
pub async fn take_missing(conn: &mut AsyncPgConnection) -> Result<usize> {
    let missing: Statement<(sql::Uuid, sql::Text, sql::Text)> = Statement::new(
        "select id, author_name, body from comments where words = '' and body is not null order by id limit ",
    )
    .bind(BATCH)
    .sql(" for no key update skip locked");
    let missing: Vec<Said> = missing.load(conn).await?;
    let words = missing
        .iter()
        .map(|said| words_of(&said.author_name, &said.body).join("\u{1f}"));
    let words: Vec<String> = words.collect();
    let write: Statement<()> = Statement::new(
        "update comments c set words = array_to_tsvector(string_to_array(n.words, chr(31))) from unnest(",
    )
    .bind(missing.iter().map(|said| said.id).collect::<Vec<_>>())
    .sql(", ")
    .bind(words)
    .sql(") as n(id, words) where c.id = n.id");
    if !missing.is_empty() {
        write.execute(conn).await?;
    }
    Ok(missing.len())
}
