//! What of an edition a query matches, to be shown.

use std::collections::BTreeSet;

use diesel::Queryable;
use diesel::sql_types as sql;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Found, FoundPage, Search};
use crate::db::{Reader, Statement};
use crate::error::{Error, Result};
use crate::values::markdown;
use crate::values::search::{self, Analysis};

/// How many passages of a body are shown, and of how many words each.
const PASSAGES: usize = 3;
const WORDS: usize = 30;

/// Where PostgreSQL counts no further: the positions of all words behind are said to be this one.
const LAST: i32 = 16_383;

/// What of an edition matches a search, as HTML: all text is escaped, and `<mark>` round the words that
/// match is the only markup.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Highlights {
    /// The whole headline, whether anything in it matches or not.
    #[schema(max_length = 10_000, example = "The old <mark>bridge</mark> reopens")]
    title: String,
    /// Passages of the body; none where nothing in it matches.
    #[schema(max_items = 3)]
    body: Vec<String>,
}

#[derive(Debug, Queryable)]
struct Matched {
    /// Which of the page, from 1.
    place: i64,
    title: String,
    /// `body` and `body_html`, a JSON object, where something in it matches.
    body: Option<String>,
    body_at: i32,
    positions: Vec<i32>,
}

type MatchedSql = (
    sql::BigInt,
    sql::Text,
    sql::Nullable<sql::Text>,
    sql::Integer,
    sql::Array<sql::Integer>,
);

#[derive(Debug, Deserialize)]
struct Body {
    body: String,
    body_html: Option<String>,
}

impl Search {
    /// The highlights of each edition of a page, in its order. One that was changed since it was found has
    /// nothing marked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn highlights(&self, reader: &Reader, page: &FoundPage) -> Result<Vec<Highlights>> {
        let keys = page.found.iter().map(|found| &found.edition);
        let (articles, locales): (Vec<Uuid>, Vec<String>) = keys
            .map(|edition| (edition.article_id, edition.locale.clone()))
            .unzip();
        let analyses: Vec<Analysis> = locales.iter().map(|code| Analysis::of(code)).collect();
        let configs = analyses.iter().map(|analysis| analysis.config().to_owned());
        let wanted = self.query.plain().join(" ");
        let wanted = analyses
            .iter()
            .map(|analysis| analysis.indexed(&wanted, usize::MAX));
        let digests = page.found.iter().map(|found| found.edition.digest.clone());
        let matched: Statement<MatchedSql> = Statement::new(
            "select place, e.title, case when positions[1] > w.body_at then e.body end, w.body_at, positions from unnest(",
        )
        .bind(articles)
        .sql(", ")
        .bind(locales)
        .sql(", ")
        .bind(configs.collect::<Vec<_>>())
        .sql(", ")
        .bind(wanted.collect::<Vec<_>>())
        .sql(", ")
        .bind(digests.collect::<Vec<_>>())
        .sql(format!(
            ") with ordinality as f(article_id, locale, config, wanted, digest, place) \
            join editions e on e.article_id = f.article_id and e.locale = f.locale and e.digest = f.digest \
            join edition_words w on w.article_id = f.article_id and w.locale = f.locale \
            cross join lateral (select tsvector_to_array(to_tsvector(f.config::regconfig, f.wanted)) as lexemes \
                offset 0) q \
            cross join lateral (select array(select distinct position::int from unnest(w.words) as word \
                cross join unnest(word.positions) as position \
                where word.lexeme = any(q.lexemes) and position < {LAST} order by 1 desc) as positions offset 0) p"
        ));
        let matched: Vec<Matched> = reader.searching().load(matched).await?;
        let mut highlights: Vec<Highlights> = page.found.iter().map(unmarked).collect();
        let latin = self.query.skeletons();
        for matched in &matched {
            let place = usize::try_from(matched.place - 1).unwrap_or_default();
            if let Some(highlights) = highlights.get_mut(place) {
                *highlights = matched.highlights(&latin, page.alike)?;
            }
        }
        Ok(highlights)
    }
}

fn unmarked(found: &Found) -> Highlights {
    Highlights {
        title: search::mark(&found.edition.title, &BTreeSet::new()),
        body: vec![],
    }
}

impl Matched {
    fn highlights(&self, latin: &[String], alike: bool) -> Result<Highlights> {
        // PostgreSQL counts from 1.
        let behind = |start: i32| -> BTreeSet<usize> {
            let positions = self.positions.iter();
            positions
                .filter_map(|position| usize::try_from(position - start - 1).ok())
                .collect()
        };
        let mut title = behind(0);
        title.extend(read_alike(&self.title, latin, alike));
        let body = match &self.body {
            Some(body) => passages(body, &behind(self.body_at))?,
            None => vec![],
        };
        Ok(Highlights {
            title: search::mark(&self.title, &title),
            body,
        })
    }
}

/// The words of a title that are written otherwise than they were asked for.
fn read_alike(title: &str, latin: &[String], alike: bool) -> BTreeSet<usize> {
    let is_meant = |word: &search::Word| {
        let written = title.get(word.range.clone()).unwrap_or_default();
        search::skeletons(written).iter().any(|skeleton| {
            let is_typo = |asked: &String| alike && search::alike(asked, skeleton).is_some();
            let is_romanised = |asked: &String| !word.folded.is_ascii() && asked == skeleton;
            latin
                .iter()
                .any(|asked| is_typo(asked) || is_romanised(asked))
        })
    };
    let words = search::words(title).enumerate();
    words
        .filter(|(_, word)| is_meant(word))
        .map(|(at, _)| at)
        .collect()
}

fn passages(body: &str, positions: &BTreeSet<usize>) -> Result<Vec<String>> {
    let body: Body = serde_json::from_str(body)
        .map_err(|_| Error::Internal("a stored body is not what it should be".into()))?;
    let text = match &body.body_html {
        Some(html) => markdown::plain_text_of(html),
        None => markdown::plain_text(&body.body),
    };
    Ok(search::snippets(&text, positions, PASSAGES, WORDS))
}
