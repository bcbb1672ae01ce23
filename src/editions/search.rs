//! Editions by their words: what a query matches in each language, in the order that is wanted.
//!
//! Whatever the words, a page costs little: where a word is common, editions are looked through newest
//! first until the page is full; where it is rare, the index has them all. `ways` decides, `matches` is
//! the SQL of both, `ranking` puts the newest matches in order of relevance.

mod highlights;
mod latin;
mod matches;
mod ranking;
mod related;
mod sources;
mod suggesting;
mod typos;
mod ways;

pub use highlights::Highlights;
pub use ranking::Rank;
pub use related::related;
pub use suggesting::Suggestion;

use diesel::Queryable;
use diesel::sql_types as sql;

use super::list::EditionList;
use super::model::{Edition, EditionSql, JOINS, columns};
use super::order::{After, Place, Sort};
use crate::db::{Reader, Statement};
use crate::error::Result;
use crate::locales::preference::preference;
use crate::values::negotiation::Negotiation;
use crate::values::search::Query;
use matches::{Column, Matches, Span};
use ways::Asked;

/// A list of editions of which each matches a query in its own language.
#[derive(Debug)]
pub struct Search {
    /// What is searched for.
    pub query: Query,
    /// What the matches are to be besides, and in which order.
    pub list: EditionList,
}

/// An edition that was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The edition.
    pub edition: Edition,
    /// Its place by relevance, where that is the order.
    pub rank: Option<Rank>,
}

impl From<Edition> for Found {
    fn from(edition: Edition) -> Self {
        Found {
            edition,
            rank: None,
        }
    }
}

/// One page of what was found.
#[derive(Debug)]
pub struct FoundPage {
    /// At most as many as the list is limited to.
    pub found: Vec<Found>,
    /// Nothing matches exactly: these are titles that look alike, all there are.
    pub alike: bool,
}

/// What a row tells besides the edition: the languages of which as many matches were found as were looked for.
#[derive(Debug, Queryable)]
struct Row {
    edition: Edition,
    full: Vec<String>,
}

impl Search {
    /// A page of what matches, each article once, in its best language; and where nothing does, of what
    /// has a similar title.
    ///
    /// # Errors
    /// When the database fails, or the search takes too long.
    pub async fn load(&self, reader: &Reader, negotiation: &Negotiation) -> Result<FoundPage> {
        let reader = reader.searching();
        let asked = ways::asked(&reader, &self.query, negotiation).await?;
        let found = match (asked.is_empty(), self.list.sort) {
            (true, _) => vec![],
            (_, Sort::Relevance) => self.by_relevance(&reader, negotiation, &asked).await?,
            _ => {
                let ways = ways::choose(&asked, &self.list, self.list.limit);
                let but = Statement::new("");
                self.by_key(&reader, negotiation, ways, Column::Words, but)
                    .await?
            }
        };
        let alike = found.is_empty() && self.list.after.is_none() && !asked.is_empty();
        let found = match alike {
            true => {
                let locales = asked.into_iter().map(|asked| asked.locale).collect();
                self.alike(&reader, negotiation, locales, false).await?
            }
            false => found,
        };
        Ok(FoundPage { found, alike })
    }

    /// How many editions match; none, where only titles that look alike are found.
    ///
    /// # Errors
    /// As [`Search::load`].
    pub async fn count(&self, reader: &Reader, negotiation: &Negotiation) -> Result<i64> {
        let reader = reader.searching();
        let asked = ways::asked(&reader, &self.query, negotiation).await?;
        if asked.is_empty() {
            return Ok(0);
        }
        let matches = Matches {
            behind: None,
            ..self.matches(negotiation, &asked, Span::default())
        };
        let count = preference::<sql::BigInt>(negotiation)
            .append(matches.count())
            .uncached();
        Ok(reader.first(count).await?.unwrap_or_default())
    }

    fn matches<'a>(
        &'a self,
        negotiation: &'a Negotiation,
        asked: &'a [Asked],
        span: Span,
    ) -> Matches<'a> {
        Matches {
            list: &self.list,
            negotiation,
            asked,
            column: Column::Words,
            span,
            behind: self.list.after.as_ref(),
            but: Statement::new(""),
        }
    }

    /// A page in an order that does not ask how well an edition matches.
    async fn by_key(
        &self,
        reader: &Reader,
        negotiation: &Negotiation,
        mut asked: Vec<Asked>,
        column: Column,
        but: Statement<()>,
    ) -> Result<Vec<Found>> {
        let most = self.list.limit;
        loop {
            let matches = Matches {
                column,
                but: but.clone(),
                ..self.matches(negotiation, &asked, Span::default())
            };
            let columns = columns("null::text", "null::text, 0::bigint");
            let page: Statement<(EditionSql, sql::Array<sql::Text>)> = preference(negotiation)
                .append(matches.ctes(most))
                .sql(format!(
                    " select {columns}, array(select locale from full_languages) from matches m \
                    join editions e on e.article_id = m.article_id and e.locale = m.locale {JOINS}"
                ))
                .sql(self.list.sort.order(Place::Language))
                .bind(most);
            let rows: Vec<Row> = reader.load(self.list.cached(page)).await?;
            let full = rows.first().map(|row| row.full.as_slice());
            if !ways::widen(&mut asked, &self.list, full.unwrap_or_default()) {
                return Ok(rows.into_iter().map(|row| row.edition.into()).collect());
            }
        }
    }
}

impl After {
    /// The place of an edition in what was found, in this order.
    pub fn found(found: &Found, sort: Sort) -> Self {
        match found.rank {
            Some(rank) => After::ranked(rank, found.edition.article_id),
            None => After::of(&found.edition, sort),
        }
    }
}
