//! How far each language is, from counts that are kept rather than taken.

use diesel::Queryable;
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;
use utoipa::ToSchema;

use super::workflow::Status;
use crate::db::{Reader, Statement};
use crate::error::Result;

/// How far a language is.
#[derive(Debug, Clone, Queryable, Serialize, ToSchema)]
pub struct LocaleCoverage {
    /// The language.
    #[schema(max_length = 35, example = "hi")]
    pub locale: String,
    /// Whether readers get it at all.
    pub enabled: bool,
    /// Working copies that are as readers have them.
    #[schema(minimum = 0, example = 97)]
    pub published: i64,
    /// Those that are being written.
    #[schema(minimum = 0, example = 9)]
    pub draft: i64,
    /// Those with an editor.
    #[schema(minimum = 0, example = 4)]
    pub in_review: i64,
    /// Those that are to come.
    #[schema(minimum = 0, example = 2)]
    pub scheduled: i64,
    /// Those put away.
    #[schema(minimum = 0, example = 1)]
    pub archived: i64,
    /// Of all these, the ones whose source readers have with a newer text.
    #[schema(minimum = 0, example = 5)]
    pub stale: i64,
    /// Articles that are not there in it.
    #[schema(minimum = 0, example = 7)]
    pub missing: i64,
}

/// How far each language is: the number of articles, and a row for each, the default first.
///
/// # Errors
/// When the database fails.
pub async fn coverage(reader: &Reader) -> Result<(i64, Vec<LocaleCoverage>)> {
    let count =
        |condition: &str| format!("coalesce(sum(c.change) filter (where {condition}), 0)::bigint");
    let each = Status::ALL.map(|status| count(&format!("c.status = '{}'", status.name())));
    let [draft, in_review, scheduled, published, archived] = each;
    let stale = count("c.stale");
    type Row = (
        sql::BigInt,
        (
            sql::Text,
            sql::Bool,
            sql::BigInt,
            sql::BigInt,
            sql::BigInt,
            sql::BigInt,
            sql::BigInt,
            sql::BigInt,
            sql::BigInt,
        ),
    );
    let rows: Statement<Row> = Statement::new(format!(
        "with whole as (select coalesce(sum(change), 0)::bigint as articles from article_counts) \
        select whole.articles, l.code, l.enabled, {published}, {draft}, {in_review}, {scheduled}, {archived}, {stale}, \
            whole.articles - coalesce(sum(c.change), 0)::bigint \
        from locales l cross join whole left join translation_counts c on c.locale = l.code \
        group by whole.articles, l.code order by l.is_default desc, l.code"
    ));
    let rows: Vec<(i64, LocaleCoverage)> = reader.load(rows).await?;
    let (articles, rows): (Vec<i64>, Vec<LocaleCoverage>) = rows.into_iter().unzip();
    Ok((articles.into_iter().max().unwrap_or_default(), rows))
}

/// Puts the changes of the counts together, so that there are few to add up.
///
/// # Errors
/// When the database fails.
pub async fn fold_counts(conn: &mut AsyncPgConnection) -> Result<()> {
    let fold: Statement<()> = Statement::new("select fold_counts()");
    fold.execute(conn).await?;
    Ok(())
}
