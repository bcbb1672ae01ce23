//! `/v1/feeds/{locale}.rss`, `.atom` and `.json`: the newest editions in a language

use actix_web::{HttpRequest, get, web};
use serde::Deserialize;
use utoipa::IntoParams;

use super::publication;
use crate::app::State;
use crate::auth::Caller;
use crate::db::Reader;
use crate::error::{Error, Result};
use crate::http::query::Query;
use crate::http::{Asked, Reply, Served};
use crate::locales::LocaleRow;
use crate::publishing::feed::json::JsonFeed;
use crate::publishing::feed::{Feed, FeedOf, atom, only, rss};
use crate::tags::TagRef;
use crate::tags::document::{self, TagDocument};
use crate::values::address::path_segment;
use crate::values::locale::Locale;

/// This resource's routes.
pub(super) fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(find_rss_feed)
        .service(find_atom_feed)
        .service(find_json_feed);
}

/// What a feed takes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct FindFeed {
    /// Only what bears this tag, by slug, id or synonym.
    #[param(max_length = 120, example = "transport")]
    tag: Option<String>,
}

/// What a feed is written as.
#[derive(Debug, Clone, Copy)]
enum Format {
    Rss,
    Atom,
    Json,
}

/// The newest articles in a language, as RSS
///
/// RSS 2.0 with the 20 that came to readers last, with summaries. A `guid` never changes. 404 for a
/// language that readers do not get, and for a tag that there is not.
#[utoipa::path(tag = "publishing", security((), ("token" = [])), params(("locale" = String, Path), FindFeed),
    responses((status = 200, description = "The feed", body = String, content_type = "application/rss+xml")))]
#[get("/v1/feeds/{locale}.rss")]
async fn find_rss_feed(
    _caller: Caller,
    locale: web::Path<Locale>,
    query: Query<FindFeed>,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Served> {
    serve(
        Format::Rss,
        &locale,
        query.0.tag.as_deref(),
        &reader,
        (&state, &request),
    )
    .await
}

/// The newest articles in a language, as Atom
///
/// RFC 4287, with the 20 that came to readers last, with summaries. An `id` never changes. 404 for a
/// language that readers do not get, and for a tag that there is not.
#[utoipa::path(tag = "publishing", security((), ("token" = [])), params(("locale" = String, Path), FindFeed),
    responses((status = 200, description = "The feed", body = String, content_type = "application/atom+xml")))]
#[get("/v1/feeds/{locale}.atom")]
async fn find_atom_feed(
    _caller: Caller,
    locale: web::Path<Locale>,
    query: Query<FindFeed>,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Served> {
    serve(
        Format::Atom,
        &locale,
        query.0.tag.as_deref(),
        &reader,
        (&state, &request),
    )
    .await
}

/// The newest articles in a language, as JSON Feed
///
/// JSON Feed 1.1 with the 20 that came to readers last, with summaries. An `id` never changes. 404 for a
/// language that readers do not get, and for a tag that there is not.
#[utoipa::path(tag = "publishing", security((), ("token" = [])), params(("locale" = String, Path), FindFeed),
    responses((status = 200, description = "The feed", body = JsonFeed<'static>, content_type = "application/feed+json")))]
#[get("/v1/feeds/{locale}.json")]
async fn find_json_feed(
    _caller: Caller,
    locale: web::Path<Locale>,
    query: Query<FindFeed>,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Served> {
    serve(
        Format::Json,
        &locale,
        query.0.tag.as_deref(),
        &reader,
        (&state, &request),
    )
    .await
}

async fn serve(
    format: Format,
    locale: &Locale,
    tag: Option<&str>,
    reader: &Reader,
    (state, request): (&State, &HttpRequest),
) -> Result<Served> {
    let asked = Asked::new(format!("feed {}", format.path(locale, tag)), String::new());
    let make = async || feed(format, locale, tag, reader, state).await;
    state.serve(request, asked, make).await
}

async fn feed(
    format: Format,
    locale: &Locale,
    tag: Option<&str>,
    reader: &Reader,
    state: &State,
) -> Result<Reply> {
    let language = LocaleRow::find(reader, locale).await?;
    let language = language
        .filter(|language| language.enabled)
        .ok_or_else(|| Error::not_found("locale").until_changes("locales site"))?;
    let found = match tag {
        Some(tag) => Some(named(reader, tag, locale).await?),
        None => None,
    };
    let wanted = FeedOf {
        locale,
        language: &language,
        tag: found.as_ref(),
        path: &format.path(locale, tag),
    };
    let feed = Feed::load(reader, &publication(state), &wanted).await?;
    let keys = match &found {
        Some(tag) => format!("list-{locale} tag-{}", tag.id),
        None => format!("list-{locale}"),
    };
    Ok(format
        .write(&feed)?
        .last_modified(feed.updated)
        .in_language(locale)
        .made_of(found.map(|_| "tags".to_owned()))
        .surrogate_keys(&keys))
}

/// The tag by any of its names.
async fn named(reader: &Reader, tag: &str, locale: &Locale) -> Result<TagDocument> {
    let found = document::find(reader, &TagRef::of(tag), &only(locale)).await?;
    found.ok_or_else(|| Error::not_found("tag").until_changes("tags site"))
}

impl Format {
    fn path(self, locale: &Locale, tag: Option<&str>) -> String {
        let extension = match self {
            Format::Rss => "rss",
            Format::Atom => "atom",
            Format::Json => "json",
        };
        let query = tag.map(|tag| format!("?tag={}", path_segment(tag)));
        format!(
            "/v1/feeds/{locale}.{extension}{}",
            query.unwrap_or_default()
        )
    }

    fn write(self, feed: &Feed) -> Result<Reply> {
        Ok(match self {
            Format::Rss => Reply::bytes(rss::write(feed)?).of_type("application/rss+xml"),
            Format::Atom => Reply::bytes(atom::write(feed)?).of_type("application/atom+xml"),
            Format::Json => Reply::json(&JsonFeed::of(feed))?.of_type("application/feed+json"),
        })
    }
}
