//! `GET /v1/translations` and `GET /v1/coverage`: what there is to do.

use actix_web::{HttpRequest, get, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::State;
use crate::auth::Insider;
use crate::db::Reader;
use crate::error::{Code, Error, Result};
use crate::http::page::{Collection, Limit, Total};
use crate::http::query::{self, NoQuery, Query};
use crate::http::{ETag, Reply};
use crate::translations::Status;
use crate::translations::coverage::{LocaleCoverage, coverage};
use crate::translations::worklist::{WorkItem, Worklist};
use crate::values::locale::Locale;

/// These resources' routes.
pub(super) fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(list_work).service(find_coverage);
}

/// What `GET /v1/translations` takes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct ListWork {
    /// Only in this language.
    #[param(inline, value_type = Option<String>, example = "mr")]
    locale: Option<Locale>,
    /// Only in this state.
    #[param(inline)]
    status: Option<Status>,
    /// Only what is stale, or only what is not.
    #[serde(deserialize_with = "query::flag")]
    stale: Option<bool>,
    /// What is not there yet instead: in `locale`, or in any language that readers get.
    #[serde(deserialize_with = "query::flag")]
    missing: Option<bool>,
    /// Only of articles written in this language.
    #[param(inline, value_type = Option<String>, example = "en")]
    source_locale: Option<Locale>,
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

/// A piece of work with the tag to edit it by.
#[derive(Debug, Serialize, ToSchema)]
struct TaggedWork {
    #[serde(flatten)]
    item: WorkItem,
    /// The version of the translation, to edit it by; `null` while it is missing.
    #[schema(max_length = 64, example = "\"t7\"")]
    etag: Option<String>,
}

/// What there is to do, across articles
///
/// Needs `content:read`. Translations by language, state and staleness, last changed first; with
/// `missing=true` what is not there yet, newest article first.
#[utoipa::path(tag = "translations", security(("token" = [])), params(ListWork),
    responses((status = 200, description = "A page of work", body = Collection<TaggedWork>)))]
#[get("/v1/translations")]
async fn list_work(
    _insider: Insider,
    query: Query<ListWork>,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Reply> {
    let asked = query.0;
    let work = asked.worklist();
    let page = if asked.missing == Some(true) {
        missing(&asked, &work, &reader, &state).await?
    } else {
        written(&asked, &work, &reader, &state).await?
    };
    let tagged = |item: WorkItem| {
        let version = item.version.map(|version| ETag::version('t', version));
        let etag = version.map(|version| version.quoted());
        Ok(TaggedWork { item, etag })
    };
    page.try_map(tagged)?.reply(&request)
}

async fn written(
    asked: &ListWork,
    work: &Worklist,
    reader: &Reader,
    state: &State,
) -> Result<Collection<WorkItem>> {
    let name = format!("work {work:?}");
    let after: Option<(DateTime<Utc>, Uuid, String)> = asked.after(&name, state)?;
    let total = match asked.total {
        Some(Total::Exact) => Some(work.count(reader).await?),
        None => None,
    };
    let limit = asked.limit;
    let items = work.load(reader, limit.and_one(), after).await?;
    let seal = |last: &WorkItem| {
        let keys = (last.updated_at, last.article_id, &last.locale);
        state.cursors.seal(&name, &keys)
    };
    Ok(Collection::new(items, limit, seal).with_total(total))
}

async fn missing(
    asked: &ListWork,
    work: &Worklist,
    reader: &Reader,
    state: &State,
) -> Result<Collection<WorkItem>> {
    if asked.status.is_some() || asked.stale.is_some() {
        return Err(Error::problem(
            Code::InvalidParameter,
            "missing: what is not there has no status and is not stale",
        ));
    }
    let name = format!("missing {work:?}");
    let after: Option<(Uuid, String)> = asked.after(&name, state)?;
    let total = match asked.total {
        Some(Total::Exact) => Some(work.count_missing(reader).await?),
        None => None,
    };
    let limit = asked.limit;
    let items = work.load_missing(reader, limit.and_one(), after).await?;
    let seal = |last: &WorkItem| state.cursors.seal(&name, &(last.article_id, &last.locale));
    Ok(Collection::new(items, limit, seal).with_total(total))
}

impl ListWork {
    fn worklist(&self) -> Worklist {
        Worklist {
            locale: self.locale.clone().map(String::from),
            status: self.status,
            stale: self.stale,
            source_locale: self.source_locale.clone().map(String::from),
        }
    }

    fn after<K: serde::de::DeserializeOwned>(
        &self,
        name: &str,
        state: &State,
    ) -> Result<Option<K>> {
        let cursor = self.cursor.as_deref();
        cursor
            .map(|cursor| state.cursors.open(name, cursor))
            .transpose()
    }
}

/// How far each language is.
#[derive(Debug, Serialize, ToSchema)]
struct Coverage {
    /// How many articles there are, not counting the trash.
    #[schema(minimum = 0, example = 120)]
    articles: i64,
    /// A row for each language, the default first.
    #[schema(max_items = 1000)]
    data: Vec<LocaleCoverage>,
}

/// How far each language is
///
/// Needs `content:read`. How many articles are there in it and in which state, how many of those are
/// stale, and how many are missing.
#[utoipa::path(tag = "translations", security(("token" = [])),
    responses((status = 200, description = "The counts", body = Coverage)))]
#[get("/v1/coverage")]
async fn find_coverage(_insider: Insider, _: NoQuery, reader: Reader) -> Result<Reply> {
    let (articles, data) = coverage(&reader).await?;
    Reply::json(&Coverage { articles, data })
}
