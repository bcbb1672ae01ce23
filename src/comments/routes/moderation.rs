//! `POST /v1/comments/moderate` and `GET /v1/comments/{comment}/history`

use actix_web::{HttpRequest, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::parse;
use crate::app::State;
use crate::auth::Moderator;
use crate::comments::history::{self, HistoryEntry};
use crate::comments::moderation::{Decided, Decision};
use crate::db::Reader;
use crate::error::Result;
use crate::http::page::{Collection, Limit};
use crate::http::query::{NoQuery, Query};
use crate::http::{Body, Reply};

/// These resources' routes.
pub(super) fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(moderate_comments).service(list_history);
}

/// What became of each comment.
#[derive(Debug, Serialize, ToSchema)]
struct Outcome {
    /// In the order that they were named in.
    #[schema(max_items = 500)]
    data: Vec<Decided>,
}

/// Decide on many comments
///
/// Needs `comments:moderate`. All that there are of up to 500 are brought into the state, in one
/// transaction; what there is not, and what is deleted already, is told so and changes nothing else. The
/// reports there are of them are settled.
#[utoipa::path(tag = "comments", security(("token" = [])), request_body = Decision,
    responses((status = 200, description = "What became of each", body = Outcome)))]
#[post("/v1/comments/moderate")]
async fn moderate_comments(
    moderator: Moderator,
    _: NoQuery,
    decision: Body<Decision>,
    state: web::Data<State>,
) -> Result<Reply> {
    let data = state
        .db
        .write(async |conn| decision.0.carry_out(conn, moderator.actor()).await)
        .await?;
    Reply::json(&Outcome { data })
}

/// What `GET /v1/comments/{comment}/history` takes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct ListHistory {
    /// How many a page has.
    #[param(inline)]
    limit: Limit,
    /// Where the page begins: a `next_cursor`.
    #[param(max_length = 2000)]
    cursor: Option<String>,
}

/// What became of a comment, oldest first
///
/// Needs `comments:moderate`. Who decided what and when, and what it said before each change of its words.
#[utoipa::path(tag = "comments", security(("token" = [])), params(ListHistory),
    responses((status = 200, description = "A page of its history", body = Collection<HistoryEntry>)))]
#[get("/v1/comments/{comment}/history")]
async fn list_history(
    _moderator: Moderator,
    comment: web::Path<String>,
    query: Query<ListHistory>,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Reply> {
    let id = parse(&comment)?;
    let asked = query.0;
    let name = format!("history {id}");
    let after: Option<i64> = asked
        .cursor
        .map(|cursor| state.cursors.open(&name, &cursor))
        .transpose()?;
    let entries = history::page(&reader, id, after, asked.limit.and_one()).await?;
    let seal = |last: &HistoryEntry| state.cursors.seal(&name, &last.id);
    Collection::new(entries, asked.limit, seal).reply(&request)
}
