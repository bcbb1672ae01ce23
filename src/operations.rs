//! Health, the OpenAPI document and its pages, and what answers where no route does.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, web};
use diesel::sql_types as sql;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_swagger_ui::{Config as SwaggerConfig, SwaggerUi};

use crate::db::{Reader, Statement, migrate};
use crate::error::{Code, Error, Result};
use crate::http::Reply;
use crate::http::known::Known;
use crate::http::query::NoQuery;
use crate::values::markdown::EmbedHosts;

/// The routes that are in the OpenAPI document.
pub fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(find_index)
        .service(find_health)
        .service(find_readiness)
        .service(find_openapi)
        .service(explain_problem);
}

/// The pages that are not: Swagger UI.
pub fn pages(config: &mut web::ServiceConfig) {
    let swagger = SwaggerConfig::new(["/openapi.json"])
        .persist_authorization(true)
        .try_it_out_enabled(true)
        .display_request_duration(true)
        .deep_linking(true);
    config
        .service(web::redirect("/docs", "/docs/"))
        .service(SwaggerUi::new("/docs/{_:.*}").config(swagger));
}

/// Where things are.
#[derive(Debug, Serialize, ToSchema)]
struct Index {
    /// What this is.
    #[schema(max_length = 100, example = "Dateline")]
    name: &'static str,
    /// Which version of it.
    #[schema(max_length = 40, example = "0.1.0")]
    version: &'static str,
    /// Articles.
    #[schema(max_length = 200, example = "/v1/articles")]
    articles: &'static str,
    /// The OpenAPI document.
    #[schema(max_length = 200, example = "/openapi.json")]
    openapi: &'static str,
    /// Swagger UI.
    #[schema(max_length = 200, example = "/docs/")]
    docs: &'static str,
    /// Whether the process runs.
    #[schema(max_length = 200, example = "/healthz")]
    health: &'static str,
    /// Whether it can serve.
    #[schema(max_length = 200, example = "/readyz")]
    readiness: &'static str,
}

/// Where things are
#[utoipa::path(tag = "operations", security(()), responses((status = 200, description = "Links", body = Index)))]
#[get("/")]
async fn find_index(_: NoQuery) -> Result<Reply> {
    Reply::json(&Index {
        name: "Dateline",
        version: env!("CARGO_PKG_VERSION"),
        articles: "/v1/articles",
        openapi: "/openapi.json",
        docs: "/docs/",
        health: "/healthz",
        readiness: "/readyz",
    })
}

/// How the service is.
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// `pass`.
    #[schema(max_length = 10, example = "pass")]
    status: &'static str,
}

/// Whether the process runs
#[utoipa::path(tag = "operations", security(()), responses((status = 200, description = "It does", body = Health)))]
#[get("/healthz")]
async fn find_health() -> Result<Reply> {
    Ok(uncached(Reply::json(&Health { status: "pass" })?))
}

/// Whether requests can be served
///
/// The database answers, and its schema is that of this version.
#[utoipa::path(tag = "operations", security(()),
    responses((status = 200, description = "They can", body = Health), (status = 503, description = "They cannot")))]
#[get("/readyz")]
async fn find_readiness(reader: Reader) -> Result<Reply> {
    let current: Statement<sql::Bool> =
        Statement::new("select exists (select from __diesel_schema_migrations where version = ")
            .bind(migrate::newest())
            .sql(")");
    match reader.first::<bool, _>(current).await? {
        Some(true) => Ok(uncached(Reply::json(&Health { status: "pass" })?)),
        _ => Err(Error::unavailable(
            "the database's schema is not that of this version",
        )),
    }
}

fn uncached(reply: Reply) -> Reply {
    reply.private()
}

/// This document
#[utoipa::path(tag = "operations", security(()),
    responses((status = 200, description = "The OpenAPI 3.1 document", body = Value)))]
#[get("/openapi.json")]
async fn find_openapi(known: web::Data<Known>) -> Result<Reply> {
    Ok(Reply::bytes(known.json().as_bytes().to_vec()))
}

/// What a kind of problem is, and what can be done about it
#[utoipa::path(tag = "operations", security(()),
    responses((status = 200, description = "A short page", body = String, content_type = "text/html")))]
#[get("/problems/{code}")]
async fn explain_problem(code: web::Path<String>) -> Result<HttpResponse> {
    let code = Code::ALL
        .into_iter()
        .find(|known| known.name() == code.as_str());
    let code = code.ok_or_else(|| Error::not_found("kind of problem"))?;
    let page = format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>{name}</title>\n\
        <h1>{title}</h1>\n<p><code>{name}</code>, status {status}</p>\n{explanation}</html>\n",
        name = code.name(),
        title = code.title(),
        status = code.status(),
        explanation =
            crate::values::markdown::article_html(code.explanation(), &EmbedHosts::default()),
    );
    Ok(HttpResponse::build(StatusCode::OK)
        .content_type("text/html; charset=utf-8")
        .body(page))
}
