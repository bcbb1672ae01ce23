//! `/v1/comments/{comment}/reaction`

use actix_web::{HttpRequest, delete, put, web};
use utoipa::IntoParams;

use super::{answer, parse, visitor};
use crate::app::State;
use crate::auth::{Caller, Scope};
use crate::comments::document::CommentDocument;
use crate::comments::reactions::{NewReaction, Reaction};
use crate::db::Reader;
use crate::error::Result;
use crate::http::query::NoQuery;
use crate::http::{Body, Reply};

/// This resource's routes.
pub(super) fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(replace_reaction).service(delete_reaction);
}

/// Who is reacting or reporting.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(
    dead_code,
    reason = "only described here; it is read from the request's headers"
)]
pub(super) struct VisitorToken {
    /// Tells the visitor from others; left out: the address with its `User-Agent` does.
    #[param(rename = "Visitor-Token", min_length = 1, max_length = 255)]
    visitor_token: Option<String>,
}

/// Like a comment, or dislike it
///
/// Anyone may, once: another reaction of the same visitor takes the place of the first, and the same again changes
/// nothing. It is no edit of the comment, which keeps its version. A visitor is the address with its `User-Agent`,
/// or a `Visitor-Token` if one is sent. 404 for a comment that readers do not see, and for a deleted one.
#[utoipa::path(tag = "comments", security((), ("token" = [])), params(VisitorToken), request_body = NewReaction,
    responses((status = 200, description = "The comment", body = CommentDocument)))]
#[put("/v1/comments/{comment}/reaction")]
async fn replace_reaction(
    caller: Caller,
    comment: web::Path<String>,
    _: NoQuery,
    body: Body<NewReaction>,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Reply> {
    let id = parse(&comment)?;
    let visitor = visitor(&request, &state, &reader).await?;
    let reaction = body.0.reaction;
    let comment = state
        .db
        .write_at_once(async |conn| reaction.give(conn, id, &visitor, caller.actor()).await)
        .await?;
    answer(comment, caller.may(Scope::CommentsModerate))
}

/// Take a reaction back
///
/// The visitor's own; also when there is none. 404 as for the reaction itself.
#[utoipa::path(tag = "comments", security((), ("token" = [])), params(VisitorToken),
    responses((status = 204, description = "Taken back")))]
#[delete("/v1/comments/{comment}/reaction")]
async fn delete_reaction(
    caller: Caller,
    comment: web::Path<String>,
    _: NoQuery,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Reply> {
    let id = parse(&comment)?;
    let visitor = visitor(&request, &state, &reader).await?;
    state
        .db
        .write_at_once(async |conn| Reaction::take_back(conn, id, &visitor, caller.actor()).await)
        .await?;
    Ok(Reply::no_content())
}
