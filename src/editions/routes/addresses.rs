//! `GET /v1/resolve`

use actix_web::{HttpRequest, get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::State;
use crate::auth::Caller;
use crate::db::Reader;
use crate::editions::resolve::resolve;
use crate::error::{Error, Result};
use crate::http::query::Query;
use crate::http::{Asked, Reply, Served};
use crate::values::locale::Locale;
use crate::values::slug::Slug;

/// This resource's routes.
pub(super) fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(resolve_address);
}

/// What `GET /v1/resolve` takes.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ResolveAddress {
    /// The path that the site shows the edition under: `/{locale}/{slug}`.
    #[param(max_length = 500, example = "/en/old-bridge-reopens")]
    path: String,
}

/// What has become of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Fate {
    /// An edition is shown under it.
    Current,
    /// The edition is shown under another.
    Moved,
    /// What it showed is published no more.
    Gone,
}

/// What a site's address shows.
#[derive(Debug, Serialize, ToSchema)]
struct Resolved {
    /// What has become of the address.
    status: Fate,
    /// The article, unless it was erased.
    article_id: Option<Uuid>,
    /// The language.
    #[schema(max_length = 35, example = "en")]
    locale: String,
    /// The present slug; `null` when it is gone.
    #[schema(max_length = 120, example = "old-bridge-reopens")]
    slug: Option<String>,
    /// The present path; `null` when it is gone.
    #[schema(max_length = 200, example = "/en/old-bridge-reopens")]
    path: Option<String>,
    /// The present address on the readers' site; `null` when it is gone.
    #[schema(max_length = 2048)]
    url: Option<String>,
}

/// What a site's address shows
///
/// In any language, with the whole history of published slugs: `current`, `moved` with the present
/// address, or `gone`. 404 for one that never was.
#[utoipa::path(tag = "articles", security((), ("token" = [])), params(ResolveAddress),
    responses((status = 200, description = "What it shows", body = Resolved),
              (status = 404, description = "It never was")))]
#[get("/v1/resolve")]
async fn resolve_address(
    _caller: Caller,
    query: Query<ResolveAddress>,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Served> {
    let path = query.0.path;
    let (locale, slug) = path.trim_matches('/').split_once('/').ok_or_else(unknown)?;
    let locale: Locale = locale.parse().map_err(|_| unknown())?;
    let slug: Slug = slug.parse().map_err(|_| unknown())?;
    let asked = Asked::new(format!("address {locale} {slug}"), String::new());
    let make = async || answer(&locale, &slug, &reader, &state).await;
    state.serve(&request, asked, make).await
}

/// 404, until it is published.
fn unknown() -> Error {
    Error::not_found("address").until_changes("list site")
}

async fn answer(locale: &Locale, slug: &Slug, reader: &Reader, state: &State) -> Result<Reply> {
    let known = resolve(reader, locale, slug).await?.ok_or_else(unknown)?;
    let status = match &known.slug {
        Some(present) if present == slug.as_str() => Fate::Current,
        Some(_) => Fate::Moved,
        None => Fate::Gone,
    };
    let keys = known
        .article_id
        .map_or_else(|| "list".to_owned(), |id| format!("article-{id}"));
    let resolved = Resolved {
        status,
        article_id: known.article_id,
        locale: locale.to_string(),
        path: known.slug.as_ref().map(|slug| format!("/{locale}/{slug}")),
        url: known
            .slug
            .as_ref()
            .map(|slug| state.site.address(locale.as_str(), slug)),
        slug: known.slug,
    };
    Ok(Reply::json(&resolved)?.surrogate_keys(&keys))
}
