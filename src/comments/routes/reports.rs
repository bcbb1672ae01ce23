//! `/v1/comments/{comment}/reports`

use actix_web::{HttpRequest, get, post, web};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::reactions::VisitorToken;
use super::{not_found, parse, visitor};
use crate::app::State;
use crate::auth::{Caller, Moderator};
use crate::comments::queue::{self, Eyes};
use crate::comments::reports::{self, ListedReport, NewReport, Report};
use crate::db::{Reader, tells_of};
use crate::error::Result;
use crate::http::page::{Collection, Limit};
use crate::http::query::{NoQuery, Query};
use crate::http::{Body, Reply};

/// This resource's routes.
pub(super) fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(list_reports).service(create_report);
}

/// What `GET /v1/comments/{comment}/reports` takes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct ListReports {
    /// How many a page has.
    #[param(inline)]
    limit: Limit,
    /// Where the page begins: a `next_cursor`.
    #[param(max_length = 2000)]
    cursor: Option<String>,
}

/// The reports of a comment, newest first
///
/// Needs `comments:moderate`. Nobody is told who sent them.
#[utoipa::path(tag = "comments", security(("token" = [])), params(ListReports),
    responses((status = 200, description = "A page of reports", body = Collection<ListedReport>)))]
#[get("/v1/comments/{comment}/reports")]
async fn list_reports(
    _moderator: Moderator,
    comment: web::Path<String>,
    query: Query<ListReports>,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Reply> {
    let id = parse(&comment)?;
    let asked = query.0;
    let name = format!("reports {id}");
    let after: Option<(DateTime<Utc>, i64)> = asked
        .cursor
        .map(|cursor| state.cursors.open(&name, &cursor))
        .transpose()?;
    let listed = reports::list(&reader, id, asked.limit.and_one(), after).await?;
    if listed.is_empty() {
        let found = queue::find(&reader, id, Eyes::Moderator).await?;
        found.ok_or_else(not_found)?;
    }
    let seal = |last: &ListedReport| {
        let place = (last.report.reported_at, last.report.id);
        state.cursors.seal(&name, &place)
    };
    let page = Collection::new(listed, asked.limit, seal);
    Ok(page.reply(&request)?.private())
}

/// Report a comment
///
/// Anyone may, once: another report of the same visitor takes the place of the first. When readers at so many
/// addresses as the service is set to have reported it, it waits for a moderator again. A visitor is the address
/// with its `User-Agent`, or a `Visitor-Token` if one is sent. 404 for a comment that readers do not see, and for a
/// deleted one.
#[utoipa::path(tag = "comments", security((), ("token" = [])), params(VisitorToken), request_body = NewReport,
    responses((status = 201, description = "Reported: the report", body = Report),
              (status = 200, description = "Reported again: the report", body = Report)))]
#[post("/v1/comments/{comment}/reports")]
async fn create_report(
    _caller: Caller,
    comment: web::Path<String>,
    _: NoQuery,
    body: Body<NewReport>,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Reply> {
    let id = parse(&comment)?;
    let visitor = visitor(&request, &state, &reader).await?;
    let hold_after = state.config.comments.hold_after_reports;
    let (report, is_new) = state
        .db
        .write(async |conn| body.0.file(conn, id, &visitor, hold_after).await)
        .await?;
    // It may repeat the comment's words.
    tells_of(id.as_bytes());
    let reply = Reply::json(&report)?.private();
    Ok(if is_new {
        reply.created(&format!("/v1/comments/{id}/reports"))
    } else {
        reply
    })
}
