//! Where matches are looked for: SQL of editions in the language of `asked`.

use super::matches::{LOOK, Matches};
use crate::articles::Filters;
use crate::db::Statement;
use crate::editions::order::{Place, Sort};

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
        Statement::new("select w.* from edition_words w where w.locale = asked.locale")
            .append(self.bounds("w"))
            .append(self.by_time("w"))
            .sql(" limit asked.looks")
    }

    /// Those in a listing by tag or author, each once although it may be there by several tags.
    fn listed(&self, table: &str, column: &str, keys: Statement<()>) -> Statement<()> {
        Statement::new(
            "select w.* from (select distinct t.published_at, t.article_id, t.locale from unnest(",
        )
        .append(keys)
        .sql(format!(
            ") as listed(key) cross join lateral (select x.published_at, x.article_id, x.locale from {table} x \
                where x.{column} = listed.key and x.locale = asked.locale"
        ))
        .append(self.bounds("x"))
        .append(self.by_time("x"))
        .sql(" limit asked.looks) t")
        .append(self.by_time("t"))
        .sql(") t join edition_words w on w.article_id = t.article_id and w.locale = t.locale")
        .append(self.by_time("t"))
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
