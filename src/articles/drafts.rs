//! Articles as their editors see them: working copies, `view=draft`.

use chrono::{DateTime, Utc};
use diesel::Queryable;
use diesel::sql_types as sql;
use diesel_async::AsyncPgConnection;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{ArticleRef, Filters};
use crate::db::{Bind, Reader, Statement};
use crate::document::{ALTERNATES_SQL, Parts, PartsSql, TAGS_SQL, comments_open_sql, item_sql};
use crate::error::{Error, Result};
use crate::locales::preference::{preference, rank_sql};
use crate::values::markdown;
use crate::values::negotiation::Negotiation;

/// A working copy with the article around it.
#[derive(Debug, Clone, Queryable)]
pub struct Draft {
    /// The article.
    pub article_id: Uuid,
    /// The language of this copy.
    pub locale: String,
    /// Whether that is the site's default.
    pub is_default: bool,
    /// Counts the changes of the article and of all its working copies.
    pub version: i64,
    /// When this copy was published, if it is.
    pub published_at: Option<DateTime<Utc>>,
    /// When this copy was last saved.
    pub updated_at: DateTime<Utc>,
    /// Its headline.
    pub title: String,
    /// Its Markdown.
    pub body: String,
    /// What the document is put together from.
    pub parts: Parts,
}

type DraftSql = (
    sql::Uuid,
    sql::Text,
    sql::Bool,
    sql::BigInt,
    sql::Nullable<sql::Timestamptz>,
    sql::Timestamptz,
    sql::Text,
    sql::Text,
    PartsSql,
);

impl Draft {
    /// `body` and `body_html`, a JSON object. A draft's HTML is made when it is read.
    pub fn body_members(&self) -> String {
        json!({"body": self.body, "body_html": markdown::article_html(&self.body)}).to_string()
    }

    /// The working copy in the best language for its editor.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find(
        reader: &Reader,
        article: &ArticleRef,
        negotiation: &Negotiation,
    ) -> Result<Option<Draft>> {
        let rank = rank_sql("t", "a.source_locale");
        let by_slug = matches!(article, ArticleRef::Slug(_)) && negotiation.asked().is_none();
        let mut find: Statement<DraftSql> =
            preference(negotiation).sql(format!("{} and a.id = ", select()));
        find = match article {
            ArticleRef::Id(id) => find.bind(*id),
            ArticleRef::Slug(slug) => {
                let wanted = negotiation.candidates();
                let best = wanted.as_slice().first().map(String::as_str);
                find.sql("(")
                    .append(super::Article::id_by_slug(slug, best))
                    .sql(")")
            }
        };
        // A bare slug names its own copy, whatever languages are wanted.
        find = match article {
            ArticleRef::Slug(slug) if by_slug => find
                .sql(format!(" and ({rank} is not null or t.slug = "))
                .bind(slug.as_str())
                .sql(") order by t.slug = ")
                .bind(slug.as_str())
                .sql(" desc, "),
            _ => find.sql(format!(" and {rank} is not null order by ")),
        };
        reader.first(find.sql(format!("{rank} limit 1"))).await
    }

    /// The working copy in exactly this language, on the writing connection: what a write answers with.
    ///
    /// # Errors
    /// 404.
    pub async fn written(
        conn: &mut AsyncPgConnection,
        article: Uuid,
        locale: &str,
    ) -> Result<Draft> {
        let find: Statement<DraftSql> = Statement::new(format!(
            "{} and a.id = ",
            select().replacen(", preference", "", 1)
        ))
        .bind(article)
        .sql(" and t.locale = ")
        .bind(locale);
        let found: Vec<Draft> = find.load(conn).await?;
        found
            .into_iter()
            .next()
            .ok_or_else(|| Error::not_found("article"))
    }

    /// The languages that an article has working copies in; none: there is no such article.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn locales(reader: &Reader, article: &ArticleRef) -> Result<Vec<String>> {
        let find: Statement<sql::Text> = Statement::new(
            "select t.locale from translations t join articles a on a.id = t.article_id \
            where a.deleted_at is null and a.id = ",
        );
        let find = match article {
            ArticleRef::Id(id) => find.bind(*id),
            ArticleRef::Slug(slug) => find
                .sql("(")
                .append(super::Article::id_by_slug(slug, None))
                .sql(")"),
        };
        reader.load(find.sql(" order by t.locale")).await
    }

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

const FROM: &str = "from articles a join translations t on t.article_id = a.id \
    join revisions r on (r.article_id, r.locale, r.number) = (t.article_id, t.locale, t.revision) \
    join locales l on l.code = t.locale join comment_counts c on c.article_id = a.id, preference \
    where a.deleted_at is null";

fn select() -> String {
    let item = item_sql("t.status", "t.updated_at");
    let open = comments_open_sql("a");
    format!(
        " select a.id, t.locale, l.is_default, a.version, t.published_at, t.updated_at, t.title, r.body, {item}, \
            {TAGS_SQL}, {ALTERNATES_SQL}, {open}, a.comments_threads, c.approved, '{{}}'::text[] {FROM}"
    )
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
