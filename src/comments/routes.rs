//! `/v1/articles/{article}/comments` and `/v1/comments`

use actix_web::{HttpRequest, delete, get, patch, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::document::CommentDocument;
use super::list::{After, CommentList, Sort, find_subject};
use super::model::Comment;
use super::queue::{self, Queue};
use super::text::{CommentChanges, NewComment};
use crate::app::State;
use crate::articles::ArticleRef;
use crate::auth::{Caller, Moderator, Scope};
use crate::db::Reader;
use crate::error::{Code, Error, Result};
use crate::events::Event;
use crate::http::negotiation::{AcceptLanguage, Negotiation};
use crate::http::page::{Collection, Limit, Total};
use crate::http::query::{self, NoQuery, Query};
use crate::http::reply::{Reply, Tagged};
use crate::http::{Body, ETag, MergePatch, Preconditions};
use crate::values::locale::Locale;

/// This feature's routes. `counts` stands before the ids, which it could be taken for.
pub fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(list_article_comments)
        .service(create_comment)
        .service(list_comments)
        .service(count_comments)
        .service(find_comment)
        .service(update_comment)
        .service(delete_comment);
}

/// What `GET /v1/articles/{article}/comments` takes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct ListArticleComments {
    /// The order; newest first when not said, replies oldest first.
    #[param(inline)]
    sort: Option<Sort>,
    /// Only comments in this language.
    #[param(inline, value_type = Option<String>, example = "mr")]
    locale: Option<Locale>,
    /// The replies to this comment instead of those that answer nothing.
    parent: Option<Uuid>,
    /// How many replies each comes with: 0 to 20, 3 when not said.
    #[serde(deserialize_with = "query::number")]
    #[param(value_type = Option<u8>, minimum = 0, maximum = 20, default = 3)]
    replies: Option<u8>,
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

/// A comment with its first replies.
#[derive(Debug, Serialize, ToSchema)]
struct ThreadedComment {
    #[serde(flatten)]
    comment: Tagged<CommentDocument>,
    /// Its first replies, oldest first; absent with `replies=0`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    replies: Option<Replies>,
}

/// The first replies to a comment.
#[derive(Debug, Serialize, ToSchema)]
struct Replies {
    /// The replies.
    #[schema(max_items = 20)]
    data: Vec<Tagged<CommentDocument>>,
    /// Whether there are more.
    has_more: bool,
    /// What `cursor` takes with `parent` to get them.
    #[schema(max_length = 2000)]
    next_cursor: Option<String>,
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

/// The comments under an article
///
/// Those that answer nothing, each with its first replies; with `parent`, the replies to one.
#[utoipa::path(tag = "comments", security((), ("token" = [])), params(ListArticleComments),
    responses((status = 200, description = "A page of comments", body = Collection<ThreadedComment>)))]
#[get("/v1/articles/{article}/comments")]
async fn list_article_comments(
    caller: Caller,
    article: web::Path<String>,
    query: Query<ListArticleComments>,
    header: AcceptLanguage,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Reply> {
    let asked = query.0;
    let reference = ArticleRef::parse(&article)?;
    let moderator = caller.may(Scope::CommentsModerate);
    let replies = match asked.replies.unwrap_or(3) {
        many @ 0..=20 => i64::from(many),
        _ => {
            return Err(Error::problem(
                Code::InvalidParameter,
                "replies: takes a whole number from 0 to 20",
            ));
        }
    };
    let name = match asked.parent {
        Some(parent) => name_of_replies(parent),
        None => format!("comments {reference:?} {:?}", asked.locale),
    };
    let after: Option<After> = asked
        .cursor
        .map(|cursor| state.cursors.open(&name, &cursor))
        .transpose()?;
    let usual = if asked.parent.is_some() {
        Sort::Oldest
    } else {
        Sort::Newest
    };
    let sort = asked
        .sort
        .or(after.as_ref().map(|after| after.sort))
        .unwrap_or(usual);
    if after.as_ref().is_some_and(|after| after.sort != sort) {
        return Err(Error::problem(
            Code::InvalidCursor,
            "the cursor is of another sort",
        ));
    }
    let by_header = asked.locale.is_none();
    let wanted = Negotiation::new(asked.locale, None, header);
    let list = CommentList {
        parent: asked.parent,
        sort,
        after,
        limit: asked.limit.and_one(),
        replies,
    };
    let listed = list.load(&reader, &reference, &wanted).await?;
    let (article_id, per_locale) = match listed.first() {
        Some(first) => (first.comment.article_id, first.per_locale),
        None => {
            let subject = find_subject(&reader, &reference, &wanted).await?;
            (subject.article_id, subject.per_locale)
        }
    };
    let total = match asked.total {
        Some(Total::Exact) => Some(list.count(&reader, &reference, &wanted).await?),
        None => None,
    };
    let (under, page): (Vec<_>, Vec<_>) = listed.into_iter().partition(|listed| listed.is_reply);
    let page: Vec<Comment> = page.into_iter().map(|listed| listed.comment).collect();
    let mut under: Vec<Comment> = under.into_iter().map(|listed| listed.comment).collect();
    let seal = |last: &Comment| state.cursors.seal(&name, &place(last, sort));
    let page = Collection::new(page, asked.limit, seal).with_total(total);
    let page = page.try_map(|comment| {
        let own: Vec<Comment> = under
            .extract_if(.., |reply| reply.parent_id == Some(comment.id))
            .collect();
        let replies = (replies > 0)
            .then(|| embed(own, replies, comment.id, moderator, &state))
            .transpose()?;
        Ok(ThreadedComment {
            comment: tagged(comment, moderator)?,
            replies,
        })
    })?;
    Ok(page
        .reply(&request)?
        .varying_by_language(per_locale && by_header)
        .surrogate_keys(&format!("article-{article_id}")))
}

/// The first replies of those fetched, of which there is one more where there are more.
fn embed(
    mut own: Vec<Comment>,
    most: i64,
    parent: Uuid,
    moderator: bool,
    state: &State,
) -> Result<Replies> {
    let most = usize::try_from(most).unwrap_or_default();
    let has_more = own.len() > most;
    own.truncate(most);
    let last = own.last().filter(|_| has_more);
    let next_cursor = last.map(|last| {
        state
            .cursors
            .seal(&name_of_replies(parent), &place(last, Sort::Oldest))
    });
    let data = own
        .into_iter()
        .map(|reply| tagged(reply, moderator))
        .collect::<Result<_>>()?;
    Ok(Replies {
        data,
        has_more,
        next_cursor,
    })
}

fn name_of_replies(parent: Uuid) -> String {
    format!("replies {parent}")
}

fn place(comment: &Comment, sort: Sort) -> After {
    After {
        sort,
        created_at: comment.created_at,
        id: comment.id,
    }
}

/// Comment on an article
///
/// Anyone may. Under pre-moderation it waits as `pending`. The answer has the writer's `edit_token`,
/// this once.
#[utoipa::path(tag = "comments", security((), ("token" = [])), request_body = NewComment,
    responses((status = 201, description = "The comment", body = CreatedComment)))]
#[post("/v1/articles/{article}/comments")]
async fn create_comment(
    caller: Caller,
    article: web::Path<String>,
    _: NoQuery,
    body: Body<NewComment>,
    state: web::Data<State>,
) -> Result<Reply> {
    let reference = ArticleRef::parse(&article)?;
    let moderator = caller.may(Scope::CommentsModerate);
    let waits = state.config.comments_premoderation && !moderator;
    let status = if waits { "pending" } else { "approved" };
    let (comment, edit_token) = state
        .db
        .write(async |conn| {
            let made = Comment::create(conn, &reference, &body.0, status).await?;
            event("comment.created", &caller, &made.0)
                .write(conn)
                .await?;
            Ok(made)
        })
        .await?;
    let location = format!("/v1/comments/{}", comment.id);
    let comment = CommentDocument::new(comment, moderator);
    let etag = ETag::version('c', comment.version);
    Ok(Reply::json(&CreatedComment {
        comment,
        edit_token,
    })?
    .versioned(etag)
    .created(&location))
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
) -> Result<Reply> {
    let articles = query.0.articles.unwrap_or_default();
    let keys: Vec<String> = articles.iter().map(|id| format!("article-{id}")).collect();
    let counted = queue::counts(&reader, articles).await?;
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
    let found = queue::find(&reader, id, moderator || token.is_some()).await?;
    let found = found.ok_or_else(not_found)?;
    if let (Some(token), false) = (&token, moderator) {
        found.admit(token)?;
    }
    answer(found, moderator)
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
/// A merge patch (RFC 7396). With `comments:moderate`: anything, `status` and `reason` included. With
/// the writer's `Comment-Edit-Token`, for 15 minutes: the words and the name; under pre-moderation an
/// approved comment then waits again.
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
    let premoderated = state.config.comments_premoderation;
    let comment = state.db.write(async |conn| {
            let before = Comment::lock(conn, id).await?;
            admit(&before, moderator, token.as_deref())?;
            if before.is_deleted() {
                return Err(if moderator { Error::conflict("the comment is deleted") } else { not_found() });
            }
            if !moderator && (patch.has("status") || patch.has("reason")) {
                return Err(Error::problem(Code::Forbidden, "this needs the scope `comments:moderate`"));
            }
            preconditions.check(Some(&ETag::version('c', before.version)))?;
            let mut new: CommentChanges = patch.apply(writable(&before))?;
            if new.says_the_same(&before) {
                return Ok(before);
            }
            if !moderator && premoderated && before.status == "approved" {
                new.status = "pending".into();
            }
            let after = before.update(conn, &new).await?;
            let kind = if after.status == before.status { "comment.edited" } else { "comment.moderated" };
            event(kind, &caller, &after)
                .data(json!({"comment_id": id, "from": before.status, "to": after.status, "reason": after.moderation_reason}))
                .write(conn)
                .await?;
            Ok(after)
        })
        .await?;
    answer(comment, moderator)
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
            admit(&comment, moderator, token.as_deref())?;
            preconditions.check(Some(&ETag::version('c', comment.version)))?;
            comment.delete(conn).await?;
            event("comment.deleted", &caller, &comment)
                .write(conn)
                .await
        })
        .await?;
    Ok(Reply::no_content())
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
    let members = json!({
        "author_name": comment.author_name, "author_url": comment.author_url, "body": comment.body,
        "status": comment.status, "reason": comment.moderation_reason,
    });
    match members {
        Value::Object(members) => members,
        _ => Map::new(),
    }
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

fn admit(comment: &Comment, moderator: bool, token: Option<&str>) -> Result<()> {
    match token {
        _ if moderator => Ok(()),
        Some(token) => comment.admit(token),
        None => Err(not_found()),
    }
}

/// What readers see changes only with what they see of it.
fn event(kind: &'static str, caller: &Caller, comment: &Comment) -> Event {
    Event::new(kind, caller.actor())
        .article(comment.article_id)
        .locale(&comment.locale)
        .data(json!({"comment_id": comment.id, "status": comment.status}))
}

fn tagged(comment: Comment, moderator: bool) -> Result<Tagged<CommentDocument>> {
    let version = ETag::version('c', comment.version);
    Tagged::new(CommentDocument::new(comment, moderator), version)
}

fn answer(comment: Comment, moderator: bool) -> Result<Reply> {
    let version = ETag::version('c', comment.version);
    let keys = format!("article-{}", comment.article_id);
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
