//! The service put together: its state, all routes, and the layers around them.

use std::net::TcpListener;
use std::sync::Arc;

use actix_cors::Cors;
use actix_web::dev::Server;
use actix_web::middleware::{Compress, Condition, from_fn};
use actix_web::{App, HttpRequest, HttpServer, web};
use tokio::sync::Semaphore;
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::auth;
use crate::comments::check::Check;
use crate::comments::intake::Intake;
use crate::comments::posting::Terms;
use crate::comments::visitors::Visitors;
use crate::config::Config;
use crate::db::Database;
use crate::error::{Code, Error, Result};
use crate::http::cache::{self, Asked, Cache, Served};
use crate::http::known::{self, Known};
use crate::http::page::Cursors;
use crate::http::{Reply, held, problems};
use crate::values::address::SiteTemplate;
use crate::values::seal::Seal;
use crate::{
    articles, comments, editions, events, locales, openapi, operations, publishing, tags, tokens,
    transfer, translations,
};

/// Connections that comments are written through.
const INTAKE: usize = 4;

/// What every request may need.
#[derive(Debug)]
pub struct State {
    /// The settings.
    pub config: Config,
    /// The primary database.
    pub db: Database,
    /// The answers that are kept, if any are.
    pub cache: Option<Arc<Cache>>,
    /// Where comments are handed in.
    pub intake: Arc<Intake>,
    /// Who is asked whether a comment is spam, if anybody is.
    pub check: Option<Check>,
    /// What seals cursors.
    pub cursors: Cursors,
    /// What seals preview links and the forms of comments.
    pub seal: Seal,
    /// Who comments from where, as far as that is kept.
    pub visitors: Visitors,
    /// The base of absolute links, without a slash at its end.
    pub public_url: String,
    /// Where the readers' site shows an edition.
    pub site: SiteTemplate,
    /// Places for imports and exports.
    pub transfers: Arc<Semaphore>,
}

impl State {
    /// The state of a service under this address. `key` is what it seals with, the same on all nodes.
    ///
    /// # Errors
    /// When the listener has no address, or the system no thread.
    pub fn new(
        config: Config,
        db: Database,
        key: &[u8],
        listener: &TcpListener,
    ) -> std::io::Result<Self> {
        let address = listener.local_addr()?;
        let public_url = config
            .public_url
            .clone()
            .unwrap_or_else(|| format!("http://{address}"));
        let template = config.site_url_template.clone();
        let site = SiteTemplate::new(
            template.unwrap_or_else(|| format!("{public_url}/{{locale}}/{{slug}}")),
        );
        let cache = Cache::new(config.cache_mb);
        if let Some(cache) = &cache {
            // The follower has the database, which must not keep alive what it follows for.
            let noting = Arc::downgrade(cache);
            db.watch(move |touched| {
                if let Some(cache) = noting.upgrade() {
                    cache.change(touched);
                }
            });
            cache::follow(cache, db.clone())?;
        }
        let comments = &config.comments;
        let terms = Terms {
            rate: comments.rate.0,
            article_rate: comments.article_rate.0,
            trust_after: comments.trust_after,
        };
        let intake = db.planned_once(INTAKE).map_err(std::io::Error::other)?;
        let check = comments.check_url.clone().map(Check::new).transpose()?;
        Ok(State {
            intake: Intake::new(intake, terms),
            check,
            config,
            db,
            cache,
            cursors: Cursors::new(key),
            seal: Seal::new(key),
            visitors: Visitors::new(Seal::new(key)),
            public_url,
            site,
            transfers: Arc::new(Semaphore::new(transfer::routes::AT_ONCE)),
        })
    }
}

impl State {
    /// The answer to a request that anyone may make: kept, or made now.
    ///
    /// # Errors
    /// Whatever `make` fails with.
    pub async fn serve(
        &self,
        request: &HttpRequest,
        asked: Asked,
        make: impl AsyncFnOnce() -> Result<Reply>,
    ) -> Result<Served> {
        match &self.cache {
            Some(cache) => cache.serve(request, asked, make).await,
            None => make().await.map(Served::Fresh),
        }
    }
}

/// Every route, feature by feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .configure(articles::routes::routes)
        .configure(editions::routes::routes)
        .configure(translations::routes::routes)
        .configure(tags::routes::routes)
        .configure(comments::routes::routes)
        .configure(publishing::routes::routes)
        .configure(locales::routes::routes)
        .configure(tokens::routes::routes)
        .configure(transfer::routes::routes)
        .configure(events::routes::routes)
        .configure(operations::routes);
}

/// The OpenAPI document of these routes.
pub fn document() -> serde_json::Value {
    let (_, document) = App::new()
        .into_utoipa_app()
        .openapi(openapi::frame())
        .configure(routes)
        .split_for_parts();
    openapi::complete(&document)
}

/// The server, ready to run on this listener. It takes no signals: whoever runs it stops it.
///
/// # Errors
/// When the listener will not do.
pub fn server(state: State, listener: TcpListener) -> std::io::Result<Server> {
    let workers = state.config.workers.map_or_else(cores, usize::from);
    let state = web::Data::from(Arc::new(state));
    let known = web::Data::new(Known::new(&document()));
    let server = HttpServer::new(move || {
        let (app, _) = App::new()
            .into_utoipa_app()
            .configure(routes)
            .split_for_parts();
        app.app_data(state.clone())
            .app_data(known.clone())
            .app_data(state.db.reader())
            .app_data(
                web::PathConfig::default().error_handler(|error, _| malformed_path(&error).into()),
            )
            .configure(operations::pages)
            .default_service(web::to(known::fallback))
            .wrap(from_fn(held::hold))
            .wrap(Compress::default())
            .wrap(from_fn(auth::identify))
            .wrap(Condition::new(
                !state.config.cors_origins.is_empty(),
                cors(&state.config.cors_origins),
            ))
            .wrap(from_fn(problems::answer))
    });
    Ok(server
        .workers(workers)
        .disable_signals()
        .shutdown_timeout(30)
        .listen(listener)?
        .run())
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

fn malformed_path(error: &actix_web::error::PathError) -> Error {
    Error::problem(
        Code::InvalidParameter,
        format!("the path is malformed: {error}"),
    )
}

/// Browsers of these origins may call everything and read every header that matters.
fn cors(origins: &[String]) -> Cors {
    let cors = Cors::default()
        .allowed_methods(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
        .allow_any_header()
        .expose_headers([
            "ETag",
            "Idempotent-Replayed",
            "Link",
            "Location",
            "Content-Language",
            "RateLimit",
            "RateLimit-Policy",
            "Retry-After",
            "X-Request-Id",
        ])
        .block_on_origin_mismatch(false)
        .max_age(3600);
    if origins.iter().any(|origin| origin == "*") {
        return cors.allow_any_origin().send_wildcard();
    }
    origins
        .iter()
        .fold(cors, |cors, origin| cors.allowed_origin(origin))
}
