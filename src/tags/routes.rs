//! `/v1/tags`

use actix_web::{HttpRequest, delete, get, patch, post, web};
use serde_json::json;

use super::document::{self, After, TagDocument, TagList};
use super::model::{NewTag, Tag, TagRef};
use super::writing::lock_both;
use crate::app::State;
use crate::auth::{Caller, Tagger};
use crate::db::Reader;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::http::negotiation::{AcceptLanguage, Fallback, Negotiation};
use crate::http::page::{Collection, Total};
use crate::http::query::{NoQuery, Query};
use crate::http::reply::{Reply, SITE, Tagged};
use crate::http::{Asked, Body, ETag, MergePatch, Preconditions, Served};
use crate::projection;
use crate::values::address::path_segment;
use crate::values::locale::Locale;
use asked::{DeleteTag, FindTag, ListTags, MergeTag};

mod asked;
mod names;

/// This feature's routes.
pub fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(list_tags)
        .service(find_tag)
        .service(create_tag)
        .service(update_tag)
        .service(delete_tag)
        .service(merge_tag)
        .configure(names::routes);
}

/// All tags
///
/// By their own names, or those with most articles first.
#[utoipa::path(tag = "tags", security((), ("token" = [])), params(ListTags),
    responses((status = 200, description = "A page of tags", body = Collection<Tagged<TagDocument>>)))]
#[get("/v1/tags")]
async fn list_tags(
    _caller: Caller,
    query: Query<ListTags>,
    header: AcceptLanguage,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Served> {
    let what = Asked::new(format!("tags {:?}", query.0), header.to_string());
    let make = async || list(query.0, header, &reader, &state, &request).await;
    state.serve(&request, what, make).await
}

async fn list(
    asked: ListTags,
    header: AcceptLanguage,
    reader: &Reader,
    state: &State,
    request: &HttpRequest,
) -> Result<Reply> {
    let filters = format!("tags {:?} {:?} {:?}", asked.q, asked.parent, asked.locale);
    let after: Option<After> = asked
        .cursor
        .map(|cursor| state.cursors.open(&filters, &cursor))
        .transpose()?;
    let sort = asked
        .sort
        .or(after.as_ref().map(|after| after.sort))
        .unwrap_or_default();
    if after.as_ref().is_some_and(|after| after.sort != sort) {
        return Err(Error::problem(
            crate::error::Code::InvalidCursor,
            "the cursor is of another sort",
        ));
    }
    let negotiation = Negotiation::new(asked.locale, Some(Fallback::Chain), header);
    let parent = asked.parent.as_deref().map(TagRef::of);
    let prefix = asked.q.filter(|q| !q.is_empty());
    let list = TagList {
        prefix,
        parent,
        sort,
        after,
        limit: asked.limit.and_one(),
    };
    let total = match asked.total {
        Some(Total::Exact) => Some(document::count(reader, &list).await?),
        None => None,
    };
    let tags = document::list(reader, &list, &negotiation).await?;
    let seal = |last: &TagDocument| {
        let name = last.sort_name.clone();
        state.cursors.seal(
            &filters,
            &After {
                sort,
                name,
                articles: last.article_count,
                id: last.id,
            },
        )
    };
    let page = Collection::new(tags, asked.limit, seal).with_total(total);
    let reply = page
        .try_map(|tag| Tagged::new(tag.clone(), version(&tag)))?
        .reply(request)?;
    Ok(reply
        .varying_by_language(negotiation.uses_header())
        .made_of(counted())
        .surrogate_keys(TAGS))
}

/// One tag
///
/// In the language asked for where it has a name in it. A synonym, and the slug of a tag that was
/// merged into another, lead on to it (301).
#[utoipa::path(tag = "tags", security((), ("token" = [])), params(FindTag),
    responses((status = 200, description = "The tag", body = TagDocument),
              (status = 301, description = "It is called otherwise now")))]
#[get("/v1/tags/{tag}")]
async fn find_tag(
    _caller: Caller,
    tag: web::Path<String>,
    query: Query<FindTag>,
    header: AcceptLanguage,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Served> {
    let what = Asked::new(format!("tag {tag} {:?}", query.0), header.to_string());
    let negotiation = Negotiation::new(query.0.locale, Some(Fallback::Chain), header);
    let make = async || {
        let found = document::find(&reader, &TagRef::of(&tag), &negotiation).await?;
        let found = found.ok_or_else(unknown)?;
        if matches!(found.kind.as_str(), "synonym" | "former") {
            return Err(moved(&found, "", &request));
        }
        answer(&found).map(|reply| reply.varying_by_language(negotiation.uses_header()))
    };
    state.serve(&request, what, make).await
}

/// Make a tag
///
/// Needs `tags:write`.
#[utoipa::path(tag = "tags", security(("token" = [])), request_body = NewTag,
    responses((status = 201, description = "The tag", body = TagDocument)))]
#[post("/v1/tags")]
async fn create_tag(
    tagger: Tagger,
    _: NoQuery,
    body: Body<NewTag>,
    state: web::Data<State>,
) -> Result<Reply> {
    let tag = state
        .db
        .write(async |conn| {
            let tag = Tag::create(conn, &body.0).await?;
            event("tag.created", &tagger, &tag).write(conn).await?;
            document::written(conn, tag.id).await
        })
        .await?;
    Ok(answer(&tag)?.created(&format!("/v1/tags/{}", path_segment(&tag.slug))))
}

/// Change a tag
///
/// Needs `tags:write`. A merge patch (RFC 7396). Every edition that bears the tag shows its new name at
/// once, and its former slug leads to it.
#[utoipa::path(tag = "tags", security(("token" = [])),
    request_body(content((NewTag = "application/merge-patch+json"), (NewTag = "application/json"))),
    responses((status = 200, description = "The tag", body = TagDocument)))]
#[patch("/v1/tags/{tag}")]
async fn update_tag(
    tagger: Tagger,
    preconditions: Preconditions,
    tag: web::Path<String>,
    _: NoQuery,
    patch: MergePatch,
    state: web::Data<State>,
) -> Result<Reply> {
    let tag = state
        .db
        .write(async |conn| {
            let before = Tag::lock(conn, &TagRef::of(&tag)).await?;
            preconditions.check(Some(&version_of(&before)))?;
            if patch.changes_nothing(&before.writable()) {
                return document::written(conn, before.id).await;
            }
            let new: NewTag = patch.apply(before.writable())?;
            let tag = before.update(conn, &new).await?;
            let lists = projection::lists_bearing(conn, tag.id).await?;
            event("tag.updated", &tagger, &tag)
                .keys(lists)
                .write(conn)
                .await?;
            document::written(conn, tag.id).await
        })
        .await?;
    answer(&tag)
}

/// Delete a tag
///
/// Needs `tags:write`. One in use is a 409 that tells by how many articles.
#[utoipa::path(tag = "tags", security(("token" = [])), params(DeleteTag),
    responses((status = 204, description = "Deleted")))]
#[delete("/v1/tags/{tag}")]
async fn delete_tag(
    tagger: Tagger,
    preconditions: Preconditions,
    tag: web::Path<String>,
    query: Query<DeleteTag>,
    state: web::Data<State>,
) -> Result<Reply> {
    state
        .db
        .write(async |conn| {
            let tag = Tag::lock(conn, &TagRef::of(&tag)).await?;
            preconditions.check(Some(&version_of(&tag)))?;
            let lists = projection::lists_bearing(conn, tag.id).await?;
            tag.delete(conn, query.0.detach.unwrap_or(false)).await?;
            event("tag.deleted", &tagger, &tag)
                .keys(lists)
                .write(conn)
                .await
        })
        .await?;
    Ok(Reply::no_content())
}

/// Merge a tag into another
///
/// Needs `tags:write`. Every article moves over, and the tag's slug leads to the other one from now on.
/// Honours `If-Match`.
#[utoipa::path(tag = "tags", security(("token" = [])), request_body = MergeTag,
    responses((status = 200, description = "The tag that took it in", body = TagDocument)))]
#[post("/v1/tags/{tag}/merge")]
async fn merge_tag(
    tagger: Tagger,
    preconditions: Preconditions,
    tag: web::Path<String>,
    _: NoQuery,
    body: Body<MergeTag>,
    state: web::Data<State>,
) -> Result<Reply> {
    let target = state.db.write(async |conn| {
            let (source, target) = lock_both(conn, &TagRef::of(&tag), &body.0.into).await?;
            preconditions.check(Some(&version_of(&source)))?;
            if source.id == target.id {
                return Err(Error::fault("/into", "self_reference", "a tag cannot be merged into itself"));
            }
            let lists = projection::lists_bearing(conn, source.id).await?;
            let articles = source.merge_into(conn, &target).await?;
            event("tag.merged", &tagger, &source)
                .data(json!({"id": source.id, "slug": source.slug, "into": target.id, "articles": articles}))
                .key(format!("tag-{}", target.id))
                .keys(lists)
                .write(conn)
                .await?;
            document::written(conn, target.id).await
        })
        .await?;
    answer(&target)
}

fn event(kind: &'static str, tagger: &Tagger, tag: &Tag) -> Event {
    Event::new(kind, tagger.actor())
        .data(json!({"id": tag.id, "slug": tag.slug}))
        .keys([format!("tag-{}", tag.id), "tags".into()])
}

/// The key of whatever depends on which tags there are and what they are called.
const TAGS: &str = "tags";

/// What tags are made of besides themselves: their parents and names, and the articles that they count.
fn counted() -> [String; 2] {
    [TAGS.to_owned(), "list".to_owned()]
}

/// 404, until there is one.
fn unknown() -> Error {
    Error::not_found("tag").until_changes(&format!("{TAGS} {SITE}"))
}

fn version(tag: &TagDocument) -> ETag {
    ETag::version('g', tag.version)
}

fn version_of(tag: &Tag) -> ETag {
    ETag::version('g', tag.version)
}

fn answer(tag: &TagDocument) -> Result<Reply> {
    let reply = Reply::json(tag)?
        .versioned(version(tag))
        .made_of(counted())
        .surrogate_keys(&format!("tag-{}", tag.id));
    let locale: Result<Locale, _> = tag.locale.parse();
    Ok(match locale {
        Ok(locale) => reply.in_language(&locale),
        Err(_) => reply,
    })
}

async fn in_its_own_language(reader: &Reader, reference: &TagRef) -> Result<TagDocument> {
    let own = Negotiation::new(None, Some(Fallback::None), AcceptLanguage::default());
    document::find(reader, reference, &own)
        .await?
        .ok_or_else(unknown)
}

fn moved(tag: &TagDocument, below: &str, request: &HttpRequest) -> Error {
    let query = request
        .uri()
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    Error::Moved {
        location: format!("/v1/tags/{}{below}{query}", path_segment(&tag.slug)),
        keys: format!("tag-{} {TAGS} {SITE}", tag.id),
    }
}
