//! A whole service for each test: a database of its own, cloned from a migrated template, and a real
//! socket.

use std::net::TcpListener;
use std::sync::mpsc;
use std::thread;

use actix_web::dev::ServerHandle;
use clap::Parser;
use dateline::app::{self, State};
use dateline::auth::Scope;
use dateline::cli::serve::sealing_key;
use dateline::config::Config;
use dateline::db::{Database, migrate, settings};
use dateline::tokens::{NewToken, Token};
use dateline::worker;
use tokio::sync::OnceCell;
use tokio_postgres::NoTls;
use uuid::Uuid;

use crate::client::Client;
use crate::postgres::cluster;

/// A running service.
pub(crate) struct TestApp {
    /// Its address, without a slash at its end.
    pub(crate) url: String,
    /// Its database's.
    pub(crate) database_url: String,
    /// Its name, if it is to go with the service.
    database: Option<String>,
    admin: String,
    server: ServerHandle,
}

#[derive(Parser)]
struct Settings {
    #[command(flatten)]
    config: Config,
}

/// What is set unless a test sets it otherwise: a test says much in a minute.
const USUAL: [(&str, &str); 3] = [
    ("--workers", "1"),
    ("--pool-size", "8"),
    ("--comment-rate", "off"),
];

/// Settings as they are without any environment, but for these.
fn settings(given: &[&str], database_url: &str) -> Config {
    let always = [
        "test",
        "--bind",
        "127.0.0.1:0",
        "--database-url",
        database_url,
    ];
    let usual = USUAL.iter().filter(|(name, _)| !given.contains(name));
    let usual = usual.flat_map(|&(name, value)| [name, value]);
    let all = always.into_iter().chain(usual).chain(given.iter().copied());
    Settings::parse_from(all).config
}

impl TestApp {
    /// A service with the default settings.
    pub(crate) async fn start() -> TestApp {
        TestApp::start_with(&[]).await
    }

    /// A service with these settings, as they would stand on the command line.
    pub(crate) async fn start_with(given: &[&str]) -> TestApp {
        let database = clone_template().await;
        TestApp::serve(cluster().url(&database), Some(database), given).await
    }

    /// A service on a PostgreSQL of the test's own, migrated already, which it leaves as it is.
    pub(crate) async fn start_at(database_url: &str, given: &[&str]) -> TestApp {
        TestApp::serve(database_url.to_owned(), None, given).await
    }

    /// One more service on the database of this one, which goes with this one.
    pub(crate) async fn second_node(&self, given: &[&str]) -> TestApp {
        TestApp::serve(self.database_url.clone(), None, given).await
    }

    async fn serve(database_url: String, database: Option<String>, given: &[&str]) -> TestApp {
        let config = settings(given, &database_url);
        let db = Database::new(&database_url, 8).unwrap();
        let new = NewToken {
            name: "tests".into(),
            scopes: vec![Scope::Admin],
            locales: None,
            expires_at: None,
        };
        let admin = {
            let mut conn = db.connection().await.unwrap();
            Token::create(&mut conn, &new).await.unwrap().1
        };
        let key = sealing_key(&db).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let db = Database::new(&database_url, usize::from(config.pool_size)).unwrap();
        let hosts = config.embed_hosts.to_keep();
        db.write(async |conn| settings::keep(conn, "embed_hosts", hosts.clone()).await)
            .await
            .unwrap();
        let close_after_days = config.comments.close_after_days;
        let state = State::new(config, db.clone(), &key, &listener).unwrap();
        let (send, receive) = mpsc::channel();
        thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = app::server(state, listener).unwrap();
                let worker = actix_web::rt::spawn(worker::run(db, close_after_days));
                send.send(server.handle()).unwrap();
                server.await.unwrap();
                worker.abort();
            });
        });
        let server = receive.recv().unwrap();
        TestApp {
            url,
            database_url,
            database,
            admin,
            server,
        }
    }

    /// A caller with every right.
    pub(crate) fn admin(&self) -> Client {
        Client::new(&self.url, Some(self.admin.clone()))
    }

    /// A caller without a token.
    pub(crate) fn guest(&self) -> Client {
        Client::new(&self.url, None)
    }

    /// A caller with these scopes.
    pub(crate) async fn caller(&self, scopes: &[&str]) -> Client {
        self.caller_in(scopes, None).await
    }

    /// A caller with these scopes who may write in these locales only.
    pub(crate) async fn caller_in(&self, scopes: &[&str], locales: Option<&[&str]>) -> Client {
        let body = serde_json::json!({"name": "test caller", "scopes": scopes, "locales": locales});
        let made = self.admin().post("/v1/tokens", body).await.expect(201);
        Client::new(&self.url, Some(made["token"].as_str().unwrap().to_owned()))
    }

    /// A connection to its database, to look behind the scenes.
    pub(crate) async fn sql(&self) -> tokio_postgres::Client {
        connect(&self.database_url).await
    }
}

impl Drop for TestApp {
    /// Stops the service and drops its database, if it has one to itself.
    fn drop(&mut self) {
        let (server, database) = (self.server.clone(), self.database.clone());
        let stop = move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                server.stop(false).await;
                let Some(database) = database else { return };
                let admin = connect(&cluster().url("postgres")).await;
                // By force: the test's own connections may be open still.
                let _ = admin
                    .batch_execute(&format!(
                        "drop database if exists \"{database}\" with (force)"
                    ))
                    .await;
            });
        };
        thread::spawn(stop).join().unwrap();
    }
}

/// A connection to any database of the cluster.
pub(crate) async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// A database with the schema and nothing else.
pub(crate) async fn clone_template() -> String {
    static TEMPLATE: OnceCell<()> = OnceCell::const_new();
    TEMPLATE.get_or_init(make_template).await;
    let name = format!("test_{}", Uuid::now_v7().simple());
    let admin = connect(&cluster().url("postgres")).await;
    admin
        .batch_execute(&format!(
            "create database \"{name}\" template template_dateline"
        ))
        .await
        .unwrap();
    name
}

async fn make_template() {
    let admin = connect(&cluster().url("postgres")).await;
    admin
        .batch_execute("drop database if exists template_dateline")
        .await
        .unwrap();
    admin
        .batch_execute("create database template_dateline")
        .await
        .unwrap();
    let url = cluster().url("template_dateline");
    thread::spawn(move || migrate::run(&url).unwrap())
        .join()
        .unwrap();
}
