//! `/v1/articles/{article}/comments` and `/v1/comments`

use std::net::{IpAddr, Ipv4Addr};

use actix_web::http::header::HeaderValue;
use actix_web::{HttpRequest, delete, get, patch, web};
use diesel_async::AsyncPgConnection;
use serde_json::{Map, Value, json};
use utoipa::IntoParams;
use uuid::Uuid;

use super::document::CommentDocument;
use super::model::{Comment, Verdict};
use super::notices::replied;
use super::queue::{self, Eyes};
use super::reactions::reactions_key;
use super::screening::Screening;
use super::text::CommentChanges;
use super::visitors::{Traces, Visitor};
use crate::app::State;
use crate::auth::{Caller, Scope};
use crate::db::Reader;
use crate::error::{Code, Error, Result};
use crate::http::peer;
use crate::http::query::NoQuery;
use crate::http::reply::{Reply, Tagged};
use crate::http::{ETag, MergePatch, Preconditions};
use crate::values::merge_patch::members;

mod bans;
mod form;
mod moderation;
mod notices;
mod overview;
mod posting;
mod privacy;
mod reactions;
mod reports;
mod threads;

/// This feature's routes. Names stand before the ids, which they could be taken for.
pub fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .configure(threads::routes)
        .configure(posting::routes)
        .configure(overview::routes)
        .configure(moderation::routes)
        .configure(privacy::routes)
        .configure(bans::routes)
        .configure(form::routes)
        .configure(notices::routes)
        .configure(reactions::routes)
        .configure(reports::routes)
        .service(find_comment)
        .service(update_comment)
        .service(delete_comment);
}

/// One comment
///
/// As readers see it; with `comments:moderate`, or the writer's `Comment-Edit-Token`, in any state.
#[utoipa::path(tag = "comments", security((), ("token" = [])), params(EditToken),
    responses((status = 200, description = "The comment", body = CommentDocument)))]
#[get("/v1/comments/{comment}")]
async fn find_comment(
    caller: Caller,
    comment: web::Path<String>,
    _: NoQuery,
    reader: Reader,
    request: HttpRequest,
) -> Result<Reply> {
    let id = parse(&comment)?;
    let moderator = caller.may(Scope::CommentsModerate);
    let token = edit_token(&request)?;
    let eyes = match &token {
        _ if moderator => Eyes::Moderator,
        Some(_) => Eyes::Writer,
        None => Eyes::Reader,
    };
    let found = queue::find(&reader, id, eyes).await?;
    let found = found.ok_or_else(not_found)?;
    if let (Some(token), false) = (&token, moderator || found.is_deleted()) {
        found.admit(token)?;
    }
    let reply = answer(found, moderator)?;
    // What its writer sees is nobody else's.
    Ok(if token.is_some() {
        reply.private()
    } else {
        reply
    })
}

/// The token of a comment's writer.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(
    dead_code,
    reason = "only described here; it is read from the request's headers"
)]
struct EditToken {
    /// The token that the comment was answered with when it was posted.
    #[param(rename = "Comment-Edit-Token", max_length = 64)]
    comment_edit_token: Option<String>,
}

/// Moderate a comment, or change one's own
///
/// A merge patch (RFC 7396). With `comments:moderate`: anything, `status` and `reason` included; a
/// `status`, be it the same, settles the reports there are. With the writer's `Comment-Edit-Token`, for
/// 15 minutes: the words and the name; under pre-moderation an approved comment then waits again.
#[utoipa::path(tag = "comments", security((), ("token" = [])), params(EditToken),
    request_body(content((CommentChanges = "application/merge-patch+json"), (CommentChanges = "application/json"))),
    responses((status = 200, description = "The comment", body = CommentDocument)))]
#[patch("/v1/comments/{comment}")]
async fn update_comment(
    caller: Caller,
    preconditions: Preconditions,
    comment: web::Path<String>,
    _: NoQuery,
    patch: MergePatch,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Reply> {
    let id = parse(&comment)?;
    let moderator = caller.may(Scope::CommentsModerate);
    let token = admission(&caller, &request)?;
    let comment = state
        .db
        .write(async |conn| {
            let before = Comment::lock(conn, id).await?;
            admit(conn, &before, moderator, token.as_deref()).await?;
            if before.is_deleted() {
                return Err(if moderator {
                    Error::conflict("the comment is deleted")
                } else {
                    not_found()
                });
            }
            if !moderator && (patch.has("status") || patch.has("reason")) {
                return Err(Error::problem(
                    Code::Forbidden,
                    "this needs the scope `comments:moderate`",
                ));
            }
            preconditions.check(Some(&ETag::version('c', before.version)))?;
            let mut new: CommentChanges = patch.apply(writable(&before))?;
            let decided = moderator && patch.has("status");
            let settles = decided && before.is_unsettled(&new.status);
            if new.says_the_same(&before) && !settles {
                return Ok(before);
            }
            let verdict = match () {
                () if decided => Verdict::Decided,
                () if moderator => Verdict::None,
                () => screen_again(&mut new, &before, &state),
            };
            let after = before.update(conn, &new, caller.actor(), verdict).await?;
            if before.status != "approved" {
                replied(conn, &after).await?;
            }
            let kind = if after.status == before.status && !settles {
                "comment.edited"
            } else {
                "comment.moderated"
            };
            after
                .event(kind, caller.actor(), &before)
                .data(json!({"comment_id": id, "from": before.status, "to": after.status}))
                .write(conn)
                .await?;
            Ok(after)
        })
        .await?;
    answer(comment, moderator)
}

/// What guests' comments are held against, by the settings.
fn screening(state: &State) -> Screening<'_> {
    let settings = &state.config.comments;
    Screening {
        premoderation: settings.premoderation,
        max_links: settings.max_links,
        blocked_words: &settings.blocked_words,
    }
}

/// What its writer has made of an approved comment is looked at like a new one; one that waits goes on waiting.
fn screen_again(new: &mut CommentChanges, before: &Comment, state: &State) -> Verdict {
    let screened = screening(state).screen_words(&new.author_name, &new.body, &before.locale);
    if before.status != "approved" || screened.status == "approved" {
        return Verdict::None;
    }
    new.status = screened.status.to_owned();
    Verdict::Held(screened.reasons())
}

/// Delete a comment
///
/// With `comments:moderate`, or the writer's `Comment-Edit-Token` for 15 minutes. One with replies
/// leaves a tombstone.
#[utoipa::path(tag = "comments", security((), ("token" = [])), params(EditToken),
    responses((status = 204, description = "Deleted")))]
#[delete("/v1/comments/{comment}")]
async fn delete_comment(
    caller: Caller,
    preconditions: Preconditions,
    comment: web::Path<String>,
    _: NoQuery,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Reply> {
    let id = parse(&comment)?;
    let moderator = caller.may(Scope::CommentsModerate);
    let token = admission(&caller, &request)?;
    state
        .db
        .write(async |conn| {
            let comment = Comment::lock(conn, id).await?;
            if comment.is_deleted() {
                return Err(not_found());
            }
            admit(conn, &comment, moderator, token.as_deref()).await?;
            preconditions.check(Some(&ETag::version('c', comment.version)))?;
            comment.delete(conn).await?;
            comment
                .event("comment.deleted", caller.actor(), &comment)
                .write(conn)
                .await
        })
        .await?;
    Ok(Reply::no_content())
}

impl CommentChanges {
    fn says_the_same(&self, comment: &Comment) -> bool {
        Some(&self.author_name) == comment.author_name.as_ref()
            && self.author_url == comment.author_url
            && Some(&self.body) == comment.body.as_ref()
            && self.status == comment.status
            && self.reason == comment.moderation_reason
    }
}

/// What a request may write of a comment, as JSON: what a merge patch is applied to.
fn writable(comment: &Comment) -> Map<String, Value> {
    members(json!({
        "author_name": comment.author_name, "author_url": comment.author_url, "body": comment.body,
        "status": comment.status, "reason": comment.moderation_reason,
    }))
}

/// The writer's token in the request.
fn edit_token(request: &HttpRequest) -> Result<Option<String>> {
    let header = request.headers().get("comment-edit-token");
    header
        .map(|value| value.to_str().map(str::to_owned))
        .transpose()
        .map_err(|_| {
            Error::problem(
                Code::InvalidParameter,
                "Comment-Edit-Token: takes the token as it was answered",
            )
        })
}

/// The writer's token, without which only a moderator goes on.
fn admission(caller: &Caller, request: &HttpRequest) -> Result<Option<String>> {
    let token = edit_token(request)?;
    if token.is_none() {
        caller.require(Scope::CommentsModerate)?;
    }
    Ok(token)
}

/// Lets pass moderators, and the comment's writer while readers see the article.
async fn admit(
    conn: &mut AsyncPgConnection,
    comment: &Comment,
    moderator: bool,
    token: Option<&str>,
) -> Result<()> {
    match token {
        _ if moderator => Ok(()),
        Some(_) if comment.is_deleted() => Err(not_found()),
        Some(token) if comment.is_in_sight(conn).await? => comment.admit(token),
        _ => Err(not_found()),
    }
}

/// Who sent the request, in what may be kept of it.
async fn visitor(request: &HttpRequest, state: &State, reader: &Reader) -> Result<Visitor> {
    let header = |name: &str| request.headers().get(name).map(HeaderValue::to_str);
    let token = match header("visitor-token") {
        None => None,
        Some(Ok(token)) if (1..=255).contains(&token.len()) => Some(token),
        Some(_) => {
            return Err(Error::problem(
                Code::InvalidParameter,
                "Visitor-Token: takes 1 to 255 visible ASCII characters",
            ));
        }
    };
    let address = peer::address(request, &state.config.trusted_proxies);
    let traces = Traces {
        address: address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        agent: header("user-agent")
            .and_then(Result::ok)
            .unwrap_or_default(),
        token,
    };
    state.visitors.visitor(reader, traces).await
}

/// The comment as an item of a list, in JSON.
fn item(comment: Comment, moderator: bool) -> Result<Vec<u8>> {
    let version = ETag::version('c', comment.version);
    Tagged::json(&CommentDocument::new(comment, moderator), version)
}

fn tagged(comment: Comment, moderator: bool) -> Result<Tagged<CommentDocument>> {
    let version = ETag::version('c', comment.version);
    Tagged::new(CommentDocument::new(comment, moderator), version)
}

fn answer(comment: Comment, moderator: bool) -> Result<Reply> {
    let version = ETag::version('c', comment.version);
    let reactions = reactions_key(comment.article_id);
    let keys = format!("article-{} {reactions}", comment.article_id);
    Ok(Reply::json(&CommentDocument::new(comment, moderator))?
        .versioned(version)
        .surrogate_keys(&keys))
}

fn parse(id: &str) -> Result<Uuid> {
    id.parse().map_err(|_| not_found())
}

fn not_found() -> Error {
    Error::not_found("comment")
}
