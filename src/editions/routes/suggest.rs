//! `GET /v1/suggest`

use actix_web::{HttpRequest, get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::State;
use crate::articles::Filters;
use crate::auth::Caller;
use crate::db::Reader;
use crate::editions::list::EditionList;
use crate::editions::order::Sort;
use crate::editions::search::{Search, Suggestion};
use crate::error::Result;
use crate::http::negotiation::{AcceptLanguage, Negotiation};
use crate::http::page::Limit;
use crate::http::query::Query;
use crate::http::{Asked, Reply, Served};
use crate::values::range::LanguageRange;
use crate::values::search::Query as Words;

use super::asked::{language_keys, searched};

/// This resource's routes.
pub(super) fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(suggest_articles);
}

/// What `GET /v1/suggest` takes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct SuggestArticles {
    /// What is typed so far; nothing is suggested to nothing.
    #[param(max_length = 1000, example = "old bri")]
    q: Option<String>,
    /// The language: only what is there in it. Without it, the best for the reader.
    #[param(inline, value_type = Option<String>, example = "hi")]
    locale: Option<LanguageRange>,
    /// How many at most; 10 when not said.
    #[param(inline, value_type = Option<u8>, minimum = 1, maximum = 100, default = 10)]
    limit: Option<Limit>,
}

/// Headlines for what a reader types.
#[derive(Debug, Serialize, ToSchema)]
struct Suggestions {
    /// The newest first; those that are only like it, most alike first.
    #[schema(max_items = 100)]
    data: Vec<Suggestion>,
}

/// Headlines for what a reader types
///
/// The newest articles whose titles have all words of `q`, the last perhaps begun only; words in Latin letters
/// find titles in other scripts that sound like them. Where there are none: titles with a letter or two
/// otherwise.
#[utoipa::path(tag = "articles", security((), ("token" = [])), params(SuggestArticles),
    responses((status = 200, description = "Headlines", body = Suggestions)))]
#[get("/v1/suggest")]
async fn suggest_articles(
    _caller: Caller,
    query: Query<SuggestArticles>,
    header: AcceptLanguage,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Served> {
    let asked = query.0;
    let query = searched(asked.q.as_deref())?;
    let what = Asked::new(format!("suggest {asked:?}"), header.to_string());
    let make = async || suggest(asked, query, header, &reader).await;
    state.serve(&request, what, make).await
}

async fn suggest(
    asked: SuggestArticles,
    query: Option<Words>,
    header: AcceptLanguage,
    reader: &Reader,
) -> Result<Reply> {
    let negotiation = Negotiation::new(asked.locale, None, header);
    let limit = asked.limit.map_or(10, Limit::get);
    let mut data = match query {
        Some(query) => {
            let list = EditionList {
                filters: Filters::default(),
                sort: Sort::Newest,
                after: None,
                limit: i64::try_from(limit + 1).unwrap_or(i64::MAX),
            };
            Search { query, list }.suggest(reader, &negotiation).await?
        }
        None => vec![],
    };
    data.truncate(limit);
    Ok(Reply::json(&Suggestions { data })?
        .varying_by_language(negotiation.uses_header())
        .surrogate_keys(&language_keys(&negotiation).join(" ")))
}
