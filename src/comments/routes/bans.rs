//! `/v1/bans`

use actix_web::{HttpRequest, delete, get, post, web};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::app::State;
use crate::auth::Moderator;
use crate::comments::bans::{Ban, NewBan};
use crate::db::Reader;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::http::page::{Collection, Limit};
use crate::http::query::{NoQuery, Query};
use crate::http::reply::Tagged;
use crate::http::{Body, ETag, Preconditions, Reply};

/// This resource's routes.
pub(super) fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(list_bans)
        .service(find_ban)
        .service(create_ban)
        .service(delete_ban);
}

/// What `GET /v1/bans` takes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct ListBans {
    /// How many a page has.
    #[param(inline)]
    limit: Limit,
    /// Where the page begins: a `next_cursor`.
    #[param(max_length = 2000)]
    cursor: Option<String>,
}

/// Who may not comment, newest first
///
/// Needs `comments:moderate`. Bans that have ended are gone. No ban tells who it is that is banned.
#[utoipa::path(tag = "comments", security(("token" = [])), params(ListBans),
    responses((status = 200, description = "A page of bans", body = Collection<Tagged<Ban>>)))]
#[get("/v1/bans")]
async fn list_bans(
    _moderator: Moderator,
    query: Query<ListBans>,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Reply> {
    let asked = query.0;
    let after: Option<(DateTime<Utc>, Uuid)> = asked
        .cursor
        .map(|cursor| state.cursors.open("bans", &cursor))
        .transpose()?;
    let bans = Ban::list(&reader, after, asked.limit.and_one()).await?;
    let seal = |last: &Ban| state.cursors.seal("bans", &(last.created_at, last.id));
    Collection::new(bans, asked.limit, seal)
        .try_map(|ban| {
            let version = version(&ban);
            Tagged::new(ban, version)
        })?
        .reply(&request)
}

/// One ban
///
/// Needs `comments:moderate`.
#[utoipa::path(tag = "comments", security(("token" = [])),
    responses((status = 200, description = "The ban", body = Ban)))]
#[get("/v1/bans/{ban}")]
async fn find_ban(
    _moderator: Moderator,
    ban: web::Path<String>,
    _: NoQuery,
    reader: Reader,
) -> Result<Reply> {
    answer(&Ban::find(&reader, parse(&ban)?).await?)
}

/// Ban someone from commenting
///
/// Needs `comments:moderate`. Either an e-mail address, or whoever wrote a comment: by its e-mail address,
/// or by the address that it came from, of which a ban ends at the latest when what is kept of addresses
/// cannot be told any more. Who is banned already is so for the new reason, until the new time (200).
#[utoipa::path(tag = "comments", security(("token" = [])), request_body = NewBan,
    responses((status = 200, description = "The ban that there was", body = Ban),
        (status = 201, description = "The ban", body = Ban)))]
#[post("/v1/bans")]
async fn create_ban(
    moderator: Moderator,
    _: NoQuery,
    body: Body<NewBan>,
    reader: Reader,
    state: web::Data<State>,
) -> Result<Reply> {
    let culprit = body.0.culprit(&reader, &state.visitors).await?;
    let ban = state
        .db
        .write(async |conn| {
            let ban = Ban::impose(conn, &culprit, &body.0, moderator.actor()).await?;
            let kind = match ban.is_new() {
                true => "ban.created",
                false => "ban.updated",
            };
            happened(kind, &ban, &moderator).write(conn).await?;
            Ok(ban)
        })
        .await?;
    // Its reason may name the person.
    culprit.note();
    let reply = answer(&ban)?;
    Ok(match ban.is_new() {
        true => reply.created(&format!("/v1/bans/{}", ban.id)),
        false => reply,
    })
}

/// Lift a ban
///
/// Needs `comments:moderate`.
#[utoipa::path(tag = "comments", security(("token" = [])),
    responses((status = 204, description = "Lifted")))]
#[delete("/v1/bans/{ban}")]
async fn delete_ban(
    moderator: Moderator,
    preconditions: Preconditions,
    ban: web::Path<String>,
    _: NoQuery,
    state: web::Data<State>,
) -> Result<Reply> {
    let id = parse(&ban)?;
    state
        .db
        .write(async |conn| {
            let ban = Ban::lock(conn, id).await?;
            preconditions.check(Some(&version(&ban)))?;
            ban.delete(conn).await?;
            happened("ban.deleted", &ban, &moderator).write(conn).await
        })
        .await?;
    Ok(Reply::no_content())
}

fn happened(kind: &'static str, ban: &Ban, moderator: &Moderator) -> Event {
    Event::new(kind, moderator.actor()).data(json!({"ban_id": ban.id, "kind": ban.kind}))
}

fn version(ban: &Ban) -> ETag {
    ETag::version('b', ban.version)
}

fn answer(ban: &Ban) -> Result<Reply> {
    Ok(Reply::json(ban)?.versioned(version(ban)))
}

fn parse(id: &str) -> Result<Uuid> {
    id.parse().map_err(|_| Error::not_found("ban"))
}
