//! The SQL of matches: where they are looked for, and which of them a list has.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ways::{Asked, Way};
use crate::articles::Filters;
use crate::db::Statement;
use crate::editions::list::EditionList;
use crate::editions::model::JOINS;
use crate::editions::order::{After, Place, Sort};
use crate::values::negotiation::Negotiation;

/// When an edition came to readers, and which it is, so that no two are at the same place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Moment {
    pub(super) published_at: DateTime<Utc>,
    pub(super) id: Uuid,
}

/// Which words of an edition are searched.
#[derive(Debug, Clone, Copy)]
pub(super) enum Column {
    /// All, stemmed.
    Words,
    /// The title's as they are.
    TitleWords,
}

impl Column {
    fn name(self) -> &'static str {
        match self {
            Column::Words => "words",
            Column::TitleWords => "title_words",
        }
    }
}

/// The moments that matches may be of: each as a comparison holds them.
#[derive(Debug, Clone, Default)]
pub(super) struct Span(pub(super) Vec<(&'static str, Moment)>);

/// The matches of a list.
#[derive(Debug)]
pub(super) struct Matches<'a> {
    pub(super) list: &'a EditionList,
    pub(super) negotiation: &'a Negotiation,
    /// The languages that are searched, and how.
    pub(super) asked: &'a [Asked],
    /// The words that are to match.
    pub(super) column: Column,
    pub(super) span: Span,
    /// The page is behind this one.
    pub(super) behind: Option<&'a After>,
    /// One more condition on `f`.
    pub(super) but: Statement<()>,
}

impl Matches<'_> {
    /// What follows `preference` in a `with`: `asked`, the languages; `matches`, the first `most` in the
    /// order of the list (by relevance: the newest); `full_languages`, those which have as many.
    pub(super) fn ctes(&self, most: i64) -> Statement<()> {
        let direction = self.direction();
        let found = |way: &'static str, source: Statement<()>| {
            Statement::<()>::new("select b.* from asked cross join lateral (select f.article_id, f.locale, f.published_at, ")
                .sql(format!("{} as key from (", self.key()))
                .append(source)
                .sql(") f ")
                .append(self.conditions(way))
                .append(self.first(most))
                .sql(format!(") b where asked.way = '{way}'"))
        };
        self.asked()
            .sql(", found as materialized (")
            .append(self.each_way(found))
            .sql("), full_languages as (select locale from found group by locale having count(*) >= ")
            .bind(most)
            .sql(format!(
                "), matches as materialized (select article_id, locale, published_at from found \
                order by key{direction}, article_id{direction} limit "
            ))
            .bind(most)
            .sql(")")
    }

    /// What follows `preference` to count all matches.
    pub(super) fn count(&self) -> Statement<()> {
        let source = match self.list.names_articles() {
            true => self.named(),
            false => self.indexed(),
        };
        self.asked()
            .sql(
                " select coalesce(sum(b.n), 0)::bigint from asked cross join lateral (\
                    select count(*) as n from (",
            )
            .append(source)
            .sql(") f ")
            .append(self.conditions(INDEX))
            .sql(") b")
    }

    /// The languages that are searched: `locale`, `query`, `way`, and how many to look at.
    fn asked(&self) -> Statement<()> {
        let all = || self.asked.iter();
        let looks = |asked: &Asked| match asked.way {
            Way::Look(looks) => looks,
            Way::Index => 0,
        };
        Statement::new(
            ", asked as materialized (select locale, query::tsquery as query, way, looks from unnest(",
        )
        .bind(all().map(|asked| asked.locale.clone()).collect::<Vec<_>>())
        .sql(", ")
        .bind(all().map(|asked| asked.query.clone()).collect::<Vec<_>>())
        .sql(", ")
        .bind(all().map(|asked| name(asked.way).to_owned()).collect::<Vec<_>>())
        .sql(", ")
        .bind(all().map(looks).collect::<Vec<i32>>())
        .sql(") as a(locale, query, way, looks))")
    }

    /// The same for each way that is gone, with what it goes through, put together.
    fn each_way(
        &self,
        part: impl Fn(&'static str, Statement<()>) -> Statement<()>,
    ) -> Statement<()> {
        let mut ways: Vec<&'static str> = self.asked.iter().map(|asked| name(asked.way)).collect();
        ways.sort_unstable();
        ways.dedup();
        let parts = ways.into_iter().map(|way| {
            Statement::new("(")
                .append(part(way, self.source(way)))
                .sql(")")
        });
        let all = parts.reduce(|all, part| all.sql(" union all ").append(part));
        all.unwrap_or_else(|| Statement::new(""))
    }

    /// SQL of what matches are taken from, in the language of `asked`: editions by id, language, time, and
    /// with `words` where those are yet to be looked at.
    fn source(&self, way: &str) -> Statement<()> {
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
    fn indexed(&self) -> Statement<()> {
        Statement::new("select w.* from (")
            .sql(self.in_index())
            .sql(") w where true")
            .append(self.bounds("w"))
    }

    /// The few that the list is of.
    fn named(&self) -> Statement<()> {
        let Filters {
            ids, external_id, ..
        } = &self.list.filters;
        let column = self.column.name();
        let named = Statement::new(format!(
            "select w.article_id, w.locale, w.published_at from edition_words w \
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
        let query = match self.column {
            Column::Words => "(asked.query && ('''@' || asked.locale || '''')::tsquery)",
            Column::TitleWords => "asked.query",
        };
        format!(
            "(select i.article_id, i.locale, i.published_at from edition_words i \
                where i.{column} @@ {query} and i.locale = asked.locale offset 0)"
        )
    }

    /// The conditions on `f`, and what they need joined.
    fn conditions(&self, way: &str) -> Statement<()> {
        let plain = self.list.is_plain(self.negotiation);
        let joined = match plain {
            true => Statement::new("where true"),
            false => Statement::new(format!(
                "join editions e on e.article_id = f.article_id and e.locale = f.locale {JOINS} \
                cross join preference where true"
            )),
        };
        let looked = match way == LOOK && !self.list.names_articles() {
            true => joined.sql(format!(" and f.{} @@ asked.query", self.column.name())),
            false => joined,
        };
        let looked = looked.append(self.but.clone());
        if plain {
            return looked;
        }
        let conditions = looked
            .append(self.list.filtered(Place::Listing, self.negotiation))
            .append(self.list.in_listing());
        match self.behind {
            Some(after) if !self.is_by_time() => conditions.append(after.condition(Place::Listing)),
            _ => conditions,
        }
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

    fn is_by_time(&self) -> bool {
        matches!(
            self.list.sort,
            Sort::Newest | Sort::Oldest | Sort::Relevance
        )
    }

    fn direction(&self) -> &'static str {
        match self.list.sort.descending() {
            true => " desc",
            false => "",
        }
    }

    /// SQL of the sort key of `f` and its edition.
    fn key(&self) -> String {
        match self.is_by_time() {
            true => "f.published_at".into(),
            false => self.list.sort.key(Place::Listing),
        }
    }

    fn first(&self, most: i64) -> Statement<()> {
        let direction = self.direction();
        Statement::new(format!(
            " order by {}{direction}, f.article_id{direction} limit ",
            self.key()
        ))
        .bind(most)
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

const INDEX: &str = "index";
const LOOK: &str = "look";

fn name(way: Way) -> &'static str {
    match way {
        Way::Index => INDEX,
        Way::Look(_) => LOOK,
    }
}
