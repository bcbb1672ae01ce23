//! `/v1/articles/{article}/comments` and `/v1/comments`

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client, faults};
use crate::make::{draft, id, published, translate};

/// Posts a comment that is taken; the answer.
async fn post(client: &Client, article: &str, body: &str) -> Value {
    let path = format!("/v1/articles/{article}/comments");
    client
        .post(
            &path,
            json!({"author_name": "Meera", "body": body, "locale": "en"}),
        )
        .await
        .expect(201)
}

/// Posts a reply that is taken; the answer.
async fn reply(client: &Client, parent: &Value, body: &str) -> Value {
    let path = format!(
        "/v1/articles/{}/comments",
        parent["article_id"].as_str().unwrap()
    );
    let new = json!({"author_name": "Arjun", "body": body, "locale": parent["locale"], "parent_id": parent["id"]});
    client.post(&path, new).await.expect(201)
}

/// A moderator's decision that is taken; the comment as it then is.
async fn decide(moderator: &Client, comment: &Value, status: &str) -> Value {
    moderator
        .patch(&address(comment), json!({"status": status}))
        .await
        .expect(200)
}

fn address(comment: &Value) -> String {
    format!("/v1/comments/{}", comment["id"].as_str().unwrap())
}

/// A request by the comment's writer.
fn by_writer(guest: &Client, method: &str, comment: &Value) -> reqwest::RequestBuilder {
    guest.request(method, &address(comment)).header(
        "comment-edit-token",
        comment["edit_token"].as_str().unwrap(),
    )
}

/// What the writer changes, if it may be changed.
async fn edit(guest: &Client, comment: &Value, patch: Value) -> Answer {
    Answer::of(by_writer(guest, "PATCH", comment).json(&patch)).await
}

/// The page of the article's comments that this query asks for.
async fn list(client: &Client, article: &str, query: &str) -> Value {
    client
        .get(&format!("/v1/articles/{article}/comments?{query}"))
        .await
        .expect(200)
}

/// What the comments of a page, or the replies to one, say.
fn bodies(page: &Value) -> Vec<&str> {
    page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|comment| comment["body"].as_str().unwrap_or("(gone)"))
        .collect()
}

/// The number of approved comments as each of the three places has it that tell it: all the same.
async fn approved_count(guest: &Client, article: &str) -> u64 {
    let read = guest
        .get(&format!("/v1/articles/{article}"))
        .await
        .expect(200);
    let listed = guest
        .get(&format!("/v1/articles?ids={article}"))
        .await
        .expect(200);
    let counted = guest
        .get(&format!("/v1/comments/counts?articles={article}"))
        .await
        .expect(200);
    let count = read["comments"]["approved_count"].as_u64().unwrap();
    assert_eq!(listed["data"][0]["comments"]["approved_count"], count);
    assert_eq!(
        counted,
        json!({"data": [{"article_id": article, "approved_count": count}]})
    );
    count
}

async fn reply_count(client: &Client, comment: &Value) -> u64 {
    client.get(&address(comment)).await.expect(200)["reply_count"]
        .as_u64()
        .unwrap()
}

async fn set(admin: &Client, article: &str, patch: Value) {
    admin
        .patch(&format!("/v1/articles/{article}"), patch)
        .await
        .expect(200);
}

// Who may do what

#[tokio::test]
async fn a_guests_comment_waits_for_a_moderator() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let path = format!("/v1/articles/{article}/comments");
    let answer = guest
        .post(
            &path,
            json!({"author_name": "Meera", "body": "My bus is **late**."}),
        )
        .await;
    answer.check(201);
    let location = answer.header("location").to_owned();
    assert!(answer.header("etag").starts_with('"'), "{answer:?}");
    let comment = answer.json();
    assert_eq!(location, address(&comment));
    assert_eq!(comment["status"], "pending");
    assert_eq!(comment["article_id"], json!(article));
    assert_eq!(comment["parent_id"], Value::Null);
    assert_eq!(comment["depth"], 0);
    assert_eq!(comment["author_name"], "Meera");
    assert_eq!(comment["body"], "My bus is **late**.");
    assert_eq!(
        comment["body_html"].as_str().unwrap().trim(),
        "<p>My bus is <strong>late</strong>.</p>"
    );
    assert_eq!(comment["reply_count"], 0);
    assert_eq!(comment["edited_at"], Value::Null);

    guest.get(&location).await.problem(404, "not-found");
    assert_eq!(bodies(&list(&guest, &article, "").await), [""; 0]);
    assert_eq!(approved_count(&guest, &article).await, 0);

    assert_eq!(
        decide(&admin, &comment, "approved").await["status"],
        "approved"
    );
    let read = guest.get(&location).await.expect(200);
    assert_eq!(read["status"], "approved");
    assert!(
        read.get("edit_token").is_none(),
        "the edit token is shown once"
    );
    assert_eq!(
        bodies(&list(&guest, &article, "").await),
        ["My bus is **late**."]
    );
    assert_eq!(approved_count(&guest, &article).await, 1);
}

#[tokio::test]
async fn without_premoderation_a_guests_comment_is_seen_at_once() {
    let app = TestApp::start_with(&["--comments-premoderation", "false"]).await;
    let guest = app.guest();
    let article = published(&app.admin(), "Ferries").await;
    let comment = post(&guest, &article, "Seen at once.").await;
    assert_eq!(comment["status"], "approved");
    assert_eq!(bodies(&list(&guest, &article, "").await), ["Seen at once."]);
    edit(&guest, &comment, json!({"body": "Changed at once."}))
        .await
        .expect(200);
    assert_eq!(
        bodies(&list(&guest, &article, "").await),
        ["Changed at once."]
    );
}

#[tokio::test]
async fn only_a_token_that_may_moderate_is_not_made_to_wait() {
    let app = TestApp::start().await;
    let article = published(&app.admin(), "Ferries").await;
    let moderator = app.caller(&["comments:moderate"]).await;
    let author = app
        .caller(&["content:write", "content:publish", "content:read"])
        .await;
    assert_eq!(
        post(&moderator, &article, "By a moderator.").await["status"],
        "approved"
    );
    assert_eq!(
        post(&author, &article, "By an author.").await["status"],
        "pending"
    );
}

#[tokio::test]
async fn moderation_needs_the_scope() {
    let app = TestApp::start().await;
    let guest = app.guest();
    let author = app.caller(&["content:write", "content:read"]).await;
    let article = published(&app.admin(), "Ferries").await;
    let comment = post(&guest, &article, "Hello.").await;
    let path = address(&comment);
    guest
        .get("/v1/comments")
        .await
        .problem(401, "unauthenticated");
    guest
        .patch(&path, json!({"status": "approved"}))
        .await
        .problem(401, "unauthenticated");
    guest.delete(&path).await.problem(401, "unauthenticated");
    author.get("/v1/comments").await.problem(403, "forbidden");
    author.delete(&path).await.problem(403, "forbidden");
    let refused = author
        .patch(&path, json!({"status": "approved"}))
        .await
        .problem(403, "forbidden");
    assert!(
        refused["detail"]
            .as_str()
            .unwrap()
            .contains("comments:moderate"),
        "{refused}"
    );
    author.get(&path).await.problem(404, "not-found");
    edit(&guest, &comment, json!({"status": "approved"}))
        .await
        .problem(403, "forbidden");
    edit(&guest, &comment, json!({"reason": "I like it"}))
        .await
        .problem(403, "forbidden");
    assert_eq!(
        app.admin().get(&path).await.expect(200)["status"],
        "pending"
    );
}

#[tokio::test]
async fn an_email_address_and_a_moderators_reason_are_for_moderators_only() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let author = app
        .caller(&["content:write", "content:read", "content:publish"])
        .await;
    let article = published(&admin, "Ferries").await;
    let path = format!("/v1/articles/{article}/comments");
    let new = json!({"author_name": "Meera", "author_email": "meera@marker.example", "author_url": "https://meera.example/",
        "body": "Hello.", "locale": "en"});
    let posted = guest.post(&path, new.clone()).await;
    let comment = posted.check(201).json();
    let mut nested = new;
    nested["parent_id"] = comment["id"].clone();
    let approved = admin
        .patch(
            &address(&comment),
            json!({"status": "approved", "reason": "a secret reason"}),
        )
        .await;
    let approved = approved.expect(200);
    assert_eq!(approved["author_email"], "meera@marker.example");
    assert_eq!(approved["moderation_reason"], "a secret reason");
    let answer = admin.post(&path, nested).await.expect(201);
    admin
        .patch(&address(&answer), json!({"reason": "a secret reason"}))
        .await
        .expect(200);

    let mut seen = vec![posted.text];
    for client in [&guest, &author] {
        for path in [
            address(&comment),
            address(&answer),
            path.clone(),
            format!("{path}?replies=0"),
            format!("{path}?parent={}", id(&comment)),
            format!("/v1/articles/{article}"),
            format!("/v1/comments/counts?articles={article}"),
        ] {
            seen.push(client.get(&path).await.check(200).text.clone());
        }
    }
    let own = Answer::of(by_writer(&guest, "GET", &comment)).await;
    seen.push(own.check(200).text.clone());
    seen.push(
        edit(&guest, &comment, json!({"body": "Hello again."}))
            .await
            .check(200)
            .text
            .clone(),
    );
    for text in seen {
        assert!(!text.contains("marker.example"), "{text}");
        assert!(!text.contains("secret reason"), "{text}");
    }
    let queue = admin.get("/v1/comments").await.expect(200);
    assert_eq!(queue["data"][0]["author_email"], "meera@marker.example");
    assert_eq!(queue["data"][0]["moderation_reason"], "a secret reason");
    assert_eq!(
        guest.get(&address(&answer)).await.expect(200)["author_url"],
        "https://meera.example/"
    );
}

#[tokio::test]
async fn an_edit_token_is_that_of_one_comment() {
    let app = TestApp::start().await;
    let guest = app.guest();
    let article = published(&app.admin(), "Ferries").await;
    let (one, other) = (
        post(&guest, &article, "One.").await,
        post(&guest, &article, "Other.").await,
    );
    assert_ne!(one["edit_token"], other["edit_token"]);
    let wrong = json!({"id": one["id"], "edit_token": other["edit_token"]});
    edit(&guest, &wrong, json!({"body": "Not mine."}))
        .await
        .problem(403, "forbidden");
    Answer::of(by_writer(&guest, "DELETE", &wrong))
        .await
        .problem(403, "forbidden");
    Answer::of(by_writer(&guest, "GET", &wrong))
        .await
        .problem(403, "forbidden");
    edit(
        &guest,
        &json!({"id": one["id"], "edit_token": ""}),
        json!({"body": "Not mine."}),
    )
    .await
    .problem(403, "forbidden");
    let unknown =
        json!({"id": "0193a000-0000-7000-8000-000000000000", "edit_token": one["edit_token"]});
    edit(&guest, &unknown, json!({"body": "Nobody's."}))
        .await
        .problem(404, "not-found");
    let stored = app.admin().get(&address(&one)).await.expect(200);
    assert_eq!(stored["body"], "One.");
    let own = Answer::of(by_writer(&guest, "GET", &one)).await.expect(200);
    assert_eq!(
        own["status"], "pending",
        "the writer sees it while it waits"
    );
}

// What is refused

#[tokio::test]
async fn every_fault_of_a_comment_is_told_at_once() {
    let app = TestApp::start().await;
    let article = published(&app.admin(), "Ferries").await;
    let path = format!("/v1/articles/{article}/comments");
    let body = json!({"author_name": "", "author_email": "meera", "author_url": "javascript:alert(1)", "body": " \n\t ",
        "locale": "no language", "parent_id": "12", "admin": true});
    let problem = app
        .guest()
        .post(&path, body)
        .await
        .problem(422, "validation-failed");
    let mut pointers: Vec<_> = faults(&problem)
        .into_iter()
        .map(|(pointer, _)| pointer)
        .collect();
    pointers.sort();
    let expected = [
        "/admin",
        "/author_email",
        "/author_name",
        "/author_url",
        "/body",
        "/locale",
        "/parent_id",
    ];
    assert_eq!(pointers, expected);
    let problem = app
        .guest()
        .post(&path, json!({}))
        .await
        .problem(422, "validation-failed");
    let pair = |pointer: &str, code: &str| (pointer.to_owned(), code.to_owned());
    let mut missing = faults(&problem);
    missing.sort();
    assert!(
        missing.contains(&pair("/author_name", "required")),
        "{problem}"
    );
    assert!(missing.contains(&pair("/body", "required")), "{problem}");
    assert_eq!(
        app.admin().get("/v1/comments").await.expect(200)["data"],
        json!([])
    );
}

#[tokio::test]
async fn a_value_that_will_not_do_is_named() {
    let app = TestApp::start().await;
    let guest = app.guest();
    let article = published(&app.admin(), "Ferries").await;
    let path = format!("/v1/articles/{article}/comments");
    let cases = [
        ("author_name", json!("   ")),
        ("author_name", json!("\u{200b}\u{200d}")),
        ("author_name", json!("n".repeat(81))),
        ("author_name", json!("Mee\u{202e}ra")),
        ("author_name", json!("Mee\u{2066}ra")),
        ("author_name", json!("Mee\nra")),
        ("author_name", json!("Mee\u{0}ra")),
        ("author_name", json!(7)),
        ("author_name", Value::Null),
        ("body", json!("\u{a0}\u{3000}\u{200b}")),
        ("body", json!("b".repeat(5001))),
        ("body", json!("a\u{0}b")),
        ("body", json!(["text"])),
        ("body", Value::Null),
        ("author_email", json!("meera@")),
        ("author_email", json!("@example.org")),
        ("author_email", json!("meera@example@org.example")),
        ("author_email", json!("me era@example.org")),
        ("author_email", json!("meera@example..org")),
        (
            "author_email",
            json!("meera@example.org\r\nBcc: all@example.org"),
        ),
        (
            "author_email",
            json!(format!("{}@example.org", "m".repeat(300))),
        ),
        ("author_url", json!("data:text/html,x")),
        ("author_url", json!("//example.org")),
        ("locale", json!("xx-unknown")),
        ("locale", json!("fr")),
        ("parent_id", json!("0193a000-0000-7000-8000-000000000000")),
    ];
    for (member, value) in cases {
        let mut body = json!({"author_name": "Meera", "body": "Hello."});
        body[member] = value.clone();
        let answer = guest.post(&path, body).await;
        assert_eq!(answer.status, 422, "{member} {value}: {}", answer.text);
        let problem = answer.problem(422, "validation-failed");
        let pointer = format!("/{member}");
        assert!(
            faults(&problem).iter().all(|(at, _)| *at == pointer),
            "{member} {value}: {problem}"
        );
    }
    assert_eq!(
        app.admin().get("/v1/comments").await.expect(200)["data"],
        json!([])
    );
}

#[tokio::test]
async fn a_comment_is_refused_where_comments_are_closed() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let comment = post(&admin, &article, "Before.").await;
    let path = format!("/v1/articles/{article}/comments");
    let new = json!({"author_name": "Meera", "body": "After."});
    for closed in [
        json!({"comments_open": false}),
        json!({"comments_open": true, "comments_close_at": "2020-01-01T00:00:00Z"}),
    ] {
        set(&admin, &article, closed).await;
        guest
            .post(&path, new.clone())
            .await
            .problem(409, "conflict");
        let mut nested = new.clone();
        nested["parent_id"] = comment["id"].clone();
        guest.post(&path, nested).await.problem(409, "conflict");
        assert_eq!(
            guest
                .get(&format!("/v1/articles/{article}"))
                .await
                .expect(200)["comments"]["open"],
            false
        );
        assert_eq!(bodies(&list(&guest, &article, "").await), ["Before."]);
    }
    set(
        &admin,
        &article,
        json!({"comments_close_at": "2199-01-01T00:00:00Z"}),
    )
    .await;
    guest.post(&path, new).await.expect(201);
    set(&admin, &article, json!({"comments_close_at": null})).await;
    let new = json!({"author_name": "Meera", "body": "After that."});
    guest.post(&path, new).await.expect(201);
    assert_eq!(
        guest
            .get(&format!("/v1/articles/{article}"))
            .await
            .expect(200)["comments"]["open"],
        true
    );
}

#[tokio::test]
async fn a_reply_belongs_under_the_same_article_and_under_what_is_seen() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let (one, other) = (
        published(&admin, "One").await,
        published(&admin, "Other").await,
    );
    let elsewhere = post(&admin, &other, "Elsewhere.").await;
    let waiting = post(&guest, &one, "Waiting.").await;
    for parent in [&elsewhere, &waiting] {
        let body = json!({"author_name": "Arjun", "body": "A reply.", "parent_id": parent["id"]});
        let problem = guest
            .post(&format!("/v1/articles/{one}/comments"), body)
            .await
            .problem(422, "validation-failed");
        assert_eq!(faults(&problem)[0].0, "/parent_id");
    }
}

/// That nobody but a moderator gets at the comments of this article.
async fn assert_hidden(guest: &Client, article: &str, comments: &[&Value]) {
    let path = format!("/v1/articles/{article}/comments");
    guest.get(&path).await.problem(404, "not-found");
    guest
        .get(&format!(
            "{path}?parent={}",
            comments[0]["id"].as_str().unwrap()
        ))
        .await
        .problem(404, "not-found");
    guest
        .post(&path, json!({"author_name": "Meera", "body": "Hello."}))
        .await
        .problem(404, "not-found");
    let counts = guest
        .get(&format!("/v1/comments/counts?articles={article}"))
        .await
        .expect(200);
    assert_eq!(counts, json!({"data": []}));
    for comment in comments {
        guest.get(&address(comment)).await.problem(404, "not-found");
        Answer::of(by_writer(guest, "GET", comment))
            .await
            .problem(404, "not-found");
        edit(guest, comment, json!({"body": "Changed."}))
            .await
            .problem(404, "not-found");
        Answer::of(by_writer(guest, "DELETE", comment))
            .await
            .problem(404, "not-found");
    }
}

#[tokio::test]
async fn comments_of_an_article_that_readers_cannot_see_are_not_found() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let unseen = draft(&admin, "Draft").await;
    let path = format!("/v1/articles/{unseen}/comments");
    guest.get(&path).await.problem(404, "not-found");
    guest
        .post(&path, json!({"author_name": "Meera", "body": "Hello."}))
        .await
        .problem(404, "not-found");
    guest
        .get("/v1/articles/no-such-article/comments")
        .await
        .problem(404, "not-found");

    let article = published(&admin, "Ferries").await;
    let (seen, waiting) = (
        post(&guest, &article, "Seen.").await,
        post(&guest, &article, "Waiting.").await,
    );
    decide(&admin, &seen, "approved").await;
    let translation = format!("/v1/articles/{article}/translations/en");
    admin
        .post(&format!("{translation}/unpublish"), json!({}))
        .await
        .expect(200);
    assert_hidden(&guest, &article, &[&seen, &waiting]).await;
    admin
        .post(&format!("{translation}/publish"), json!({}))
        .await
        .expect(200);
    assert_eq!(bodies(&list(&guest, &article, "").await), ["Seen."]);

    admin
        .delete(&format!("/v1/articles/{article}"))
        .await
        .check(204);
    assert_hidden(&guest, &article, &[&seen, &waiting]).await;
    admin
        .post(&format!("/v1/articles/{article}/restore"), json!({}))
        .await
        .expect(200);
    assert_eq!(bodies(&list(&guest, &article, "").await), ["Seen."]);
    assert_eq!(approved_count(&guest, &article).await, 1);
}

#[tokio::test]
async fn parameters_of_the_lists_are_checked() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    for query in [
        "sort=best",
        "replies=21",
        "replies=-1",
        "replies=x",
        "parent=x",
        "limit=0",
        "limit=101",
        "locale=no%20language",
        "q=x",
        "sort=newest&sort=oldest",
        "total=about",
        "status=approved",
    ] {
        let answer = guest
            .get(&format!("/v1/articles/{article}/comments?{query}"))
            .await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.text);
        answer.problem(400, "invalid-parameter");
    }
    guest
        .get(&format!("/v1/articles/{article}/comments?cursor=x"))
        .await
        .problem(400, "invalid-cursor");
    for query in [
        "status=all",
        "status=approved&status=spam",
        "limit=x",
        "locale=!",
        "sort=newest",
        "parent=x",
    ] {
        admin
            .get(&format!("/v1/comments?{query}"))
            .await
            .problem(400, "invalid-parameter");
    }
    admin
        .get("/v1/comments?cursor=x")
        .await
        .problem(400, "invalid-cursor");
    let many = vec![article.as_str(); 101].join(",");
    for query in ["", "?articles=x", "?ids=1", &format!("?articles={many}")] {
        guest
            .get(&format!("/v1/comments/counts{query}"))
            .await
            .problem(400, "invalid-parameter");
    }
    for path in [
        "/v1/comments/x",
        "/v1/comments/0193a000-0000-7000-8000-000000000000",
    ] {
        guest.get(path).await.problem(404, "not-found");
        admin
            .patch(path, json!({"status": "spam"}))
            .await
            .problem(404, "not-found");
        admin.delete(path).await.problem(404, "not-found");
    }
}

#[tokio::test]
async fn a_cursor_is_of_its_own_list() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let (one, other) = (
        published(&admin, "One").await,
        published(&admin, "Other").await,
    );
    for text in ["First.", "Second."] {
        post(&admin, &one, text).await;
    }
    let page = list(&admin, &one, "limit=1").await;
    let cursor = page["page"]["next_cursor"].as_str().unwrap();
    let refused = async |path: String| admin.get(&path).await.problem(400, "invalid-cursor");
    refused(format!("/v1/articles/{other}/comments?cursor={cursor}")).await;
    refused(format!(
        "/v1/articles/{one}/comments?sort=oldest&cursor={cursor}"
    ))
    .await;
    refused(format!("/v1/comments?cursor={cursor}")).await;
    refused(format!("/v1/articles/{one}/comments?cursor=A{cursor}")).await;
}

#[tokio::test]
async fn a_moderators_change_is_checked() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = published(&admin, "Ferries").await;
    let comment = post(&admin, &article, "Hello.").await;
    for (patch, pointer) in [
        (json!({"status": "deleted"}), "/status"),
        (json!({"status": "published"}), "/status"),
        (json!({"status": null}), "/status"),
        (json!({"reason": "r".repeat(501)}), "/reason"),
        (json!({"body": null}), "/body"),
        (json!({"author_name": "\u{202e}"}), "/author_name"),
        (json!({"reply_count": 7}), "/reply_count"),
        (json!({"locale": "xx-unknown"}), "/locale"),
    ] {
        let problem = admin
            .patch(&address(&comment), patch.clone())
            .await
            .problem(422, "validation-failed");
        assert_eq!(faults(&problem)[0].0, pointer, "{patch}");
    }
}

// Limits

#[tokio::test]
async fn the_longest_name_and_text_are_taken() {
    let app = TestApp::start().await;
    let article = published(&app.admin(), "Ferries").await;
    let (name, text) = ("न".repeat(80), "म".repeat(5000));
    let body = json!({"author_name": name, "body": text, "author_email": "m.o'k+tag@sub.example.org", "locale": "hi"});
    let comment = app
        .guest()
        .post(&format!("/v1/articles/{article}/comments"), body)
        .await
        .expect(201);
    assert_eq!(comment["author_name"], json!(name));
    assert_eq!(comment["body"], json!(text));
}

#[tokio::test]
async fn a_reply_to_the_deepest_stands_beside_it() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let mut chain = vec![post(&admin, &article, "Depth 0.").await];
    for depth in 1..=6 {
        let next = reply(&admin, &chain[depth - 1], &format!("Depth {depth}.")).await;
        assert_eq!(next["depth"], depth);
        assert_eq!(next["parent_id"], chain[depth - 1]["id"]);
        chain.push(next);
    }
    let beside = reply(&admin, &chain[6], "Beside.").await;
    assert_eq!(beside["depth"], 6);
    assert_eq!(beside["parent_id"], chain[5]["id"]);
    assert_eq!(reply_count(&guest, &chain[5]).await, 2);
    assert_eq!(reply_count(&guest, &chain[6]).await, 0);
    assert_eq!(reply_count(&guest, &chain[0]).await, 1);
    assert_eq!(approved_count(&guest, &article).await, 8);
    let last = list(&guest, &article, &format!("parent={}", id(&chain[5]))).await;
    assert_eq!(bodies(&last), ["Depth 6.", "Beside."]);
}

#[tokio::test]
async fn a_writer_has_a_quarter_of_an_hour() {
    let app = TestApp::start().await;
    let guest = app.guest();
    let article = published(&app.admin(), "Ferries").await;
    let (late, early) = (
        post(&guest, &article, "Late.").await,
        post(&guest, &article, "Early.").await,
    );
    let sql = app.sql().await;
    let age = async |comment: &Value, age: &str| {
        let age = format!(
            "update comments set created_at = now() - interval '{age}' where id = '{}'",
            id(comment)
        );
        sql.batch_execute(&age).await.unwrap();
    };
    age(&late, "15 minutes 1 second").await;
    age(&early, "14 minutes").await;
    edit(&guest, &late, json!({"body": "Too late."}))
        .await
        .problem(403, "forbidden");
    Answer::of(by_writer(&guest, "DELETE", &late))
        .await
        .problem(403, "forbidden");
    let changed = edit(
        &guest,
        &early,
        json!({"body": "In time.", "author_name": "M."}),
    )
    .await
    .expect(200);
    assert_eq!(
        (&changed["body"], &changed["author_name"]),
        (&json!("In time."), &json!("M."))
    );
    assert!(changed["edited_at"].is_string());
    assert!(changed.get("edit_token").is_none());
    Answer::of(by_writer(&guest, "DELETE", &early))
        .await
        .check(204);
    assert_eq!(
        app.admin().get(&address(&late)).await.expect(200)["body"],
        "Late."
    );
    app.admin()
        .get(&address(&early))
        .await
        .problem(404, "not-found");
}

// What works

/// The start tags of a piece of HTML, read strictly: nothing but elements of the subset, each
/// attribute quoted; whatever else there is of `<` and `>` is a fault.
fn tags_of(html: &str) -> Vec<String> {
    let known = [
        "a",
        "blockquote",
        "br",
        "code",
        "del",
        "em",
        "li",
        "ol",
        "p",
        "pre",
        "strong",
        "ul",
    ];
    let mut tags = Vec::new();
    let mut pieces = html.split('<');
    assert!(!pieces.next().unwrap().contains('>'), "{html}");
    for piece in pieces {
        let (tag, text) = piece
            .split_once('>')
            .unwrap_or_else(|| panic!("an open tag: {html}"));
        assert!(!text.contains('>'), "{html}");
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let closes = name.strip_prefix('/');
        assert!(known.contains(&closes.unwrap_or(name)), "<{tag}> in {html}");
        for attribute in attributes
            .split_inclusive("\" ")
            .map(str::trim)
            .filter(|attribute| !attribute.is_empty())
        {
            let (attribute, value) = attribute
                .split_once("=\"")
                .unwrap_or_else(|| panic!("<{tag}> in {html}"));
            assert!(
                matches!((name, attribute), ("a", "href" | "rel") | ("ol", "start")),
                "<{tag}> in {html}"
            );
            let scheme_is_known = value.starts_with("https://") || value.starts_with("http://");
            assert!(attribute != "href" || scheme_is_known, "<{tag}> in {html}");
        }
        if closes.is_none() {
            tags.push(name.to_owned());
        }
    }
    tags
}

#[tokio::test]
async fn a_little_markdown_is_rendered_and_nothing_that_harms() {
    let app = TestApp::start().await;
    let article = published(&app.admin(), "Ferries").await;
    let html = async |text: &str| {
        let comment = post(&app.admin(), &article, text).await;
        comment["body_html"].as_str().unwrap().to_owned()
    };
    let all =
        html("*a* **b** `c` [d](https://example.org/)\n\n> e\n\n- f\n\n1. g\n\n```\nh\n```\n")
            .await;
    let tags = tags_of(&all);
    for tag in [
        "em",
        "strong",
        "code",
        "a",
        "blockquote",
        "ul",
        "ol",
        "li",
        "pre",
        "p",
    ] {
        assert!(tags.iter().any(|known| known == tag), "no <{tag}> in {all}");
    }
    let link = html("[here](https://example.org/?a=1&b=2)").await;
    assert!(
        link.contains("nofollow") && link.contains("ugc") && link.contains("noopener"),
        "{link}"
    );
    assert!(
        link.contains("href=\"https://example.org/?a=1&amp;b=2\""),
        "{link}"
    );
    for text in [
        "<script>alert(1)</script> text",
        "<img src=x onerror=alert(1)> text",
        "![picture](https://example.org/tracker.png)",
        "[x](javascript:alert(1))",
        "[x](JaVa\tScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "[x](&#106;avascript:alert(1))",
        "<https://example.org/> <javascript:alert(1)>",
        "[x](https://example.org/\"onmouseover=\"alert(1))",
        "[x](https://example.org/ '\" onmouseover=alert(1)')",
        "<a href=\"https://example.org\" onclick=\"x\" style=\"position:fixed\" target=\"_blank\">x</a>",
        "<iframe src=https://example.org></iframe> text",
        "<svg><style><img src=x onerror=alert(1)></style></svg> text",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
        "<form action=x><input name=y><button>z</button></form> text",
        "# A heading\n\n| a | b |\n|---|---|\n| c | d |\n\n---\n\ntext",
        "<!-- a comment --> text <![CDATA[ x ]]> <?php ?>",
        "`<b>` and \\<b\\> text <b",
        "<p class=\"x\" id=\"y\">text</p>",
    ] {
        tags_of(&html(text).await);
    }
    assert!(
        html("1 < 2 & 3 > 2")
            .await
            .contains("1 &lt; 2 &amp; 3 &gt; 2")
    );
}

#[tokio::test]
async fn the_language_is_the_given_one_else_the_texts_else_the_articles() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = published(&admin, "Ferries").await;
    let body = json!({"source_locale": "hi", "translation": {"title": "नौका", "body": "कुछ शब्द।"}, "publish": true});
    let hindi = id(&admin.post("/v1/articles", body).await.expect(201));
    let locale = async |article: &str, text: &str, given: Value| {
        let body = json!({"author_name": "Meera", "body": text, "locale": given});
        admin
            .post(&format!("/v1/articles/{article}/comments"), body)
            .await
            .expect(201)["locale"]
            .clone()
    };
    let (english, marathi) = (
        "The ferry was late again this morning and nobody at the jetty could tell us when it would leave.",
        "आज सकाळी फेरी पुन्हा उशिरा आली आणि ती कधी सुटणार हे धक्क्यावर कोणीही सांगू शकले नाही. आम्ही सगळे वाट पाहत होतो.",
    );
    let in_hindi =
        "आज सुबह नौका फिर देर से आई और घाट पर कोई नहीं बता सका कि वह कब चलेगी। हम सब लोग इंतज़ार कर रहे थे।";
    assert_eq!(locale(&article, english, Value::Null).await, "en");
    assert_eq!(locale(&hindi, english, Value::Null).await, "en");
    assert_eq!(locale(&article, marathi, Value::Null).await, "mr");
    assert_eq!(locale(&article, in_hindi, Value::Null).await, "hi");
    assert_eq!(locale(&article, "👍", Value::Null).await, "en");
    assert_eq!(locale(&hindi, "👍", Value::Null).await, "hi");
    assert_eq!(locale(&article, english, json!("mr")).await, "mr");
    assert_eq!(locale(&article, english, json!("HI")).await, "hi");
}

#[tokio::test]
async fn comments_come_newest_or_oldest_first_page_by_page() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let texts = ["1", "2", "3", "4", "5"];
    for text in texts {
        post(&admin, &article, text).await;
    }
    post(&guest, &article, "waiting").await;
    for (sort, expected) in [
        ("", ["5", "4", "3", "2", "1"]),
        ("sort=newest&", ["5", "4", "3", "2", "1"]),
        ("sort=oldest&", texts),
    ] {
        let (mut seen, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let page = list(
                &guest,
                &article,
                &format!("{sort}limit=2&total=exact{cursor}"),
            )
            .await;
            assert_eq!(page["total"], 5);
            seen.extend(bodies(&page).into_iter().map(str::to_owned));
            pages += 1;
            let Some(next) = page["page"]["next_cursor"].as_str() else {
                assert_eq!(page["page"]["has_more"], false);
                break;
            };
            assert_eq!(page["page"]["has_more"], true);
            cursor = format!("&cursor={next}");
        }
        assert_eq!((seen, pages), (expected.map(str::to_owned).to_vec(), 3));
    }
    let first = list(&guest, &article, "limit=2").await;
    post(&admin, &article, "6").await;
    let cursor = first["page"]["next_cursor"].as_str().unwrap();
    let second = list(&guest, &article, &format!("limit=2&cursor={cursor}")).await;
    assert_eq!(
        bodies(&second),
        ["3", "2"],
        "nothing is skipped or repeated when one comes in ahead"
    );
}

#[tokio::test]
async fn a_list_embeds_the_first_replies_and_tells_how_to_get_the_rest() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let root = post(&admin, &article, "Root.").await;
    let quiet = post(&admin, &article, "Quiet.").await;
    let mut replies = Vec::new();
    for text in ["a", "b", "c", "d", "e", "f", "g"] {
        replies.push(reply(&admin, &root, text).await);
    }
    reply(&admin, &replies[0], "Below a.").await;
    decide(&admin, &replies[1], "rejected").await;

    let page = list(&guest, &article, "sort=oldest&total=exact").await;
    assert_eq!(bodies(&page), ["Root.", "Quiet."]);
    assert_eq!(page["total"], 2);
    let embedded = &page["data"][0]["replies"];
    assert_eq!(bodies(embedded), ["a", "c", "d"]);
    assert_eq!(embedded["has_more"], true);
    assert_eq!(page["data"][0]["reply_count"], 6);
    assert_eq!(embedded["data"][0]["reply_count"], 1);
    assert!(page["data"][0]["etag"].is_string() && embedded["data"][0]["etag"].is_string());
    assert_eq!(
        page["data"][1]["replies"],
        json!({"data": [], "has_more": false, "next_cursor": null})
    );

    let cursor = embedded["next_cursor"].as_str().unwrap();
    let parent = id(&root);
    let rest = list(
        &guest,
        &article,
        &format!("parent={parent}&limit=2&cursor={cursor}"),
    )
    .await;
    assert_eq!(bodies(&rest), ["e", "f"]);
    let cursor = rest["page"]["next_cursor"].as_str().unwrap();
    let rest = list(
        &guest,
        &article,
        &format!("parent={parent}&limit=2&cursor={cursor}"),
    )
    .await;
    assert_eq!(bodies(&rest), ["g"]);
    assert_eq!(rest["page"]["has_more"], false);

    let thread = list(
        &guest,
        &article,
        &format!("parent={parent}&sort=oldest&limit=1&total=exact"),
    )
    .await;
    assert_eq!(bodies(&thread), ["a"]);
    assert_eq!(thread["total"], 6);
    assert_eq!(bodies(&thread["data"][0]["replies"]), ["Below a."]);
    assert_eq!(
        bodies(
            &list(
                &guest,
                &article,
                &format!("parent={parent}&sort=newest&limit=1")
            )
            .await
        ),
        ["g"]
    );

    let all = list(&guest, &article, "sort=oldest&replies=20").await;
    assert_eq!(
        bodies(&all["data"][0]["replies"]),
        ["a", "c", "d", "e", "f", "g"]
    );
    assert_eq!(all["data"][0]["replies"]["has_more"], false);
    let bare = list(&guest, &article, "sort=oldest&replies=0").await;
    assert!(bare["data"][0].get("replies").is_none(), "{bare}");
    assert_eq!(
        bodies(&list(&guest, &article, &format!("parent={}", id(&quiet))).await),
        [""; 0]
    );
}

#[tokio::test]
async fn an_articles_comments_are_found_by_its_slug_and_former_slug() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries run late").await;
    post(&admin, &article, "Hello.").await;
    assert_eq!(
        bodies(&list(&guest, "ferries-run-late", "").await),
        ["Hello."]
    );
    let body = json!({"author_name": "Meera", "body": "By slug."});
    let posted = guest
        .post("/v1/articles/ferries-run-late/comments", body)
        .await
        .expect(201);
    assert_eq!(posted["article_id"], json!(article));
}

#[tokio::test]
async fn one_thread_for_all_languages_is_the_default() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    translate(&admin, &article, "hi", "नौका").await;
    let english = post(&admin, &article, "English.").await;
    let body = json!({"author_name": "Arjun", "body": "हिन्दी", "locale": "hi", "parent_id": english["id"]});
    let path = format!("/v1/articles/{article}/comments");
    admin.post(&path, body).await.expect(201);
    admin
        .post(
            &path,
            json!({"author_name": "Arjun", "body": "मूल", "locale": "hi"}),
        )
        .await
        .expect(201);
    let hindi = Answer::of(guest.request("GET", &path).header("accept-language", "hi"))
        .await
        .expect(200);
    assert_eq!(bodies(&hindi), ["मूल", "English."]);
    assert_eq!(bodies(&hindi["data"][1]["replies"]), ["हिन्दी"]);
    assert_eq!(bodies(&list(&guest, &article, "locale=hi").await), ["मूल"]);
    assert_eq!(
        guest
            .get(&format!("/v1/articles/{article}"))
            .await
            .expect(200)["comments"]["threads"],
        "shared"
    );
}

#[tokio::test]
async fn with_a_thread_for_each_language_a_list_is_that_of_the_negotiated_one() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    translate(&admin, &article, "hi", "नौका").await;
    set(&admin, &article, json!({"comments_threads": "per_locale"})).await;
    let path = format!("/v1/articles/{article}/comments");
    let english = post(&admin, &article, "English.").await;
    let hindi = json!({"author_name": "Arjun", "body": "हिन्दी", "locale": "hi"});
    let hindi = admin.post(&path, hindi).await.expect(201);

    let negotiated = Answer::of(
        guest
            .request("GET", &path)
            .header("accept-language", "hi;q=0.9, mr"),
    )
    .await;
    assert!(
        negotiated
            .header("vary")
            .to_ascii_lowercase()
            .contains("accept-language"),
        "{negotiated:?}"
    );
    assert_eq!(bodies(&negotiated.expect(200)), ["हिन्दी"]);
    let english_list =
        Answer::of(guest.request("GET", &path).header("accept-language", "en")).await;
    assert_eq!(bodies(&english_list.expect(200)), ["English."]);
    assert_eq!(bodies(&list(&guest, &article, "").await), ["English."]);
    assert_eq!(
        bodies(&list(&guest, &article, "locale=hi&total=exact").await),
        ["हिन्दी"]
    );
    assert_eq!(
        list(&guest, &article, "locale=hi&total=exact").await["total"],
        1
    );

    for (locale, parent) in [("hi", &english), ("en", &hindi), ("mr", &english)] {
        let across = json!({"author_name": "Arjun", "body": "Across.", "locale": locale, "parent_id": parent["id"]});
        let problem = guest
            .post(&path, across)
            .await
            .problem(422, "validation-failed");
        assert_eq!(faults(&problem)[0].0, "/parent_id");
    }
    reply(&admin, &hindi, "उत्तर").await;
    assert_eq!(
        approved_count(&guest, &article).await,
        3,
        "the count stays the article's total"
    );
    let thread = list(
        &guest,
        &article,
        &format!("parent={}&locale=hi", id(&hindi)),
    )
    .await;
    assert_eq!(bodies(&thread), ["उत्तर"]);
    let thread = list(&guest, &article, &format!("parent={}", id(&hindi))).await;
    assert_eq!(
        bodies(&thread),
        ["उत्तर"],
        "who names a comment has said which thread is meant"
    );
}

#[tokio::test]
async fn changing_the_kind_of_threads_hides_and_loses_nothing() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    translate(&admin, &article, "hi", "नौका").await;
    let root = post(&admin, &article, "English.").await;
    let path = format!("/v1/articles/{article}/comments");
    for text in ["एक", "दो", "तीन", "चार", "पाँच"] {
        let body =
            json!({"author_name": "Arjun", "body": text, "locale": "hi", "parent_id": root["id"]});
        admin.post(&path, body).await.expect(201);
    }
    set(&admin, &article, json!({"comments_threads": "per_locale"})).await;
    let page = list(&guest, &article, "locale=en").await;
    let embedded = &page["data"][0]["replies"];
    assert_eq!(bodies(embedded), ["एक", "दो", "तीन"]);
    let cursor = embedded["next_cursor"].as_str().unwrap();
    let rest = list(
        &guest,
        &article,
        &format!("parent={}&cursor={cursor}", id(&root)),
    )
    .await;
    assert_eq!(
        bodies(&rest),
        ["चार", "पाँच"],
        "replies from before stay where they were"
    );
    let rest = list(
        &guest,
        &article,
        &format!("locale=en&parent={}&cursor={cursor}", id(&root)),
    )
    .await;
    assert_eq!(bodies(&rest), ["चार", "पाँच"]);
    assert_eq!(approved_count(&guest, &article).await, 6);
    assert_eq!(page["data"][0]["reply_count"], 5);

    set(&admin, &article, json!({"comments_threads": "shared"})).await;
    let page = list(&guest, &article, "replies=20").await;
    assert_eq!(bodies(&page), ["English."]);
    assert_eq!(
        bodies(&page["data"][0]["replies"]),
        ["एक", "दो", "तीन", "चार", "पाँच"]
    );
    assert_eq!(approved_count(&guest, &article).await, 6);
}

#[tokio::test]
async fn a_moderator_decides_gives_a_reason_and_may_correct_the_words() {
    let app = TestApp::start().await;
    let guest = app.guest();
    let moderator = app.caller(&["comments:moderate"]).await;
    let article = published(&app.admin(), "Ferries").await;
    let comment = post(&guest, &article, "Hello.").await;
    let path = address(&comment);
    for status in ["approved", "rejected", "spam", "pending", "approved"] {
        let decided = moderator
            .patch(
                &path,
                json!({"status": status, "reason": format!("why {status}")}),
            )
            .await;
        let decided = decided.expect(200);
        assert_eq!(decided["status"], status);
        assert_eq!(decided["moderation_reason"], format!("why {status}"));
        assert_eq!(
            decided["edited_at"],
            Value::Null,
            "a decision is no change of the words"
        );
        assert_eq!(
            guest.get(&path).await.status,
            if status == "approved" { 200 } else { 404 }
        );
        assert_eq!(
            approved_count(&guest, &article).await,
            u64::from(status == "approved")
        );
    }
    let cleared = moderator
        .patch(&path, json!({"reason": null}))
        .await
        .expect(200);
    assert!(cleared["moderation_reason"].is_null(), "{cleared}");
    let corrected = moderator
        .patch(&path, json!({"body": "Hello, *all*."}))
        .await
        .expect(200);
    assert_eq!(
        (&corrected["status"], &corrected["body"]),
        (&json!("approved"), &json!("Hello, *all*."))
    );
    assert!(
        corrected["body_html"]
            .as_str()
            .unwrap()
            .contains("<em>all</em>")
    );
    assert!(corrected["edited_at"].is_string());
}

#[tokio::test]
async fn a_writers_change_of_an_approved_comment_waits_again() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let comment = post(&guest, &article, "Hello.").await;
    decide(&admin, &comment, "approved").await;
    let same = edit(&guest, &comment, json!({"body": "Hello."}))
        .await
        .expect(200);
    assert_eq!(
        same["status"], "approved",
        "what changes nothing is no change"
    );
    let changed = edit(&guest, &comment, json!({"body": "Buy *this*!"}))
        .await
        .expect(200);
    assert_eq!(changed["status"], "pending");
    assert!(
        changed["body_html"]
            .as_str()
            .unwrap()
            .contains("<em>this</em>")
    );
    guest
        .get(&address(&comment))
        .await
        .problem(404, "not-found");
    assert_eq!(approved_count(&guest, &article).await, 0);
    decide(&admin, &comment, "approved").await;
    edit(&guest, &comment, json!({"author_name": "Another"}))
        .await
        .expect(200);
    assert_eq!(
        approved_count(&guest, &article).await,
        0,
        "a name is moderated too"
    );
    decide(&admin, &comment, "rejected").await;
    let changed = edit(&guest, &comment, json!({"body": "Better now."}))
        .await
        .expect(200);
    assert_eq!(
        changed["status"], "rejected",
        "no writer undoes a moderator's decision"
    );
}

#[tokio::test]
async fn a_change_can_be_made_conditional() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let root = post(&admin, &article, "Hello.").await;
    let path = address(&root);
    let first = admin.get(&path).await.etag();
    let patch = |etag: &str, status: &str| {
        admin
            .request("PATCH", &path)
            .header("if-match", etag)
            .json(&json!({"status": status}))
    };
    let answer = Answer::of(patch(&first, "spam")).await;
    assert_ne!(answer.check(200).etag(), first);
    Answer::of(patch(&first, "approved"))
        .await
        .problem(412, "precondition-failed");
    let delete = |etag: &str| admin.request("DELETE", &path).header("if-match", etag);
    Answer::of(delete(&first))
        .await
        .problem(412, "precondition-failed");
    Answer::of(patch(&answer.etag(), "approved"))
        .await
        .check(200);
    let queue = admin.get("/v1/comments").await.expect(200);
    Answer::of(delete(queue["data"][0]["etag"].as_str().unwrap()))
        .await
        .check(204);

    let root = post(&admin, &article, "Again.").await;
    let read = guest.get(&address(&root)).await.etag();
    let again = || {
        guest
            .request("GET", &address(&root))
            .header("if-none-match", &read)
    };
    assert_eq!(Answer::of(again()).await.status, 304);
    reply(&admin, &root, "A reply.").await;
    assert_eq!(Answer::of(again()).await.expect(200)["reply_count"], 1);
}

#[tokio::test]
async fn a_comment_without_replies_is_deleted_for_good() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let (own, other) = (
        post(&guest, &article, "Own.").await,
        post(&admin, &article, "Other.").await,
    );
    decide(&admin, &own, "approved").await;
    assert_eq!(approved_count(&guest, &article).await, 2);
    Answer::of(by_writer(&guest, "DELETE", &own))
        .await
        .check(204);
    admin.delete(&address(&other)).await.check(204);
    for comment in [&own, &other] {
        admin.get(&address(comment)).await.problem(404, "not-found");
        admin
            .delete(&address(comment))
            .await
            .problem(404, "not-found");
    }
    edit(&guest, &own, json!({"body": "Back."}))
        .await
        .problem(404, "not-found");
    assert_eq!(approved_count(&guest, &article).await, 0);
    assert_eq!(
        admin.get("/v1/comments").await.expect(200)["data"],
        json!([])
    );
}

#[tokio::test]
async fn a_deleted_comment_with_replies_leaves_a_tombstone_that_goes_with_the_last() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let path = format!("/v1/articles/{article}/comments");
    let body = json!({"author_name": "Meera", "author_email": "m@example.org", "author_url": "https://meera.example/",
        "body": "Root words.", "locale": "en"});
    let root = admin.post(&path, body).await.expect(201);
    let middle = reply(&admin, &root, "Middle words.").await;
    let leaf = reply(&admin, &middle, "Leaf.").await;
    let other = reply(&admin, &root, "Other.").await;
    assert_eq!(approved_count(&guest, &article).await, 4);

    for (deleted, left) in [(&root, 3), (&middle, 2)] {
        admin.delete(&address(deleted)).await.check(204);
        assert_eq!(approved_count(&guest, &article).await, left);
        for client in [&guest, &admin] {
            let answer = client.get(&address(deleted)).await;
            assert!(
                !answer.text.contains("words")
                    && !answer.text.contains("Meera")
                    && !answer.text.contains("example"),
                "{}",
                answer.text
            );
            let tombstone = answer.expect(200);
            assert_eq!(tombstone["status"], "deleted");
            for member in ["author_name", "author_url", "body", "body_html"] {
                assert_eq!(tombstone[member], Value::Null, "{member}");
            }
        }
        admin
            .delete(&address(deleted))
            .await
            .problem(404, "not-found");
        admin
            .patch(&address(deleted), json!({"status": "approved"}))
            .await
            .problem(409, "conflict");
        edit(&guest, deleted, json!({"body": "Back."}))
            .await
            .check(404);
    }
    assert_eq!(
        reply_count(&guest, &root).await,
        1,
        "a tombstone is no approved reply"
    );
    let page = list(&guest, &article, "").await;
    assert_eq!(bodies(&page), ["(gone)"]);
    assert_eq!(bodies(&page["data"][0]["replies"]), ["(gone)", "Other."]);
    assert_eq!(
        bodies(&list(&guest, &article, &format!("parent={}", id(&middle))).await),
        ["Leaf."]
    );
    let answer =
        json!({"author_name": "Arjun", "body": "To a tombstone.", "parent_id": root["id"]});
    guest
        .post(&path, answer)
        .await
        .problem(422, "validation-failed");

    admin.delete(&address(&leaf)).await.check(204);
    admin.get(&address(&middle)).await.problem(404, "not-found");
    assert_eq!(
        admin.get(&address(&root)).await.expect(200)["status"],
        "deleted"
    );
    admin.delete(&address(&other)).await.check(204);
    admin.get(&address(&root)).await.problem(404, "not-found");
    assert_eq!(bodies(&list(&guest, &article, "").await), [""; 0]);
    assert_eq!(approved_count(&guest, &article).await, 0);
}

#[tokio::test]
async fn a_tombstone_is_seen_only_while_something_approved_stands_under_it() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let root = post(&admin, &article, "Root.").await;
    let middle = reply(&admin, &root, "Middle.").await;
    let leaf = reply(&admin, &middle, "Leaf.").await;
    admin.delete(&address(&root)).await.check(204);
    admin.delete(&address(&middle)).await.check(204);
    let total = async || list(&guest, &article, "total=exact").await["total"].clone();
    for (status, seen) in [
        ("rejected", false),
        ("approved", true),
        ("spam", false),
        ("pending", false),
        ("approved", true),
    ] {
        decide(&admin, &leaf, status).await;
        assert_eq!(total().await, u64::from(seen), "{status}");
        assert_eq!(
            bodies(&list(&guest, &article, "").await).len(),
            usize::from(seen),
            "{status}"
        );
        for tombstone in [&root, &middle] {
            assert_eq!(
                guest.get(&address(tombstone)).await.status,
                if seen { 200 } else { 404 },
                "{status}"
            );
        }
        assert_eq!(
            admin.get(&address(&root)).await.expect(200)["status"],
            "deleted"
        );
    }
}

#[tokio::test]
async fn what_stands_under_a_comment_that_is_taken_back_comes_back_with_it() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let root = post(&admin, &article, "Root.").await;
    let answer = reply(&admin, &root, "Answer.").await;
    decide(&admin, &root, "rejected").await;
    assert_eq!(bodies(&list(&guest, &article, "").await), [""; 0]);
    assert_eq!(approved_count(&guest, &article).await, 1);
    decide(&admin, &root, "approved").await;
    assert_eq!(approved_count(&guest, &article).await, 2);
    assert_eq!(reply_count(&guest, &root).await, 1);
    assert_eq!(
        bodies(&list(&guest, &article, "").await["data"][0]["replies"]),
        ["Answer."]
    );
    assert_eq!(
        guest.get(&address(&answer)).await.expect(200)["body"],
        "Answer."
    );
}

#[tokio::test]
async fn counts_are_exact_through_every_change() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    translate(&admin, &article, "hi", "नौका").await;
    let root = post(&admin, &article, "Root.").await;
    let answer = reply(&guest, &root, "Answer.").await;
    let mut expected = 1;
    assert_eq!(approved_count(&guest, &article).await, 1);
    for status in [
        "approved", "approved", "rejected", "spam", "pending", "approved", "spam", "approved",
    ] {
        decide(&admin, &answer, status).await;
        expected = 1 + u64::from(status == "approved");
        assert_eq!(approved_count(&guest, &article).await, expected, "{status}");
        assert_eq!(reply_count(&guest, &root).await, expected - 1, "{status}");
    }
    assert_eq!(expected, 2);
    let hindi = guest
        .get(&format!("/v1/articles/{article}?locale=hi"))
        .await
        .expect(200);
    assert_eq!(hindi["comments"]["approved_count"], 2);
    edit(&guest, &answer, json!({"body": "Changed."}))
        .await
        .expect(200);
    assert_eq!(
        (
            approved_count(&guest, &article).await,
            reply_count(&guest, &root).await
        ),
        (1, 0)
    );
    Answer::of(by_writer(&guest, "DELETE", &answer))
        .await
        .check(204);
    assert_eq!(
        (
            approved_count(&guest, &article).await,
            reply_count(&guest, &root).await
        ),
        (1, 0)
    );
    let other = published(&admin, "Other").await;
    let unseen = draft(&admin, "Unseen").await;
    let unknown = "0193a000-0000-7000-8000-000000000000";
    let counts = guest
        .get(&format!(
            "/v1/comments/counts?articles={other},{unseen},{unknown},{article}"
        ))
        .await;
    let mut counts = counts.expect(200)["data"].as_array().unwrap().clone();
    counts.sort_by_key(|count| count["approved_count"].as_u64());
    assert_eq!(
        json!(counts),
        json!([{"article_id": other, "approved_count": 0}, {"article_id": article, "approved_count": 1}])
    );
}

#[tokio::test]
async fn moderators_see_every_comment_newest_first_and_filter() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let moderator = app.caller(&["comments:moderate"]).await;
    let (ferries, buses) = (
        published(&admin, "Ferries").await,
        published(&admin, "Buses").await,
    );
    let mut made = Vec::new();
    for (article, text) in [
        (&ferries, "1"),
        (&ferries, "2"),
        (&buses, "3"),
        (&buses, "4"),
        (&ferries, "5"),
    ] {
        made.push(post(&guest, article, text).await);
    }
    decide(&admin, &made[1], "approved").await;
    decide(&admin, &made[2], "spam").await;
    let body = json!({"author_name": "Arjun", "body": "6", "locale": "hi"});
    guest
        .post(&format!("/v1/articles/{buses}/comments"), body)
        .await
        .expect(201);
    reply(&admin, &made[1], "7").await;
    admin.delete(&address(&made[1])).await.check(204);
    let queue = async |query: &str| {
        moderator
            .get(&format!("/v1/comments?{query}"))
            .await
            .expect(200)
    };

    assert_eq!(
        bodies(&queue("").await),
        ["7", "6", "5", "4", "3", "(gone)", "1"]
    );
    assert_eq!(bodies(&queue("status=pending").await), ["6", "5", "4", "1"]);
    assert_eq!(bodies(&queue("status=spam").await), ["3"]);
    assert_eq!(bodies(&queue("status=approved").await), ["7"]);
    assert_eq!(bodies(&queue("status=deleted").await), ["(gone)"]);
    assert_eq!(bodies(&queue("status=rejected").await), [""; 0]);
    assert_eq!(
        bodies(&queue(&format!("article={buses}&total=exact")).await),
        ["6", "4", "3"]
    );
    assert_eq!(bodies(&queue("article=buses").await), ["6", "4", "3"]);
    assert_eq!(bodies(&queue("locale=hi").await), ["6"]);
    assert_eq!(
        bodies(&queue(&format!("article={ferries}&status=pending&locale=en")).await),
        ["5", "1"]
    );

    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = queue(&format!("limit=3&total=exact{cursor}")).await;
        assert_eq!(page["total"], 7);
        seen.extend(bodies(&page).into_iter().map(str::to_owned));
        let Some(next) = page["page"]["next_cursor"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, ["7", "6", "5", "4", "3", "(gone)", "1"]);
    admin
        .delete(&format!("/v1/articles/{buses}"))
        .await
        .check(204);
    assert_eq!(
        bodies(&queue("locale=hi").await),
        ["6"],
        "moderators see those of what readers cannot see, too"
    );
}

#[tokio::test]
async fn replies_to_a_comment_that_is_being_deleted_are_taken_or_refused_and_never_lost() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let path = format!("/v1/articles/{article}/comments");
    let mut expected = 0;
    for round in 0..8 {
        let root = post(&admin, &article, "Root.").await;
        let answer = async || {
            let body = json!({"author_name": "Arjun", "body": "Reply.", "locale": "en", "parent_id": root["id"]});
            admin.post(&path, body).await
        };
        let own = address(&root);
        let (one, two, deleted, three) =
            tokio::join!(answer(), answer(), admin.delete(&own), answer());
        deleted.check(204);
        let mut taken = 0;
        for reply in [one, two, three] {
            assert!(matches!(reply.status, 201 | 422), "{reply:?}");
            taken += u64::from(reply.status == 201);
        }
        let left = guest.get(&own).await;
        if taken == 0 {
            left.check(404);
        } else {
            let left = left.expect(200);
            assert_eq!(
                (&left["status"], &left["reply_count"]),
                (&json!("deleted"), &json!(taken)),
                "round {round}"
            );
        }
        expected += taken;
        assert_eq!(
            approved_count(&guest, &article).await,
            expected,
            "round {round}"
        );
    }
}

#[tokio::test]
async fn the_last_replies_deleted_and_moderated_at_once_take_the_tombstones_along() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    for round in 0..6 {
        let root = post(&admin, &article, "Root.").await;
        let middle = reply(&admin, &root, "Middle.").await;
        let leaf = reply(&admin, &middle, "Leaf.").await;
        let (waiting, other) = (
            reply(&guest, &root, "Waiting.").await,
            reply(&admin, &root, "Other.").await,
        );
        for comment in [&middle, &root] {
            admin.delete(&address(comment)).await.check(204);
        }
        let (leaf, other, waiting) = (address(&leaf), address(&other), address(&waiting));
        let decision = json!({"status": "approved"});
        let (one, two, three) = tokio::join!(
            admin.delete(&leaf),
            admin.patch(&waiting, decision),
            admin.delete(&other)
        );
        assert_eq!(
            (one.status, two.status, three.status),
            (204, 200, 204),
            "round {round}: {two:?}"
        );
        admin.get(&address(&middle)).await.problem(404, "not-found");
        assert_eq!(reply_count(&guest, &root).await, 1, "round {round}");
        let another = reply(
            &admin,
            &serde_json::from_str(&two.text).unwrap(),
            "Another.",
        )
        .await;
        let another = address(&another);
        let (one, two) = tokio::join!(admin.delete(&another), admin.delete(&waiting));
        assert_eq!((one.status, two.status), (204, 204), "round {round}");
        for gone in [&address(&root), &waiting, &another] {
            admin.get(gone).await.problem(404, "not-found");
        }
        assert_eq!(approved_count(&guest, &article).await, 0, "round {round}");
    }
    assert_eq!(
        admin.get("/v1/comments").await.expect(200)["data"],
        json!([])
    );
}
