//! The order of relevance: how well an edition matches, among the newest that do.
//!
//! Ranking means to look at the words of each match, so it is done for a window of matches at a time: the
//! newest ones first, in order of their rank, then the window below. Who searches for rare words gets all
//! matches ranked; who searches for common ones gets the best of the newest.

use chrono::{DateTime, Utc};
use diesel::Queryable;
use diesel::sql_types as sql;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::matches::{Moment, Span};
use super::ways::{self, Asked, Way};
use super::{Found, Search};
use crate::db::{Reader, Statement};
use crate::editions::model::{Edition, EditionSql, JOINS, columns};
use crate::error::Result;
use crate::locales::preference::preference;
use crate::values::negotiation::Negotiation;

/// How many matches are ranked at a time.
const WINDOW: i64 = 200;

/// What a word counts in the body, nowhere, in subtitle and summary, and in the title.
pub(super) const WEIGHTS: &str = "{0.1, 0.2, 0.4, 1}";

/// A place in the order of relevance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rank {
    rank: i64,
    window: Window,
}

/// The matches that are ranked among each other: those between two moments, so that it stays the same
/// while others are published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Window {
    newest: Moment,
    oldest: Moment,
    /// There are no matches below.
    last: bool,
    /// Whether they were found by looking through the editions between.
    looked: bool,
}

#[derive(Debug, Queryable)]
struct Row {
    edition: Edition,
    rank: i64,
    size: i64,
    newest: (DateTime<Utc>, Uuid),
    oldest: (DateTime<Utc>, Uuid),
    full: Vec<String>,
}

type MomentSql = (sql::Timestamptz, sql::Uuid);
type RowSql = (
    EditionSql,
    sql::BigInt,
    sql::BigInt,
    MomentSql,
    MomentSql,
    sql::Array<sql::Text>,
);

impl Search {
    /// A page in the order of relevance.
    pub(super) async fn by_relevance(
        &self,
        reader: &Reader,
        negotiation: &Negotiation,
        asked: &[Asked],
    ) -> Result<Vec<Found>> {
        let mut found: Vec<Found> = vec![];
        let mut inside = self.list.after.as_ref().and_then(|after| after.rank());
        let mut below = None;
        loop {
            let rest = self.list.limit - i64::try_from(found.len()).unwrap_or(i64::MAX);
            let (more, window) = match inside.take() {
                Some((rank, id)) => {
                    let statement = self.rest_of_window(negotiation, asked, (rank, id), rest);
                    let rows = reader.load(self.list.cached(statement)).await?;
                    (rows, Some(rank.window))
                }
                None => {
                    self.open_window(reader, negotiation, asked, below, rest)
                        .await?
                }
            };
            let Some(window) = window else {
                return Ok(found);
            };
            found.extend(more.into_iter().map(|row: Row| Found {
                edition: row.edition,
                rank: Some(Rank {
                    rank: row.rank,
                    window,
                }),
            }));
            if window.last || i64::try_from(found.len()).is_ok_and(|found| found >= self.list.limit)
            {
                return Ok(found);
            }
            below = Some(window.oldest);
        }
    }

    /// The newest matches below a moment, and the window that they make; none: there are none.
    async fn open_window(
        &self,
        reader: &Reader,
        negotiation: &Negotiation,
        asked: &[Asked],
        below: Option<Moment>,
        limit: i64,
    ) -> Result<(Vec<Row>, Option<Window>)> {
        let span = Span(below.map(|below| ("<", below)).into_iter().collect());
        let mut asked = ways::choose(asked, &self.list, WINDOW);
        loop {
            let matches = self.matches(negotiation, &asked, span.clone()).ctes(WINDOW);
            let page = ranked(negotiation, matches, None, limit);
            let rows: Vec<Row> = reader.load(self.list.cached(page)).await?;
            let first = rows.first();
            let full = first.map(|row| row.full.as_slice()).unwrap_or_default();
            if ways::widen(&mut asked, &self.list, full) {
                continue;
            }
            let moment = |(published_at, id): (DateTime<Utc>, Uuid)| Moment { published_at, id };
            let window = first.map(|row| Window {
                newest: moment(row.newest),
                oldest: moment(row.oldest),
                last: row.size < WINDOW,
                looked: asked.iter().any(|asked| matches!(asked.way, Way::Look(_))),
            });
            return Ok((rows, window));
        }
    }

    /// What is behind a place in its window. As many may have come into the window since as it had.
    fn rest_of_window(
        &self,
        negotiation: &Negotiation,
        asked: &[Asked],
        (rank, id): (Rank, Uuid),
        limit: i64,
    ) -> Statement<RowSql> {
        let window = rank.window;
        let span = Span(vec![("<=", window.newest), (">=", window.oldest)]);
        let asked = ways::again(asked, &self.list, window.looked);
        let matches = self.matches(negotiation, &asked, span).ctes(2 * WINDOW);
        ranked(negotiation, matches, Some((rank.rank, id)), limit)
    }
}

/// The first of the matches by rank, or the first behind one.
fn ranked(
    negotiation: &Negotiation,
    matches: Statement<()>,
    behind: Option<(i64, Uuid)>,
    limit: i64,
) -> Statement<RowSql> {
    let columns = columns("null::text", "null::text, 0::bigint");
    let page = preference(negotiation).append(matches).sql(format!(
        ", ranked as (select m.article_id, m.locale, (ts_rank('{WEIGHTS}', w.words, asked.query, 1) * 1000000000)::bigint \
                as rank from matches m join asked on asked.locale = m.locale \
            join edition_words w on w.article_id = m.article_id and w.locale = m.locale), \
        newest as materialized (select published_at, article_id from matches \
            order by published_at desc, article_id desc limit 1), \
        oldest as materialized (select published_at, article_id from matches \
            order by published_at, article_id limit 1) \
        select {columns}, r.rank, (select count(*) from matches), newest.published_at, newest.article_id, \
            oldest.published_at, oldest.article_id, array(select locale from full_languages) \
        from (select * from ranked"
    ));
    let page = match behind {
        Some((rank, id)) => page
            .sql(" where (rank, article_id) < (")
            .bind(rank)
            .sql(", ")
            .bind(id)
            .sql(")"),
        None => page,
    };
    page.sql(" order by rank desc, article_id desc limit ")
        .bind(limit)
        .sql(format!(
            ") r join editions e on e.article_id = r.article_id and e.locale = r.locale {JOINS} \
            cross join newest cross join oldest order by r.rank desc, r.article_id desc"
        ))
}
