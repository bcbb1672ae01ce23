//! `/v1/articles/{article}/translations/{locale}/xliff`: the hand-off to translators and their tools

use actix_web::http::header;
use actix_web::{get, put, web};
use diesel_async::AsyncPgConnection;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{answer_with, event, save_event, version_of};
use crate::app::State;
use crate::articles::{Article, ArticleRef};
use crate::auth::{Insider, Writer};
use crate::db::Reader;
use crate::error::{Error, Result};
use crate::http::query::NoQuery;
use crate::http::{ETag, Preconditions, Reply, XmlBody};
use crate::locales::LocaleRow;
use crate::translations::Translation;
use crate::translations::changes::{Compared, Difference};
use crate::translations::document::TranslationDocument;
use crate::translations::handoff::{Material, Return, take};
use crate::translations::reading;
use crate::translations::xliff::origin;
use crate::values::fields::Fault;
use crate::values::locale::Locale;
use crate::values::xliff::{self, Document};

/// This resource's routes.
pub(super) fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(find_xliff).service(replace_xliff);
}

/// Hand a translation out as XLIFF
///
/// Needs `content:read`. XLIFF 2.1: the source's newest words, those of the translation where there are
/// any, a unit for each member and each paragraph. Markdown stands in it as placeholders.
#[utoipa::path(tag = "translations", security(("token" = [])),
    responses((status = 200, description = "The file", body = String, content_type = "application/xliff+xml")))]
#[get("/v1/articles/{article}/translations/{locale}/xliff")]
async fn find_xliff(
    _insider: Insider,
    path: web::Path<(String, Locale)>,
    _: NoQuery,
    reader: Reader,
) -> Result<Reply> {
    let (article, locale) = path.into_inner();
    let reference = ArticleRef::parse(&article)?;
    let material = Material::find(&reader, &reference, &locale).await?;
    let name = format!(
        "attachment; filename=\"{}-{}-{locale}.xlf\"",
        material.article, material.source_locale
    );
    let version = material.version;
    let file = web::block(move || xliff::write(&material.export(&locale))).await;
    let file = file.map_err(|error| Error::Internal(error.to_string()))?;
    let reply = Reply::bytes(file.into_bytes())
        .of_type("application/xliff+xml")
        .with_header(header::CONTENT_DISPOSITION, &name);
    Ok(match version {
        Some(version) => reply.versioned(ETag::version('t', version)),
        None => reply,
    })
}

/// A translation as it came back from translators.
#[derive(Debug, Serialize, ToSchema)]
struct Returned {
    #[serde(flatten)]
    translation: TranslationDocument,
    /// What has changed in the source since the file was made; `null`: nothing.
    source_changes: Option<Difference>,
}

/// Take a translation back as XLIFF
///
/// Needs `content:write` in this locale. The file's translations are a new revision, which follows the
/// source's revision that the file was made of: where readers of the source have a newer text by now it is
/// stale, and `source_changes` says what has changed. XLIFF 2.0 to 2.2, at most 8 MiB; a file with a
/// document type is refused.
#[utoipa::path(tag = "translations", security(("token" = [])),
    request_body(content = String, content_type = "application/xliff+xml"),
    responses((status = 200, description = "The working copy", body = Returned),
              (status = 201, description = "The first working copy", body = Returned)))]
#[put("/v1/articles/{article}/translations/{locale}/xliff")]
async fn replace_xliff(
    writer: Writer,
    preconditions: Preconditions,
    path: web::Path<(String, Locale)>,
    _: NoQuery,
    body: XmlBody,
    state: web::Data<State>,
) -> Result<Reply> {
    let (article, locale) = path.into_inner();
    writer.writes(&locale)?;
    let reference = ArticleRef::parse(&article)?;
    let document = read(body).await?;
    let (returned, is_new) = state
        .db
        .write(async |conn| {
            let article = Article::lock(conn, &reference, Some(locale.as_str())).await?;
            let before = Translation::find(conn, article.id, locale.as_str()).await?;
            preconditions.check(before.as_ref().map(version_of).as_ref())?;
            let revision = revision_of(&document, &article, &locale)?;
            let source = source_of(conn, &article).await?;
            let back = take(conn, &document, &source, before.as_ref(), revision).await?;
            keep(conn, &writer, &article, &locale, before.as_ref(), &back).await?;
            let newest = source.revision(conn, source.revision).await?;
            let changes = Difference::between(Some(&back.source), &newest, Compared::Translatable);
            let returned = Returned {
                translation: reading::written(conn, article.id, locale.as_str()).await?,
                source_changes: Some(changes).filter(|changes| !changes.fields.is_empty()),
            };
            Ok((returned, before.is_none()))
        })
        .await?;
    let address = format!(
        "/v1/articles/{}/translations/{locale}",
        returned.translation.article_id
    );
    let reply = answer_with(&returned.translation, &returned)?;
    Ok(if is_new {
        reply.created(&address)
    } else {
        reply
    })
}

/// Reads the file off the worker's thread.
async fn read(body: XmlBody) -> Result<Document> {
    let read = web::block(move || xliff::read(&body.0)).await;
    let read = read.map_err(|error| Error::Internal(error.to_string()))?;
    read.map_err(|fault| Error::fault("", "invalid_xliff", fault.to_string()))
}

/// The revision of the source that the file says it was made of, if it says so.
fn revision_of(document: &Document, article: &Article, locale: &Locale) -> Result<Option<i32>> {
    let mut faults = vec![];
    let mut wrong = |detail: String| faults.push(Fault::new("", "wrong_file", detail));
    if document.source_language != article.source_locale {
        wrong(format!(
            "it is from `{}`, and the article was written in `{}`",
            document.source_language, article.source_locale
        ));
    }
    if let Some(target) = &document.target_language
        && target != locale.as_str()
    {
        wrong(format!("it is into `{target}`, not into `{locale}`"));
    }
    let origin = origin(document);
    if let Some(origin) = &origin
        && (origin.article != article.id || origin.locale.as_str() != article.source_locale)
    {
        wrong("it was made of another article".into());
    }
    if faults.is_empty() {
        Ok(origin.map(|origin| origin.revision))
    } else {
        Err(Error::invalid(faults))
    }
}

async fn source_of(conn: &mut AsyncPgConnection, article: &Article) -> Result<Translation> {
    let source = Translation::find(conn, article.id, &article.source_locale).await?;
    source.ok_or_else(|| Error::not_found("article"))
}

/// Saves what came back, and with it how far each unit is.
async fn keep(
    conn: &mut AsyncPgConnection,
    writer: &Writer,
    article: &Article,
    locale: &Locale,
    before: Option<&Translation>,
    back: &Return,
) -> Result<()> {
    if locale.as_str() == article.source_locale {
        return Err(Error::conflict(
            "the source is what is translated from: there is nothing to take back",
        ));
    }
    let words = back.words.clone();
    let (saved, event) = match before {
        Some(before) => {
            let saved = before.save(conn, article, words, writer.actor()).await?;
            let event = save_event(conn, writer, article, before, &saved).await?;
            (saved, event)
        }
        None => {
            if !LocaleRow::exists(conn, locale).await? {
                return Err(Error::not_found("locale"));
            }
            let begun =
                Translation::create(conn, article, locale.as_str(), words, writer.actor()).await?;
            article.touch(conn).await?;
            let event = event("translation.created", writer.actor(), &begun);
            (begun, Some(event))
        }
    };
    saved.keep_states(conn, &back.states).await?;
    match event {
        Some(event) => {
            let data = json!({"revision": saved.revision, "from": "xliff"});
            event.data(data).write(conn).await
        }
        None => Ok(()),
    }
}
