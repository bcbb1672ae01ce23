//! What search engines find the editions by.
//!
//! Every edition has a position, which the database gives it when it comes to readers, and a part of the
//! sitemap is a run of positions: so it is found by key and costs a part, however many there are.

pub mod news;
pub mod xml;

use chrono::{DateTime, Utc};
use diesel::Queryable;
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::db::{Reader, Statement};
use crate::document::HIDDEN_SQL;
use crate::error::Result;

/// A part of the sitemap, as the index lists it.
#[derive(Debug, Queryable)]
pub struct Part {
    /// Counted from 1.
    pub number: i64,
    /// When anything in it last changed, or may have.
    pub changed_at: DateTime<Utc>,
}

/// An edition, as a part lists it.
#[derive(Debug, Queryable)]
pub struct Page {
    /// Its language.
    pub locale: String,
    /// Its slug.
    pub slug: String,
    /// When it was last published.
    pub updated_at: DateTime<Utc>,
    /// A JSON array of the article's editions.
    pub alternates: String,
    /// Locales that are switched off.
    pub hidden_locales: Vec<String>,
}

/// `shape`: how many positions a part has. Each page names all languages of its article, so that a part
/// of 1000 could go past 50 MB where there are very many; a part names at most some 20,000.
const SHAPE: &str = "with shape as materialized (select case when count(*) <= 20 then 1000 \
    when count(*) <= 100 then 200 else 20 end as size from locales where enabled)";

/// The parts that have something in them, in order. A change of the languages may change all of them.
///
/// # Errors
/// When the database fails.
pub async fn parts(reader: &Reader) -> Result<Vec<Part>> {
    // The order inside makes it go along the key: for one row it would rather look at all.
    let list: Statement<(sql::BigInt, sql::Timestamptz)> = Statement::new(format!(
        "{SHAPE}, known as (select block, max(changed_at) as changed_at from sitemap_changes group by block) \
        select part.number, greatest(known.changed_at, (select max(updated_at) from locales)) \
        from known cross join shape cross join lateral generate_series(\
            known.block * (1000 / shape.size) + 1, (known.block + 1) * (1000 / shape.size)) as part(number) \
        where (select true from sitemap_entries x join locales l on l.code = x.locale and l.enabled \
            where x.position > (part.number - 1) * shape.size and x.position <= part.number * shape.size \
            order by x.position limit 1) \
        order by part.number limit 50000"
    ));
    reader.load(list).await
}

/// What stands in a part, in the order in which it came to readers; nothing: there is no such part.
///
/// # Errors
/// When the database fails.
pub async fn pages(reader: &Reader, part: i64) -> Result<Vec<Page>> {
    let list: Statement<(
        sql::Text,
        sql::Text,
        sql::Timestamptz,
        sql::Text,
        sql::Array<sql::Text>,
    )> = Statement::new(format!(
        "{SHAPE} select e.locale, e.slug, e.updated_at, e.alternates, {HIDDEN_SQL} \
        from (select x.position, x.article_id, x.locale from sitemap_entries x where x.position > "
    ))
    .bind(part.saturating_sub(1))
    .sql(" * (select size from shape) and x.position <= ")
    .bind(part)
    .sql(
        " * (select size from shape) order by x.position limit 1000) as x \
        join editions e on e.article_id = x.article_id and e.locale = x.locale \
        join locales l on l.code = e.locale and l.enabled order by x.position",
    );
    reader.load(list).await
}

/// Puts the notes of what has changed together.
///
/// # Errors
/// When the database fails.
pub async fn fold_changes(conn: &mut AsyncPgConnection) -> Result<()> {
    let fold: Statement<()> = Statement::new("select fold_sitemap_changes()");
    fold.execute(conn).await?;
    Ok(())
}
