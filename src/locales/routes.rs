//! `/v1/locales`

use actix_web::{HttpRequest, delete, get, put, web};

use super::model::{LocaleRow, NewLocale};
use crate::app::State;
use crate::auth::{Admin, Caller, Scope};
use crate::db::Reader;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::http::page::Collection;
use crate::http::query::NoQuery;
use crate::http::reply::{Reply, Tagged};
use crate::http::{Asked, Body, ETag, Preconditions, Served};
use crate::projection;
use crate::values::locale::Locale;

/// This feature's routes.
pub fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(list_locales)
        .service(find_locale)
        .service(replace_locale)
        .service(delete_locale);
}

/// The languages of the publication
///
/// The default first. Disabled ones are shown to tokens with `content:read` only.
#[utoipa::path(tag = "locales", security((), ("token" = [])),
    responses((status = 200, description = "All locales", body = Collection<Tagged<LocaleRow>>)))]
#[get("/v1/locales")]
async fn list_locales(
    caller: Caller,
    reader: Reader,
    _: NoQuery,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Served> {
    let asked = Asked::new("locales".to_owned(), String::new());
    let make = async || {
        let rows = LocaleRow::list(&reader, caller.may(Scope::ContentRead)).await?;
        let page =
            Collection::whole(rows).try_map(|row| Tagged::new(row.clone(), version(&row)))?;
        Ok(page.reply(&request)?.surrogate_keys("locales"))
    };
    state.serve(&request, asked, make).await
}

/// One language
#[utoipa::path(tag = "locales", security((), ("token" = [])),
    responses((status = 200, description = "The locale", body = LocaleRow)))]
#[get("/v1/locales/{locale}")]
async fn find_locale(
    caller: Caller,
    reader: Reader,
    code: web::Path<String>,
    _: NoQuery,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Served> {
    let code = parse(&code)?;
    let asked = Asked::new(format!("locale {code}"), String::new());
    let make = async || {
        let row = LocaleRow::find(&reader, &code).await?;
        let row = row.filter(|row| row.enabled || caller.may(Scope::ContentRead));
        answer(&row.ok_or_else(|| Error::not_found("locale").until_changes("locales site"))?)
    };
    state.serve(&request, asked, make).await
}

/// Add a language, or replace its settings
///
/// Needs `admin`. Names and direction come from CLDR where they are left out.
#[utoipa::path(tag = "locales", security(("token" = [])), request_body = NewLocale,
    responses((status = 200, description = "Replaced", body = LocaleRow),
              (status = 201, description = "Added", body = LocaleRow)))]
#[put("/v1/locales/{locale}")]
async fn replace_locale(
    admin: Admin,
    preconditions: Preconditions,
    code: web::Path<String>,
    _: NoQuery,
    body: Body<NewLocale>,
    state: web::Data<State>,
) -> Result<Reply> {
    let code: Locale = code.parse().map_err(|_| malformed())?;
    let (before, row) = state
        .db
        .write(async |conn| {
            LocaleRow::take_turn(conn).await?;
            let before = LocaleRow::lock(conn, &code).await?;
            preconditions.check(before.as_ref().map(version).as_ref())?;
            let row = LocaleRow::put(conn, &code, &body.0, before.as_ref()).await?;
            if before
                .as_ref()
                .is_some_and(|before| before.fallbacks != row.fallbacks)
            {
                projection::rename_tags_in(conn, code.as_str()).await?;
            }
            let kind = if before.is_some() {
                "locale.updated"
            } else {
                "locale.created"
            };
            Event::new(kind, admin.actor())
                .locale(code.as_str())
                .keys(LocaleRow::KEYS.map(str::to_owned))
                .write(conn)
                .await?;
            Ok((before, row))
        })
        .await?;
    let reply = answer(&row)?;
    Ok(if before.is_none() {
        reply.created(&format!("/v1/locales/{code}"))
    } else {
        reply
    })
}

/// Remove a language
///
/// Needs `admin`. One with content cannot be removed (409); it can be disabled.
#[utoipa::path(tag = "locales", security(("token" = [])), responses((status = 204, description = "Removed")))]
#[delete("/v1/locales/{locale}")]
async fn delete_locale(
    admin: Admin,
    preconditions: Preconditions,
    code: web::Path<String>,
    _: NoQuery,
    state: web::Data<State>,
) -> Result<Reply> {
    let code = parse(&code)?;
    state
        .db
        .write(async |conn| {
            LocaleRow::take_turn(conn).await?;
            let row = LocaleRow::lock(conn, &code)
                .await?
                .ok_or_else(|| Error::not_found("locale"))?;
            preconditions.check(Some(&version(&row)))?;
            LocaleRow::delete(conn, &row).await?;
            Event::new("locale.deleted", admin.actor())
                .locale(code.as_str())
                .keys(LocaleRow::KEYS.map(str::to_owned))
                .write(conn)
                .await
        })
        .await?;
    Ok(Reply::no_content())
}

fn version(row: &LocaleRow) -> ETag {
    ETag::version('l', row.version)
}

fn answer(row: &LocaleRow) -> Result<Reply> {
    Ok(Reply::json(row)?
        .versioned(version(row))
        .surrogate_keys("locales"))
}

/// What is no language tag is no locale of ours either.
fn parse(code: &str) -> Result<Locale> {
    code.parse().map_err(|_| malformed())
}

fn malformed() -> Error {
    Error::problem(
        crate::error::Code::InvalidParameter,
        "the path takes a language tag (BCP 47)",
    )
}
