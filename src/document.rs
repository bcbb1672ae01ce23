//! The JSON document of an article: put together once in SQL, when it is published, and completed with
//! what changes by the minute when it is read.
//!
//! The same SQL makes a reader's edition (from the published revision) and an editor's view (from the
//! newest one), so the two cannot drift apart.

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::sql_types as sql;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::error::{Code, Error, Result};
use crate::values::address::SiteTemplate;
use crate::values::negotiation::Resolution;

/// The members of an article that `fields` may choose from.
pub const FIELDS: [&str; 29] = [
    "id",
    "external_id",
    "locale",
    "source_locale",
    "status",
    "slug",
    "title",
    "subtitle",
    "dateline",
    "summary",
    "body",
    "body_html",
    "seo",
    "authors",
    "translators",
    "lead_image",
    "tags",
    "translations",
    "comments",
    "word_count",
    "reading_minutes",
    "metadata",
    "published_at",
    "first_published_at",
    "created_at",
    "updated_at",
    "highlights",
    "locale_resolution",
    "etag",
];

/// SQL of the list item, from `a` (articles), `t` (translations) and `r` (revisions): a JSON object
/// without the members that [`compose`] adds.
pub fn item_sql(status: &str, updated_at: &str) -> String {
    format!(
        "json_build_object(\
            'id', a.id, 'external_id', a.external_id, 'locale', t.locale, 'source_locale', a.source_locale, \
            'status', {status}, 'slug', r.slug, 'title', r.title, 'subtitle', r.subtitle, \
            'dateline', r.dateline, 'summary', coalesce(r.summary, r.excerpt), \
            'seo', json_build_object('title', r.seo_title, 'description', r.seo_description), \
            'authors', a.authors, 'translators', r.translators, \
            'lead_image', a.lead_image || jsonb_build_object(\
                'alt', coalesce(r.lead_image_alt, a.lead_image->>'alt'), \
                'caption', coalesce(r.lead_image_caption, a.lead_image->>'caption')), \
            'word_count', r.word_count, 'reading_minutes', (r.word_count + 199) / 200, 'metadata', a.metadata, \
            'published_at', rfc3339(t.published_at), 'first_published_at', rfc3339(t.first_published_at), \
            'created_at', rfc3339(a.created_at), 'updated_at', rfc3339({updated_at}))::text"
    )
}

/// SQL of what a tag is called in a locale: its name there, else in the first of the locale's fallbacks that
/// it has a name in, else its own. Not a function of the database's: calling one for each tag of each edition
/// was a fifth of what it takes to publish.
pub fn tag_name_sql(tag: &str, locale: &str) -> String {
    let chain = "array[chained.code] || chained.fallbacks";
    format!(
        "coalesce((select named.name from locales chained cross join (\
                select tt.locale, tt.name, 1 as rank from tag_translations tt where tt.tag_id = {tag}.id \
                union all select {tag}.locale, {tag}.name, 2) as named \
            where chained.code = {locale} and named.locale = any({chain}) \
            order by array_position({chain}, named.locale), rank limit 1), {tag}.name)"
    )
}

/// SQL of the tags of `a` as they are called in `t.locale`: a JSON array.
pub fn tags_sql() -> String {
    let name = tag_name_sql("g", "t.locale");
    format!(
        "coalesce((select json_agg(json_build_object('id', g.id, 'slug', g.slug, 'name', {name}) \
                order by link.position, g.slug)::text \
            from article_tags link join tags g on g.id = link.tag_id where link.article_id = a.id), '[]')"
    )
}

/// SQL of the editions of `a`: a JSON array of locale, slug, title and time of publication.
pub const ALTERNATES_SQL: &str = "coalesce((\
    select json_agg(json_build_array(o.locale, pr.slug, pr.title, rfc3339(o.published_at)) order by o.locale)::text \
    from translations o join revisions pr \
        on (pr.article_id, pr.locale, pr.number) = (o.article_id, o.locale, o.published_revision) \
    where o.article_id = a.id and a.deleted_at is null), '[]')";

/// SQL of the cache keys of `a`.
pub const KEYS_SQL: &str = "concat_ws(' ', 'article-' || a.id, (\
    select string_agg('tag-' || link.tag_id, ' ' order by link.position, link.tag_id) \
    from article_tags link where link.article_id = a.id))";

/// SQL of the locales that are switched off: their editions are not listed to readers.
pub const HIDDEN_SQL: &str = "array(select code from locales where not enabled)";

/// SQL of the hosts whose pages articles may show in a frame, as nodes were started with them.
pub const EMBED_HOSTS_SQL: &str = "(select value from settings where name = 'embed_hosts')";

/// SQL of when comments on the article `a` close: when it says, or else so long after readers first had it as
/// all do.
pub const COMMENTS_CLOSE_SQL: &str = "coalesce(a.comments_close_at, \
    (select min(f.first_published_at) from translations f where f.article_id = a.id) \
        + (select value::interval from settings where name = 'comments_close_after'))";

/// SQL of whether readers may comment now: on an article with this switch, which closes then.
fn open_sql(switch: &str, closes: &str) -> String {
    format!("({switch} and coalesce({closes} > now(), true))")
}

/// SQL of whether readers may comment on the article `a` now.
pub fn comments_open_sql() -> String {
    open_sql("a.comments_open", COMMENTS_CLOSE_SQL)
}

/// SQL of that, and of when it is over, if it will be: of the article `a`.
pub fn article_comments_sql() -> String {
    let open = comments_open_sql();
    format!("{open}, case when {open} then {COMMENTS_CLOSE_SQL} end")
}

/// SQL of the same as it stands in the edition `e`.
pub fn comments_sql() -> String {
    let open = open_sql("e.comments_open", "e.comments_close_at");
    format!("{open}, case when {open} then e.comments_close_at end")
}

/// The SQL types of [`Parts`].
pub type PartsSql = (
    sql::Text,
    sql::Text,
    sql::Text,
    sql::Bool,
    sql::Nullable<sql::Timestamptz>,
    sql::Text,
    sql::BigInt,
    sql::Array<sql::Text>,
);

/// What the document is put together from.
#[derive(Debug, Clone, diesel::Queryable)]
pub struct Parts {
    /// The list item, a JSON object.
    pub item: String,
    /// A JSON array.
    pub tags: String,
    /// A JSON array of the article's editions.
    pub alternates: String,
    /// Whether readers may comment now.
    pub comments_open: bool,
    /// When that is over, if it is open until then.
    pub comments_close_at: Option<DateTime<Utc>>,
    /// One thread for all languages, or one for each.
    pub comments_threads: String,
    /// How many comments are to be seen.
    pub approved_comments: i64,
    /// Locales that are switched off.
    pub hidden_locales: Vec<String>,
}

/// One of the article's editions. What is answered as it is stored is not read.
#[derive(Serialize)]
struct Alternate<'a> {
    locale: Cow<'a, str>,
    slug: Cow<'a, str>,
    title: &'a RawValue,
    published_at: &'a RawValue,
    url: String,
}

#[derive(Serialize)]
struct Comments<'a> {
    open: bool,
    approved_count: i64,
    threads: &'a str,
}

/// What is added for one answer.
#[derive(Debug, Default)]
pub struct Additions<'a> {
    /// `body` and `body_html`, a JSON object.
    pub body: Option<&'a str>,
    /// What of it matches a search, a JSON object.
    pub highlights: Option<&'a [u8]>,
    /// How the language was chosen.
    pub resolution: Option<&'a Resolution>,
    /// The working copies that a preview shows, a JSON array.
    pub drafts: Option<&'a str>,
    /// The tag to edit a list item by, in quotes.
    pub etag: Option<&'a str>,
}

/// Puts the document together: the stored pieces as they are, and what is to be added.
///
/// # Errors
/// When a stored piece is not the JSON it should be.
pub fn compose(parts: &Parts, site: &SiteTemplate, additions: &Additions<'_>) -> Result<Vec<u8>> {
    let body = additions.body.unwrap_or_default();
    let mut json =
        Vec::with_capacity(parts.item.len() + body.len() + parts.alternates.len() * 3 + 512);
    json.extend_from_slice(open_object(&parts.item)?.as_bytes());
    member(&mut json, "tags", parts.tags.as_bytes());
    member(
        &mut json,
        "translations",
        &to_json(&alternates(parts, site)?)?,
    );
    let comments = Comments {
        open: parts.comments_open,
        approved_count: parts.approved_comments,
        threads: &parts.comments_threads,
    };
    member(&mut json, "comments", &to_json(&comments)?);
    if let Some(body) = additions.body {
        let members = open_object(body)?.trim_start();
        json.push(b',');
        json.extend_from_slice(members.strip_prefix('{').ok_or_else(damaged)?.as_bytes());
    }
    if let Some(highlights) = additions.highlights {
        member(&mut json, "highlights", highlights);
    }
    if let Some(resolution) = additions.resolution {
        member(&mut json, "locale_resolution", &to_json(resolution)?);
    }
    if let Some(drafts) = additions.drafts {
        member(&mut json, "drafts", drafts.as_bytes());
    }
    if let Some(etag) = additions.etag {
        member(&mut json, "etag", &to_json(etag)?);
    }
    json.push(b'}');
    Ok(json)
}

/// The editions of the article with their places on the readers' site.
fn alternates<'a>(parts: &'a Parts, site: &SiteTemplate) -> Result<Vec<Alternate<'a>>> {
    type Stored<'a> = (Text<'a>, Text<'a>, &'a RawValue, &'a RawValue);
    let editions: Vec<Stored<'a>> =
        serde_json::from_str(&parts.alternates).map_err(|_| damaged())?;
    let visible = editions.into_iter().filter(|(locale, ..)| {
        !parts
            .hidden_locales
            .iter()
            .any(|hidden| *hidden == locale.0)
    });
    Ok(visible
        .map(|(Text(locale), Text(slug), title, published_at)| {
            let url = site.address(&locale, &slug);
            Alternate {
                locale,
                slug,
                title,
                published_at,
                url,
            }
        })
        .collect())
}

/// A text, where it stands if nothing in it is escaped.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// Locale, slug, title and time of publication of an article's editions, as they are stored, without
/// those in locales that are switched off.
///
/// # Errors
/// When they are not what they should be.
pub fn visible_editions<'a>(
    alternates: &'a str,
    hidden_locales: &[String],
) -> Result<Vec<[Cow<'a, str>; 4]>> {
    let mut editions: Vec<[Cow<'a, str>; 4]> =
        serde_json::from_str(alternates).map_err(|_| damaged())?;
    editions.retain(|[locale, ..]| !hidden_locales.iter().any(|hidden| hidden == locale));
    Ok(editions)
}

/// A JSON object without its closing brace.
fn open_object(json: &str) -> Result<&str> {
    json.trim_end().strip_suffix('}').ok_or_else(damaged)
}

fn member(json: &mut Vec<u8>, name: &str, value: &[u8]) {
    json.extend_from_slice(b",\"");
    json.extend_from_slice(name.as_bytes());
    json.extend_from_slice(b"\":");
    json.extend_from_slice(value);
}

fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(|error| Error::Internal(error.to_string()))
}

fn damaged() -> Error {
    Error::Internal("a stored document is not what it should be".into())
}

/// Checks the names that `fields` asks for.
///
/// # Errors
/// 400 that names the first unknown one.
pub fn check_fields(fields: &[String]) -> Result<()> {
    match fields.iter().find(|name| !FIELDS.contains(&name.as_str())) {
        Some(name) => Err(Error::problem(
            Code::InvalidParameter,
            format!(
                "fields: there is no member `{name}`; there are {}",
                FIELDS.join(", ")
            ),
        )),
        None => Ok(()),
    }
}

/// The document with only these members; a list item keeps its `etag`, to be edited by.
///
/// # Errors
/// When it is not a JSON object.
pub fn pick(document: &[u8], fields: &[String]) -> Result<Vec<u8>> {
    let members: HashMap<&str, &RawValue> =
        serde_json::from_slice(document).map_err(|_| damaged())?;
    let etag = (!fields.iter().any(|name| name == "etag")).then_some("etag");
    let mut json = vec![b'{'];
    for name in fields.iter().map(String::as_str).chain(etag) {
        if let Some(value) = members.get(name) {
            if json.len() > 1 {
                json.push(b',');
            }
            json.extend_from_slice(&to_json(name)?);
            json.push(b':');
            json.extend_from_slice(value.get().as_bytes());
        }
    }
    json.push(b'}');
    Ok(json)
}
