//! `dateline import`, `dateline export` and `dateline redirects`

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};

use crate::app::{TestApp, connect};
use crate::cli::Fresh;
use crate::process::{Ended, Folder, Process, run};

fn write(folder: &Folder, name: &str, lines: &[Value]) {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    fs::write(folder.path().join(name), text).unwrap();
}

fn read(folder: &Folder, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap()
}

fn dateline(fresh: &Fresh, folder: &Folder, arguments: &[&str]) -> Ended {
    run(fresh.dateline(folder, arguments))
}

fn article(n: usize) -> Value {
    json!({"type": "article", "external_id": format!("old:{n}"), "source_locale": "en",
        "translations": [{"locale": "en", "title": format!("Story {n}"), "body": "Some words.", "status": "published",
            "published_at": "2020-01-01T00:00:00Z", "former_addresses": [format!("https://old.example/?p={n}")]}]})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_ends_with_a_summary_and_once_more_changes_nothing() {
    let (fresh, folder) = (Fresh::migrated().await, Folder::new());
    let comment = json!({"type": "comment", "article_external_id": "old:1", "external_id": "c", "author_name": "A", "body": "B"});
    let tag = json!({"type": "tag", "name": "Ferries"});
    write(
        &folder,
        "in.ndjson",
        &[tag, article(1), article(2), comment],
    );
    let tried = dateline(&fresh, &folder, &["import", "in.ndjson", "--dry-run"])
        .expect(0)
        .stdout;
    assert!(
        tried.contains("dry run") && tried.contains("articles: 2 created"),
        "{tried}"
    );
    let sql = connect(&fresh.url).await;
    let count = async |table: &str| -> i64 {
        sql.query_one(&format!("select count(*) from {table}"), &[])
            .await
            .unwrap()
            .get(0)
    };
    for table in [
        "tags",
        "articles",
        "slugs",
        "comments",
        "events",
        "former_addresses",
    ] {
        assert_eq!(count(table).await, 0, "{table}");
    }
    let first = dateline(&fresh, &folder, &["import", "in.ndjson"])
        .expect(0)
        .stdout;
    for said in [
        "tags: 1 created",
        "articles: 2 created, 0 updated, 0 unchanged",
        "comments: 1 created",
    ] {
        assert!(first.contains(said), "{first}");
    }
    let events = count("events").await;
    let again = dateline(
        &fresh,
        &folder,
        &["import", "in.ndjson", "--format", "ndjson"],
    )
    .expect(0)
    .stdout;
    assert!(
        again.contains("articles: 0 created, 0 updated, 2 unchanged"),
        "{again}"
    );
    assert_eq!(count("events").await, events);
    assert!(!folder.path().join("in.ndjson.refused.ndjson").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_refused_is_reported_with_its_reason() {
    let (fresh, folder) = (Fresh::migrated().await, Folder::new());
    let mut wrong = article(2);
    wrong["translations"][0]["title"] = json!("");
    write(&folder, "in.ndjson", &[article(1), wrong, article(3)]);
    let said = dateline(&fresh, &folder, &["import", "in.ndjson"])
        .expect(1)
        .stdout;
    assert!(
        said.contains("refused: 1") && said.contains("in.ndjson.refused.ndjson"),
        "{said}"
    );
    assert!(said.contains("articles: 2 created"), "{said}");
    let report: Value =
        serde_json::from_str(read(&folder, "in.ndjson.refused.ndjson").trim()).unwrap();
    assert_eq!(
        (&report["line"], &report["external_id"]),
        (&json!(2), &json!("old:2"))
    );
    assert_eq!(report["errors"][0]["pointer"], "/translations/0/title");
    // Mended, nothing is left to report.
    write(&folder, "in.ndjson", &[article(1), article(2), article(3)]);
    dateline(&fresh, &folder, &["import", "in.ndjson"]).expect(0);
    assert!(!folder.path().join("in.ndjson.refused.ndjson").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_is_killed_goes_on_where_it_was() {
    const ARTICLES: usize = 2000;
    let (fresh, folder) = (Fresh::migrated().await, Folder::new());
    let lines: Vec<Value> = (0..ARTICLES).map(article).collect();
    write(&folder, "in.ndjson", &lines);
    let process = Process::start(fresh.dateline(&folder, &["import", "in.ndjson"]));
    let sql = connect(&fresh.url).await;
    let articles = async || -> i64 {
        sql.query_one("select count(*) from articles", &[])
            .await
            .unwrap()
            .get(0)
    };
    let patience = tokio::time::Instant::now() + Duration::from_secs(100);
    while articles().await == 0 {
        assert!(tokio::time::Instant::now() < patience);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    process.stop("KILL");
    dateline(&fresh, &folder, &["import", "in.ndjson"]).expect(0);
    assert_eq!(usize::try_from(articles().await).unwrap(), ARTICLES);
    // Whatever was there when it was killed was there whole.
    let whole = "select count(*) from articles a join editions e on e.article_id = a.id \
        join edition_words w on w.article_id = a.id join events v on v.article_id = a.id";
    let whole: i64 = sql.query_one(whole, &[]).await.unwrap().get(0);
    assert_eq!(usize::try_from(whole).unwrap(), ARTICLES);
    let again = dateline(&fresh, &folder, &["import", "in.ndjson"])
        .expect(0)
        .stdout;
    assert!(again.contains(&format!("{ARTICLES} unchanged")), "{again}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_goes_to_a_file_or_to_standard_output() {
    let (one, other, folder) = (
        Fresh::migrated().await,
        Fresh::migrated().await,
        Folder::new(),
    );
    write(&folder, "in.ndjson", &[article(1), article(2)]);
    dateline(&one, &folder, &["import", "in.ndjson"]).expect(0);
    dateline(&one, &folder, &["export", "out.ndjson"]).expect(0);
    let printed = dateline(&one, &folder, &["export"]).expect(0).stdout;
    assert_eq!(printed, read(&folder, "out.ndjson"));
    dateline(&other, &folder, &["import", "out.ndjson"]).expect(0);
    assert_eq!(
        dateline(&other, &folder, &["export"]).expect(0).stdout,
        printed
    );
    let reason = dateline(&one, &folder, &["export", "no/such/folder/out.ndjson"]).reason();
    assert!(reason.contains("no/such/folder"), "{reason}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_service_shows_what_the_command_brings() {
    let app = TestApp::start().await;
    let folder = Folder::new();
    let guest = app.guest();
    for _ in 0..2 {
        guest.get("/v1/articles").await.expect(200);
    }
    write(&folder, "in.ndjson", &[article(1)]);
    let mut command = crate::process::dateline(&folder, &["import", "in.ndjson"]);
    command.env("DATABASE_URL", &app.database_url);
    run(command).expect(0);
    let patience = tokio::time::Instant::now() + Duration::from_secs(30);
    while guest.get("/v1/articles").await.expect(200)["data"][0]["title"] != "Story 1" {
        assert!(tokio::time::Instant::now() < patience);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn old_addresses_lead_to_where_readers_find_it_now() {
    let (fresh, folder) = (Fresh::migrated().await, Folder::new());
    let mut moved = article(3);
    moved["translations"][0]["former_addresses"] =
        json!(["https://old.example/2020/01/पुल/", "/a\";return 200 \"$host"]);
    let mut unseen = article(4);
    unseen["translations"][0]["status"] = json!("draft");
    write(&folder, "in.ndjson", &[article(1), moved, unseen]);
    dateline(&fresh, &folder, &["import", "in.ndjson"]).expect(0);
    let mut command = fresh.dateline(&folder, &["redirects", "map.json"]);
    command.env(
        "DATELINE_SITE_URL_TEMPLATE",
        "https://news.example/read/{locale}/{slug}",
    );
    let said = run(command).expect(0).stdout;
    assert!(said.contains("3 addresses"), "{said}");
    let map: Value = serde_json::from_str(&read(&folder, "map.json")).unwrap();
    let expected = json!({
        "/?p=1": "/read/en/story-1",
        "/2020/01/%E0%A4%AA%E0%A5%81%E0%A4%B2/": "/read/en/story-3",
        "/a%22;return%20200%20%22%24host": "/read/en/story-3",
    });
    assert_eq!(map, expected);
    dateline(&fresh, &folder, &["redirects", "map.conf"]).expect(0);
    let map = read(&folder, "map.conf");
    assert!(
        map.contains("map $request_uri $dateline_location {"),
        "{map}"
    );
    assert!(map.contains("    \"/?p=1\" \"/en/story-1\";\n"), "{map}");
    // It follows the slug.
    let mut renamed = article(1);
    renamed["translations"][0]["slug"] = json!("renamed");
    write(&folder, "in.ndjson", &[renamed]);
    dateline(&fresh, &folder, &["import", "in.ndjson"]).expect(0);
    dateline(&fresh, &folder, &["redirects", "map.json"]).expect(0);
    assert!(read(&folder, "map.json").contains("\"/?p=1\": \"/en/renamed\""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_cannot_be_read_is_told_in_a_line() {
    let (fresh, folder) = (Fresh::migrated().await, Folder::new());
    for name in ["missing.ndjson", "."] {
        let reason = dateline(&fresh, &folder, &["import", name]).reason();
        assert!(reason.contains(name), "{reason}");
    }
    write(&folder, "empty.ndjson", &[]);
    let said = dateline(&fresh, &folder, &["import", "empty.ndjson"])
        .expect(0)
        .stdout;
    assert!(said.contains("nothing to take in"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_is_interrupted_says_so_and_goes_on_later() {
    const ARTICLES: usize = 4000;
    let (fresh, folder) = (Fresh::migrated().await, Folder::new());
    let lines: Vec<Value> = (0..ARTICLES).map(article).collect();
    write(&folder, "in.ndjson", &lines);
    let process = Process::start(fresh.dateline(&folder, &["import", "in.ndjson"]));
    let sql = connect(&fresh.url).await;
    let articles = async || -> i64 {
        let row = sql.query_one("select count(*) from articles", &[]).await;
        row.unwrap().get(0)
    };
    let patience = tokio::time::Instant::now() + Duration::from_secs(100);
    while articles().await == 0 {
        assert!(tokio::time::Instant::now() < patience);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let said = process.stop("INT").expect(1).stdout;
    assert!(said.contains("it was interrupted"), "{said}");
    let there = usize::try_from(articles().await).unwrap();
    assert!(there < ARTICLES);
    assert!(
        said.contains(&format!("articles: {there} created")),
        "{said}"
    );
    let said = dateline(&fresh, &folder, &["import", "in.ndjson"])
        .expect(0)
        .stdout;
    assert!(
        said.contains(&format!(
            "{} created, 0 updated, {there} unchanged",
            ARTICLES - there
        )),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_to_a_link_or_a_pipe_writes_where_it_leads() {
    let (fresh, folder) = (Fresh::migrated().await, Folder::new());
    write(&folder, "in.ndjson", &[article(1)]);
    dateline(&fresh, &folder, &["import", "in.ndjson"]).expect(0);
    fs::write(folder.path().join("real.ndjson"), "").unwrap();
    std::os::unix::fs::symlink("real.ndjson", folder.path().join("link.ndjson")).unwrap();
    dateline(&fresh, &folder, &["export", "link.ndjson"]).expect(0);
    assert!(folder.path().join("link.ndjson").is_symlink());
    let printed = dateline(&fresh, &folder, &["export"]).expect(0).stdout;
    assert_eq!(read(&folder, "real.ndjson"), printed);
    assert_eq!(
        dateline(&fresh, &folder, &["export", "/dev/stdout"])
            .expect(0)
            .stdout,
        printed
    );
}
