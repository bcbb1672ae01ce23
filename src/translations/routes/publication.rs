//! Publishing: `POST /v1/articles/{article}/translations/{locale}/publish`, and several languages together
//! by `POST /v1/articles/{article}/publish`.

use actix_web::{post, web};
use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use utoipa::ToSchema;

use super::{answer, locked, version_of};
use crate::app::State;
use crate::articles::drafts::Draft;
use crate::articles::{Article, ArticleRef};
use crate::auth::Publisher;
use crate::editions::document::ArticleDocument;
use crate::editions::routes::draft_reply;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::http::query::NoQuery;
use crate::http::{Body, ETag, OptionalBody, Preconditions, Reply};
use crate::translations::Translation;
use crate::translations::document::TranslationDocument;
use crate::translations::publishing::{Publication, note, show};
use crate::translations::reading::{self, View};
use crate::values::fields::{Decode, Fields};
use crate::values::locale::Locale;

/// These actions' routes.
pub(super) fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(publish_translation).service(publish_article);
}

/// When to publish, and for how long.
#[derive(Debug, ToSchema)]
#[schema(example = json!({"publish_at": "2030-01-01T06:00:00Z", "unpublish_at": null}))]
struct Times {
    /// When it is to come to readers; `null`, left out or past: at once.
    #[schema(nullable, required = false)]
    publish_at: Option<DateTime<Utc>>,
    /// When it is to be taken from readers; `null`: never. Left out: as it was said before.
    #[schema(nullable, required = false, value_type = Option<DateTime<Utc>>)]
    unpublish_at: Option<Option<DateTime<Utc>>>,
}

impl Decode for Times {
    fn decode(fields: &mut Fields<'_>) -> Self {
        let unpublish_at = fields
            .names("unpublish_at")
            .then(|| fields.time("unpublish_at"));
        Times {
            publish_at: fields.time("publish_at"),
            unpublish_at,
        }
    }
}

impl Times {
    fn publication(&self) -> Publication {
        Publication::new(self.publish_at, self.unpublish_at)
    }
}

/// Publish an article in a language, now or at a time
///
/// Needs `content:publish` in this locale. Readers get the newest revision, or at `publish_at` the one
/// that is the newest then. Honours `If-Match`.
#[utoipa::path(tag = "translations", security(("token" = [])), request_body(content = Option<Times>),
    responses((status = 200, description = "The working copy", body = TranslationDocument)))]
#[post("/v1/articles/{article}/translations/{locale}/publish")]
async fn publish_translation(
    publisher: Publisher,
    preconditions: Preconditions,
    path: web::Path<(String, Locale)>,
    _: NoQuery,
    body: OptionalBody<Times>,
    state: web::Data<State>,
) -> Result<Reply> {
    let (article, locale) = path.into_inner();
    publisher.writes(&locale)?;
    let reference = ArticleRef::parse(&article)?;
    let publication = body.0.publication();
    let translation = state
        .db
        .write(async |conn| {
            let (article, translation) = locked(conn, &reference, &locale).await?;
            preconditions.check(Some(&version_of(&translation)))?;
            let published = translation
                .publish(conn, publication, publisher.actor())
                .await?;
            end(conn, &article, publication, published.into_iter().collect()).await?;
            reading::written(conn, article.id, locale.as_str()).await
        })
        .await?;
    answer(&translation, View::Working)
}

/// Which languages to publish together, and when.
#[derive(Debug, ToSchema)]
#[schema(example = json!({"locales": ["en", "hi", "mr"], "publish_at": null}))]
struct Together {
    /// The languages.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 100, example = json!(["en", "hi", "mr"]))]
    locales: Vec<Locale>,
    #[serde(flatten)]
    times: Times,
}

impl Decode for Together {
    fn decode(fields: &mut Fields<'_>) -> Self {
        let before = fields.faults();
        fields.demand("locales");
        let locales: Option<Vec<Locale>> = fields.parsed_list("locales", 100, "malformed_locale");
        let mut locales = locales.unwrap_or_default();
        if locales.is_empty() && fields.faults() == before {
            fields.fault("locales", "required", "names at least one language");
        }
        locales.sort();
        locales.dedup();
        Together {
            locales,
            times: Times::decode(fields),
        }
    }
}

/// Publish an article in several languages at the same instant
///
/// Needs `content:publish` in all of these locales. All of the editions appear together, now or at
/// `publish_at`; when one of them cannot, none does. Honours `If-Match`.
#[utoipa::path(tag = "articles", security(("token" = [])), request_body = Together,
    responses((status = 200, description = "The working copy of the source", body = ArticleDocument)))]
#[post("/v1/articles/{article}/publish")]
async fn publish_article(
    publisher: Publisher,
    preconditions: Preconditions,
    article: web::Path<String>,
    _: NoQuery,
    body: Body<Together>,
    state: web::Data<State>,
) -> Result<Reply> {
    let Together { locales, times } = body.0;
    for locale in &locales {
        publisher.writes(locale)?;
    }
    let reference = ArticleRef::parse(&article)?;
    let publication = times.publication();
    let draft = state
        .db
        .write(async |conn| {
            let article = Article::lock(conn, &reference, None).await?;
            preconditions.check(Some(&ETag::version('a', article.version)))?;
            let mut events = vec![];
            for translation in all_of(conn, &article, &locales).await? {
                events.extend(
                    translation
                        .publish(conn, publication, publisher.actor())
                        .await?,
                );
            }
            end(conn, &article, publication, events).await?;
            Draft::written(conn, article.id, &article.source_locale).await
        })
        .await?;
    draft_reply(&draft, None, None, &state)
}

/// Ends what changed anything: what is for later is noted, what is for now is shown.
async fn end(
    conn: &mut AsyncPgConnection,
    article: &Article,
    publication: Publication,
    events: Vec<Event>,
) -> Result<()> {
    match events.is_empty() {
        true => Ok(()),
        false if publication.is_later() => note(conn, article, events).await,
        false => show(conn, article, events).await,
    }
}

/// The translations in all of these languages.
async fn all_of(
    conn: &mut AsyncPgConnection,
    article: &Article,
    locales: &[Locale],
) -> Result<Vec<Translation>> {
    let all = Translation::all(conn, article.id).await?;
    let missing: Vec<&str> = locales
        .iter()
        .map(Locale::as_str)
        .filter(|locale| !all.iter().any(|known| known.locale == *locale))
        .collect();
    if !missing.is_empty() {
        return Err(Error::conflict(format!(
            "the article is not there in {}: nothing was published",
            missing.join(", ")
        )));
    }
    let named = |translation: &Translation| {
        locales
            .iter()
            .any(|locale| locale.as_str() == translation.locale)
    };
    Ok(all.into_iter().filter(named).collect())
}
