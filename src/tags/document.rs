//! Tags as they are read.

use chrono::{DateTime, Utc};
use diesel::Queryable;
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::TagRef;
use crate::db::{Reader, Statement};
use crate::document::tag_name_sql;
use crate::error::{Error, Result};
use crate::values::negotiation::{AcceptLanguage, Fallback, Negotiation};
use crate::values::text::fold;

/// A tag, in the language asked for where it has a name in it.
#[derive(Debug, Clone, Serialize, Queryable, ToSchema)]
#[schema(as = Tag)]
pub struct TagDocument {
    /// Its id.
    pub id: Uuid,
    /// Its slug, in no language in particular.
    #[schema(max_length = 120, example = "water-transport")]
    pub slug: String,
    /// Its name.
    #[schema(max_length = 100, example = "Water transport")]
    pub name: String,
    /// What it is about.
    #[schema(max_length = 1000)]
    pub description: Option<String>,
    /// The language of name and description.
    #[schema(max_length = 35, example = "en")]
    pub locale: String,
    /// The tag that it is a part of: its id, slug and name.
    #[schema(value_type = Option<TagParent>)]
    pub parent: Option<Value>,
    /// Its names in other languages than its own, by locale.
    #[schema(value_type = std::collections::BTreeMap<String, TagTranslation>)]
    pub translations: Value,
    /// Other words for it.
    #[schema(max_items = 50, example = json!(["ferries"]))]
    pub synonyms: Vec<String>,
    /// How many articles with it are published in the language asked for.
    #[schema(minimum = 0, example = 12)]
    pub article_count: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Counts the changes.
    #[serde(skip)]
    pub version: i64,
    /// What it is sorted by where names are.
    #[serde(skip)]
    pub sort_name: String,
    /// What kind of word led here.
    #[serde(skip)]
    pub kind: String,
}

/// The tag that another is a part of.
#[derive(Debug, Serialize, ToSchema)]
pub struct TagParent {
    /// Its id.
    id: Uuid,
    /// Its slug.
    #[schema(max_length = 120, example = "transport")]
    slug: String,
    /// Its name, in the same language.
    #[schema(max_length = 100, example = "Transport")]
    name: String,
}

/// A tag's name in a language.
#[derive(Debug, Serialize, ToSchema)]
pub struct TagTranslation {
    /// Its name.
    #[schema(max_length = 100, example = "जल परिवहन")]
    name: String,
    /// Its slug in this language.
    #[schema(max_length = 120, example = "जल-परिवहन")]
    slug: String,
    /// What it is about.
    #[schema(max_length = 1000)]
    description: Option<String>,
}

/// The order of a list of tags.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum TagSort {
    /// By their own names.
    #[default]
    #[serde(rename = "name")]
    Name,
    /// Those with most articles in the language asked for first.
    #[serde(rename = "-article_count")]
    Articles,
}

/// Which tags a list has.
#[derive(Debug, Default)]
pub struct TagList {
    /// Those with a name or synonym that begins so.
    pub prefix: Option<String>,
    /// The parts of this one.
    pub parent: Option<TagRef>,
    /// In this order.
    pub sort: TagSort,
    /// Behind this one.
    pub after: Option<After>,
    /// At most so many.
    pub limit: i64,
}

/// The sort key and id of the last tag of a page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct After {
    /// The order it was in.
    pub sort: TagSort,
    /// Its name, where names are the order.
    pub name: String,
    /// Its number of articles, where that is the order.
    pub articles: i64,
    /// Its id.
    pub id: Uuid,
}

type Row = (
    sql::Uuid,
    sql::Text,
    sql::Text,
    sql::Nullable<sql::Text>,
    sql::Text,
    sql::Nullable<sql::Jsonb>,
    sql::Jsonb,
    sql::Array<sql::Text>,
    sql::BigInt,
    sql::Timestamptz,
    sql::Timestamptz,
    sql::BigInt,
    sql::Text,
    sql::Text,
);

/// The columns of [`TagDocument`], from `g` (tags), `found.kind`, and what [`wanted`] begins with.
fn columns() -> String {
    let parent = tag_name_sql("p", "coalesce(best.locale, g.locale)");
    format!(
        "g.id, g.slug, coalesce(best.name, g.name), \
        case when best.locale is null then g.description else best.description end, coalesce(best.locale, g.locale), \
        (select jsonb_build_object('id', p.id, 'slug', p.slug, 'name', {parent}) from tags p where p.id = g.parent_id), \
        (select coalesce(jsonb_object_agg(tt.locale, jsonb_build_object(\
                'name', tt.name, 'slug', tt.slug, 'description', tt.description)), '{{}}') \
            from tag_translations tt where tt.tag_id = g.id), \
        g.synonyms, coalesce(c.articles, 0), g.created_at, g.updated_at, g.version, lower(g.name)"
    )
}

/// The name in the best language that the tag has one in, and the count in the language asked for.
const JOINS: &str = " cross join wanted \
    left join tag_counts c on c.tag_id = g.id and c.locale = wanted.counted \
    left join lateral (select n.* from (\
            select tt.locale, tt.name, tt.description from tag_translations tt where tt.tag_id = g.id \
            union all select g.locale, g.name, g.description) n \
        where n.locale = any(wanted.ranked) order by array_position(wanted.ranked, n.locale) limit 1) best on true";

/// `wanted`: the languages by rank, and the one that articles are counted in.
fn wanted(negotiation: &Negotiation) -> Statement<Row> {
    Statement::new("with asked as (select code, fallbacks from unnest(")
        .bind(negotiation.candidates())
        .sql(
            "::text[]) with ordinality as listed(tag, place) \
            join locales on code = tag and enabled order by place limit 1), \
            wanted as (select ",
        )
        .bind(negotiation.candidates())
        .sql(
            "::text[] || coalesce((select fallbacks from asked), '{}') as ranked, \
            coalesce((select code from asked), (select code from locales where is_default)) as counted) ",
        )
}

/// The tag, and by what kind of word it was found; `None`: there is none.
///
/// # Errors
/// When the database fails.
pub async fn find(
    reader: &Reader,
    reference: &TagRef,
    negotiation: &Negotiation,
) -> Result<Option<TagDocument>> {
    reader.first(named(reference, negotiation)).await
}

/// The tag as the running transaction has written it, in its own language.
///
/// # Errors
/// 404.
pub async fn written(conn: &mut AsyncPgConnection, tag: Uuid) -> Result<TagDocument> {
    let own = Negotiation::new(None, Some(Fallback::None), AcceptLanguage::default());
    let found: Vec<TagDocument> = named(&TagRef::Id(tag), &own).load(conn).await?;
    let found = found.into_iter().next();
    found.ok_or_else(|| Error::not_found("tag"))
}

fn named(reference: &TagRef, negotiation: &Negotiation) -> Statement<Row> {
    let found = match reference {
        TagRef::Id(id) => Statement::<()>::new("(select ")
            .bind(*id)
            .sql("::uuid as tag_id, 'slug' as kind) found"),
        TagRef::Handle(handle) => {
            Statement::new("(select tag_id, kind from tag_handles where handle = ")
                .bind(handle.as_str())
                .sql(" order by kind <> 'slug', kind <> 'translation' limit 1) found")
        }
    };
    wanted(negotiation)
        .sql(format!("select {}, found.kind from ", columns()))
        .append(found)
        .sql(format!(" join tags g on g.id = found.tag_id{JOINS}"))
}

/// A page of tags.
///
/// # Errors
/// When the database fails.
pub async fn list(
    reader: &Reader,
    list: &TagList,
    negotiation: &Negotiation,
) -> Result<Vec<TagDocument>> {
    let mut page = wanted(negotiation).sql(format!(
        "select {}, 'slug' from tags g{JOINS} where true",
        columns()
    ));
    page = filter(page, list);
    if let Some(after) = &list.after {
        page = match list.sort {
            TagSort::Name => page
                .sql(" and (lower(g.name), g.id) > (")
                .bind(after.name.as_str())
                .sql(", ")
                .bind(after.id)
                .sql(")"),
            TagSort::Articles => page
                .sql(" and (c.articles, g.id) < (")
                .bind(after.articles)
                .sql(", ")
                .bind(after.id)
                .sql(")"),
        };
    }
    page = page.sql(match list.sort {
        TagSort::Name => " order by lower(g.name), g.id limit ",
        TagSort::Articles => " order by c.articles desc, g.id desc limit ",
    });
    reader.load(page.bind(list.limit)).await
}

/// How many tags the list has altogether.
///
/// # Errors
/// When the database fails.
pub async fn count(reader: &Reader, list: &TagList) -> Result<i64> {
    let count = filter(
        Statement::<sql::BigInt>::new("select count(*) from tags g where true"),
        list,
    );
    Ok(reader.first(count).await?.unwrap_or_default())
}

fn filter<R>(mut page: Statement<R>, list: &TagList) -> Statement<R> {
    if let Some(prefix) = &list.prefix {
        let prefix = fold(prefix);
        page = page
            .sql(" and g.id in (select tag_id from tag_terms where term ~>=~ ")
            .bind(prefix.as_str())
            .sql(" and term ~<~ ")
            .bind(format!("{prefix}\u{10ffff}"))
            .sql(")");
    }
    if let Some(parent) = &list.parent {
        page = page
            .sql(" and g.parent_id = any(")
            .append(parent.ids_sql::<()>())
            .sql(")");
    }
    page
}
