//! `/v1/bans`

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::TestApp;
use crate::client::{Client, faults};
use crate::make::{id, members, published};

const UNKNOWN: &str = "01932c5e-7c1b-7d7e-9d55-0c6f0a2b9a10";

async fn ban(moderator: &Client, body: Value) -> Value {
    moderator.post("/v1/bans", body).await.expect(201)
}

/// A comment from this address, as far as that is kept.
async fn comment(app: &TestApp, email: Option<&str>, place: Option<&str>) -> Value {
    let article = published(&app.admin(), &format!("Ferries {}", Uuid::now_v7())).await;
    let new =
        json!({"author_name": "Meera", "author_email": email, "body": "Hello.", "locale": "en"});
    let path = format!("/v1/articles/{article}/comments");
    let made = app.guest().post(&path, new).await.expect(201);
    let own: Uuid = id(&made).parse().unwrap();
    let place = place.map(str::as_bytes);
    let key = "update comments set address_hash = $2, \
        address_key = case when $2::bytea is not null then (select max(id) from address_keys) end where id = $1";
    app.sql().await.execute(key, &[&own, &place]).await.unwrap();
    made
}

fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn bans_are_for_moderators() {
    let app = TestApp::start().await;
    let author = app.caller(&["content:write", "tokens:manage"]).await;
    let made = ban(&app.admin(), json!({"author_email": "offers@example.org"})).await;
    let path = format!("/v1/bans/{}", id(&made));
    for (client, status, code) in [
        (app.guest(), 401, "unauthenticated"),
        (author, 403, "forbidden"),
    ] {
        client.get("/v1/bans").await.problem(status, code);
        client.get(&path).await.problem(status, code);
        client.delete(&path).await.problem(status, code);
        client
            .post("/v1/bans", json!({"author_email": "a@example.org"}))
            .await
            .problem(status, code);
    }
    let moderator = app.caller(&["comments:moderate"]).await;
    assert_eq!(moderator.get(&path).await.expect(200), made);
    moderator.delete(&path).await.check(204);
}

#[tokio::test]
async fn a_ban_is_checked() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let refused = async |body: Value| {
        let mut found = faults(
            &admin
                .post("/v1/bans", body)
                .await
                .problem(422, "validation-failed"),
        );
        found.sort();
        let found = found
            .iter()
            .map(|(pointer, code)| format!("{pointer} {code}"));
        found.collect::<Vec<_>>().join(", ")
    };
    let email = "offers@example.org";
    for (body, expected) in [
        (json!({}), "/author_email required"),
        (json!({"kind": "email"}), "/author_email required"),
        (json!({"author_email": " "}), "/author_email required"),
        (
            json!({"author_email": "offers"}),
            "/author_email invalid_email",
        ),
        (json!({"author_email": 1}), "/author_email wrong_type"),
        (
            json!({"author_email": email, "comment_id": UNKNOWN}),
            "/comment_id conflicting",
        ),
        (
            json!({"author_email": email, "kind": "address"}),
            "/kind conflicting",
        ),
        (json!({"comment_id": UNKNOWN}), "/kind required"),
        (
            json!({"comment_id": UNKNOWN, "kind": "name"}),
            "/kind invalid",
        ),
        (
            json!({"comment_id": "nothing", "kind": "email"}),
            "/comment_id malformed_id",
        ),
        (
            json!({"comment_id": UNKNOWN, "kind": "email"}),
            "/comment_id unknown_comment",
        ),
        (
            json!({"author_email": email, "expires_at": "2001-01-01T00:00:00Z"}),
            "/expires_at past",
        ),
        (
            json!({"author_email": email, "expires_at": "tomorrow"}),
            "/expires_at invalid_time",
        ),
        (
            json!({"author_email": "x", "reason": "x".repeat(501), "expires_at": 1, "more": 1}),
            "/author_email invalid_email, /expires_at wrong_type, /more unknown_field, /reason too_long",
        ),
    ] {
        assert_eq!(refused(body.clone()).await, expected, "{body}");
    }
    assert_eq!(admin.get("/v1/bans").await.expect(200)["data"], json!([]));
}

#[tokio::test]
async fn a_comment_tells_only_what_is_kept_of_its_writer() {
    let app = TestApp::start_with(&["--cache-mb", "0"]).await;
    let admin = app.admin();
    let nobody = comment(&app, None, None).await;
    let lapsed = comment(&app, Some("meera@example.org"), Some("home")).await;
    let sql = app.sql().await;
    sql.execute(
        "update comments set address_key = 4711 where id = $1",
        &[&id(&lapsed).parse::<Uuid>().unwrap()],
    )
    .await
    .unwrap();
    for (comment, kind) in [
        (&nobody, "email"),
        (&nobody, "address"),
        (&lapsed, "address"),
    ] {
        let body = json!({"comment_id": comment["id"], "kind": kind});
        let problem = admin
            .post("/v1/bans", body)
            .await
            .problem(422, "validation-failed");
        assert_eq!(
            faults(&problem),
            [("/comment_id".into(), "not_known".into())]
        );
    }
    ban(&admin, json!({"comment_id": lapsed["id"], "kind": "email"})).await;
}

#[tokio::test]
async fn a_ban_says_everything_but_who_it_is() {
    let app = TestApp::start_with(&["--cache-mb", "0"]).await;
    let admin = app.admin();
    let moderator = app.caller(&["comments:moderate"]).await;
    let body = json!({
        "author_email": "Offers@Example.org", "reason": "advertises", "expires_at": "2999-01-01T06:00:00+05:30",
    });
    let answer = moderator.post("/v1/bans", body).await;
    let (location, etag) = (answer.header("location").to_owned(), answer.etag());
    let made = answer.check(201).json();
    assert_eq!(location, format!("/v1/bans/{}", id(&made)));
    let names: Vec<&String> = made.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "id",
            "kind",
            "reason",
            "expires_at",
            "created_by",
            "created_at"
        ]
    );
    assert_eq!(
        [
            &made["kind"],
            &made["reason"],
            &made["expires_at"],
            &made["created_by"]
        ],
        ["email", "advertises", "2999-01-01T00:30:00Z", "test caller"]
    );
    let found = admin.get(&location).await;
    assert_eq!(found.etag(), etag);
    assert_eq!(found.expect(200), made);
    let listed = admin.get("/v1/bans").await.expect(200);
    assert_eq!(listed["data"][0]["id"], made["id"]);
    assert_eq!(listed["data"][0]["etag"], json!(etag));

    let sql = app.sql().await;
    let kept = "select hash, bans::text, (select string_agg(e::text, ' ') from events e where type like 'ban.%') \
        from bans";
    let kept = sql.query_one(kept, &[]).await.unwrap();
    assert_eq!(kept.get::<_, &[u8]>(0).len(), 16);
    let (row, events): (String, String) = (kept.get(1), kept.get(2));
    for text in [row, events, listed.to_string()] {
        assert!(!text.to_lowercase().contains("offers"), "{text}");
    }
    let event = sql
        .query_one(
            "select type, actor, data, surrogate_keys from events order by id desc limit 1",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(event.get::<_, &str>(0), "ban.created");
    assert_eq!(event.get::<_, Option<&str>>(1), Some("test caller"));
    assert_eq!(
        event.get::<_, Value>(2),
        json!({"ban_id": made["id"], "kind": "email"})
    );
    assert!(event.get::<_, Vec<String>>(3).is_empty());
}

#[tokio::test]
async fn banning_again_says_for_what_and_until_when_from_now_on() {
    let app = TestApp::start_with(&["--cache-mb", "0"]).await;
    let admin = app.admin();
    let writer = comment(&app, Some("MEERA@example.org"), None).await;
    let first = ban(
        &admin,
        json!({"author_email": "meera@example.org", "reason": "one", "expires_at": "2999-01-01T00:00:00Z"}),
    )
    .await;
    let body = json!({"comment_id": writer["id"], "kind": "email", "reason": "two"});
    let second = admin.post("/v1/bans", body).await;
    assert_eq!(second.header("location"), "");
    let second = second.expect(200);
    assert_eq!(
        (&second["id"], &second["created_at"]),
        (&first["id"], &first["created_at"])
    );
    assert_eq!(
        (&second["reason"], &second["expires_at"]),
        (&json!("two"), &Value::Null)
    );
    let both = json!({"author_email": "Meera@Example.ORG", "kind": "email"});
    assert!(admin.post("/v1/bans", both).await.expect(200)["reason"].is_null());
    let listed = admin.get("/v1/bans").await.expect(200);
    assert_eq!(members(&listed, "id"), [first["id"].clone()]);
    let kinds = "select array_agg(type order by id) from events where type like 'ban.%'";
    let kinds = app.sql().await.query_one(kinds, &[]).await.unwrap();
    assert_eq!(
        kinds.get::<_, Vec<String>>(0),
        ["ban.created", "ban.updated", "ban.updated"]
    );
}

#[tokio::test]
async fn the_ban_of_an_address_ends_with_the_key_that_it_is_told_by() {
    let app = TestApp::start_with(&["--cache-mb", "0"]).await;
    let admin = app.admin();
    let (one, same, other) = (
        comment(&app, None, Some("home")).await,
        comment(&app, Some("meera@example.org"), Some("home")).await,
        comment(&app, None, Some("work")).await,
    );
    let by = |comment: &Value| json!({"comment_id": comment["id"], "kind": "address"});
    let made = ban(&admin, by(&one)).await;
    let end = time(&made["expires_at"]);
    let days = (end - Utc::now()).num_hours();
    assert!((59 * 24..=60 * 24).contains(&days), "{made}");
    assert_eq!(made["kind"], "address");

    let mut long = by(&same);
    long["expires_at"] = json!("2999-01-01T00:00:00Z");
    let again = admin.post("/v1/bans", long).await.expect(200);
    assert_eq!(
        (&again["id"], time(&again["expires_at"])),
        (&made["id"], end)
    );
    let mut short = by(&other);
    let soon = Utc::now() + Duration::days(3);
    short["expires_at"] = json!(soon);
    let made = ban(&admin, short).await;
    assert_eq!(
        time(&made["expires_at"]).timestamp_micros(),
        soon.timestamp_micros()
    );
    let key = "select count(*) from bans where address_key = (select max(id) from address_keys)";
    let key = app.sql().await.query_one(key, &[]).await.unwrap();
    assert_eq!(key.get::<_, i64>(0), 2);
}

#[tokio::test]
async fn a_ban_that_has_ended_is_gone() {
    let app = TestApp::start_with(&["--cache-mb", "0"]).await;
    let admin = app.admin();
    let made = ban(&admin, json!({"author_email": "meera@example.org"})).await;
    let sql = app.sql().await;
    sql.batch_execute("update bans set expires_at = now() - interval '1 second'")
        .await
        .unwrap();
    let path = format!("/v1/bans/{}", id(&made));
    assert_eq!(admin.get("/v1/bans").await.expect(200)["data"], json!([]));
    admin.get(&path).await.problem(404, "not-found");
    admin.delete(&path).await.problem(404, "not-found");
    let again = ban(&admin, json!({"author_email": "meera@example.org"})).await;
    assert_ne!(again["id"], made["id"]);
    sql.batch_execute("update bans set expires_at = now() - interval '1 second'")
        .await
        .unwrap();
    ban(&admin, json!({"author_email": "other@example.org"})).await;
    let left = sql
        .query_one("select count(*) from bans", &[])
        .await
        .unwrap();
    assert_eq!(left.get::<_, i64>(0), 1, "the next ban sweeps up");
}

#[tokio::test]
async fn a_ban_is_lifted_once_and_only_as_it_was_seen() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let body = json!({"author_email": "meera@example.org"});
    let made = admin.post("/v1/bans", body.clone()).await;
    let (etag, path) = (made.etag(), made.header("location").to_owned());
    let mut changed = body;
    changed["reason"] = json!("advertises");
    let now = admin.post("/v1/bans", changed).await.check(200).etag();
    admin
        .write("DELETE", &path, ("if-match", &etag), Value::Null)
        .await
        .problem(412, "precondition-failed");
    admin
        .write("DELETE", &path, ("if-match", &now), Value::Null)
        .await
        .check(204);
    admin.delete(&path).await.problem(404, "not-found");
    admin.get(&path).await.problem(404, "not-found");
    for unknown in ["nothing", UNKNOWN] {
        let path = format!("/v1/bans/{unknown}");
        admin.get(&path).await.problem(404, "not-found");
        admin.delete(&path).await.problem(404, "not-found");
    }
    let last = "select type, data->>'ban_id' from events order by id desc limit 1";
    let last = app.sql().await.query_one(last, &[]).await.unwrap();
    assert_eq!(last.get::<_, &str>(0), "ban.deleted");
    assert!(path.ends_with(last.get::<_, &str>(1)));
}

#[tokio::test]
async fn bans_are_listed_newest_first_page_by_page() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let mut made = vec![];
    for number in 0..5 {
        let body = json!({"author_email": format!("{number}@example.org")});
        made.push(ban(&admin, body).await["id"].clone());
    }
    made.reverse();
    let (mut seen, mut next) = (vec![], "/v1/bans?limit=2".to_owned());
    loop {
        let page = admin.get(&next).await.expect(200);
        seen.extend(members(&page, "id"));
        let Some(cursor) = page["page"]["next_cursor"].as_str() else {
            break;
        };
        next = format!("/v1/bans?limit=2&cursor={cursor}");
    }
    assert_eq!(seen, made);
}

#[tokio::test]
async fn who_is_banned_by_many_at_once_is_banned_once() {
    let app = TestApp::start().await;
    let admin = app.admin();
    for round in 0..5 {
        let email = format!("{round}@example.org");
        let again = async |reason: &str| {
            let body = json!({"author_email": email, "reason": reason});
            admin.post("/v1/bans", body).await
        };
        let (one, two, three) = tokio::join!(again("1"), again("2"), again("3"));
        let mut statuses = [one.status, two.status, three.status];
        statuses.sort();
        assert_eq!(statuses, [200, 200, 201]);
        let listed = admin.get("/v1/bans").await.expect(200);
        assert_eq!(listed["data"].as_array().unwrap().len(), round + 1);
    }
}
