//! `/v1/articles/{article}/jsonld`: an edition as structured data

use actix_web::http::header;
use actix_web::{HttpRequest, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::publication;
use crate::app::State;
use crate::articles::ArticleRef;
use crate::auth::Caller;
use crate::db::Reader;
use crate::editions::Edition;
use crate::editions::routes::moved;
use crate::error::Result;
use crate::http::negotiation::{AcceptLanguage, Fallback, Negotiation};
use crate::http::query::Query;
use crate::http::{Asked, Reply, Served};
use crate::publishing::jsonld::NewsArticle;
use crate::values::range::LanguageRange;

/// This resource's routes.
pub(super) fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(find_jsonld);
}

/// What structured data takes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct FindJsonld {
    /// The language, strictly: 404 when the article is not there in it.
    #[param(inline, value_type = Option<String>, example = "hi")]
    locale: Option<LanguageRange>,
    /// Where else to look: `none`, `chain`, or language tags with commas between them.
    #[param(value_type = Option<String>, max_length = 400, example = "chain")]
    fallback: Option<Fallback>,
}

/// One article as structured data
///
/// A `NewsArticle` of schema.org, ready to be put into a `<script type="application/ld+json">`. The
/// language is chosen as for the article itself, and a former slug leads to the present one (301).
#[utoipa::path(tag = "publishing", security((), ("token" = [])), params(FindJsonld),
    responses((status = 200, description = "The article", body = NewsArticle, content_type = "application/ld+json"),
              (status = 301, description = "Its slug is another now")))]
#[get("/v1/articles/{article}/jsonld")]
async fn find_jsonld(
    _caller: Caller,
    article: web::Path<String>,
    query: Query<FindJsonld>,
    accepted: AcceptLanguage,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Served> {
    let what = format!("jsonld {article} {:?}", query.0);
    let what = Asked::new(what, accepted.to_string());
    let negotiation = Negotiation::new(query.0.locale, query.0.fallback, accepted);
    let article = ArticleRef::parse(&article)?;
    let make = async || structured(&article, &negotiation, &request, &reader, &state).await;
    state.serve(&request, what, make).await
}

async fn structured(
    article: &ArticleRef,
    negotiation: &Negotiation,
    request: &HttpRequest,
    reader: &Reader,
    state: &State,
) -> Result<Reply> {
    let edition = Edition::find(reader, article, negotiation).await?;
    let by_slug = matches!(article, ArticleRef::Slug(_));
    if edition.has_moved_from(article) {
        return Err(moved(&edition, "/jsonld", request));
    }
    let document = NewsArticle::of(&edition, &publication(state))?.write()?;
    Ok(Reply::bytes(document)
        .of_type("application/ld+json")
        .last_modified(edition.updated_at)
        .with_header(header::CONTENT_LANGUAGE, &edition.locale)
        .varying_by_language(negotiation.uses_header() && (!by_slug || edition.bearers > 1))
        .made_of(article.key())
        .surrogate_keys(&edition.surrogate_keys))
}
