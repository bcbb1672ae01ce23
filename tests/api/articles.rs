//! `/v1/articles/{article}`

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client, faults};
use crate::make::{draft, id, members, published, tag, translate};

fn at(article: &str) -> String {
    format!("/v1/articles/{article}")
}

/// The article's `ETag` for its editors.
async fn version(admin: &Client, article: &str) -> String {
    admin
        .get(&format!("{}?view=draft", at(article)))
        .await
        .etag()
}

/// What readers get of it in English.
async fn read(app: &TestApp, article: &str) -> Value {
    app.guest()
        .get(&format!("{}?locale=en", at(article)))
        .await
        .expect(200)
}

#[track_caller]
fn pointers(answer: Answer) -> Vec<String> {
    let problem = answer.problem(422, "validation-failed");
    let mut pointers: Vec<String> = faults(&problem).into_iter().map(|(at, _)| at).collect();
    pointers.sort();
    pointers
}

/// The names of a document's members, in order of the alphabet.
fn names(document: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = document
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    names
}

fn new(title: &str) -> Value {
    json!({"source_locale": "en", "translation": {"title": title, "body": "Some words."}})
}

/// The same with these members besides.
fn with(mut body: Value, more: Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn slugs(article: &Value) -> Vec<&str> {
    article["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["slug"].as_str().unwrap())
        .collect()
}

/// The members of an article as the contract has them, without those of a list item that are not there.
const MEMBERS: [&str; 28] = [
    "authors",
    "body",
    "body_html",
    "comments",
    "created_at",
    "dateline",
    "external_id",
    "first_published_at",
    "id",
    "lead_image",
    "locale",
    "locale_resolution",
    "metadata",
    "published_at",
    "reading_minutes",
    "seo",
    "slug",
    "source_locale",
    "status",
    "subtitle",
    "summary",
    "tags",
    "title",
    "translations",
    "translators",
    "updated_at",
    "word_count",
    "etag",
];

// Logged out, or without the right.

#[tokio::test]
async fn writing_needs_a_token_with_the_scope() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = published(&admin, "Rain").await;
    tag(&admin, "Weather").await;
    let every = async |caller: &Client| {
        [
            caller.post("/v1/articles", new("x")).await,
            caller.patch(&at(&article), json!({"authors": []})).await,
            caller.delete(&at(&article)).await,
            caller
                .post(&format!("{}/restore", at(&article)), json!({}))
                .await,
            caller
                .put(&format!("{}/tags/weather", at(&article)), json!({}))
                .await,
            caller
                .delete(&format!("{}/tags/weather", at(&article)))
                .await,
        ]
    };
    for answer in every(&app.guest()).await {
        answer.problem(401, "unauthenticated");
    }
    let others = [
        "content:read",
        "content:publish",
        "tags:write",
        "comments:moderate",
    ];
    for answer in every(&app.caller(&others).await).await {
        let problem = answer.problem(403, "forbidden");
        assert!(
            problem["detail"]
                .as_str()
                .unwrap()
                .contains("content:write"),
            "{problem}"
        );
    }
    assert_eq!(read(&app, &article).await["title"], "Rain");
}

#[tokio::test]
async fn publishing_at_once_needs_the_right_to_publish() {
    let app = TestApp::start().await;
    let writer = app.caller(&["content:write", "content:read"]).await;
    let body = with(new("Rain"), json!({"publish": true}));
    let problem = writer
        .post("/v1/articles", body.clone())
        .await
        .problem(403, "forbidden");
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("content:publish"),
        "{problem}"
    );
    assert_eq!(
        writer.get("/v1/articles?view=draft").await.expect(200)["data"],
        json!([])
    );
    let publisher = app.caller(&["content:write", "content:publish"]).await;
    let article = id(&publisher.post("/v1/articles", body).await.expect(201));
    assert_eq!(read(&app, &article).await["status"], "published");
}

#[tokio::test]
async fn drafts_are_for_tokens_that_may_read_them() {
    let app = TestApp::start().await;
    let article = published(&app.admin(), "Rain").await;
    let writer = app.caller(&["content:write", "content:publish"]).await;
    for path in [
        at(&article),
        "/v1/articles".into(),
        at("rain"),
        at("no-such-article"),
    ] {
        let path = format!("{path}?view=draft");
        app.guest().get(&path).await.problem(401, "unauthenticated");
        let problem = writer.get(&path).await.problem(403, "forbidden");
        assert!(
            problem["detail"].as_str().unwrap().contains("content:read"),
            "{problem}"
        );
    }
    let reader = app.caller(&["content:read"]).await;
    reader
        .get(&format!("{}?view=draft", at(&article)))
        .await
        .check(200);
    reader
        .get(&format!("{}?view=published", at(&article)))
        .await
        .problem(400, "invalid-parameter");
}

#[tokio::test]
async fn what_is_not_published_is_not_there() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = draft(&admin, "Secret plans").await;
    for path in [
        at(&article),
        at("secret-plans"),
        format!("{}?locale=en", at(&article)),
    ] {
        guest.get(&path).await.problem(404, "not-found");
    }
    guest
        .get(&format!("{}/comments", at(&article)))
        .await
        .problem(404, "not-found");
    guest
        .get("/v1/resolve?path=/en/secret-plans")
        .await
        .problem(404, "not-found");
    assert_eq!(
        guest.get("/v1/articles").await.expect(200)["data"],
        json!([])
    );
    assert_eq!(
        guest
            .get(&format!("/v1/articles?ids={article}"))
            .await
            .expect(200)["data"],
        json!([])
    );
    // With a token too, as long as it does not ask for drafts.
    admin.get(&at(&article)).await.problem(404, "not-found");
}

#[tokio::test]
async fn erasing_for_good_needs_an_admin() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = published(&admin, "Rain").await;
    let path = format!("{}?permanent=true", at(&article));
    app.guest()
        .delete(&path)
        .await
        .problem(401, "unauthenticated");
    let editor = app
        .caller(&["content:read", "content:write", "content:publish"])
        .await;
    let problem = editor.delete(&path).await.problem(403, "forbidden");
    assert!(
        problem["detail"].as_str().unwrap().contains("admin"),
        "{problem}"
    );
    assert_eq!(read(&app, &article).await["title"], "Rain");
    admin.delete(&path).await.check(204);
    app.guest()
        .get(&at(&article))
        .await
        .problem(404, "not-found");
    admin
        .get(&format!("{}?view=draft", at(&article)))
        .await
        .problem(404, "not-found");
    admin
        .post(&format!("{}/restore", at(&article)), json!({}))
        .await
        .problem(404, "not-found");
    admin.delete(&path).await.problem(404, "not-found");
}

// Invalid.

#[tokio::test]
async fn every_fault_of_an_article_is_told_at_once() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let body = json!({
        "source_locale": "not a tag", "translation": {"title": "", "body": 5, "nope": 1}, "tags": "weather",
        "authors": ["A", "", 7], "lead_image": {"url": "javascript:alert(1)", "width": 0, "nope": 1},
        "metadata": [], "external_id": 5, "comments_open": "yes", "comments_close_at": "tomorrow",
        "comments_threads": "many", "publish": 1, "status": "published"
    });
    let expected = [
        "/authors/1",
        "/authors/2",
        "/comments_close_at",
        "/comments_open",
        "/comments_threads",
        "/external_id",
        "/lead_image/nope",
        "/lead_image/url",
        "/lead_image/width",
        "/metadata",
        "/publish",
        "/source_locale",
        "/status",
        "/tags",
        "/translation/body",
        "/translation/nope",
        "/translation/title",
    ];
    assert_eq!(pointers(admin.post("/v1/articles", body).await), expected);
    assert_eq!(
        pointers(admin.post("/v1/articles", json!({})).await),
        ["/source_locale", "/translation"]
    );
    let nothing = json!({"source_locale": null, "translation": null});
    assert_eq!(
        pointers(admin.post("/v1/articles", nothing).await),
        ["/source_locale", "/translation"]
    );
    assert_eq!(
        admin.get("/v1/articles?view=draft").await.expect(200)["data"],
        json!([])
    );
}

#[tokio::test]
async fn every_fault_of_a_patch_is_told_at_once_and_nothing_is_written() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = published(&admin, "Rain").await;
    let before = admin.get(&format!("{}?view=draft", at(&article))).await;
    let patch = json!({
        "authors": ["New"], "metadata": "x", "lead_image": {"alt": "no address"}, "comments_open": 1,
        "source_locale": "hi", "translation": {"title": "x"}, "publish": true, "version": 1
    });
    let expected = [
        "/comments_open",
        "/lead_image/url",
        "/metadata",
        "/publish",
        "/source_locale",
        "/translation",
        "/version",
    ];
    assert_eq!(pointers(admin.patch(&at(&article), patch).await), expected);
    let after = admin.get(&format!("{}?view=draft", at(&article))).await;
    assert_eq!((after.etag(), after.text), (before.etag(), before.text));
}

#[tokio::test]
async fn unknown_tags_and_locales_are_told_by_their_place() {
    let app = TestApp::start().await;
    let admin = app.admin();
    tag(&admin, "Weather").await;
    let tags = json!({"tags": ["nope", "weather", "01a20000-0000-7000-8000-000000000000", "-"]});
    let body = with(new("Rain"), tags.clone());
    assert_eq!(
        pointers(admin.post("/v1/articles", body.clone()).await),
        ["/tags/0", "/tags/2", "/tags/3"]
    );
    let all = with(body, json!({"source_locale": "fr"}));
    let expected = ["/source_locale", "/tags/0", "/tags/2", "/tags/3"];
    assert_eq!(pointers(admin.post("/v1/articles", all).await), expected);
    let article = draft(&admin, "Rain").await;
    assert_eq!(
        pointers(admin.patch(&at(&article), tags.clone()).await),
        ["/tags/0", "/tags/2", "/tags/3"]
    );
    let mixed = with(tags, json!({"authors": [""]}));
    let expected = ["/authors/0", "/tags/0", "/tags/2", "/tags/3"];
    assert_eq!(pointers(admin.patch(&at(&article), mixed).await), expected);
    for tag in ["nope", "01a20000-0000-7000-8000-000000000000"] {
        let path = format!("{}/tags/{tag}", at(&article));
        admin.put(&path, json!({})).await.problem(404, "not-found");
        admin.delete(&path).await.problem(404, "not-found");
    }
}

#[tokio::test]
async fn an_external_id_is_unique() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let imported = |title: &str| with(new(title), json!({"external_id": "wordpress:site:1"}));
    let article = id(&admin
        .post("/v1/articles", imported("Rain"))
        .await
        .expect(201));
    admin
        .post("/v1/articles", imported("Hail"))
        .await
        .problem(409, "conflict");
    let other = draft(&admin, "Snow").await;
    let taken = json!({"external_id": "wordpress:site:1", "authors": ["A"]});
    admin
        .patch(&at(&other), taken.clone())
        .await
        .problem(409, "conflict");
    let untouched = admin
        .get(&format!("{}?view=draft", at(&other)))
        .await
        .expect(200);
    assert_eq!(
        (&untouched["external_id"], &untouched["authors"]),
        (&json!(null), &json!([]))
    );
    // In the trash it is kept for the article's return.
    admin.delete(&at(&article)).await.check(204);
    admin
        .patch(&at(&other), taken.clone())
        .await
        .problem(409, "conflict");
    admin
        .delete(&format!("{}?permanent=true", at(&article)))
        .await
        .check(204);
    assert_eq!(
        admin.patch(&at(&other), taken).await.expect(200)["external_id"],
        "wordpress:site:1"
    );
    let titles = members(
        &admin.get("/v1/articles?view=draft").await.expect(200),
        "title",
    );
    assert_eq!(titles, ["Snow"], "what was refused is not there");
}

// Limits.

#[tokio::test]
async fn metadata_takes_16_kib() {
    let app = TestApp::start().await;
    let admin = app.admin();
    // {"note":"…"} is eleven bytes around the text.
    let of = |bytes: usize| json!({"metadata": {"note": "x".repeat(bytes - 11)}});
    let article = id(&admin
        .post("/v1/articles", with(new("Rain"), of(16 * 1024)))
        .await
        .expect(201));
    let whole = admin
        .get(&format!("{}?view=draft", at(&article)))
        .await
        .expect(200);
    assert!(whole["metadata"] == of(16 * 1024)["metadata"]);
    let more = of(16 * 1024 + 1);
    assert_eq!(
        pointers(
            admin
                .post("/v1/articles", with(new("Hail"), more.clone()))
                .await
        ),
        ["/metadata"]
    );
    assert_eq!(
        pointers(admin.patch(&at(&article), more).await),
        ["/metadata"]
    );
}

#[tokio::test]
async fn metadata_keeps_any_json() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let metadata = json!({
        "a": {"b": [1, 2.5, -3, null, true, "व", {"c": []}]}, "": "empty name", "a/b~c": "pointer",
        "big": 9_007_199_254_740_993_i64, "small": 1e-7, "text": "\u{7}\u{1F600}"
    });
    let body = with(new("Rain"), json!({"metadata": metadata, "publish": true}));
    let article = id(&admin.post("/v1/articles", body).await.expect(201));
    assert_eq!(read(&app, &article).await["metadata"], metadata);
    for nul in [
        json!({"a": "\0"}),
        json!({"\0": 1}),
        json!({"a": [{"b": "x\0"}]}),
    ] {
        let answer = admin.patch(&at(&article), json!({"metadata": nul})).await;
        assert_eq!(pointers(answer), ["/metadata"]);
    }
}

#[tokio::test]
async fn each_list_and_line_takes_its_limit_and_no_more() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    let image = |member: &str, value: Value| json!({"lead_image": {"url": "https://a.example/b.jpg", member: value}});
    let address = |characters: usize| {
        let address = "https://a.example/";
        json!({"lead_image": {"url": format!("{address}{}", "x".repeat(characters - address.len()))}})
    };
    let cases = [
        (
            json!({"authors": vec!["A. Deshmukh"; 50]}),
            json!({"authors": vec!["A"; 51]}),
        ),
        (
            json!({"authors": ["x".repeat(120)]}),
            json!({"authors": ["x".repeat(121)]}),
        ),
        (
            json!({"external_id": "x".repeat(200)}),
            json!({"external_id": "x".repeat(201)}),
        ),
        (
            image("alt", json!("व".repeat(1000))),
            image("alt", json!("व".repeat(1001))),
        ),
        (
            image("caption", json!("x".repeat(1000))),
            image("caption", json!("x".repeat(1001))),
        ),
        (
            image("credit", json!("x".repeat(300))),
            image("credit", json!("x".repeat(301))),
        ),
        (image("width", json!(1)), image("width", json!(0))),
        (
            image("height", json!(100_000)),
            image("height", json!(100_001)),
        ),
        (address(2048), address(2049)),
    ];
    for (good, bad) in cases {
        admin.patch(&at(&article), good).await.check(200);
        let found = pointers(admin.patch(&at(&article), bad.clone()).await);
        assert_eq!(found.len(), 1, "{bad}");
    }
    for address in [
        "ftp://a.example/b",
        "/b.jpg",
        "https://",
        "data:image/png;base64,xx",
        "https:a b",
    ] {
        let answer = admin
            .patch(&at(&article), json!({"lead_image": {"url": address}}))
            .await;
        assert_eq!(pointers(answer), ["/lead_image/url"], "{address}");
    }
}

#[tokio::test]
async fn an_article_takes_50_tags() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let mut tags = vec![];
    for number in 0..51 {
        tags.push(tag(&admin, &format!("Tag {number}")).await);
    }
    let last = tags.pop().unwrap();
    let body = with(new("Rain"), json!({"tags": tags}));
    let article = id(&admin.post("/v1/articles", body).await.expect(201));
    admin
        .put(&format!("{}/tags/{last}", at(&article)), json!({}))
        .await
        .problem(409, "conflict");
    admin
        .put(&format!("{}/tags/{}", at(&article), tags[0]), json!({}))
        .await
        .check(200);
    tags.push(last);
    assert_eq!(
        pointers(admin.patch(&at(&article), json!({"tags": tags})).await),
        ["/tags"]
    );
}

// Success.

#[tokio::test]
async fn an_article_is_made_with_all_its_members() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let weather = tag(&admin, "Weather").await;
    tag(&admin, "Pune").await;
    let image = json!({
        "url": "https://images.example/a.jpg", "alt": "Clouds", "caption": "Above", "credit": "R. Kale",
        "width": 1200, "height": 800
    });
    let body = json!({
        "source_locale": "EN", "translation": {"title": "Rain", "body": "It *rains*.", "dateline": "Pune"},
        "tags": ["pune", weather, "pune"], "authors": ["B. Joshi", "A. Deshmukh"], "lead_image": image,
        "metadata": {"desk": "city"}, "external_id": "ghost:1", "comments_open": false,
        "comments_close_at": "2040-01-01T05:30:00+05:30", "comments_threads": "per_locale"
    });
    let answer = admin.post("/v1/articles", body).await;
    let article = id(&answer.check(201).json());
    assert_eq!(answer.header("location"), at(&article));
    assert_eq!(answer.header("content-language"), "en");
    let draft = admin.get(&format!("{}?view=draft", at(&article))).await;
    assert_eq!(answer.etag(), draft.etag());
    assert_eq!(
        uuid::Uuid::parse_str(&article).unwrap().get_version_num(),
        7
    );
    let made = answer.json();
    let expected = json!({
        "external_id": "ghost:1", "locale": "en", "source_locale": "en", "status": "draft", "slug": "rain",
        "title": "Rain", "subtitle": null, "dateline": "Pune", "summary": "It rains.", "body": "It *rains*.",
        "seo": {"title": null, "description": null}, "authors": ["B. Joshi", "A. Deshmukh"],
        "lead_image": image, "translations": [], "word_count": 2, "reading_minutes": 1,
        "comments": {"open": false, "approved_count": 0, "threads": "per_locale"},
        "metadata": {"desk": "city"}, "published_at": null, "first_published_at": null
    });
    for (member, value) in expected.as_object().unwrap() {
        assert_eq!(&made[member], value, "{member}");
    }
    assert_eq!(
        slugs(&made),
        ["pune", "weather"],
        "in their order, each once"
    );
    assert_eq!(
        made["body_html"].as_str().unwrap().trim(),
        "<p>It <em>rains</em>.</p>"
    );
    for member in ["created_at", "updated_at"] {
        let time = made[member].as_str().unwrap();
        assert!(
            time.ends_with('Z') && time.parse::<DateTime<Utc>>().is_ok(),
            "{time}"
        );
    }
}

#[tokio::test]
async fn readers_get_exactly_the_members_of_the_contract() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Rain").await;
    translate(&admin, &article, "hi", "वर्षा").await;
    tag(&admin, "Weather").await;
    admin
        .put(&format!("{}/tags/weather", at(&article)), json!({}))
        .await
        .check(200);
    let whole = guest
        .get(&format!("{}?locale=hi", at(&article)))
        .await
        .expect(200);
    let expected: Vec<&str> = MEMBERS.into_iter().filter(|name| *name != "etag").collect();
    assert_eq!(names(&whole), expected);
    assert_eq!(names(&whole["seo"]), ["description", "title"]);
    assert_eq!(
        names(&whole["comments"]),
        ["approved_count", "open", "threads"]
    );
    assert_eq!(
        names(&whole["locale_resolution"]),
        ["reason", "requested", "served"]
    );
    assert_eq!(names(&whole["tags"][0]), ["id", "name", "slug"]);
    for edition in whole["translations"].as_array().unwrap() {
        assert_eq!(
            names(edition),
            ["locale", "published_at", "slug", "title", "url"]
        );
        let url = format!("/{}/", edition["locale"].as_str().unwrap());
        assert!(edition["url"].as_str().unwrap().contains(&url), "{edition}");
    }
    let item = &guest.get("/v1/articles?locale=hi").await.expect(200)["data"][0];
    let mut expected: Vec<&str> = MEMBERS
        .into_iter()
        .filter(|name| !matches!(*name, "body" | "body_html"))
        .collect();
    expected.sort_unstable();
    assert_eq!(names(item), expected);
    for member in expected.into_iter().filter(|name| *name != "etag") {
        assert_eq!(item[member], whole[member], "{member}");
    }
    let exact = guest
        .get(&format!("{}?locale=hi", at(&article)))
        .await
        .etag();
    assert_eq!(
        item["etag"], exact,
        "as the article's own address answers it"
    );
}

#[tokio::test]
async fn an_editor_can_edit_from_a_list() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = published(&admin, "Rain").await;
    let listed = admin.get("/v1/articles?view=draft").await.expect(200);
    let etag = listed["data"][0]["etag"].as_str().unwrap().to_owned();
    assert_eq!(etag, version(&admin, &article).await);
    let path = at(&article);
    admin
        .write(
            "PATCH",
            &path,
            ("if-match", &etag),
            json!({"authors": ["A"]}),
        )
        .await
        .check(200);
}

#[tokio::test]
async fn a_patch_removes_with_null_and_leaves_alone_what_is_absent() {
    let app = TestApp::start().await;
    let admin = app.admin();
    tag(&admin, "Weather").await;
    let body = with(
        new("Rain"),
        json!({
            "tags": ["weather"], "authors": ["A"], "metadata": {"desk": "city", "deep": {"a": 1, "b": 2}},
            "external_id": "x:1", "comments_open": false, "comments_close_at": "2040-01-01T00:00:00Z",
            "comments_threads": "per_locale", "publish": true,
            "lead_image": {"url": "https://a.example/b.jpg", "alt": "Alt", "width": 3}
        }),
    );
    let article = id(&admin.post("/v1/articles", body).await.expect(201));
    let before = read(&app, &article).await;
    let patch = async |patch: Value| {
        let request = admin
            .request("PATCH", &at(&article))
            .body(patch.to_string());
        Answer::of(request.header("content-type", "application/merge-patch+json"))
            .await
            .expect(200);
        read(&app, &article).await
    };
    let metadata =
        json!({"metadata": {"desk": null, "deep": {"a": null, "c": [null]}, "new": {"x": null}}});
    let after = patch(metadata).await;
    assert_eq!(
        after["metadata"],
        json!({"deep": {"b": 2, "c": [null]}, "new": {}})
    );
    for member in ["tags", "authors", "external_id", "lead_image", "comments"] {
        assert_eq!(after[member], before[member], "{member}");
    }
    let after = patch(json!({"lead_image": {"alt": null, "credit": "R. Kale"}})).await;
    let image = &after["lead_image"];
    let shown = (
        &image["url"],
        &image["alt"],
        &image["credit"],
        &image["width"],
    );
    assert_eq!(
        shown,
        (
            &json!("https://a.example/b.jpg"),
            &json!(null),
            &json!("R. Kale"),
            &json!(3)
        )
    );
    let nothing = json!({
        "authors": null, "tags": null, "lead_image": null, "metadata": null, "external_id": null,
        "comments_open": null, "comments_close_at": null, "comments_threads": null
    });
    let after = patch(nothing).await;
    let expected = json!({
        "authors": [], "tags": [], "lead_image": null, "metadata": {}, "external_id": null,
        "comments": {"open": true, "approved_count": 0, "threads": "shared"}
    });
    for (member, value) in expected.as_object().unwrap() {
        assert_eq!(&after[member], value, "{member}");
    }
}

#[tokio::test]
async fn tags_are_replaced_whole_by_slug_or_id_in_their_order() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let (weather, pune) = (tag(&admin, "Weather").await, tag(&admin, "Pune").await);
    tag(&admin, "Rivers").await;
    let article = published(&admin, "Rain").await;
    let tagged = async |tags: Value| {
        let answered = admin
            .patch(&at(&article), json!({"tags": tags}))
            .await
            .expect(200);
        let read = read(&app, &article).await;
        assert_eq!(read["tags"], answered["tags"]);
        slugs(&read).join(" ")
    };
    assert_eq!(
        tagged(json!([pune, "weather", "Rivers"])).await,
        "pune weather rivers"
    );
    assert_eq!(tagged(json!(["rivers", weather])).await, "rivers weather");
    assert_eq!(
        tagged(json!(["weather", weather, "weather"])).await,
        "weather"
    );
    assert_eq!(tagged(json!([])).await, "");
}

#[tokio::test]
async fn one_tag_is_put_on_and_taken_off() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let weather = tag(&admin, "Weather").await;
    tag(&admin, "Pune").await;
    let article = published(&admin, "Rain").await;
    let path = |tag: &str| format!("{}/tags/{tag}", at(&article));
    admin.put(&path("pune"), json!({})).await.check(200);
    let put = Answer::of(admin.request("PUT", &path(&weather))).await;
    assert_eq!(slugs(&put.check(200).json()), ["pune", "weather"]);
    assert_eq!(put.etag(), version(&admin, &article).await);
    let again = Answer::of(admin.request("PUT", &path("weather"))).await;
    assert_eq!(again.check(200).etag(), put.etag(), "nothing changed");
    assert_eq!(slugs(&read(&app, &article).await), ["pune", "weather"]);
    let stale = admin
        .write("DELETE", &path("pune"), ("if-match", "\"a1\""), Value::Null)
        .await;
    stale.problem(412, "precondition-failed");
    admin
        .write(
            "DELETE",
            &path("pune"),
            ("if-match", &put.etag()),
            Value::Null,
        )
        .await
        .check(204);
    admin.delete(&path("pune")).await.problem(404, "not-found");
    assert_eq!(slugs(&read(&app, &article).await), ["weather"]);
    let counted = app.guest().get("/v1/tags/pune?locale=en").await.expect(200);
    assert_eq!(counted["article_count"], 0);
}

#[tokio::test]
async fn what_is_the_same_in_all_languages_reaches_readers_at_once_and_text_does_not() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Rain").await;
    translate(&admin, &article, "hi", "वर्षा").await;
    tag(&admin, "Weather").await;
    admin
        .patch(
            &format!("{}/translations/en", at(&article)),
            json!({"title": "Hail"}),
        )
        .await
        .check(200);
    let image = json!({"url": "https://a.example/b.jpg", "alt": "Clouds"});
    let patch = json!({
        "tags": ["weather"], "authors": ["A"], "lead_image": image, "metadata": {"a": 1},
        "comments_open": false, "comments_threads": "per_locale", "external_id": "x:1"
    });
    admin.patch(&at(&article), patch).await.check(200);
    for locale in ["en", "hi"] {
        let edition = guest
            .get(&format!("{}?locale={locale}", at(&article)))
            .await
            .expect(200);
        assert_eq!(slugs(&edition), ["weather"]);
        assert_eq!(
            (&edition["authors"], &edition["metadata"]),
            (&json!(["A"]), &json!({"a": 1}))
        );
        assert_eq!(
            (&edition["lead_image"]["alt"], &edition["external_id"]),
            (&json!("Clouds"), &json!("x:1"))
        );
        let comments = json!({"open": false, "approved_count": 0, "threads": "per_locale"});
        assert_eq!(edition["comments"], comments);
        let listed = guest
            .get(&format!(
                "/v1/articles?locale={locale}&tag=weather&author=A"
            ))
            .await;
        assert_eq!(members(&listed.expect(200), "id"), [article.as_str()]);
    }
    let edition = read(&app, &article).await;
    assert_eq!(edition["title"], "Rain");
    assert_eq!(
        edition["updated_at"], edition["published_at"],
        "for readers, the last publish"
    );
    let copy = admin
        .get(&format!("{}/translations/hi", at(&article)))
        .await
        .expect(200);
    assert_eq!(
        copy["status"], "published",
        "it is no part of an edition's text"
    );
}

#[tokio::test]
async fn comments_close_at_their_time() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = published(&admin, "Rain").await;
    let open = async |close_at: &str| {
        admin
            .patch(&at(&article), json!({"comments_close_at": close_at}))
            .await
            .check(200);
        let open = read(&app, &article).await["comments"]["open"].clone();
        let comment = json!({"author_name": "A", "body": "Words", "locale": "en"});
        let answer = app
            .guest()
            .post(&format!("{}/comments", at(&article)), comment)
            .await;
        (open, answer.status)
    };
    assert_eq!(open("2001-01-01T00:00:00Z").await, (json!(false), 409));
    assert_eq!(open("2999-01-01T00:00:00+05:30").await, (json!(true), 201));
}

#[tokio::test]
async fn the_entity_tag_is_one_in_all_languages_and_changes_with_every_change() {
    let app = TestApp::start().await;
    let admin = app.admin();
    tag(&admin, "Weather").await;
    let article = draft(&admin, "Rain").await;
    let (en, hi) = (
        format!("{}/translations/en", at(&article)),
        format!("{}/translations/hi", at(&article)),
    );
    let one = async || {
        let mut tags = vec![];
        for query in [
            "locale=en",
            "locale=en&fields=id",
            "locale=mr&fallback=chain",
        ] {
            tags.push(
                admin
                    .get(&format!("{}?view=draft&{query}", at(&article)))
                    .await
                    .etag(),
            );
        }
        if admin.get(&hi).await.status == 200 {
            tags.push(
                admin
                    .get(&format!("{}?view=draft&locale=hi", at(&article)))
                    .await
                    .etag(),
            );
        }
        assert!(
            tags.iter()
                .all(|tag| *tag == tags[0] && tag.starts_with('"')),
            "{tags:?}"
        );
        tags[0].clone()
    };
    let mut seen = vec![one().await];
    let image = json!({"lead_image": {"url": "https://a.example/b.jpg"}});
    let steps = [
        ("PUT", hi.clone(), json!({"title": "वर्षा"})),
        ("PATCH", hi.clone(), json!({"title": "बारिश"})),
        ("PATCH", en.clone(), json!({"body": "Other"})),
        ("PATCH", at(&article), json!({"authors": ["A"]})),
        ("PATCH", at(&article), image),
        ("PATCH", at(&article), json!({"metadata": {"a": 1}})),
        ("PATCH", at(&article), json!({"comments_open": false})),
        ("PATCH", at(&article), json!({"external_id": "x"})),
        ("PATCH", at(&article), json!({"tags": ["weather"]})),
        (
            "DELETE",
            format!("{}/tags/weather", at(&article)),
            Value::Null,
        ),
        ("PUT", format!("{}/tags/weather", at(&article)), json!({})),
        (
            "PATCH",
            "/v1/tags/weather".into(),
            json!({"name": "The weather"}),
        ),
        ("POST", format!("{en}/publish"), json!({})),
        ("POST", format!("{hi}/publish"), json!({})),
        ("POST", format!("{hi}/unpublish"), json!({})),
        ("DELETE", hi.clone(), Value::Null),
    ];
    for (method, path, body) in steps {
        let request = admin.request(method, &path);
        let answer = Answer::of(if body.is_null() {
            request
        } else {
            request.json(&body)
        })
        .await;
        assert!(answer.status < 300, "{method} {path}: {}", answer.text);
        let now = one().await;
        assert!(!seen.contains(&now), "{method} {path} {body} leaves {now}");
        seen.push(now);
    }
    for (path, body) in [
        (&at(&article), json!({"authors": ["A"]})),
        (&en, json!({"body": "Other"})),
    ] {
        admin.patch(path, body).await.check(200);
    }
    admin
        .put(&format!("{}/tags/weather", at(&article)), json!({}))
        .await
        .check(200);
    assert_eq!(
        &one().await,
        seen.last().unwrap(),
        "what changes nothing leaves it"
    );
}

#[tokio::test]
async fn a_readers_tag_is_not_one_to_write_with() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Rain").await;
    let path = at(&article);
    let readers = guest.get(&path).await.etag();
    let listed = guest.get("/v1/articles").await.expect(200)["data"][0]["etag"]
        .as_str()
        .unwrap()
        .to_owned();
    let current = version(&admin, &article).await;
    let wrong = [
        readers.as_str(),
        &listed,
        &format!("W/{current}"),
        "\"a0\"",
        "\"t1\"",
    ];
    for tag in wrong {
        let header = ("if-match", tag);
        admin
            .write("PATCH", &path, header, json!({"authors": ["A"]}))
            .await
            .problem(412, "precondition-failed");
        admin
            .write("DELETE", &path, header, Value::Null)
            .await
            .problem(412, "precondition-failed");
        let erase = format!("{path}?permanent=true");
        admin
            .write("DELETE", &erase, header, Value::Null)
            .await
            .problem(412, "precondition-failed");
    }
    assert_eq!(version(&admin, &article).await, current);
    let answer = admin
        .write(
            "PATCH",
            &path,
            ("if-match", &current),
            json!({"authors": ["A"]}),
        )
        .await;
    assert_ne!(answer.check(200).etag(), current);
    assert_eq!(answer.etag(), version(&admin, &article).await);
}

#[tokio::test]
async fn an_unchanged_article_is_not_sent_again() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Rain").await;
    let path = format!("{}?locale=en", at(&article));
    let etag = guest.get(&path).await.etag();
    for known in [
        etag.clone(),
        format!("\"x\", {etag}"),
        "*".into(),
        format!("W/{etag}"),
    ] {
        let answer = guest.get_with(&path, "if-none-match", &known).await;
        assert_eq!(
            (answer.check(304).text.as_str(), answer.etag()),
            ("", etag.clone())
        );
    }
    admin
        .patch(&at(&article), json!({"authors": ["A"]}))
        .await
        .check(200);
    guest
        .get_with(&path, "if-none-match", &etag)
        .await
        .check(200);
    let etag = guest.get(&path).await.etag();
    let comment = json!({"author_name": "A", "body": "Words", "locale": "en"});
    admin
        .post(&format!("{}/comments", at(&article)), comment)
        .await
        .check(201);
    let counted = guest.get_with(&path, "if-none-match", &etag).await;
    assert_eq!(counted.expect(200)["comments"]["approved_count"], 1);
}

#[tokio::test]
async fn fields_picks_members() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Rain").await;
    let picked = |fields: &str| format!("{}?locale=en&fields={fields}", at(&article));
    let some = guest.get(&picked("title,id,body_html")).await.expect(200);
    assert_eq!(names(&some), ["body_html", "id", "title"]);
    let whole = read(&app, &article).await;
    assert_eq!(some["body_html"], whole["body_html"]);
    for name in MEMBERS.into_iter().filter(|name| *name != "etag") {
        let one = guest.get(&picked(name)).await.expect(200);
        assert_eq!(one, json!({name: whole[name]}));
    }
    let item = &guest
        .get("/v1/articles?locale=en&fields=slug,title")
        .await
        .expect(200)["data"][0];
    let mut picked_item: Map<String, Value> = item.as_object().unwrap().clone();
    picked_item.remove("etag");
    assert_eq!(
        Value::Object(picked_item),
        json!({"slug": "rain", "title": "Rain"})
    );
    let copy = admin
        .get(&format!("{}?view=draft&fields=status,title", at(&article)))
        .await
        .expect(200);
    assert_eq!(copy, json!({"status": "published", "title": "Rain"}));
    for unknown in ["nope", "title,nope", "Title", "deleted_at", "version"] {
        let problem = guest
            .get(&picked(unknown))
            .await
            .problem(400, "invalid-parameter");
        assert!(
            problem["detail"].as_str().unwrap().contains("fields"),
            "{problem}"
        );
        guest
            .get(&format!("/v1/articles?fields={unknown}"))
            .await
            .problem(400, "invalid-parameter");
    }
    assert_ne!(
        guest.get(&picked("title")).await.etag(),
        guest.get(&picked("id")).await.etag()
    );
}

#[tokio::test]
async fn what_is_in_the_trash_is_gone_for_readers_everywhere() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    tag(&admin, "Weather").await;
    let body = with(
        new("Rain"),
        json!({"publish": true, "tags": ["weather"], "authors": ["A"]}),
    );
    let article = id(&admin.post("/v1/articles", body).await.expect(201));
    translate(&admin, &article, "hi", "वर्षा").await;
    let kept = published(&admin, "Hail").await;
    let comment = json!({"author_name": "A", "body": "Words", "locale": "en"});
    let comment = id(&admin
        .post(&format!("{}/comments", at(&article)), comment)
        .await
        .expect(201));
    assert_eq!(
        guest.get("/v1/tags/weather?locale=hi").await.expect(200)["article_count"],
        1
    );

    admin.delete(&at(&article)).await.check(204);

    let gone = [
        at(&article),
        format!("{}?locale=hi", at(&article)),
        at("rain"),
        at("वर्षा"),
        format!("{}/translations", at(&article)),
        format!("{}/translations/en", at(&article)),
        format!("{}/comments", at(&article)),
        format!("/v1/comments/{comment}"),
    ];
    for path in gone {
        guest.get(&path).await.problem(404, "not-found");
    }
    let comment = json!({"author_name": "A", "body": "Words"});
    guest
        .post(&format!("{}/comments", at(&article)), comment)
        .await
        .problem(404, "not-found");
    for query in [
        "",
        "?locale=en",
        "?tag=weather",
        "?author=A",
        "?sort=title",
        "?sort=-comments",
    ] {
        let listed = guest.get(&format!("/v1/articles{query}")).await.expect(200);
        assert!(!members(&listed, "id").contains(&json!(article)), "{query}");
    }
    let all = guest.get("/v1/articles?total=exact").await.expect(200);
    assert_eq!(
        (members(&all, "id"), &all["total"]),
        (vec![json!(kept)], &json!(1))
    );
    for locale in ["en", "hi"] {
        let tag = guest
            .get(&format!("/v1/tags/weather?locale={locale}"))
            .await
            .expect(200);
        assert_eq!(tag["article_count"], 0, "{locale}");
    }
    let counts = guest
        .get(&format!("/v1/comments/counts?articles={article}"))
        .await
        .expect(200);
    assert_eq!(counts["data"], json!([]));
    for path in ["/en/rain", "/hi/वर्षा"] {
        let resolved = guest
            .get(&format!("/v1/resolve?path={path}"))
            .await
            .expect(200);
        assert_eq!(
            (&resolved["status"], &resolved["slug"]),
            (&json!("gone"), &json!(null))
        );
    }
    let drafts = admin.get("/v1/articles?view=draft").await.expect(200);
    assert_eq!(members(&drafts, "id"), [kept.as_str()]);
}

#[tokio::test]
async fn what_is_in_the_trash_takes_no_writes() {
    let app = TestApp::start().await;
    let admin = app.admin();
    tag(&admin, "Weather").await;
    let article = published(&admin, "Rain").await;
    admin.delete(&at(&article)).await.check(204);
    let answers = [
        admin.delete(&at(&article)).await,
        admin.patch(&at(&article), json!({"authors": ["A"]})).await,
        admin
            .put(&format!("{}/tags/weather", at(&article)), json!({}))
            .await,
        admin
            .put(
                &format!("{}/translations/hi", at(&article)),
                json!({"title": "x"}),
            )
            .await,
        admin
            .patch(
                &format!("{}/translations/en", at(&article)),
                json!({"title": "x"}),
            )
            .await,
        admin
            .post(
                &format!("{}/translations/en/publish", at(&article)),
                json!({}),
            )
            .await,
        admin
            .post(
                &format!("{}/translations/en/unpublish", at(&article)),
                json!({}),
            )
            .await,
        admin
            .delete(&format!("{}/translations/en", at(&article)))
            .await,
        admin.get(&format!("{}?view=draft", at(&article))).await,
        admin
            .get(&format!("{}/translations/en", at(&article)))
            .await,
    ];
    for answer in answers {
        answer.problem(404, "not-found");
    }
}

#[tokio::test]
async fn an_article_comes_back_as_it_was() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    tag(&admin, "Weather").await;
    let body = with(
        new("Rain"),
        json!({"publish": true, "tags": ["weather"], "external_id": "x:1"}),
    );
    let article = id(&admin.post("/v1/articles", body).await.expect(201));
    translate(&admin, &article, "hi", "वर्षा").await;
    let mr = format!("{}/translations/mr", at(&article));
    admin.put(&mr, json!({"title": "पाऊस"})).await.check(201);
    let en = format!("{}/translations/en", at(&article));
    admin
        .patch(&en, json!({"title": "Hail", "slug": "hail"}))
        .await
        .check(200);
    admin
        .post(&format!("{en}/publish"), json!({}))
        .await
        .check(200);
    admin
        .patch(&en, json!({"title": "Not yet"}))
        .await
        .check(200);
    let comment = json!({"author_name": "A", "body": "Words", "locale": "en"});
    admin
        .post(&format!("{}/comments", at(&article)), comment)
        .await
        .check(201);
    let places = [
        format!("{}?locale=en", at(&article)),
        format!("{}?locale=hi", at(&article)),
        at("hail"),
        at("rain"),
        at("वर्षा"),
        "/v1/articles?locale=en".into(),
        "/v1/articles?tag=weather".into(),
        format!("{}/translations", at(&article)),
        format!("{}/comments", at(&article)),
        "/v1/tags/weather?locale=hi".into(),
        "/v1/resolve?path=/en/rain".into(),
        "/v1/resolve?path=/en/hail".into(),
    ];
    let look = async || {
        let mut seen = vec![];
        for place in &places {
            let answer = guest.get(place).await;
            let location = answer.header("location").to_owned();
            // A problem, such as the body of a 301, tells the request's own id.
            let text = if answer.status == 200 {
                answer.text.clone()
            } else {
                String::new()
            };
            seen.push((place, answer.status, location, answer.etag(), text));
        }
        seen
    };
    let before = look().await;
    let copies = [admin.get(&en).await.text, admin.get(&mr).await.text];
    let tag = version(&admin, &article).await;
    admin.delete(&at(&article)).await.check(204);
    let restore = format!("{}/restore", at(&article));
    admin
        .write("POST", &restore, ("if-match", &tag), json!({}))
        .await
        .problem(412, "precondition-failed");
    let restored = Answer::of(admin.request("POST", &restore)).await;
    assert_eq!(restored.check(200).json()["title"], "Not yet");
    assert_eq!(restored.etag(), version(&admin, &article).await);
    assert_ne!(restored.etag(), tag);
    assert_eq!(look().await, before);
    assert_eq!(
        [admin.get(&en).await.text, admin.get(&mr).await.text],
        copies
    );
    admin
        .post(&restore, json!({}))
        .await
        .problem(409, "conflict");
}

#[tokio::test]
async fn what_changed_meanwhile_is_seen_when_an_article_comes_back() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let (weather, pune) = (tag(&admin, "Weather").await, tag(&admin, "Pune").await);
    let body = with(
        new("Rain"),
        json!({"publish": true, "tags": [weather, pune]}),
    );
    let article = id(&admin.post("/v1/articles", body).await.expect(201));
    admin.delete(&at(&article)).await.check(204);
    admin
        .patch("/v1/tags/weather", json!({"name": "The weather"}))
        .await
        .check(200);
    admin.delete("/v1/tags/pune?detach=true").await.check(204);
    admin
        .post(&format!("{}/restore", at(&article)), json!({}))
        .await
        .check(200);
    let tags = read(&app, &article).await["tags"].clone();
    assert_eq!(
        tags,
        json!([{"id": weather, "slug": "weather", "name": "The weather"}])
    );
    let listed = app
        .guest()
        .get("/v1/articles?tag=weather")
        .await
        .expect(200);
    assert_eq!(members(&listed, "id"), [article.as_str()]);
    let counted = app.guest().get("/v1/tags/weather?locale=en").await;
    assert_eq!(counted.expect(200)["article_count"], 1);
}

#[tokio::test]
async fn the_trash_keeps_an_article_for_30_days() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let (late, just) = (
        published(&admin, "Late").await,
        published(&admin, "Just").await,
    );
    for article in [&late, &just] {
        admin.delete(&at(article)).await.check(204);
    }
    let age = |article: &str, days: &str| {
        format!("update articles set deleted_at = now() - interval '{days}' where id = '{article}'")
    };
    let sql = app.sql().await;
    sql.batch_execute(&age(&late, "30 days 1 minute"))
        .await
        .unwrap();
    sql.batch_execute(&age(&just, "29 days 23 hours"))
        .await
        .unwrap();
    admin
        .post(&format!("{}/restore", at(&late)), json!({}))
        .await
        .problem(404, "not-found");
    admin
        .post(&format!("{}/restore", at(&just)), json!({}))
        .await
        .check(200);
    assert_eq!(read(&app, &just).await["title"], "Just");
}

#[tokio::test]
async fn what_readers_have_goes_to_the_trash_only_with_the_right_to_publish() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let writer = app.caller(&["content:write"]).await;
    let (shown, hidden) = (published(&admin, "Rain").await, draft(&admin, "Hail").await);
    writer.delete(&at(&hidden)).await.check(204);
    writer
        .post(&format!("{}/restore", at(&hidden)), json!({}))
        .await
        .check(200);
    writer.delete(&at(&shown)).await.problem(403, "forbidden");
    admin.delete(&at(&shown)).await.check(204);
    writer
        .post(&format!("{}/restore", at(&shown)), json!({}))
        .await
        .problem(403, "forbidden");
    assert_eq!(
        app.guest().get("/v1/articles").await.expect(200)["data"],
        json!([])
    );
}

#[tokio::test]
async fn an_article_is_written_by_its_slug_as_well_as_by_its_id() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    translate(&admin, &article, "hi", "वर्षा").await;
    for (slug, author) in [("rain", "A"), ("वर्षा", "B")] {
        let changed = admin
            .patch(&at(slug), json!({"authors": [author]}))
            .await
            .expect(200);
        assert_eq!(
            (&changed["id"], &changed["authors"]),
            (&json!(article), &json!([author]))
        );
    }
    let copy = admin
        .get(&format!("{}?view=draft", at("rain")))
        .await
        .expect(200);
    assert_eq!(copy["authors"], json!(["B"]));
    admin.delete(&at("वर्षा")).await.check(204);
    admin
        .post(&format!("{}/restore", at("rain")), json!({}))
        .await
        .check(200);
}

#[tokio::test]
async fn a_draft_is_shown_in_the_language_asked_for() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = published(&admin, "Rain").await;
    let hi = format!("{}/translations/hi", at(&article));
    admin
        .put(&hi, json!({"title": "वर्षा", "body": "दो **शब्द**"}))
        .await
        .check(201);
    let path = |query: &str| format!("{}?view=draft&{query}", at(&article));
    let copy = admin.get(&path("locale=hi")).await;
    assert_eq!(copy.check(200).header("content-language"), "hi");
    let document = copy.json();
    let shown = (
        &document["title"],
        &document["status"],
        &document["source_locale"],
    );
    assert_eq!(shown, (&json!("वर्षा"), &json!("draft"), &json!("en")));
    assert!(
        document["body_html"]
            .as_str()
            .unwrap()
            .contains("<strong>शब्द</strong>")
    );
    assert_eq!(document["published_at"], json!(null));
    let problem = admin
        .get(&path("locale=mr"))
        .await
        .problem(404, "translation-not-available");
    assert_eq!(problem["available_locales"], json!(["en", "hi"]));
    assert_eq!(
        admin
            .get(&path("locale=mr&fallback=chain"))
            .await
            .expect(200)["title"],
        "वर्षा"
    );
    let answer = admin.get_with(&path(""), "accept-language", "hi").await;
    assert_eq!(answer.expect(200)["title"], "वर्षा");
    assert_eq!(admin.get(&at("वर्षा")).await.status, 404);
    let by_slug = admin
        .get(&format!("{}?view=draft", at("वर्षा")))
        .await
        .expect(200);
    assert_eq!(by_slug["locale"], "hi");
}
