//! `GET /v1/articles`

use actix_web::http::header;
use actix_web::{HttpRequest, get, web};
use futures_util::future::try_join;

use crate::app::State;
use crate::articles::drafts::Draft;
use crate::articles::drafts::list::{self as drafts, DraftList, DraftSort};
use crate::auth::{Caller, Scope};
use crate::db::Reader;
use crate::document::{Additions, check_fields, compose};
use crate::editions::document::ArticleItem;
use crate::editions::list::EditionList;
use crate::editions::order::{After, Sort};
use crate::error::{Code, Error, Result};
use crate::http::negotiation::{AcceptLanguage, Negotiation};
use crate::http::page::{Collection, Page, Total};
use crate::http::query::Query;
use crate::http::{Asked, ETag, Reply, Served};

use super::asked::{ListArticles, View};
use super::{chosen, exact, reader_etag};
/// This resource's routes.
pub(super) fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(list_articles);
}

/// Articles, newest first
///
/// Each article once, in the best language for the reader; what is not published in any that will do is
/// not there. With `view=draft` and `content:read`: working copies.
#[utoipa::path(tag = "articles", security((), ("token" = [])), params(ListArticles),
    responses((status = 200, description = "A page of articles", body = Collection<ArticleItem>)))]
#[get("/v1/articles")]
async fn list_articles(
    caller: Caller,
    query: Query<ListArticles>,
    header: AcceptLanguage,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Served> {
    let asked = query.0;
    check_fields(asked.fields.as_deref().unwrap_or_default())?;
    let what = Asked::new(format!("articles {asked:?}"), header.to_string());
    let negotiation = Negotiation::new(asked.locale.clone(), asked.fallback.clone(), header);
    if asked.view == Some(View::Draft) {
        caller.require(Scope::ContentRead)?;
        let drafts = list_drafts(&asked, &negotiation, &reader, &state, &request);
        return drafts.await.map(Served::Fresh);
    }
    if asked.status.is_some() {
        return Err(Error::problem(
            Code::InvalidParameter,
            "status: goes with view=draft",
        ));
    }
    let make = async || list_editions(&asked, &negotiation, &reader, &state, &request).await;
    state.serve(&request, what, make).await
}

async fn list_editions(
    asked: &ListArticles,
    negotiation: &Negotiation,
    reader: &Reader,
    state: &State,
    request: &HttpRequest,
) -> Result<Reply> {
    let name = asked.name_of_list("articles");
    let after: Option<After> = open(state, &name, asked.cursor.as_deref())?;
    let sort = asked
        .sort
        .map(Sort::from)
        .or(after.as_ref().map(|after| after.sort))
        .unwrap_or(Sort::Newest);
    if after.as_ref().is_some_and(|after| after.sort != sort) {
        return Err(Error::problem(
            Code::InvalidCursor,
            "the cursor is of another sort",
        ));
    }
    let list = EditionList {
        filters: asked.filters(),
        sort,
        after,
        limit: asked.limit.and_one(),
    };
    let total = match asked.total {
        Some(Total::Exact) => Some(list.count(reader, negotiation).await?),
        None => None,
    };
    // Both at once: they travel over one connection, one behind the other.
    let (editions, tags) =
        try_join(list.load(reader, negotiation), list.filters.tag_ids(reader)).await?;
    let page = Collection::new(editions, asked.limit, |last| {
        state.cursors.seal(&name, &After::of(last, sort))
    });
    let closes = page
        .data
        .iter()
        .map(|edition| edition.parts.comments_close_at);
    let closes = closes.flatten().min();
    // The number of comments stands in each item; a CDN may lag behind in it.
    let bears = page.data.iter().map(|edition| edition.article_id);
    let bears: Vec<String> = bears.map(|id| format!("article-{id}")).collect();
    let items = page.data.iter().map(|edition| {
        let resolution = negotiation.resolve(&edition.locale, edition.is_default, false);
        let etag = reader_etag(edition, &exact(&edition.locale), &state.public_url, &[]).quoted();
        let additions = Additions {
            resolution: Some(&resolution),
            etag: Some(&etag),
            ..Additions::default()
        };
        compose(&edition.parts, &state.site, &additions)
            .and_then(|item| chosen(item, asked.fields.as_deref()))
    });
    let items: Vec<Vec<u8>> = items.collect::<Result<_>>()?;
    Ok(collection(&items, page.with_total(total).page, request)?
        .varying_by_language(negotiation.uses_header())
        .good_until(closes)
        .made_of(bears)
        .made_of(asked.depends_on(sort))
        .surrogate_keys(&asked.surrogate_keys(negotiation, &tags)))
}

async fn list_drafts(
    asked: &ListArticles,
    negotiation: &Negotiation,
    reader: &Reader,
    state: &State,
    request: &HttpRequest,
) -> Result<Reply> {
    let name = asked.name_of_list("drafts");
    let opened: Option<(DraftSort, drafts::After)> = open(state, &name, asked.cursor.as_deref())?;
    let (known, after) = opened.map_or((None, None), |(sort, after)| (Some(sort), Some(after)));
    let sort = asked
        .sort
        .map(DraftSort::from)
        .or(known)
        .unwrap_or_default();
    if known.is_some_and(|known| known != sort) {
        return Err(Error::problem(
            Code::InvalidCursor,
            "the cursor is of another sort",
        ));
    }
    let status = asked.status.map(|status| status.name().to_owned());
    let list = DraftList {
        status,
        filters: asked.filters(),
        sort,
        after,
        limit: asked.limit.and_one(),
    };
    let total = match asked.total {
        Some(Total::Exact) => Some(Draft::count(reader, &list, negotiation).await?),
        None => None,
    };
    let drafts = Draft::list(reader, &list, negotiation).await?;
    let seal = |last: &Draft| {
        state
            .cursors
            .seal(&name, &(sort, drafts::After::of(last, sort)))
    };
    let page = Collection::new(drafts, asked.limit, seal);
    let items = page.data.iter().map(|draft| {
        let resolution = negotiation.resolve(&draft.locale, draft.is_default, false);
        let etag = ETag::version('a', draft.version).quoted();
        let additions = Additions {
            resolution: Some(&resolution),
            etag: Some(&etag),
            ..Additions::default()
        };
        compose(&draft.parts, &state.site, &additions)
            .and_then(|item| chosen(item, asked.fields.as_deref()))
    });
    let items: Vec<Vec<u8>> = items.collect::<Result<_>>()?;
    let reply = collection(&items, page.with_total(total).page, request)?;
    Ok(reply.varying_by_language(negotiation.uses_header()))
}

fn open<T: serde::de::DeserializeOwned>(
    state: &State,
    list: &str,
    cursor: Option<&str>,
) -> Result<Option<T>> {
    cursor
        .map(|cursor| state.cursors.open(list, cursor))
        .transpose()
}

/// A page of finished items.
fn collection(items: &[Vec<u8>], page: Page, request: &HttpRequest) -> Result<Reply> {
    let mut body = b"{\"data\":[".to_vec();
    body.extend_from_slice(&items.join(&b','));
    body.extend_from_slice(b"],\"page\":");
    let json = serde_json::to_vec(&page).map_err(|error| Error::Internal(error.to_string()))?;
    body.extend_from_slice(&json);
    if let Some(total) = page.total {
        body.extend_from_slice(format!(",\"total\":{total}").as_bytes());
    }
    body.push(b'}');
    Ok(Reply::bytes(body).with_header(header::LINK, &page.links(request)))
}
