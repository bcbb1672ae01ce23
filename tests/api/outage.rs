//! The database away, cut off or overloaded

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use dateline::db::migrate;
use dateline::db::private::PrivatePostgres;
use serde_json::{Value, json};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::app::TestApp;
use crate::client::{Answer, Client};
use crate::make::{published, tag};
use crate::process::Folder;

/// The longest that an answer may take while the database is away: it says that a request hangs.
const PROMPTLY: Duration = Duration::from_secs(10);

/// A service on a PostgreSQL of its own, which can be stopped and started.
struct Frail {
    app: TestApp,
    postgres: Option<PrivatePostgres>,
    // The last: it takes the files away.
    folder: Folder,
}

impl Frail {
    async fn start() -> Frail {
        let folder = Folder::new();
        let postgres = start(&folder).await;
        let url = postgres.url().to_owned();
        spawn_blocking(move || migrate::run(&url).unwrap())
            .await
            .unwrap();
        Frail {
            app: TestApp::start_at(postgres.url(), &[]).await,
            postgres: Some(postgres),
            folder,
        }
    }

    async fn stop_postgres(&mut self) {
        let postgres = self.postgres.take().unwrap();
        spawn_blocking(move || postgres.stop().unwrap())
            .await
            .unwrap();
    }

    async fn start_postgres(&mut self) {
        self.postgres = Some(start(&self.folder).await);
    }
}

async fn start(folder: &Folder) -> PrivatePostgres {
    let data_dir = folder.path().join(".dateline");
    spawn_blocking(move || PrivatePostgres::start(&data_dir).unwrap())
        .await
        .unwrap()
}

/// That the service says it is unavailable, and when to come again, without a long wait.
async fn unavailable(request: reqwest::RequestBuilder) {
    let shown = format!("{request:?}");
    let answer = timeout(PROMPTLY, Answer::of(request)).await;
    let answer = answer.unwrap_or_else(|_| panic!("no answer in {PROMPTLY:?}: {shown}"));
    assert_eq!(answer.status, 503, "{}\n{shown}", answer.text);
    let after: u32 = answer
        .header("retry-after")
        .parse()
        .unwrap_or_else(|_| panic!("no Retry-After: {answer:?}"));
    assert!((1..=60).contains(&after), "{answer:?}");
    let problem = answer.problem(503, "unavailable");
    for word in ["postgres", "sql", "socket", "/tmp", "error connecting"] {
        assert!(
            !problem["detail"]
                .as_str()
                .unwrap()
                .to_ascii_lowercase()
                .contains(word),
            "{problem}"
        );
    }
}

/// A number that nothing else here has.
fn number() -> usize {
    static LAST: AtomicUsize = AtomicUsize::new(0);
    LAST.fetch_add(1, Ordering::Relaxed)
}

/// A write through the pool.
fn label(admin: &Client) -> reqwest::RequestBuilder {
    let body = json!({"name": format!("Label {}", number())});
    admin.request("POST", "/v1/tags").json(&body)
}

fn comment(guest: &Client, article: &str) -> reqwest::RequestBuilder {
    let body = format!("Hello {}.", number());
    let body = json!({"author_name": "Meera", "body": body, "locale": "en"});
    guest
        .request("POST", &format!("/v1/articles/{article}/comments"))
        .json(&body)
}

/// Cuts every connection to the database but the caller's own; how many there were.
async fn cut(sql: &tokio_postgres::Client) -> usize {
    let others = "select pg_terminate_backend(pid) from pg_stat_activity \
        where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()";
    sql.query(others, &[]).await.unwrap().len()
}

/// Waits until so many of the service's statements wait for a lock.
async fn blocked(sql: &tokio_postgres::Client, statements: i64) {
    let deadline = Instant::now() + PROMPTLY;
    let count = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while sql.query_one(count, &[]).await.unwrap().get::<_, i64>(0) < statements {
        assert!(
            Instant::now() < deadline,
            "fewer than {statements} statements wait"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_is_away_everything_says_so_and_soon_after_all_is_back() {
    let mut frail = Frail::start().await;
    let (admin, guest) = (frail.app.admin(), frail.app.guest());
    let stranger = Client::new(&frail.app.url, Some("dl_not-a-token".into()));
    let article = published(&admin, "Ferries").await;
    tag(&admin, "Ferries").await;
    guest.get("/readyz").await.check(200);
    let new = json!({"source_locale": "en", "translation": {"title": "New"}});

    for round in 0..2 {
        frail.stop_postgres().await;
        guest.get("/healthz").await.check(200);
        guest.get("/openapi.json").await.check(200);
        guest.get("/no-such-path").await.problem(404, "not-found");
        unavailable(guest.request("GET", "/readyz")).await;
        // What is kept may be vouched for a moment longer.
        let away = Instant::now();
        while guest.get("/v1/articles/ferries").await.status == 200 {
            assert!(away.elapsed() < Duration::from_secs(1));
        }
        for path in [
            "/v1/articles",
            "/v1/articles/ferries",
            &format!("/v1/articles/{article}"),
            "/v1/tags",
            "/v1/tags/ferries",
            "/v1/locales",
            "/v1/articles/ferries/comments",
            "/v1/comments/counts?articles=0193a000-0000-7000-8000-000000000000",
            "/v1/articles/ferries/translations",
            "/v1/resolve?path=/en/ferries",
        ] {
            unavailable(guest.request("GET", path)).await;
            unavailable(admin.request("GET", path)).await;
        }
        assert_eq!(
            Answer::of(guest.request("HEAD", "/v1/articles"))
                .await
                .status,
            503
        );
        unavailable(comment(&guest, &article)).await;
        unavailable(stranger.request("GET", "/v1/articles")).await;
        unavailable(admin.request("GET", "/v1/tokens")).await;
        unavailable(admin.request("POST", "/v1/articles").json(&new)).await;
        unavailable(
            admin
                .request("PATCH", "/v1/articles/ferries")
                .json(&json!({"authors": ["A"]})),
        )
        .await;
        unavailable(
            admin
                .request("PUT", "/v1/articles/ferries/translations/hi")
                .json(&json!({"title": "नौका"})),
        )
        .await;
        unavailable(admin.request("DELETE", "/v1/tags/ferries")).await;
        unavailable(
            admin
                .request("POST", "/v1/tokens")
                .json(&json!({"name": "x", "scopes": ["admin"]})),
        )
        .await;

        frail.start_postgres().await;
        let back = Instant::now();
        loop {
            let read = guest.get("/v1/articles/ferries").await.status;
            let write = Answer::of(comment(&guest, &article)).await.status;
            if (read, write) == (200, 201) {
                break;
            }
            assert!(
                matches!((read, write), (200 | 503, 201 | 503)),
                "{read} {write}"
            );
            assert!(
                back.elapsed() < Duration::from_secs(2),
                "round {round}: not back after two seconds"
            );
        }
        guest.get("/readyz").await.check(200);
    }
}

#[tokio::test]
async fn a_write_that_is_cut_off_is_told_so_and_a_read_is_made_again() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    published(&admin, "Ferries").await;
    let (sql, observer) = (app.sql().await, app.sql().await);
    sql.batch_execute("begin; lock table editions, tags in access exclusive mode")
        .await
        .unwrap();
    let write = tokio::spawn(unavailable(label(&admin)));
    blocked(&observer, 1).await;
    let read = tokio::spawn(async move { guest.get("/v1/articles/ferries").await });
    blocked(&observer, 2).await;
    let waiting = "select pg_terminate_backend(pid) from pg_stat_activity \
        where datname = current_database() and wait_event_type = 'Lock'";
    observer.batch_execute(waiting).await.unwrap();
    write.await.unwrap();
    // The one that waits now is the read, on a new connection.
    blocked(&observer, 1).await;
    sql.batch_execute("commit").await.unwrap();
    read.await.unwrap().check(200);
    let page = admin.get("/v1/tags").await.expect(200);
    assert_eq!(page["data"], json!([]));
}

#[tokio::test]
async fn a_cut_connection_costs_no_reader_an_error() {
    // What is kept takes no connection.
    let app = TestApp::start_with(&["--cache-mb", "0"]).await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let sql = app.sql().await;
    for round in 0..5 {
        guest.get("/v1/articles/ferries").await.check(200);
        assert!(
            cut(&sql).await > 0,
            "round {round}: there was nothing to cut"
        );
        let path = format!("/v1/articles/{article}/comments");
        let (one, two, three, four) = tokio::join!(
            guest.get("/v1/articles/ferries"),
            guest.get("/v1/articles"),
            guest.get("/v1/tags"),
            guest.get(&path),
        );
        for answer in [one, two, three, four] {
            answer.check(200);
        }
    }
    cut(&sql).await;
    admin.get("/v1/tokens/current").await.check(200);
}

#[tokio::test]
async fn cut_connections_of_the_pool_are_replaced() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let sql = app.sql().await;
    // As many connections as the pool has, and all of them cut at once.
    sql.batch_execute("begin; lock table tags in exclusive mode")
        .await
        .unwrap();
    let writes: Vec<_> = (0..8)
        .map(|_| tokio::spawn(Answer::of(label(&admin))))
        .collect();
    let observer = app.sql().await;
    blocked(&observer, 8).await;
    sql.batch_execute("commit").await.unwrap();
    for write in writes {
        write.await.unwrap().check(201);
    }
    assert!(cut(&observer).await >= 8);
    for _ in 0..12 {
        let answer = Answer::of(label(&admin)).await;
        assert!(matches!(answer.status, 201 | 503), "{answer:?}");
    }
    for _ in 0..8 {
        Answer::of(label(&admin)).await.check(201);
    }
    let page: Value = admin.get("/v1/tags?total=exact").await.expect(200);
    assert!(page["total"].as_u64().unwrap() >= 16);
}

#[tokio::test]
async fn cut_connections_of_comments_are_replaced() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let sql = app.sql().await;
    for _ in 0..3 {
        Answer::of(comment(&guest, &article)).await.check(201);
        assert!(cut(&sql).await > 0);
        // Each connection is found to be lost once at most.
        for _ in 0..8 {
            let answer = Answer::of(comment(&guest, &article)).await;
            assert!(matches!(answer.status, 201 | 503), "{answer:?}");
        }
        Answer::of(comment(&guest, &article)).await.check(201);
    }
}

#[tokio::test]
async fn while_every_connection_for_writes_is_busy_one_more_is_turned_away_and_reads_go_on() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let (sql, observer) = (app.sql().await, app.sql().await);
    sql.batch_execute("begin; lock table tags in exclusive mode")
        .await
        .unwrap();
    let writes: Vec<_> = (0..8)
        .map(|_| tokio::spawn(Answer::of(label(&admin))))
        .collect();
    blocked(&observer, 8).await;
    unavailable(label(&admin)).await;
    guest.get("/v1/articles/ferries").await.check(200);
    guest
        .get(&format!("/v1/articles/{article}/comments"))
        .await
        .check(200);
    guest.get("/readyz").await.check(200);
    sql.batch_execute("commit").await.unwrap();
    for write in writes {
        write.await.unwrap().check(201);
    }
    Answer::of(label(&admin)).await.check(201);
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_given_up() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let sql = app.sql().await;
    // Nobody waits for the real limit here: what PostgreSQL raises when it has passed is raised at once.
    let shorter = "create function shorten() returns trigger language plpgsql as $$ begin \
        raise query_canceled using message = 'canceling statement due to statement timeout'; end $$; \
        create trigger shorten before insert on comments for each row execute function shorten()";
    sql.batch_execute(shorter).await.unwrap();
    unavailable(comment(&guest, &article)).await;
    sql.batch_execute("drop trigger shorten on comments")
        .await
        .unwrap();
    Answer::of(comment(&guest, &article)).await.check(201);
}
