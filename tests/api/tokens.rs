//! `/v1/tokens`

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client, faults};
use crate::make;

fn with(app: &TestApp, secret: &str) -> Client {
    Client::new(&app.url, Some(secret.to_owned()))
}

/// A new token: its id and its secret.
async fn made(app: &TestApp, body: Value) -> (String, String) {
    let token = app.admin().post("/v1/tokens", body).await.expect(201);
    (
        make::id(&token),
        token["token"].as_str().unwrap().to_owned(),
    )
}

#[tokio::test]
async fn guests_see_no_tokens() {
    let app = TestApp::start().await;
    for path in [
        "/v1/tokens",
        "/v1/tokens/current",
        "/v1/tokens/01932c5e-7c1b-7d7e-9d55-0c6f0a2b9a10",
    ] {
        app.guest().get(path).await.problem(401, "unauthenticated");
    }
    app.guest()
        .post(
            "/v1/tokens",
            json!({"name": "x", "scopes": ["content:read"]}),
        )
        .await
        .problem(401, "unauthenticated");
}

#[tokio::test]
async fn what_is_no_token_is_not_found() {
    let app = TestApp::start().await;
    for id in ["01932c5e-7c1b-7d7e-9d55-0c6f0a2b9a10", "nothing", "1"] {
        app.admin()
            .get(&format!("/v1/tokens/{id}"))
            .await
            .problem(404, "not-found");
        app.admin()
            .delete(&format!("/v1/tokens/{id}"))
            .await
            .problem(404, "not-found");
    }
}

#[tokio::test]
async fn a_token_that_makes_no_sense_is_refused_with_every_fault() {
    let app = TestApp::start().await;
    let found = async |body: Value| {
        let problem = app
            .admin()
            .post("/v1/tokens", body)
            .await
            .problem(422, "validation-failed");
        let mut pointers: Vec<String> = faults(&problem)
            .into_iter()
            .map(|(pointer, _)| pointer)
            .collect();
        pointers.dedup();
        pointers
    };
    assert_eq!(found(json!({})).await, ["/name", "/scopes"]);
    assert_eq!(found(json!({"name": "x", "scopes": []})).await, ["/scopes"]);
    assert_eq!(
        found(json!({"name": "x", "scopes": ["content:read", "content:all"]})).await,
        ["/scopes/1"]
    );
    assert_eq!(
        found(json!({"name": "x".repeat(101), "scopes": ["admin"], "locales": ["en", "no tag"]}))
            .await,
        ["/name", "/locales/1"]
    );
    assert_eq!(
        found(json!({"name": "x", "scopes": ["admin"], "expires_at": "2001-01-01T00:00:00Z"}))
            .await,
        ["/expires_at"]
    );
    assert_eq!(
        found(json!({"name": "x", "scopes": ["admin"], "expires_at": "soon"})).await,
        ["/expires_at"]
    );
    assert_eq!(
        found(json!({"name": " ", "scopes": "admin", "token": "dl_0"})).await,
        ["/name", "/scopes", "/token"]
    );
}

#[tokio::test]
async fn a_token_is_made_used_and_revoked() {
    let app = TestApp::start().await;
    let reader = app.caller(&["content:read"]).await;
    let current = reader.get("/v1/tokens/current").await.expect(200);
    assert_eq!(current["scopes"], json!(["content:read"]));
    assert!(current.get("token").is_none());
    let path = format!("/v1/tokens/{}", make::id(&current));
    app.admin().delete(&path).await.check(204);
    reader
        .get("/v1/articles")
        .await
        .problem(401, "unauthenticated");
    app.admin().get(&path).await.problem(404, "not-found");
    app.admin().delete(&path).await.problem(404, "not-found");
}

#[tokio::test]
async fn a_token_is_answered_whole_and_its_secret_once() {
    let app = TestApp::start().await;
    let body = json!({"name": " website build ", "scopes": ["content:read", "tags:write"], "locales": ["HI", "pt-br"], "expires_at": "2100-01-01T05:30:00+05:30"});
    let answer = app.admin().post("/v1/tokens", body).await;
    let token = answer.check(201).json();
    assert_eq!(token["name"], "website build");
    assert_eq!(token["scopes"], json!(["content:read", "tags:write"]));
    assert_eq!(token["locales"], json!(["hi", "pt-BR"]));
    assert_eq!(token["expires_at"], "2100-01-01T00:00:00Z");
    let secret = token["token"].as_str().unwrap();
    let digits = secret.strip_prefix("dl_").unwrap();
    assert!(
        digits.len() >= 43
            && digits
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_'),
        "256 bits: {secret}"
    );
    assert!(answer.header("cache-control").contains("no-store"));
    assert_eq!(
        answer.header("location"),
        format!("/v1/tokens/{}", make::id(&token))
    );
    for path in [answer.header("location"), "/v1/tokens"] {
        let read = app.admin().get(path).await;
        read.check(200);
        assert!(
            !read.text.contains(digits) && !read.text.contains("hash"),
            "{}",
            read.text
        );
    }
    let read = app.admin().get(answer.header("location")).await.expect(200);
    for member in ["id", "name", "scopes", "locales", "expires_at"] {
        assert_eq!(read[member], token[member]);
    }
    assert!(read.get("token").is_none());
}

#[tokio::test]
async fn no_secret_is_kept_in_the_database() {
    let app = TestApp::start().await;
    let (_, secret) = made(&app, json!({"name": "kept", "scopes": ["content:read"]})).await;
    with(&app, &secret)
        .get("/v1/tokens/current")
        .await
        .check(200);
    let sql = app.sql().await;
    let tables = sql
        .query(
            "select table_name::text from information_schema.tables where table_schema = 'public'",
            &[],
        )
        .await
        .unwrap();
    let digits = secret.strip_prefix("dl_").unwrap();
    let mut rows = 0;
    for table in tables {
        let table: String = table.get(0);
        for row in sql
            .query(&format!("select t::text from \"{table}\" t"), &[])
            .await
            .unwrap()
        {
            let row: String = row.get(0);
            assert!(!row.contains(digits), "{table}: {row}");
            rows += 1;
        }
    }
    assert!(rows > 3);
}

#[tokio::test]
async fn two_tokens_are_never_the_same() {
    let app = TestApp::start().await;
    let body = json!({"name": "twin", "scopes": ["content:read"]});
    let (one, other) = (made(&app, body.clone()).await, made(&app, body).await);
    assert_ne!(one.1, other.1);
    app.admin()
        .delete(&format!("/v1/tokens/{}", one.0))
        .await
        .check(204);
    with(&app, &one.1)
        .get("/v1/tokens/current")
        .await
        .problem(401, "unauthenticated");
    with(&app, &other.1)
        .get("/v1/tokens/current")
        .await
        .check(200);
}

#[tokio::test]
async fn a_revoked_token_is_refused_at_once_by_every_node() {
    let app = TestApp::start().await;
    let second = app.second_node(&[]).await;
    let (id, secret) = made(&app, json!({"name": "both", "scopes": ["content:read"]})).await;
    for node in [&app, &second, &app, &second] {
        with(node, &secret)
            .get("/v1/articles?view=draft")
            .await
            .check(200);
    }
    app.admin()
        .delete(&format!("/v1/tokens/{id}"))
        .await
        .check(204);
    for node in [&second, &app] {
        with(node, &secret)
            .get("/v1/articles?view=draft")
            .await
            .problem(401, "unauthenticated");
        with(node, &secret)
            .get("/v1/articles")
            .await
            .problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn a_token_stops_when_it_expires() {
    let app = TestApp::start().await;
    let (id, secret) = made(
        &app,
        json!({"name": "short", "scopes": ["content:read"], "expires_at": "2100-01-01T00:00:00Z"}),
    )
    .await;
    with(&app, &secret)
        .get("/v1/tokens/current")
        .await
        .check(200);
    let expire =
        format!("update tokens set expires_at = now() - interval '1 second' where id = '{id}'");
    app.sql().await.batch_execute(&expire).await.unwrap();
    with(&app, &secret)
        .get("/v1/tokens/current")
        .await
        .problem(401, "unauthenticated");
    with(&app, &secret)
        .get("/v1/articles")
        .await
        .problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_token_tells_when_it_was_last_used() {
    let app = TestApp::start().await;
    let (id, secret) = made(&app, json!({"name": "used", "scopes": ["content:read"]})).await;
    let path = format!("/v1/tokens/{id}");
    assert!(app.admin().get(&path).await.expect(200)["last_used_at"].is_null());
    with(&app, &secret).get("/v1/articles").await.check(200);
    let used = app.admin().get(&path).await.expect(200)["last_used_at"]
        .as_str()
        .unwrap()
        .to_owned();
    let used: chrono::DateTime<chrono::Utc> = used.parse().unwrap();
    let back =
        format!("update tokens set last_used_at = now() - interval '1 day' where id = '{id}'");
    app.sql().await.batch_execute(&back).await.unwrap();
    with(&app, &secret).get("/v1/articles").await.check(200);
    let again: chrono::DateTime<chrono::Utc> =
        app.admin().get(&path).await.expect(200)["last_used_at"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
    assert!(again >= used);
}

#[tokio::test]
async fn nobody_gives_a_right_that_they_do_not_have() {
    let app = TestApp::start().await;
    let manager = app.caller(&["tokens:manage", "content:read"]).await;
    for scope in [
        "admin",
        "content:write",
        "content:publish",
        "tags:write",
        "comments:moderate",
        "webhooks:manage",
    ] {
        let body = json!({"name": "more", "scopes": ["content:read", scope]});
        let problem = manager
            .post("/v1/tokens", body)
            .await
            .problem(403, "forbidden");
        assert!(
            problem["detail"].as_str().unwrap().contains(scope),
            "{problem}"
        );
    }
    let before = app.admin().get("/v1/tokens?limit=100").await.expect(200)["data"]
        .as_array()
        .unwrap()
        .len();
    assert_eq!(before, 2, "nothing was made");
    manager
        .post(
            "/v1/tokens",
            json!({"name": "less", "scopes": ["content:read"]}),
        )
        .await
        .check(201);
    manager
        .post(
            "/v1/tokens",
            json!({"name": "same", "scopes": ["tokens:manage", "content:read"]}),
        )
        .await
        .check(201);
}

#[tokio::test]
async fn nobody_gives_a_language_that_they_do_not_have() {
    let app = TestApp::start().await;
    let manager = app
        .caller_in(&["tokens:manage", "content:write"], Some(&["hi", "mr"]))
        .await;
    let give =
        |locales: Value| json!({"name": "given", "scopes": ["content:write"], "locales": locales});
    for more in [json!(["hi", "en"]), Value::Null] {
        manager
            .post("/v1/tokens", give(more))
            .await
            .problem(403, "forbidden");
    }
    manager
        .post(
            "/v1/tokens",
            json!({"name": "given", "scopes": ["content:write"]}),
        )
        .await
        .problem(403, "forbidden");
    manager
        .post("/v1/tokens", give(json!(["MR"])))
        .await
        .check(201);
}

#[tokio::test]
async fn an_admin_limited_to_a_language_gives_no_other() {
    let app = TestApp::start().await;
    let limited = app.caller_in(&["admin"], Some(&["hi"])).await;
    limited
        .post("/v1/tokens", json!({"name": "free", "scopes": ["admin"]}))
        .await
        .problem(403, "forbidden");
    limited
        .post(
            "/v1/tokens",
            json!({"name": "bound", "scopes": ["admin"], "locales": ["hi"]}),
        )
        .await
        .check(201);
}

#[tokio::test]
async fn anyone_may_give_up_their_own_token() {
    let app = TestApp::start().await;
    let reader = app.caller(&["content:read"]).await;
    let own = make::id(&reader.get("/v1/tokens/current").await.expect(200));
    let (other, _) = made(&app, json!({"name": "other", "scopes": ["content:read"]})).await;
    reader
        .delete(&format!("/v1/tokens/{other}"))
        .await
        .problem(403, "forbidden");
    reader.delete(&format!("/v1/tokens/{own}")).await.check(204);
    reader
        .get("/v1/tokens/current")
        .await
        .problem(401, "unauthenticated");
}

#[tokio::test]
async fn tokens_are_listed_newest_first_in_pages() {
    let app = TestApp::start().await;
    for number in 0..4 {
        made(
            &app,
            json!({"name": format!("token {number}"), "scopes": ["content:read"]}),
        )
        .await;
    }
    let mut names = vec![];
    let mut path = "/v1/tokens?limit=2".to_owned();
    loop {
        let page = app.admin().get(&path).await.expect(200);
        names.extend(
            page["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|token| token["name"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = page["page"]["next_cursor"].as_str() else {
            break;
        };
        path = format!("/v1/tokens?limit=2&cursor={cursor}");
    }
    assert_eq!(names, ["token 3", "token 2", "token 1", "token 0", "tests"]);
}

#[tokio::test]
async fn a_token_is_revoked_only_in_the_state_that_was_seen() {
    let app = TestApp::start().await;
    let (id, _) = made(&app, json!({"name": "held", "scopes": ["content:read"]})).await;
    let path = format!("/v1/tokens/{id}");
    let tag = app.admin().get(&path).await.etag();
    Answer::of(
        app.admin()
            .request("DELETE", &path)
            .header("if-match", "\"x\""),
    )
    .await
    .problem(412, "precondition-failed");
    Answer::of(app.admin().request("DELETE", &path).header("if-match", tag))
        .await
        .check(204);
}
