//! `POST /v1/comments/export` and `POST /v1/comments/erase`

use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::TestApp;
use crate::client::{Answer, Client, faults};
use crate::make::{id, published};

const EMAIL: &str = "zebulon@quagga.example";

/// What names the writer, or is the writer's words, in lower case.
const MARKERS: [&str; 5] = ["zebulon", "quagga", "okapi", "axolotl", "narwhal"];

async fn post(client: &Client, article: &str, new: Value) -> Value {
    let path = format!("/v1/articles/{article}/comments");
    client.post(&path, new).await.expect(201)
}

/// A comment by the one who will ask.
fn zebulon(words: &str) -> Value {
    json!({
        "author_name": "Zebulon", "author_email": "Zebulon@Quagga.example", "author_url": "https://okapi.example/",
        "body": words, "locale": "en",
    })
}

fn meera(words: &str) -> Value {
    json!({"author_name": "Meera", "author_email": "meera@example.org", "body": words, "locale": "en"})
}

fn under(mut new: Value, parent: &Value) -> Value {
    new["parent_id"] = parent["id"].clone();
    new
}

fn address(comment: &Value) -> String {
    format!("/v1/comments/{}", comment["id"].as_str().unwrap())
}

fn uuid(comment: &Value) -> Uuid {
    id(comment).parse().unwrap()
}

async fn erase(admin: &Client, email: &str) -> Value {
    let body = json!({"author_email": email});
    admin.post("/v1/comments/erase", body).await.expect(200)["erased"].clone()
}

/// The rows of all tables in which a marker stands, as text or as bytes.
async fn traces(sql: &tokio_postgres::Client) -> Vec<String> {
    let tables = "select table_name::text from information_schema.tables \
        where table_schema = 'public' and table_type = 'BASE TABLE' order by 1";
    let tables = sql.query(tables, &[]).await.unwrap();
    assert!(tables.len() > 20, "where are the tables?");
    let mut patterns: Vec<String> = MARKERS.iter().map(|marker| format!("%{marker}%")).collect();
    for marker in MARKERS {
        let hex: String = marker.bytes().map(|byte| format!("{byte:02x}")).collect();
        patterns.push(format!("%{hex}%"));
    }
    let mut found = vec![];
    for table in tables {
        let table: String = table.get(0);
        let rows =
            format!("select '{table}: ' || x::text from \"{table}\" x where x::text ilike any($1)");
        let rows = sql.query(&rows, &[&patterns]).await.unwrap();
        found.extend(rows.iter().map(|row| row.get::<_, String>(0)));
    }
    found
}

#[tokio::test]
async fn only_moderators_give_out_or_erase() {
    let app = TestApp::start().await;
    let author = app.caller(&["content:write", "content:read"]).await;
    let article = published(&app.admin(), "Ferries").await;
    let comment = post(&app.guest(), &article, zebulon("Narwhal.")).await;
    for path in ["/v1/comments/export", "/v1/comments/erase"] {
        let body = json!({"author_email": EMAIL});
        let answer = app.guest().post(path, body.clone()).await;
        assert!(!answer.text.to_lowercase().contains("quagga"));
        answer.problem(401, "unauthenticated");
        let answer = author.post(path, body).await;
        assert!(!answer.text.to_lowercase().contains("quagga"));
        answer.problem(403, "forbidden");
    }
    app.admin().get(&address(&comment)).await.check(200);
    let moderator = app.caller(&["comments:moderate"]).await;
    assert_eq!(erase(&moderator, EMAIL).await, 1);
}

#[tokio::test]
async fn a_person_is_named_by_an_email_address() {
    let app = TestApp::start().await;
    for path in ["/v1/comments/export", "/v1/comments/erase"] {
        for (body, code) in [
            (json!({}), "required"),
            (json!({"author_email": null}), "required"),
            (json!({"author_email": "  "}), "blank"),
            (json!({"author_email": 7}), "wrong_type"),
            (json!({"author_email": "zebulon"}), "invalid_email"),
            (json!({"author_email": "%@%.%;"}), "invalid_email"),
        ] {
            let problem = app.admin().post(path, body).await;
            let problem = problem.problem(422, "validation-failed");
            assert_eq!(faults(&problem), [("/author_email".into(), code.into())]);
        }
        app.admin()
            .get(path)
            .await
            .problem(405, "method-not-allowed");
    }
}

#[tokio::test]
async fn an_export_has_all_that_is_kept_of_someone_and_of_nobody_else() {
    let app = TestApp::start_with(&["--cache-mb", "0"]).await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let one = post(&guest, &article, zebulon("One.")).await;
    let two = post(&guest, &article, zebulon("Two.")).await;
    post(&guest, &article, meera("Mine.")).await;
    let gone = post(&guest, &article, zebulon("Gone.")).await;
    admin.delete(&address(&gone)).await.check(204);
    let token = ("comment-edit-token", one["edit_token"].as_str().unwrap());
    guest
        .write(
            "PATCH",
            &address(&one),
            token,
            json!({"body": "One, better."}),
        )
        .await
        .check(200);
    let decision = json!({"status": "rejected", "reason": "off topic"});
    admin.patch(&address(&one), decision).await.check(200);
    app.sql()
        .await
        .execute(
            "update comments set reply_notice = 'confirmed' where id = $1",
            &[&uuid(&two)],
        )
        .await
        .unwrap();
    let ban = json!({"comment_id": two["id"], "kind": "email", "reason": "advertises"});
    let ban = admin.post("/v1/bans", ban).await.expect(201);
    let other = json!({"author_email": "meera@example.org"});
    admin.post("/v1/bans", other).await.check(201);

    let answer = admin
        .post(
            "/v1/comments/export",
            json!({"author_email": "ZEBULON@quagga.EXAMPLE"}),
        )
        .await;
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "private, no-store");
    assert_eq!(answer.header("etag"), "");
    let export = answer.expect(200);
    assert_eq!(export["author_email"], "ZEBULON@quagga.EXAMPLE");
    assert_eq!(export["bans"], json!([ban]));
    let comments = export["comments"].as_array().unwrap();
    assert_eq!(comments.len(), 2);
    assert_eq!(
        [&comments[0]["body"], &comments[1]["body"]],
        ["Two.", "One, better."]
    );
    assert_eq!(comments[0]["reply_notice"], "confirmed");
    assert_eq!(comments[0]["history"], json!([]));
    let (own, history) = (&comments[1], comments[1]["history"].as_array().unwrap());
    assert_eq!(own["author_email"], "Zebulon@Quagga.example");
    assert_eq!(own["author_url"], "https://okapi.example/");
    assert_eq!(own["moderation_reason"], "off topic");
    assert_eq!(own["reply_notice"], Value::Null);
    assert!(own["edited_at"].is_string() && own["held_for"].is_array());
    assert_eq!(
        [
            &history[0]["body"],
            &history[0]["author_name"],
            &history[1]["reason"]
        ],
        ["One.", "Zebulon", "off topic"]
    );
    assert_eq!(history.len(), 2);
    let same = admin.get(&address(&one)).await.expect(200);
    for (name, value) in same.as_object().unwrap() {
        assert_eq!(&own[name], value, "{name}");
    }

    let nobody = json!({"author_email": "nobody@example.org"});
    assert_eq!(
        admin.post("/v1/comments/export", nobody).await.expect(200),
        json!({"author_email": "nobody@example.org", "comments": [], "bans": []})
    );
}

#[tokio::test]
async fn an_export_of_many_comments_and_long_histories_is_whole() {
    let app = TestApp::start_with(&["--cache-mb", "0"]).await;
    let admin = app.admin();
    let article: Uuid = published(&admin, "Ferries").await.parse().unwrap();
    let sql = app.sql().await;
    sql.execute(
        "insert into comments (id, article_id, locale, author_name, author_email, body, body_html, status, created_at) \
        select gen_random_uuid(), $1, 'en', 'Zebulon', 'zebulon@quagga.example', n::text, '', 'approved', \
            now() - make_interval(secs => n / 3) from generate_series(1, 450) n",
        &[&article],
    )
    .await
    .unwrap();
    // Of each hundredth a history of 450 entries, of each tenth one of as many as come with it, of others less.
    sql.batch_execute(
        "insert into comment_history (comment_id, from_status, to_status, body) \
        select c.id, 'approved', 'approved', c.body || '-' || k from comments c cross join generate_series(1, 450) k \
        where k <= case when c.body::int % 100 = 0 then 450 when c.body::int % 10 = 0 then 10 \
            else c.body::int % 3 end \
        order by c.id, k",
    )
    .await
    .unwrap();
    for coding in ["identity", "gzip"] {
        let request = admin
            .request("POST", "/v1/comments/export")
            .header("accept-encoding", coding)
            .json(&json!({"author_email": EMAIL}));
        if coding == "gzip" {
            let response = request.send().await.unwrap();
            assert_eq!(response.headers()["content-encoding"], "gzip");
            assert!(response.bytes().await.unwrap().len() > 1000);
            continue;
        }
        let export = Answer::of(request).await.expect(200);
        let comments = export["comments"].as_array().unwrap();
        let mut numbers: Vec<i64> = vec![];
        for comment in comments {
            let number: i64 = comment["body"].as_str().unwrap().parse().unwrap();
            let entries = match number {
                n if n % 100 == 0 => 450,
                n if n % 10 == 0 => 10,
                n => n % 3,
            };
            let expected: Vec<String> = (1..=entries).map(|k| format!("{number}-{k}")).collect();
            let said = comment["history"].as_array().unwrap().iter();
            let said: Vec<&str> = said.map(|entry| entry["body"].as_str().unwrap()).collect();
            assert_eq!(said, expected, "{number}");
            numbers.push(number);
        }
        numbers.sort();
        assert_eq!(numbers, (1..=450).collect::<Vec<_>>());
        let times = comments.iter().map(|comment| &comment["created_at"]);
        assert!(times.is_sorted_by(|one, next| one.as_str() >= next.as_str()));
    }
}

/// Comments by Zebulon in every state, with all that could tell of them, and others between.
async fn talk(app: &TestApp) -> (String, Value) {
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let root = post(&guest, &article, zebulon("An axolotl.")).await;
    let token = ("comment-edit-token", root["edit_token"].as_str().unwrap());
    guest
        .write(
            "PATCH",
            &address(&root),
            token,
            json!({"body": "A narwhal."}),
        )
        .await
        .check(200);
    let decision = json!({"status": "approved", "reason": "Zebulon again"});
    admin.patch(&address(&root), decision).await.check(200);
    let reply = post(&admin, &article, under(meera("I disagree."), &root)).await;
    let below = post(&guest, &article, under(zebulon("Axolotl!"), &reply)).await;
    let leaf = post(&guest, &article, zebulon("Narwhal, narwhal.")).await;
    let spam = post(&guest, &article, zebulon("Axolotls for sale.")).await;
    let all = json!({"ids": [below["id"], leaf["id"]], "status": "approved", "reason": "okapi"});
    admin.post("/v1/comments/moderate", all).await.check(200);
    admin
        .patch(
            &address(&spam),
            json!({"status": "spam", "reason": "okapi"}),
        )
        .await
        .check(200);
    let ban = json!({"author_email": EMAIL, "reason": "Zebulon, of course"});
    admin.post("/v1/bans", ban).await.check(201);
    let sql = app.sql().await;
    for comment in [&root, &leaf] {
        let id = uuid(comment);
        let as_text = id.to_string();
        sql.execute(
            "insert into comment_reports (comment_id, visitor, address_hash, reason, detail) \
            values ($1, 'v', 'a', 'abuse', 'Zebulon is rude')",
            &[&id],
        )
        .await
        .unwrap();
        sql.execute(
            "insert into recent_comments (fingerprint, comment_id) values (sha256($1::uuid::text::bytea), $1)",
            &[&id],
        )
        .await
        .unwrap();
        // As it was written once.
        sql.execute(
            "update events set data = data || '{\"reason\": \"Zebulon again\"}' \
            where type = 'comment.moderated' and data->>'comment_id' = $1",
            &[&as_text],
        )
        .await
        .unwrap();
        sql.execute(
            "update comments set held_for = '{links}', reply_notice = 'confirmed', address_hash = 'home', \
                address_key = 1 where id = $1",
            &[&id],
        )
        .await
        .unwrap();
    }
    (article, root)
}

#[tokio::test]
async fn erasing_leaves_no_trace_in_any_table() {
    let app = TestApp::start_with(&["--cache-mb", "0"]).await;
    let admin = app.admin();
    let (article, _) = talk(&app).await;
    let sql = app.sql().await;
    let before = traces(&sql).await;
    for table in [
        "bans",
        "comment_history",
        "comment_reports",
        "comments",
        "events",
    ] {
        let is_there = before
            .iter()
            .any(|row| row.starts_with(&format!("{table}: ")));
        assert!(is_there, "{table} says nothing of it before");
    }
    let last: i64 = sql
        .query_one("select max(id) from events", &[])
        .await
        .unwrap()
        .get(0);

    assert_eq!(erase(&admin, "ZEBULON@QUAGGA.EXAMPLE").await, 4);
    assert_eq!(traces(&sql).await, [""; 0]);
    for (query, expected) in [
        ("select count(*) from recent_comments", 0),
        ("select count(*) from comment_reports", 0),
        ("select count(*) from comment_history", 0),
        (
            "select count(*) from comments where (address_hash is not null or edit_token_hash is not null) \
            and author_name is null",
            0,
        ),
        (
            "select count(*) from comments where reply_notice is not null",
            0,
        ),
        (
            "select count(*) from bans where kind = 'email' and reason is null",
            1,
        ),
    ] {
        let count: i64 = sql.query_one(query, &[]).await.unwrap().get(0);
        assert_eq!(count, expected, "{query}");
    }
    let events = sql
        .query(
            "select data, article_id from events where id > $1 and type = 'comment.deleted'",
            &[&last],
        )
        .await
        .unwrap();
    assert_eq!(events.len(), 4);
    for event in events {
        let data: Value = event.get(0);
        assert_eq!(
            data,
            json!({"comment_id": data["comment_id"], "erased": true})
        );
        assert_eq!(event.get::<_, Uuid>(1).to_string(), article);
    }

    assert_eq!(erase(&admin, EMAIL).await, 0);
    let export = admin
        .post("/v1/comments/export", json!({"author_email": EMAIL}))
        .await
        .expect(200);
    assert_eq!(export["comments"], json!([]));
    assert_eq!(export["bans"].as_array().unwrap().len(), 1, "the ban stays");
    for path in ["/v1/audit?limit=100", "/v1/comments?limit=100"] {
        let text = admin.get(path).await.check(200).text.to_lowercase();
        for marker in MARKERS {
            assert!(!text.contains(marker), "{path}: {text}");
        }
    }
}

#[tokio::test]
async fn a_thread_can_be_read_when_someone_in_it_was_erased() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let root = post(&admin, &article, zebulon("Root.")).await;
    let reply = post(&admin, &article, under(meera("I disagree."), &root)).await;
    let below = post(&admin, &article, under(zebulon("You would."), &reply)).await;
    post(&admin, &article, under(zebulon("So there."), &below)).await;
    post(&admin, &article, zebulon("Alone.")).await;
    let path = format!("/v1/articles/{article}/comments");
    assert_eq!(
        guest.get(&path).await.expect(200)["data"]
            .as_array()
            .unwrap()
            .len(),
        2
    );

    assert_eq!(erase(&admin, EMAIL).await, 4);
    let page = guest.get(&path).await.expect(200);
    let listed = page["data"].as_array().unwrap();
    assert_eq!(listed.len(), 1, "{page}");
    assert_eq!(
        [
            &listed[0]["status"],
            &listed[0]["author_name"],
            &listed[0]["author_url"],
            &listed[0]["body"]
        ],
        [&json!("deleted"), &Value::Null, &Value::Null, &Value::Null]
    );
    assert_eq!(listed[0]["reply_count"], 1);
    let replies = listed[0]["replies"]["data"].as_array().unwrap();
    assert_eq!(replies.len(), 1);
    assert_eq!(
        (&replies[0]["body"], &replies[0]["reply_count"]),
        (&json!("I disagree."), &json!(0))
    );
    guest.get(&address(&below)).await.problem(404, "not-found");
    let counts = format!("/v1/comments/counts?articles={article}");
    assert_eq!(
        guest.get(&counts).await.expect(200)["data"][0]["approved_count"],
        1
    );
    let read = guest
        .get(&format!("/v1/articles/{article}"))
        .await
        .expect(200);
    assert_eq!(read["comments"]["approved_count"], 1);
}

#[tokio::test]
async fn what_many_have_to_be_erased_is_erased_by_any_number_at_once() {
    let app = TestApp::start_with(&["--cache-mb", "0"]).await;
    let admin = app.admin();
    let sql = app.sql().await;
    for title in ["Ferries", "Buses"] {
        let article: Uuid = published(&admin, title).await.parse().unwrap();
        for email in [EMAIL, "meera@example.org"] {
            sql.execute(
                "insert into comments (id, article_id, locale, author_name, author_email, body, body_html, status) \
                select gen_random_uuid(), $1, 'en', 'N', $2, 'narwhal', '', 'approved' \
                from generate_series(1, 600)",
                &[&article, &email],
            )
            .await
            .unwrap();
        }
        // Some of each are answered by the other.
        for email in [EMAIL, "meera@example.org"] {
            sql.execute(
                "insert into comments (id, article_id, locale, author_name, author_email, body, body_html, status, \
                    parent_id, ancestors) \
                select gen_random_uuid(), article_id, 'en', 'N', $2, 'narwhal', '', 'approved', id, array[id] \
                from comments where article_id = $1 and parent_id is null and author_email <> $2 limit 50",
                &[&article, &email],
            )
            .await
            .unwrap();
        }
    }
    let own = "select count(*) from comments where author_email = 'zebulon@quagga.example'";
    let own: i64 = sql.query_one(own, &[]).await.unwrap().get(0);
    assert!(own > 1200, "{own}");
    let (one, two, other) = tokio::join!(
        erase(&admin, EMAIL),
        erase(&admin, "Zebulon@quagga.example"),
        erase(&admin, "meera@example.org"),
    );
    assert_eq!(one.as_i64().unwrap() + two.as_i64().unwrap(), own);
    assert!(other.as_i64() > Some(1200));
    for (query, expected) in [
        ("select count(*) from comments", 0),
        ("select count(*) from comment_counts where approved <> 0", 0),
        (
            "select count(*) from events where type = 'comment.deleted'",
            own + other.as_i64().unwrap(),
        ),
        (
            "select count(distinct data->>'comment_id') from events where type = 'comment.deleted'",
            own + other.as_i64().unwrap(),
        ),
    ] {
        let count: i64 = sql.query_one(query, &[]).await.unwrap().get(0);
        assert_eq!(count, expected, "{query}");
    }
}

#[tokio::test]
async fn no_public_answer_and_no_event_tells_an_email_address() {
    let app = TestApp::start_with(&["--cache-mb", "0"]).await;
    let (admin, guest) = (app.admin(), app.guest());
    let author = app
        .caller(&["content:read", "content:write", "content:publish"])
        .await;
    let (article, root) = talk(&app).await;
    for client in [&guest, &author] {
        for path in [
            address(&root),
            format!("/v1/articles/{article}/comments?replies=20"),
            format!("/v1/articles/{article}"),
            format!("/v1/comments/counts?articles={article}"),
        ] {
            let text = client.get(&path).await.check(200).text.to_lowercase();
            assert!(!text.contains("quagga"), "{path}: {text}");
        }
        for path in [
            "/v1/comments",
            "/v1/bans",
            &format!("{}/history", address(&root)),
        ] {
            let answer = client.get(path).await;
            assert!(matches!(answer.status, 401 | 403), "{path}");
            assert!(!answer.text.to_lowercase().contains("quagga"));
        }
    }
    let audit = admin.get("/v1/audit?limit=100").await;
    assert!(!audit.check(200).text.to_lowercase().contains("quagga"));
}
