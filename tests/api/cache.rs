//! The answers that are kept in memory: the same bytes, never an old one, never what is not for everyone.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{TestApp, clone_template, connect};
use crate::client::{Answer, Client};
use crate::make::{draft, id, members, published, tag, translate};
use crate::postgres::cluster;

/// Where the answer came from.
fn from_memory(answer: &Answer) -> bool {
    answer.header("cache-status") == "Dateline; hit"
}

/// Asks until the node keeps the answer: it trusts itself only once it has read the log.
async fn kept(caller: &Client, path: &str) -> Answer {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let answer = caller.get(path).await;
        answer.check(200);
        if from_memory(&answer) {
            return answer;
        }
        assert!(
            Instant::now() < deadline,
            "{path} is not kept: {:?}",
            answer.headers
        );
    }
}

/// The headers but for what differs each time.
fn lasting(answer: &Answer) -> Vec<(String, String)> {
    let passing = ["date", "x-request-id", "cache-status"];
    let headers = answer.headers.iter();
    let mut lasting: Vec<_> = headers
        .filter(|(name, _)| !passing.contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    lasting.sort();
    lasting
}

/// Every kind of answer that is kept, of an article with a tag, a comment and two languages.
async fn kinds(app: &TestApp) -> Vec<String> {
    let admin = app.admin();
    let topic = tag(&admin, "Transport").await;
    let article = published(&admin, "The old bridge reopens").await;
    translate(&admin, &article, "hi", "पुराना पुल फिर खुला").await;
    let tagging = format!("/v1/articles/{article}/tags/{topic}");
    admin.put(&tagging, json!({})).await.check(200);
    let comment = json!({"author_name": "Meera", "body": "At last."});
    let comments = format!("/v1/articles/{article}/comments");
    admin.post(&comments, comment).await.expect(201);
    [
        format!("/v1/articles/{article}"),
        format!("/v1/articles/{article}?locale=hi&fields=title,body_html"),
        "/v1/articles/old-bridge-reopens".replace("old", "the-old"),
        "/v1/articles".into(),
        "/v1/articles?locale=en&tag=transport&total=exact".into(),
        format!("/v1/articles/{article}/translations"),
        format!("/v1/articles/{article}/translations/hi"),
        comments,
        format!("/v1/comments/counts?articles={article}"),
        "/v1/tags".into(),
        "/v1/tags/transport".into(),
        "/v1/tags/transport/translations".into(),
        "/v1/locales".into(),
        "/v1/locales/hi".into(),
        "/v1/resolve?path=/en/the-old-bridge-reopens".into(),
    ]
    .to_vec()
}

#[tokio::test]
async fn a_kept_answer_is_the_one_that_was_made() {
    let app = TestApp::start().await;
    let off = app
        .second_node(&["--cache-mb", "0", "--public-url", &app.url])
        .await;
    let plain = app
        .second_node(&[
            "--public-url",
            &app.url,
            "--site-url-template",
            &format!("{}/{{locale}}/{{slug}}", app.url),
        ])
        .await;
    let reader = off.guest();
    for path in kinds(&app).await {
        let kept = kept(&plain.guest(), &path).await;
        let made = reader.get(&path).await;
        assert_eq!(made.header("cache-status"), "");
        assert_eq!(lasting(&kept), lasting(&made), "{path}");
        assert_eq!(kept.text, made.text, "{path}");
        assert_eq!(kept.header("x-content-type-options"), "nosniff");
        assert_ne!(kept.header("x-request-id"), "");
    }
}

#[tokio::test]
async fn each_coding_of_a_kept_answer_has_its_tag_and_the_same_words() {
    let app = TestApp::start().await;
    let article = published(&app.admin(), "The old bridge reopens").await;
    let path = format!("/v1/articles/{article}");
    let plain = kept(&app.guest(), &path).await;
    let mut tags = BTreeSet::from([plain.etag()]);
    for coding in ["gzip", "br", "zstd"] {
        for _ in 0..3 {
            let coded = app.guest().get_with(&path, "accept-encoding", coding).await;
            assert_eq!(coded.header("content-encoding"), coding);
            assert_eq!(coded.header("vary"), "Accept-Encoding, Accept-Language");
            let tag = coded.etag();
            let bare = plain.etag().replace('"', "");
            assert_eq!(tag, format!("\"{bare}.{coding}\""));
            tags.insert(tag.clone());
            let again = app.guest().get_with(&path, "if-none-match", &tag).await;
            assert_eq!((again.status, again.etag()), (304, tag));
            assert_eq!(again.text, "");
        }
    }
    assert_eq!(tags.len(), 4);
    let refused = app
        .guest()
        .get_with(&path, "accept-encoding", "identity;q=0, lzma")
        .await;
    assert_eq!(refused.status, 406);
}

#[tokio::test]
async fn requests_that_mean_the_same_share_an_answer() {
    let app = TestApp::start().await;
    let article = published(&app.admin(), "The old bridge reopens").await;
    translate(&app.admin(), &article, "hi", "पुराना पुल फिर खुला").await;
    let guest = app.guest();
    kept(&guest, "/v1/articles?locale=en&limit=5").await;
    for same in [
        "/v1/articles?limit=5&locale=en",
        "/v1/articles?limit=5&locale=EN",
        "/v1/articles?limit=%35&locale=en",
    ] {
        assert!(from_memory(&guest.get(same).await), "{same}");
    }
    let languages = "/v1/articles";
    for (first, same) in [("hi-IN, en;q=0.5", "hi-IN,en;q=0.1"), ("mr", "MR;q=0.9")] {
        guest
            .get_with(languages, "accept-language", first)
            .await
            .check(200);
        let answer = guest.get_with(languages, "accept-language", same).await;
        assert!(from_memory(&answer), "{same}");
        assert_eq!(answer.header("vary"), "Accept-Encoding, Accept-Language");
    }
    // A slug decides alone: whatever the header says, it is one answer.
    kept(&guest, "/v1/articles/the-old-bridge-reopens").await;
    let other = guest
        .get_with(
            "/v1/articles/the-old-bridge-reopens",
            "accept-language",
            "mr, fr",
        )
        .await;
    assert!(from_memory(&other));
    let other = guest
        .get_with(&format!("/v1/articles/{article}"), "accept-language", "hi")
        .await;
    assert_eq!(other.json()["locale"], "hi");
    let other = guest
        .get_with(&format!("/v1/articles/{article}"), "accept-language", "en")
        .await;
    assert_eq!(other.json()["locale"], "en");
}

#[tokio::test]
async fn readers_who_shared_an_answer_part_when_a_change_concerns_one() {
    let app = TestApp::start().await;
    let article = published(&app.admin(), "The old bridge reopens").await;
    translate(&app.admin(), &article, "hi", "पुराना पुल फिर खुला").await;
    let guest = app.guest();
    kept(&guest, "/v1/articles?fields=title").await;
    let title = async |languages: &str| {
        let list = "/v1/articles?fields=title";
        let page = guest.get_with(list, "accept-language", languages).await;
        members(&page.json(), "title")[0].clone()
    };
    for _ in 0..2 {
        assert_eq!(title("mr, hi;q=0.9").await, "पुराना पुल फिर खुला");
        assert_eq!(title("hi").await, "पुराना पुल फिर खुला");
    }
    translate(&app.admin(), &article, "mr", "जुना पूल पुन्हा सुरू").await;
    for _ in 0..2 {
        assert_eq!(title("hi").await, "पुराना पुल फिर खुला");
        assert_eq!(title("mr, hi;q=0.9").await, "जुना पूल पुन्हा सुरू");
    }
}

#[tokio::test]
async fn nothing_for_some_is_kept_for_all() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = published(&admin, "The old bridge reopens").await;
    let path = format!("/v1/articles/{article}");
    admin
        .patch(
            &format!("{path}/translations/en"),
            json!({"title": "A secret draft"}),
        )
        .await
        .expect(200);
    for path in [
        format!("{path}/translations/en"),
        format!("{path}/translations"),
        path.clone(),
        "/v1/articles".into(),
        "/v1/locales".into(),
    ] {
        for _ in 0..3 {
            let inside = admin.get(&path).await;
            assert_eq!(inside.header("cache-control"), "private, no-store");
            assert_eq!(inside.header("cache-status"), "", "{path}");
        }
        let outside = kept(&app.guest(), &path).await;
        assert!(!outside.text.contains("secret"), "{path}");
        let inside = admin.get(&path).await;
        assert_eq!(inside.header("cache-status"), "", "{path}");
    }
    let inside = admin
        .get(&format!("{path}/translations/en"))
        .await
        .expect(200);
    assert_eq!(inside["title"], "A secret draft");
    let bad = Client::new(&app.url, Some("dl_nonsense".into()));
    bad.get(&path).await.problem(401, "unauthenticated");
    // A writer sees a comment that waits; nobody else does, and nobody may keep it.
    let waits = json!({"author_name": "Meera", "body": "At last."});
    let comment = app
        .guest()
        .post(&format!("{path}/comments"), waits)
        .await
        .expect(201);
    let own = format!("/v1/comments/{}", comment["id"].as_str().unwrap());
    let token = comment["edit_token"].as_str().unwrap();
    for _ in 0..2 {
        let seen = app
            .guest()
            .get_with(&own, "comment-edit-token", token)
            .await;
        assert_eq!(seen.header("cache-control"), "private, no-store");
        seen.check(200);
        app.guest().get(&own).await.check(404);
    }
}

/// One thing that is changed, and what readers get then.
async fn after(app: &TestApp, paths: &[&str], change: impl AsyncFnOnce(&Client)) -> Vec<Answer> {
    let guest = app.guest();
    for path in paths {
        let answer = guest.get(path).await;
        if answer.status == 200 {
            kept(&guest, path).await;
        }
    }
    change(&app.admin()).await;
    let mut answers = Vec::new();
    for path in paths {
        answers.push(guest.get(path).await);
    }
    answers
}

#[tokio::test]
async fn whatever_is_changed_is_seen_by_the_next_who_reads() {
    let app = TestApp::start().await;
    let article = published(&app.admin(), "The old bridge reopens").await;
    let other = published(&app.admin(), "Rain in the hills").await;
    let one = format!("/v1/articles/{article}");
    let all = "/v1/articles?locale=en";
    let by_comments = "/v1/articles?sort=-comments";
    let comments = format!("{one}/comments");
    let topic = tag(&app.admin(), "Transport").await;
    let tagged = "/v1/articles?tag=transport";

    let seen = after(&app, &[all, "/v1/articles"], async |admin| {
        drop(published(admin, "A third").await)
    })
    .await;
    assert!(
        seen.iter()
            .all(|answer| members(&answer.json(), "title")[0] == "A third")
    );

    let path = one.clone();
    let seen = after(
        &app,
        &[&one, all, tagged, "/v1/tags/transport", "/v1/tags"],
        async |admin| {
            admin
                .put(&format!("{path}/tags/{topic}"), json!({}))
                .await
                .check(200);
        },
    )
    .await;
    assert_eq!(seen[0].json()["tags"][0]["slug"], "transport");
    assert!(seen[1].text.contains("transport"));
    assert_eq!(members(&seen[2].json(), "id"), [json!(article)]);
    assert_eq!(seen[3].json()["article_count"], 1);
    assert_eq!(members(&seen[4].json(), "article_count"), [1]);

    let seen = after(
        &app,
        &[
            &one,
            all,
            "/v1/tags/transport",
            tagged,
            "/v1/articles?tag=roads",
        ],
        async |admin| {
            admin
                .patch(
                    "/v1/tags/transport",
                    json!({"name": "Roads", "slug": "roads"}),
                )
                .await
                .expect(200);
        },
    )
    .await;
    assert_eq!(seen[0].json()["tags"][0]["name"], "Roads");
    assert!(seen[1].text.contains("Roads"));
    assert_eq!(seen[2].status, 301);
    assert_eq!(
        seen[2].header("surrogate-key"),
        format!("tag-{topic} tags site")
    );
    assert_eq!(members(&seen[4].json(), "id"), [json!(article)]);

    let path = comments.clone();
    let seen = after(
        &app,
        &[
            &one,
            all,
            by_comments,
            &comments,
            &format!("/v1/comments/counts?articles={article}"),
        ],
        async |admin| {
            admin
                .post(&path, json!({"author_name": "Meera", "body": "At last."}))
                .await
                .expect(201);
        },
    )
    .await;
    assert_eq!(seen[0].json()["comments"]["approved_count"], 1);
    assert_eq!(members(&seen[1].json(), "comments")[2]["approved_count"], 1);
    assert_eq!(members(&seen[2].json(), "id")[0], json!(article));
    assert_eq!(members(&seen[3].json(), "author_name"), ["Meera"]);
    assert_eq!(seen[4].json()["data"][0]["approved_count"], 1);

    let path = format!("{one}/translations/en");
    let seen = after(
        &app,
        &[&one, all, "/v1/articles/the-old-bridge-reopens", &path],
        async |admin| {
            admin
                .patch(
                    &path,
                    json!({"title": "The new bridge", "slug": "new-bridge"}),
                )
                .await
                .expect(200);
            admin
                .post(&format!("{path}/publish"), json!({}))
                .await
                .expect(200);
        },
    )
    .await;
    assert_eq!(seen[0].json()["title"], "The new bridge");
    assert!(seen[1].text.contains("The new bridge") && !seen[1].text.contains("The old bridge"));
    assert_eq!(seen[2].status, 301);
    assert!(
        seen[2]
            .header("surrogate-key")
            .starts_with(&format!("article-{article} tag-{topic}"))
    );
    assert_eq!(
        seen[2].header("cache-control"),
        "public, max-age=0, s-maxage=5"
    );
    assert_eq!(seen[3].json()["title"], "The new bridge");

    let path = one.clone();
    let seen = after(
        &app,
        &[
            &one,
            "/v1/articles?locale=hi",
            "/v1/resolve?path=/en/new-bridge",
        ],
        async |admin| {
            translate(admin, path.rsplit('/').next().unwrap(), "hi", "नया पुल").await;
        },
    )
    .await;
    assert_eq!(seen[0].json()["translations"].as_array().unwrap().len(), 2);
    assert_eq!(members(&seen[1].json(), "title"), ["नया पुल"]);

    let seen = after(
        &app,
        &[
            &one,
            "/v1/articles?locale=hi",
            "/v1/locales",
            "/v1/locales/hi",
        ],
        async |admin| {
            admin
                .put("/v1/locales/hi", json!({"enabled": false}))
                .await
                .check(200);
        },
    )
    .await;
    assert_eq!(seen[0].json()["translations"].as_array().unwrap().len(), 1);
    assert_eq!(members(&seen[1].json(), "title"), Vec::<Value>::new());
    assert_eq!(members(&seen[2].json(), "code"), ["en", "mr"]);
    assert_eq!(seen[3].status, 404);

    let path = one.clone();
    let seen = after(
        &app,
        &[
            &one,
            all,
            tagged,
            &comments,
            "/v1/resolve?path=/en/new-bridge",
        ],
        async |admin| {
            admin.delete(&path).await.check(204);
        },
    )
    .await;
    assert_eq!((seen[0].status, seen[3].status), (404, 404));
    assert_eq!(
        seen[0].header("surrogate-key"),
        format!("article-{article} site")
    );
    assert_eq!(
        seen[3].header("surrogate-key"),
        format!("article-{article} site")
    );
    assert_eq!(
        members(&seen[1].json(), "title"),
        ["A third", "Rain in the hills"]
    );
    assert_eq!(seen[4].json()["status"], "gone");

    let path = format!("/v1/articles/{other}");
    let seen = after(&app, &[&path], async |admin| {
        let at = (Utc::now() + TimeDelta::milliseconds(300)).to_rfc3339();
        admin
            .patch(&path, json!({"comments_close_at": at}))
            .await
            .expect(200);
    })
    .await;
    seen[0].check(200);
    let deadline = Instant::now() + Duration::from_secs(30);
    while app.guest().get(&path).await.json()["comments"]["open"] == true {
        assert!(Instant::now() < deadline, "comments never close");
    }
}

#[tokio::test]
async fn a_slug_that_two_articles_bear_from_now_on_means_what_the_reader_prefers() {
    let app = TestApp::start().await;
    let admin = app.admin();
    published(&admin, "Pune").await;
    let guest = app.guest();
    kept(&guest, "/v1/articles/pune").await;
    let body = json!({"source_locale": "mr", "translation": {"title": "पुणे", "slug": "pune", "body": "शब्द"}, "publish": true});
    admin.post("/v1/articles", body).await.expect(201);
    let answer = guest
        .get_with("/v1/articles/pune", "accept-language", "mr")
        .await;
    assert_eq!(answer.json()["locale"], "mr");
    assert_eq!(answer.header("vary"), "Accept-Encoding, Accept-Language");
    let answer = guest
        .get_with("/v1/articles/pune", "accept-language", "en")
        .await;
    assert_eq!(answer.json()["locale"], "en");
}

#[tokio::test]
async fn without_a_log_to_read_nothing_that_is_kept_is_given_out() {
    let app = TestApp::start().await;
    let article = published(&app.admin(), "The old bridge reopens").await;
    let (guest, path) = (app.guest(), format!("/v1/articles/{article}"));
    kept(&guest, &path).await;
    let mut sql = app.sql().await;
    // Behind the service's back: what is kept is given out still, which shows that it is.
    let update =
        "update editions set item = replace(item, 'reopens', 'is closed'), digest = 'other'";
    sql.batch_execute(update).await.unwrap();
    assert!(kept(&guest, &path).await.text.contains("reopens"));
    let lock = sql.transaction().await.unwrap();
    lock.batch_execute("lock table events in access exclusive mode")
        .await
        .unwrap();
    let since = Instant::now();
    loop {
        let asked = Instant::now();
        let answer = guest.get(&path).await;
        if !from_memory(&answer) {
            assert!(answer.text.contains("is closed"));
            break;
        }
        assert!(
            asked - since < Duration::from_secs(1),
            "it vouches for what it cannot know"
        );
    }
    for _ in 0..20 {
        let answer = guest.get(&path).await;
        assert_eq!(answer.header("cache-status"), "");
        assert!(answer.text.contains("is closed"));
    }
    lock.commit().await.unwrap();
    // What was done behind its back the service learns as the documentation says.
    let flush = "insert into events (type, surrogate_keys) values ('cache.flush', '{site}')";
    sql.batch_execute(flush).await.unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while !kept(&guest, &path).await.text.contains("is closed") {
        assert!(Instant::now() < deadline, "it is never learnt");
    }
}

#[tokio::test]
async fn a_node_that_loses_its_connection_forgets_what_it_kept() {
    let app = TestApp::start().await;
    let article = published(&app.admin(), "The old bridge reopens").await;
    let (guest, path) = (app.guest(), format!("/v1/articles/{article}"));
    let sql = app.sql().await;
    for round in 0..5 {
        kept(&guest, &path).await;
        let update = format!(
            "update editions set item = replace(item, '\"word_count\" : ', '\"word_count\" : {}'), digest = 'd{round}'",
            round + 1
        );
        sql.batch_execute(&update).await.unwrap();
        let end = "select pg_terminate_backend(pid) from pg_stat_activity \
            where datname = current_database() and pid <> pg_backend_pid()";
        sql.batch_execute(end).await.unwrap();
        let deadline = Instant::now() + Duration::from_secs(30);
        let wanted = format!(
            "\"word_count\" : {}",
            (1..=round + 1)
                .rev()
                .map(|n| n.to_string())
                .collect::<String>()
        );
        loop {
            let answer = guest.get(&path).await;
            // Right after the end of its connections the service may be at a loss for a moment.
            if answer.status == 200 && answer.text.contains(&wanted) {
                break;
            }
            assert!(Instant::now() < deadline, "{wanted}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn a_service_that_has_ended_reads_the_log_no_more() {
    let database = clone_template().await;
    let url = cluster().url(&database);
    let app = TestApp::start_at(&url, &[]).await;
    kept(&app.guest(), "/v1/locales").await;
    drop(app);
    let sql = connect(&cluster().url("postgres")).await;
    let sessions = "select count(*) from pg_stat_activity where datname = $1";
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut without = 0;
    while without < 10 {
        let count: i64 = sql.query_one(sessions, &[&database]).await.unwrap().get(0);
        without = if count == 0 { without + 1 } else { 0 };
        assert!(Instant::now() < deadline, "{count} sessions are left");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let end = format!("drop database \"{database}\"");
    sql.batch_execute(&end).await.unwrap();
}

#[tokio::test]
async fn many_who_ask_at_once_wait_for_one() {
    let app = TestApp::start().await;
    let article = published(&app.admin(), "The old bridge reopens").await;
    let path = format!("/v1/articles/{article}");
    kept(&app.guest(), &path).await;
    let mut sql = app.sql().await;
    let lock = sql.transaction().await.unwrap();
    lock.batch_execute("lock table editions in access exclusive mode")
        .await
        .unwrap();
    let other = app.sql().await;
    // A change of this article alone.
    let key = format!(
        "insert into events (type, article_id, surrogate_keys) values ('test', '{article}', '{{article-{article}}}')"
    );
    other.batch_execute(&key).await.unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    let probe = app.guest();
    // Until the node has read of it, the old answer is given; then requests wait for the lock.
    loop {
        let asked = tokio::time::timeout(Duration::from_millis(300), probe.get(&path)).await;
        if asked.is_err() {
            break;
        }
        assert!(Instant::now() < deadline);
    }
    let scans = scans_of_editions(&other).await;
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let (guest, path) = (app.guest(), path.clone());
        waiting.spawn(async move { guest.get(&path).await });
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    lock.commit().await.unwrap();
    let answers: Vec<Answer> = waiting.join_all().await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    let bodies: BTreeSet<&str> = answers.iter().map(|answer| answer.text.as_str()).collect();
    assert_eq!(bodies.len(), 1);
    // Each look-up of an article scans an index of editions. What was counted comes to light with a later
    // statement of the same session.
    let deadline = Instant::now() + Duration::from_secs(30);
    let made = loop {
        app.admin().get(&path).await.check(200);
        match scans_of_editions(&other).await - scans {
            0 => assert!(Instant::now() < deadline),
            made => break made,
        }
    };
    assert!(made < 100, "{made} look-ups for 200 who asked");
}

async fn scans_of_editions(sql: &tokio_postgres::Client) -> i64 {
    let scans = "select idx_scan from pg_stat_user_tables where relname = 'editions'";
    sql.query_one(scans, &[]).await.unwrap().get(0)
}

/// A number that is written into an article, and the highest of which the writer was told that it is there.
struct Written {
    path: String,
    acknowledged: [AtomicU64; 2],
}

/// What a reader may say: the number it sees is at least the one that was acknowledged on this node when it
/// began to ask, and on the other a second before that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_reads_and_writes_on_two_nodes_every_answer_is_one_that_it_may_be() {
    const ARTICLES: usize = 4;
    const FOR: Duration = Duration::from_secs(12);
    let app = TestApp::start().await;
    let other = app.second_node(&[]).await;
    let mut articles = Vec::new();
    for n in 0..ARTICLES {
        let article = published(&app.admin(), &format!("Report {n}")).await;
        articles.push(Arc::new(Written {
            path: format!("/v1/articles/{article}"),
            acknowledged: Default::default(),
        }));
    }
    let end = Instant::now() + FOR;
    let admins = [
        app.admin(),
        Client::new(&other.url, Some(app.admin().token().to_owned())),
    ];
    let guests = [app.guest(), other.guest()];
    let mut tasks = tokio::task::JoinSet::new();
    for (n, article) in articles.iter().enumerate() {
        // One writer an article, by turns on either node: so its numbers rise in order.
        let (article, admins) = (Arc::clone(article), admins.clone());
        tasks.spawn(async move {
            let mut number = 0;
            while Instant::now() < end {
                number += 1;
                let node = (usize::try_from(number).unwrap() + n) % 2;
                let body = json!({"metadata": {"number": number}});
                admins[node].patch(&article.path, body).await.expect(200);
                article.acknowledged[node].store(number, Ordering::SeqCst);
                if number % 3 == 0 {
                    tokio::time::sleep(Duration::from_millis(40)).await;
                }
            }
            number
        });
    }
    let hits = Arc::new(AtomicU64::new(0));
    for reader in 0..8 {
        let (articles, guests, hits) = (articles.clone(), guests.clone(), Arc::clone(&hits));
        tasks.spawn(async move {
            let node = reader % 2;
            // What was acknowledged anywhere, and when that was known.
            let mut known: Vec<Vec<(Instant, u64)>> = vec![vec![]; articles.len()];
            let mut asked = 0;
            while Instant::now() < end {
                asked += 1;
                let n = (asked + reader) % articles.len();
                let article = &articles[n];
                let begun = Instant::now();
                let here = article.acknowledged[node].load(Ordering::SeqCst);
                let there = article.acknowledged[1 - node].load(Ordering::SeqCst);
                known[n].push((begun, there));
                let before = known[n].iter().rev().find(|(at, _)| *at + Duration::from_secs(1) <= begun);
                let least = here.max(before.map_or(0, |(_, number)| *number));
                let in_list = asked % 3 == 0;
                let path = if in_list { "/v1/articles?locale=en" } else { article.path.as_str() };
                let answer = guests[node].get(path).await;
                answer.check(200);
                hits.fetch_add(u64::from(from_memory(&answer)), Ordering::Relaxed);
                let document = answer.json();
                let item = match in_list {
                    false => document,
                    true => document["data"].as_array().unwrap().iter()
                        .find(|item| article.path.ends_with(item["id"].as_str().unwrap())).unwrap().clone(),
                };
                let number = item["metadata"]["number"].as_u64().unwrap_or_default();
                assert!(number >= least, "node {node} gives {number} of {path}, when {least} was written ({here} here, {there} there)");
            }
            0
        });
    }
    let written: u64 = tasks.join_all().await.into_iter().sum();
    println!(
        "{written} writes, {} answers from memory",
        hits.load(Ordering::Relaxed)
    );
    assert!(written > 20);
    assert!(hits.load(Ordering::Relaxed) > 20);
}

#[tokio::test]
async fn a_publication_at_its_time_is_seen_on_every_node() {
    let app = TestApp::start().await;
    let other = app.second_node(&[]).await;
    let article = published(&app.admin(), "The old bridge reopens").await;
    let path = format!("/v1/articles/{article}/translations/en");
    app.admin()
        .patch(&path, json!({"title": "At its time"}))
        .await
        .expect(200);
    let all = "/v1/articles?locale=en";
    for node in [&app, &other] {
        kept(&node.guest(), all).await;
    }
    let at = Utc::now() + TimeDelta::milliseconds(700);
    app.admin()
        .post(
            &format!("{path}/publish"),
            json!({"publish_at": at.to_rfc3339()}),
        )
        .await
        .expect(200);
    for node in [&app, &other] {
        let deadline = Instant::now() + Duration::from_secs(30);
        while members(&node.guest().get(all).await.json(), "title") != ["At its time"] {
            assert!(Instant::now() < deadline, "it is never seen");
        }
    }
}

#[tokio::test]
async fn drafts_and_comments_that_wait_change_nothing_that_is_kept_but_their_own_article() {
    let app = TestApp::start().await;
    let one = published(&app.admin(), "One").await;
    let two = published(&app.admin(), "Two").await;
    let guest = app.guest();
    let path = format!("/v1/articles/{one}");
    kept(&guest, &path).await;
    kept(&guest, "/v1/tags").await;
    draft(&app.admin(), "A draft").await;
    app.admin()
        .patch(
            &format!("/v1/articles/{two}/translations/en"),
            json!({"title": "Not yet"}),
        )
        .await
        .expect(200);
    let waits = json!({"author_name": "Meera", "body": "At last."});
    guest
        .post(&format!("/v1/articles/{two}/comments"), waits)
        .await
        .expect(201);
    assert!(from_memory(&guest.get(&path).await));
    assert!(from_memory(&guest.get("/v1/tags").await));
    assert!(Uuid::parse_str(&id(&guest.get(&path).await.json())).is_ok());
}
