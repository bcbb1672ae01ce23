//! `POST /v1/articles/{article}/comments`

use actix_web::http::header::HeaderName;
use actix_web::{HttpRequest, post, web};
use chrono::{Duration, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::State;
use crate::articles::ArticleRef;
use crate::auth::{Caller, Scope};
use crate::comments::check::Suspect;
use crate::comments::document::CommentDocument;
use crate::comments::form::FormToken;
use crate::comments::model::Comment;
use crate::comments::posting::{Allowance, Post};
use crate::comments::screening::Screened;
use crate::comments::subject::{Place, Subject};
use crate::comments::text::NewComment;
use crate::comments::visitors::Visitor;
use crate::db::{Reader, is_dry_run, tells_of};
use crate::error::{Error, Result};
use crate::http::query::NoQuery;
use crate::http::reply::Reply;
use crate::http::{Body, ETag, peer};

use super::{screening, visitor};

/// This resource's routes.
pub(super) fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(create_comment);
}

/// A comment with the token of its writer, which is shown this once.
#[derive(Debug, Serialize, ToSchema)]
struct CreatedComment {
    #[serde(flatten)]
    comment: CommentDocument,
    /// With it in `Comment-Edit-Token` the writer may change or delete the comment for 15 minutes.
    #[schema(max_length = 64, example = "5b1c…")]
    edit_token: String,
}

/// Comment on an article
///
/// Anyone may. Under pre-moderation it waits as `pending`; so does one with many links or with a blocked word. The
/// answer has the writer's `edit_token`, this once. The same text by the same writer within 24 hours is 409; too
/// many from one address are 429, with `Retry-After` (tokens that may moderate are not counted).
#[utoipa::path(tag = "comments", security((), ("token" = [])), request_body = NewComment,
    responses((status = 201, description = "The comment", body = CreatedComment)))]
#[post("/v1/articles/{article}/comments")]
async fn create_comment(
    caller: Caller,
    article: web::Path<String>,
    _: NoQuery,
    reader: Reader,
    body: Body<NewComment>,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Reply> {
    let reference = ArticleRef::parse(&article)?;
    let new = body.0;
    let moderator = caller.may(Scope::CommentsModerate);
    let subject = Subject::find(&reader, &reference, new.parent_id).await?;
    let (mut post, edit_token) = if moderator {
        Post::new(new.clone(), subject.place(&new)?, Screened::approved())?
    } else {
        let visitor = visitor(&request, &state, &reader).await?;
        from_guest(new, subject, &visitor, &state, &request).await?
    };
    post.actor = caller.actor().map(str::to_owned);
    let posted = state.intake.post(post).await?;
    note(&posted.comment, &state);
    let reply = created(posted.comment, edit_token, moderator, &state)?;
    Ok(counted(reply, posted.allowance))
}

/// Notes whose words the answer has, as far as they can ask for them to be erased.
fn note(comment: &Comment, state: &State) {
    tells_of(comment.id.as_bytes());
    if let Some(email) = &comment.author_email {
        tells_of(&state.visitors.email(email));
    }
}

/// What a guest writes, held against all that may speak against it.
async fn from_guest(
    new: NewComment,
    subject: Subject,
    visitor: &Visitor,
    state: &State,
    request: &HttpRequest,
) -> Result<(Post, String)> {
    let filled = form(&new, subject.id, state);
    let (place, ()) = Error::gather(subject.place(&new), filled)?;
    let screened = screening(state).screen(&new, &place.locale);
    let screened = match &state.check {
        // Whoever is asked keeps what they are told: nothing of what is only tried. Spam is answered like any other.
        Some(check) if screened.status != "spam" && !is_dry_run() => {
            check
                .ask(&suspect(&new, &place, state, request), screened)
                .await
        }
        _ => screened,
    };
    let fingerprint = fingerprint(&new, &place, visitor, state);
    let email = new
        .author_email
        .as_deref()
        .map(|email| state.visitors.email(email));
    let (mut post, token) = Post::new(new, place, screened)?;
    let addresses = [&visitor.address]
        .into_iter()
        .chain(&visitor.earlier_addresses);
    let addresses = addresses.map(|address| ("address", address.clone()));
    post.known_as = email
        .map(|email| ("email", email))
        .into_iter()
        .chain(addresses)
        .collect();
    post.fingerprint = Some(fingerprint);
    post.from = Some(visitor.address.clone());
    post.comment.address_hash = Some(visitor.address.clone());
    post.comment.address_key = Some(visitor.address_key);
    Ok((post, token))
}

/// Holds the form against the settings: where a time is set there has to be one, and one that is there has to be
/// true.
fn form(new: &NewComment, article: Uuid, state: &State) -> Result<()> {
    let minimum = Duration::seconds(i64::from(state.config.comments.min_seconds));
    match &new.form_token {
        Some(token) => FormToken::check(&state.seal, token, article, Utc::now(), minimum),
        None if minimum.is_zero() => Ok(()),
        None => Err(Error::fault("/form_token", "required", "is required")),
    }
}

/// What is the same when the same writer says the same again: one is known by the e-mail address, or else by
/// name and address.
fn fingerprint(new: &NewComment, place: &Place, visitor: &Visitor, state: &State) -> Vec<u8> {
    let text: Vec<&str> = new.body.split_whitespace().collect();
    let text = text.join(" ").to_lowercase();
    let article = place.article_id.as_bytes();
    match &new.author_email {
        Some(email) => {
            let email = email.to_lowercase();
            let parts = [&b"email"[..], email.as_bytes(), article, text.as_bytes()];
            state.visitors.fingerprint(&parts)
        }
        None => {
            let name = new.author_name.to_lowercase();
            let parts = [
                &visitor.address[..],
                name.as_bytes(),
                article,
                text.as_bytes(),
            ];
            state.visitors.fingerprint(&parts)
        }
    }
}

fn suspect<'r>(
    new: &'r NewComment,
    place: &'r Place,
    state: &'r State,
    request: &'r HttpRequest,
) -> Suspect<'r> {
    let header = |name: &str| {
        let value = request.headers().get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    Suspect {
        site: &state.public_url,
        address: peer::address(request, &state.config.trusted_proxies),
        agent: header("user-agent"),
        referrer: header("referer"),
        new,
        place,
    }
}

/// 201. What was taken for spam looks like any other.
fn created(comment: Comment, edit_token: String, moderator: bool, state: &State) -> Result<Reply> {
    let location = format!("/v1/comments/{}", comment.id);
    let etag = ETag::version('c', comment.version);
    let mut comment = CommentDocument::new(comment, moderator);
    if comment.status == "spam" && !moderator {
        let waits = state.config.comments.premoderation;
        comment.status = if waits { "pending" } else { "approved" }.to_owned();
    }
    let created = CreatedComment {
        comment,
        edit_token,
    };
    Ok(Reply::json(&created)?.versioned(etag).created(&location))
}

/// With what is left of the rate.
fn counted(reply: Reply, allowance: Option<Allowance>) -> Reply {
    let Some(allowance) = allowance else {
        return reply;
    };
    let [policy, rest] = allowance.headers();
    reply
        .with_header(HeaderName::from_static("ratelimit-policy"), &policy)
        .with_header(HeaderName::from_static("ratelimit"), &rest)
}
