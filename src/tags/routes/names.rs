//! `/v1/tags/{tag}/translations`

use actix_web::{HttpRequest, delete, get, put, web};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::State;
use crate::auth::{Caller, Tagger};
use crate::db::Reader;
use crate::error::Result;
use crate::http::page::Collection;
use crate::http::query::NoQuery;
use crate::http::reply::{Reply, Tagged};
use crate::http::{Asked, Body, Preconditions, Served};
use crate::projection;
use crate::tags::document::{self, TagDocument, TagTranslation};
use crate::tags::model::{NewTagTranslation, Tag, TagRef};
use crate::values::address::path_segment;
use crate::values::locale::Locale;

use super::{answer, counted, event, in_its_own_language, moved, unknown, version, version_of};
/// This resource's routes.
pub(super) fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(list_tag_translations)
        .service(replace_tag_translation)
        .service(delete_tag_translation);
}

/// A tag's name in one language.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct NamedTranslation {
    /// The language.
    #[schema(max_length = 35, example = "hi")]
    locale: String,
    #[serde(flatten)]
    #[schema(value_type = TagTranslation)]
    translation: Value,
}

/// A tag's names in other languages than its own
#[utoipa::path(tag = "tags", security((), ("token" = [])),
    responses((status = 200, description = "The names", body = Collection<Tagged<NamedTranslation>>)))]
#[get("/v1/tags/{tag}/translations")]
async fn list_tag_translations(
    _caller: Caller,
    tag: web::Path<String>,
    _: NoQuery,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Served> {
    let asked = Asked::new(format!("tag translations {tag}"), String::new());
    let make = async || list(&TagRef::of(&tag), &reader, &request).await;
    state.serve(&request, asked, make).await
}

async fn list(tag: &TagRef, reader: &Reader, request: &HttpRequest) -> Result<Reply> {
    let found = in_its_own_language(reader, tag).await?;
    if matches!(found.kind.as_str(), "synonym" | "former") {
        return Err(moved(&found, "/translations", request));
    }
    let Value::Object(translations) = &found.translations else {
        return Err(unknown());
    };
    let names = translations
        .iter()
        .map(|(locale, translation)| NamedTranslation {
            locale: locale.clone(),
            translation: translation.clone(),
        });
    let page =
        Collection::whole(names.collect()).try_map(|name| Tagged::new(name, version(&found)))?;
    Ok(page
        .reply(request)?
        .made_of(counted())
        .surrogate_keys(&format!("tag-{}", found.id)))
}

/// Name a tag in another language
///
/// Needs `tags:write`. The `ETag` is the tag's own.
#[utoipa::path(tag = "tags", security(("token" = [])), request_body = NewTagTranslation,
    responses((status = 200, description = "Replaced: the tag", body = TagDocument),
              (status = 201, description = "Added: the tag", body = TagDocument)))]
#[put("/v1/tags/{tag}/translations/{locale}")]
async fn replace_tag_translation(
    tagger: Tagger,
    preconditions: Preconditions,
    path: web::Path<(String, Locale)>,
    _: NoQuery,
    body: Body<NewTagTranslation>,
    state: web::Data<State>,
) -> Result<Reply> {
    let (tag, locale) = path.into_inner();
    let (tag, is_new) = state
        .db
        .write(async |conn| {
            let tag = Tag::lock(conn, &TagRef::of(&tag)).await?;
            let named = tag.is_named_in(conn, &locale).await?;
            preconditions.check_part(&version_of(&tag), named)?;
            let is_new = tag.translate(conn, &locale, &body.0).await?;
            let lists = projection::lists_bearing(conn, tag.id).await?;
            event("tag.translated", &tagger, &tag)
                .keys(lists)
                .locale(locale.as_str())
                .write(conn)
                .await?;
            Ok((document::written(conn, tag.id).await?, is_new))
        })
        .await?;
    let reply = answer(&tag)?;
    let address = format!("/v1/tags/{}/translations/{locale}", path_segment(&tag.slug));
    Ok(if is_new {
        reply.created(&address)
    } else {
        reply
    })
}

/// Take a tag's name in a language away
///
/// Needs `tags:write`.
#[utoipa::path(tag = "tags", security(("token" = [])), responses((status = 204, description = "Taken away")))]
#[delete("/v1/tags/{tag}/translations/{locale}")]
async fn delete_tag_translation(
    tagger: Tagger,
    preconditions: Preconditions,
    path: web::Path<(String, Locale)>,
    _: NoQuery,
    state: web::Data<State>,
) -> Result<Reply> {
    let (tag, locale) = path.into_inner();
    state
        .db
        .write(async |conn| {
            let tag = Tag::lock(conn, &TagRef::of(&tag)).await?;
            preconditions.check(Some(&version_of(&tag)))?;
            tag.untranslate(conn, &locale).await?;
            let lists = projection::lists_bearing(conn, tag.id).await?;
            event("tag.untranslated", &tagger, &tag)
                .keys(lists)
                .locale(locale.as_str())
                .write(conn)
                .await
        })
        .await?;
    Ok(Reply::no_content())
}
