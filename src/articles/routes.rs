//! Writing articles: `POST /v1/articles`, and all but `GET` under `/v1/articles/{article}`.

use actix_web::{delete, patch, post, web};
use diesel_async::AsyncPgConnection;
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::drafts::Draft;
use super::{Article, ArticleRef, NewArticle};
use crate::app::State;
use crate::auth::{Scope, Writer};
use crate::editions::document::ArticleDocument;
use crate::editions::routes::draft_reply;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::http::query::{self, NoQuery, Query};
use crate::http::{Body, ETag, MergePatch, NoBody, Preconditions, Reply};
use crate::locales::LocaleRow;
use crate::projection;
use crate::tags::{Tag, TagRef};
use crate::translations::publishing::Publication;
use crate::translations::{NewTranslation, Translation};
use crate::values::fields::{Decode, Fields};
use crate::values::locale::Locale;

mod previews;
mod tagging;

/// This feature's routes.
pub fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(create_article)
        .service(update_article)
        .service(delete_article)
        .service(restore_article)
        .configure(tagging::routes)
        .configure(previews::routes);
}

/// An article with its first translation.
#[derive(Debug, ToSchema)]
#[schema(as = NewArticle, example = json!({
    "source_locale": "en",
    "translation": {"title": "The old bridge reopens", "dateline": "Pune/ Mumbai", "body": "After two monsoons …"},
    "tags": ["transport"], "authors": ["A. Deshmukh"]
}))]
struct CreateArticle {
    /// The language that it is written in.
    #[schema(value_type = String, max_length = 35, example = "en")]
    source_locale: Option<Locale>,
    /// Its words in that language.
    #[schema(value_type = NewTranslation)]
    translation: Option<NewTranslation>,
    /// Publishes it at once; needs `content:publish`.
    #[schema(default = false, required = false)]
    publish: bool,
    #[serde(flatten)]
    article: NewArticle,
}

impl Decode for CreateArticle {
    fn decode(fields: &mut Fields<'_>) -> Self {
        fields.demand("source_locale");
        fields.demand("translation");
        CreateArticle {
            source_locale: fields.parsed("source_locale", "malformed_locale"),
            translation: fields.object("translation", NewTranslation::decode),
            publish: fields.flag("publish").unwrap_or(false),
            article: NewArticle::decode(fields),
        }
    }
}

/// Write a new article
///
/// Needs `content:write`, and `content:publish` to publish it at once.
#[utoipa::path(tag = "articles", security(("token" = [])), request_body = CreateArticle,
    responses((status = 201, description = "The working copy", body = ArticleDocument)))]
#[post("/v1/articles")]
async fn create_article(
    writer: Writer,
    _: NoQuery,
    body: Body<CreateArticle>,
    state: web::Data<State>,
) -> Result<Reply> {
    let CreateArticle {
        source_locale,
        translation,
        publish,
        article,
    } = body.0;
    let (Some(locale), Some(translation)) = (source_locale, translation) else {
        return Err(Error::Internal("what is demanded is not there".into()));
    };
    writer.writes(&locale)?;
    if publish {
        writer.also(Scope::ContentPublish)?;
    }
    let draft = state
        .db
        .write(async |conn| {
            let known = known_source(conn, &locale).await;
            let tags = article.tags.as_deref().unwrap_or_default();
            let tags = Tag::resolve(conn, tags, "/tags").await;
            let ((), tags) = Error::gather(known, tags)?;
            let created = Article::create(conn, locale.as_str(), &article, &tags).await?;
            let source = Translation::create(
                conn,
                &created,
                locale.as_str(),
                translation.clone(),
                writer.actor(),
            )
            .await
            .map_err(|error| error.under("/translation"))?;
            event("article.created", &writer, &created)
                .locale(locale.as_str())
                .write(conn)
                .await?;
            if publish {
                let published = source
                    .publish(conn, Publication::default(), writer.actor())
                    .await?;
                let keys = projection::project(conn, &[created.id]).await?;
                if let Some(event) = published {
                    event.keys(keys).write(conn).await?;
                }
            }
            Draft::written(conn, created.id, locale.as_str()).await
        })
        .await?;
    Ok(draft_reply(&draft, None, None, &state)?
        .created(&format!("/v1/articles/{}", draft.article_id)))
}

async fn known_source(conn: &mut AsyncPgConnection, locale: &Locale) -> Result<()> {
    let unknown = || {
        Error::fault(
            "/source_locale",
            "unknown_locale",
            "there is no such locale here",
        )
    };
    LocaleRow::exists(conn, locale)
        .await?
        .then_some(())
        .ok_or_else(unknown)
}

/// Change what is the same in every language
///
/// Needs `content:write`. A merge patch (RFC 7396); `tags` is replaced whole. Readers see the change at
/// once.
#[utoipa::path(tag = "articles", security(("token" = [])),
    request_body(content((NewArticle = "application/merge-patch+json"), (NewArticle = "application/json"))),
    responses((status = 200, description = "The working copy of the source", body = ArticleDocument)))]
#[patch("/v1/articles/{article}")]
async fn update_article(
    writer: Writer,
    preconditions: Preconditions,
    article: web::Path<String>,
    _: NoQuery,
    patch: MergePatch,
    state: web::Data<State>,
) -> Result<Reply> {
    let reference = ArticleRef::parse(&article)?;
    let draft = state
        .db
        .write(async |conn| {
            let named = patch
                .list("tags")
                .map(|tags| tags.iter().map(|tag| TagRef::of(tag)).collect::<Vec<_>>());
            // Tags are locked before the article: the order that everybody keeps. Faults are told below.
            let tags = match &named {
                Some(named) => Tag::resolve(conn, named, "/tags").await.map(Some),
                None => Ok(patch.has("tags").then(Vec::new)),
            };
            let article = Article::lock(conn, &reference, None).await?;
            preconditions.check(Some(&version(&article)))?;
            let (new, tags) = Error::gather(patch.apply::<NewArticle>(article.writable()), tags)?;
            let retagged = match &tags {
                Some(tags) => article.set_tags(conn, tags).await?,
                None => false,
            };
            if retagged || new.differs(&article) {
                article.update(conn, &new).await?;
                changed(conn, &article, &writer, "article.updated", patch.names()).await?;
            }
            Draft::written(conn, article.id, &article.source_locale).await
        })
        .await?;
    draft_reply(&draft, None, None, &state)
}

/// What deleting an article takes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct DeleteArticle {
    /// Erases it with everything under it, in the trash or not; needs `admin`.
    #[serde(deserialize_with = "query::flag")]
    permanent: Option<bool>,
}

/// Put an article into the trash
///
/// Needs `content:write`, and `content:publish` when readers have it or are to have it at a time that is
/// set. It is gone for readers at once and can be restored for 30 days.
#[utoipa::path(tag = "articles", security(("token" = [])), params(DeleteArticle),
    responses((status = 204, description = "In the trash, or erased")))]
#[delete("/v1/articles/{article}")]
async fn delete_article(
    writer: Writer,
    preconditions: Preconditions,
    article: web::Path<String>,
    query: Query<DeleteArticle>,
    state: web::Data<State>,
) -> Result<Reply> {
    let reference = ArticleRef::parse(&article)?;
    let permanent = query.0.permanent.unwrap_or(false);
    if permanent {
        writer.also(Scope::Admin)?;
    }
    state
        .db
        .write(async |conn| {
            let article = if permanent {
                Article::lock_any(conn, &reference, None).await?
            } else {
                Article::lock(conn, &reference, None).await?
            };
            preconditions.check(Some(&version(&article)))?;
            may_touch_all(conn, &writer, &article).await?;
            let (kind, keys) = match permanent {
                true => ("article.erased", article.erase(conn).await?),
                false => ("article.trashed", article.trash(conn).await?),
            };
            event(kind, &writer, &article).keys(keys).write(conn).await
        })
        .await?;
    Ok(Reply::no_content())
}

/// Take an article out of the trash
///
/// Needs `content:write`, and `content:publish` when readers had it or were to. It comes back as it was, published
/// editions included. Honours `If-Match`.
#[utoipa::path(tag = "articles", security(("token" = [])),
    responses((status = 200, description = "The working copy of the source", body = ArticleDocument)))]
#[post("/v1/articles/{article}/restore")]
async fn restore_article(
    writer: Writer,
    preconditions: Preconditions,
    article: web::Path<String>,
    _: NoQuery,
    _: NoBody,
    state: web::Data<State>,
) -> Result<Reply> {
    let reference = ArticleRef::parse(&article)?;
    let draft = state
        .db
        .write(async |conn| {
            let article = Article::lock_any(conn, &reference, None).await?;
            preconditions.check(Some(&version(&article)))?;
            may_touch_all(conn, &writer, &article).await?;
            let keys = article.restore(conn).await?;
            event("article.restored", &writer, &article)
                .keys(keys)
                .write(conn)
                .await?;
            Draft::written(conn, article.id, &article.source_locale).await
        })
        .await?;
    draft_reply(&draft, None, None, &state)
}

/// Counts the article as changed, shows readers the change, and writes the event.
async fn changed<'a>(
    conn: &mut AsyncPgConnection,
    article: &Article,
    writer: &Writer,
    kind: &'static str,
    members: impl IntoIterator<Item = &'a str>,
) -> Result<()> {
    let members: Vec<&str> = members.into_iter().collect();
    article.touch(conn).await?;
    let keys = projection::project(conn, &[article.id]).await?;
    let data = json!({"members": members});
    event(kind, writer, article)
        .data(data)
        .keys(keys)
        .write(conn)
        .await
}

/// Lets pass who may take the whole article from readers, in all its languages.
async fn may_touch_all(
    conn: &mut AsyncPgConnection,
    writer: &Writer,
    article: &Article,
) -> Result<()> {
    let translations = Translation::all(conn, article.id).await?;
    for translation in &translations {
        writer.in_locale(&translation.locale)?;
    }
    if translations.iter().any(Translation::is_for_readers) {
        writer.also(Scope::ContentPublish)?;
    }
    Ok(())
}

fn event(kind: &'static str, writer: &Writer, article: &Article) -> Event {
    Event::new(kind, writer.actor()).article(article.id)
}

fn version(article: &Article) -> ETag {
    ETag::version('a', article.version)
}
