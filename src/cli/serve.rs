//! `dateline serve`

use std::net::TcpListener;
use std::process::ExitCode;

use actix_web::dev::ServerHandle;
use actix_web::rt::{self, System};
use clap::Args;
use diesel::prelude::*;
use diesel_async::{AsyncConnection, RunQueryDsl};
use tokio::signal::unix::{SignalKind, signal};

use super::Failure;
use super::database::Opened;
use crate::app::{self, State};
use crate::auth::Scope;
use crate::config::Config;
use crate::db::{Database, Statement, migrate, settings};
use crate::demo;
use crate::error::{Error, Result};
use crate::schema::secrets;
use crate::tokens::{NewToken, Token};
use crate::worker;

/// `dateline serve`
#[derive(Debug, Default, Args)]
pub struct Serve {
    /// Loads the sample content into an empty database
    #[arg(long)]
    demo: bool,
}

impl Serve {
    pub(super) fn run(self, config: Config) -> Result<ExitCode, Failure> {
        // Bound before anything is touched: a taken port is told at once.
        let listener = TcpListener::bind(config.bind).map_err(|error| {
            Failure::new(format!(
                "DATELINE_BIND: cannot listen on {}: {error}",
                config.bind
            ))
        })?;
        let database = Opened::new(&config)?;
        migrate::run(database.url())?;
        let served = System::new().block_on(serve(config, database.url(), listener, self.demo));
        database.close()?;
        served?;
        Ok(ExitCode::SUCCESS)
    }
}

async fn serve(
    config: Config,
    url: &str,
    listener: TcpListener,
    with_demo: bool,
) -> Result<(), Failure> {
    let db = Database::new(url, usize::from(config.pool_size))?;
    let hosts = config.embed_hosts.to_keep();
    db.write(async |conn| settings::keep(conn, "embed_hosts", hosts.clone()).await)
        .await?;
    let secret = first_token(&db).await?;
    if with_demo {
        let loaded = demo::load(&db).await?;
        eprintln!(
            "{}",
            if loaded {
                "sample content loaded"
            } else {
                "there is content already: no sample loaded"
            }
        );
    }
    let key = sealing_key(&db).await?;
    let address = listener.local_addr()?;
    let close_after_days = config.comments.close_after_days;
    let server = app::server(State::new(config, db.clone(), &key, &listener)?, listener)?;
    if let Some(secret) = secret {
        eprintln!("admin token (shown this once): {secret}");
    }
    eprintln!("Swagger UI on http://{address}/docs/");
    eprintln!("listening on http://{address}");
    rt::spawn(stop_on_signal(server.handle())?);
    let worker = rt::spawn(worker::run(db, close_after_days));
    server.await?;
    worker.abort();
    Ok(())
}

/// The first SIGTERM or SIGINT lets finish what runs, the second does not.
fn stop_on_signal(server: ServerHandle) -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        let mut graceful = true;
        loop {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            log::info!(
                "{}",
                if graceful {
                    "stopping"
                } else {
                    "stopping at once"
                }
            );
            rt::spawn(server.stop(graceful));
            graceful = false;
        }
    })
}

/// Makes an admin token where there is none at all. Nodes that start together make one between them.
async fn first_token(db: &Database) -> Result<Option<String>> {
    let mut conn = db.connection().await?;
    conn.transaction(async |conn| {
        let queue: Statement<()> =
            Statement::new("select pg_advisory_xact_lock(hashtext('tokens'))");
        queue.execute(conn).await?;
        if Token::any(conn).await? {
            return Ok(None);
        }
        let new = NewToken {
            name: "admin".into(),
            scopes: vec![Scope::Admin],
            locales: None,
            expires_at: None,
        };
        Ok(Some(Token::create(conn, &new).await?.1))
    })
    .await
}

/// The key that all nodes seal cursors and preview links with.
///
/// # Errors
/// When the database fails.
pub async fn sealing_key(db: &Database) -> Result<Vec<u8>> {
    let mut fresh = vec![0; 32];
    getrandom::fill(&mut fresh).map_err(|error| Error::Internal(error.to_string()))?;
    let mut conn = db.connection().await?;
    diesel::insert_into(secrets::table)
        .values((secrets::name.eq("seal"), secrets::value.eq(fresh)))
        .on_conflict_do_nothing()
        .execute(&mut conn)
        .await?;
    Ok(secrets::table
        .find("seal")
        .select(secrets::value)
        .first(&mut conn)
        .await?)
}
