//! How the matches in each language are come by.

use diesel::Queryable;
use diesel::sql_types as sql;

use crate::db::{Reader, Statement};
use crate::editions::list::EditionList;
use crate::editions::order::Sort;
use crate::error::Result;
use crate::values::negotiation::Negotiation;
use crate::values::search::{Analysis, Query};

/// What it costs to fetch the words of an edition and look at them, in rows of the index.
const LOOK: i64 = 10;
/// The most editions that are looked at because words are thought to be common.
const MOST_LOOKS: i64 = 5_000;
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
    /// How many editions are thought to match, of how many.
    estimate: i64,
    editions: i64,
    /// Whether every match has a word that is asked for: else the index alone cannot tell the matches.
    has_word: bool,
}

/// How matches are come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// All from the index.
    Index,
    /// All but those that the index has for the opposite: for exclusions alone.
    Opposite,
    /// From so many editions, looked at one by one in the order of the list.
    Look(i32),
}

/// SQL of [`Planned`], from a table with `locale` and `query`.
pub(super) const PLANNED: &str = "locale, query::text, estimated_matches(query), \
    (select greatest(reltuples, 0)::bigint from pg_class where oid = 'edition_words'::regclass), \
    querytree(query) not in ('', 'T')";

/// A query, and what is thought of it.
#[derive(Debug, Queryable)]
pub(super) struct Planned {
    locale: String,
    query: String,
    estimate: i64,
    editions: i64,
    has_word: bool,
}

pub(super) type PlannedSql = (sql::Text, sql::Text, sql::BigInt, sql::BigInt, sql::Bool);

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
        analyses
            .iter()
            .map(|analysis| write(query, *analysis))
            .collect()
    };
    let configs = analyses.iter().map(|analysis| analysis.config().to_owned());
    let planned: Statement<PlannedSql> = Statement::new(format!(
        "select {PLANNED} from (select a.locale, case when numnode(a.own) = 0 or r.query is null then a.own \
                else a.own || (r.query && websearch_to_tsquery(a.config, a.excluded)) end as query \
            from (select locale, config::regconfig as config, excluded, \
                    websearch_to_tsquery(config::regconfig, text) as own from unnest("
    ))
    .bind(locales)
    .sql(", ")
    .bind(configs.collect::<Vec<_>>())
    .sql(", ")
    .bind(text(Query::websearch))
    .sql(", ")
    .bind(text(Query::exclusions))
    .sql(") as given(locale, config, text, excluded)) a, (select ")
    .bind(romanised(query))
    .sql(
        "::tsquery as query) r) q join locales l on l.code = q.locale and l.enabled \
        where numnode(query) > 0 order by locale",
    );
    let planned: Vec<Planned> = reader.load(planned).await?;
    Ok(planned.into_iter().map(Asked::from).collect())
}

/// The query as titles in other letters are asked by their skeletons.
fn romanised(query: &Query) -> Option<String> {
    let alternatives = query.alternatives_in_latin();
    if !query.is_latin() || alternatives.is_empty() {
        return None;
    }
    let alternatives: Vec<String> = alternatives.iter().map(|words| all_of(words)).collect();
    let wanted = format!("({})", alternatives.join(" | "));
    let excluded = query.exclusions_in_latin();
    let excluded = excluded
        .iter()
        .map(|words| format!(" & !({})", all_of(words)));
    Some(excluded.fold(wanted, |query, excluded| query + &excluded))
}

fn all_of(skeletons: &[String]) -> String {
    let words = skeletons.iter().map(|word| lexeme(&format!("~{word}")));
    words.collect::<Vec<_>>().join(" & ")
}

/// A word as it stands in the text of a `tsquery`.
pub(super) fn lexeme(word: &str) -> String {
    format!("'{}'", word.replace('\\', "\\\\").replace('\'', "''"))
}

impl From<Planned> for Asked {
    fn from(planned: Planned) -> Self {
        let Planned {
            locale,
            query,
            estimate,
            editions,
            has_word,
        } = planned;
        let mut asked = Asked {
            locale,
            query,
            way: Way::Index,
            estimate,
            editions,
            has_word,
        };
        asked.look_up();
        asked
    }
}

impl Asked {
    /// A query of words that each match has, of which nobody knows how common they are: so many editions
    /// are looked at, which gives enough where they are common.
    pub(super) fn unknown(locale: String, query: String, looks: i32) -> Self {
        Asked {
            locale,
            query,
            way: Way::Look(looks),
            estimate: 0,
            editions: 0,
            has_word: true,
        }
    }

    /// Takes all matches from the index.
    pub(super) fn look_up(&mut self) {
        self.way = match self.has_word {
            true => Way::Index,
            false => Way::Opposite,
        };
    }

    /// How many editions to look at for so many matches, if that is cheaper than to look them all up.
    fn looks(&self, list: &EditionList, most: i64) -> Option<i32> {
        if list.names_articles() || list.sort == Sort::Comments {
            return None;
        }
        let expected = most.saturating_mul(self.editions) / self.estimate.max(1);
        let looks = match list.listing().is_some() {
            true => (self.estimate > FEW).then_some(expected.min(MOST_LOOKS))?,
            false => {
                (expected < MOST_LOOKS && expected * LOOK < self.estimate).then_some(expected)?
            }
        };
        // Words come in clusters, and filters take some away.
        i32::try_from(4 * looks + 100).ok()
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
        if matches!(language.way, Way::Look(looks) if looks < ALL)
            && !full.contains(&language.locale)
        {
            widened = true;
            match list.listing() {
                Some(_) => language.way = Way::Look(ALL),
                None => language.look_up(),
            }
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
