//! The `dateline` command

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{clone_template, connect};
use crate::client::{Answer, Client};
use crate::postgres::cluster;
use crate::process::{Folder, Process, dateline, run, signal};

/// A database of the tests' PostgreSQL, empty and without even the schema, which goes with the test.
pub(crate) struct Fresh {
    name: String,
    pub(crate) url: String,
}

impl Fresh {
    pub(crate) async fn new() -> Fresh {
        let name = format!("cli_{}", Uuid::now_v7().simple());
        let admin = connect(&cluster().url("postgres")).await;
        admin
            .batch_execute(&format!("create database \"{name}\""))
            .await
            .unwrap();
        Fresh {
            url: cluster().url(&name),
            name,
        }
    }

    /// One with the schema.
    pub(crate) async fn migrated() -> Fresh {
        let name = clone_template().await;
        Fresh {
            url: cluster().url(&name),
            name,
        }
    }

    /// `dateline` on this database.
    pub(crate) fn dateline(&self, folder: &Folder, arguments: &[&str]) -> Command {
        let mut command = dateline(folder, arguments);
        command.env("DATABASE_URL", &self.url);
        command
    }

    async fn tables(&self) -> i64 {
        let sql = connect(&self.url).await;
        let count = "select count(*) from information_schema.tables where table_schema = 'public'";
        sql.query_one(count, &[]).await.unwrap().get(0)
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        let name = self.name.clone();
        let remove = move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let admin = connect(&cluster().url("postgres")).await;
                let _ = admin
                    .batch_execute(&format!("drop database if exists \"{name}\" with (force)"))
                    .await;
            });
        };
        let _ = std::thread::spawn(remove).join();
    }
}

/// A caller with this token.
fn bearer(node: &Process, token: &str) -> Client {
    Client::new(&node.url(), Some(token.to_owned()))
}

/// The number of articles and of approved comments that readers find.
async fn content(guest: &Client) -> (u64, u64) {
    let articles = guest.get("/v1/articles?total=exact").await.expect(200);
    let counted = |item: &Value| item["comments"]["approved_count"].as_u64().unwrap();
    (
        articles["total"].as_u64().unwrap(),
        articles["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(counted)
            .sum(),
    )
}

// What is refused

/// Every setting with values that will not do.
const WRONG: [(&str, &str); 41] = [
    (
        "DATABASE_URL",
        "mysql://dateline:hunter2@localhost/dateline",
    ),
    (
        "DATABASE_URL",
        "postgres://dateline:hunter2@localhost:port/dateline",
    ),
    ("DATABASE_URL", "hunter2"),
    ("DATELINE_BIND", "nowhere"),
    ("DATELINE_BIND", "127.0.0.1:99999"),
    ("DATELINE_BIND", "localhost"),
    ("DATELINE_PUBLIC_URL", "news.example"),
    ("DATELINE_PUBLIC_URL", "ftp://news.example"),
    ("DATELINE_PUBLIC_URL", "https://news.example/?page=1"),
    (
        "DATELINE_SITE_URL_TEMPLATE",
        "https://news.example/{locale}/",
    ),
    ("DATELINE_SITE_URL_TEMPLATE", "/{locale}/{slug}"),
    (
        "DATELINE_SITE_URL_TEMPLATE",
        "https://news.example/{lang}/{slug}",
    ),
    ("DATELINE_SITE_NAME", "  "),
    ("DATELINE_SITE_NAME", "A\u{1b}B"),
    ("DATELINE_CORS_ORIGINS", "news.example"),
    ("DATELINE_CORS_ORIGINS", "https://news.example/path"),
    ("DATELINE_CORS_ORIGINS", "https://news.example,nonsense"),
    ("DATELINE_EMBED_HOSTS", "https://player.example"),
    ("DATELINE_EMBED_HOSTS", "player.example,*"),
    ("DATELINE_COMMENTS_PREMODERATION", "maybe"),
    ("DATELINE_COMMENTS_TRUST_AFTER", "-1"),
    ("DATELINE_COMMENTS_HOLD_AFTER_REPORTS", "some"),
    ("DATELINE_COMMENTS_CLOSE_AFTER_DAYS", "1d"),
    ("DATELINE_COMMENT_RATE", "5"),
    ("DATELINE_COMMENT_RATE", "0/min"),
    ("DATELINE_COMMENT_RATE", ""),
    ("DATELINE_COMMENT_ARTICLE_RATE", "5/year"),
    ("DATELINE_COMMENT_MAX_LINKS", "-1"),
    ("DATELINE_COMMENT_BLOCKED_WORDS", "casino,!"),
    ("DATELINE_COMMENT_MIN_SECONDS", "3s"),
    (
        "DATELINE_COMMENT_CHECK_URL",
        "ftp://hunter2.akismet.example/",
    ),
    ("DATELINE_COMMENT_CHECK_URL", "hunter2"),
    ("DATELINE_TRUSTED_PROXIES", "10.0.0.0/33"),
    ("DATELINE_TRUSTED_PROXIES", "localhost"),
    ("DATELINE_CACHE_MB", "-1"),
    ("DATELINE_CACHE_MB", "64MB"),
    ("DATELINE_REQUIRE_PRECONDITIONS", "2"),
    ("DATELINE_POOL_SIZE", "0"),
    ("DATELINE_POOL_SIZE", "many"),
    ("DATELINE_WORKERS", "0"),
    ("DATELINE_WORKERS", "-1"),
];

#[test]
fn a_wrong_value_is_told_in_one_line_that_names_its_variable() {
    for (variable, value) in WRONG {
        let folder = Folder::new();
        let mut command = dateline(&folder, &["serve", "--demo"]);
        command.env(variable, value);
        let reason = run(command).reason();
        assert!(reason.contains(variable), "{variable}={value}: {reason}");
        assert!(!reason.contains("hunter2"), "{reason}");
        assert!(
            folder.is_empty(),
            "{variable}={value}: something was touched"
        );
    }
}

#[test]
fn a_wrong_log_filter_is_told_like_any_other_wrong_value() {
    let folder = Folder::new();
    // A command that ends by itself, should it take the value.
    let mut command = dateline(&folder, &["openapi"]);
    command.env("RUST_LOG", "dateline=loud");
    let reason = run(command).reason();
    assert!(reason.contains("RUST_LOG"), "{reason}");
}

#[test]
fn a_wrong_value_in_the_env_file_is_told_just_so() {
    let folder = Folder::new();
    std::fs::write(folder.path().join(".env"), "DATELINE_POOL_SIZE=none\n").unwrap();
    for arguments in [&["serve"][..], &[], &["migrate"], &["token", "list"]] {
        let reason = run(dateline(&folder, arguments)).reason();
        assert!(reason.contains("DATELINE_POOL_SIZE"), "{reason}");
    }
    std::fs::write(folder.path().join(".env"), "this is no setting, hunter2\n").unwrap();
    let reason = run(dateline(&folder, &["serve"])).reason();
    assert!(
        reason.contains(".env") && !reason.contains("hunter2"),
        "{reason}"
    );
}

#[test]
fn a_data_folder_that_will_not_do_is_told_by_its_variable() {
    let folder = Folder::new();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let mut command = dateline(&folder, &["serve"]);
    command.env("DATELINE_DATA_DIR", &file);
    let reason = run(command).reason();
    assert!(reason.contains("DATELINE_DATA_DIR"), "{reason}");
}

#[test]
fn a_taken_port_is_told_before_anything_is_touched() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut command = dateline(&folder, &["serve", "--demo"]);
    command.env("DATELINE_BIND", taken.local_addr().unwrap().to_string());
    let reason = run(command).reason();
    assert!(reason.contains("DATELINE_BIND"), "{reason}");
    assert!(folder.is_empty());
}

#[test]
fn a_database_that_does_not_answer_is_told_in_one_line_without_its_password() {
    let folder = Folder::new();
    let nobody = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let away = format!("postgres://dateline:hunter2@127.0.0.1:{nobody}/dateline");
    let missing = cluster().url("no_such_database");
    for url in [&away, &missing] {
        for arguments in [
            &["serve"][..],
            &["migrate"],
            &["migrate", "--check"],
            &["token", "list"],
        ] {
            let mut command = dateline(&folder, arguments);
            command.env("DATABASE_URL", url).env("RUST_LOG", "off");
            let reason = run(command).reason();
            assert!(!reason.contains("hunter2"), "{reason}");
            assert!(
                reason.to_ascii_lowercase().contains("database"),
                "{arguments:?}: {reason}"
            );
        }
        let mut command = dateline(&folder, &["serve"]);
        command.env("DATABASE_URL", url).env("RUST_LOG", "trace");
        let ended = run(command).expect(1);
        assert!(!format!("{ended:?}").contains("hunter2"), "{ended:?}");
    }
    assert!(folder.is_empty());
}

#[test]
fn an_unknown_command_and_an_unknown_role_are_refused() {
    let folder = Folder::new();
    for arguments in [
        &["server"][..],
        &["token", "create", "--role", "admin"],
        &["token", "create", "--name", "x"],
        &["token", "create", "--name", "x", "--role", "king"],
        &[
            "token",
            "create",
            "--name",
            "x",
            "--role",
            "admin",
            "--scope",
            "content:eat",
        ],
        &[
            "token",
            "create",
            "--name",
            "x",
            "--role",
            "admin",
            "--locale",
            "no language",
        ],
        &[
            "token",
            "create",
            "--name",
            "x",
            "--role",
            "admin",
            "--expires-in",
            "soon",
        ],
        &["token", "revoke", "x"],
    ] {
        let ended = run(dateline(&folder, arguments)).expect(2);
        assert_eq!(ended.stdout, "", "{ended:?}");
    }
    assert!(folder.is_empty());
}

// What needs no database

#[test]
fn help_lists_every_setting_with_its_default() {
    let folder = Folder::new();
    let mut command = dateline(&folder, &["--help"]);
    command.env(
        "DATABASE_URL",
        "postgres://dateline:hunter2@localhost/dateline",
    );
    let help = run(command).expect(0).stdout;
    assert!(!help.contains("hunter2"), "{help}");
    // One setting a piece: from its option to the next.
    let pieces: Vec<String> = help
        .split("\n      --")
        .map(|piece| piece.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    for (variable, default) in [
        ("DATABASE_URL", "private PostgreSQL"),
        ("DATELINE_DATA_DIR", "[default: .dateline]"),
        ("DATELINE_BIND", "[default: 127.0.0.1:8080]"),
        ("DATELINE_PUBLIC_URL", "[default: http://"),
        ("DATELINE_SITE_URL_TEMPLATE", "[default: the public URL"),
        (
            "DATELINE_SITE_NAME",
            "[default: the host of the readers' site]",
        ),
        ("DATELINE_CORS_ORIGINS", "[default: none]"),
        ("DATELINE_EMBED_HOSTS", "[default: none"),
        ("DATELINE_COMMENTS_PREMODERATION", "[default: true]"),
        ("DATELINE_COMMENTS_TRUST_AFTER", "[default: 0]"),
        ("DATELINE_COMMENTS_HOLD_AFTER_REPORTS", "[default: 5]"),
        ("DATELINE_COMMENTS_CLOSE_AFTER_DAYS", "[default: 0]"),
        ("DATELINE_COMMENT_RATE", "[default: 5/min]"),
        ("DATELINE_COMMENT_ARTICLE_RATE", "[default: off]"),
        ("DATELINE_COMMENT_MAX_LINKS", "[default: 3]"),
        ("DATELINE_COMMENT_BLOCKED_WORDS", "[default: none]"),
        ("DATELINE_COMMENT_MIN_SECONDS", "[default: 0]"),
        ("DATELINE_COMMENT_CHECK_URL", "[default: nobody]"),
        ("DATELINE_TRUSTED_PROXIES", "[default: none]"),
        ("DATELINE_CACHE_MB", "[default: 64]"),
        ("DATELINE_REQUIRE_PRECONDITIONS", "[default: false]"),
        ("DATELINE_POOL_SIZE", "[default: 16]"),
        ("DATELINE_WORKERS", "[default: the number of cores]"),
        ("RUST_LOG", "(default: info)"),
    ] {
        let told = pieces
            .iter()
            .any(|piece| piece.contains(variable) && piece.contains(default));
        assert!(told, "{variable} with {default} is not in:\n{help}");
    }
    for command in ["serve", "migrate", "token", "openapi"] {
        assert!(
            help.contains(&format!("  {command} ")),
            "{command} is not in:\n{help}"
        );
        let own = run(dateline(&folder, &[command, "--help"]))
            .expect(0)
            .stdout;
        assert!(own.contains("Usage:"), "{own}");
    }
    assert!(folder.is_empty());
}

#[test]
fn the_openapi_document_is_printed_without_a_database() {
    let folder = Folder::new();
    let ended = run(dateline(&folder, &["openapi"])).expect(0);
    let document: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert!(document["paths"]["/v1/articles"]["get"]["operationId"].is_string());
    assert_eq!(ended.stderr, [""; 0]);
    assert!(ended.stdout.ends_with('\n'));
    assert!(folder.is_empty());
}

// On a database that is given

#[tokio::test]
async fn migrations_are_applied_once_and_checked_without_a_trace() {
    let (folder, fresh) = (Folder::new(), Fresh::new().await);
    let check = || run(fresh.dateline(&folder, &["migrate", "--check"]));
    let pending = check().expect(1);
    assert!(pending.stdout.contains("pending"), "{pending:?}");
    let sql = connect(&fresh.url).await;
    let articles = "select to_regclass('articles') is not null";
    assert!(
        !sql.query_one(articles, &[])
            .await
            .unwrap()
            .get::<_, bool>(0),
        "a check applies nothing"
    );
    run(fresh.dateline(&folder, &["migrate"])).expect(0);
    check().expect(0);
    let tables = fresh.tables().await;
    assert!(tables > 0);
    run(fresh.dateline(&folder, &["migrate"])).expect(0);
    assert_eq!(fresh.tables().await, tables);
    let newest = "delete from __diesel_schema_migrations where version = \
        (select max(version) from __diesel_schema_migrations)";
    assert_eq!(sql.execute(newest, &[]).await.unwrap(), 1);
    check().expect(1);
    assert!(folder.is_empty());
}

#[tokio::test]
async fn nodes_that_start_together_make_one_token_and_load_the_sample_once() {
    let (folder, fresh) = (Folder::new(), Fresh::new().await);
    let nodes: Vec<Process> = (0..4)
        .map(|_| Process::start(fresh.dateline(&folder, &["serve", "--demo"])))
        .collect();
    let tokens: Vec<String> = nodes.iter().flat_map(Process::tokens).collect();
    assert_eq!(tokens.len(), 1, "{tokens:?}");
    let mut seen = Vec::new();
    for node in &nodes {
        bearer(node, &tokens[0])
            .get("/v1/tokens/current")
            .await
            .check(200);
        node.guest().get("/readyz").await.check(200);
        seen.push(content(&node.guest()).await);
    }
    assert_eq!(seen[0].0, 1);
    assert!(seen.iter().all(|content| *content == seen[0]), "{seen:?}");
    for node in nodes {
        node.stop("TERM").expect(0);
    }
    assert!(folder.is_empty());
}

#[tokio::test]
async fn no_password_and_no_parameter_is_ever_logged() {
    let (folder, fresh) = (Folder::new(), Fresh::new().await);
    // The tests' PostgreSQL asks for no password; the one given here only must not come out again.
    let with_password = match fresh.url.split_once("://") {
        Some((scheme, rest)) if !rest.split('@').next().unwrap_or_default().contains(':') => {
            let (user, rest) = rest.split_once('@').unwrap();
            format!("{scheme}://{user}:hunter2@{rest}")
        }
        _ => fresh.url.clone(),
    };
    let mut command = fresh.dateline(&folder, &["serve", "--demo"]);
    command
        .env("DATABASE_URL", &with_password)
        .env("RUST_LOG", "trace");
    let node = Process::start(command);
    let token = node.tokens()[0].clone();
    let admin = bearer(&node, &token);
    let article = admin.get("/v1/articles").await.expect(200)["data"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/v1/articles/{article}/comments");
    let body = json!({"author_name": "Marker-Name", "author_email": "marker@mail.example", "body": "Marker words."});
    let comment = node.guest().post(&path, body).await.expect(201);
    let edit_token = comment["edit_token"].as_str().unwrap();
    let own = format!("/v1/comments/{}", comment["id"].as_str().unwrap());
    let patch = json!({"body": "Marker words, changed."});
    let changed = node
        .guest()
        .request("PATCH", &own)
        .header("comment-edit-token", edit_token)
        .json(&patch);
    Answer::of(changed).await.check(200);
    admin
        .patch(
            &own,
            json!({"status": "approved", "reason": "Marker-reason"}),
        )
        .await
        .check(200);
    node.guest().get(&path).await.check(200);
    let body =
        json!({"author_name": "Marker-Name", "author_email": "marker.mail.example", "body": ""});
    node.guest().post(&path, body).await.check(422);
    let made = admin
        .post(
            "/v1/tokens",
            json!({"name": "another", "scopes": ["content:read"]}),
        )
        .await
        .expect(201);
    let ended = node.stop("TERM").expect(0);
    let log = ended.stderr.join("\n");
    assert!(
        log.contains("TRACE") || log.contains("DEBUG"),
        "the log is not as verbose as it was asked to be:\n{log}"
    );
    let secrets = [
        "hunter2",
        "marker@mail",
        "marker.mail",
        "Marker-Name",
        "Marker words",
        "Marker-reason",
        edit_token,
        made["token"].as_str().unwrap(),
    ];
    let leaks = secrets
        .iter()
        .filter_map(|secret| ended.stderr.iter().find(|line| line.contains(secret)));
    assert_eq!(leaks.collect::<Vec<_>>(), [""; 0]);
    let lines = ended
        .stderr
        .iter()
        .filter(|line| line.contains(&token))
        .count();
    assert_eq!(lines, 1, "the admin token is printed once and not logged");
}

/// The head and body of one HTTP/1.1 answer with a length.
fn read_answer(reader: &mut BufReader<TcpStream>) -> (String, String) {
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        assert!(
            reader.read_line(&mut line).unwrap() > 0,
            "the connection closed after: {head}"
        );
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    (head, String::from_utf8(body).unwrap())
}

fn raw(node: &Process) -> (TcpStream, BufReader<TcpStream>) {
    let stream = TcpStream::connect(node.url().trim_start_matches("http://")).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let reader = BufReader::new(stream.try_clone().unwrap());
    (stream, reader)
}

#[tokio::test]
async fn a_signal_lets_a_running_request_finish_and_waits_for_no_idle_connection() {
    for name in ["TERM", "INT"] {
        let (folder, fresh) = (Folder::new(), Fresh::new().await);
        let node = Process::start(fresh.dateline(&folder, &["serve"]));
        let token = node.tokens()[0].clone();
        let (mut idle, mut idle_reader) = raw(&node);
        idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .unwrap();
        assert!(read_answer(&mut idle_reader).0.starts_with("HTTP/1.1 200"));

        let (mut busy, mut busy_reader) = raw(&node);
        let body = json!({"source_locale": "en", "translation": {"title": "In the last minute", "body": "Text."}}).to_string();
        write!(
            busy,
            "POST /v1/articles HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
            Content-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
            body.len()
        )
        .unwrap();
        // The server has taken the request when it asks for the body.
        assert!(read_answer(&mut busy_reader).0.starts_with("HTTP/1.1 100"));
        busy.write_all(&body.as_bytes()[..10]).unwrap();
        assert!(signal(node.id(), name));
        node.line("stopping");
        let refused = || TcpStream::connect(node.url().trim_start_matches("http://")).is_err();
        let deadline = Instant::now() + Duration::from_secs(10);
        while !refused() {
            assert!(
                Instant::now() < deadline,
                "{name}: it still takes new connections"
            );
        }
        busy.write_all(&body.as_bytes()[10..]).unwrap();
        let (head, answer) = read_answer(&mut busy_reader);
        assert!(head.starts_with("HTTP/1.1 201"), "{name}: {head}\n{answer}");
        let answered = Instant::now();
        node.end().expect(0);
        // Half of what it gives those that are busy.
        assert!(
            answered.elapsed() < Duration::from_secs(15),
            "{name}: it waited for the idle connection"
        );
        drop(idle);
        let sql = connect(&fresh.url).await;
        let titles = sql
            .query("select title from translations", &[])
            .await
            .unwrap();
        assert_eq!(titles.len(), 1, "{name}");
    }
}

// On the private database

#[tokio::test]
async fn the_demo_is_served_from_an_empty_folder_and_again_from_a_full_one() {
    let folder = Folder::new();
    let node = Process::start(dateline(&folder, &["serve", "--demo"]));
    let guest = node.guest();
    let tokens = node.tokens();
    assert_eq!(tokens.len(), 1, "{}", node.log());
    bearer(&node, &tokens[0])
        .get("/v1/tokens/current")
        .await
        .check(200);
    let mut titles = Vec::new();
    for locale in ["en", "hi", "mr"] {
        let articles = guest
            .get(&format!("/v1/articles?locale={locale}"))
            .await
            .expect(200);
        let article = &articles["data"][0];
        assert_eq!(article["locale"], locale);
        let path = format!(
            "/v1/articles/{}?locale={locale}",
            article["id"].as_str().unwrap()
        );
        let read = guest.get(&path).await.expect(200);
        assert!(
            read["body_html"].as_str().unwrap().matches("<p>").count() >= 5,
            "{read}"
        );
        assert_eq!(read["translations"].as_array().unwrap().len(), 3);
        assert!(!read["tags"].as_array().unwrap().is_empty());
        titles.push(read["title"].clone());
    }
    titles.dedup();
    assert_eq!(titles.len(), 3);
    let waiting = bearer(&node, &tokens[0])
        .get("/v1/comments?status=pending")
        .await
        .expect(200);
    assert_eq!(waiting["data"].as_array().unwrap().len(), 1);
    let before = content(&guest).await;
    assert!(before.1 > 0);
    let postmaster = folder.postmaster().unwrap();
    let ended = node.stop("TERM").expect(0);
    assert_eq!(ended.stdout, "");
    assert_eq!(
        folder.postmaster(),
        None,
        "the private PostgreSQL is stopped"
    );
    assert!(!signal(postmaster, "0"));

    let node = Process::start(dateline(&folder, &["serve", "--demo"]));
    assert_eq!(node.tokens(), [""; 0]);
    assert_eq!(content(&node.guest()).await, before);
    bearer(&node, &tokens[0])
        .get("/v1/tokens/current")
        .await
        .check(200);
    node.stop("INT").expect(0);
    assert_eq!(folder.postmaster(), None);
}

#[tokio::test]
async fn a_killed_node_leaves_nothing_that_blocks_the_next_start() {
    let folder = Folder::new();
    let node = Process::start(dateline(&folder, &["serve"]));
    let token = node.tokens()[0].clone();
    let new = json!({"source_locale": "en", "translation": {"title": "Kept", "body": "Text."}, "publish": true});
    bearer(&node, &token)
        .post("/v1/articles", new)
        .await
        .check(201);
    let first = folder.postmaster().unwrap();
    assert_eq!(node.stop("KILL").status.code(), None);

    let node = Process::start(dateline(&folder, &["serve"]));
    assert_eq!(node.tokens(), [""; 0]);
    assert_eq!(content(&node.guest()).await.0, 1);
    assert_eq!(
        folder.postmaster(),
        Some(first),
        "it joins the PostgreSQL that the killed one left"
    );
    signal(node.id(), "KILL");
    signal(first, "KILL");
    node.end();

    let node = Process::start(dateline(&folder, &["serve"]));
    assert_eq!(content(&node.guest()).await.0, 1);
    bearer(&node, &token)
        .get("/v1/tokens/current")
        .await
        .check(200);
    node.stop("TERM").expect(0);
    assert_eq!(folder.postmaster(), None);
}

#[tokio::test]
async fn tokens_are_made_listed_and_revoked_beside_a_running_server_and_without_one() {
    let folder = Folder::new();
    let create = |arguments: &[&str]| {
        let ended = run(dateline(
            &folder,
            &[&["token", "create", "--name"], arguments].concat(),
        ))
        .expect(0);
        let token = ended.stdout.strip_suffix('\n').unwrap().to_owned();
        assert!(
            token.starts_with("dl_") && !token.contains(char::is_whitespace),
            "{ended:?}"
        );
        assert!(!ended.stderr.join("\n").contains("dl_"), "{ended:?}");
        token
    };
    let alone = create(&["alone", "--role", "admin"]);
    assert_eq!(
        folder.postmaster(),
        None,
        "nobody uses the private PostgreSQL any more"
    );

    let node = Process::start(dateline(&folder, &["serve"]));
    assert_eq!(node.tokens(), [""; 0], "there is a token already");
    bearer(&node, &alone)
        .get("/v1/tokens/current")
        .await
        .check(200);
    let translator = create(&[
        "translator",
        "--role",
        "translator",
        "--scope",
        "tags:write",
        "--locale",
        "hi",
        "--locale",
        "mr",
        "--expires-in",
        "90d",
    ]);
    let client = bearer(&node, &translator);
    let current = client.get("/v1/tokens/current").await.expect(200);
    assert_eq!(current["name"], "translator");
    assert_eq!(current["locales"], json!(["hi", "mr"]));
    assert!(current["expires_at"].is_string());
    let scopes = current["scopes"].as_array().unwrap();
    assert!(
        scopes.contains(&json!("tags:write")) && scopes.contains(&json!("content:write")),
        "{scopes:?}"
    );

    let listed = run(dateline(&folder, &["token", "list"])).expect(0);
    let id = current["id"].as_str().unwrap();
    assert!(
        listed
            .stdout
            .lines()
            .any(|line| line.contains(id) && line.contains("translator")),
        "{listed:?}"
    );
    assert_eq!(listed.stdout.lines().count(), 2);
    assert!(!listed.stdout.contains("dl_"), "{listed:?}");
    run(dateline(&folder, &["token", "revoke", id])).expect(0);
    client
        .get("/v1/articles")
        .await
        .problem(401, "unauthenticated");
    let gone = run(dateline(&folder, &["token", "revoke", id]));
    assert!(!gone.status.success(), "{gone:?}");
    node.guest().get("/readyz").await.check(200);
    node.stop("TERM").expect(0);
    assert_eq!(folder.postmaster(), None);
}

#[tokio::test]
async fn settings_come_from_the_env_file_and_the_environment_goes_before() {
    let (folder, fresh) = (Folder::new(), Fresh::new().await);
    let settings = "DATELINE_PUBLIC_URL=https://file.example\nDATELINE_SITE_URL_TEMPLATE=https://site.example/{locale}/{slug}\n";
    std::fs::write(folder.path().join(".env"), settings).unwrap();
    let mut command = fresh.dateline(&folder, &["serve", "--demo"]);
    command.env("DATELINE_PUBLIC_URL", "https://environment.example");
    let node = Process::start(command);
    let problem = node.guest().get("/v1/articles/nothing").await.expect(404);
    assert!(
        problem["type"]
            .as_str()
            .unwrap()
            .starts_with("https://environment.example/"),
        "{problem}"
    );
    let articles = node.guest().get("/v1/articles?locale=en").await.expect(200);
    let url = articles["data"][0]["translations"][0]["url"]
        .as_str()
        .unwrap();
    assert!(url.starts_with("https://site.example/"), "{url}");
    node.stop("TERM").expect(0);
}
