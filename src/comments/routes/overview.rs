//! `GET /v1/comments` and `GET /v1/comments/counts`

use actix_web::{HttpRequest, get, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::State;
use crate::articles::ArticleRef;
use crate::auth::{Caller, Moderator};
use crate::comments::document::CommentDocument;
use crate::comments::model::Comment;
use crate::comments::queue::{self, Queue};
use crate::db::Reader;
use crate::error::Result;
use crate::http::page::{Collection, Limit, Total};
use crate::http::query::{self, Query};
use crate::http::reply::{Reply, Tagged};
use crate::http::{Asked, Served};
use crate::values::locale::Locale;

use super::tagged;

/// These resources' routes. `counts` stands before the ids, which it could be taken for.
pub(super) fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(list_comments).service(count_comments);
}

/// What `GET /v1/comments` takes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct ListComments {
    /// Only those in this status.
    #[param(inline)]
    status: Option<Status>,
    /// Only those under this article: its id or slug.
    #[param(max_length = 200)]
    article: Option<String>,
    /// Only those in this language.
    #[param(inline, value_type = Option<String>)]
    locale: Option<Locale>,
    /// How many a page has.
    #[param(inline)]
    limit: Limit,
    /// Where the page begins: a `next_cursor`.
    #[param(max_length = 2000)]
    cursor: Option<String>,
    /// `exact` counts all matches.
    #[param(inline)]
    total: Option<Total>,
}

/// The states of a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Status {
    /// Waits for a moderator.
    Pending,
    /// Is to be seen.
    Approved,
    /// Is not.
    Rejected,
    /// Is not, and was an advertisement.
    Spam,
    /// Has lost its words.
    Deleted,
}

/// What `GET /v1/comments/counts` takes.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CountComments {
    /// The articles, by id with commas between them; at most 100.
    #[serde(deserialize_with = "query::commas")]
    #[param(value_type = String, max_length = 3700)]
    articles: Option<Vec<Uuid>>,
}

/// How many comments an article has.
#[derive(Debug, Serialize, ToSchema)]
struct CommentCount {
    /// The article.
    article_id: Uuid,
    /// How many are to be seen.
    #[schema(minimum = 0, example = 3)]
    approved_count: i64,
}

/// How many comments each of some articles has.
#[derive(Debug, Serialize, ToSchema)]
struct CommentCounts {
    /// Those of the articles that readers see.
    #[schema(max_items = 100)]
    data: Vec<CommentCount>,
}

/// Comments across articles, newest first
///
/// Needs `comments:moderate`.
#[utoipa::path(tag = "comments", security(("token" = [])), params(ListComments),
    responses((status = 200, description = "A page of comments", body = Collection<Tagged<CommentDocument>>)))]
#[get("/v1/comments")]
async fn list_comments(
    _moderator: Moderator,
    query: Query<ListComments>,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Reply> {
    let asked = query.0;
    let name = format!(
        "queue {:?} {:?} {:?}",
        asked.status, asked.article, asked.locale
    );
    let after: Option<(DateTime<Utc>, Uuid)> = asked
        .cursor
        .map(|cursor| state.cursors.open(&name, &cursor))
        .transpose()?;
    let queue = Queue {
        status: asked.status.map(Status::name),
        article: asked
            .article
            .as_deref()
            .map(ArticleRef::parse)
            .transpose()?,
        locale: asked.locale.map(String::from),
        after,
        limit: asked.limit.and_one(),
    };
    let total = match asked.total {
        Some(Total::Exact) => Some(queue.count(&reader).await?),
        None => None,
    };
    let comments = queue.load(&reader).await?;
    let seal = |last: &Comment| state.cursors.seal(&name, &(last.created_at, last.id));
    Collection::new(comments, asked.limit, seal)
        .with_total(total)
        .try_map(|comment| tagged(comment, true))?
        .reply(&request)
}

/// How many comments articles have
///
/// For up to 100 articles in one call; those that readers do not see are left out.
#[utoipa::path(tag = "comments", security((), ("token" = [])), params(CountComments),
    responses((status = 200, description = "The counts", body = CommentCounts)))]
#[get("/v1/comments/counts")]
async fn count_comments(
    _caller: Caller,
    query: Query<CountComments>,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Served> {
    let articles = query.0.articles.unwrap_or_default();
    let asked = Asked::new(format!("comment counts {articles:?}"), String::new());
    let make = async || count(articles, &reader).await;
    state.serve(&request, asked, make).await
}

async fn count(articles: Vec<Uuid>, reader: &Reader) -> Result<Reply> {
    let keys: Vec<String> = articles.iter().map(|id| format!("article-{id}")).collect();
    let counted = queue::counts(reader, articles).await?;
    let data = counted
        .into_iter()
        .map(|(article_id, approved_count)| CommentCount {
            article_id,
            approved_count,
        });
    Ok(Reply::json(&CommentCounts {
        data: data.collect(),
    })?
    .surrogate_keys(&keys.join(" ")))
}

impl Status {
    fn name(self) -> String {
        match self {
            Status::Pending => "pending",
            Status::Approved => "approved",
            Status::Rejected => "rejected",
            Status::Spam => "spam",
            Status::Deleted => "deleted",
        }
        .to_owned()
    }
}
