//! `GET /v1/articles/{article}/related`

use actix_web::http::header;
use actix_web::{HttpRequest, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::State;
use crate::articles::ArticleRef;
use crate::auth::Caller;
use crate::db::Reader;
use crate::document::{Additions, check_fields, compose};
use crate::editions::Edition;
use crate::editions::document::ArticleItem;
use crate::editions::search::related;
use crate::error::Result;
use crate::http::negotiation::{AcceptLanguage, Fallback, Negotiation};
use crate::http::page::{Collection, Limit, Page};
use crate::http::query::{self, Query};
use crate::http::{Asked, Reply, Served};
use crate::values::range::LanguageRange;

use super::{chosen, exact, moved, reader_etag};

/// This resource's routes.
pub(super) fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(list_related);
}

/// What `GET /v1/articles/{article}/related` takes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct ListRelated {
    /// The language, strictly: 404 when the article is not there in it.
    #[param(inline, value_type = Option<String>, example = "hi")]
    locale: Option<LanguageRange>,
    /// Where else to look: `none`, `chain`, or language tags with commas between them.
    #[param(value_type = Option<String>, max_length = 400, example = "chain")]
    fallback: Option<Fallback>,
    /// Members to keep, with commas between them.
    #[serde(deserialize_with = "query::commas")]
    #[param(value_type = Option<String>, max_length = 500, example = "id,slug,title")]
    fields: Option<Vec<String>>,
    /// How many at most; 5 when not said.
    #[param(inline, value_type = Option<u8>, minimum = 1, maximum = 100, default = 5)]
    limit: Option<Limit>,
}

/// Articles like this one
///
/// The published articles in the same language that are most like it: by the tags that they share, rare ones
/// above common ones, and by what their texts are about. It is the whole answer, without pages.
#[utoipa::path(tag = "articles", security((), ("token" = [])), params(ListRelated),
    responses((status = 200, description = "The most similar first", body = Collection<ArticleItem>),
              (status = 301, description = "Its slug is another now")))]
#[get("/v1/articles/{article}/related")]
async fn list_related(
    _caller: Caller,
    article: web::Path<String>,
    query: Query<ListRelated>,
    header: AcceptLanguage,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Served> {
    let asked = query.0;
    check_fields(asked.fields.as_deref().unwrap_or_default())?;
    let what = Asked::new(format!("related {article} {asked:?}"), header.to_string());
    let article = ArticleRef::parse(&article)?;
    let make = async || like_this(&article, asked, header, &reader, &state, &request).await;
    state.serve(&request, what, make).await
}

async fn like_this(
    article: &ArticleRef,
    asked: ListRelated,
    header: AcceptLanguage,
    reader: &Reader,
    state: &State,
    request: &HttpRequest,
) -> Result<Reply> {
    let negotiation = Negotiation::new(asked.locale, asked.fallback, header);
    let edition = Edition::find(reader, article, &negotiation).await?;
    if edition.has_moved_from(article) {
        return Err(moved(&edition, "/related", request));
    }
    let by_slug = matches!(article, ArticleRef::Slug(_));
    let limit = asked.limit.map_or(5, Limit::get);
    let similar = related(reader, &edition, i64::try_from(limit).unwrap_or(i64::MAX)).await?;
    let closes = similar
        .iter()
        .filter_map(|item| item.parts.comments_close_at);
    let bears = similar
        .iter()
        .map(|item| format!("article-{}", item.article_id));
    let bears: Vec<String> = bears.collect();
    let items = similar.iter().map(|item| {
        let resolution = negotiation.resolve(&item.locale, item.is_default, by_slug);
        let etag = reader_etag(item, &exact(&item.locale), &state.public_url, &[]).quoted();
        let additions = Additions {
            resolution: Some(&resolution),
            etag: Some(&etag),
            ..Additions::default()
        };
        compose(&item.parts, &state.site, &additions)
            .and_then(|item| chosen(item, asked.fields.as_deref()))
    });
    let varies = negotiation.uses_header() && (!by_slug || edition.bearers > 1);
    Ok(Page::whole(limit)
        .reply(items, request)?
        .with_header(header::CONTENT_LANGUAGE, &edition.locale)
        .varying_by_language(varies)
        .good_until(closes.min())
        .made_of(article.key())
        .made_of(bears)
        .made_of([format!("list-{}", edition.locale)])
        .surrogate_keys(&edition.surrogate_keys))
}
