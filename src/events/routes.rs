//! `GET /v1/audit`

use actix_web::{HttpRequest, get, web};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::history::{Audit, EventRow};
use crate::app::State;
use crate::auth::Admin;
use crate::db::Reader;
use crate::error::{Code, Error, Result};
use crate::http::page::{Collection, Limit};
use crate::http::{Query, Reply};
use crate::values::locale::Locale;

/// This feature's routes.
pub fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(list_audit);
}

/// What `GET /v1/audit` takes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct ListAudit {
    /// Only what was done to this article, by its id; it may be erased by now.
    article: Option<Uuid>,
    /// With `article`: only what was done to its edition in this language.
    #[param(inline, value_type = Option<String>, example = "hi")]
    locale: Option<Locale>,
    /// Only what was done with tokens of this name.
    #[param(max_length = 100, example = "A. Deshmukh")]
    actor: Option<String>,
    /// How many a page has.
    #[param(inline)]
    limit: Limit,
    /// Where the page begins: a `next_cursor`.
    #[param(max_length = 2000)]
    cursor: Option<String>,
}

/// Who did what to which edition when
///
/// Needs `admin`. Newest first. Every change has its event, written with it or not at all.
#[utoipa::path(tag = "events", security(("token" = [])), params(ListAudit),
    responses((status = 200, description = "A page of events", body = Collection<EventRow>)))]
#[get("/v1/audit")]
async fn list_audit(
    _admin: Admin,
    query: Query<ListAudit>,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Reply> {
    let asked = query.0;
    if asked.locale.is_some() && asked.article.is_none() {
        return Err(Error::problem(
            Code::InvalidParameter,
            "locale: goes with article",
        ));
    }
    let audit = Audit {
        article: asked.article,
        locale: asked.locale.map(String::from),
        actor: asked.actor,
    };
    let name = format!("audit {audit:?}");
    let after: Option<i64> = asked
        .cursor
        .map(|cursor| state.cursors.open(&name, &cursor))
        .transpose()?;
    let events = audit.load(&reader, asked.limit.and_one(), after).await?;
    let seal = |last: &EventRow| state.cursors.seal(&name, &last.id);
    Collection::new(events, asked.limit, seal).reply(&request)
}
