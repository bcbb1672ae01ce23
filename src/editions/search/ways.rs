//! How the matches in each language are come by.

use diesel::Queryable;
use diesel::sql_types as sql;

use super::latin::romanised;
use crate::db::{Reader, Statement};
use crate::editions::list::EditionList;
use crate::error::Result;
use crate::values::negotiation::Negotiation;
use crate::values::search::{Analysis, Query};

/// What it costs to fetch the words of an edition and look at them, in rows that the index gives.
const LOOK: i64 = 8;
/// The most editions that matches are looked for in because the words are thought to be common.
const MOST_LOOKS: i64 = 2_000;
/// Of how few matches the index gives all, rather than that a tag's or an author's editions are looked through.
const FEW: i64 = 2_000;
/// All there are.
const ALL: i32 = i32::MAX;

/// A language that is searched, and how.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) locale: String,
    /// The query in this language, as PostgreSQL writes it.
    pub(super) query: String,
    pub(super) way: Way,
    /// How many editions are thought to match, in whatever language. Most words are of one alone.
    estimate: i64,
    /// How many editions there are in this one, and in all.
    editions: i64,
    all_editions: i64,
    /// How many words each match has at least.
    words: usize,
    /// Whether nothing is to be looked for beyond what is looked at.
    near: bool,
}

/// How matches are come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// All from the index.
    Index,
    /// From so many editions, looked at one by one in the order of the list.
    Look(i32),
}

/// A query, and what is thought of it.
#[derive(Debug, Queryable)]
pub(super) struct Planned {
    locale: String,
    query: String,
    estimate: i64,
    editions: i64,
    all_editions: i64,
}

pub(super) type PlannedSql = (sql::Text, sql::Text, sql::BigInt, sql::BigInt, sql::BigInt);

/// SQL of [`Planned`], from a table with `locale` and `query`.
pub(super) const PLANNED: &str = "locale, query::text, estimated_matches(query), \
    estimated_matches(('''@' || locale || '''')::tsquery), \
    (select greatest(reltuples, 1)::bigint from pg_class where oid = 'edition_words'::regclass)";

/// The languages that the reader may get.
pub(super) async fn locales(reader: &Reader, negotiation: &Negotiation) -> Result<Vec<String>> {
    if let Some(locale) = negotiation.strict() {
        return Ok(vec![locale.as_str().to_owned()]);
    }
    let enabled: Statement<sql::Text> =
        Statement::new("select code from locales where enabled order by code");
    reader.load(enabled).await
}

/// The query in each language that the reader may get; none where it says nothing, like "the".
///
/// Where the words are Latin, titles in other letters match that are read like them.
pub(super) async fn asked(
    reader: &Reader,
    query: &Query,
    negotiation: &Negotiation,
) -> Result<Vec<Asked>> {
    let locales = locales(reader, negotiation).await?;
    let analyses: Vec<Analysis> = locales.iter().map(|code| Analysis::of(code)).collect();
    let text = |write: fn(&Query, Analysis) -> String| -> Vec<String> {
        let texts = analyses.iter().map(|analysis| write(query, *analysis));
        texts.collect()
    };
    let configs = analyses.iter().map(|analysis| analysis.config().to_owned());
    let planned: Statement<PlannedSql> = Statement::new(format!(
        "select {PLANNED} from (select a.locale, case when numnode(a.own) = 0 or r.query is null then a.own \
                else a.own || (r.query && websearch_to_tsquery(a.config, a.excluded)) end as query \
            from (select locale, config::regconfig as config, excluded, \
                    websearch_to_tsquery(config::regconfig, text) as own from unnest("
    ))
    .bind(locales)
    .sql("::text[], ")
    .bind(configs.collect::<Vec<_>>())
    .sql("::text[], ")
    .bind(text(Query::websearch))
    .sql("::text[], ")
    .bind(text(Query::websearch_exclusions))
    .sql("::text[]) as given(locale, config, text, excluded)) a, (select ")
    .bind(romanised(query))
    .sql(
        "::tsquery as query) r) q join locales l on l.code = q.locale and l.enabled \
        where numnode(query) > 0 order by locale",
    );
    let planned: Vec<Planned> = reader.load(planned).await?;
    let words = query.alternatives().iter().map(Vec::len).min();
    let asked = planned.into_iter().map(|planned| Asked {
        words: words.unwrap_or(1),
        ..Asked::from(planned)
    });
    Ok(asked.collect())
}

impl From<Planned> for Asked {
    fn from(planned: Planned) -> Self {
        let Planned {
            locale,
            query,
            estimate,
            editions,
            all_editions,
        } = planned;
        Asked {
            locale,
            query,
            way: Way::Index,
            estimate,
            editions,
            all_editions,
            words: 1,
            near: false,
        }
    }
}

impl Asked {
    /// A query of which nobody knows how much it matches: so many editions are looked at, which gives enough
    /// where that is much.
    pub(super) fn unknown(locale: String, query: String, looks: i32) -> Self {
        Asked {
            locale,
            query,
            way: Way::Look(looks),
            estimate: 0,
            editions: 0,
            all_editions: 0,
            words: 1,
            near: false,
        }
    }

    /// The same, with whatever is found among them.
    pub(super) fn nearby(self) -> Self {
        Asked { near: true, ..self }
    }

    /// How many editions to look at for so many matches, if that is cheaper than to look them all up.
    fn looks(&self, list: &EditionList, most: i64) -> Option<i32> {
        if list.names_articles() {
            return None;
        }
        // The planner takes words of one language for independent of each other, as if a word in every tenth
        // edition of three languages were not in three of ten in its own.
        let languages = (self.all_editions / self.editions.max(1)).clamp(1, 100);
        let together = (1..self.words.min(4)).fold(self.estimate, |estimate, _| {
            estimate.saturating_mul(languages).min(self.editions)
        });
        let expected = most.saturating_mul(self.editions) / together.max(1);
        let pays = match list.listing().is_some() {
            true => self.estimate > FEW,
            false => expected < MOST_LOOKS && expected * LOOK < self.estimate,
        };
        // Words come in clusters, and filters take some away.
        let looks = 2 * expected.clamp(most, MOST_LOOKS) + 100;
        i32::try_from(looks).ok().filter(|_| pays)
    }
}

/// Chooses the ways to the first so many matches of a list.
pub(super) fn choose(asked: &[Asked], list: &EditionList, most: i64) -> Vec<Asked> {
    let mut asked = asked.to_vec();
    for language in &mut asked {
        if let Some(looks) = language.looks(list, most) {
            language.way = Way::Look(looks);
        }
    }
    asked
}

/// Chooses ways that leave nothing out, for the languages that were looked through and did not give enough.
/// Tells whether there are such languages.
pub(super) fn widen(asked: &mut [Asked], list: &EditionList, full: &[String]) -> bool {
    let mut widened = false;
    for language in asked {
        let looked = matches!(language.way, Way::Look(looks) if looks < ALL) && !language.near;
        if looked && !full.contains(&language.locale) {
            widened = true;
            language.way = match list.listing() {
                Some(_) => Way::Look(ALL),
                None => Way::Index,
            };
        }
    }
    widened
}

/// The ways to matches between two moments, which were found by looking at what is between, or not.
pub(super) fn again(asked: &[Asked], list: &EditionList, looked: bool) -> Vec<Asked> {
    let mut asked = asked.to_vec();
    if looked && !list.names_articles() {
        asked
            .iter_mut()
            .for_each(|asked| asked.way = Way::Look(ALL));
    }
    asked
}
