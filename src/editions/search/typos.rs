//! Titles with what was perhaps meant, where nothing matches what was asked: a letter wrong, missing or too
//! many, or two exchanged.

use diesel::sql_types as sql;

use super::latin::spellings;
use super::matches::Column;
use super::ways::Asked;
use super::{Found, Search};
use crate::db::{Reader, Statement};
use crate::error::Result;
use crate::values::negotiation::Negotiation;
use crate::values::search::{Analysis, alike, lexeme};

/// A word shorter than this has no typo: it would be another word.
const SHORTEST: usize = 4;
/// How many words one may have been meant to be.
const MEANT: usize = 8;
/// How many editions are looked through before the index is asked.
const LOOKS: i32 = 1_000;

impl Search {
    /// The editions whose titles have words like all those of an alternative. There is no page behind this
    /// one. The last word may be `unfinished`.
    pub(super) async fn alike(
        &self,
        reader: &Reader,
        negotiation: &Negotiation,
        locales: Vec<String>,
        unfinished: bool,
    ) -> Result<Vec<Found>> {
        let Some(meant) = self.meant(reader, unfinished).await? else {
            return Ok(vec![]);
        };
        let but = self.without_exclusions(&locales);
        let asked: Vec<Asked> = locales
            .into_iter()
            .map(|locale| Asked::unknown(locale, meant.clone(), LOOKS))
            .collect();
        let mut found = self
            .by_key(reader, negotiation, asked, Column::TitleWords, but)
            .await?;
        found.truncate(usize::try_from(self.list.limit - 1).unwrap_or_default());
        Ok(found)
    }

    /// The query with each word replaced by those of titles that are most like it; none where there are none.
    async fn meant(&self, reader: &Reader, unfinished: bool) -> Result<Option<String>> {
        let alternatives = self.query.alternatives();
        let words = alternatives.iter().flatten();
        let asked: Vec<String> = words
            .flat_map(|word| spellings(word))
            .filter(|word| may_be_typo(word))
            .collect();
        if asked.is_empty() {
            return Ok(None);
        }
        let known = known_like(reader, asked).await?;
        let last = alternatives.iter().flatten().count();
        let mut at = 0;
        let mut meant: Vec<String> = vec![];
        for words in &alternatives {
            let all = words.iter().map(|word| {
                at += 1;
                one_of(&nearest(word, &known, unfinished && at == last))
            });
            // Every word is looked at, for the count to be right.
            let all: Vec<Option<String>> = all.collect();
            meant.extend(
                all.into_iter()
                    .collect::<Option<Vec<_>>>()
                    .map(|all| all.join(" & ")),
            );
        }
        if meant.is_empty() {
            return Ok(None);
        }
        let excluded = self.query.exclusions();
        let excluded = excluded.iter().map(|words| {
            let words = words.iter().filter_map(|word| one_of(&spellings(word)));
            format!(" & !({})", words.collect::<Vec<_>>().join(" & "))
        });
        let wanted = format!("({})", meant.join(" | "));
        Ok(Some(
            excluded.fold(wanted, |query, excluded| query + &excluded),
        ))
    }

    /// The condition that what a query excludes is not in the rest of the edition either.
    fn without_exclusions(&self, locales: &[String]) -> Statement<()> {
        if self.query.exclusions().is_empty() {
            return Statement::new("");
        }
        let analyses: Vec<Analysis> = locales.iter().map(|code| Analysis::of(code)).collect();
        let configs = analyses.iter().map(|analysis| analysis.config().to_owned());
        let texts = analyses
            .iter()
            .map(|analysis| self.query.websearch_exclusions(*analysis));
        Statement::new(" and not exists (select from edition_words x join unnest(")
            .bind(locales.to_vec())
            .sql(", ")
            .bind(configs.collect::<Vec<_>>())
            .sql(", ")
            .bind(texts.collect::<Vec<_>>())
            .sql(
                ") as without(locale, config, text) on without.locale = x.locale \
            where x.article_id = f.article_id and x.locale = f.locale \
              and x.words @@ (!! websearch_to_tsquery(without.config::regconfig, without.text)))",
            )
    }
}

/// The words of titles with trigrams in common with one of these; and, since those see little in common between
/// `road` and `raod`, those with two letters exchanged.
async fn known_like(reader: &Reader, words: Vec<String>) -> Result<Vec<String>> {
    let exchanged: Vec<String> = words.iter().flat_map(|word| exchanges(word)).collect();
    let like: Statement<sql::Text> = Statement::new("select t.word from unnest(")
        .bind(words)
        .sql(
            ") as asked(word) cross join lateral (select t.word from title_spellings t where t.word % asked.word \
            offset 0) t union select t.word from unnest(",
        )
        .bind(exchanged)
        .sql(") as exchanged(word) join title_spellings t on t.word collate \"C\" = exchanged.word");
    reader.load(like).await
}

fn exchanges(word: &str) -> impl Iterator<Item = String> {
    let letters: Vec<char> = word.chars().collect();
    (1..letters.len()).map(move |at| {
        let mut exchanged = letters.clone();
        exchanged.swap(at - 1, at);
        exchanged.into_iter().collect()
    })
}

/// Those of the known words that differ least from one, or from how it sounds; and it itself.
fn nearest(word: &str, known: &[String], unfinished: bool) -> Vec<String> {
    let spellings = spellings(word);
    let typos = spellings.iter().filter(|spelling| may_be_typo(spelling));
    let distances = typos.flat_map(|spelling| {
        known.iter().filter_map(move |known| match unfinished {
            true => Some((beginning_alike(spelling, known)?, known)),
            false => Some((alike(spelling, known)?, known)),
        })
    });
    let mut distances: Vec<(usize, &String)> = distances.collect();
    distances.sort();
    let least = distances.first().map(|(distance, _)| *distance);
    let nearest = distances
        .iter()
        .filter(|(distance, _)| Some(*distance) == least);
    let nearest = nearest.map(|(_, known)| (*known).clone()).take(MEANT);
    let short = spellings.iter().filter(|spelling| !may_be_typo(spelling));
    nearest.chain(short.cloned()).collect()
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

fn may_be_typo(word: &str) -> bool {
    word.len() >= SHORTEST && word.is_ascii()
}

/// The query for any of these words.
fn one_of(words: &[String]) -> Option<String> {
    let words: Vec<String> = words.iter().map(|word| lexeme(word)).collect();
    (!words.is_empty()).then(|| format!("({})", words.join(" | ")))
}
