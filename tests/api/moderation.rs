//! `POST /v1/comments/moderate`, a comment's history, and what moderators look for

use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::TestApp;
use crate::client::{Client, faults};
use crate::make::{id, members, published};

const UNKNOWN: &str = "01932c5e-7c1b-7d7e-9d55-0c6f0a2b9a10";

/// Posts a comment that is taken; the answer.
async fn post(client: &Client, article: &str, body: &str) -> Value {
    let new = json!({"author_name": "Meera", "body": body, "locale": "en"});
    let path = format!("/v1/articles/{article}/comments");
    client.post(&path, new).await.expect(201)
}

async fn reply(client: &Client, parent: &Value, body: &str) -> Value {
    let article = parent["article_id"].as_str().unwrap();
    let new =
        json!({"author_name": "Arjun", "body": body, "locale": "en", "parent_id": parent["id"]});
    let path = format!("/v1/articles/{article}/comments");
    client.post(&path, new).await.expect(201)
}

fn address(comment: &Value) -> String {
    format!("/v1/comments/{}", comment["id"].as_str().unwrap())
}

async fn moderate(moderator: &Client, ids: &[&Value], status: &str) -> Value {
    let ids: Vec<&Value> = ids.iter().map(|comment| &comment["id"]).collect();
    let body = json!({"ids": ids, "status": status});
    moderator
        .post("/v1/comments/moderate", body)
        .await
        .expect(200)
}

async fn status(admin: &Client, comment: &Value) -> Value {
    admin.get(&address(comment)).await.expect(200)["status"].clone()
}

async fn approved_count(guest: &Client, article: &str) -> Value {
    let path = format!("/v1/comments/counts?articles={article}");
    guest.get(&path).await.expect(200)["data"][0]["approved_count"].clone()
}

async fn number(sql: &tokio_postgres::Client, query: &str) -> i64 {
    sql.query_one(query, &[]).await.unwrap().get(0)
}

fn uuid(comment: &Value) -> Uuid {
    id(comment).parse().unwrap()
}

// Many at once

#[tokio::test]
async fn deciding_of_many_needs_the_scope() {
    let app = TestApp::start().await;
    let author = app.caller(&["content:write", "content:read"]).await;
    let article = published(&app.admin(), "Ferries").await;
    let comment = post(&app.guest(), &article, "Hello.").await;
    let body = json!({"ids": [comment["id"]], "status": "approved"});
    let history = format!("{}/history", address(&comment));
    let path = "/v1/comments/moderate";
    app.guest()
        .post(path, body.clone())
        .await
        .problem(401, "unauthenticated");
    app.guest()
        .get(&history)
        .await
        .problem(401, "unauthenticated");
    author
        .post(path, body.clone())
        .await
        .problem(403, "forbidden");
    author.get(&history).await.problem(403, "forbidden");
    assert_eq!(status(&app.admin(), &comment).await, "pending");
    let moderator = app.caller(&["comments:moderate"]).await;
    moderator.post(path, body).await.check(200);
    moderator.get(&history).await.check(200);
}

#[tokio::test]
async fn a_decision_of_many_is_checked() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let refused = async |body: Value| {
        let answer = admin.post("/v1/comments/moderate", body).await;
        faults(&answer.problem(422, "validation-failed"))
    };
    let fault = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
    let ids = |many: usize| (0..many).map(|_| json!(Uuid::now_v7())).collect::<Value>();
    assert_eq!(
        refused(json!({"status": "spam"})).await,
        fault("/ids", "required")
    );
    assert_eq!(
        refused(json!({"ids": [], "status": "spam"})).await,
        fault("/ids", "required")
    );
    assert_eq!(
        refused(json!({"ids": ids(501), "status": "spam"})).await,
        fault("/ids", "too_many")
    );
    let one_bad = json!([UNKNOWN, UNKNOWN, UNKNOWN, "nothing", UNKNOWN]);
    assert_eq!(
        refused(json!({"ids": one_bad, "status": "spam"})).await,
        fault("/ids/3", "malformed_id")
    );
    assert_eq!(
        refused(json!({"ids": ids(1)})).await,
        fault("/status", "required")
    );
    assert_eq!(
        refused(json!({"ids": ids(1), "status": "hidden"})).await,
        fault("/status", "invalid")
    );
    let all = json!({"ids": ["x"], "status": 1, "reason": "x".repeat(501), "more": true});
    let mut found = refused(all).await;
    found.sort();
    let pointers: Vec<&str> = found.iter().map(|(pointer, _)| pointer.as_str()).collect();
    assert_eq!(pointers, ["/ids/0", "/more", "/reason", "/status"]);
    admin
        .post(
            "/v1/comments/moderate?x=1",
            json!({"ids": ids(1), "status": "spam"}),
        )
        .await
        .problem(400, "invalid-parameter");
    let answer = admin
        .post(
            "/v1/comments/moderate",
            json!({"ids": ids(500), "status": "spam"}),
        )
        .await
        .expect(200);
    assert!(
        members(&answer, "error")
            .iter()
            .all(|error| error == "not_found")
    );
}

#[tokio::test]
async fn each_is_answered_in_the_order_of_the_request() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let moderator = app.caller(&["comments:moderate"]).await;
    let article = published(&admin, "Ferries").await;
    let (one, two) = (
        post(&guest, &article, "One.").await,
        post(&guest, &article, "Two.").await,
    );
    let gone = post(&admin, &article, "Gone.").await;
    reply(&admin, &gone, "Stays.").await;
    admin.delete(&address(&gone)).await.check(204);
    let body = json!({
        "ids": [two["id"], UNKNOWN, gone["id"], one["id"], two["id"]],
        "status": "approved", "reason": "on topic",
    });
    let answer = moderator.post("/v1/comments/moderate", body).await;
    assert_eq!(answer.header("cache-control"), "private, no-store");
    assert_eq!(
        answer.expect(200),
        json!({"data": [
            {"id": two["id"], "status": "approved"},
            {"id": UNKNOWN, "status": null, "error": "not_found"},
            {"id": gone["id"], "status": "deleted", "error": "conflict"},
            {"id": one["id"], "status": "approved"},
            {"id": two["id"], "status": "approved"},
        ]})
    );
    for comment in [&one, &two] {
        let read = admin.get(&address(comment)).await.expect(200);
        assert_eq!(
            (&read["status"], &read["moderation_reason"]),
            (&json!("approved"), &json!("on topic"))
        );
        guest.get(&address(comment)).await.check(200);
    }
    assert_eq!(status(&admin, &gone).await, "deleted");
    assert_eq!(approved_count(&guest, &article).await, 3);
}

#[tokio::test]
async fn each_change_has_its_event_and_its_history_and_what_does_not_change_has_none() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let sql = app.sql().await;
    let article = published(&admin, "Ferries").await;
    let (waiting, approved) = (
        post(&guest, &article, "Waiting.").await,
        post(&admin, &article, "Approved.").await,
    );
    let events = "select count(*) from events where type = 'comment.moderated'";
    let history = "select count(*) from comment_history";
    for _ in 0..2 {
        moderate(&admin, &[&approved, &waiting], "approved").await;
        assert_eq!(number(&sql, events).await, 1);
        assert_eq!(number(&sql, history).await, 1);
    }
    let event = sql
        .query_one(
            "select actor, article_id, locale, data, surrogate_keys from events \
            where type = 'comment.moderated'",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(event.get::<_, Option<&str>>(0), Some("tests"));
    assert_eq!(event.get::<_, Uuid>(1).to_string(), article);
    assert_eq!(event.get::<_, &str>(2), "en");
    assert_eq!(
        event.get::<_, Value>(3),
        json!({"comment_id": waiting["id"], "from": "pending", "to": "approved"})
    );
    assert_eq!(
        event.get::<_, Vec<String>>(4),
        [format!("article-{article}")]
    );
    // From nobody's sight to nobody's sight: no reader has to look again.
    let other = post(&guest, &article, "Other.").await;
    moderate(&admin, &[&other], "spam").await;
    let keys = "select cardinality(surrogate_keys)::bigint from events order by id desc limit 1";
    assert_eq!(number(&sql, keys).await, 0);
}

#[tokio::test]
async fn readers_of_a_cached_list_see_what_was_decided_at_once() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let comments = [
        post(&guest, &article, "One.").await,
        post(&guest, &article, "Two.").await,
    ];
    let list = format!("/v1/articles/{article}/comments");
    for (decision, seen) in [
        ("approved", 2),
        ("rejected", 0),
        ("approved", 2),
        ("deleted", 0),
    ] {
        moderate(&admin, &[&comments[0], &comments[1]], decision).await;
        let page = guest.get(&list).await.expect(200);
        assert_eq!(page["data"].as_array().unwrap().len(), seen, "{decision}");
        assert_eq!(approved_count(&guest, &article).await, seen, "{decision}");
    }
}

#[tokio::test]
async fn many_are_deleted_replies_before_what_they_answer() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let other_article = published(&admin, "Buses").await;
    let root = post(&admin, &article, "Root.").await;
    let middle = reply(&admin, &root, "Middle.").await;
    let leaf = reply(&admin, &middle, "Leaf.").await;
    let answered = post(&admin, &other_article, "Answered.").await;
    let answer = reply(&admin, &answered, "Answer.").await;
    let decided = moderate(&admin, &[&root, &answered, &leaf, &middle], "deleted").await;
    assert!(members(&decided, "error").iter().all(Value::is_null));
    assert!(
        members(&decided, "status")
            .iter()
            .all(|status| status == "deleted")
    );
    for comment in [&root, &middle, &leaf] {
        admin.get(&address(comment)).await.problem(404, "not-found");
    }
    let tombstone = guest.get(&address(&answered)).await.expect(200);
    assert_eq!(
        (
            &tombstone["status"],
            &tombstone["body"],
            &tombstone["reply_count"]
        ),
        (&json!("deleted"), &Value::Null, &json!(1))
    );
    assert_eq!(approved_count(&guest, &article).await, 0);
    assert_eq!(approved_count(&guest, &other_article).await, 1);
    let sql = app.sql().await;
    let events = "select count(*) from events where type = 'comment.deleted'";
    assert_eq!(number(&sql, events).await, 4);

    let again = moderate(&admin, &[&answered, &root], "deleted").await;
    assert_eq!(
        again["data"],
        json!([{"id": answered["id"], "status": "deleted"},
            {"id": root["id"], "status": null, "error": "not_found"}])
    );
    assert_eq!(number(&sql, events).await, 4);
    // The last reply takes the tombstone along.
    moderate(&admin, &[&answer], "deleted").await;
    assert_eq!(number(&sql, "select count(*) from comments").await, 0);
}

#[tokio::test]
async fn five_hundred_are_decided_in_one_transaction() {
    let app = TestApp::start_with(&["--cache-mb", "0"]).await;
    let admin = app.admin();
    let sql = app.sql().await;
    let mut ids: Vec<Uuid> = vec![];
    for title in ["One", "Two", "Three", "Four", "Five"] {
        let article: Uuid = published(&admin, title).await.parse().unwrap();
        let rows = sql
            .query(
                "insert into comments (id, article_id, locale, author_name, body, body_html, status) \
                select gen_random_uuid(), $1, 'en', 'Meera', 'Hello', '<p>Hello</p>', 'pending' \
                from generate_series(1, 100) returning id",
                &[&article],
            )
            .await
            .unwrap();
        ids.extend(rows.iter().map(|row| row.get::<_, Uuid>(0)));
    }
    let body = json!({"ids": ids, "status": "approved", "reason": "all of them"});
    let answer = admin.post("/v1/comments/moderate", body).await.expect(200);
    assert_eq!(
        members(&answer, "id"),
        ids.iter().map(|id| json!(id)).collect::<Vec<_>>()
    );
    for (query, expected) in [
        (
            "select count(*) from comments where status = 'approved' and version = 2",
            500,
        ),
        (
            "select count(*) from comment_counts where approved = 100",
            5,
        ),
        (
            "select count(*) from comment_history where reason = 'all of them'",
            500,
        ),
        (
            "select count(*) from events where type = 'comment.moderated'",
            500,
        ),
        (
            "select count(distinct transaction) from events where type = 'comment.moderated'",
            1,
        ),
    ] {
        assert_eq!(number(&sql, query).await, expected, "{query}");
    }
    let body = json!({"ids": ids, "status": "deleted"});
    admin.post("/v1/comments/moderate", body).await.check(200);
    assert_eq!(number(&sql, "select count(*) from comments").await, 0);
    let left = "select count(*) from comment_counts where approved <> 0";
    assert_eq!(number(&sql, left).await, 0);
}

#[tokio::test]
async fn a_decision_settles_the_reports_there_are() {
    let app = TestApp::start_with(&["--cache-mb", "0"]).await;
    let (admin, guest) = (app.admin(), app.guest());
    let sql = app.sql().await;
    let article = published(&admin, "Ferries").await;
    let (one, two, three) = (
        post(&admin, &article, "One.").await,
        post(&admin, &article, "Two.").await,
        post(&guest, &article, "Three.").await,
    );
    let report = async |comment: &Value| {
        sql.execute(
            "insert into comment_reports (comment_id, visitor, address_hash, reason) \
            values ($1, sha256(gen_random_uuid()::text::bytea), 'a', 'abuse')",
            &[&uuid(comment)],
        )
        .await
        .unwrap();
        sql.execute(
            "update comments set report_count = report_count + 1, held_for = '{reports}' where id = $1",
            &[&uuid(comment)],
        )
        .await
        .unwrap();
    };
    for comment in [&one, &one, &two, &three] {
        report(comment).await;
    }
    let open = "select count(*) from comment_reports where resolved_at is null";
    let read = async |comment: &Value| {
        let read = admin.get(&address(comment)).await.expect(200);
        (read["report_count"].clone(), read["held_for"].clone())
    };

    // New words are no decision.
    admin
        .patch(&address(&one), json!({"body": "One, corrected."}))
        .await
        .check(200);
    assert_eq!(read(&one).await, (json!(2), json!(["reports"])));
    // That it stays as it is, is one.
    let before = admin.get(&address(&one)).await.etag();
    let kept = admin
        .patch(&address(&one), json!({"status": "approved"}))
        .await;
    assert_ne!(kept.check(200).etag(), before);
    assert_eq!(read(&one).await, (json!(0), json!([])));
    assert_eq!(number(&sql, open).await, 2);
    let etag = kept.etag();
    let again = admin
        .patch(&address(&one), json!({"status": "approved"}))
        .await;
    assert_eq!(again.etag(), etag, "nothing is left to decide");

    moderate(&admin, &[&two, &three], "approved").await;
    assert_eq!(read(&two).await, (json!(0), json!([])));
    assert_eq!(read(&three).await, (json!(0), json!([])));
    assert_eq!(number(&sql, open).await, 0);
    // What is not let through is still held for what it was held for.
    report(&two).await;
    moderate(&admin, &[&two], "spam").await;
    assert_eq!(read(&two).await, (json!(0), json!(["reports"])));
    assert_eq!(number(&sql, open).await, 0);
    let history = admin
        .get(&format!("{}/history", address(&two)))
        .await
        .expect(200);
    assert_eq!(members(&history, "from"), ["approved", "approved"]);
    assert_eq!(members(&history, "to"), ["approved", "spam"]);
}

#[tokio::test]
async fn moderators_at_once_leave_each_comment_as_one_of_them_said() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let (ferries, buses) = (
        published(&admin, "Ferries").await,
        published(&admin, "Buses").await,
    );
    let mut comments = vec![];
    for number in 0..6 {
        let article = if number % 2 == 0 { &ferries } else { &buses };
        let root = post(&admin, article, &format!("Root {number}.")).await;
        comments.push(reply(&guest, &root, &format!("Reply {number}.")).await);
        comments.push(root);
    }
    let forth: Vec<&Value> = comments.iter().collect();
    let back: Vec<&Value> = comments.iter().rev().collect();
    for _ in 0..5 {
        let single = async || {
            for comment in &back {
                let decision = json!({"status": "approved"});
                admin.patch(&address(comment), decision).await.check(200);
            }
        };
        tokio::join!(
            moderate(&admin, &forth, "approved"),
            moderate(&admin, &back, "spam"),
            moderate(&admin, &forth, "rejected"),
            single(),
        );
        let mut approved = 0;
        for comment in &comments {
            let status = status(&admin, comment).await;
            assert!(
                ["approved", "spam", "rejected"]
                    .iter()
                    .any(|one| status == *one)
            );
            approved += i64::from(status == "approved");
        }
        let sum = approved_count(&guest, &ferries).await.as_i64().unwrap()
            + approved_count(&guest, &buses).await.as_i64().unwrap();
        assert_eq!(sum, approved);
    }
    tokio::join!(
        moderate(&admin, &forth, "deleted"),
        moderate(&admin, &back, "deleted"),
        moderate(&admin, &back, "approved"),
    );
    moderate(&admin, &forth, "deleted").await;
    let sql = app.sql().await;
    assert_eq!(number(&sql, "select count(*) from comments").await, 0);
    assert_eq!(approved_count(&guest, &ferries).await, 0);
}

// History

#[tokio::test]
async fn the_history_tells_who_decided_what_and_what_it_said_before() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let moderator = app.caller(&["comments:moderate"]).await;
    let article = published(&admin, "Ferries").await;
    let comment = post(&guest, &article, "First.").await;
    let path = address(&comment);
    let token = (
        "comment-edit-token",
        comment["edit_token"].as_str().unwrap(),
    );
    let change = json!({"body": "Second.", "author_name": "Meera K."});
    guest.write("PATCH", &path, token, change).await.check(200);
    let decision = json!({"status": "approved", "reason": "on topic"});
    moderator.patch(&path, decision).await.check(200);
    moderator
        .patch(&path, json!({"body": "Third."}))
        .await
        .check(200);
    moderate(&admin, &[&comment], "rejected").await;

    let mut entries = vec![];
    let mut next = format!("{path}/history?limit=3");
    loop {
        let page = moderator.get(&next).await.expect(200);
        entries.extend(page["data"].as_array().unwrap().clone());
        let Some(cursor) = page["page"]["next_cursor"].as_str() else {
            break;
        };
        next = format!("{path}/history?limit=3&cursor={cursor}");
    }
    let told = entries.iter().map(|entry| {
        let text = |name: &str| entry[name].as_str().unwrap_or("-").to_owned();
        let names = ["actor", "from", "to", "reason", "author_name", "body"];
        names.map(text).join(" | ")
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            "- | pending | pending | - | Meera | First.",
            "test caller | pending | approved | on topic | - | -",
            "test caller | approved | approved | on topic | Meera K. | Second.",
            "tests | approved | rejected | - | - | -",
        ]
    );
    let times: Vec<&str> = entries
        .iter()
        .map(|entry| entry["occurred_at"].as_str().unwrap())
        .collect();
    assert!(times.is_sorted());

    let other = post(&guest, &article, "Another.").await;
    let empty = moderator
        .get(&format!("{}/history", address(&other)))
        .await
        .expect(200);
    assert_eq!(empty["data"], json!([]));
    let page = moderator
        .get(&format!("{path}/history?limit=1"))
        .await
        .expect(200);
    let cursor = page["page"]["next_cursor"].as_str().unwrap();
    moderator
        .get(&format!("{}/history?cursor={cursor}", address(&other)))
        .await
        .problem(400, "invalid-cursor");
    for unknown in [UNKNOWN, "nothing"] {
        moderator
            .get(&format!("/v1/comments/{unknown}/history"))
            .await
            .problem(404, "not-found");
    }
}

#[tokio::test]
async fn a_tombstone_has_no_history() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = published(&admin, "Ferries").await;
    let comment = post(&admin, &article, "First.").await;
    admin
        .patch(&address(&comment), json!({"body": "Second."}))
        .await
        .check(200);
    reply(&admin, &comment, "Reply.").await;
    admin.delete(&address(&comment)).await.check(204);
    let history = admin
        .get(&format!("{}/history", address(&comment)))
        .await
        .expect(200);
    assert_eq!(history["data"], json!([]));
}

// What moderators look for

/// A comment of these words, as they were last changed by a moderator.
async fn say(app: &TestApp, article: &str, (name, email): (&str, &str), body: &str) -> Value {
    let new = json!({
        "author_name": name, "author_email": email, "body": format!("Not yet: {body}"), "locale": "en",
    });
    let path = format!("/v1/articles/{article}/comments");
    let made = app.guest().post(&path, new).await.expect(201);
    app.admin()
        .patch(&address(&made), json!({"body": body}))
        .await
        .expect(200)
}

/// What the comments say that this query finds, newest first.
async fn found(moderator: &Client, query: &[(&str, &str)]) -> Vec<String> {
    let get = async |query: &[(&str, &str)]| {
        let mut encoded = url::form_urlencoded::Serializer::new(String::new());
        let encoded = encoded.extend_pairs(query).finish();
        moderator
            .get(&format!("/v1/comments?{encoded}"))
            .await
            .expect(200)
    };
    let page = get(query).await;
    let bodies = page["data"].as_array().unwrap().iter();
    let bodies: Vec<String> = bodies
        .map(|comment| comment["body"].as_str().unwrap_or("(gone)").to_owned())
        .collect();
    let counted: Vec<(&str, &str)> = query.iter().copied().chain([("total", "exact")]).collect();
    assert_eq!(get(&counted).await["total"], bodies.len(), "{query:?}");
    bodies
}

#[tokio::test]
async fn comments_are_found_by_their_words() {
    let app = TestApp::start().await;
    let moderator = app.caller(&["comments:moderate"]).await;
    let article = published(&app.admin(), "Ferries").await;
    let other = published(&app.admin(), "Buses").await;
    let meera = ("Meera Joshi", "meera@example.org");
    let first = say(&app, &article, meera, "The old bridge is open at last").await;
    say(&app, &other, meera, "An old bridge, a new BRIDGE tax").await;
    say(
        &app,
        &other,
        ("Ravi", "ravi@example.org"),
        "पुराना पुल २०२६ में खुला",
    )
    .await;
    say(
        &app,
        &other,
        ("D'Arcy \\", "darcy@example.org"),
        "It isn't mine",
    )
    .await;
    let found = async |query: &[(&str, &str)]| found(&moderator, query).await;
    let (open, tax) = (
        "The old bridge is open at last".to_owned(),
        "An old bridge, a new BRIDGE tax".to_owned(),
    );

    assert_eq!(found(&[("q", "bridge")]).await, [tax.clone(), open.clone()]);
    assert_eq!(
        found(&[("q", "Old BRIDGE")]).await,
        [tax.clone(), open.clone()]
    );
    assert_eq!(found(&[("q", "open bridge")]).await, [open.as_str()]);
    assert_eq!(found(&[("q", "open tax")]).await, [""; 0]);
    assert_eq!(found(&[("q", "bri")]).await, [tax.clone(), open.clone()]);
    assert_eq!(found(&[("q", "open b")]).await, [open.as_str()]);
    assert_eq!(
        found(&[("q", "bri open")]).await,
        [""; 0],
        "only the last may be begun"
    );
    assert_eq!(found(&[("q", "joshi")]).await, [tax.clone(), open.clone()]);
    assert_eq!(found(&[("q", "पुराना 2026")]).await, ["पुराना पुल २०२६ में खुला"]);
    assert_eq!(found(&[("q", "isn't")]).await, ["It isn't mine"]);
    for all in ["", " ", "!!!", "'", "\\"] {
        assert_eq!(found(&[("q", all)]).await.len(), 4, "{all:?}");
    }

    // With other filters.
    assert_eq!(
        found(&[("q", "bridge"), ("article", &article)]).await,
        [open.as_str()]
    );
    assert_eq!(
        found(&[("q", "bridge"), ("status", "approved")]).await,
        [""; 0]
    );
    assert_eq!(found(&[("q", "bridge"), ("locale", "hi")]).await, [""; 0]);
    assert_eq!(found(&[("q", "bridge"), ("locale", "en")]).await.len(), 2);
    app.admin()
        .patch(&address(&first), json!({"status": "approved"}))
        .await
        .check(200);
    assert_eq!(
        found(&[("q", "bridge"), ("status", "approved")]).await,
        [open.as_str()]
    );
    let mine = [
        ("q", "bridge"),
        ("author", "MEERA@example.org"),
        ("status", "pending"),
    ];
    assert_eq!(found(&mine).await, [tax.as_str()]);
    assert_eq!(
        found(&[("q", "bridge"), ("author", "ravi@example.org")]).await,
        [""; 0]
    );
    assert_eq!(
        found(&[("q", "tax"), ("author", "meera joshi")]).await,
        [tax.as_str()]
    );

    // By name.
    assert_eq!(
        found(&[("author", "MEERA JOSHI")]).await,
        [tax.clone(), open.clone()]
    );
    assert_eq!(found(&[("author", " Ravi ")]).await.len(), 1);
    assert_eq!(
        found(&[("author", "Meera")]).await,
        [""; 0],
        "a name is the whole name"
    );
    assert_eq!(found(&[("author", "d'arcy \\")]).await, ["It isn't mine"]);
    assert_eq!(found(&[("author", "@Ravi")]).await, [""; 0]);
    assert_eq!(found(&[("author", " ")]).await.len(), 4);

    // What is gone is found by nothing.
    app.admin().delete(&address(&first)).await.check(204);
    assert_eq!(found(&[("q", "bridge")]).await, [tax.as_str()]);
}

#[tokio::test]
async fn what_cannot_be_searched_for_is_refused() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let many = |words: usize| {
        (0..words)
            .map(|n| format!("w{n}"))
            .collect::<Vec<_>>()
            .join("+")
    };
    for bad in [
        format!("q={}", many(65)),
        format!("q={}", "x".repeat(1001)),
        format!("author={}", "x".repeat(255)),
        "reported=yes".to_owned(),
        "reported=".to_owned(),
        "q=a&q=b".to_owned(),
    ] {
        admin
            .get(&format!("/v1/comments?{bad}"))
            .await
            .problem(400, "invalid-parameter");
    }
    for good in [
        format!("q={}", many(64)),
        format!("q={}", "x".repeat(1000)),
        format!("author={}", "x".repeat(254)),
    ] {
        let page = admin.get(&format!("/v1/comments?{good}")).await.expect(200);
        assert_eq!(page["data"], json!([]));
    }
}

#[tokio::test]
async fn an_authors_comments_are_found_by_address_and_by_a_comment() {
    let app = TestApp::start_with(&["--cache-mb", "0"]).await;
    let moderator = app.caller(&["comments:moderate"]).await;
    let article = published(&app.admin(), "Ferries").await;
    let sql = app.sql().await;
    let say = async |email: Option<&str>, place: Option<&[u8]>, body: &str| {
        let new =
            json!({"author_name": "Meera", "author_email": email, "body": body, "locale": "en"});
        let path = format!("/v1/articles/{article}/comments");
        let made = app.guest().post(&path, new).await.expect(201);
        sql.execute(
            "update comments set address_hash = $2, address_key = 1 where id = $1",
            &[&uuid(&made), &place],
        )
        .await
        .unwrap();
        made
    };
    let (home, work): (&[u8], &[u8]) = (b"home", b"work");
    let one = say(Some("Meera@Example.org"), Some(home), "1").await;
    let two = say(Some("meera@example.ORG"), Some(work), "2").await;
    let three = say(None, Some(home), "3").await;
    say(Some("other@example.org"), Some(home), "4").await;
    say(Some("other@example.org"), None, "5").await;
    let nobody = say(None, None, "6").await;
    let found = async |author: &str, more: &[(&str, &str)]| {
        let query: Vec<(&str, &str)> = [("author", author)]
            .into_iter()
            .chain(more.iter().copied())
            .collect();
        found(&moderator, &query).await.join("")
    };
    assert_eq!(found("meera@example.org", &[]).await, "21");
    assert_eq!(found("OTHER@EXAMPLE.ORG", &[]).await, "54");
    assert_eq!(found(&id(&one), &[]).await, "4321");
    assert_eq!(found(&id(&two), &[]).await, "21");
    assert_eq!(found(&id(&three), &[]).await, "431");
    assert_eq!(found(&id(&nobody), &[]).await, "");
    assert_eq!(found(UNKNOWN, &[]).await, "");
    assert_eq!(found("nobody@example.org", &[]).await, "");
    moderate(&moderator, &[&one, &three], "spam").await;
    assert_eq!(found(&id(&one), &[("status", "spam")]).await, "31");
    assert_eq!(
        found(&id(&one), &[("status", "pending"), ("locale", "en")]).await,
        "42"
    );
    assert_eq!(
        found(&id(&one), &[("article", &article), ("status", "approved")]).await,
        ""
    );
    let page = moderator
        .get(&format!("/v1/comments?author={}&limit=3", id(&one)))
        .await
        .expect(200);
    let cursor = page["page"]["next_cursor"].as_str().unwrap();
    let rest = moderator
        .get(&format!(
            "/v1/comments?author={}&limit=3&cursor={cursor}",
            id(&one)
        ))
        .await
        .expect(200);
    assert_eq!(members(&rest, "body"), ["1"]);
    moderator
        .get(&format!("/v1/comments?author={}&cursor={cursor}", id(&two)))
        .await
        .problem(400, "invalid-cursor");
}

#[tokio::test]
async fn what_readers_have_reported_is_listed_until_someone_decides() {
    let app = TestApp::start_with(&["--cache-mb", "0"]).await;
    let admin = app.admin();
    let article = published(&admin, "Ferries").await;
    let sql = app.sql().await;
    let (one, two) = (
        post(&admin, &article, "1").await,
        post(&admin, &article, "2").await,
    );
    post(&admin, &article, "3").await;
    for comment in [&one, &two] {
        sql.execute(
            "update comments set report_count = 2 where id = $1",
            &[&uuid(comment)],
        )
        .await
        .unwrap();
    }
    assert_eq!(found(&admin, &[("reported", "true")]).await, ["2", "1"]);
    assert_eq!(found(&admin, &[("reported", "false")]).await, ["3"]);
    let filtered = [
        ("reported", "true"),
        ("locale", "en"),
        ("article", article.as_str()),
    ];
    assert_eq!(found(&admin, &filtered).await, ["2", "1"]);
    moderate(&admin, &[&two], "approved").await;
    assert_eq!(found(&admin, &[("reported", "true")]).await, ["1"]);
}

/// Three thousand comments under one article, a second apart: of the words that this SQL makes of their
/// number `n`, which counts from the oldest.
async fn fill(app: &TestApp, words: &str) {
    let article: Uuid = published(&app.admin(), "Ferries").await.parse().unwrap();
    let sql = app.sql().await;
    let fill = format!(
        "insert into comments (id, article_id, locale, author_name, body, body_html, status, created_at, words) \
        select gen_random_uuid(), $1, case when n % 100 = 0 then 'hi' else 'en' end, 'Meera', n::text, '', \
            case when n % 3 = 0 then 'spam' else 'approved' end, \
            now() - make_interval(secs => 4000 - n), array_to_tsvector({words}) \
        from generate_series(1, 3000) n"
    );
    sql.execute(&fill, &[&article]).await.unwrap();
    sql.batch_execute("analyze comments").await.unwrap();
}

/// All that a query finds, page by page.
async fn all(admin: &Client, query: &str) -> Vec<i64> {
    let (mut bodies, mut next) = (vec![], format!("/v1/comments?{query}&limit=50"));
    loop {
        let page = admin.get(&next).await.expect(200);
        let numbers = members(&page, "body").into_iter();
        bodies.extend(numbers.map(|body| body.as_str().unwrap().parse::<i64>().unwrap()));
        let Some(cursor) = page["page"]["next_cursor"].as_str() else {
            return bodies;
        };
        next = format!("/v1/comments?{query}&limit=50&cursor={cursor}");
    }
}

#[tokio::test]
async fn common_words_and_rare_ones_are_found_alike() {
    let app = TestApp::start_with(&["--cache-mb", "0"]).await;
    let admin = app.admin();
    fill(
        &app,
        "array_remove(array['all', case when n <= 2000 then 'early' end, case when n % 500 = 0 then 'rare' end], null)",
    )
    .await;
    let numbers = |wanted: &dyn Fn(i64) -> bool| {
        let all = (1..=3000).rev().filter(|n| wanted(*n));
        all.collect::<Vec<i64>>()
    };
    assert_eq!(all(&admin, "q=rare").await, numbers(&|n| n % 500 == 0));
    assert_eq!(all(&admin, "q=early").await, numbers(&|n| n <= 2000));
    assert_eq!(all(&admin, "q=all").await, numbers(&|_| true));
    assert_eq!(all(&admin, "q=rare+a").await, numbers(&|n| n % 500 == 0));
    assert_eq!(
        all(&admin, "q=early&status=spam").await,
        numbers(&|n| n <= 2000 && n % 3 == 0)
    );
    assert_eq!(
        all(&admin, "q=all&locale=hi").await,
        numbers(&|n| n % 100 == 0)
    );
    assert_eq!(
        all(&admin, "q=early&locale=hi").await,
        numbers(&|n| n % 100 == 0 && n <= 2000)
    );
    assert_eq!(
        all(&admin, "q=all&locale=hi&status=spam").await,
        numbers(&|n| n % 300 == 0)
    );
    let counted = admin
        .get("/v1/comments?q=early&status=spam&total=exact")
        .await
        .expect(200);
    assert_eq!(counted["total"], 666);
}
