//! Content in and out over HTTP: `/v1/import` and `/v1/export`.

use std::sync::Arc;

use actix_web::{get, post, rt, web};
use futures_util::StreamExt;
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use utoipa::IntoParams;

use super::export::{Extent, lines};
use super::spool::Spool;
use crate::app::State;
use crate::auth::{Admin, Insider, Scope};
use crate::error::{Error, Result};
use crate::http::query::{self, NoQuery, Query};
use crate::http::{LinesBody, Streamed};
use receiving::{LineResult, Receiving};

mod receiving;

/// How many imports and exports a node works on at once: each has a connection to the database, and some
/// megabytes.
pub const AT_ONCE: usize = 4;

/// This feature's routes.
pub fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(import_content).service(export_content);
}

/// How an import is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct ImportContent {
    /// Tells what would become of each line, and changes nothing.
    #[serde(deserialize_with = "query::flag")]
    dry_run: Option<bool>,
}

/// Take content in
///
/// Needs `admin`. Lines of NDJSON, of any number: locales, tags, articles, comments, in this order (docs/import-format.md). Each is
/// written over what it names by id or `external_id`; one that is wrong, or longer than 8 MiB, spoils only itself. What became of each is
/// told as it is done, in the order of the lines. Sending the same again changes nothing: so an import that broke off is
/// sent again.
#[utoipa::path(tag = "transfer", security(("token" = [])), params(ImportContent),
    request_body(content = String, content_type = "application/x-ndjson", description = "One JSON object a line",
        example = "{\"type\": \"article\", \"external_id\": \"old:7\", \"source_locale\": \"en\", \"translations\": [{\"locale\": \"en\", \"title\": \"The old bridge reopens\"}]}\n"),
    responses((status = 200, description = "A line for each line", body = LineResult, content_type = "application/x-ndjson")))]
#[post("/v1/import")]
async fn import_content(
    admin: Admin,
    query: Query<ImportContent>,
    body: LinesBody,
    state: web::Data<State>,
) -> Result<Streamed> {
    let place = begin(&state.transfers)?;
    // That the database is away is told as a problem.
    drop(state.db.connection().await?);
    let results = Spool::new()?;
    let told = results.read();
    let receiving = Receiving {
        payload: body.0,
        db: state.db.clone(),
        dry_run: query.0.dry_run.unwrap_or(false),
        actor: admin.actor().map(str::to_owned),
        results,
    };
    rt::spawn(async move {
        receiving.run().await;
        drop(place);
    });
    Ok(Streamed::lines(told))
}

/// Give all content out
///
/// Needs `content:read`. Locales, tags, articles with all their languages, comments: as `POST /v1/import` takes them, and as
/// they were at one moment. Comments that readers do not see, e-mail addresses and what moderators noted are there with
/// `comments:moderate` alone; tokens and secrets never. Where it breaks off, the connection does.
#[utoipa::path(tag = "transfer", security(("token" = [])),
    responses((status = 200, description = "One JSON object a line", body = String, content_type = "application/x-ndjson")))]
#[get("/v1/export")]
async fn export_content(insider: Insider, _: NoQuery, state: web::Data<State>) -> Result<Streamed> {
    let place = begin(&state.transfers)?;
    let extent = match insider.token().may(Scope::CommentsModerate) {
        true => Extent::Everything,
        false => Extent::Public,
    };
    let lines = lines(state.db.url(), extent).await?;
    // The place is taken until the last line is sent, or nobody reads any more.
    Ok(Streamed::lines(lines.map(move |piece| {
        let _ = &place;
        piece
    })))
}

fn begin(places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit> {
    let place = Arc::clone(places).try_acquire_owned();
    place.map_err(|_| {
        Error::unavailable(format!("{AT_ONCE} imports and exports are running already"))
    })
}
