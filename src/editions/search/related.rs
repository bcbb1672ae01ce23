//! Articles like another: with the same tags, and about the same things.

use super::matches::{Column, Matches, Span};
use super::ranking::WEIGHTS;
use super::ways::{self, Asked, PLANNED, Planned, PlannedSql};
use crate::articles::Filters;
use crate::db::{Reader, Statement};
use crate::editions::list::EditionList;
use crate::editions::model::{Edition, EditionSql, JOINS, columns};
use crate::editions::order::Sort;
use crate::error::{Error, Result};
use crate::locales::preference::preference;
use crate::values::locale::Locale;
use crate::values::negotiation::{AcceptLanguage, Negotiation};

/// How many of the article's tags count, and how many of the newest editions with each are compared.
const TAGS: i64 = 8;
const WITH_TAG: i64 = 40;
/// Of those, how many with the most and rarest tags in common.
const TAGGED: i64 = 60;
/// How many of the article's words count, and how many of the newest editions with any are compared.
const WORDS: i64 = 12;
const WITH_WORD: i64 = 60;

/// SQL of how often the words that are common stand in editions, as PostgreSQL last counted.
const COMMON: &str = "select word.lexeme, word.frequency from pg_stats s \
    cross join lateral unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) \
        as word(lexeme, frequency) \
    where s.schemaname = current_schema() and s.tablename = 'edition_words' and s.attname = 'words' \
      and word.lexeme is not null";

/// The editions in the same language most like this one, the most similar first.
///
/// # Errors
/// When the database fails, or it takes too long.
pub async fn related(reader: &Reader, edition: &Edition, limit: i64) -> Result<Vec<Edition>> {
    let Some(words) = telling_words(reader, edition).await? else {
        return Ok(vec![]);
    };
    let locale: Locale = edition
        .locale
        .parse()
        .map_err(|_| Error::Internal("a stored locale is none".into()))?;
    let negotiation = Negotiation::new(Some(locale.into()), None, AcceptLanguage::default());
    let list = EditionList {
        filters: Filters::default(),
        sort: Sort::Relevance,
        after: None,
        limit,
    };
    let asked = ways::choose(&[words], &list, WITH_WORD);
    let matches = Matches {
        list: &list,
        negotiation: &negotiation,
        asked: &asked,
        column: Column::Words,
        span: Span::default(),
        behind: None,
        but: Statement::new(""),
    };
    let similar = most_similar(&negotiation, &matches, edition, limit);
    reader.searching().load(similar).await
}

/// A query for any of the words that tell most of an edition: those that stand often in it, and in its title,
/// and seldom in others. None where its words have not been taken yet.
async fn telling_words(reader: &Reader, edition: &Edition) -> Result<Option<Asked>> {
    let words: Statement<PlannedSql> = Statement::new(format!(
        "with common as materialized ({COMMON}), \
        own as (select u.lexeme, \
                (cardinality(u.positions) + case when 'A' = any(u.weights) then 5 else 0 end) \
                    * -ln(coalesce(common.frequency, 0.0001)) as weight \
            from edition_words w cross join unnest(w.words) u left join common on common.lexeme = u.lexeme \
            where u.positions is not null and coalesce(common.frequency, 0) < 0.1 and w.article_id = "
    ))
    .bind(edition.article_id)
    .sql(" and w.locale = ")
    .bind(edition.locale.as_str())
    .sql(" order by weight desc, u.lexeme limit ")
    .bind(WORDS)
    .sql(format!(
        ") select {PLANNED} from (select w.locale, coalesce((select string_agg('''' \
                || replace(replace(lexeme, '\\', '\\\\'), '''', '''''') || '''', ' | ') from own), '')::tsquery \
                as query \
            from edition_words w where w.article_id = "
    ))
    .bind(edition.article_id)
    .sql(" and w.locale = ")
    .bind(edition.locale.as_str())
    .sql(" offset 0) q");
    let planned: Option<Planned> = reader.first(words).await?;
    Ok(planned.map(Asked::from))
}

/// Both halves of the score are from 0 to 1: the rarity of the tags in common, of all the article has; and how
/// well the words match, beside how well they match the article itself.
fn most_similar(
    negotiation: &Negotiation,
    matches: &Matches<'_>,
    edition: &Edition,
    limit: i64,
) -> Statement<EditionSql> {
    let rank = format!("ts_rank('{WEIGHTS}', w.words, asked.query, 1)");
    let columns = columns("null::text", "null::text, 0::bigint");
    preference(negotiation)
        .append(matches.ctes(WITH_WORD))
        .sql(
            ", own_tags as materialized (select link.tag_id, 1 / ln(2 + coalesce(c.articles, 0)) as weight \
                from article_tags link cross join asked \
                left join tag_counts c on c.tag_id = link.tag_id and c.locale = asked.locale \
                where link.article_id = ",
        )
        .bind(edition.article_id)
        .sql(" order by link.position, link.tag_id limit ")
        .bind(TAGS)
        .sql(
            "), tagged as (select x.article_id from own_tags cross join asked cross join lateral (\
                    select f.article_id from edition_tags f \
                    where f.tag_id = own_tags.tag_id and f.locale = asked.locale \
                    order by f.published_at desc, f.article_id desc limit ",
        )
        .bind(WITH_TAG)
        .sql(") x group by x.article_id order by sum(own_tags.weight) desc, x.article_id desc limit ")
        .bind(TAGGED)
        .sql(format!(
            "), candidates as (select article_id from tagged union select article_id from matches), \
            scored as (select w.article_id, w.published_at, \
                    coalesce((select sum(own_tags.weight) from article_tags link \
                        join own_tags on own_tags.tag_id = link.tag_id where link.article_id = w.article_id) \
                        / (select sum(weight) from own_tags), 0) \
                    + coalesce({rank} / nullif((select {rank} from edition_words w where w.locale = asked.locale \
                        and w.article_id = "
        ))
        .bind(edition.article_id)
        .sql(
            "), 0), 0) as score from candidates c cross join asked \
                join edition_words w on w.article_id = c.article_id and w.locale = asked.locale \
                where w.article_id <> ",
        )
        .bind(edition.article_id)
        .sql(format!(
            ") select {columns} from (select article_id, published_at, (score * 1000000)::bigint as score \
                from scored order by 3 desc, 2 desc, 1 desc limit "
        ))
        .bind(limit)
        .sql(format!(
            ") s cross join asked join editions e on e.article_id = s.article_id and e.locale = asked.locale \
            {JOINS} order by s.score desc, s.published_at desc, s.article_id desc"
        ))
}
