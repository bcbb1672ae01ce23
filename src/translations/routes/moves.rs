//! `POST /v1/articles/{article}/translations/{locale}/…`: the moves that need nothing but a decision.

use actix_web::{post, web};
use diesel_async::AsyncPgConnection;
use serde_json::json;
use utoipa::ToSchema;

use super::{answer, event, locked, version_of};
use crate::app::State;
use crate::articles::ArticleRef;
use crate::auth::{Holder, Publisher, Writer};
use crate::error::Result;
use crate::events::Event;
use crate::http::query::NoQuery;
use crate::http::{Body, NoBody, Preconditions, Reply};
use crate::translations::Translation;
use crate::translations::document::TranslationDocument;
use crate::translations::publishing::{note, show};
use crate::translations::reading::{self, View};
use crate::values::fields::{Decode, Fields, Unit};
use crate::values::locale::Locale;

/// These actions' routes.
pub(super) fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(submit_translation)
        .service(reject_translation)
        .service(unpublish_translation)
        .service(archive_translation)
        .service(reopen_translation);
}

/// Hand a draft to its editor
///
/// Needs `content:write` in this locale. A draft is in review then. Honours `If-Match`.
#[utoipa::path(tag = "translations", security(("token" = [])),
    responses((status = 200, description = "The working copy", body = TranslationDocument)))]
#[post("/v1/articles/{article}/translations/{locale}/submit")]
async fn submit_translation(
    writer: Writer,
    preconditions: Preconditions,
    path: web::Path<(String, Locale)>,
    _: NoQuery,
    _: NoBody,
    state: web::Data<State>,
) -> Result<Reply> {
    act(
        &writer,
        &preconditions,
        path,
        &state,
        async |conn, translation| {
            translation.submit(conn).await?;
            let submitted = event("translation.submitted", writer.actor(), translation);
            Ok(submitted.data(json!({"revision": translation.revision})))
        },
    )
    .await
}

/// Why a text goes back.
#[derive(Debug, ToSchema)]
#[schema(example = json!({"reason": "The second paragraph names the wrong bridge."}))]
struct Rejection {
    /// What is to be done about it.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
}

impl Decode for Rejection {
    fn decode(fields: &mut Fields<'_>) -> Self {
        Rejection {
            reason: fields.required_text("reason", 2000, Unit::Characters),
        }
    }
}

/// Hand a text back to its writer
///
/// Needs `content:publish` in this locale. What was in review is a draft then; the reason stands in the
/// article's history. Honours `If-Match`.
#[utoipa::path(tag = "translations", security(("token" = [])), request_body = Rejection,
    responses((status = 200, description = "The working copy", body = TranslationDocument)))]
#[post("/v1/articles/{article}/translations/{locale}/reject")]
async fn reject_translation(
    publisher: Publisher,
    preconditions: Preconditions,
    path: web::Path<(String, Locale)>,
    _: NoQuery,
    body: Body<Rejection>,
    state: web::Data<State>,
) -> Result<Reply> {
    act(
        &publisher,
        &preconditions,
        path,
        &state,
        async |conn, translation| {
            translation.reject(conn).await?;
            let data = json!({"revision": translation.revision, "reason": body.0.reason});
            Ok(event("translation.rejected", publisher.actor(), translation).data(data))
        },
    )
    .await
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
    _: NoBody,
    state: web::Data<State>,
) -> Result<Reply> {
    act(
        &publisher,
        &preconditions,
        path,
        &state,
        async |conn, translation| {
            translation.unpublish(conn).await?;
            Ok(event(
                "translation.unpublished",
                publisher.actor(),
                translation,
            ))
        },
    )
    .await
}

/// Put an article in a language away
///
/// Needs `content:publish` in this locale. Readers lose it, and a schedule is off. Honours `If-Match`.
#[utoipa::path(tag = "translations", security(("token" = [])),
    responses((status = 200, description = "The working copy", body = TranslationDocument)))]
#[post("/v1/articles/{article}/translations/{locale}/archive")]
async fn archive_translation(
    publisher: Publisher,
    preconditions: Preconditions,
    path: web::Path<(String, Locale)>,
    _: NoQuery,
    _: NoBody,
    state: web::Data<State>,
) -> Result<Reply> {
    act(
        &publisher,
        &preconditions,
        path,
        &state,
        async |conn, translation| {
            translation.archive(conn).await?;
            Ok(event(
                "translation.archived",
                publisher.actor(),
                translation,
            ))
        },
    )
    .await
}

/// Take an article in a language up again
///
/// Needs `content:publish` in this locale. What was archived or scheduled is a draft then. Honours
/// `If-Match`.
#[utoipa::path(tag = "translations", security(("token" = [])),
    responses((status = 200, description = "The working copy", body = TranslationDocument)))]
#[post("/v1/articles/{article}/translations/{locale}/reopen")]
async fn reopen_translation(
    publisher: Publisher,
    preconditions: Preconditions,
    path: web::Path<(String, Locale)>,
    _: NoQuery,
    _: NoBody,
    state: web::Data<State>,
) -> Result<Reply> {
    act(
        &publisher,
        &preconditions,
        path,
        &state,
        async |conn, translation| {
            translation.reopen(conn).await?;
            Ok(event(
                "translation.reopened",
                publisher.actor(),
                translation,
            ))
        },
    )
    .await
}

/// Makes the move on the translation that is named, shows readers what that means where they have an
/// edition, and answers with the working copy.
async fn act<S>(
    holder: &Holder<S>,
    preconditions: &Preconditions,
    path: web::Path<(String, Locale)>,
    state: &State,
    make: impl AsyncFn(&mut AsyncPgConnection, &Translation) -> Result<Event>,
) -> Result<Reply> {
    let (article, locale) = path.into_inner();
    holder.writes(&locale)?;
    let reference = ArticleRef::parse(&article)?;
    let translation = state
        .db
        .write(async |conn| {
            let (article, translation) = locked(conn, &reference, &locale).await?;
            preconditions.check(Some(&version_of(&translation)))?;
            let made = make(conn, &translation).await?;
            if translation.is_published() {
                show(conn, &article, [made]).await?;
            } else {
                note(conn, &article, [made]).await?;
            }
            reading::written(conn, article.id, locale.as_str()).await
        })
        .await?;
    answer(&translation, View::Working)
}
