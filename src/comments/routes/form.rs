//! `GET /v1/articles/{article}/comments/form`

use actix_web::{get, web};
use chrono::{DateTime, Timelike, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::State;
use crate::articles::ArticleRef;
use crate::auth::{Caller, Scope};
use crate::comments::form::FormToken;
use crate::comments::subject::Subject;
use crate::comments::text::LONGEST;
use crate::db::Reader;
use crate::error::Result;
use crate::http::query::NoQuery;
use crate::http::{ETag, Reply};

/// This resource's route.
pub(super) fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(find_comment_form);
}

/// What a page needs that lets its readers comment.
#[derive(Debug, Serialize, ToSchema)]
struct CommentForm {
    /// What a comment is sent with as `form_token`.
    #[schema(max_length = 200, example = "7Yb0…")]
    form_token: String,
    /// Until when it is taken.
    expires_at: DateTime<Utc>,
    #[serde(flatten)]
    rules: Rules,
}

/// What holds for comments under the article.
#[derive(Debug, Serialize, ToSchema)]
struct Rules {
    /// Whether readers may comment now.
    open: bool,
    /// `shared`: one thread for all languages; `per_locale`: one for each.
    #[schema(max_length = 20, example = "shared")]
    threads: String,
    /// Seconds from getting the form to sending the comment, at least; 0: no form is asked for.
    #[schema(minimum = 0, maximum = 600, example = 3)]
    minimum_seconds: u32,
    /// The most characters that a comment may have.
    #[schema(minimum = 1, example = 5000)]
    max_length: usize,
    /// Whether what the caller writes waits for a moderator.
    premoderated: bool,
}

/// The form to comment on an article
///
/// What holds for comments under it, and a token to send one with. For whoever asks, and for no cache. Its `ETag`
/// is that of the rules in this hour: a form as old as that is as good as another.
#[utoipa::path(tag = "comments", security((), ("token" = [])),
    responses((status = 200, description = "The form", body = CommentForm)))]
#[get("/v1/articles/{article}/comments/form")]
async fn find_comment_form(
    caller: Caller,
    article: web::Path<String>,
    _: NoQuery,
    reader: Reader,
    state: web::Data<State>,
) -> Result<Reply> {
    let subject = Subject::find(&reader, &ArticleRef::parse(&article)?, None).await?;
    let now = Utc::now();
    let token = FormToken::new(subject.id, now);
    let settings = &state.config.comments;
    let rules = Rules {
        open: subject.open,
        threads: subject.threads,
        minimum_seconds: settings.min_seconds,
        max_length: LONGEST,
        premoderated: settings.premoderation && !caller.may(Scope::CommentsModerate),
    };
    let hour = (now.date_naive(), now.hour());
    let etag = ETag::of(format!("{} {rules:?} {hour:?}", subject.id).as_bytes());
    let form = CommentForm {
        form_token: token.seal(&state.seal),
        expires_at: token.expires_at(),
        rules,
    };
    Ok(Reply::json(&form)?.etag(etag).private())
}
