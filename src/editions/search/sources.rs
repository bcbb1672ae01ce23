//! Where matches are looked for: SQL of editions in the language of `asked`.

use super::matches::{LOOK, Matches};
use super::ways::Way;
use crate::articles::Filters;
use crate::db::Statement;
use crate::editions::order::{Place, Sort};

/// SQL of the columns of `edition_words w`, found by the times and ids of `b`: those are named as they stand
/// there, so that PostgreSQL knows that they are in order already.
const ORDERED: &str =
    "b.published_at, b.article_id, w.locale, w.source_locale, w.locales, w.words, w.title_words";

impl Matches<'_> {
    /// SQL of what matches are taken from, in the language of `asked`: editions by id, language, time, and
    /// with `words` where those are yet to be looked at.
    pub(super) fn source(&self, way: &str) -> Statement<()> {
        match way {
            _ if self.list.names_articles() => self.named().append(self.by_time("w")),
            LOOK => match (self.list.listing(), self.list.sort) {
                (Some((table, column, keys)), _) => self.listed(table, column, keys),
                (None, Sort::Updated | Sort::Title) => self.sorted(),
                (None, Sort::Comments) => self.most_discussed(),
                (None, _) => self.newest(),
            },
            _ => self.indexed().append(self.by_time("w")),
        }
    }

    fn newest(&self) -> Statement<()> {
        if self.negotiation.strict().is_none() {
            return self.newest_best();
        }
        Statement::new("select w.* from edition_words w where w.locale = asked.locale")
            .append(self.bounds("w"))
            .append(self.by_time("w"))
            .sql(" limit asked.looks")
    }

    /// Those of articles that are in no better language. Such may be few and far between, so they are not
    /// picked out of all: each set of languages that articles are in is a run of the index of its own.
    fn newest_best(&self) -> Statement<()> {
        Statement::new(format!("select {ORDERED} from ("))
            .append(self.best("asked.looks"))
            .sql(
                ") b join edition_words w on w.article_id = b.article_id and w.locale = asked.locale",
            )
            .append(self.by_time("b"))
    }

    /// SQL of the times and ids of the first of those.
    fn best(&self, limit: &str) -> Statement<()> {
        Statement::new(
            "select r.published_at, r.article_id from (with recursive sets(locales) as (\
                (select w.locales from edition_words w where w.locale = asked.locale order by w.locales limit 1) \
                union all select (select w.locales from edition_words w \
                    where w.locale = asked.locale and w.locales > sets.locales order by w.locales limit 1) \
                from sets where sets.locales is not null) \
            select locales from sets where locales is not null) s cross join lateral (\
                select w.published_at, w.article_id from edition_words w \
                where w.locale = asked.locale and w.locales = s.locales",
        )
        .append(self.bounds("w"))
        .append(self.by_time("w"))
        .sql(format!(" limit {limit}) r where not (s.locales && asked.better)"))
        .append(self.by_time("r"))
        .sql(format!(" limit {limit}"))
    }

    /// SQL of the languages in which there is nothing left to look at.
    pub(super) fn looked_through(&self) -> Statement<()> {
        let looks = self
            .asked
            .iter()
            .any(|asked| matches!(asked.way, Way::Look(_)));
        let by_time = self.is_by_time() && self.list.listing().is_none();
        if self.negotiation.strict().is_some() || !looks || !by_time {
            return Statement::new("");
        }
        Statement::new(
            " union select asked.locale from asked where asked.way = 'look' and not exists (select from (",
        )
        .append(self.best("(asked.looks::bigint + 1)"))
        .sql(" offset asked.looks) b)")
    }

    /// Those in a listing by tag or author, each once although it may be there by several tags.
    fn listed(&self, table: &str, column: &str, keys: Statement<()>) -> Statement<()> {
        Statement::new(format!(
            "select {ORDERED} from (select distinct t.published_at, t.article_id, t.locale from unnest("
        ))
        .append(keys)
        .sql(format!(
            ") as listed(key) cross join lateral (select x.published_at, x.article_id, x.locale from {table} x \
                where x.{column} = listed.key and x.locale = asked.locale"
        ))
        .append(self.bounds("x"))
        .append(self.by_time("x"))
        .sql(" limit asked.looks) t")
        .append(self.by_time("t"))
        .sql(") b join edition_words w on w.article_id = b.article_id and w.locale = b.locale")
        .append(self.by_time("b"))
    }

    /// The first in the order of the list.
    fn sorted(&self) -> Statement<()> {
        let behind = match self.behind {
            Some(after) => after.condition(Place::Language),
            None => Statement::new(""),
        };
        Statement::new(
            "select w.* from (select e.article_id, e.locale from editions e where e.locale = asked.locale",
        )
        .append(behind)
        .sql(self.list.sort.order(Place::Language))
        .sql("asked.looks) x join edition_words w on w.article_id = x.article_id and w.locale = x.locale")
    }

    /// Those with the most comments, whatever language they are in.
    fn most_discussed(&self) -> Statement<()> {
        let behind = match self.behind {
            Some(after) => after.behind("c.approved", "c", Place::Language),
            None => Statement::new(""),
        };
        Statement::new("select w.* from (select c.article_id from comment_counts c where true")
            .append(behind)
            .sql(
                " order by c.approved desc, c.article_id desc limit asked.looks) x \
                join edition_words w on w.article_id = x.article_id and w.locale = asked.locale",
            )
    }

    /// All matches. What else they have to be is asked outside, or the planner might go by the time and
    /// look at the words of every edition.
    pub(super) fn indexed(&self) -> Statement<()> {
        Statement::new("select w.* from (")
            .sql(self.in_index())
            .sql(") w where true")
            .append(self.bounds("w"))
    }

    /// The few that the list is of.
    pub(super) fn named(&self) -> Statement<()> {
        let Filters {
            ids, external_id, ..
        } = &self.list.filters;
        let column = self.column.name();
        let named = Statement::new(format!(
            "select w.article_id, w.locale, w.published_at, w.source_locale, w.locales from edition_words w \
            where w.locale = asked.locale and w.{column} @@ asked.query"
        ));
        let named = match ids {
            Some(ids) => named
                .sql(" and w.article_id = any(")
                .bind(ids.clone())
                .sql(")"),
            None => named,
        };
        match external_id {
            Some(external_id) => named
                .sql(" and w.article_id = ")
                .append(Filters::external_id_sql(external_id)),
            None => named,
        }
    }

    /// SQL of the editions in a language that the index has. It has the language as well: without that it
    /// would give the editions in all of them, and none for exclusions alone.
    fn in_index(&self) -> String {
        let column = self.column.name();
        let query = "(asked.query && ('''@' || asked.locale || '''')::tsquery)";
        format!(
            "(select i.article_id, i.locale, i.published_at, i.source_locale, i.locales from edition_words i \
                where i.{column} @@ {query} and i.locale = asked.locale offset 0)"
        )
    }

    /// Between which moments a page's editions are.
    fn bounds(&self, alias: &str) -> Statement<()> {
        let mut bounds = Statement::new("");
        for (comparison, moment) in &self.span.0 {
            bounds = bounds
                .sql(format!(
                    " and ({alias}.published_at, {alias}.article_id) {comparison} ("
                ))
                .bind(moment.published_at)
                .sql(", ")
                .bind(moment.id)
                .sql(")");
        }
        match self.behind {
            Some(after) if self.is_by_time() && self.list.sort != Sort::Relevance => {
                bounds.append(after.condition_on(alias))
            }
            _ => bounds,
        }
    }

    /// By time, in the direction of the list, where that is its order.
    fn by_time(&self, alias: &str) -> Statement<()> {
        let direction = self.direction();
        Statement::new(match self.is_by_time() {
            true => {
                format!(" order by {alias}.published_at{direction}, {alias}.article_id{direction}")
            }
            false => String::new(),
        })
    }
}
