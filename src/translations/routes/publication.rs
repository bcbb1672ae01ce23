//! `POST /v1/articles/{article}/translations/{locale}/publish` and `…/unpublish`

use actix_web::{post, web};
use utoipa::ToSchema;

use crate::app::State;
use crate::articles::ArticleRef;
use crate::auth::Publisher;
use crate::error::Result;
use crate::http::query::NoQuery;
use crate::http::reply::Reply;
use crate::http::{OptionalBody, Preconditions};
use crate::translations::document::{self, TranslationDocument, View};
use crate::values::fields::{Decode, Fields};
use crate::values::locale::Locale;

use super::{answer, locked, published, version_of};
/// This resource's routes.
pub(super) fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(publish_translation)
        .service(unpublish_translation);
}

/// When to publish: now.
#[derive(Debug, ToSchema)]
#[schema(example = json!({}))]
struct Publication {}

impl Decode for Publication {
    fn decode(fields: &mut Fields<'_>) -> Self {
        for name in ["publish_at", "unpublish_at"] {
            if fields.take(name).is_some() {
                fields.fault(
                    name,
                    "unsupported",
                    "publication is at once here: leave it out",
                );
            }
        }
        Publication {}
    }
}

/// Publish an article in a language
///
/// Needs `content:publish` in this locale. Readers get the newest revision at once. Honours `If-Match`.
#[utoipa::path(tag = "translations", security(("token" = [])), request_body(content = Option<Publication>, example = json!({})),
    responses((status = 200, description = "The working copy", body = TranslationDocument)))]
#[post("/v1/articles/{article}/translations/{locale}/publish")]
async fn publish_translation(
    publisher: Publisher,
    preconditions: Preconditions,
    path: web::Path<(String, Locale)>,
    _: NoQuery,
    _body: OptionalBody<Publication>,
    state: web::Data<State>,
) -> Result<Reply> {
    let (article, locale) = path.into_inner();
    publisher.writes(&locale)?;
    let reference = ArticleRef::parse(&article)?;
    let translation = state
        .db
        .write(async |conn| {
            let (article, translation) = locked(conn, &reference, &locale).await?;
            preconditions.check(Some(&version_of(&translation)))?;
            if translation.publish(conn).await? {
                published(
                    conn,
                    &article,
                    "translation.published",
                    publisher.actor(),
                    &locale,
                )
                .await?;
            }
            document::written(conn, article.id, locale.as_str()).await
        })
        .await?;
    answer(&translation, View::Working)
}

/// Take an article in a language from readers
///
/// Needs `content:publish` in this locale. The working copy stays, as a draft. Honours `If-Match`.
#[utoipa::path(tag = "translations", security(("token" = [])),
    responses((status = 200, description = "The working copy", body = TranslationDocument)))]
#[post("/v1/articles/{article}/translations/{locale}/unpublish")]
async fn unpublish_translation(
    publisher: Publisher,
    preconditions: Preconditions,
    path: web::Path<(String, Locale)>,
    _: NoQuery,
    state: web::Data<State>,
) -> Result<Reply> {
    let (article, locale) = path.into_inner();
    publisher.writes(&locale)?;
    let reference = ArticleRef::parse(&article)?;
    let translation = state
        .db
        .write(async |conn| {
            let (article, translation) = locked(conn, &reference, &locale).await?;
            preconditions.check(Some(&version_of(&translation)))?;
            translation.unpublish(conn).await?;
            published(
                conn,
                &article,
                "translation.unpublished",
                publisher.actor(),
                &locale,
            )
            .await?;
            document::written(conn, article.id, locale.as_str()).await
        })
        .await?;
    answer(&translation, View::Working)
}
