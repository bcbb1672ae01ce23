//! `GET /v1/articles`

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
use crate::editions::search::{Found, Highlights, Search};
use crate::error::{Code, Error, Result};
use crate::http::negotiation::{AcceptLanguage, Negotiation};
use crate::http::page::{Collection, Total};
use crate::http::query::Query;
use crate::http::{Asked, ETag, Reply, Served};
use crate::values::search::Query as Words;

use super::asked::{ListArticles, View, relevance_without_query, searched};
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
    let query = searched(asked.q.as_deref())?;
    if asked.view == Some(View::Draft) {
        caller.require(Scope::ContentRead)?;
        published_only("q", query.is_some())?;
        published_only("highlight", asked.highlight == Some(true))?;
        let drafts = list_drafts(&asked, &negotiation, &reader, &state, &request);
        return drafts.await.map(Served::Fresh);
    }
    if asked.status.is_some() {
        return Err(Error::problem(
            Code::InvalidParameter,
            "status: goes with view=draft",
        ));
    }
    let make = async || list_editions(&asked, query, &negotiation, &reader, &state, &request).await;
    state.serve(&request, what, make).await
}

async fn list_editions(
    asked: &ListArticles,
    query: Option<Words>,
    negotiation: &Negotiation,
    reader: &Reader,
    state: &State,
    request: &HttpRequest,
) -> Result<Reply> {
    let name = asked.name_of_list("articles", query.as_ref());
    let after: Option<After> = open(state, &name, asked.cursor.as_deref())?;
    let sort = asked
        .sort
        .map(Sort::from)
        .or(after.as_ref().map(|after| after.sort))
        .unwrap_or(match query {
            Some(_) => Sort::Relevance,
            None => Sort::Newest,
        });
    if sort == Sort::Relevance && query.is_none() {
        return Err(relevance_without_query());
    }
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
    let filters = asked.filters();
    let counts = matches!(asked.total, Some(Total::Exact));
    let marks = asked.wants_highlights();
    let show = async {
        match query {
            Some(query) => {
                let search = Search { query, list };
                search_for(search, counts, marks, reader, negotiation).await
            }
            None => browse(&list, counts, reader, negotiation).await,
        }
    };
    // Both at once: they travel over one connection, one behind the other.
    let (shown, tags) = try_join(show, filters.tag_ids(reader)).await?;
    let Shown {
        found,
        total,
        highlights,
    } = shown;
    let page = Collection::new(found, asked.limit, |last| {
        state.cursors.seal(&name, &After::found(last, sort))
    });
    let editions = page.data.iter().map(|found| &found.edition);
    let closes = editions
        .clone()
        .filter_map(|edition| edition.parts.comments_close_at);
    let closes = closes.min();
    // The number of comments stands in each item; a CDN may lag behind in it.
    let bears = editions.map(|edition| format!("article-{}", edition.article_id));
    let bears: Vec<String> = bears.collect();
    let items = page.data.iter().enumerate().map(|(at, found)| {
        let edition = &found.edition;
        let resolution = negotiation.resolve(&edition.locale, edition.is_default, false);
        let etag = reader_etag(edition, &exact(&edition.locale), &state.public_url, &[]).quoted();
        let highlights = highlights.get(at).map(serde_json::to_vec).transpose();
        let highlights = highlights.map_err(|error| Error::Internal(error.to_string()))?;
        let additions = Additions {
            highlights: highlights.as_deref(),
            resolution: Some(&resolution),
            etag: Some(&etag),
            ..Additions::default()
        };
        compose(&edition.parts, &state.site, &additions)
            .and_then(|item| chosen(item, asked.fields.as_deref()))
    });
    Ok(page
        .place(total)
        .reply(items, request)?
        .varying_by_language(negotiation.uses_header())
        .good_until(closes)
        .made_of(bears)
        .made_of(asked.depends_on(sort))
        .surrogate_keys(&asked.surrogate_keys(negotiation, &tags)))
}

/// 400 for what working copies are not asked for.
fn published_only(name: &str, is_asked: bool) -> Result<()> {
    match is_asked {
        true => Err(Error::problem(
            Code::InvalidParameter,
            format!("{name}: goes with what is published, not with view=draft"),
        )),
        false => Ok(()),
    }
}

/// What a page shows.
struct Shown {
    /// One more than it has room for, where there is another page.
    found: Vec<Found>,
    total: Option<i64>,
    /// As many as are found, or none.
    highlights: Vec<Highlights>,
}

async fn browse(
    list: &EditionList,
    counts: bool,
    reader: &Reader,
    negotiation: &Negotiation,
) -> Result<Shown> {
    let total = match counts {
        true => Some(list.count(reader, negotiation).await?),
        false => None,
    };
    let editions = list.load(reader, negotiation).await?;
    Ok(Shown {
        found: editions.into_iter().map(Found::from).collect(),
        total,
        highlights: vec![],
    })
}

async fn search_for(
    search: Search,
    counts: bool,
    highlights: bool,
    reader: &Reader,
    negotiation: &Negotiation,
) -> Result<Shown> {
    let page = search.load(reader, negotiation).await?;
    let total = match (counts, page.alike) {
        (false, _) => None,
        (true, true) => i64::try_from(page.found.len()).ok(),
        (true, false) => Some(search.count(reader, negotiation).await?),
    };
    let highlights = match highlights {
        true => search.highlights(reader, &page).await?,
        false => vec![],
    };
    Ok(Shown {
        found: page.found,
        total,
        highlights,
    })
}

async fn list_drafts(
    asked: &ListArticles,
    negotiation: &Negotiation,
    reader: &Reader,
    state: &State,
    request: &HttpRequest,
) -> Result<Reply> {
    let name = asked.name_of_list("drafts", None);
    let opened: Option<(DraftSort, drafts::After)> = open(state, &name, asked.cursor.as_deref())?;
    let (known, after) = opened.map_or((None, None), |(sort, after)| (Some(sort), Some(after)));
    let sort = asked
        .sort
        .map(DraftSort::try_from)
        .transpose()?
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
    let reply = page.place(total).reply(items, request)?;
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
