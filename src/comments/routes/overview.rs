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
use crate::comments::queue::{self, Author, Queue, Words};
use crate::comments::status::Status;
use crate::db::Reader;
use crate::error::{Code, Error, Result};
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
    /// Only those by this author: an e-mail address or a name, in any case; or the id of a comment, for
    /// all from the same e-mail address, or the same address as far as that can be told.
    #[param(max_length = 254, example = "meera@example.org")]
    author: Option<String>,
    /// `true`: only those that readers have reported since a moderator last decided; `false`: only others.
    #[serde(deserialize_with = "query::flag")]
    reported: Option<bool>,
    /// Only those with all of these words; the last may be begun only.
    #[param(max_length = 1000, example = "bus fas")]
    q: Option<String>,
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
/// Needs `comments:moderate`. Filters go together: what is listed meets all of them.
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
    let name = asked.name_of_list();
    let after: Option<(DateTime<Utc>, Uuid)> = asked
        .cursor
        .as_deref()
        .map(|cursor| state.cursors.open(&name, cursor))
        .transpose()?;
    let queue = asked.queue(after)?;
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

/// The most characters of an author.
const LONGEST: usize = 254;

impl ListComments {
    /// Names the list by what is in it, so that a cursor serves no other.
    fn name_of_list(&self) -> String {
        format!(
            "queue {:?} {:?} {:?} {:?} {:?} {:?}",
            self.status, self.article, self.locale, self.author, self.reported, self.q
        )
    }

    fn queue(&self, after: Option<(DateTime<Utc>, Uuid)>) -> Result<Queue> {
        let article = self.article.as_deref().map(ArticleRef::parse);
        Ok(Queue {
            status: self.status,
            article: article.transpose()?,
            locale: self.locale.clone().map(String::from),
            author: self.author()?,
            reported: self.reported,
            words: Words::parse(self.q.as_deref().unwrap_or_default())?,
            after,
            limit: self.limit.and_one(),
        })
    }

    /// Whose comments are asked for; a blank author is none.
    fn author(&self) -> Result<Option<Author>> {
        let author = self.author.as_deref().unwrap_or_default().trim();
        if author.chars().nth(LONGEST).is_some() {
            let detail = format!("author: takes at most {LONGEST} characters");
            return Err(Error::problem(Code::InvalidParameter, detail));
        }
        Ok((!author.is_empty()).then(|| Author::parse(author)))
    }
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
