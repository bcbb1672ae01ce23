//! `GET /v1/audit`

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client};
use crate::make::{draft, id, members, published, tag};

const LATER: &str = "2999-01-01T06:00:00Z";

fn at(article: &str, locale: &str) -> String {
    format!("/v1/articles/{article}/translations/{locale}")
}

/// A caller whose token bears this name.
async fn person(app: &TestApp, name: &str, scopes: &[&str]) -> Client {
    let body = json!({"name": name, "scopes": scopes});
    let made = app.admin().post("/v1/tokens", body).await.expect(201);
    Client::new(&app.url, Some(made["token"].as_str().unwrap().to_owned()))
}

/// Every event under these parameters, oldest first, page by page.
async fn history(admin: &Client, query: &str, limit: usize) -> Vec<Value> {
    let first = format!("/v1/audit?{query}&limit={limit}");
    let (mut events, mut next) = (vec![], Some(first.clone()));
    while let Some(address) = next {
        let page = admin.get(&address).await.expect(200);
        let data = page["data"].as_array().unwrap();
        assert!(data.len() <= limit);
        events.extend(data.iter().cloned());
        let cursor = page["page"]["next_cursor"].as_str();
        assert_eq!(page["page"]["has_more"], cursor.is_some());
        next = cursor.map(|cursor| format!("{first}&cursor={cursor}"));
    }
    events.reverse();
    events
}

/// An event as it is compared: type, actor, locale, data.
fn told(event: &Value) -> (String, String, String, Value) {
    let text = |name: &str| event[name].as_str().unwrap_or("-").to_owned();
    (
        text("type"),
        text("actor"),
        text("locale"),
        event["data"].clone(),
    )
}

async fn send(caller: &Client, method: &str, path: &str, body: Value) -> Value {
    let request = caller.request(method, path);
    let request = if body.is_null() {
        request
    } else {
        request.json(&body)
    };
    let answer = Answer::of(request).await;
    assert!(answer.status < 300, "{method} {path}: {}", answer.text);
    if answer.text.is_empty() {
        Value::Null
    } else {
        answer.json()
    }
}

/// Makes what is scheduled due, and waits until it has been done.
async fn let_time_pass(app: &TestApp, article: &str, column: &str) {
    let sql = app.sql().await;
    sql.execute(
        &format!("update translations set {column} = now() where article_id = '{article}' and {column} is not null"),
        &[],
    )
    .await
    .unwrap();
    for _ in 0..500 {
        let due = format!(
            "select count(*) from translations where article_id = '{article}' and {column} is not null"
        );
        let left: i64 = sql.query_one(&due, &[]).await.unwrap().get(0);
        if left == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("what was due was not done");
}

#[tokio::test]
async fn the_audit_of_an_article_reads_like_its_history() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let asha = person(&app, "Asha", &["content:read", "content:write"]).await;
    let bina = person(&app, "बीना", &["content:read", "content:write"]).await;
    let scopes = ["content:read", "content:write", "content:publish"];
    let chief = person(&app, "Chief", &scopes).await;
    let city = tag(&admin, "City").await;
    // Another article's events are not among them.
    published(&admin, "Elsewhere").await;

    let words = json!({"title": "Rain", "body": "Some words."});
    let body = json!({"source_locale": "en", "translation": words});
    let article = id(&send(&asha, "POST", "/v1/articles", body).await);
    let whole = format!("/v1/articles/{article}");
    let (en, hi) = (at(&article, "en"), at(&article, "hi"));
    let mut expected = vec![];
    let mut expect = |kind: &str, actor: &str, locale: &str, data: Value| {
        expected.push((kind.to_owned(), actor.to_owned(), locale.to_owned(), data));
    };
    expect("article.created", "Asha", "en", json!({}));

    send(&bina, "PUT", &hi, json!({"title": "वर्षा", "body": "शब्द।"})).await;
    expect("translation.created", "बीना", "hi", json!({"revision": 1}));
    send(&bina, "POST", &format!("{hi}/submit"), json!({})).await;
    expect(
        "translation.submitted",
        "बीना",
        "hi",
        json!({"revision": 1}),
    );
    let reason = "The second word names the wrong bridge.";
    let body = json!({"reason": format!("  {reason}\n")});
    send(&chief, "POST", &format!("{hi}/reject"), body).await;
    let data = json!({"revision": 1, "reason": reason});
    expect("translation.rejected", "Chief", "hi", data);
    send(&bina, "PATCH", &hi, json!({"title": "भारी वर्षा"})).await;
    expect("translation.saved", "बीना", "hi", json!({"revision": 2}));
    // Nothing changed, nothing happened.
    send(&bina, "PATCH", &hi, json!({"title": "भारी वर्षा"})).await;
    send(
        &chief,
        "POST",
        &format!("{hi}/publish"),
        json!({"publish_at": LATER}),
    )
    .await;
    let data = json!({"revision": 2, "publish_at": LATER, "unpublish_at": null});
    expect("translation.scheduled", "Chief", "hi", data);
    send(&chief, "POST", &format!("{hi}/reopen"), json!({})).await;
    expect("translation.reopened", "Chief", "hi", json!({}));
    let body = json!({"locales": ["hi", "en"]});
    send(&chief, "POST", &format!("{whole}/publish"), body).await;
    for (locale, revision) in [("en", 1), ("hi", 2)] {
        let data = json!({"revision": revision, "publish_at": null, "unpublish_at": null});
        expect("translation.published", "Chief", locale, data);
    }
    send(&asha, "PUT", &format!("{whole}/tags/city"), json!({})).await;
    expect("article.updated", "Asha", "-", json!({"members": ["tags"]}));
    send(&asha, "PUT", &format!("{whole}/tags/{city}"), json!({})).await;
    send(&asha, "PATCH", &whole, json!({"authors": ["A. Rao"]})).await;
    expect(
        "article.updated",
        "Asha",
        "-",
        json!({"members": ["authors"]}),
    );
    send(&asha, "PATCH", &en, json!({"title": "Heavy rain"})).await;
    expect("translation.saved", "Asha", "en", json!({"revision": 2}));
    send(&chief, "POST", &format!("{en}/publish"), json!({})).await;
    let data = json!({"revision": 2, "publish_at": null, "unpublish_at": null});
    expect("translation.published", "Chief", "en", data);
    // Nobody did this: it follows from what was published.
    expect("translation.stale", "-", "hi", json!({}));
    send(
        &bina,
        "POST",
        &format!("{hi}/revisions/1/restore"),
        json!({}),
    )
    .await;
    let data = json!({"revision": 3, "restored": 1});
    expect("translation.saved", "बीना", "hi", data);
    send(&chief, "POST", &format!("{hi}/archive"), json!({})).await;
    expect("translation.archived", "Chief", "hi", json!({}));
    send(&chief, "DELETE", &whole, Value::Null).await;
    expect("article.trashed", "Chief", "-", json!({}));
    send(&chief, "POST", &format!("{whole}/restore"), json!({})).await;
    expect("article.restored", "Chief", "-", json!({}));
    let link = send(&asha, "POST", &format!("{whole}/preview-links"), json!({})).await;
    let data = json!({"expires_at": link["expires_at"]});
    expect("preview.created", "Asha", "-", data);
    send(
        &chief,
        "DELETE",
        &format!("{whole}/preview-links"),
        Value::Null,
    )
    .await;
    expect("preview.revoked", "Chief", "-", json!({}));
    send(&chief, "POST", &format!("{hi}/reopen"), json!({})).await;
    expect("translation.reopened", "Chief", "hi", json!({}));
    let end = "2999-02-01T00:00:00Z";
    let body = json!({"publish_at": LATER, "unpublish_at": end});
    send(&chief, "POST", &format!("{hi}/publish"), body).await;
    let data = json!({"revision": 3, "publish_at": LATER, "unpublish_at": end});
    expect("translation.scheduled", "Chief", "hi", data);
    let_time_pass(&app, &article, "publish_at").await;
    let data = json!({"revision": 3, "scheduled": true});
    expect("translation.published", "-", "hi", data.clone());
    let_time_pass(&app, &article, "unpublish_at").await;
    expect("translation.unpublished", "-", "hi", data);
    send(&asha, "DELETE", &hi, Value::Null).await;
    expect("translation.deleted", "Asha", "hi", json!({}));
    send(
        &admin,
        "DELETE",
        &format!("{whole}?permanent=true"),
        Value::Null,
    )
    .await;
    expect("article.erased", "tests", "-", json!({}));

    let query = format!("article={article}");
    let events = history(&admin, &query, 100).await;
    let found: Vec<_> = events.iter().map(told).collect();
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for pair in events.windows(2) {
        assert!(pair[0]["id"].as_i64() < pair[1]["id"].as_i64());
        let time = |event: &Value| -> chrono::DateTime<chrono::Utc> {
            event["occurred_at"].as_str().unwrap().parse().unwrap()
        };
        assert!(time(&pair[0]) <= time(&pair[1]));
    }
    for event in &events {
        assert_eq!(event["article_id"], article);
        let members: BTreeSet<&str> = event
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let known = [
            "id",
            "type",
            "occurred_at",
            "actor",
            "article_id",
            "locale",
            "data",
        ];
        assert_eq!(members, BTreeSet::from(known));
    }

    // The same in pages of any size, and under each filter.
    for limit in [1, 3, 7] {
        assert_eq!(history(&admin, &query, limit).await, events);
    }
    for locale in ["en", "hi", "HI", "mr"] {
        let some = history(&admin, &format!("{query}&locale={locale}"), 4).await;
        let wanted = locale.to_lowercase();
        let expected: Vec<Value> = events
            .iter()
            .filter(|event| event["locale"] == wanted)
            .cloned()
            .collect();
        assert_eq!(some, expected, "{locale}");
    }
    for actor in ["Asha", "बीना", "Chief", "asha", "nobody"] {
        let some = history(&admin, &format!("{query}&actor={actor}"), 4).await;
        let expected: Vec<Value> = events
            .iter()
            .filter(|event| event["actor"] == actor)
            .cloned()
            .collect();
        assert_eq!(some, expected, "{actor}");
    }
    let some = history(&admin, "actor=बीना", 4).await;
    assert_eq!(some.len(), 4);
    let mixed = format!("{query}&actor=Chief&locale=hi");
    let some = history(&admin, &mixed, 2).await;
    assert!(!some.is_empty());
    assert!(
        some.iter()
            .all(|event| event["actor"] == "Chief" && event["locale"] == "hi")
    );
}

// WAITS FOR A FIX: r5.
#[tokio::test]
async fn what_lapsed_in_the_trash_is_told_when_the_article_comes_back() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = published(&admin, "Rain").await;
    let whole = format!("/v1/articles/{article}");
    for (locale, times) in [
        ("hi", json!({"publish_at": LATER})),
        ("mr", json!({"unpublish_at": LATER})),
    ] {
        let path = at(&article, locale);
        send(&admin, "PUT", &path, json!({"title": "शीर्षक"})).await;
        send(&admin, "POST", &format!("{path}/publish"), times).await;
    }
    send(&admin, "DELETE", &whole, Value::Null).await;
    let sql = app.sql().await;
    sql.batch_execute(
        "update translations set publish_at = now() - interval '1 day' where publish_at is not null; \
        update translations set unpublish_at = now() - interval '1 day' where unpublish_at is not null;",
    )
    .await
    .unwrap();
    send(&admin, "POST", &format!("{whole}/restore"), json!({})).await;
    for locale in ["hi", "mr"] {
        let copy = send(&admin, "GET", &at(&article, locale), Value::Null).await;
        assert_eq!(
            (&copy["status"], &copy["is_published"]),
            (&json!("draft"), &json!(false))
        );
    }
    let events = history(&admin, &format!("article={article}"), 100).await;
    let after: Vec<_> = events
        .iter()
        .skip_while(|event| event["type"] != "article.trashed")
        .map(told)
        .collect();
    let told = |locale: &str| after.iter().any(|event| event.2 == locale);
    assert!(told("mr"), "readers lost the edition: {after:?}");
    assert!(told("hi"), "the schedule is off: {after:?}");
}

#[tokio::test]
async fn the_audit_is_for_administrators() {
    let app = TestApp::start().await;
    let article = draft(&app.admin(), "Rain").await;
    let everything_else = app
        .caller(&[
            "content:read",
            "content:write",
            "content:publish",
            "tags:write",
            "comments:moderate",
            "tokens:manage",
        ])
        .await;
    for path in [
        "/v1/audit".to_owned(),
        format!("/v1/audit?article={article}"),
    ] {
        let answer = app.guest().get(&path).await;
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
        answer.problem(401, "unauthenticated");
        let problem = everything_else.get(&path).await.problem(403, "forbidden");
        assert!(problem["detail"].as_str().unwrap().contains("admin"));
        let answer = app.admin().get(&path).await;
        assert_eq!(answer.header("cache-control"), "private, no-store");
        answer.check(200);
    }
    let answer = app.admin().post("/v1/audit", json!({})).await;
    answer.problem(405, "method-not-allowed");
    let answer = app.admin().delete("/v1/audit").await;
    answer.problem(405, "method-not-allowed");
}

#[tokio::test]
async fn a_parameter_that_it_does_not_know_is_refused() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    for query in [
        "q=rain",
        "since=1",
        "type=article.created",
        "total=exact",
        "article=rain",
        "article=",
        "limit=0",
        "limit=101",
        "limit=ten",
        "locale=hi",
        "actor=a&actor=b",
        &format!("article={article}&article={article}"),
        &format!("article={article}&locale=no%20locale"),
        "actor=%00",
        "actor=%FF",
    ] {
        let answer = admin.get(&format!("/v1/audit?{query}")).await;
        answer.problem(400, "invalid-parameter");
    }
    // Well-formed and unknown is none.
    for query in [
        "article=0193a000-0000-7000-8000-000000000000",
        "actor=nobody",
        &format!("article={article}&locale=mr"),
        &format!("article={article}&locale=zz"),
    ] {
        let page = admin.get(&format!("/v1/audit?{query}")).await.expect(200);
        assert_eq!(page["data"], json!([]), "{query}");
        assert_eq!(page["page"]["has_more"], false);
    }
}

#[tokio::test]
async fn a_page_of_the_audit_stands_still_while_more_happens() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    for n in 2..=6 {
        let words = json!({"title": format!("Rain {n}")});
        admin.patch(&at(&article, "en"), words).await.check(200);
    }
    let answer = admin
        .get(&format!("/v1/audit?article={article}&limit=2"))
        .await;
    let link = answer.header("link").to_owned();
    assert!(link.contains("rel=\"next\"") && link.contains("rel=\"first\""));
    let first = answer.expect(200);
    let words = json!({"title": "Rain 7"});
    admin.patch(&at(&article, "en"), words).await.check(200);
    let next = link.split('<').nth(1).unwrap().split('>').next().unwrap();
    let second = admin.get(next).await.expect(200);
    let revisions = |page: &Value| -> Vec<Value> {
        let data = members(page, "data");
        data.iter().map(|data| data["revision"].clone()).collect()
    };
    assert_eq!(
        (revisions(&first), revisions(&second)),
        (vec![json!(6), json!(5)], vec![json!(4), json!(3)])
    );
    let cursor = second["page"]["next_cursor"].as_str().unwrap();
    let other = draft(&admin, "Snow").await;
    for query in [
        format!("cursor={cursor}"),
        format!("article={other}&cursor={cursor}"),
        format!("article={article}&locale=en&cursor={cursor}"),
        format!("article={article}&actor=tests&cursor={cursor}"),
        format!("article={article}&cursor=x{cursor}"),
        format!("article={article}&cursor=1"),
    ] {
        let answer = admin.get(&format!("/v1/audit?{query}")).await;
        answer.problem(400, "invalid-cursor");
    }
}

#[tokio::test]
async fn no_event_holds_a_secret_an_address_or_somebodys_words() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = published(&admin, "Rain").await;
    let comments = format!("/v1/articles/{article}/comments");
    let body = json!({
        "author_name": "Asha Secretname", "author_email": "asha@private.example", "body": "Unspoken words.",
        "locale": "en",
    });
    let comment = app.guest().post(&comments, body).await.expect(201);
    let path = format!("/v1/comments/{}", id(&comment));
    let approved = json!({"status": "approved"});
    admin.patch(&path, approved).await.check(200);
    let token = json!({"name": "Desk", "scopes": ["content:read"]});
    let token = admin.post("/v1/tokens", token).await.expect(201);
    let links = format!("/v1/articles/{article}/preview-links");
    let link = admin.post(&links, json!({})).await.expect(201);
    let edit = comment["edit_token"].as_str().unwrap();
    let all = admin.get("/v1/audit?limit=100").await;
    let of_article = admin
        .get(&format!("/v1/audit?article={article}&limit=100"))
        .await;
    let kinds = members(&of_article.json(), "type");
    assert!(kinds.contains(&json!("comment.created")), "{kinds:?}");
    assert!(kinds.contains(&json!("preview.created")), "{kinds:?}");
    for secret in [
        "@private.example",
        "Secretname",
        "Unspoken",
        "Some words",
        edit,
        token["token"].as_str().unwrap(),
        link["token"].as_str().unwrap(),
        admin.token(),
        "dl_",
        "127.0.0.1",
    ] {
        for answer in [&all, &of_article] {
            assert!(!answer.text.contains(secret), "{secret} in {}", answer.text);
        }
    }
}

// What it costs

/// How many events were read, through the table and by an index. A connection tells when it ends, so all
/// of the service's are ended.
async fn events_read(app: &TestApp) -> (i64, i64) {
    let sql = app.sql().await;
    let end = "select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = current_database() \
        and pid <> pg_backend_pid() and backend_type = 'client backend'";
    sql.query(end, &[]).await.unwrap();
    let sql = app.sql().await;
    let read = "select coalesce(seq_tup_read, 0), coalesce(idx_tup_fetch, 0) from pg_stat_user_tables \
        where relname = 'events'";
    let row = sql.query_one(read, &[]).await.unwrap();
    (row.get(0), row.get(1))
}

#[tokio::test]
async fn a_page_of_the_audit_reads_a_page_of_events() {
    // A node that keeps answers reads the log as well.
    let app = TestApp::start_with(&["--cache-mb", "0"]).await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    let sql = app.sql().await;
    // Many about others, by others; few old ones about this one; many by one person.
    sql.batch_execute(&format!(
        "insert into events (type, actor, article_id, locale, data) \
            select 'translation.saved', 'Asha', '{article}', 'en', '{{}}' from generate_series(1, 50); \
        insert into events (type, actor, article_id, locale, data) \
            select 'translation.saved', 'Chief', gen_random_uuid(), 'hi', '{{}}' from generate_series(1, 20000); \
        insert into events (type, actor, article_id, locale, data) \
            select 'translation.saved', 'Chief', '{article}', 'hi', '{{}}' from generate_series(1, 5000);"
    ))
    .await
    .unwrap();
    sql.batch_execute("vacuum analyze").await.unwrap();
    for query in [
        String::new(),
        format!("&article={article}"),
        format!("&article={article}&locale=hi"),
        format!("&article={article}&actor=Chief"),
        "&actor=Chief".into(),
        "&actor=Asha".into(),
        "&actor=nobody".into(),
    ] {
        let path = format!("/v1/audit?limit=20{query}");
        let before = events_read(&app).await;
        for _ in 0..8 {
            let page = admin.get(&path).await.expect(200);
            if let Some(cursor) = page["page"]["next_cursor"].as_str() {
                let next = format!("{path}&cursor={cursor}");
                admin.get(&next).await.check(200);
            }
        }
        let after = events_read(&app).await;
        let read = (after.0 - before.0, after.1 - before.1);
        assert!(read.0 == 0 && read.1 <= 16 * 21, "{query}: {read:?}");
    }
}
