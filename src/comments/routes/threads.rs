//! `/v1/articles/{article}/comments`

use actix_web::{HttpRequest, get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::State;
use crate::articles::ArticleRef;
use crate::auth::{Caller, Scope};
use crate::comments::document::CommentDocument;
use crate::comments::list::{After, CommentList, Sort, Subject, find_subject};
use crate::comments::model::Comment;
use crate::comments::reactions::reactions_key;
use crate::db::Reader;
use crate::error::{Code, Error, Result};
use crate::http::negotiation::{AcceptLanguage, Negotiation};
use crate::http::page::{Collection, Limit, Total};
use crate::http::query::{self, Query};
use crate::http::reply::{Reply, Tagged};
use crate::http::{Asked, Served};
use crate::values::range::LanguageRange;

use super::item;

/// This resource's routes.
pub(super) fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(list_article_comments);
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
    locale: Option<LanguageRange>,
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
#[allow(
    dead_code,
    reason = "only described here; lists are put together from JSON"
)]
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
#[allow(
    dead_code,
    reason = "only described here; lists are put together from JSON"
)]
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
) -> Result<Served> {
    let what = format!("comments {article} {:?}", query.0);
    let what = Asked::new(what, header.to_string());
    let reference = ArticleRef::parse(&article)?;
    let moderator = caller.may(Scope::CommentsModerate);
    let make = async || {
        let wanted = (header, &reference);
        list(query.0, wanted, moderator, &reader, &state, &request).await
    };
    state.serve(&request, what, make).await
}

async fn list(
    asked: ListArticleComments,
    (header, reference): (AcceptLanguage, &ArticleRef),
    moderator: bool,
    reader: &Reader,
    state: &State,
    request: &HttpRequest,
) -> Result<Reply> {
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
    let listed = list.load(reader, reference, &wanted).await?;
    let subject = match listed.first() {
        Some(first) => Subject {
            keys: first.keys.clone(),
            article_id: first.comment.article_id,
            per_locale: first.per_locale,
        },
        None => find_subject(reader, reference, &wanted).await?,
    };
    let total = match asked.total {
        Some(Total::Exact) => Some(list.count(reader, reference, &wanted).await?),
        None => None,
    };
    let (under, page): (Vec<_>, Vec<_>) = listed.into_iter().partition(|listed| listed.is_reply);
    let page: Vec<Comment> = page.into_iter().map(|listed| listed.comment).collect();
    let mut under: Vec<Comment> = under.into_iter().map(|listed| listed.comment).collect();
    let seal = |last: &Comment| state.cursors.seal(&name, &After::of(last, sort));
    let page = Collection::new(page, asked.limit, seal);
    let place = page.place(total);
    let threads = page.data.into_iter().map(|comment| {
        let own = under.extract_if(.., |reply| reply.parent_id == Some(comment.id));
        let own: Vec<Comment> = own.collect();
        let id = comment.id;
        let mut json = item(comment, moderator)?;
        if replies > 0 {
            embed(&mut json, own, (id, replies), moderator, state)?;
        }
        Ok(json)
    });
    let reactions = reactions_key(subject.article_id);
    Ok(place
        .reply(threads, request)?
        .varying_by_language(subject.per_locale && by_header)
        .made_of(reference.key())
        .surrogate_keys(&format!("{} {reactions}", subject.keys)))
}

/// Adds to a comment's JSON the first of its replies that were fetched, of which there is one more where there
/// are more.
fn embed(
    json: &mut Vec<u8>,
    mut own: Vec<Comment>,
    (parent, most): (Uuid, i64),
    moderator: bool,
    state: &State,
) -> Result<()> {
    let most = usize::try_from(most).unwrap_or_default();
    let has_more = own.len() > most;
    own.truncate(most);
    let last = own.last().filter(|_| has_more);
    let next_cursor = last.map(|last| {
        let place = After::of(last, Sort::Oldest);
        state.cursors.seal(&name_of_replies(parent), &place)
    });
    json.pop();
    json.extend_from_slice(b",\"replies\":{\"data\":[");
    for (at, reply) in own.into_iter().enumerate() {
        if at > 0 {
            json.push(b',');
        }
        json.extend_from_slice(&item(reply, moderator)?);
    }
    let next_cursor =
        serde_json::to_string(&next_cursor).map_err(|error| Error::Internal(error.to_string()))?;
    let end = format!("],\"has_more\":{has_more},\"next_cursor\":{next_cursor}}}}}");
    json.extend_from_slice(end.as_bytes());
    Ok(())
}

fn name_of_replies(parent: Uuid) -> String {
    format!("replies {parent}")
}
