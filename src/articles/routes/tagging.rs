//! `/v1/articles/{article}/tags/{tag}`

use actix_web::{HttpRequest, delete, put, web};
use diesel_async::AsyncPgConnection;

use crate::app::State;
use crate::articles::drafts::Draft;
use crate::articles::{Article, ArticleRef};
use crate::auth::Writer;
use crate::editions::document::ArticleDocument;
use crate::editions::routes::draft_reply;
use crate::error::{Error, Result};
use crate::http::query::NoQuery;
use crate::http::{NoBody, Preconditions, Reply};
use crate::tags::{Tag, TagRef};

use super::{changed, version};
/// This resource's routes.
pub(super) fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(tag_article).service(untag_article);
}

/// Add a tag to an article
///
/// Needs `content:write`. One that it bears already stays where it is.
#[utoipa::path(tag = "articles", security(("token" = [])),
    responses((status = 200, description = "The working copy of the source", body = ArticleDocument)))]
#[put("/v1/articles/{article}/tags/{tag}")]
async fn tag_article(
    writer: Writer,
    preconditions: Preconditions,
    path: web::Path<(String, String)>,
    _: NoQuery,
    _: NoBody,
    state: web::Data<State>,
) -> Result<Reply> {
    let (article, tag) = path.into_inner();
    let reference = ArticleRef::parse(&article)?;
    let draft = state
        .db
        .write(async |conn| {
            let tag = find_tag(conn, &tag).await?;
            let article = Article::lock(conn, &reference, None).await?;
            preconditions.check(Some(&version(&article)))?;
            let mut tags = article.tag_ids(conn).await?;
            if !tags.contains(&tag) {
                if tags.len() >= 50 {
                    return Err(Error::conflict("an article has at most 50 tags"));
                }
                tags.push(tag);
            }
            if article.set_tags(conn, &tags).await? {
                changed(conn, &article, &writer, "article.updated", ["tags"]).await?;
            }
            Draft::written(conn, article.id, &article.source_locale).await
        })
        .await?;
    draft_reply(&draft, None, None, &state)
}

/// Take a tag from an article
///
/// Needs `content:write`.
#[utoipa::path(tag = "articles", security(("token" = [])), responses((status = 204, description = "Taken away")))]
#[delete("/v1/articles/{article}/tags/{tag}")]
async fn untag_article(
    writer: Writer,
    preconditions: Preconditions,
    path: web::Path<(String, String)>,
    _: NoQuery,
    state: web::Data<State>,
    _request: HttpRequest,
) -> Result<Reply> {
    let (article, tag) = path.into_inner();
    let reference = ArticleRef::parse(&article)?;
    state
        .db
        .write(async |conn| {
            let tag = find_tag(conn, &tag).await?;
            let article = Article::lock(conn, &reference, None).await?;
            preconditions.check(Some(&version(&article)))?;
            let mut tags = article.tag_ids(conn).await?;
            let before = tags.len();
            tags.retain(|known| *known != tag);
            if tags.len() == before {
                return Err(Error::not_found("tag of the article"));
            }
            article.set_tags(conn, &tags).await?;
            changed(conn, &article, &writer, "article.updated", ["tags"]).await
        })
        .await?;
    Ok(Reply::no_content())
}

async fn find_tag(conn: &mut AsyncPgConnection, tag: &str) -> Result<uuid::Uuid> {
    let found = Tag::resolve(conn, &[TagRef::of(tag)], "")
        .await
        .map_err(|error| match error {
            Error::Problem(_) => Error::not_found("tag"),
            other => other,
        })?;
    found
        .first()
        .copied()
        .ok_or_else(|| Error::not_found("tag"))
}
