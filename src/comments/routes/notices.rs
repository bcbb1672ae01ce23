//! `/v1/comments/{comment}/notice-token` and `/v1/comments/notices`

use actix_web::{post, web};
use chrono::Utc;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{not_found, parse};
use crate::app::State;
use crate::auth::{Caller, Moderator};
use crate::comments::model::Comment;
use crate::comments::notices::NoticeToken;
use crate::db::tells_of;
use crate::error::Result;
use crate::http::query::NoQuery;
use crate::http::{Body, NoBody, Reply};
use crate::values::fields::{Decode, Fields};

/// These resources' routes.
pub(super) fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(create_notice_token)
        .service(confirm_notice)
        .service(stop_notice);
}

/// What a mailer has to know to write to the writer of a comment.
#[derive(Debug, Serialize, ToSchema)]
struct NoticeAddress {
    /// What the links of the mail carry; good for 7 days.
    #[schema(max_length = 200, example = "7Yb0…")]
    token: String,
    /// Where the mail goes.
    #[schema(max_length = 254, example = "meera@example.org")]
    author_email: String,
    /// The language that the writer writes in.
    #[schema(max_length = 35, example = "en")]
    locale: String,
}

/// The token that a mail brought.
#[derive(Debug, ToSchema)]
#[schema(example = json!({"token": "7Yb0"}))]
struct MailedToken {
    /// It, as it stands in the mail's link.
    #[schema(min_length = 1, max_length = 200, example = "7Yb0")]
    token: String,
}

impl Decode for MailedToken {
    fn decode(fields: &mut Fields<'_>) -> Self {
        MailedToken {
            token: fields.required_line("token", 200),
        }
    }
}

/// Whether the writer of a comment is told of replies.
#[derive(Debug, Serialize, ToSchema)]
struct Notice {
    /// The comment.
    comment_id: Uuid,
    /// `confirmed`, or `null`: not told.
    #[schema(max_length = 20, example = "confirmed")]
    reply_notice: Option<&'static str>,
}

/// Get what a mail about replies needs
///
/// Needs `comments:moderate`. For the program that hears of `comment.notice_requested` and `comment.replied` and
/// writes the mails: the address, and a token for the links in the mail that confirm or stop it. 404 for a comment
/// whose writer wants no such mail.
#[utoipa::path(tag = "comments", security(("token" = [])),
    responses((status = 200, description = "What it needs", body = NoticeAddress)))]
#[post("/v1/comments/{comment}/notice-token")]
async fn create_notice_token(
    _moderator: Moderator,
    comment: web::Path<String>,
    _: NoQuery,
    _: NoBody,
    state: web::Data<State>,
) -> Result<Reply> {
    let id = parse(&comment)?;
    // Locked: what is erased meanwhile is not answered afterwards.
    let found = state
        .db
        .write(async |conn| Comment::lock(conn, id).await)
        .await?;
    if found.reply_notice.is_none() {
        return Err(not_found());
    }
    let author_email = found.author_email.ok_or_else(not_found)?;
    tells_of(found.id.as_bytes());
    tells_of(&state.visitors.email(&author_email));
    let token = NoticeToken::new(&state.visitors, found.id, &author_email, Utc::now());
    let address = NoticeAddress {
        token: token.seal(&state.seal),
        author_email,
        locale: found.locale,
    };
    Ok(Reply::json(&address)?.private())
}

/// Confirm that one wants to be told of replies
///
/// Whoever holds the token of a mail may. Again is as good as once. 403 for a token that is damaged, has expired or
/// is of another e-mail address than the comment's; 404 when the comment is gone, or its writer's data erased.
#[utoipa::path(tag = "comments", security((), ("token" = [])), request_body = MailedToken,
    responses((status = 200, description = "Confirmed", body = Notice),
              (status = 404, description = "The comment is gone")))]
#[post("/v1/comments/notices/confirm")]
async fn confirm_notice(
    _caller: Caller,
    _: NoQuery,
    body: Body<MailedToken>,
    state: web::Data<State>,
) -> Result<Reply> {
    decide(&body.0, true, &state).await
}

/// Be told of replies no more
///
/// Whoever holds the token of a mail may. Again is as good as once. 403 and 404 as for confirming.
#[utoipa::path(tag = "comments", security((), ("token" = [])), request_body = MailedToken,
    responses((status = 200, description = "Stopped", body = Notice),
              (status = 404, description = "The comment is gone")))]
#[post("/v1/comments/notices/stop")]
async fn stop_notice(
    _caller: Caller,
    _: NoQuery,
    body: Body<MailedToken>,
    state: web::Data<State>,
) -> Result<Reply> {
    decide(&body.0, false, &state).await
}

async fn decide(mailed: &MailedToken, wanted: bool, state: &State) -> Result<Reply> {
    let token = NoticeToken::open(&state.seal, &mailed.token, Utc::now())?;
    let comment_id = state
        .db
        .write(async |conn| token.decide(conn, &state.visitors, wanted).await)
        .await?;
    let notice = Notice {
        comment_id,
        reply_notice: wanted.then_some("confirmed"),
    };
    Ok(Reply::json(&notice)?.private())
}
