//! `/v1/articles/{article}/translations/{locale}/revisions` and `…/source-changes`

use std::str::FromStr;

use actix_web::{HttpRequest, get, post, web};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::{answer, locked, missing, save_event, version_of};
use crate::app::State;
use crate::articles::ArticleRef;
use crate::auth::{Insider, Writer};
use crate::db::Reader;
use crate::error::{Error, Result};
use crate::http::page::{Collection, Limit, Total};
use crate::http::query::{self, NoQuery, Query};
use crate::http::{ETag, NoBody, Preconditions, Reply};
use crate::translations::changes::{Compared, Difference};
use crate::translations::document::TranslationDocument;
use crate::translations::history::{History, RevisionDocument, RevisionItem};
use crate::translations::reading::{self, View};
use crate::translations::revision::Revision;
use crate::values::locale::Locale;

/// These resources' routes.
pub(super) fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(list_revisions)
        .service(find_revision)
        .service(diff_revision)
        .service(restore_revision)
        .service(find_source_changes);
}

/// A revision's number in a path or a query. One out of range is like one that there is not.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(value_type = i32)]
struct Number(i32);

impl FromStr for Number {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("a revision is named by a whole number");
        }
        Ok(Number(text.parse().unwrap_or(i32::MAX)))
    }
}

impl TryFrom<String> for Number {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// What a list of revisions takes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct ListRevisions {
    /// How many a page has.
    #[param(inline)]
    limit: Limit,
    /// Where the page begins: a `next_cursor`.
    #[param(max_length = 2000)]
    cursor: Option<String>,
    /// `exact` counts all.
    #[param(inline)]
    total: Option<Total>,
}

/// What was saved of an article in a language
///
/// Needs `content:read`. Newest first, without the texts.
#[utoipa::path(tag = "translations", security(("token" = [])), params(ListRevisions),
    responses((status = 200, description = "A page of revisions", body = Collection<TaggedRevision>)))]
#[get("/v1/articles/{article}/translations/{locale}/revisions")]
async fn list_revisions(
    _insider: Insider,
    path: web::Path<(String, Locale)>,
    query: Query<ListRevisions>,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Reply> {
    let (article, locale) = path.into_inner();
    let asked = query.0;
    let reference = ArticleRef::parse(&article)?;
    let name = format!("revisions {article} {locale}");
    let after: Option<i32> = asked
        .cursor
        .map(|cursor| state.cursors.open(&name, &cursor))
        .transpose()?;
    let history = History {
        article: &reference,
        locale: locale.as_str(),
    };
    let items = history.list(&reader, asked.limit.and_one(), after).await?;
    if items.is_empty() && after.is_none() {
        return Err(missing(&reader, &reference, &locale, View::Working).await?);
    }
    let total = match asked.total {
        Some(Total::Exact) => Some(history.count(&reader).await?),
        None => None,
    };
    let seal = |last: &RevisionItem| state.cursors.seal(&name, &last.revision);
    Collection::new(items, asked.limit, seal)
        .with_total(total)
        .try_map(|item| Ok(TaggedRevision::new(item)))?
        .reply(&request)
}

/// A revision with its tag.
#[derive(Debug, Serialize, ToSchema)]
struct TaggedRevision {
    #[serde(flatten)]
    item: RevisionItem,
    /// The entity tag of the revision, as its own address answers it.
    #[schema(max_length = 64, example = "\"r3-9f86d081884c7d65\"")]
    etag: String,
}

impl TaggedRevision {
    fn new(item: RevisionItem) -> Self {
        TaggedRevision {
            etag: tag_of(&item).quoted(),
            item,
        }
    }
}

/// A revision's words never change; only what has become of them does.
fn tag_of(item: &RevisionItem) -> ETag {
    let state = format!(
        "{:?} {} {} {:?}",
        item.published_at, item.is_current, item.is_published, item.based_on_revision
    );
    ETag::version('r', i64::from(item.revision)).representation(state.as_bytes())
}

/// One save with its words
///
/// Needs `content:read`.
#[utoipa::path(tag = "translations", security(("token" = [])),
    responses((status = 200, description = "The revision", body = RevisionDocument)))]
#[get("/v1/articles/{article}/translations/{locale}/revisions/{revision}")]
async fn find_revision(
    _insider: Insider,
    path: web::Path<(String, Locale, Number)>,
    _: NoQuery,
    reader: Reader,
) -> Result<Reply> {
    let (article, locale, Number(number)) = path.into_inner();
    let reference = ArticleRef::parse(&article)?;
    let history = History {
        article: &reference,
        locale: locale.as_str(),
    };
    match history.find(&reader, number).await? {
        Some(revision) => Ok(Reply::json(&revision)?.etag(tag_of(&revision.item))),
        None => Err(Error::not_found("revision")),
    }
}

/// What a comparison takes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct DiffRevision {
    /// The revision to start from; left out: the one before.
    #[serde(deserialize_with = "query::number")]
    #[param(value_type = Option<i32>, minimum = 1, example = 2)]
    against: Option<Number>,
}

/// What a save changed, word by word
///
/// Needs `content:read`. From `against` to this revision. Put together, what is equal or deleted is the
/// one text, what is equal or inserted the other.
#[utoipa::path(tag = "translations", security(("token" = [])), params(DiffRevision),
    responses((status = 200, description = "The difference", body = Difference)))]
#[get("/v1/articles/{article}/translations/{locale}/revisions/{revision}/diff")]
async fn diff_revision(
    _insider: Insider,
    path: web::Path<(String, Locale, Number)>,
    query: Query<DiffRevision>,
    reader: Reader,
) -> Result<Reply> {
    let (article, locale, Number(number)) = path.into_inner();
    let reference = ArticleRef::parse(&article)?;
    let history = History {
        article: &reference,
        locale: locale.as_str(),
    };
    let against = query.0.against.map(|Number(against)| against);
    let against = against.or((number > 1).then(|| number - 1));
    let words = history.words(&reader, against, number).await?;
    let (from, to) = pick(&words, against, number)?;
    compare(from, to, Compared::Everything).await
}

/// What changed in the source since it was translated
///
/// Needs `content:read`. From the source's revision that this translation follows to the newest one.
#[utoipa::path(tag = "translations", security(("token" = [])),
    responses((status = 200, description = "The difference", body = Difference)))]
#[get("/v1/articles/{article}/translations/{locale}/source-changes")]
async fn find_source_changes(
    _insider: Insider,
    path: web::Path<(String, Locale)>,
    _: NoQuery,
    reader: Reader,
) -> Result<Reply> {
    let (article, locale) = path.into_inner();
    let reference = ArticleRef::parse(&article)?;
    let history = History {
        article: &reference,
        locale: locale.as_str(),
    };
    let found = history.source_words(&reader).await?;
    let Some(follows) = found.iter().map(|(follows, _)| *follows).next() else {
        return Err(missing(&reader, &reference, &locale, View::Working).await?);
    };
    let Some(follows) = follows else {
        return Err(Error::not_found("text that the source follows"));
    };
    let words: Vec<Revision> = found.into_iter().map(|(_, words)| words).collect();
    let newest = words.iter().map(|revision| revision.number).max();
    let (from, to) = pick(&words, Some(follows), newest.unwrap_or(follows))?;
    compare(from, to, Compared::Translatable).await
}

/// Save the words of an earlier revision again
///
/// Needs `content:write` in this locale. They are a new revision, which follows the source where the
/// earlier one did. Its slug comes back too, unless another article has it by now. Honours `If-Match`.
#[utoipa::path(tag = "translations", security(("token" = [])),
    responses((status = 200, description = "The working copy", body = TranslationDocument)))]
#[post("/v1/articles/{article}/translations/{locale}/revisions/{revision}/restore")]
async fn restore_revision(
    writer: Writer,
    preconditions: Preconditions,
    path: web::Path<(String, Locale, Number)>,
    _: NoQuery,
    _: NoBody,
    state: web::Data<State>,
) -> Result<Reply> {
    let (article, locale, Number(number)) = path.into_inner();
    writer.writes(&locale)?;
    let reference = ArticleRef::parse(&article)?;
    let translation = state
        .db
        .write(async |conn| {
            let (article, before) = locked(conn, &reference, &locale).await?;
            preconditions.check(Some(&version_of(&before)))?;
            let saved = before
                .restore(conn, &article, number, writer.actor())
                .await?;
            if let Some(event) = save_event(conn, &writer, &article, &before, &saved).await? {
                let data = json!({"revision": saved.revision, "restored": number});
                event.data(data).write(conn).await?;
            }
            reading::written(conn, article.id, locale.as_str()).await
        })
        .await?;
    answer(&translation, View::Working)
}

/// The two revisions, of those that were found.
fn pick(
    words: &[Revision],
    against: Option<i32>,
    number: i32,
) -> Result<(Option<Revision>, Revision)> {
    let find = |wanted: i32| {
        let found = words.iter().find(|revision| revision.number == wanted);
        found
            .cloned()
            .ok_or_else(|| Error::not_found(&format!("revision {wanted}")))
    };
    Ok((against.map(find).transpose()?, find(number)?))
}

/// Compares off the worker's thread: long texts take their time.
async fn compare(from: Option<Revision>, to: Revision, compared: Compared) -> Result<Reply> {
    let compared = web::block(move || Difference::between(from.as_ref(), &to, compared)).await;
    Reply::json(&compared.map_err(|error| Error::Internal(error.to_string()))?)
}
