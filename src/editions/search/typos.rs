//! Titles that look like what was asked for, where nothing matches: a letter wrong, missing or too many.

use diesel::Queryable;
use diesel::sql_types as sql;
use uuid::Uuid;

use super::ways::{Asked, lexeme};
use super::{Found, Search};
use crate::db::{Reader, Statement};
use crate::editions::model::{Edition, EditionSql, JOINS, columns};
use crate::editions::order::Place;
use crate::error::Result;
use crate::locales::preference::preference;
use crate::values::negotiation::Negotiation;
use crate::values::search::{Analysis, alike};

/// How many titles with trigrams in common are compared letter by letter.
const CANDIDATES: i64 = 500;
/// A word shorter than this has no typo: it would be another word.
const SHORTEST: usize = 4;

#[derive(Debug, Queryable)]
struct Candidate {
    article_id: Uuid,
    locale: String,
    title_latin: String,
}

type CandidateSql = (sql::Uuid, sql::Text, sql::Text);

impl Search {
    /// The editions whose titles have all words of an alternative, give or take a letter or two; the most
    /// similar ones first. There is no page behind this one. The last word may be `unfinished`.
    pub(super) async fn alike(
        &self,
        reader: &Reader,
        negotiation: &Negotiation,
        asked: &[Asked],
        unfinished: bool,
    ) -> Result<Vec<Found>> {
        let mut alternatives = self.query.alternatives_in_latin();
        alternatives.retain(|words| words.iter().any(|word| word.len() >= SHORTEST));
        if alternatives.is_empty() {
            return Ok(vec![]);
        }
        let candidates = self.candidates(negotiation, asked, &alternatives);
        let candidates: Vec<Candidate> = reader.load(candidates).await?;
        let mut alike: Vec<(usize, Candidate)> = candidates
            .into_iter()
            .filter_map(|candidate| {
                let title: Vec<&str> = candidate.title_latin.split(' ').collect();
                let distances = alternatives
                    .iter()
                    .filter_map(|words| distance(words, &title, unfinished));
                Some((distances.min()?, candidate))
            })
            .collect();
        // Stable: candidates come newest first.
        alike.sort_by_key(|(distance, _)| *distance);
        let shown = usize::try_from(self.list.limit - 1).unwrap_or_default();
        alike.truncate(shown);
        self.fetch(reader, alike.into_iter().map(|(_, candidate)| candidate))
            .await
    }

    /// Titles with many trigrams of the words.
    fn candidates(
        &self,
        negotiation: &Negotiation,
        asked: &[Asked],
        alternatives: &[Vec<String>],
    ) -> Statement<CandidateSql> {
        let excluded = |asked: &Asked| self.query.exclusions(Analysis::of(&asked.locale));
        let excluded_latin = self.query.exclusions_in_latin();
        let excluded_latin = excluded_latin.iter().map(|words| {
            let words: Vec<String> = words.iter().map(|word| lexeme(word)).collect();
            format!("({})", words.join(" & "))
        });
        let excluded_latin = excluded_latin.collect::<Vec<_>>().join(" | ");
        let config = |asked: &Asked| Analysis::of(&asked.locale).config().to_owned();
        preference(negotiation)
            .sql(
                ", asked as materialized (select locale, websearch_to_tsquery(config::regconfig, excluded) as excluded \
                from unnest(",
            )
            .bind(asked.iter().map(|asked| asked.locale.clone()).collect::<Vec<_>>())
            .sql(", ")
            .bind(asked.iter().map(config).collect::<Vec<_>>())
            .sql(", ")
            .bind(asked.iter().map(excluded).collect::<Vec<_>>())
            .sql(format!(
                ") as a(locale, config, excluded)) select f.article_id, f.locale, f.title_latin \
                from (select w.*, asked.excluded from edition_words w join asked on asked.locale = w.locale where "
            ))
            .append(similar(alternatives))
            .sql(format!(
                " offset 0) f join editions e on e.article_id = f.article_id and e.locale = f.locale {JOINS} \
                cross join preference \
                where (numnode(f.excluded) = 0 or f.words @@ f.excluded) and not f.title_words @@ "
            ))
            .bind(excluded_latin)
            .sql("::text::tsquery")
            .append(self.list.filtered(Place::Listing, negotiation))
            .append(self.list.in_listing())
            .sql(" order by f.published_at desc, f.article_id desc limit ")
            .bind(CANDIDATES)
            .uncached()
    }

    /// The editions in this order.
    async fn fetch(
        &self,
        reader: &Reader,
        candidates: impl Iterator<Item = Candidate>,
    ) -> Result<Vec<Found>> {
        let (articles, locales): (Vec<Uuid>, Vec<String>) = candidates
            .map(|candidate| (candidate.article_id, candidate.locale))
            .unzip();
        let columns = columns("null::text", "null::text, 0::bigint");
        let fetch: Statement<EditionSql> = Statement::new(format!("select {columns} from unnest("))
            .bind(articles)
            .sql(", ")
            .bind(locales)
            .sql(format!(
                ") with ordinality as f(article_id, locale, place) \
                join editions e on e.article_id = f.article_id and e.locale = f.locale {JOINS} order by f.place"
            ));
        let editions: Vec<Edition> = reader.load(fetch).await?;
        Ok(editions.into_iter().map(Found::from).collect())
    }
}

/// SQL of whether a title has something like all words of one of the alternatives.
fn similar(alternatives: &[Vec<String>]) -> Statement<()> {
    let all = |words: &Vec<String>| {
        let words = words.iter().map(|word| like(word));
        words.reduce(|all, one| all.sql(" and ").append(one))
    };
    let any = alternatives.iter().filter_map(all);
    let any = any.reduce(|any, one| any.sql(" or ").append(one));
    Statement::new("(")
        .append(any.unwrap_or_else(|| Statement::new("false")))
        .sql(")")
}

/// SQL of whether a title has something like this word: one with trigrams in common or, since those see
/// little in common between `road` and `raod`, with two letters exchanged.
fn like(word: &str) -> Statement<()> {
    let mut spellings = vec![lexeme(word)];
    if word.len() < SHORTEST {
        return Statement::new("w.title_words @@ ")
            .bind(spellings.concat())
            .sql("::text::tsquery");
    }
    let letters: Vec<char> = word.chars().collect();
    for at in 1..letters.len() {
        let mut exchanged = letters.clone();
        exchanged.swap(at - 1, at);
        spellings.push(lexeme(&String::from_iter(exchanged)));
    }
    Statement::new("(")
        .bind(word)
        .sql(" <% w.title_latin or w.title_words @@ ")
        .bind(spellings.join(" | "))
        .sql("::text::tsquery)")
}

/// How many letters have to be changed to find all words in the title; none where one is too different
/// from all of the title's.
fn distance(words: &[String], title: &[&str], unfinished: bool) -> Option<usize> {
    let last = words.len().saturating_sub(1);
    let nearest = |(at, word): (usize, &String)| {
        let begun = |other: &&str| match unfinished && at == last {
            true => beginning_alike(word, other),
            false => alike(word, other),
        };
        title.iter().filter_map(begun).min()
    };
    words.iter().enumerate().map(nearest).sum()
}

/// The same of a word and what another begins with.
fn beginning_alike(word: &str, other: &str) -> Option<usize> {
    let letters = word.chars().count();
    let beginnings = (letters.saturating_sub(1)..=letters + 1)
        .map(|letters| other.chars().take(letters).collect::<String>());
    beginnings
        .filter_map(|beginning| alike(word, &beginning))
        .min()
}
