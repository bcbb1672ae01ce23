//! Being told of replies: `/v1/comments/{comment}/notice-token` and `/v1/comments/notices`

use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::TestApp;
use crate::client::{Answer, Client, faults};
use crate::make::{id, published};

const CONFIRM: &str = "/v1/comments/notices/confirm";
const STOP: &str = "/v1/comments/notices/stop";

/// Notices are asked for by SQL here, which no answer that is kept may outlive.
async fn start() -> TestApp {
    TestApp::start_with(&["--cache-mb", "0"]).await
}

/// Posts a comment with this e-mail address, or without; the answer.
async fn post(
    client: &Client,
    article: &str,
    email: Option<&str>,
    parent: Option<&Value>,
) -> Value {
    // Nothing is said twice.
    let body = format!("Hello {}.", Uuid::now_v7());
    let new = json!({"author_name": "Meera", "author_email": email, "body": body, "locale": "en",
        "parent_id": parent.map(|parent| &parent["id"])});
    let path = format!("/v1/articles/{article}/comments");
    client.post(&path, new).await.expect(201)
}

fn address(comment: &Value) -> String {
    format!("/v1/comments/{}", id(comment))
}

/// Makes it so that the writer of the comment has asked to be told of replies, or wants to be.
async fn set(sql: &tokio_postgres::Client, comment: &Value, notice: &str) {
    let update = "update comments set reply_notice = $2 where id = $1::text::uuid";
    sql.execute(update, &[&id(comment), &notice]).await.unwrap();
}

async fn notice(sql: &tokio_postgres::Client, comment: &Value) -> Option<String> {
    let find = "select reply_notice from comments where id = $1::text::uuid";
    sql.query_one(find, &[&id(comment)]).await.unwrap().get(0)
}

/// The token that a mail to the comment's writer carries.
async fn token(moderator: &Client, comment: &Value) -> String {
    let path = format!("{}/notice-token", address(comment));
    let told = moderator.post(&path, json!({})).await.expect(200);
    told["token"].as_str().unwrap().to_owned()
}

/// The comments that were answered, with the replies, in their order, since the event of this number.
async fn told(sql: &tokio_postgres::Client) -> Vec<(String, String)> {
    let find = "select data->>'comment_id', data->>'reply_id', article_id is null or cardinality(surrogate_keys) > 0 \
        from events where type = 'comment.replied' order by id";
    let rows = sql.query(find, &[]).await.unwrap();
    assert!(rows.iter().all(|row| !row.get::<_, bool>(2)));
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

async fn events(sql: &tokio_postgres::Client, kind: &str) -> i64 {
    let count = "select count(*) from events where type = $1 and cardinality(surrogate_keys) = 0";
    sql.query_one(count, &[&kind]).await.unwrap().get(0)
}

async fn decide(admin: &Client, comment: &Value, status: &str) {
    let decision = json!({"status": status});
    admin.patch(&address(comment), decision).await.check(200);
}

#[tokio::test]
async fn who_wants_to_be_told_of_replies_gives_an_address() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let path = format!("/v1/articles/{article}/comments");
    let new = |email: Value, wanted: Value| json!({"author_name": "Meera", "body": "Hello.", "author_email": email, "notify_replies": wanted});
    for email in [Value::Null, json!(""), json!(" ")] {
        let refused = guest.post(&path, new(email, json!(true))).await;
        let expected = ("/notify_replies".to_owned(), "needs_email".to_owned());
        let problem = refused.problem(422, "validation-failed");
        assert_eq!(faults(&problem), [expected]);
    }
    let refused = guest.post(&path, new(json!("nobody"), json!(true))).await;
    let expected = ("/author_email".to_owned(), "invalid_email".to_owned());
    let problem = refused.problem(422, "validation-failed");
    assert_eq!(faults(&problem), [expected]);
    let refused = guest.post(&path, new(Value::Null, json!("yes"))).await;
    let expected = ("/notify_replies".to_owned(), "wrong_type".to_owned());
    let problem = refused.problem(422, "validation-failed");
    assert_eq!(faults(&problem), [expected]);
    for (email, wanted) in [
        (json!("meera@example.org"), json!(true)),
        (json!("meera@example.org"), Value::Null),
        (Value::Null, json!(false)),
    ] {
        let mut new = new(email, wanted.clone());
        new["body"] = json!(format!("Hello {wanted}."));
        let made = guest.post(&path, new).await;
        assert!(!made.check(201).text.contains("notify"), "{}", made.text);
    }
}

#[tokio::test]
async fn the_token_for_a_mail_is_for_moderators() {
    let app = start().await;
    let (admin, guest, sql) = (app.admin(), app.guest(), app.sql().await);
    let moderator = app.caller(&["comments:moderate"]).await;
    let author = app.caller(&["content:read", "content:write"]).await;
    let article = published(&admin, "Ferries").await;
    let comment = post(&guest, &article, Some("Meera@example.org"), None).await;
    let path = format!("{}/notice-token", address(&comment));
    let none = || json!({});
    guest
        .post(&path, none())
        .await
        .problem(401, "unauthenticated");
    author.post(&path, none()).await.problem(403, "forbidden");
    moderator
        .post(&path, none())
        .await
        .problem(404, "not-found");
    set(&sql, &comment, "requested").await;
    guest
        .post(&path, none())
        .await
        .problem(401, "unauthenticated");
    moderator
        .post(&path, json!({"x": 1}))
        .await
        .problem(422, "validation-failed");
    for state in ["requested", "confirmed"] {
        set(&sql, &comment, state).await;
        let answer = Answer::of(moderator.request("POST", &path)).await;
        assert_eq!(
            answer.check(200).header("cache-control"),
            "private, no-store"
        );
        let told = answer.json();
        assert_eq!(told["author_email"], "Meera@example.org");
        assert_eq!(told["locale"], "en");
        assert_eq!(told.as_object().unwrap().len(), 3);
    }
    for other in ["0193a000-0000-7000-8000-000000000000", "nothing"] {
        let path = format!("/v1/comments/{other}/notice-token");
        moderator
            .post(&path, none())
            .await
            .problem(404, "not-found");
    }
}

#[tokio::test]
async fn whoever_reads_the_mail_confirms_or_stops_the_notices_any_number_of_times() {
    let app = start().await;
    let (admin, guest, sql) = (app.admin(), app.guest(), app.sql().await);
    let article = published(&admin, "Ferries").await;
    let comment = post(&guest, &article, Some("meera@example.org"), None).await;
    set(&sql, &comment, "requested").await;
    let (mailed, later) = (token(&admin, &comment).await, token(&admin, &comment).await);
    let body = |token: &str| json!({"token": token});
    let version = admin.get(&address(&comment)).await.etag();
    for token in [&mailed, &mailed, &later] {
        let answer = guest.post(CONFIRM, body(token)).await;
        assert_eq!(
            answer.check(200).header("cache-control"),
            "private, no-store"
        );
        let expected = json!({"comment_id": comment["id"], "reply_notice": "confirmed"});
        assert_eq!(answer.json(), expected);
        assert_eq!(notice(&sql, &comment).await.as_deref(), Some("confirmed"));
    }
    assert_eq!(events(&sql, "comment.notice_confirmed").await, 1);
    for token in [&later, &mailed, &later] {
        let stopped = guest.post(STOP, body(token)).await.expect(200);
        let expected = json!({"comment_id": comment["id"], "reply_notice": null});
        assert_eq!(stopped, expected);
        assert_eq!(notice(&sql, &comment).await, None);
    }
    assert_eq!(events(&sql, "comment.notice_stopped").await, 1);
    assert_eq!(
        admin.get(&address(&comment)).await.etag(),
        version,
        "the comment is what it was"
    );
    // Once it is stopped no mail is due, but who holds the last may think better of it.
    let path = format!("{}/notice-token", address(&comment));
    admin.post(&path, json!({})).await.problem(404, "not-found");
    guest.post(CONFIRM, body(&later)).await.check(200);
}

#[tokio::test]
async fn a_token_that_is_not_the_comments_is_refused() {
    let app = start().await;
    let (admin, guest, sql) = (app.admin(), app.guest(), app.sql().await);
    let article = published(&admin, "Ferries").await;
    let comment = post(&admin, &article, Some("meera@example.org"), None).await;
    set(&sql, &comment, "requested").await;
    let good = token(&admin, &comment).await;
    let form = format!("/v1/articles/{article}/comments/form");
    let form = guest.get(&form).await.expect(200)["form_token"].clone();
    let preview = format!("/v1/articles/{article}/preview-links");
    let preview = admin.post(&preview, json!({})).await.expect(201)["token"].clone();
    let end = if good.starts_with('A') { "B" } else { "A" };
    let others = [
        json!("x"),
        json!(&good[1..]),
        json!(format!("{end}{}", &good[1..])),
        json!(format!("{good}{good}")[..good.len() + 4]),
        form,
        preview,
        comment["edit_token"].clone(),
    ];
    for path in [CONFIRM, STOP] {
        for token in &others {
            let answer = guest.post(path, json!({"token": token})).await;
            answer.problem(403, "forbidden");
        }
        for (body, code) in [
            (json!({}), "required"),
            (json!({"token": ""}), "blank"),
            (json!({"token": 1}), "wrong_type"),
            (json!({"token": "x".repeat(201)}), "too_long"),
        ] {
            let problem = guest.post(path, body).await;
            let found = faults(&problem.problem(422, "validation-failed"));
            assert_eq!(found, [("/token".to_owned(), code.to_owned())]);
        }
    }
    assert_eq!(notice(&sql, &comment).await.as_deref(), Some("requested"));

    let change = "update comments set author_email = $2 where id = $1::text::uuid";
    for (email, status) in [
        (Some("ravi@example.org"), 403),
        (Some("MEERA@example.org"), 200),
        (None, 404),
    ] {
        sql.execute(change, &[&id(&comment), &email]).await.unwrap();
        for path in [CONFIRM, STOP] {
            let answer = guest.post(path, json!({"token": good})).await;
            assert_eq!(answer.status, status, "{email:?}");
        }
    }
}

#[tokio::test]
async fn a_comment_that_is_gone_has_no_notices() {
    let app = start().await;
    let (admin, guest, sql) = (app.admin(), app.guest(), app.sql().await);
    let article = published(&admin, "Ferries").await;
    let (gone, tombstone) = (
        post(&admin, &article, Some("meera@example.org"), None).await,
        post(&admin, &article, Some("meera@example.org"), None).await,
    );
    post(&admin, &article, None, Some(&tombstone)).await;
    for comment in [&gone, &tombstone] {
        set(&sql, comment, "confirmed").await;
        let token = token(&admin, comment).await;
        admin.delete(&address(comment)).await.check(204);
        for path in [CONFIRM, STOP] {
            let answer = guest.post(path, json!({"token": token})).await;
            answer.problem(404, "not-found");
        }
        let path = format!("{}/notice-token", address(comment));
        admin.post(&path, json!({})).await.problem(404, "not-found");
    }
}

// Being told

#[tokio::test]
async fn a_writer_is_told_of_a_reply_when_it_is_approved_and_once() {
    let app = start().await;
    let (admin, guest, sql) = (app.admin(), app.guest(), app.sql().await);
    let article = published(&admin, "Ferries").await;
    let root = post(&admin, &article, Some("meera@example.org"), None).await;
    set(&sql, &root, "confirmed").await;
    let reply = post(&guest, &article, Some("ravi@example.org"), Some(&root)).await;
    let other = post(&guest, &article, None, Some(&root)).await;
    assert_eq!(told(&sql).await, []);
    for status in ["rejected", "pending", "spam"] {
        decide(&admin, &reply, status).await;
    }
    assert_eq!(told(&sql).await, []);
    for status in [
        "approved", "approved", "pending", "approved", "spam", "approved",
    ] {
        decide(&admin, &reply, status).await;
        assert_eq!(told(&sql).await, [(id(&root), id(&reply))], "{status}");
    }
    admin
        .patch(&address(&reply), json!({"body": "Changed."}))
        .await
        .check(200);
    assert_eq!(told(&sql).await.len(), 1, "a change is no reply");
    decide(&admin, &other, "approved").await;
    let expected = [(id(&root), id(&reply)), (id(&root), id(&other))];
    assert_eq!(told(&sql).await, expected);
}

#[tokio::test]
async fn a_writer_is_told_of_nothing_else() {
    let app = start().await;
    let (admin, guest, sql) = (app.admin(), app.guest(), app.sql().await);
    let article = published(&admin, "Ferries").await;
    let (confirmed, requested, rejected) = (
        post(&admin, &article, Some("meera@example.org"), None).await,
        post(&admin, &article, Some("meera@example.org"), None).await,
        post(&admin, &article, Some("meera@example.org"), None).await,
    );
    set(&sql, &confirmed, "confirmed").await;
    set(&sql, &requested, "requested").await;
    set(&sql, &rejected, "confirmed").await;
    let own = post(
        &guest,
        &article,
        Some("MEERA@Example.org"),
        Some(&confirmed),
    )
    .await;
    decide(&admin, &own, "approved").await;
    // Not of replies to replies, ...
    let nested = post(&guest, &article, Some("ravi@example.org"), Some(&own)).await;
    // ... nor before it was confirmed, nor of comments of one's own, ...
    let early = post(&guest, &article, None, Some(&requested)).await;
    // ... nor while readers do not see what was answered.
    let unseen = post(&guest, &article, None, Some(&rejected)).await;
    let root = post(&guest, &article, None, None).await;
    decide(&admin, &rejected, "rejected").await;
    for comment in [&nested, &early, &unseen, &root] {
        decide(&admin, comment, "approved").await;
    }
    assert_eq!(told(&sql).await, []);
    let token = token(&admin, &confirmed).await;
    guest.post(STOP, json!({"token": token})).await.check(200);
    let late = post(&guest, &article, None, Some(&confirmed)).await;
    decide(&admin, &late, "approved").await;
    assert_eq!(told(&sql).await, []);
}

#[tokio::test]
async fn a_reply_that_several_moderators_approve_at_once_is_told_once() {
    let app = start().await;
    let (admin, guest, sql) = (app.admin(), app.guest(), app.sql().await);
    let article = published(&admin, "Ferries").await;
    let root = post(&admin, &article, Some("meera@example.org"), None).await;
    set(&sql, &root, "confirmed").await;
    for round in 1..=5 {
        let reply = post(&guest, &article, None, Some(&root)).await;
        let path = address(&reply);
        let approve = || admin.patch(&path, json!({"status": "approved"}));
        let (one, two, three) = tokio::join!(approve(), approve(), approve());
        for answer in [one, two, three] {
            answer.check(200);
        }
        assert_eq!(told(&sql).await.len(), round);
    }
}
