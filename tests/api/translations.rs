//! `/v1/articles/{article}/translations`

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client, faults};
use crate::make::{draft, id, members, published, translate};

fn at(article: &str, locale: &str) -> String {
    format!("/v1/articles/{article}/translations/{locale}")
}

/// Publishes the newest revision; the working copy after it.
async fn publish(admin: &Client, article: &str, locale: &str) -> Value {
    admin
        .post(&format!("{}/publish", at(article, locale)), json!({}))
        .await
        .expect(200)
}

async fn unpublish(admin: &Client, article: &str, locale: &str) -> Value {
    admin
        .post(&format!("{}/unpublish", at(article, locale)), json!({}))
        .await
        .expect(200)
}

#[track_caller]
fn time(value: &Value) -> DateTime<Utc> {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no time: {value}"))
        .parse()
        .unwrap()
}

/// The state of a working copy: status, whether readers have it, whether they have something else.
fn state(copy: &Value) -> (&str, bool, bool) {
    (
        copy["status"].as_str().unwrap(),
        copy["is_published"].as_bool().unwrap(),
        copy["has_unpublished_changes"].as_bool().unwrap(),
    )
}

#[track_caller]
fn sorted_faults(answer: Answer) -> Vec<String> {
    let problem = answer.problem(422, "validation-failed");
    let mut pointers: Vec<String> = faults(&problem).into_iter().map(|(at, _)| at).collect();
    pointers.sort();
    pointers
}

// Logged out, or without the right.

#[tokio::test]
async fn writing_needs_a_token_with_the_scope() {
    let app = TestApp::start().await;
    let article = published(&app.admin(), "Rain").await;
    let words = || json!({"title": "वर्षा"});
    let (hi, en) = (at(&article, "hi"), at(&article, "en"));
    let guest = app.guest();
    for answer in [
        guest.put(&hi, words()).await,
        guest.patch(&en, words()).await,
        guest.delete(&en).await,
        guest.post(&format!("{en}/publish"), json!({})).await,
        guest.post(&format!("{en}/unpublish"), json!({})).await,
    ] {
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
        answer.problem(401, "unauthenticated");
    }
    let reader = app
        .caller(&["content:read", "content:publish", "tags:write"])
        .await;
    for answer in [
        reader.put(&hi, words()).await,
        reader.patch(&en, words()).await,
        reader.delete(&en).await,
    ] {
        let problem = answer.problem(403, "forbidden");
        assert!(
            problem["detail"]
                .as_str()
                .unwrap()
                .contains("content:write"),
            "{problem}"
        );
    }
    let writer = app.caller(&["content:write"]).await;
    writer.put(&hi, words()).await.check(201);
    for action in ["publish", "unpublish"] {
        let answer = writer.post(&format!("{en}/{action}"), json!({})).await;
        let problem = answer.problem(403, "forbidden");
        assert!(
            problem["detail"]
                .as_str()
                .unwrap()
                .contains("content:publish"),
            "{problem}"
        );
    }
}

#[tokio::test]
async fn a_token_limited_to_locales_writes_in_those_only() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = published(&admin, "Rain").await;
    translate(&admin, &article, "mr", "पाऊस").await;
    let scopes = ["content:read", "content:write", "content:publish"];
    let hindi = app.caller_in(&scopes, Some(&["hi"])).await;
    hindi
        .put(&at(&article, "hi"), json!({"title": "वर्षा"}))
        .await
        .check(201);
    hindi
        .patch(&at(&article, "hi"), json!({"subtitle": "आज"}))
        .await
        .check(200);
    publish(&hindi, &article, "hi").await;
    unpublish(&hindi, &article, "hi").await;
    for answer in [
        hindi.put(&at(&article, "mr"), json!({"title": "x"})).await,
        hindi
            .patch(&at(&article, "en"), json!({"title": "x"}))
            .await,
        hindi.delete(&at(&article, "mr")).await,
        hindi
            .post(&format!("{}/publish", at(&article, "en")), json!({}))
            .await,
        hindi
            .post(&format!("{}/unpublish", at(&article, "mr")), json!({}))
            .await,
        hindi
            .post(
                "/v1/articles",
                json!({"source_locale": "en", "translation": {"title": "x"}}),
            )
            .await,
    ] {
        let problem = answer.problem(403, "forbidden");
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            detail.contains("`en`") || detail.contains("`mr`"),
            "{detail}"
        );
    }
    assert_eq!(
        hindi.get(&at(&article, "en")).await.expect(200)["title"],
        "Rain"
    );
    hindi.delete(&at(&article, "hi")).await.check(204);
}

#[tokio::test]
async fn deleting_what_readers_have_needs_the_right_to_publish() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = published(&admin, "Rain").await;
    translate(&admin, &article, "hi", "वर्षा").await;
    let writer = app.caller(&["content:write"]).await;
    writer
        .delete(&at(&article, "hi"))
        .await
        .problem(403, "forbidden");
    unpublish(&admin, &article, "hi").await;
    writer.delete(&at(&article, "hi")).await.check(204);
}

#[tokio::test]
async fn readers_get_what_is_published_and_editors_the_working_copy() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = published(&admin, "Rain").await;
    translate(&admin, &article, "mr", "पाऊस").await;
    admin
        .put(&at(&article, "hi"), json!({"title": "वर्षा"}))
        .await
        .check(201);
    admin
        .patch(&at(&article, "en"), json!({"title": "Rain, corrected"}))
        .await
        .check(200);
    let moderator = app.caller(&["comments:moderate", "content:write"]).await;
    for reader in [app.guest(), moderator] {
        let edition = reader.get(&at(&article, "en")).await.expect(200);
        assert_eq!(edition["title"], "Rain");
        assert_eq!(state(&edition), ("published", true, false));
        let listed = reader
            .get(&format!("/v1/articles/{article}/translations"))
            .await
            .expect(200);
        assert_eq!(members(&listed, "locale"), ["en", "mr"]);
        assert_eq!(members(&listed, "title"), ["Rain", "पाऊस"]);
        let problem = reader
            .get(&at(&article, "hi"))
            .await
            .problem(404, "translation-not-available");
        assert_eq!(problem["available_locales"], json!(["en", "mr"]));
    }
    let editor = app.caller(&["content:read"]).await;
    let copy = editor.get(&at(&article, "en")).await;
    assert_eq!(copy.check(200).header("content-language"), "en");
    assert_eq!(copy.json()["title"], "Rain, corrected");
    assert_eq!(state(&copy.json()), ("draft", true, true));
    let listed = editor
        .get(&format!("/v1/articles/{article}/translations"))
        .await
        .expect(200);
    assert_eq!(
        members(&listed, "locale"),
        ["en", "hi", "mr"],
        "the source, then the others"
    );
    assert_eq!(members(&listed, "is_source"), [true, false, false]);
    for (locale, etag) in ["en", "hi", "mr"].iter().zip(members(&listed, "etag")) {
        assert_eq!(
            editor.get(&at(&article, locale)).await.etag(),
            etag.as_str().unwrap()
        );
    }
}

#[tokio::test]
async fn what_is_not_there_is_told_apart() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let hidden = draft(&admin, "Not yet").await;
    let shown = published(&admin, "Rain").await;
    let guest = app.guest();
    guest
        .get(&at(&hidden, "en"))
        .await
        .problem(404, "not-found");
    guest
        .get(&format!("/v1/articles/{hidden}/translations"))
        .await
        .problem(404, "not-found");
    guest
        .get(&at("no-such-article", "en"))
        .await
        .problem(404, "not-found");
    guest
        .get(&at("../../etc/passwd", "en"))
        .await
        .problem(404, "not-found");
    for locale in ["mr", "fr", "de-AT"] {
        let problem = guest
            .get(&at(&shown, locale))
            .await
            .problem(404, "translation-not-available");
        assert_eq!(problem["available_locales"], json!(["en"]));
    }
    let problem = admin
        .get(&at(&hidden, "hi"))
        .await
        .problem(404, "translation-not-available");
    assert_eq!(problem["available_locales"], json!(["en"]));
    admin
        .get(&at("no-such-article", "en"))
        .await
        .problem(404, "not-found");
    for answer in [
        admin.patch(&at(&hidden, "hi"), json!({"title": "x"})).await,
        admin.delete(&at(&hidden, "hi")).await,
        admin
            .post(&format!("{}/publish", at(&hidden, "hi")), json!({}))
            .await,
        admin
            .post(&format!("{}/unpublish", at(&hidden, "hi")), json!({}))
            .await,
        admin
            .put(&at("no-such-article", "hi"), json!({"title": "x"}))
            .await,
    ] {
        assert_eq!(answer.status, 404, "{}", answer.text);
    }
    admin
        .put(&at(&hidden, "fr"), json!({"title": "x"}))
        .await
        .check(404);
    let malformed = admin
        .put(&at(&hidden, "not_a_tag!"), json!({"title": "x"}))
        .await;
    assert!(matches!(malformed.status, 400 | 404), "{}", malformed.text);
    assert_eq!(malformed.header("content-type"), "application/problem+json");
}

// Invalid.

#[tokio::test]
async fn every_fault_of_a_translation_is_told_at_once() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    let body = json!({
        "title": " ", "subtitle": 5, "dateline": "x".repeat(121), "summary": "x".repeat(1001),
        "body": ["a"], "slug": "two words", "seo": {"title": 3, "keywords": "x"},
        "lead_image_alt": {}, "translators": ["R. Kale", 7], "based_on_revision": 0, "status": "published",
        "a/b~c": 1
    });
    let expected = [
        "/a~1b~0c",
        "/based_on_revision",
        "/body",
        "/dateline",
        "/lead_image_alt",
        "/seo/keywords",
        "/seo/title",
        "/slug",
        "/status",
        "/subtitle",
        "/summary",
        "/title",
        "/translators/1",
    ];
    assert_eq!(
        sorted_faults(admin.put(&at(&article, "hi"), body.clone()).await),
        expected
    );
    assert_eq!(
        sorted_faults(admin.patch(&at(&article, "en"), body).await),
        expected
    );
    admin
        .get(&at(&article, "hi"))
        .await
        .problem(404, "translation-not-available");
    assert_eq!(
        admin.get(&at(&article, "en")).await.expect(200)["revision"],
        1
    );
}

#[tokio::test]
async fn a_title_has_to_be_there_and_stays() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    for body in [
        json!({}),
        json!({"title": null}),
        json!({"title": ""}),
        json!({"title": " \u{a0}"}),
    ] {
        assert_eq!(
            sorted_faults(admin.put(&at(&article, "hi"), body).await),
            ["/title"]
        );
    }
    assert_eq!(
        sorted_faults(
            admin
                .patch(&at(&article, "en"), json!({"title": null}))
                .await
        ),
        ["/title"]
    );
    for body in [json!([]), json!("x"), json!(null), json!(7)] {
        admin
            .put(&at(&article, "hi"), body.clone())
            .await
            .problem(422, "validation-failed");
        admin
            .patch(&at(&article, "en"), body)
            .await
            .problem(422, "validation-failed");
    }
}

#[tokio::test]
async fn a_title_that_no_slug_can_be_made_of_needs_one_given() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    assert_eq!(
        sorted_faults(admin.put(&at(&article, "hi"), json!({"title": "?!"})).await),
        ["/slug"]
    );
    let made = admin
        .put(&at(&article, "hi"), json!({"title": "?!", "slug": "क्या"}))
        .await
        .expect(201);
    assert_eq!(
        (&made["title"], &made["slug"]),
        (&json!("?!"), &json!("क्या"))
    );
}

#[tokio::test]
async fn it_can_only_follow_a_revision_that_the_source_has() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    for revision in [2, i32::MAX] {
        let body = json!({"title": "वर्षा", "based_on_revision": revision});
        assert_eq!(
            sorted_faults(admin.put(&at(&article, "hi"), body).await),
            ["/based_on_revision"]
        );
    }
    for revision in [json!(0), json!(-1), json!("1"), json!(1.5), json!(i64::MAX)] {
        let body = json!({"title": "वर्षा", "based_on_revision": revision});
        assert_eq!(
            sorted_faults(admin.put(&at(&article, "hi"), body).await),
            ["/based_on_revision"]
        );
    }
    let own = admin
        .patch(&at(&article, "en"), json!({"based_on_revision": 1}))
        .await;
    assert_eq!(sorted_faults(own), ["/based_on_revision"]);
}

#[tokio::test]
async fn what_readers_do_not_have_cannot_be_taken_from_them() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    let problem = admin
        .post(&format!("{}/unpublish", at(&article, "en")), json!({}))
        .await
        .problem(409, "conflict");
    assert!(
        problem["detail"].as_str().unwrap().contains("publish"),
        "{problem}"
    );
    publish(&admin, &article, "en").await;
    unpublish(&admin, &article, "en").await;
    admin
        .post(&format!("{}/unpublish", at(&article, "en")), json!({}))
        .await
        .problem(409, "conflict");
}

#[tokio::test]
async fn the_source_cannot_be_deleted() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    translate(&admin, &article, "hi", "वर्षा").await;
    admin
        .delete(&at(&article, "en"))
        .await
        .problem(409, "conflict");
    admin.delete(&at(&article, "hi")).await.check(204);
    assert_eq!(
        admin.get(&at(&article, "en")).await.expect(200)["title"],
        "Rain"
    );
}

// Limits.

#[tokio::test]
async fn each_member_takes_its_limit_and_no_more() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    admin
        .put(&at(&article, "hi"), json!({"title": "वर्षा"}))
        .await
        .check(201);
    let limits = [
        ("title", 300),
        ("subtitle", 300),
        ("dateline", 120),
        ("summary", 1000),
    ];
    for (member, most) in limits {
        let full = "व".repeat(most);
        let copy = admin
            .patch(&at(&article, "hi"), json!({member: full}))
            .await
            .expect(200);
        assert_eq!(copy[member], full, "{member}");
        let answer = admin
            .patch(&at(&article, "hi"), json!({member: "व".repeat(most + 1)}))
            .await;
        let problem = answer.problem(422, "validation-failed");
        assert_eq!(
            faults(&problem),
            [(format!("/{member}"), "too_long".to_owned())]
        );
    }
}

#[tokio::test]
async fn a_body_takes_512_kib() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    // Devanagari takes three bytes a letter: it is bytes that are counted.
    let full = format!("{}xx", "व".repeat((512 * 1024 - 2) / 3));
    assert_eq!(full.len(), 512 * 1024);
    let copy = admin
        .patch(&at(&article, "en"), json!({"body": full}))
        .await
        .expect(200);
    assert!(copy["body"] == full.as_str());
    publish(&admin, &article, "en").await;
    assert!(
        app.guest()
            .get(&format!("/v1/articles/{article}"))
            .await
            .expect(200)["body"]
            == full.as_str()
    );
    let answer = admin
        .patch(&at(&article, "en"), json!({"body": format!("{full}x")}))
        .await;
    assert_eq!(
        faults(&answer.problem(422, "validation-failed")),
        [("/body".into(), "too_long".into())]
    );
}

// Success.

#[tokio::test]
async fn put_begins_a_translation_and_then_replaces_it_whole() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    let path = at(&article, "hi");
    let body = json!({
        "title": "वर्षा", "subtitle": "आज", "dateline": "पुणे", "summary": "सार", "body": "दो शब्द",
        "slug": "वर्षा-आज", "seo": {"title": "खोज", "description": "विवरण"}, "lead_image_alt": "बादल",
        "lead_image_caption": "काले बादल", "translators": ["R. Kale"]
    });
    let answer = admin.put(&path, body.clone()).await;
    assert_eq!(answer.check(201).header("location"), path);
    assert_eq!(answer.etag(), admin.get(&path).await.etag());
    let copy = answer.json();
    for (member, value) in body.as_object().unwrap() {
        assert_eq!(&copy[member], value, "{member}");
    }
    let expected = [
        ("locale", json!("hi")),
        ("revision", json!(1)),
        ("is_source", json!(false)),
        ("based_on_revision", json!(1)),
        ("published_at", json!(null)),
        ("word_count", json!(2)),
    ];
    for (member, value) in expected {
        assert_eq!(copy[member], value, "{member}");
    }
    assert_eq!(state(&copy), ("draft", false, false));
    let answer = admin.put(&path, json!({"title": "बारिश"})).await;
    let replaced = answer.expect(200);
    assert_eq!(
        (&replaced["title"], &replaced["revision"]),
        (&json!("बारिश"), &json!(2))
    );
    for member in [
        "subtitle",
        "dateline",
        "lead_image_alt",
        "lead_image_caption",
    ] {
        assert_eq!(replaced[member], json!(null), "{member}");
    }
    assert_eq!(replaced["seo"], json!({"title": null, "description": null}));
    assert_eq!(
        (&replaced["body"], &replaced["translators"]),
        (&json!(""), &json!([]))
    );
    assert_eq!(
        replaced["slug"], "वर्षा-आज",
        "an address does not change by being left out"
    );
    assert_eq!(replaced["created_at"], copy["created_at"]);
    assert!(time(&replaced["updated_at"]) > time(&copy["updated_at"]));
}

#[tokio::test]
async fn a_patch_removes_with_null_and_leaves_alone_what_is_absent() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    let path = at(&article, "en");
    let seo = json!({"title": "Search", "description": "Found"});
    let full = json!({"subtitle": "Today", "dateline": "Pune", "summary": "Short", "seo": seo, "translators": ["A"]});
    admin.patch(&path, full).await.check(200);
    let patch = json!({"subtitle": null, "seo": {"title": null}, "translators": null});
    let request = admin.request("PATCH", &path).body(patch.to_string());
    let answer = Answer::of(request.header("content-type", "application/merge-patch+json")).await;
    let copy = answer.expect(200);
    assert_eq!(
        (&copy["subtitle"], &copy["translators"]),
        (&json!(null), &json!([]))
    );
    assert_eq!(copy["seo"], json!({"title": null, "description": "Found"}));
    let kept = (
        &copy["title"],
        &copy["dateline"],
        &copy["summary"],
        &copy["body"],
    );
    assert_eq!(
        kept,
        (
            &json!("Rain"),
            &json!("Pune"),
            &json!("Short"),
            &json!("Some words.")
        )
    );
}

#[tokio::test]
async fn a_summary_that_is_not_written_is_made_from_the_body() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    let path = at(&article, "en");
    let summary = |copy: Value| copy["summary"].as_str().unwrap().to_owned();
    let made = summary(
        admin
            .patch(
                &path,
                json!({"body": "It **rains** in [Pune](https://a.example)."}),
            )
            .await
            .expect(200),
    );
    assert_eq!(made, "It rains in Pune.");
    // An editor who sends back what they read has not written it.
    admin
        .patch(&path, json!({"summary": made}))
        .await
        .check(200);
    assert_eq!(
        summary(
            admin
                .patch(&path, json!({"body": "It is dry."}))
                .await
                .expect(200)
        ),
        "It is dry."
    );
    assert_eq!(
        summary(
            admin
                .patch(&path, json!({"summary": "Weather"}))
                .await
                .expect(200)
        ),
        "Weather"
    );
    assert_eq!(
        summary(
            admin
                .patch(&path, json!({"body": "Snow."}))
                .await
                .expect(200)
        ),
        "Weather"
    );
    for nothing in [json!(null), json!(""), json!("  \n ")] {
        admin
            .patch(&path, json!({"summary": "Weather"}))
            .await
            .check(200);
        assert_eq!(
            summary(
                admin
                    .patch(&path, json!({"summary": nothing}))
                    .await
                    .expect(200)
            ),
            "Snow."
        );
    }
    let long = "Words follow words. ".repeat(200);
    let made = summary(admin.patch(&path, json!({"body": long})).await.expect(200));
    assert!(!made.is_empty() && made.chars().count() <= 1000, "{made}");
}

#[tokio::test]
async fn a_slug_is_made_from_the_title_once_and_then_kept() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain in Pune").await;
    let slug = |copy: Value| copy["slug"].as_str().unwrap().to_owned();
    let (en, hi) = (at(&article, "en"), at(&article, "hi"));
    assert_eq!(slug(admin.get(&en).await.expect(200)), "rain-in-pune");
    assert_eq!(
        slug(admin.patch(&en, json!({"title": "Snow"})).await.expect(200)),
        "rain-in-pune"
    );
    assert_eq!(
        slug(admin.put(&en, json!({"title": "Hail"})).await.expect(200)),
        "rain-in-pune"
    );
    assert_eq!(
        slug(admin.patch(&en, json!({"slug": null})).await.expect(200)),
        "rain-in-pune"
    );
    assert_eq!(
        slug(
            admin
                .patch(&en, json!({"slug": "Hail-Storm"}))
                .await
                .expect(200)
        ),
        "hail-storm"
    );
    assert_eq!(
        slug(
            admin
                .put(&hi, json!({"title": "पुणे में वर्षा"}))
                .await
                .expect(201)
        ),
        "पुणे-में-वर्षा"
    );
}

#[tokio::test]
async fn a_translation_follows_the_source_as_it_was_when_it_was_saved() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    let hi = at(&article, "hi");
    let based_on = |copy: Value| copy["based_on_revision"].clone();
    assert_eq!(
        based_on(admin.put(&hi, json!({"title": "वर्षा"})).await.expect(201)),
        1
    );
    admin
        .patch(&at(&article, "en"), json!({"title": "Heavy rain"}))
        .await
        .check(200);
    assert_eq!(based_on(admin.get(&hi).await.expect(200)), 1);
    let same = admin.patch(&hi, json!({"title": "वर्षा"})).await.expect(200);
    assert_eq!(based_on(same), 1, "nothing was saved");
    assert_eq!(
        based_on(
            admin
                .patch(&hi, json!({"title": "भारी वर्षा"}))
                .await
                .expect(200)
        ),
        2
    );
    let back = admin
        .patch(&hi, json!({"subtitle": "आज", "based_on_revision": 1}))
        .await
        .expect(200);
    assert_eq!(based_on(back), 1);
    let said = admin
        .patch(&hi, json!({"based_on_revision": 2}))
        .await
        .expect(200);
    assert_eq!(
        (&said["based_on_revision"], &said["revision"]),
        (&json!(2), &json!(3)),
        "the same words"
    );
    assert_eq!(
        based_on(admin.get(&at(&article, "en")).await.expect(200)),
        json!(null)
    );
}

#[tokio::test]
async fn a_save_that_changes_nothing_leaves_everything_as_it_is() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = published(&admin, "Rain").await;
    let path = at(&article, "en");
    let before = admin.get(&path).await;
    let whole = format!("/v1/articles/{article}?view=draft");
    let tag = admin.get(&whole).await.etag();
    let copy = before.json();
    let mut same = json!({});
    for member in [
        "title",
        "subtitle",
        "dateline",
        "summary",
        "body",
        "slug",
        "seo",
        "lead_image_alt",
        "translators",
    ] {
        same[member] = copy[member].clone();
    }
    let answers = [
        admin.put(&path, same.clone()).await,
        admin
            .put(&path, json!({"title": "Rain", "body": "Some words."}))
            .await,
        admin.patch(&path, same).await,
        admin.patch(&path, json!({})).await,
        admin.patch(&path, json!({"title": " Rain "})).await,
    ];
    for answer in answers {
        assert_eq!(answer.check(200).etag(), before.etag());
        assert_eq!(answer.json(), copy);
    }
    assert_eq!(admin.get(&path).await.text, before.text);
    assert_eq!(admin.get(&whole).await.etag(), tag);
}

#[tokio::test]
async fn readers_keep_their_edition_byte_by_byte_until_the_next_publication() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Rain").await;
    translate(&admin, &article, "hi", "वर्षा").await;
    let places = [
        format!("/v1/articles/{article}?locale=en"),
        format!("/v1/articles/{article}?locale=hi"),
        "/v1/articles/rain".to_owned(),
        "/v1/articles?locale=en&sort=-updated_at".to_owned(),
        at(&article, "en"),
        format!("/v1/articles/{article}/translations"),
        "/v1/resolve?path=/en/rain".to_owned(),
    ];
    let look = async || {
        let mut seen = vec![];
        for place in &places {
            let answer = guest.get(place).await;
            seen.push((
                answer.check(200).etag(),
                answer.header("last-modified").to_owned(),
                answer.text,
            ));
        }
        seen
    };
    let before = look().await;
    let changes = [
        json!({"title": "Heavy rain"}),
        json!({"body": "Other words.", "summary": "Other", "dateline": "Pune", "subtitle": "x"}),
        json!({"slug": "heavy-rain"}),
        json!({"lead_image_alt": "Clouds", "translators": ["A"], "seo": {"title": "S"}}),
    ];
    for change in changes {
        admin.patch(&at(&article, "en"), change).await.check(200);
        assert_eq!(look().await, before);
    }
    admin
        .put(
            &at(&article, "en"),
            json!({"title": "Hail", "body": "Ice."}),
        )
        .await
        .check(200);
    admin
        .put(&at(&article, "mr"), json!({"title": "पाऊस"}))
        .await
        .check(201);
    assert_eq!(look().await, before);
    publish(&admin, &article, "en").await;
    let after = guest.get(&places[0]).await.expect(200);
    let shown = (&after["title"], &after["body"], &after["slug"]);
    assert_eq!(
        shown,
        (&json!("Hail"), &json!("Ice."), &json!("heavy-rain"))
    );
    assert_ne!(guest.get(&places[0]).await.etag(), before[0].0);
    // The other language names this one by its new title and address.
    let other = guest.get(&places[1]).await.expect(200);
    assert_eq!(
        (
            &other["translations"][0]["title"],
            &other["translations"][0]["slug"]
        ),
        (&json!("Hail"), &json!("heavy-rain"))
    );
    assert_ne!(guest.get(&places[1]).await.etag(), before[1].0);
}

#[tokio::test]
async fn changing_the_text_makes_it_a_draft_and_the_published_text_makes_it_published() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    let path = at(&article, "en");
    assert_eq!(
        state(&admin.get(&path).await.expect(200)),
        ("draft", false, false)
    );
    assert_eq!(
        state(&publish(&admin, &article, "en").await),
        ("published", true, false)
    );
    let changed = admin
        .patch(&path, json!({"title": "Hail"}))
        .await
        .expect(200);
    assert_eq!(state(&changed), ("draft", true, true));
    let again = admin
        .patch(&path, json!({"title": "Hail", "subtitle": "Big"}))
        .await
        .expect(200);
    assert_eq!(state(&again), ("draft", true, true));
    let back = admin
        .patch(&path, json!({"title": "Rain", "subtitle": null}))
        .await
        .expect(200);
    assert_eq!(
        (state(&back), &back["revision"]),
        (("published", true, false), &json!(4))
    );
    let changed = admin
        .patch(&path, json!({"slug": "hail"}))
        .await
        .expect(200);
    assert_eq!(
        state(&changed),
        ("draft", true, true),
        "an address is part of an edition"
    );
    assert_eq!(
        state(&unpublish(&admin, &article, "en").await),
        ("draft", false, false)
    );
    let changed = admin
        .patch(&path, json!({"slug": "rain"}))
        .await
        .expect(200);
    assert_eq!(
        state(&changed),
        ("draft", false, false),
        "readers have nothing that it could equal"
    );
    let listed = admin
        .get("/v1/articles?view=draft&status=draft")
        .await
        .expect(200);
    assert_eq!(members(&listed, "status"), ["draft"]);
}

#[tokio::test]
async fn the_times_of_publication_tell_its_history() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = draft(&admin, "Rain").await;
    let begun = admin.get(&at(&article, "en")).await.expect(200);
    assert_eq!(
        (&begun["published_at"], &begun["first_published_at"]),
        (&json!(null), &json!(null))
    );
    let seen = async || {
        let whole = guest
            .get(&format!("/v1/articles/{article}?locale=en"))
            .await
            .expect(200);
        let one = guest.get(&at(&article, "en")).await.expect(200);
        let listed = guest.get("/v1/articles?locale=en").await.expect(200);
        for member in ["published_at", "first_published_at", "updated_at"] {
            assert_eq!(whole[member], one[member], "{member}");
            assert_eq!(whole[member], listed["data"][0][member], "{member}");
        }
        assert_eq!(
            whole["translations"][0]["published_at"],
            whole["published_at"]
        );
        (
            time(&whole["published_at"]),
            time(&whole["first_published_at"]),
            time(&whole["updated_at"]),
        )
    };
    publish(&admin, &article, "en").await;
    let first = seen().await;
    assert!(first.0 == first.1 && first.0 == first.2, "{first:?}");
    admin
        .patch(&at(&article, "en"), json!({"title": "Hail"}))
        .await
        .check(200);
    assert_eq!(seen().await, first);
    publish(&admin, &article, "en").await;
    let corrected = seen().await;
    assert_eq!(
        (corrected.0, corrected.1),
        (first.0, first.1),
        "a correction is no new publication"
    );
    assert!(corrected.2 > first.2);
    let gone = unpublish(&admin, &article, "en").await;
    assert_eq!(gone["published_at"], json!(null));
    assert_eq!(time(&gone["first_published_at"]), first.1);
    publish(&admin, &article, "en").await;
    let again = seen().await;
    assert!(
        again.0 > corrected.2 && again.1 == first.1 && again.2 == again.0,
        "{again:?}"
    );
}

#[tokio::test]
async fn publishing_what_readers_have_already_changes_nothing() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Rain").await;
    let path = at(&article, "en");
    let (copy, edition) = (
        admin.get(&path).await,
        guest.get(&format!("/v1/articles/{article}")).await,
    );
    let answer = Answer::of(admin.request("POST", &format!("{path}/publish"))).await;
    assert_eq!(answer.check(200).etag(), copy.etag());
    assert_eq!(admin.get(&path).await.text, copy.text);
    let after = guest.get(&format!("/v1/articles/{article}")).await;
    assert_eq!((after.etag(), after.text), (edition.etag(), edition.text));
}

#[tokio::test]
async fn unpublishing_takes_one_edition_from_readers_and_no_other() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Rain").await;
    translate(&admin, &article, "hi", "वर्षा").await;
    let copy = unpublish(&admin, &article, "hi").await;
    assert_eq!(
        (state(&copy), &copy["title"]),
        (("draft", false, false), &json!("वर्षा"))
    );
    guest
        .get(&at(&article, "hi"))
        .await
        .problem(404, "translation-not-available");
    guest
        .get(&format!("/v1/articles/{article}?locale=hi"))
        .await
        .problem(404, "translation-not-available");
    guest
        .get("/v1/articles/वर्षा")
        .await
        .problem(404, "not-found");
    assert_eq!(
        guest.get("/v1/articles?locale=hi").await.expect(200)["data"],
        json!([])
    );
    let other = guest
        .get(&format!("/v1/articles/{article}?locale=en"))
        .await
        .expect(200);
    assert_eq!(other["translations"].as_array().unwrap().len(), 1);
    // The source may go while the translation stays.
    publish(&admin, &article, "hi").await;
    unpublish(&admin, &article, "en").await;
    let left = guest
        .get(&format!("/v1/articles/{article}?locale=hi"))
        .await
        .expect(200);
    assert_eq!(
        (&left["locale"], &left["source_locale"]),
        (&json!("hi"), &json!("en"))
    );
    assert_eq!(left["translations"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_deleted_translation_is_gone_for_everybody() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Rain").await;
    translate(&admin, &article, "hi", "वर्षा").await;
    admin.delete(&at(&article, "hi")).await.check(204);
    admin.delete(&at(&article, "hi")).await.check(404);
    admin
        .get(&at(&article, "hi"))
        .await
        .problem(404, "translation-not-available");
    guest
        .get(&at(&article, "hi"))
        .await
        .problem(404, "translation-not-available");
    guest
        .get("/v1/articles/वर्षा")
        .await
        .problem(404, "not-found");
    let other = guest
        .get(&format!("/v1/articles/{article}"))
        .await
        .expect(200);
    assert_eq!(other["translations"].as_array().unwrap().len(), 1);
    let drafts = admin
        .get("/v1/articles?view=draft&locale=hi")
        .await
        .expect(200);
    assert_eq!(drafts["data"], json!([]));
    let resolved = guest.get("/v1/resolve?path=/hi/वर्षा").await.expect(200);
    assert_eq!(resolved["status"], "gone");
}

#[tokio::test]
async fn a_write_is_held_against_the_state_it_names() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Rain").await;
    let path = at(&article, "en");
    let title = |title: &str| json!({"title": title});
    let old = admin.get(&path).await.etag();
    let readers = guest.get(&path).await.etag();
    assert_ne!(old, readers);
    let new = admin
        .write("PATCH", &path, ("if-match", &old), title("Hail"))
        .await;
    let new = new.check(200).etag();
    assert_ne!(new, old);
    assert_eq!(admin.get(&path).await.etag(), new);
    for stale in [
        old.as_str(),
        readers.as_str(),
        &format!("W/{new}"),
        "\"nonsense\"",
    ] {
        let header = ("if-match", stale);
        admin
            .write("PATCH", &path, header, title("Snow"))
            .await
            .problem(412, "precondition-failed");
        admin
            .write("PUT", &path, header, title("Snow"))
            .await
            .problem(412, "precondition-failed");
        admin
            .write("DELETE", &path, header, Value::Null)
            .await
            .problem(412, "precondition-failed");
        for action in ["publish", "unpublish"] {
            let path = format!("{path}/{action}");
            admin
                .write("POST", &path, header, json!({}))
                .await
                .problem(412, "precondition-failed");
        }
    }
    assert_eq!(admin.get(&path).await.etag(), new);
    let listed = format!("{old}, {new}");
    admin
        .write("PATCH", &path, ("if-match", &listed), title("Snow"))
        .await
        .check(200);
    admin
        .write("PATCH", &path, ("if-match", "*"), title("Fog"))
        .await
        .check(200);
    let current = admin.get(&path).await.etag();
    let published = admin
        .write(
            "POST",
            &format!("{path}/publish"),
            ("if-match", &current),
            json!({}),
        )
        .await;
    assert_ne!(published.check(200).etag(), current);
    let current = published.etag();
    admin
        .write(
            "POST",
            &format!("{path}/unpublish"),
            ("if-match", &current),
            json!({}),
        )
        .await
        .check(200);
}

#[tokio::test]
async fn put_can_be_told_to_create_only() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    let (hi, words) = (at(&article, "hi"), json!({"title": "वर्षा"}));
    for tag in ["*", "\"x\""] {
        let answer = admin
            .write("PUT", &hi, ("if-match", tag), words.clone())
            .await;
        answer.problem(412, "precondition-failed");
    }
    let create = ("if-none-match", "*");
    admin.write("PUT", &hi, create, words).await.check(201);
    let answer = admin
        .write("PUT", &hi, create, json!({"title": "बारिश"}))
        .await;
    answer.problem(412, "precondition-failed");
    assert_eq!(admin.get(&hi).await.expect(200)["title"], "वर्षा");
}

#[tokio::test]
async fn a_tag_of_a_deleted_translation_never_fits_its_successor() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    let hi = at(&article, "hi");
    let before = admin.put(&hi, json!({"title": "वर्षा"})).await.etag();
    admin.delete(&hi).await.check(204);
    admin.put(&hi, json!({"title": "बारिश"})).await.check(201);
    let answer = admin
        .write("PATCH", &hi, ("if-match", &before), json!({"title": "बर्फ़"}))
        .await;
    answer.problem(412, "precondition-failed");
    assert_eq!(admin.get(&hi).await.expect(200)["title"], "बारिश");
}

#[tokio::test]
async fn an_unchanged_translation_is_not_sent_again() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = published(&admin, "Rain").await;
    for caller in [app.guest(), admin.clone()] {
        let etag = caller.get(&at(&article, "en")).await.etag();
        let answer = caller
            .get_with(&at(&article, "en"), "if-none-match", &etag)
            .await;
        assert_eq!((answer.check(304).text.as_str(), answer.etag()), ("", etag));
    }
    let etag = admin.get(&at(&article, "en")).await.etag();
    admin
        .patch(&at(&article, "en"), json!({"title": "Hail"}))
        .await
        .check(200);
    admin
        .get_with(&at(&article, "en"), "if-none-match", &etag)
        .await
        .check(200);
}

#[tokio::test]
async fn translators_of_two_languages_do_not_disturb_each_other() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    for locale in ["hi", "mr"] {
        admin
            .put(&at(&article, locale), json!({"title": locale}))
            .await
            .check(201);
    }
    let hi = admin.get(&at(&article, "hi")).await.etag();
    admin
        .patch(&at(&article, "mr"), json!({"title": "पाऊस"}))
        .await
        .check(200);
    admin
        .patch(&at(&article, "en"), json!({"title": "Hail"}))
        .await
        .check(200);
    publish(&admin, &article, "mr").await;
    let answer = admin
        .write(
            "PATCH",
            &at(&article, "hi"),
            ("if-match", &hi),
            json!({"title": "वर्षा"}),
        )
        .await;
    answer.check(200);
}

#[tokio::test]
async fn the_lead_image_is_described_in_each_language() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let body = json!({
        "source_locale": "en", "translation": {"title": "Rain"}, "publish": true,
        "lead_image": {"url": "https://images.example/a.jpg", "alt": "Clouds", "caption": "Above Pune"}
    });
    let article = id(&admin.post("/v1/articles", body).await.expect(201));
    let words = json!({"title": "वर्षा", "lead_image_alt": "बादल"});
    admin.put(&at(&article, "hi"), words).await.check(201);
    publish(&admin, &article, "hi").await;
    let image = guest
        .get(&format!("/v1/articles/{article}?locale=hi"))
        .await
        .expect(200)["lead_image"]
        .clone();
    let shown = (&image["url"], &image["alt"], &image["caption"]);
    assert_eq!(
        shown,
        (
            &json!("https://images.example/a.jpg"),
            &json!("बादल"),
            &json!("Above Pune")
        )
    );
    let image = guest
        .get(&format!("/v1/articles/{article}?locale=en"))
        .await
        .expect(200)["lead_image"]
        .clone();
    assert_eq!(image["alt"], "Clouds");
}

#[tokio::test]
async fn an_article_is_named_by_any_slug_it_bears() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Rain").await;
    translate(&admin, &article, "hi", "वर्षा").await;
    for slug in ["rain", "वर्षा"] {
        assert_eq!(
            guest.get(&at(slug, "hi")).await.expect(200)["title"],
            "वर्षा"
        );
        assert_eq!(
            guest.get(&at(slug, "en")).await.expect(200)["title"],
            "Rain"
        );
    }
    admin
        .patch(&at("वर्षा", "en"), json!({"title": "Hail"}))
        .await
        .check(200);
    publish(&admin, "वर्षा", "en").await;
    assert_eq!(
        guest.get(&at(&article, "en")).await.expect(200)["title"],
        "Hail"
    );
}
