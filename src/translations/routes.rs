//! `/v1/articles/{article}/translations`

use actix_web::{HttpRequest, delete, get, patch, put, web};
use diesel_async::AsyncPgConnection;
use serde::Serialize;

use super::document::TranslationDocument;
use super::publishing::{note, show};
use super::reading::{self, View};
use super::{NewTranslation, Translation};
use crate::app::State;
use crate::articles::drafts::Draft;
use crate::articles::{Article, ArticleRef};
use crate::auth::{Caller, Scope, Writer};
use crate::db::Reader;
use crate::editions::Edition;
use crate::editions::model::unknown;
use crate::error::{Code, Error, Problem, Result};
use crate::http::page::Collection;
use crate::http::query::NoQuery;
use crate::http::reply::{Reply, Tagged};
use crate::http::{Asked, Body, ETag, MergePatch, Preconditions, Served};
use crate::values::locale::Locale;

mod handoff;
mod moves;
mod publication;
mod revisions;
mod saves;
mod worklist;

use saves::{begin, event, save, save_event};

/// This feature's routes.
pub fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(list_translations)
        .service(find_translation)
        .service(replace_translation)
        .service(update_translation)
        .service(delete_translation)
        .configure(handoff::routes)
        .configure(moves::routes)
        .configure(publication::routes)
        .configure(revisions::routes)
        .configure(worklist::routes);
}

/// An article in all its languages
///
/// With `content:read` the working copies, otherwise what is published; the source first.
#[utoipa::path(tag = "translations", security((), ("token" = [])),
    responses((status = 200, description = "The translations", body = Collection<Tagged<TranslationDocument>>)))]
#[get("/v1/articles/{article}/translations")]
async fn list_translations(
    caller: Caller,
    article: web::Path<String>,
    _: NoQuery,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Served> {
    let view = view_for(&caller);
    let reference = ArticleRef::parse(&article)?;
    let asked = Asked::new(format!("translations {reference:?}"), String::new());
    let make = async || {
        let found = reading::find(&reader, &reference, None, view).await?;
        let Some(article_id) = found.first().map(|translation| translation.article_id) else {
            return Err(unknown(&reference));
        };
        let page = Collection::whole(found)
            .try_map(|translation| Tagged::new(translation.clone(), version(&translation, view)))?;
        Ok(page
            .reply(&request)?
            .made_of(reference.key())
            .surrogate_keys(&format!("article-{article_id}")))
    };
    state.serve(&request, asked, make).await
}

/// An article in one language
///
/// With `content:read` the working copy and the `ETag` to edit it by, otherwise what is published.
#[utoipa::path(tag = "translations", security((), ("token" = [])),
    responses((status = 200, description = "The translation", body = TranslationDocument)))]
#[get("/v1/articles/{article}/translations/{locale}")]
async fn find_translation(
    caller: Caller,
    path: web::Path<(String, Locale)>,
    _: NoQuery,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Served> {
    let (article, locale) = path.into_inner();
    let view = view_for(&caller);
    let reference = ArticleRef::parse(&article)?;
    let asked = Asked::new(format!("translation {reference:?} {locale}"), String::new());
    let make = async || {
        let found = reading::find(&reader, &reference, Some(locale.as_str()), view).await?;
        match found.into_iter().next() {
            Some(translation) => Ok(answer(&translation, view)?.made_of(reference.key())),
            None => Err(missing(&reader, &reference, &locale, view).await?),
        }
    };
    state.serve(&request, asked, make).await
}

/// Write an article in a language, or replace what was written
///
/// Needs `content:write` in this locale. Readers keep what they have until the next publication. A save
/// that changes nothing makes no revision.
#[utoipa::path(tag = "translations", security(("token" = [])), request_body = NewTranslation,
    responses((status = 200, description = "Replaced", body = TranslationDocument),
              (status = 201, description = "Begun", body = TranslationDocument)))]
#[put("/v1/articles/{article}/translations/{locale}")]
async fn replace_translation(
    writer: Writer,
    preconditions: Preconditions,
    path: web::Path<(String, Locale)>,
    _: NoQuery,
    body: Body<NewTranslation>,
    state: web::Data<State>,
) -> Result<Reply> {
    let (article, locale) = path.into_inner();
    writer.writes(&locale)?;
    let reference = ArticleRef::parse(&article)?;
    let (translation, is_new) = state
        .db
        .write(async |conn| {
            let article = Article::lock(conn, &reference, Some(locale.as_str())).await?;
            let before = Translation::find(conn, article.id, locale.as_str()).await?;
            preconditions.check(before.as_ref().map(version_of).as_ref())?;
            let new = body.0.clone();
            match &before {
                Some(before) => save(conn, &writer, &article, before, new).await?,
                None => begin(conn, &writer, &article, &locale, new).await?,
            }
            let written = reading::written(conn, article.id, locale.as_str()).await?;
            Ok((written, before.is_none()))
        })
        .await?;
    let reply = answer(&translation, View::Working)?;
    let address = format!(
        "/v1/articles/{}/translations/{locale}",
        translation.article_id
    );
    Ok(if is_new {
        reply.created(&address)
    } else {
        reply
    })
}

/// Change an article in a language
///
/// Needs `content:write` in this locale. A merge patch (RFC 7396).
#[utoipa::path(tag = "translations", security(("token" = [])),
    request_body(content((NewTranslation = "application/merge-patch+json"), (NewTranslation = "application/json"))),
    responses((status = 200, description = "The working copy", body = TranslationDocument)))]
#[patch("/v1/articles/{article}/translations/{locale}")]
async fn update_translation(
    writer: Writer,
    preconditions: Preconditions,
    path: web::Path<(String, Locale)>,
    _: NoQuery,
    patch: MergePatch,
    state: web::Data<State>,
) -> Result<Reply> {
    let (article, locale) = path.into_inner();
    writer.writes(&locale)?;
    let reference = ArticleRef::parse(&article)?;
    let translation = state
        .db
        .write(async |conn| {
            let (article, before) = locked(conn, &reference, &locale).await?;
            preconditions.check(Some(&version_of(&before)))?;
            let current = before.revision(conn, before.revision).await?;
            let new: NewTranslation = patch.apply(current.writable())?;
            save(conn, &writer, &article, &before, new).await?;
            reading::written(conn, article.id, locale.as_str()).await
        })
        .await?;
    answer(&translation, View::Working)
}

/// Delete an article in a language
///
/// Needs `content:write` in this locale, and `content:publish` when readers have it or are to have it at a
/// time that is set. The source cannot be deleted.
#[utoipa::path(tag = "translations", security(("token" = [])), responses((status = 204, description = "Deleted")))]
#[delete("/v1/articles/{article}/translations/{locale}")]
async fn delete_translation(
    writer: Writer,
    preconditions: Preconditions,
    path: web::Path<(String, Locale)>,
    _: NoQuery,
    state: web::Data<State>,
) -> Result<Reply> {
    let (article, locale) = path.into_inner();
    writer.writes(&locale)?;
    let reference = ArticleRef::parse(&article)?;
    state
        .db
        .write(async |conn| {
            let (article, translation) = locked(conn, &reference, &locale).await?;
            preconditions.check(Some(&version_of(&translation)))?;
            if translation.is_for_readers() {
                writer.also(Scope::ContentPublish)?;
            }
            translation.delete(conn, &article).await?;
            let deleted = event("translation.deleted", writer.actor(), &translation);
            match translation.is_published() {
                true => show(conn, &article, [deleted]).await,
                false => note(conn, &article, [deleted]).await,
            }
        })
        .await?;
    Ok(Reply::no_content())
}

/// The article, locked, and its translation.
async fn locked(
    conn: &mut AsyncPgConnection,
    reference: &ArticleRef,
    locale: &Locale,
) -> Result<(Article, Translation)> {
    let article = Article::lock(conn, reference, Some(locale.as_str())).await?;
    let translation = Translation::find(conn, article.id, locale.as_str()).await?;
    Ok((
        article,
        translation.ok_or_else(|| Error::not_found("translation"))?,
    ))
}

fn view_for(caller: &Caller) -> View {
    if caller.may(Scope::ContentRead) {
        View::Working
    } else {
        View::Published
    }
}

fn version_of(translation: &Translation) -> ETag {
    ETag::version('t', translation.version)
}

/// A reader's tag is not one to edit by.
fn version(translation: &TranslationDocument, view: View) -> ETag {
    match view {
        View::Working => ETag::version('t', translation.version),
        View::Published => ETag::version('e', i64::from(translation.revision)),
    }
}

fn answer(translation: &TranslationDocument, view: View) -> Result<Reply> {
    dressed(Reply::json(translation)?, translation, view)
}

/// The working copy with more around it.
fn answer_with<T: Serialize>(translation: &TranslationDocument, whole: &T) -> Result<Reply> {
    dressed(Reply::json(whole)?, translation, View::Working)
}

fn dressed(reply: Reply, translation: &TranslationDocument, view: View) -> Result<Reply> {
    Ok(reply
        .versioned(version(translation, view))
        .last_modified(translation.updated_at)
        .surrogate_keys(&format!("article-{}", translation.article_id))
        .with_header(
            actix_web::http::header::CONTENT_LANGUAGE,
            &translation.locale,
        ))
}

/// Which 404 it is: no such article, or not in this language.
async fn missing(
    reader: &Reader,
    article: &ArticleRef,
    locale: &Locale,
    view: View,
) -> Result<Error> {
    let available = match view {
        View::Working => Draft::locales(reader, article).await?,
        View::Published => Edition::locales(reader, article)
            .await?
            .into_iter()
            .map(|(locale, _)| locale)
            .collect(),
    };
    // One that was begun or published since the look-up was not there when it was asked for.
    let available: Vec<String> = available
        .into_iter()
        .filter(|known| known != locale.as_str())
        .collect();
    if available.is_empty() {
        return Ok(unknown(article));
    }
    let detail = format!(
        "the article is not there in `{locale}`; it is in {}",
        available.join(", ")
    );
    let problem = Problem::new(Code::TranslationNotAvailable, detail);
    let error: Error = problem.with("available_locales", available).into();
    Ok(match article {
        ArticleRef::Id(id) => error.until_changes(&format!("article-{id} site")),
        ArticleRef::Slug(_) => error.until_changes("list site"),
    })
}
