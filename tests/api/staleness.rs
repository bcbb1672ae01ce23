//! When a translation is stale: readers of the source have a text that it does not follow.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::Client;
use crate::make::{draft, id, published, tag};

fn at(article: &str, locale: &str) -> String {
    format!("/v1/articles/{article}/translations/{locale}")
}

async fn copy(caller: &Client, article: &str, locale: &str) -> Value {
    caller.get(&at(article, locale)).await.expect(200)
}

/// Saves what changed; the working copy after it.
async fn save(admin: &Client, article: &str, locale: &str, words: Value) -> Value {
    admin.patch(&at(article, locale), words).await.expect(200)
}

async fn act(admin: &Client, article: &str, locale: &str, action: &str) -> Value {
    let path = format!("{}/{action}", at(article, locale));
    admin.post(&path, json!({})).await.expect(200)
}

/// Saves and publishes the source; the moment of that.
async fn tell(admin: &Client, article: &str, words: Value) -> Value {
    save(admin, article, "en", words).await;
    act(admin, article, "en", "publish").await["updated_at"].clone()
}

/// An article, published in English, that is there in Hindi.
async fn translated(admin: &Client) -> String {
    let article = published(admin, "Rain").await;
    let words = json!({"title": "वर्षा", "body": "कुछ शब्द।"});
    admin.put(&at(&article, "hi"), words).await.check(201);
    article
}

/// What it says of itself: whether it is stale, since when, how far it is behind and in what.
fn staleness(copy: &Value) -> Value {
    json!([
        copy["stale"],
        copy["stale_since"],
        copy["behind_by"],
        copy["changed_fields"]
    ])
}

/// Up to date.
fn fresh() -> Value {
    json!([false, null, 0, []])
}

fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

/// Everything else that says whether it is stale agrees: the worklist, the counts, the list.
async fn agree(admin: &Client, article: &str, locale: &str) {
    let copy = copy(admin, article, locale).await;
    for stale in [true, false] {
        let path = format!("/v1/translations?locale={locale}&stale={stale}&total=exact");
        let work = admin.get(&path).await.expect(200);
        let rows = work["data"].as_array().unwrap();
        let row = rows.iter().find(|row| row["article_id"] == article);
        assert_eq!(row.is_some(), copy["stale"] == stale, "{work}");
        if let Some(row) = row {
            assert_eq!(staleness(row), staleness(&copy));
        }
        assert_eq!(work["total"], rows.len());
        if stale {
            let coverage = admin.get("/v1/coverage").await.expect(200);
            let counts = coverage["data"].as_array().unwrap();
            let counts = counts.iter().find(|row| row["locale"] == locale).unwrap();
            assert_eq!(counts["stale"], rows.len(), "{coverage}");
        }
    }
    let all = admin
        .get(&format!("/v1/articles/{article}/translations"))
        .await
        .expect(200);
    let listed = all["data"].as_array().unwrap().iter();
    let listed = listed.filter(|listed| listed["locale"] == locale);
    assert_eq!(
        listed.map(staleness).collect::<Vec<_>>(),
        [staleness(&copy)]
    );
}

/// How often it was told that the article's translations became stale, by language.
async fn told(app: &TestApp, article: &str) -> Vec<String> {
    let query = "select locale from events where type = 'translation.stale' \
        and article_id = $1::text::uuid order by id";
    let rows = app.sql().await.query(query, &[&article]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

// What makes it stale

#[tokio::test]
async fn a_changed_text_makes_it_stale_when_readers_get_it() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = translated(&admin).await;
    assert_eq!(staleness(&copy(&admin, &article, "hi").await), fresh());
    save(&admin, &article, "en", json!({"title": "Hail"})).await;
    let unseen = copy(&admin, &article, "hi").await;
    assert_eq!(staleness(&unseen), fresh(), "readers do not have it yet");
    agree(&admin, &article, "hi").await;
    let before = admin.get(&at(&article, "hi")).await.etag();
    let moment = act(&admin, &article, "en", "publish").await["updated_at"].clone();
    let stale = admin.get(&at(&article, "hi")).await;
    assert_ne!(stale.etag(), before, "who has it by that tag looks again");
    let stale = stale.json();
    assert_eq!(staleness(&stale), json!([true, moment, 1, ["title"]]));
    assert_eq!(
        (&stale["revision"], &stale["status"]),
        (&json!(1), &json!("draft"))
    );
    assert_eq!(stale["based_on_revision"], 1);
    agree(&admin, &article, "hi").await;
    assert_eq!(staleness(&copy(&admin, &article, "en").await), fresh());
    assert_eq!(told(&app, &article).await, ["hi"]);
}

#[tokio::test]
async fn every_member_that_a_translator_follows_counts() {
    let app = TestApp::start().await;
    let admin = app.admin();
    for (member, value) in [
        ("title", json!("Hail")),
        ("subtitle", json!("– in June")),
        ("dateline", json!("Pune/ Mumbai")),
        ("summary", json!("It hails.")),
        ("body", json!("Other words.")),
        ("seo", json!({"title": "Hail in Pune"})),
        ("seo", json!({"description": "All about hail"})),
        ("lead_image_alt", json!("A street")),
        ("lead_image_caption", json!("The street in June")),
    ] {
        let article = translated(&admin).await;
        let moment = tell(&admin, &article, json!({member: value})).await;
        let copy = copy(&admin, &article, "hi").await;
        assert_eq!(staleness(&copy), json!([true, moment, 1, [member]]));
    }
    let article = translated(&admin).await;
    let words = json!({
        "title": "Hail", "body": "Other words.", "subtitle": "– in June", "slug": "hail", "translators": ["A. Kulkarni"]
    });
    tell(&admin, &article, words).await;
    let mut fields = copy(&admin, &article, "hi").await["changed_fields"].clone();
    fields
        .as_array_mut()
        .unwrap()
        .sort_by_key(|name| name.to_string());
    assert_eq!(fields, json!(["body", "subtitle", "title"]));
}

#[tokio::test]
async fn what_no_translator_follows_makes_nothing_stale() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = translated(&admin).await;
    let weather = tag(&admin, "Weather").await;
    let neutral =
        json!({"tags": [weather], "authors": ["A. Kulkarni"], "metadata": {"desk": "city"}});
    let whole = format!("/v1/articles/{article}");
    admin.patch(&whole, neutral).await.check(200);
    act(&admin, &article, "en", "publish").await;
    for words in [
        json!({"slug": "monsoon"}),
        json!({"translators": ["B. Rao"]}),
        json!({"title": "Rain"}),
        json!({}),
    ] {
        tell(&admin, &article, words).await;
        let copy = copy(&admin, &article, "hi").await;
        assert_eq!(staleness(&copy), fresh());
    }
    // Moves alone are no text either.
    for action in [
        "unpublish",
        "publish",
        "archive",
        "reopen",
        "submit",
        "publish",
    ] {
        act(&admin, &article, "en", action).await;
        let copy = copy(&admin, &article, "hi").await;
        assert_eq!(staleness(&copy), fresh(), "after {action}");
    }
    agree(&admin, &article, "hi").await;
    assert_eq!(told(&app, &article).await, [""; 0]);
}

#[tokio::test]
async fn a_text_that_is_taken_back_before_readers_get_it_makes_nothing_stale() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = translated(&admin).await;
    save(&admin, &article, "en", json!({"title": "Hail"})).await;
    let back = save(&admin, &article, "en", json!({"title": "Rain"})).await;
    assert_eq!(back["status"], "published");
    act(&admin, &article, "en", "publish").await;
    assert_eq!(staleness(&copy(&admin, &article, "hi").await), fresh());
    // Nor does one that comes back with other marks on it.
    save(&admin, &article, "en", json!({"title": "Hail"})).await;
    let moment = json!({"title": "Rain", "translators": ["B. Rao"]});
    tell(&admin, &article, moment).await;
    assert_eq!(staleness(&copy(&admin, &article, "hi").await), fresh());
    assert_eq!(told(&app, &article).await, [""; 0]);
}

#[tokio::test]
async fn it_is_stale_since_the_first_text_that_it_does_not_follow() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = translated(&admin).await;
    let first = tell(&admin, &article, json!({"title": "Hail"})).await;
    let second = tell(&admin, &article, json!({"title": "Snow", "body": "More."})).await;
    assert!(time(&second) > time(&first));
    let stale = copy(&admin, &article, "hi").await;
    assert_eq!(
        staleness(&stale),
        json!([true, first, 2, ["title", "body"]])
    );
    // What is only saved is no matter yet.
    save(&admin, &article, "en", json!({"title": "Sun"})).await;
    assert_eq!(
        staleness(&copy(&admin, &article, "hi").await),
        staleness(&stale)
    );
    assert_eq!(told(&app, &article).await, ["hi"], "once, not at each text");
}

#[tokio::test]
async fn the_old_text_published_again_makes_it_fresh() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = translated(&admin).await;
    tell(&admin, &article, json!({"title": "Hail"})).await;
    save(&admin, &article, "en", json!({"title": "Rain"})).await;
    let still = copy(&admin, &article, "hi").await;
    assert_eq!(still["stale"], true, "readers have the new text still");
    act(&admin, &article, "en", "publish").await;
    assert_eq!(staleness(&copy(&admin, &article, "hi").await), fresh());
    agree(&admin, &article, "hi").await;
    let again = tell(&admin, &article, json!({"title": "Snow"})).await;
    let stale = copy(&admin, &article, "hi").await;
    assert_eq!(staleness(&stale), json!([true, again, 3, ["title"]]));
    agree(&admin, &article, "hi").await;
    assert_eq!(told(&app, &article).await, ["hi", "hi"]);
}

#[tokio::test]
async fn each_language_is_stale_by_itself() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = translated(&admin).await;
    let first = tell(&admin, &article, json!({"title": "Hail"})).await;
    let words = json!({"title": "गारा", "body": "काही शब्द."});
    admin.put(&at(&article, "mr"), words).await.check(201);
    assert_eq!(staleness(&copy(&admin, &article, "mr").await), fresh());
    let second = tell(&admin, &article, json!({"body": "Other words."})).await;
    let hindi = copy(&admin, &article, "hi").await;
    assert_eq!(
        staleness(&hindi),
        json!([true, first, 2, ["title", "body"]])
    );
    let marathi = copy(&admin, &article, "mr").await;
    assert_eq!(staleness(&marathi), json!([true, second, 1, ["body"]]));
    for locale in ["en", "hi", "mr"] {
        agree(&admin, &article, locale).await;
    }
    assert_eq!(told(&app, &article).await, ["hi", "mr"]);
}

#[tokio::test]
async fn nothing_is_stale_while_the_source_was_never_published() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    let words = json!({"title": "वर्षा", "body": "शब्द"});
    admin.put(&at(&article, "hi"), words).await.check(201);
    act(&admin, &article, "hi", "publish").await;
    save(&admin, &article, "en", json!({"title": "Hail"})).await;
    assert_eq!(staleness(&copy(&admin, &article, "hi").await), fresh());
    let moment = act(&admin, &article, "en", "publish").await["published_at"].clone();
    let stale = copy(&admin, &article, "hi").await;
    assert_eq!(staleness(&stale), json!([true, moment, 1, ["title"]]));
}

#[tokio::test]
async fn a_source_that_readers_lose_leaves_it_as_it_is() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = translated(&admin).await;
    tell(&admin, &article, json!({"title": "Hail"})).await;
    let stale = staleness(&copy(&admin, &article, "hi").await);
    for action in ["unpublish", "archive", "reopen", "publish"] {
        act(&admin, &article, "en", action).await;
        let after = copy(&admin, &article, "hi").await;
        assert_eq!(staleness(&after), stale, "after {action}");
    }
    let whole = format!("/v1/articles/{article}");
    admin.delete(&whole).await.check(204);
    admin
        .post(&format!("{whole}/restore"), json!({}))
        .await
        .check(200);
    assert_eq!(staleness(&copy(&admin, &article, "hi").await), stale);
    agree(&admin, &article, "hi").await;
    assert_eq!(told(&app, &article).await, ["hi"]);
}

#[tokio::test]
async fn a_source_that_is_published_at_its_time_makes_it_stale_then() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = translated(&admin).await;
    save(&admin, &article, "en", json!({"title": "Hail"})).await;
    let soon = (Utc::now() + chrono::Duration::milliseconds(800)).to_rfc3339();
    let path = format!("{}/publish", at(&article, "en"));
    admin
        .post(&path, json!({"publish_at": soon}))
        .await
        .check(200);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    loop {
        let hindi = copy(&admin, &article, "hi").await;
        if hindi["stale"] == true {
            let source = copy(&admin, &article, "en").await;
            assert_eq!(hindi["stale_since"], source["updated_at"]);
            assert!(time(&hindi["stale_since"]) >= soon.parse::<DateTime<Utc>>().unwrap());
            break;
        }
        assert!(std::time::Instant::now() < deadline, "{hindi}");
    }
    assert_eq!(told(&app, &article).await, ["hi"]);
}

// What makes it fresh again

#[tokio::test]
async fn saving_the_translation_makes_it_fresh() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = translated(&admin).await;
    let moment = tell(&admin, &article, json!({"title": "Hail"})).await;
    // The same words are no save.
    let same = save(&admin, &article, "hi", json!({"title": "वर्षा"})).await;
    assert_eq!(staleness(&same), json!([true, moment, 1, ["title"]]));
    let saved = save(&admin, &article, "hi", json!({"title": "ओले"})).await;
    assert_eq!(staleness(&saved), fresh());
    assert_eq!(
        (&saved["revision"], &saved["based_on_revision"]),
        (&json!(2), &json!(2))
    );
    agree(&admin, &article, "hi").await;
}

#[tokio::test]
async fn saving_it_against_an_older_text_leaves_it_stale() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = translated(&admin).await;
    let first = tell(&admin, &article, json!({"title": "Hail"})).await;
    let second = tell(&admin, &article, json!({"body": "Other words."})).await;
    let words = json!({"title": "ओले", "based_on_revision": 2});
    let half = save(&admin, &article, "hi", words).await;
    assert_eq!(staleness(&half), json!([true, second, 1, ["body"]]));
    agree(&admin, &article, "hi").await;
    let words = json!({"title": "ओले गिरे", "based_on_revision": 1});
    let old = save(&admin, &article, "hi", words).await;
    assert_eq!(staleness(&old), json!([true, first, 2, ["title", "body"]]));
    let words = json!({"title": "ओले", "based_on_revision": 3});
    let done = save(&admin, &article, "hi", words).await;
    assert_eq!(staleness(&done), fresh());
    // One that was never published is as good as the text that it has.
    save(&admin, &article, "en", json!({"title": "Snow"})).await;
    let words = json!({"title": "हिमपात", "based_on_revision": 4});
    let ahead = save(&admin, &article, "hi", words).await;
    assert_eq!(staleness(&ahead), fresh());
    act(&admin, &article, "en", "publish").await;
    assert_eq!(staleness(&copy(&admin, &article, "hi").await), fresh());
}

#[tokio::test]
async fn it_can_be_said_to_follow_another_text_without_other_words() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = translated(&admin).await;
    act(&admin, &article, "hi", "publish").await;
    let moment = tell(&admin, &article, json!({"title": "Rains"})).await;
    let before = admin.get(&at(&article, "hi")).await.etag();
    let (guest, address) = (app.guest(), format!("/v1/articles/{article}?locale=hi"));
    let edition = guest.get(&address).await;
    let checked = save(&admin, &article, "hi", json!({"based_on_revision": 2})).await;
    assert_eq!(staleness(&checked), fresh());
    assert_eq!(checked["based_on_revision"], 2);
    assert_eq!(checked["revision"], 1, "no other words, no revision");
    assert_eq!(checked["status"], "published");
    assert_eq!(checked["has_unpublished_changes"], false);
    assert_ne!(admin.get(&at(&article, "hi")).await.etag(), before);
    agree(&admin, &article, "hi").await;
    let after = guest.get(&address).await;
    assert_eq!(after.text, edition.text, "readers read what they read");
    let back = save(&admin, &article, "hi", json!({"based_on_revision": 1})).await;
    assert_eq!(staleness(&back), json!([true, moment, 1, ["title"]]));
    agree(&admin, &article, "hi").await;
}

#[tokio::test]
async fn a_restored_revision_follows_what_it_followed() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = translated(&admin).await;
    let moment = tell(&admin, &article, json!({"title": "Hail"})).await;
    save(&admin, &article, "hi", json!({"title": "ओले"})).await;
    let path = format!("{}/revisions/1/restore", at(&article, "hi"));
    let restored = admin.post(&path, json!({})).await.expect(200);
    assert_eq!(
        (&restored["revision"], &restored["title"]),
        (&json!(3), &json!("वर्षा"))
    );
    assert_eq!(staleness(&restored), json!([true, moment, 1, ["title"]]));
    agree(&admin, &article, "hi").await;
    let path = format!("{}/revisions/2/restore", at(&article, "hi"));
    let restored = admin.post(&path, json!({})).await.expect(200);
    assert_eq!(staleness(&restored), fresh());
    assert_eq!(restored["based_on_revision"], 2);
}

#[tokio::test]
async fn a_translation_begun_again_is_fresh() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = translated(&admin).await;
    tell(&admin, &article, json!({"title": "Hail"})).await;
    admin.delete(&at(&article, "hi")).await.check(204);
    let words = json!({"title": "ओले", "body": "शब्द"});
    let begun = admin.put(&at(&article, "hi"), words).await.expect(201);
    assert_eq!(staleness(&begun), fresh());
    let words = json!({"title": "गारा", "body": "शब्द", "based_on_revision": 1});
    let old = admin.put(&at(&article, "mr"), words).await.expect(201);
    assert_eq!(
        (&old["stale"], &old["behind_by"]),
        (&json!(true), &json!(1))
    );
    agree(&admin, &article, "mr").await;
}

// As readers see it

#[tokio::test]
async fn readers_are_told_how_far_their_edition_is_behind() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = translated(&admin).await;
    act(&admin, &article, "hi", "publish").await;
    let before = guest.get(&at(&article, "hi")).await;
    assert_eq!(staleness(&before.json()), fresh());
    let moment = tell(&admin, &article, json!({"title": "Hail"})).await;
    let stale = guest.get(&at(&article, "hi")).await;
    assert_ne!(stale.etag(), before.etag());
    assert_eq!(
        staleness(&stale.json()),
        json!([true, moment, 1, ["title"]])
    );
    // A better translation helps readers when they get it.
    let saved = save(&admin, &article, "hi", json!({"title": "ओले"})).await;
    assert_eq!(staleness(&saved), fresh());
    let still = guest.get(&at(&article, "hi")).await;
    assert_eq!(still.text, stale.text);
    assert_eq!(still.json()["based_on_revision"], 1);
    act(&admin, &article, "hi", "publish").await;
    let done = copy(&guest, &article, "hi").await;
    assert_eq!(staleness(&done), fresh());
    assert_eq!(
        (&done["title"], &done["based_on_revision"]),
        (&json!("ओले"), &json!(2))
    );
    // What is not published of the source is nobody's business.
    save(&admin, &article, "en", json!({"title": "Snow"})).await;
    assert_eq!(staleness(&copy(&guest, &article, "hi").await), fresh());
}

// What changed

/// The members that differ, and their texts before and after.
fn differences(found: &Value) -> Vec<(String, String, String)> {
    let text = |changes: &Value, without: &str| -> String {
        let changes = changes.as_array().unwrap().iter();
        let kept = changes.filter(|change| change["op"] != without);
        kept.map(|change| change["text"].as_str().unwrap())
            .collect()
    };
    let fields = found["fields"].as_array().unwrap().iter();
    fields
        .map(|field| {
            let changes = &field["changes"];
            (
                field["name"].as_str().unwrap().to_owned(),
                text(changes, "insert"),
                text(changes, "delete"),
            )
        })
        .collect()
}

#[tokio::test]
async fn the_changes_of_the_source_are_shown_word_by_word() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = translated(&admin).await;
    let changes = async |locale: &str| {
        let path = format!("{}/source-changes", at(&article, locale));
        admin.get(&path).await
    };
    let none = changes("hi").await.expect(200);
    assert_eq!(none, json!({"from": 1, "to": 1, "fields": []}));
    let words = json!({"title": "Rain in Pune", "body": "Some more words.", "slug": "pune", "seo": {"title": "Pune"}});
    tell(&admin, &article, words).await;
    let found = changes("hi").await.expect(200);
    assert_eq!((&found["from"], &found["to"]), (&json!(1), &json!(2)));
    let owned = |(name, from, to): (&str, &str, &str)| (name.into(), from.into(), to.into());
    let mut differ = differences(&found);
    differ.sort();
    assert_eq!(
        differ,
        [
            ("body", "Some words.", "Some more words."),
            ("seo.title", "", "Pune"),
            ("title", "Rain", "Rain in Pune"),
        ]
        .map(owned)
    );
    let body = found["fields"].as_array().unwrap().iter();
    let body = body.clone().find(|field| field["name"] == "body").unwrap();
    let ops = body["changes"].as_array().unwrap().iter();
    assert!(ops.clone().any(|change| change["op"] == "equal"));
    assert!(ops.clone().all(|change| change["op"] != "delete"), "{body}");
    // Up to what the source says now, published or not.
    save(&admin, &article, "en", json!({"title": "Rain"})).await;
    let found = changes("hi").await.expect(200);
    assert_eq!(found["to"], 3);
    assert_eq!(differences(&found).len(), 2);
    save(&admin, &article, "hi", json!({"title": "पुणे में वर्षा"})).await;
    let found = changes("hi").await.expect(200);
    assert_eq!(found, json!({"from": 3, "to": 3, "fields": []}));
    changes("en").await.problem(404, "not-found");
    changes("mr")
        .await
        .problem(404, "translation-not-available");
    let unknown = "/v1/articles/no-such-story/translations/hi/source-changes";
    admin.get(unknown).await.problem(404, "not-found");
    let guest = app.guest();
    let path = format!("{}/source-changes", at(&article, "hi"));
    guest.get(&path).await.problem(401, "unauthenticated");
    let writer = app.caller(&["content:write"]).await;
    writer.get(&path).await.problem(403, "forbidden");
}

// At the same time

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_save_and_a_publication_of_the_source_agree_on_what_it_follows() {
    let app = TestApp::start().await;
    let admin = app.admin();
    for round in 0..15 {
        let article = translated(&admin).await;
        save(
            &admin,
            &article,
            "en",
            json!({"title": format!("Hail {round}")}),
        )
        .await;
        let words = json!({"title": "ओले", "based_on_revision": 1 + round % 2});
        let (path, source) = (
            at(&article, "hi"),
            format!("{}/publish", at(&article, "en")),
        );
        let (saved, told) = tokio::join!(admin.patch(&path, words), admin.post(&source, json!({})));
        saved.check(200);
        let moment = told.expect(200)["updated_at"].clone();
        let expected = match round % 2 {
            0 => json!([true, moment, 1, ["title"]]),
            _ => fresh(),
        };
        assert_eq!(staleness(&copy(&admin, &article, "hi").await), expected);
    }
    let stale = admin
        .get("/v1/translations?stale=true&total=exact&limit=100")
        .await
        .expect(200);
    assert_eq!(stale["total"], 8);
    assert_eq!(stale["data"].as_array().unwrap().len(), 8);
}

#[tokio::test]
async fn an_article_in_another_language_is_the_source_of_the_english_one() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let new = json!({
        "source_locale": "mr", "translation": {"title": "पाऊस", "body": "काही शब्द."}, "publish": true
    });
    let article = id(&admin.post("/v1/articles", new).await.expect(201));
    let words = json!({"title": "Rain", "body": "Some words."});
    let english = admin.put(&at(&article, "en"), words).await.expect(201);
    assert_eq!(english["is_source"], false);
    assert_eq!(staleness(&english), fresh());
    save(&admin, &article, "mr", json!({"body": "आणखी शब्द."})).await;
    let moment = act(&admin, &article, "mr", "publish").await["updated_at"].clone();
    let english = copy(&admin, &article, "en").await;
    assert_eq!(staleness(&english), json!([true, moment, 1, ["body"]]));
    agree(&admin, &article, "en").await;
    agree(&admin, &article, "mr").await;
    assert_eq!(told(&app, &article).await, ["en"]);
}
