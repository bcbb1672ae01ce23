//! Lists of working copies, one for each article.

use chrono::{DateTime, Utc};
use diesel::sql_types as sql;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Draft, DraftSql, FROM, select};
use crate::articles::Filters;
use crate::db::{Bind, Reader, Statement};
use crate::error::Result;
use crate::locales::preference::{preference, rank_sql};
use crate::values::negotiation::Negotiation;

impl Draft {
    /// A page of working copies, one for each article.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(
        reader: &Reader,
        list: &DraftList,
        negotiation: &Negotiation,
    ) -> Result<Vec<Draft>> {
        let key = list.sort.key();
        let mut page: Statement<DraftSql> = preference(negotiation).sql(select());
        page = matching(page, list, negotiation);
        if let Some(after) = &list.after {
            let compare = if list.sort.descending() { "<" } else { ">" };
            page = page
                .sql(format!(" and ({key}, a.id) {compare} ("))
                .bind(after.bind())
                .sql(", ")
                .bind(after.id)
                .sql(")");
        }
        let order = if list.sort.descending() { " desc" } else { "" };
        page = page
            .sql(format!(" order by {key}{order}, a.id{order} limit "))
            .bind(list.limit);
        reader.load(page.uncached()).await
    }

    /// How many the list has altogether.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count(
        reader: &Reader,
        list: &DraftList,
        negotiation: &Negotiation,
    ) -> Result<i64> {
        let count = preference::<sql::BigInt>(negotiation).sql(format!("select count(*) {FROM}"));
        Ok(reader
            .first(matching(count, list, negotiation).uncached())
            .await?
            .unwrap_or_default())
    }
}

/// The order of a list of working copies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DraftSort {
    /// Newest publication first, the unpublished before them.
    #[default]
    NewestPublished,
    /// Oldest publication first, the unpublished behind them.
    OldestPublished,
    /// Last saved first.
    Updated,
    /// By headline.
    Title,
    /// Most comments first.
    Comments,
}

impl DraftSort {
    fn key(self) -> &'static str {
        match self {
            DraftSort::NewestPublished | DraftSort::OldestPublished => {
                "coalesce(t.published_at, 'infinity'::timestamptz)"
            }
            DraftSort::Updated => "t.updated_at",
            DraftSort::Title => "t.title collate \"und-x-icu\"",
            DraftSort::Comments => "c.approved",
        }
    }

    fn descending(self) -> bool {
        matches!(
            self,
            DraftSort::NewestPublished | DraftSort::Updated | DraftSort::Comments
        )
    }
}

/// The sort key and id of the last article of a page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct After {
    /// The time that it is sorted by; none: not published.
    pub time: Option<DateTime<Utc>>,
    /// The headline or the number of comments that it is sorted by.
    pub key: Option<String>,
    /// Its id.
    pub id: Uuid,
}

impl After {
    /// The place of a draft in a list of this order.
    pub fn of(draft: &Draft, sort: DraftSort) -> Self {
        let (time, key) = match sort {
            DraftSort::NewestPublished | DraftSort::OldestPublished => (draft.published_at, None),
            DraftSort::Updated => (Some(draft.updated_at), None),
            DraftSort::Title => (None, Some(draft.title.clone())),
            DraftSort::Comments => (None, Some(draft.parts.approved_comments.to_string())),
        };
        After {
            time,
            key,
            id: draft.article_id,
        }
    }

    /// Unpublished ones stand where PostgreSQL's last time stands.
    fn bind(&self) -> Bind {
        match (&self.key, self.time) {
            (Some(key), _) => key
                .parse::<i64>()
                .map_or_else(|_| Bind::Text(key.clone()), Bind::Number),
            (None, Some(time)) => Bind::Time(time),
            (None, None) => Bind::Infinity,
        }
    }
}

/// Which working copies a list has.
#[derive(Debug, Default)]
pub struct DraftList {
    /// Only those in this status.
    pub status: Option<String>,
    /// What else they are to be.
    pub filters: Filters,
    /// In this order.
    pub sort: DraftSort,
    /// Behind this one.
    pub after: Option<After>,
    /// At most so many.
    pub limit: i64,
}

/// The conditions of the list, from the filters and the language.
fn matching<Row>(
    mut page: Statement<Row>,
    list: &DraftList,
    negotiation: &Negotiation,
) -> Statement<Row> {
    if let Some(locale) = negotiation.strict() {
        page = page.sql(" and t.locale = ").bind(locale.as_str());
    } else {
        let (own, other) = (
            rank_sql("t", "a.source_locale"),
            rank_sql("b", "a.source_locale"),
        );
        page = page.sql(format!(
            " and {own} is not null and not exists (select from translations b \
                where b.article_id = a.id and b.locale <> t.locale and {other} < {own})"
        ));
    }
    if let Some(status) = &list.status {
        page = page.sql(" and t.status = ").bind(status.as_str());
    }
    let filters = &list.filters;
    for group in filters.tag_groups::<Row>() {
        page = page
            .sql(" and exists (select from article_tags link where link.article_id = a.id and link.tag_id = any(")
            .append(group)
            .sql("))");
    }
    if let Some(author) = &filters.author {
        page = page
            .sql(" and ")
            .bind(author.as_str())
            .sql(" = any(a.authors)");
    }
    if let Some(time) = filters.published_after {
        page = page.sql(" and t.published_at > ").bind(time);
    }
    if let Some(time) = filters.published_before {
        page = page.sql(" and t.published_at < ").bind(time);
    }
    if let Some(time) = filters.updated_after {
        page = page.sql(" and t.updated_at > ").bind(time);
    }
    if let Some(external_id) = &filters.external_id {
        page = page
            .sql(" and a.id = ")
            .append(Filters::external_id_sql(external_id));
    }
    if let Some(ids) = &filters.ids {
        page = page.sql(" and a.id = any(").bind(ids.clone()).sql(")");
    }
    if let Some(locale) = &filters.source_locale {
        page = page.sql(" and a.source_locale = ").bind(locale.as_str());
    }
    if let Some(locale) = &filters.missing_locale {
        page = page
            .sql(" and not exists (select from translations m where m.article_id = a.id and m.locale = ")
            .bind(locale.as_str())
            .sql(")");
    }
    page
}
