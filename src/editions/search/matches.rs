//! The SQL of matches: where they are looked for, and which of them a list has.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ways::{Asked, Way};
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
    pub(super) fn name(self) -> &'static str {
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
    /// order of the list (by relevance: the newest); `full_languages`, those which have as many, or no more.
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
            .append(self.looked_through())
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

    /// The languages that are searched: `locale`, `query`, `way`, how many to look at, the languages that are
    /// `better` for the reader, and whether this one will only do where it is the article's source. That is
    /// what `locales::preference` says of editions, said of languages.
    fn asked(&self) -> Statement<()> {
        let all = || self.asked.iter();
        let looks = |asked: &Asked| match asked.way {
            Way::Look(looks) => looks,
            Way::Index => 0,
        };
        Statement::new(
            ", asked as materialized (select a.locale, a.query::tsquery as query, a.way, a.looks, \
                array(select l.code from locales l where l.enabled \
                    and array_position(preference.ranked, l.code) \
                        < coalesce(array_position(preference.ranked, a.locale), 1000)) as better, \
                array_position(preference.ranked, a.locale) is null as if_source from preference cross join unnest(",
        )
        .bind(all().map(|asked| asked.locale.clone()).collect::<Vec<_>>())
        .sql("::text[], ")
        .bind(all().map(|asked| asked.query.clone()).collect::<Vec<_>>())
        .sql("::text[], ")
        .bind(all().map(|asked| name(asked.way).to_owned()).collect::<Vec<_>>())
        .sql("::text[], ")
        .bind(all().map(looks).collect::<Vec<i32>>())
        .sql(
            "::integer[]) as a(locale, query, way, looks) \
            where preference.chain or array_position(preference.ranked, a.locale) is not null)",
        )
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

    /// The conditions on `f`, and what they need joined.
    fn conditions(&self, way: &str) -> Statement<()> {
        let plain = self.list.is_plain();
        let joined = match plain {
            true => Statement::new("where true"),
            false => Statement::new(format!(
                "join editions e on e.article_id = f.article_id and e.locale = f.locale {JOINS} where true"
            )),
        };
        let in_language = match self.negotiation.strict() {
            Some(_) => joined,
            None => joined.sql(
                " and not (f.locales && asked.better) \
                and (not asked.if_source or f.source_locale = asked.locale)",
            ),
        };
        let looked = match way == LOOK && !self.list.names_articles() {
            true => in_language.sql(format!(" and f.{} @@ asked.query", self.column.name())),
            false => in_language,
        };
        let looked = looked.append(self.but.clone());
        if plain {
            return looked;
        }
        let conditions = looked
            .append(self.list.wanted(Place::Listing))
            .append(self.list.in_listing());
        match self.behind {
            Some(after) if !self.is_by_time() => conditions.append(after.condition(Place::Listing)),
            _ => conditions,
        }
    }

    pub(super) fn is_by_time(&self) -> bool {
        matches!(
            self.list.sort,
            Sort::Newest | Sort::Oldest | Sort::Relevance
        )
    }

    pub(super) fn direction(&self) -> &'static str {
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
}

pub(super) const INDEX: &str = "index";
pub(super) const LOOK: &str = "look";

fn name(way: Way) -> &'static str {
    match way {
        Way::Index => INDEX,
        Way::Look(_) => LOOK,
    }
}
