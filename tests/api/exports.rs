//! `GET /v1/export`, and the way there and back.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client};
use crate::make::{draft, import_text, published, tag, translate};

async fn export(caller: &Client) -> String {
    let answer = caller.get("/v1/export").await;
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    assert_eq!(answer.header("cache-control"), "private, no-store");
    answer.check(200).text.clone()
}

/// Content in every state there is, made by the API.
async fn world(admin: &Client, guest: &Client) -> String {
    admin
        .put("/v1/locales/fr", json!({"fallbacks": ["en", "hi"]}))
        .await
        .expect(201);
    admin
        .put("/v1/locales/de", json!({"enabled": false}))
        .await
        .expect(201);
    tag(admin, "Transport").await;
    admin
        .post(
            "/v1/tags",
            json!({"name": "Buses", "parent": "transport", "synonyms": ["coaches"]}),
        )
        .await
        .expect(201);
    admin
        .put("/v1/tags/buses/translations/hi", json!({"name": "बसें"}))
        .await
        .expect(201);
    tag(admin, "Omnibuses").await;
    admin
        .post("/v1/tags/omnibuses/merge", json!({"into": "buses"}))
        .await
        .expect(200);

    let rich = published(admin, "A rich story").await;
    let path = format!("/v1/articles/{rich}");
    let neutral = json!({"tags": ["buses", "transport"], "authors": ["A. Deshmukh"], "metadata": {"desk": {"n": 1.5}},
        "lead_image": {"url": "https://images.example/a.jpg", "alt": "A bridge", "width": 12},
        "external_id": "old:1", "comments_threads": "per_locale", "comments_close_at": "2999-01-01T00:00:00Z"});
    admin.patch(&path, neutral).await.expect(200);
    translate(admin, &rich, "hi", "एक कहानी").await;
    translate(admin, &rich, "mr", "एक गोष्ट").await;
    let english = format!("{path}/translations/en");
    // Hindi is left behind by two publications, Marathi by one; then come changes that readers do not see.
    admin
        .patch(
            &english,
            json!({"body": "Corrected once.", "slug": "a-richer-story"}),
        )
        .await
        .expect(200);
    admin
        .post(&format!("{english}/publish"), json!({}))
        .await
        .expect(200);
    admin
        .patch(
            &format!("{path}/translations/mr"),
            json!({"body": "सुधारित."}),
        )
        .await
        .expect(200);
    admin
        .post(&format!("{path}/translations/mr/submit"), json!({}))
        .await
        .expect(200);
    admin
        .patch(
            &english,
            json!({"body": "Corrected twice.", "seo": {"title": "Rich"}}),
        )
        .await
        .expect(200);
    admin
        .post(&format!("{english}/publish"), json!({}))
        .await
        .expect(200);
    admin
        .patch(
            &english,
            json!({"title": "A draft of it", "summary": "Soon."}),
        )
        .await
        .expect(200);
    admin
        .put(
            &format!("{path}/translations/fr"),
            json!({"title": "Une histoire", "lead_image_alt": "Un pont"}),
        )
        .await
        .expect(201);

    let scheduled = draft(admin, "To come").await;
    admin
        .post(
            &format!("/v1/articles/{scheduled}/translations/en/publish"),
            json!({"publish_at": "2999-01-01T00:00:00Z", "unpublish_at": "2999-02-01T00:00:00Z"}),
        )
        .await
        .expect(200);
    let archived = published(admin, "Put away").await;
    admin
        .post(
            &format!("/v1/articles/{archived}/translations/en/archive"),
            json!({}),
        )
        .await
        .expect(200);
    let withdrawn = published(admin, "Withdrawn").await;
    admin
        .post(
            &format!("/v1/articles/{withdrawn}/translations/en/unpublish"),
            json!({}),
        )
        .await
        .expect(200);
    let trashed = published(admin, "Thrown away").await;
    admin
        .delete(&format!("/v1/articles/{trashed}"))
        .await
        .check(204);

    let comments = format!("{path}/comments");
    let say = async |body: &str, parent: Option<&Value>, locale: &str| {
        let new = json!({"author_name": "Meera", "author_email": "meera@example.org", "author_url": "https://meera.example/",
            "body": body, "parent_id": parent, "locale": locale});
        admin.post(&comments, new).await.expect(201)["id"].clone()
    };
    let root = say("A question?", None, "en").await;
    let answer = say("An *answer*.", Some(&root), "en").await;
    say("Another.", Some(&answer), "en").await;
    let spam = say("Buy now", None, "hi").await;
    admin
        .patch(
            &format!("/v1/comments/{}", spam.as_str().unwrap()),
            json!({"status": "spam", "reason": "an advert"}),
        )
        .await
        .expect(200);
    admin
        .delete(&format!("/v1/comments/{}", answer.as_str().unwrap()))
        .await
        .check(204);
    guest
        .post(
            &comments,
            json!({"author_name": "Guest", "body": "Waiting.", "locale": "en"}),
        )
        .await
        .expect(201);
    guest
        .put(
            &format!("/v1/comments/{}/reaction", root.as_str().unwrap()),
            json!({"reaction": "like"}),
        )
        .await
        .expect(200);
    rich
}

/// The same without these members, wherever they stand: they are an installation's own.
fn without(value: Value, names: &[&str]) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members
                .into_iter()
                .filter(|(name, _)| !names.contains(&name.as_str()));
            kept.map(|(name, value)| (name, without(value, names)))
                .collect()
        }
        Value::Array(items) => items.into_iter().map(|item| without(item, names)).collect(),
        other => other,
    }
}

#[tokio::test]
async fn an_export_taken_in_elsewhere_gives_an_equal_export() {
    let app = TestApp::start().await;
    let rich = world(&app.admin(), &app.guest()).await;
    let text = export(&app.admin()).await;
    let elsewhere = TestApp::start().await;
    let results = import_text(&elsewhere.admin(), text.clone()).await;
    assert!(
        results.iter().all(|result| result["result"] != "refused"),
        "{results:?}"
    );
    let back = export(&elsewhere.admin()).await;
    for (one, other) in text.lines().zip(back.lines()) {
        assert_eq!(one, other);
    }
    assert_eq!(text, back);
    // And once more into the same: nothing changes.
    let again = import_text(&elsewhere.admin(), text).await;
    assert!(
        again.iter().all(|result| result["result"] == "unchanged"),
        "{again:?}"
    );
    // What follows from it is the same as well.
    let own = |page: Value| {
        let text = without(
            page,
            &["etag", "updated_at", "request_id", "locale_resolution"],
        )
        .to_string();
        text.replace(&app.url, "").replace(&elsewhere.url, "")
    };
    for path in [
        format!("/v1/articles/{rich}?locale=en"),
        format!("/v1/articles/{rich}?locale=hi"),
        format!("/v1/articles/{rich}/translations"),
        format!("/v1/articles/{rich}/comments?locale=en"),
        "/v1/articles?fallback=chain&locale=mr".into(),
        "/v1/articles?tag=coaches".into(),
        "/v1/translations".into(),
        "/v1/coverage".into(),
        "/v1/tags?sort=-article_count".into(),
        "/v1/locales".into(),
    ] {
        for (one, other) in [
            (app.admin(), elsewhere.admin()),
            (app.guest(), elsewhere.guest()),
        ] {
            let (one, other) = (one.get(&path).await, other.get(&path).await);
            assert_eq!(one.status, other.status, "{path}");
            if one.status == 200 {
                assert_eq!(own(one.json()), own(other.json()), "{path}");
            }
        }
    }
    let moved = elsewhere.guest().get("/v1/articles/a-rich-story").await;
    assert_eq!(
        (moved.status, moved.header("location")),
        (301, "/v1/articles/a-richer-story")
    );
}

#[tokio::test]
async fn what_only_moderators_see_is_for_them_and_secrets_are_for_nobody() {
    let app = TestApp::start().await;
    world(&app.admin(), &app.guest()).await;
    let insider = app.caller(&["content:read"]).await;
    let text = export(&insider).await;
    for hidden in [
        "meera@example.org",
        "Buy now",
        "Waiting.",
        "an advert",
        "author_email",
        "held_for",
    ] {
        assert!(!text.contains(hidden), "{hidden}");
    }
    assert!(text.contains("A question?") && text.contains("A draft of it"));
    let all = export(&app.caller(&["content:read", "comments:moderate"]).await).await;
    for seen in ["meera@example.org", "Buy now", "Waiting.", "an advert"] {
        assert!(all.contains(seen), "{seen}");
    }
    for (what, secret) in [
        ("a token", "dl_"),
        ("a hash", "token_hash"),
        ("an address", "address_hash"),
    ] {
        assert!(!all.contains(secret), "{what}");
    }
    // What readers see can be taken in elsewhere by itself.
    let elsewhere = TestApp::start().await;
    let results = import_text(&elsewhere.admin(), text.clone()).await;
    assert!(
        results.iter().all(|result| result["result"] != "refused"),
        "{results:?}"
    );
    assert_eq!(
        export(&elsewhere.caller(&["content:read"]).await).await,
        text
    );
}

#[tokio::test]
async fn an_export_is_a_line_for_each_thing_in_the_order_of_an_import() {
    let app = TestApp::start().await;
    world(&app.admin(), &app.guest()).await;
    let answer = app.admin().get("/v1/export").await;
    let kinds: Vec<String> = answer
        .lines()
        .iter()
        .map(|line| line["type"].as_str().unwrap().to_owned())
        .collect();
    let mut grouped = kinds.clone();
    grouped.dedup();
    assert_eq!(grouped, ["locale", "tag", "article", "comment"]);
    assert_eq!(kinds.iter().filter(|kind| *kind == "article").count(), 5);
    let compressed = app
        .admin()
        .request("GET", "/v1/export")
        .header("accept-encoding", "gzip");
    let compressed = Answer::of(compressed).await;
    assert_eq!(compressed.header("content-encoding"), "gzip");
    app.admin()
        .get("/v1/export?since=yesterday")
        .await
        .problem(400, "invalid-parameter");
}
