//! `/v1/tokens`

use actix_web::{HttpRequest, delete, get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::model::{NewToken, Token};
use crate::app::State;
use crate::auth::{Caller, Scope, TokenManager};
use crate::error::{Error, Result};
use crate::events::Event;
use crate::http::page::{Collection, Limit};
use crate::http::query::NoQuery;
use crate::http::reply::{Reply, Tagged};
use crate::http::{Body, ETag, Query};

/// This feature's routes. `current` stands before the ids, which it could be taken for.
pub fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(list_tokens)
        .service(current_token)
        .service(find_token)
        .service(create_token)
        .service(delete_token);
}

/// What `GET /v1/tokens` takes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct ListTokens {
    /// How many a page has.
    #[param(inline)]
    limit: Limit,
    /// Where the page begins: a `next_cursor`.
    #[param(max_length = 2000)]
    cursor: Option<String>,
}

/// A token with its secret, which is shown this once.
#[derive(Debug, Serialize, ToSchema)]
struct CreatedToken {
    #[serde(flatten)]
    token: Token,
    /// The secret: keep it, it cannot be had again.
    #[serde(rename = "token")]
    #[schema(max_length = 67, example = "dl_4f9a…")]
    secret: String,
}

/// All tokens, newest first
///
/// Needs `tokens:manage`. Without their secrets, which are stored nowhere.
#[utoipa::path(tag = "tokens", security(("token" = [])), params(ListTokens),
    responses((status = 200, description = "A page of tokens", body = Collection<Tagged<Token>>)))]
#[get("/v1/tokens")]
async fn list_tokens(
    _manager: TokenManager,
    query: Query<ListTokens>,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Reply> {
    let asked = query.0;
    let after: Option<(DateTime<Utc>, Uuid)> = asked
        .cursor
        .map(|cursor| state.cursors.open("tokens", &cursor))
        .transpose()?;
    let mut conn = state.db.connection().await?;
    let rows = Token::list(&mut conn, after, asked.limit.and_one()).await?;
    Collection::new(rows, asked.limit, |last| {
        state.cursors.seal("tokens", &(last.created_at, last.id))
    })
    .try_map(|token| Tagged::new(token.clone(), version(&token)))?
    .reply(&request)
}

/// The token that is asking
#[utoipa::path(tag = "tokens", security(("token" = [])),
    responses((status = 200, description = "The token", body = Token)))]
#[get("/v1/tokens/current")]
async fn current_token(caller: Caller, _: NoQuery) -> Result<Reply> {
    answer(caller.token()?)
}

/// One token
///
/// Needs `tokens:manage`.
#[utoipa::path(tag = "tokens", security(("token" = [])),
    responses((status = 200, description = "The token", body = Token)))]
#[get("/v1/tokens/{id}")]
async fn find_token(
    _manager: TokenManager,
    id: web::Path<String>,
    _: NoQuery,
    state: web::Data<State>,
) -> Result<Reply> {
    let mut conn = state.db.connection().await?;
    answer(&Token::find(&mut conn, parse(&id)?).await?)
}

/// Make a token
///
/// Needs `tokens:manage`. Nobody can give a scope or a locale that their own token lacks (403).
#[utoipa::path(tag = "tokens", security(("token" = [])), request_body = NewToken,
    responses((status = 201, description = "The token with its secret", body = CreatedToken)))]
#[post("/v1/tokens")]
async fn create_token(
    manager: TokenManager,
    _: NoQuery,
    body: Body<NewToken>,
    state: web::Data<State>,
) -> Result<Reply> {
    manager.token().covers(&body.0)?;
    let (token, secret) = state
        .db
        .write(async |conn| {
            let made = Token::create(conn, &body.0).await?;
            Event::new("token.created", manager.actor())
                .data(json!({"id": made.0.id, "name": made.0.name, "scopes": made.0.scopes}))
                .write(conn)
                .await?;
            Ok(made)
        })
        .await?;
    let location = format!("/v1/tokens/{}", token.id);
    let etag = version(&token);
    Ok(Reply::json(&CreatedToken { token, secret })?
        .versioned(etag)
        .created(&location))
}

/// Revoke a token
///
/// Needs `tokens:manage`, or is the token itself. No node takes it any more.
#[utoipa::path(tag = "tokens", security(("token" = [])), responses((status = 204, description = "Revoked")))]
#[delete("/v1/tokens/{id}")]
async fn delete_token(
    caller: Caller,
    preconditions: crate::http::Preconditions,
    id: web::Path<String>,
    _: NoQuery,
    state: web::Data<State>,
) -> Result<Reply> {
    let own = caller.token()?.id;
    let id = parse(&id)?;
    if id != own {
        caller.require(Scope::TokensManage)?;
    }
    state
        .db
        .write(async |conn| {
            let token = Token::find(conn, id).await?;
            preconditions.check(Some(&version(&token)))?;
            Token::delete(conn, id).await?;
            Event::new("token.revoked", caller.actor())
                .data(json!({"id": id, "name": token.name}))
                .write(conn)
                .await
        })
        .await?;
    Ok(Reply::no_content())
}

/// A token never changes but for its last use, which the digest of the answer tells.
fn version(_: &Token) -> ETag {
    ETag::version('k', 1)
}

fn answer(token: &Token) -> Result<Reply> {
    Ok(Reply::json(token)?.versioned(version(token)))
}

fn parse(id: &str) -> Result<Uuid> {
    id.parse().map_err(|_| Error::not_found("token"))
}
