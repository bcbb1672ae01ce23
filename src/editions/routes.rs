//! `GET /v1/articles`, `GET /v1/articles/{article}` and what is around them: what readers get, and with
//! `view=draft` what editors see.

use actix_web::http::header;
use actix_web::{HttpRequest, get, web};

use super::document::ArticleDocument;
use super::model::{Edition, not_available};
use crate::app::State;
use crate::articles::ArticleRef;
use crate::articles::drafts::Draft;
use crate::auth::{Caller, Scope};
use crate::db::Reader;
use crate::document::{Additions, check_fields, compose, pick};
use crate::error::{Error, Result};
use crate::http::negotiation::{AcceptLanguage, Negotiation, Resolution};
use crate::http::query::Query;
use crate::http::reply::SITE;
use crate::http::{Asked, ETag, Reply, Served};
use crate::values::address::path_segment;

use asked::{FindArticle, View};

mod addresses;
mod asked;
mod list;
mod related;
mod suggest;

/// This feature's routes.
pub fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .configure(list::routes)
        .service(find_article)
        .configure(related::routes)
        .configure(suggest::routes)
        .configure(addresses::routes);
}

/// One article
///
/// By id, in the best language for the reader; by slug, the edition that it names. A former slug leads
/// to the present one (301). With `view=draft` and `content:read`: the working copy, and the `ETag` to
/// edit the article by.
#[utoipa::path(tag = "articles", security((), ("token" = [])), params(FindArticle),
    responses((status = 200, description = "The article", body = ArticleDocument),
              (status = 301, description = "Its slug is another now")))]
#[get("/v1/articles/{article}")]
async fn find_article(
    caller: Caller,
    article: web::Path<String>,
    query: Query<FindArticle>,
    header: AcceptLanguage,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Served> {
    let asked = query.0;
    check_fields(asked.fields.as_deref().unwrap_or_default())?;
    let what = format!("article {article} {asked:?}");
    let what = Asked::new(what, header.to_string());
    let negotiation = Negotiation::new(asked.locale, asked.fallback, header);
    let fields = asked.fields;
    let article = ArticleRef::parse(&article)?;
    if asked.view == Some(View::Draft) {
        caller.require(Scope::ContentRead)?;
        let draft = find_draft(&article, fields.as_deref(), &negotiation, &reader, &state);
        return draft.await.map(Served::Fresh);
    }
    let make =
        async || find_edition(&article, fields, &negotiation, &reader, &state, &request).await;
    state.serve(&request, what, make).await
}

async fn find_edition(
    article: &ArticleRef,
    fields: Option<Vec<String>>,
    negotiation: &Negotiation,
    reader: &Reader,
    state: &web::Data<State>,
    request: &HttpRequest,
) -> Result<Reply> {
    let edition = Edition::find(reader, article, negotiation).await?;
    let by_slug = matches!(article, ArticleRef::Slug(_));
    if edition.has_moved_from(article) {
        return Err(moved(&edition, "", request));
    }
    let resolution = negotiation.resolve(&edition.locale, edition.is_default, by_slug);
    let etag = reader_etag(
        &edition,
        &resolution,
        &state.public_url,
        fields.as_deref().unwrap_or_default(),
    );
    let varies = negotiation.uses_header() && (!by_slug || edition.bearers > 1);
    let (updated_at, closes) = (edition.updated_at, edition.parts.comments_close_at);
    let (locale, keys) = (edition.locale.clone(), edition.surrogate_keys.clone());
    let state = state.clone();
    let write = move || {
        let additions = Additions {
            body: edition.body.as_deref(),
            resolution: Some(&resolution),
            ..Additions::default()
        };
        let document = compose(&edition.parts, &state.site, &additions)?;
        chosen(document, fields.as_deref())
    };
    Ok(Reply::deferred(etag, write)
        .last_modified(updated_at)
        .with_header(header::CONTENT_LANGUAGE, &locale)
        .varying_by_language(varies)
        .good_until(closes)
        .made_of(article.key())
        .surrogate_keys(&keys))
}

async fn find_draft(
    article: &ArticleRef,
    fields: Option<&[String]>,
    negotiation: &Negotiation,
    reader: &Reader,
    state: &State,
) -> Result<Reply> {
    let Some(draft) = Draft::find(reader, article, negotiation).await? else {
        let available = Draft::locales(reader, article).await?;
        let unknown = available.is_empty();
        return Err(if unknown {
            Error::not_found("article")
        } else {
            not_available(negotiation, available)
        });
    };
    let by_slug = matches!(article, ArticleRef::Slug(_));
    let resolution = negotiation.resolve(&draft.locale, draft.is_default, by_slug);
    let reply = draft_reply(&draft, Some(&resolution), fields, state)?;
    Ok(reply.varying_by_language(negotiation.uses_header()))
}

/// A working copy with the article around it, as its editors get it.
///
/// # Errors
/// When what is stored is damaged.
pub fn draft_reply(
    draft: &Draft,
    resolution: Option<&Resolution>,
    fields: Option<&[String]>,
    state: &State,
) -> Result<Reply> {
    let body = draft.body_members();
    let additions = Additions {
        body: Some(&body),
        resolution,
        ..Additions::default()
    };
    let document = chosen(compose(&draft.parts, &state.site, &additions)?, fields)?;
    Ok(Reply::bytes(document)
        .etag(ETag::version('a', draft.version))
        .last_modified(draft.updated_at)
        .with_header(header::CONTENT_LANGUAGE, &draft.locale))
}

fn chosen(document: Vec<u8>, fields: Option<&[String]>) -> Result<Vec<u8>> {
    match fields {
        Some(fields) => pick(&document, fields),
        None => Ok(document),
    }
}

/// How the answer under `?locale=` of an edition's own language comes about.
fn exact(locale: &str) -> Resolution {
    Resolution {
        requested: Some(locale.to_owned()),
        served: locale.to_owned(),
        reason: crate::values::negotiation::Reason::Exact,
    }
}

/// The tag of an edition as a reader gets it: of all that its bytes follow from.
fn reader_etag(edition: &Edition, resolution: &Resolution, site: &str, fields: &[String]) -> ETag {
    let parts = &edition.parts;
    let state = format!(
        "{} {} {} {} {:?} {resolution:?} {site} {fields:?}",
        edition.digest,
        parts.comments_open,
        parts.approved_comments,
        parts.comments_threads,
        parts.hidden_locales
    );
    ETag::of(state.as_bytes())
}

/// What is asked of a former slug is at the present one.
pub fn moved(edition: &Edition, behind: &str, request: &HttpRequest) -> Error {
    let query = request
        .uri()
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    let slug = edition.named.as_deref().unwrap_or(&edition.slug);
    Error::Moved {
        location: format!("/v1/articles/{}{behind}{query}", path_segment(slug)),
        keys: format!("{} {SITE}", edition.surrogate_keys),
    }
}
