//! `Idempotency-Key`: what is sent again is not done again, whatever happens in between.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use dateline::db::{Database, Ending};
use dateline::error::{Error, Result};
use dateline::events::Event;
use diesel_async::AsyncPgConnection;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::app::{TestApp, clone_template, connect};
use crate::client::{Answer, Client};
use crate::make::{draft, id, published};
use crate::postgres::cluster;
use crate::process::{Folder, Process, dateline};

const KEY: &str = "Idempotency-Key";
/// The longest that anything here is waited for: it says that something hangs.
const PATIENCE: Duration = Duration::from_secs(30);

async fn post(caller: &Client, key: &str, path: &str, body: Value) -> Answer {
    caller.write("POST", path, (KEY, key), body).await
}

fn is_replayed(answer: &Answer) -> bool {
    match answer.header("idempotent-replayed") {
        "true" => true,
        "" => false,
        other => panic!("Idempotent-Replayed: {other}"),
    }
}

/// That one answer is the other, again: all but what is of the request.
#[track_caller]
fn assert_again(first: &Answer, again: &Answer) {
    assert!(!is_replayed(first), "{first:?}");
    assert!(is_replayed(again), "{again:?}");
    assert_eq!(first.status, again.status, "{}", again.text);
    assert_eq!(first.text, again.text);
    let told = |answer: &Answer| {
        let mut headers = answer.headers.clone();
        for name in ["date", "x-request-id", "idempotent-replayed"] {
            headers.remove(name);
        }
        let mut lines: Vec<String> = headers.iter().map(|header| format!("{header:?}")).collect();
        lines.sort();
        lines
    };
    assert_eq!(told(first), told(again));
    assert_ne!(first.header("x-request-id"), again.header("x-request-id"));
}

async fn count(sql: &tokio_postgres::Client, what: &str) -> i64 {
    let count = format!("select count(*) from {what}");
    sql.query_one(&count, &[]).await.unwrap().get(0)
}

fn article(title: &str) -> Value {
    json!({"source_locale": "en", "translation": {"title": title, "body": "Some words."}})
}

fn comment(body: &str) -> Value {
    json!({"author_name": "Meera", "author_email": "Meera@example.org", "body": body})
}

#[tokio::test]
async fn what_is_sent_again_gets_the_same_answer_and_is_not_done_again() {
    let app = TestApp::start().await;
    let (admin, guest, sql) = (app.admin(), app.guest(), app.sql().await);
    let ferries = published(&admin, "Ferries").await;
    let (articles, comments) = (count(&sql, "articles").await, count(&sql, "comments").await);
    let tags = json!({"name": "Ferry"});
    let all = [
        (&admin, "/v1/articles".to_owned(), article("Bridges"), 201),
        (&admin, "/v1/tags".to_owned(), tags.clone(), 201),
        (
            &admin,
            "/v1/tags".to_owned(),
            json!({"name": "FERRY", "slug": "ferry"}),
            409,
        ),
        (
            &admin,
            "/v1/articles".to_owned(),
            json!({"source_locale": 7, "typo": []}),
            422,
        ),
        (
            &admin,
            "/v1/articles/nothing/restore".to_owned(),
            json!({}),
            404,
        ),
        (&admin, "/v1/nothing".to_owned(), json!({}), 404),
        (
            &admin,
            "/v1/bans".to_owned(),
            json!({"author_email": "x@example.org"}),
            201,
        ),
        (
            &admin,
            format!("/v1/articles/{ferries}/translations/en/unpublish"),
            Value::Null,
            200,
        ),
        (
            &admin,
            format!("/v1/articles/{ferries}/publish"),
            json!({"locales": ["en"]}),
            200,
        ),
        (
            &guest,
            format!("/v1/articles/{ferries}/comments"),
            comment("My bus is faster."),
            201,
        ),
        (
            &guest,
            format!("/v1/articles/{ferries}/comments"),
            comment("My bus is faster."),
            409,
        ),
    ];
    for (number, (caller, path, body, status)) in all.iter().enumerate() {
        let key = format!("key-{number}");
        let first = post(caller, &key, path, body.clone()).await;
        first.check(*status);
        for _ in 0..2 {
            let again = post(caller, &key, path, body.clone()).await;
            assert_again(&first, &again);
        }
        if *status >= 400 {
            assert_eq!(first.json()["request_id"], first.header("x-request-id"));
        }
    }
    assert_eq!(count(&sql, "articles").await, articles + 1);
    assert_eq!(count(&sql, "comments").await, comments + 1);
    assert_eq!(count(&sql, "events where type = 'tag.created'").await, 1);
    // Without the key it is another request.
    admin.post("/v1/tags", tags).await.check(409);
}

#[tokio::test]
async fn readers_see_what_was_done_under_a_key_at_once() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let ferries = published(&admin, "Ferries").await;
    let path = format!("/v1/articles/{ferries}");
    for round in 0..5 {
        let title = format!("Ferries {round}");
        guest.get(&path).await.check(200);
        let words = json!({"title": title, "body": "Other words."});
        admin
            .put(&format!("{path}/translations/en"), words)
            .await
            .check(200);
        let publish = format!("{path}/translations/en/publish");
        post(&admin, &format!("key-{round}"), &publish, json!({}))
            .await
            .check(200);
        assert_eq!(guest.get(&path).await.expect(200)["title"], title);
    }
}

#[tokio::test]
async fn a_key_stands_for_one_request() {
    let app = TestApp::start().await;
    let admin = app.admin();
    post(&admin, "k", "/v1/tags", json!({"name": "One"}))
        .await
        .check(201);
    let another = post(&admin, "k", "/v1/tags", json!({"name": "Two"})).await;
    another.problem(422, "idempotency-key-reused");
    let query = post(&admin, "k", "/v1/tags?x=1", json!({"name": "One"})).await;
    query.problem(422, "idempotency-key-reused");
    let body = r#"{"name":"One"}"#;
    let typed = |media: &'static str| {
        let request = admin.request("POST", "/v1/tags").header(KEY, "k");
        request.header("content-type", media).body(body)
    };
    Answer::of(typed("text/plain"))
        .await
        .problem(422, "idempotency-key-reused");
    assert!(is_replayed(
        &Answer::of(typed("application/json; charset=utf-8")).await
    ));
    // To another path it is another key, and so it is for another method.
    post(&admin, "k", "/v1/articles", article("One"))
        .await
        .check(201);
    let put = json!({"title": "x", "body": "y"});
    let article = draft(&admin, "Two").await;
    let put_path = format!("/v1/articles/{article}/translations/hi");
    for status in [201, 200] {
        let answer = admin.write("PUT", &put_path, (KEY, "k"), put.clone()).await;
        assert!(!is_replayed(answer.check(status)));
    }
    assert_eq!(
        admin.get("/v1/tags").await.expect(200)["data"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn a_key_is_1_to_255_visible_ascii_characters_once() {
    let app = TestApp::start().await;
    let (admin, sql) = (app.admin(), app.sql().await);
    let long = "k".repeat(256);
    for wrong in ["", "a b", "ключ", &long] {
        let answer = post(&admin, wrong, "/v1/tags", json!({"name": "One"})).await;
        let problem = answer.problem(400, "invalid-parameter");
        assert!(
            problem["detail"].as_str().unwrap().contains(KEY),
            "{problem}"
        );
    }
    let twice = admin
        .request("POST", "/v1/tags")
        .header(KEY, "a")
        .header(KEY, "b");
    Answer::of(twice.json(&json!({"name": "One"})))
        .await
        .problem(400, "invalid-parameter");
    let import = post(&admin, "a", "/v1/import", json!({})).await;
    let problem = import.problem(400, "invalid-parameter");
    assert!(
        problem["detail"].as_str().unwrap().contains("import"),
        "{problem}"
    );
    assert_eq!(count(&sql, "idempotent_answers").await, 0);
    for (number, sane) in [
        "a",
        &long[1..],
        "\"8e03978e-40d5-43dd-bc93-6894a57f9324\"",
        "!~",
    ]
    .iter()
    .enumerate()
    {
        let name = format!("Tag {number}");
        post(&admin, sane, "/v1/tags", json!({"name": name}))
            .await
            .check(201);
        assert!(is_replayed(
            &post(&admin, sane, "/v1/tags", json!({"name": name})).await
        ));
    }
}

#[tokio::test]
async fn the_keys_of_others_are_others() {
    let app = TestApp::start_with(&["--trusted-proxies", "127.0.0.1"]).await;
    let (admin, guest) = (app.admin(), app.guest());
    let other = app.caller(&["tags:write", "comments:moderate"]).await;
    post(&admin, "k", "/v1/tags", json!({"name": "One"}))
        .await
        .check(201);
    post(&other, "k", "/v1/tags", json!({"name": "Two"}))
        .await
        .check(201);
    let path = format!(
        "/v1/articles/{}/comments",
        published(&admin, "Ferries").await
    );
    let from = |address: &'static str, words: &str| {
        let request = guest.request("POST", &path).header(KEY, "k");
        request
            .header("x-forwarded-for", address)
            .json(&comment(words))
    };
    let first = Answer::of(from("203.0.113.1", "One")).await;
    first.check(201);
    let elsewhere = Answer::of(from("203.0.113.2", "Two")).await;
    assert_ne!(elsewhere.check(201).text, first.text);
    Answer::of(from("203.0.113.1", "Two"))
        .await
        .problem(422, "idempotency-key-reused");
    assert_again(&first, &Answer::of(from("203.0.113.1", "One")).await);
    // Who has no token any more has no answers any more.
    let token = app.caller(&["tags:write"]).await;
    post(&token, "k", "/v1/tags", json!({"name": "Three"}))
        .await
        .check(201);
    let current = id(&token.get("/v1/tokens/current").await.expect(200));
    admin
        .delete(&format!("/v1/tokens/{current}"))
        .await
        .check(204);
    post(&token, "k", "/v1/tags", json!({"name": "Three"}))
        .await
        .problem(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_with_one_key_one_does_it_and_the_others_are_told() {
    let app = TestApp::start_with(&["--workers", "2", "--pool-size", "20"]).await;
    let other = app.second_node(&["--pool-size", "20"]).await;
    let (admin, guest, sql) = (app.admin(), app.guest(), app.sql().await);
    let there = Client::new(&other.url, Some(admin.token().to_owned()));
    let path = format!(
        "/v1/articles/{}/comments",
        published(&admin, "Ferries").await
    );
    for (caller, beside, path, body, table) in [
        (
            &admin,
            &there,
            "/v1/articles",
            article("Bridges"),
            "articles where external_id is null",
        ),
        (
            &guest,
            &other.guest(),
            path.as_str(),
            comment("My bus is faster."),
            "comments",
        ),
    ] {
        let before = count(&sql, table).await;
        let callers = [caller, beside];
        let all = (0..50).map(|number| post(callers[number % 2], "k", path, body.clone()));
        let answers = join_all(all).await;
        let done: Vec<&Answer> = answers
            .iter()
            .filter(|answer| answer.status == 201)
            .collect();
        assert!(!done.is_empty());
        assert_eq!(done.iter().filter(|answer| !is_replayed(answer)).count(), 1);
        assert!(done.iter().all(|answer| answer.text == done[0].text));
        for answer in answers.iter().filter(|answer| answer.status != 201) {
            assert_eq!(answer.status, 409, "{}", answer.text);
            assert_eq!(answer.header("content-type"), "application/problem+json");
        }
        assert_eq!(count(&sql, table).await, before + 1);
        let again = post(callers[1], "k", path, body).await;
        assert!(is_replayed(again.check(201)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_first_still_runs_the_others_are_told_at_once() {
    let app = TestApp::start().await;
    let (admin, sql, mut locks) = (app.admin(), app.sql().await, app.sql().await);
    let lock = locks.transaction().await.unwrap();
    lock.batch_execute("lock table articles in exclusive mode")
        .await
        .unwrap();
    let first = tokio::spawn({
        let admin = admin.clone();
        async move { post(&admin, "k", "/v1/articles", article("Bridges")).await }
    });
    blocked(&sql, "articles").await;
    let begun = Instant::now();
    let meanwhile = post(&admin, "k", "/v1/articles", article("Bridges")).await;
    meanwhile.problem(409, "conflict");
    let other = post(&admin, "k", "/v1/articles", article("Other")).await;
    other.problem(409, "conflict");
    assert!(begun.elapsed() < Duration::from_secs(3));
    lock.rollback().await.unwrap();
    let first = first.await.unwrap();
    assert_again(
        first.check(201),
        &post(&admin, "k", "/v1/articles", article("Bridges")).await,
    );
}

#[tokio::test]
async fn a_key_is_free_after_a_day_and_its_answer_is_removed() {
    let app = TestApp::start().await;
    let (admin, sql) = (app.admin(), app.sql().await);
    let first = post(&admin, "k", "/v1/articles", article("Bridges")).await;
    let age = |time: &str| {
        format!(
            "update idempotent_answers set created_at = now() - interval '24 hours' + interval '{time}'"
        )
    };
    sql.execute(&age("5 minutes"), &[]).await.unwrap();
    assert_again(
        &first,
        &post(&admin, "k", "/v1/articles", article("Bridges")).await,
    );
    sql.execute(&age("-1 second"), &[]).await.unwrap();
    let later = post(&admin, "k", "/v1/articles", article("Other")).await;
    assert!(!is_replayed(later.check(201)));
    assert_again(
        &later,
        &post(&admin, "k", "/v1/articles", article("Other")).await,
    );
    sql.execute(&age("-1 second"), &[]).await.unwrap();
    let deadline = Instant::now() + PATIENCE;
    while count(&sql, "idempotent_answers").await > 0 {
        assert!(Instant::now() < deadline, "old answers stay");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn what_is_kept_cannot_be_read() {
    let app = TestApp::start().await;
    let (admin, sql) = (app.admin(), app.sql().await);
    let key = "e7c1b7d7e-secret-key";
    let body = json!({"name": "A new token", "scopes": ["content:read"]});
    let first = post(&admin, key, "/v1/tokens", body.clone()).await;
    let secret = first.check(201).json()["token"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_again(&first, &post(&admin, key, "/v1/tokens", body).await);
    Client::new(&app.url, Some(secret.clone()))
        .get("/v1/tokens/current")
        .await
        .check(200);
    let ferries = published(&admin, "Ferries").await;
    let link = post(
        &admin,
        key,
        &format!("/v1/articles/{ferries}/preview-links"),
        Value::Null,
    )
    .await;
    let link = link.expect(201)["token"].as_str().unwrap().to_owned();
    let rows = "select key || fingerprint || answer || coalesce(guest, '') from idempotent_answers";
    let rows: Vec<Vec<u8>> = sql
        .query(rows, &[])
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect();
    assert_eq!(rows.len(), 2);
    for row in rows {
        for word in [key, &secret, &link, "A new token", "application/json"] {
            let found = row
                .windows(word.len())
                .any(|window| window == word.as_bytes());
            assert!(!found, "{word} can be read");
        }
    }
}

#[tokio::test]
async fn what_is_to_be_sent_again_later_is_not_kept() {
    let app = TestApp::start_with(&["--comment-rate", "1/min"]).await;
    let (admin, guest, sql) = (app.admin(), app.guest(), app.sql().await);
    let path = format!(
        "/v1/articles/{}/comments",
        published(&admin, "Ferries").await
    );
    post(&guest, "one", &path, comment("One")).await.check(201);
    for _ in 0..2 {
        let answer = post(&guest, "two", &path, comment("Two")).await;
        assert_ne!(answer.header("retry-after"), "");
        assert!(!is_replayed(answer.check(429)));
    }
    sql.execute("delete from comment_rates", &[]).await.unwrap();
    assert!(!is_replayed(
        post(&guest, "two", &path, comment("Two")).await.check(201)
    ));
    post(&guest, "three", "/v1/tags", json!({"name": "x"}))
        .await
        .check(401);
    let export = json!({"author_email": "meera@example.org"});
    for _ in 0..2 {
        let answer = post(&admin, "four", "/v1/comments/export", export.clone()).await;
        assert!(!is_replayed(answer.check(200)));
        assert_eq!(answer.json()["comments"].as_array().unwrap().len(), 2);
    }
    assert_eq!(count(&sql, "idempotent_answers").await, 2);
    // A body that is too large is refused unread.
    let large = json!({"name": "x".repeat(1_100_000)});
    post(&admin, "five", "/v1/tags", large)
        .await
        .problem(413, "content-too-large");
    assert_eq!(count(&sql, "idempotent_answers").await, 2);
}

#[tokio::test]
async fn guests_cannot_fill_the_disk_with_what_is_refused() {
    let app = TestApp::start().await;
    let (admin, guest, sql) = (app.admin(), app.guest(), app.sql().await);
    let path = format!(
        "/v1/articles/{}/comments",
        published(&admin, "Ferries").await
    );
    let wrong = post(&guest, "one", &path, json!({})).await;
    assert_again(
        wrong.check(422),
        &post(&guest, "one", &path, json!({})).await,
    );
    let members: serde_json::Map<String, Value> = (0..1000)
        .map(|number| (format!("m{number}"), json!(1)))
        .collect();
    for _ in 0..2 {
        let answer = post(&guest, "large", &path, Value::Object(members.clone())).await;
        assert!(!is_replayed(answer.check(422)));
    }
    let fill = "insert into idempotent_answers (key, guest, fingerprint, answer) \
        select sha256(convert_to(n::text, 'UTF8')), guest, '', '' from idempotent_answers, generate_series(1, 999) n";
    sql.execute(fill, &[]).await.unwrap();
    for _ in 0..2 {
        assert!(!is_replayed(
            post(&guest, "many", &path, json!({})).await.check(422)
        ));
    }
    assert_eq!(count(&sql, "idempotent_answers").await, 1000);
    // What has an effect is always kept.
    let first = post(&guest, "good", &path, comment("One")).await;
    assert_again(
        first.check(201),
        &post(&guest, "good", &path, comment("One")).await,
    );
}

#[tokio::test]
async fn who_is_erased_is_so_from_answers_too() {
    let app = TestApp::start().await;
    let (admin, guest, sql) = (app.admin(), app.guest(), app.sql().await);
    let path = format!(
        "/v1/articles/{}/comments",
        published(&admin, "Ferries").await
    );
    let made = post(&guest, "first", &path, comment("My bus is faster."))
        .await
        .expect(201);
    let later = post(&guest, "second", &path, comment("And so is my train."))
        .await
        .expect(201);
    let others =
        json!({"author_name": "Ravi", "author_email": "ravi@example.org", "body": "Is it?"});
    let other = post(&guest, "third", &path, others.clone()).await;
    for comment in [&made, &later] {
        let approve = format!("/v1/comments/{}", id(comment));
        admin
            .patch(&approve, json!({"status": "approved"}))
            .await
            .check(200);
    }
    sql.execute("update comments set reply_notice = 'requested'", &[])
        .await
        .unwrap();
    let address = format!("/v1/comments/{}", id(&made));
    let report = json!({"reason": "other", "detail": "Meera says her bus is faster."});
    let notice = format!("{address}/notice-token");
    let reports = format!("{address}/reports");
    post(&admin, "k", &notice, Value::Null).await.check(200);
    post(&guest, "k", &reports, report.clone()).await.check(201);
    let ban = json!({"author_email": "meera@example.org", "reason": "It is Meera again."});
    post(&admin, "k", "/v1/bans", ban.clone()).await.check(201);
    // Its writer has deleted one already: what was answered then has the words still.
    admin
        .delete(&format!("/v1/comments/{}", id(&later)))
        .await
        .check(204);
    assert!(is_replayed(
        post(&guest, "second", &path, comment("And so is my train."))
            .await
            .check(201)
    ));

    let person = json!({"author_email": "MEERA@example.org"});
    let erased = post(&admin, "erase", "/v1/comments/erase", person.clone()).await;
    assert_eq!(erased.check(200).json()["erased"], 1);
    for (caller, key, path, body) in [
        (&guest, "first", &path, comment("My bus is faster.")),
        (&guest, "second", &path, comment("And so is my train.")),
        (&admin, "k", &notice, Value::Null),
        (&guest, "k", &reports, report),
        (&admin, "k", &"/v1/bans".to_owned(), ban),
    ] {
        let problem = post(caller, key, path, body).await.problem(409, "conflict");
        assert!(
            problem["detail"].as_str().unwrap().contains("erased"),
            "{problem}"
        );
    }
    assert_eq!(
        count(&sql, "idempotent_answers where answer is null").await,
        5
    );
    assert_again(
        &erased,
        &post(&admin, "erase", "/v1/comments/erase", person).await,
    );
    assert_again(&other, &post(&guest, "third", &path, others).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_answered_while_a_person_is_erased_is_erased_with_them() {
    let app = TestApp::start().await;
    let (admin, guest, sql) = (app.admin(), app.guest(), app.sql().await);
    let path = format!(
        "/v1/articles/{}/comments",
        published(&admin, "Ferries").await
    );
    for round in 0..10 {
        let made = guest
            .post(&path, comment(&format!("Round {round}")))
            .await
            .expect(201);
        sql.execute("update comments set reply_notice = 'requested'", &[])
            .await
            .unwrap();
        let notice = format!("/v1/comments/{}/notice-token", id(&made));
        let keys: Vec<String> = (0..5).map(|number| format!("{round}-{number}")).collect();
        let asked = join_all(
            keys.iter()
                .map(|key| post(&admin, key, &notice, Value::Null)),
        );
        let person = json!({"author_email": "meera@example.org"});
        let (answers, erased) = tokio::join!(asked, admin.post("/v1/comments/erase", person));
        assert_eq!(erased.expect(200)["erased"], 1);
        for (key, answer) in keys.iter().zip(answers) {
            let again = post(&admin, key, &notice, Value::Null).await;
            match answer.status {
                200 => drop(again.problem(409, "conflict")),
                status => assert_eq!((status, again.status), (404, 404), "{}", again.text),
            }
        }
    }
    let told = count(
        &sql,
        "idempotent_answers where answer is not null and about <> '{}'",
    )
    .await;
    assert_eq!(told, 0);
}

/// Waits until an insert into this table waits for a lock. The service has other statements that may.
async fn blocked(sql: &tokio_postgres::Client, table: &str) {
    let deadline = Instant::now() + PATIENCE;
    let waiting = format!(
        "pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' \
            and replace(query, '\"', '') ilike '%insert into {table} %'"
    );
    while count(sql, &waiting).await == 0 {
        assert!(Instant::now() < deadline, "no insert into {table} waits");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Sends it until the first is known to have ended one way or the other.
async fn settled(caller: &Client, key: &str, title: &str) -> Answer {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = post(caller, key, "/v1/articles", article(title)).await;
        if answer.status != 409 {
            return answer;
        }
        assert!(
            Instant::now() < deadline,
            "the key is never free: {}",
            answer.text
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_goes_away_in_the_middle_may_come_back() {
    let app = TestApp::start().await;
    let (admin, sql, mut locks) = (app.admin(), app.sql().await, app.sql().await);
    let address = app.url.strip_prefix("http://").unwrap().to_owned();
    for round in 0..3 {
        let (key, title) = (format!("key-{round}"), format!("Bridges {round}"));
        let lock = locks.transaction().await.unwrap();
        lock.batch_execute("lock table articles in exclusive mode")
            .await
            .unwrap();
        let body = article(&title).to_string();
        let head = format!(
            "POST /v1/articles HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\nidempotency-key: {key}\r\n\
                content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            admin.token(),
            body.len()
        );
        let mut stream = TcpStream::connect(&address).await.unwrap();
        stream
            .write_all(format!("{head}{body}").as_bytes())
            .await
            .unwrap();
        blocked(&sql, "articles").await;
        drop(stream);
        tokio::time::sleep(Duration::from_millis(50)).await;
        lock.rollback().await.unwrap();
        let answer = settled(&admin, &key, &title).await;
        answer.check(201);
        let again = post(&admin, &key, "/v1/articles", article(&title)).await;
        assert_eq!(again.text, answer.text);
        assert_eq!(
            count(&sql, &format!("revisions where title = '{title}'")).await,
            1
        );
    }
    // One whose body never comes holds nothing.
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "POST /v1/tags HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\nidempotency-key: slow\r\n\
            content-type: application/json\r\ncontent-length: 20\r\n\r\n{{",
        admin.token()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    post(&admin, "slow", "/v1/tags", json!({"name": "x"}))
        .await
        .check(201);
    drop(stream);
}

/// The program on a database of its own.
struct Killable {
    folder: Folder,
    database_url: String,
    token: String,
    running: Option<Process>,
}

impl Killable {
    async fn start() -> Killable {
        let database_url = cluster().url(&clone_template().await);
        let mut killable = Killable {
            folder: Folder::new(),
            database_url,
            token: String::new(),
            running: None,
        };
        killable.run();
        killable.token = killable.running.as_ref().unwrap().tokens().pop().unwrap();
        killable
    }

    fn run(&mut self) {
        let mut command = dateline(&self.folder, &["serve"]);
        command.env("DATABASE_URL", &self.database_url);
        self.running = Some(Process::start(command));
    }

    fn caller(&self) -> Client {
        Client::new(
            &self.running.as_ref().unwrap().url(),
            Some(self.token.clone()),
        )
    }

    fn kill(&mut self) {
        self.running.take().unwrap().stop("KILL");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whichever_step_the_process_dies_at_the_effect_and_the_key_are_there_together() {
    let mut program = Killable::start().await;
    let sql = connect(&program.database_url).await;
    let mut locks = connect(&program.database_url).await;
    // Before anything is written; before the answer is stored.
    for (step, (table, mode)) in [("articles", "exclusive"), ("idempotent_answers", "share")]
        .iter()
        .enumerate()
    {
        let (key, title) = (format!("key-{step}"), format!("Bridges {step}"));
        let held = locks.transaction().await.unwrap();
        let lock = format!("lock table {table} in {mode} mode");
        held.batch_execute(&lock).await.unwrap();
        let caller = program.caller();
        let sent = tokio::spawn({
            let request = caller
                .request("POST", "/v1/articles")
                .header(KEY, &key)
                .json(&article(&title));
            request.send()
        });
        blocked(&sql, table).await;
        program.kill();
        assert!(sent.await.unwrap().is_err());
        program.run();
        held.rollback().await.unwrap();
        let titled = format!("revisions where title = '{title}'");
        let answer = settled(&program.caller(), &key, &title).await;
        assert!(!is_replayed(answer.check(201)), "it was never done");
        assert_again(
            &answer,
            &post(&program.caller(), &key, "/v1/articles", article(&title)).await,
        );
        assert_eq!(count(&sql, &titled).await, 1);
    }
    // In the middle of the commit, which PostgreSQL carries through, and so before the answer is sent.
    sql.batch_execute(
        "create function slow() returns trigger language plpgsql as \
            $$ begin perform pg_sleep(2); return null; end $$; \
        create constraint trigger slow after insert on idempotent_answers deferrable initially deferred \
            for each row execute function slow()",
    )
    .await
    .unwrap();
    let caller = program.caller();
    let sent = tokio::spawn({
        let request = caller.request("POST", "/v1/articles").header(KEY, "commit");
        request.json(&article("Commit")).send()
    });
    let sleeps = "pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()";
    let deadline = Instant::now() + PATIENCE;
    while count(&sql, sleeps).await == 0 {
        assert!(Instant::now() < deadline, "no commit");
    }
    program.kill();
    assert!(sent.await.unwrap().is_err());
    program.run();
    let meanwhile = post(
        &program.caller(),
        "commit",
        "/v1/articles",
        article("Commit"),
    )
    .await;
    assert!(
        meanwhile.status == 409 || is_replayed(&meanwhile),
        "{}",
        meanwhile.text
    );
    let answer = settled(&program.caller(), "commit", "Commit").await;
    assert!(is_replayed(answer.check(201)), "it was done");
    assert_eq!(count(&sql, "revisions where title = 'Commit'").await, 1);
    let made = id(&answer.json());
    program
        .caller()
        .get(&format!("/v1/articles/{made}?view=draft"))
        .await
        .check(200);
    sql.batch_execute("drop function slow cascade")
        .await
        .unwrap();

    // After it was answered: it is known after a restart, and to any other node.
    let first = post(&program.caller(), "after", "/v1/articles", article("After")).await;
    program.kill();
    program.run();
    assert_again(
        &first,
        &post(&program.caller(), "after", "/v1/articles", article("After")).await,
    );
    program.kill();
}

#[tokio::test]
async fn a_browser_of_another_origin_may_read_that_it_is_a_replay() {
    let app = TestApp::start_with(&["--cors-origins", "https://news.example"]).await;
    let admin = app.admin();
    let send = || {
        let request = admin.request("POST", "/v1/tags").header(KEY, "k");
        request
            .header("origin", "https://news.example")
            .json(&json!({"name": "One"}))
    };
    Answer::of(send()).await.check(201);
    let again = Answer::of(send()).await;
    assert!(is_replayed(again.check(201)));
    let exposed = again
        .header("access-control-expose-headers")
        .to_ascii_lowercase();
    assert!(exposed.contains("idempotent-replayed"), "{exposed}");
}

#[tokio::test]
async fn an_answer_travels_compressed_the_second_time_as_the_first() {
    let app = TestApp::start().await;
    let address = app.url.strip_prefix("http://").unwrap();
    let body = json!({"typo": "x".repeat(3000)}).to_string();
    let head = format!(
        "POST /v1/tags HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\nidempotency-key: k\r\naccept-encoding: gzip\r\n\
            content-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        app.admin().token(),
        body.len()
    );
    let mut answers = vec![];
    for _ in 0..2 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream
            .write_all(format!("{head}{body}").as_bytes())
            .await
            .unwrap();
        let mut answer = vec![];
        stream.read_to_end(&mut answer).await.unwrap();
        let end = answer
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .unwrap();
        let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
        assert!(head.starts_with("http/1.1 422"), "{head}");
        answers.push((
            head.contains("content-encoding: gzip"),
            answer[end..].to_vec(),
        ));
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn a_request_that_is_held_has_one_transaction_and_tells_of_it_when_it_is_committed() {
    let app = TestApp::start().await;
    let sql = app.sql().await;
    let db = Database::new(&app.database_url, 2).unwrap();
    let told: Arc<Mutex<Vec<usize>>> = Arc::default();
    db.watch({
        let told = Arc::clone(&told);
        move |touched| told.lock().unwrap().push(touched.events.len())
    });
    let note = async |conn: &mut AsyncPgConnection| {
        Event::new("test.noted", None)
            .key("test".into())
            .write(conn)
            .await
    };
    let noted = "events where type = 'test.noted'";
    // Another was in the way twice; and what fails for good leaves nothing of itself.
    let tries = AtomicUsize::new(0);
    let held = db.hold(false, async |held| {
        let work = async {
            db.write(async |conn| {
                note(conn).await?;
                match tries.fetch_add(1, Ordering::Relaxed) {
                    0 | 1 => Err(Error::Contended),
                    _ => Ok(()),
                }
            })
            .await?;
            let failed: Result<()> = db
                .write_at_once(async |conn| {
                    note(conn).await?;
                    Err(Error::not_found("test"))
                })
                .await;
            assert!(failed.is_err());
            db.write(async |conn| note(conn).await).await
        };
        let done = held.during(work).await;
        assert_eq!(count(&sql, noted).await, 0, "it is not committed yet");
        assert!(told.lock().unwrap().is_empty());
        Ending::Commit(done)
    });
    held.await.unwrap().unwrap();
    assert_eq!((tries.into_inner(), count(&sql, noted).await), (3, 2));
    assert_eq!(*told.lock().unwrap(), [2]);
    for dry_run in [true, false] {
        let held = db.hold(dry_run, async |held| {
            Ending::RollBack(held.during(db.write(async |conn| note(conn).await)).await)
        });
        held.await.unwrap().unwrap();
    }
    // One that is let go in the middle holds nothing for long.
    let held = db.hold(false, async |held| {
        held.during(async {
            db.write(async |conn| note(conn).await).await.unwrap();
            std::future::pending::<()>().await;
        })
        .await;
        Ending::Commit(())
    });
    assert!(
        tokio::time::timeout(Duration::from_millis(300), held)
            .await
            .is_err()
    );
    let open =
        "pg_stat_activity where datname = current_database() and state like 'idle in transaction%'";
    let deadline = Instant::now() + PATIENCE;
    while count(&sql, open).await > 0 {
        assert!(Instant::now() < deadline, "its transaction stays open");
    }
    assert_eq!(count(&sql, noted).await, 2);
    assert_eq!(*told.lock().unwrap(), [2]);
}
