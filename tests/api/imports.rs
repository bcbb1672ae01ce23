//! `POST /v1/import`

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client};
use crate::make::{import, import_text, imported, members, published};

const BRIDGE: &str = "wordpress:news.example:4711";

fn bridge() -> Value {
    json!({
        "type": "article", "external_id": BRIDGE, "source_locale": "en", "authors": ["A. Deshmukh"],
        "created_at": "2019-04-02T08:00:00Z",
        "translations": [
            {"locale": "en", "title": "The old bridge reopens", "body": "After two monsoons it **carries** buses.",
             "status": "published", "published_at": "2019-04-02T09:30:00Z"},
            {"locale": "hi", "title": "पुराना पुल फिर खुला", "body": "दो मानसून बाद।", "status": "published",
             "published_at": "2019-04-03T09:30:00Z", "first_published_at": "2019-04-02T18:00:00Z"},
            {"locale": "mr", "title": "जुना पूल", "body": "मजकूर."},
        ],
    })
}

fn refused_for(result: &Value) -> (&str, &str) {
    assert_eq!(result["result"], "refused", "{result}");
    let error = &result["errors"][0];
    (
        error["pointer"].as_str().unwrap(),
        error["code"].as_str().unwrap(),
    )
}

#[tokio::test]
async fn a_line_brings_an_article_with_its_languages_and_its_times() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let results = import(&admin, &[bridge()]).await;
    imported(&results, &["created"]);
    assert_eq!(
        (&results[0]["line"], &results[0]["external_id"]),
        (&json!(1), &json!(BRIDGE))
    );
    let id = results[0]["id"].as_str().unwrap();
    let article = guest
        .get(&format!("/v1/articles/{id}?locale=en"))
        .await
        .expect(200);
    for (member, expected) in [
        ("external_id", BRIDGE),
        ("slug", "the-old-bridge-reopens"),
        ("created_at", "2019-04-02T08:00:00Z"),
        ("published_at", "2019-04-02T09:30:00Z"),
        ("first_published_at", "2019-04-02T09:30:00Z"),
        (
            "body_html",
            "<p>After two monsoons it <strong>carries</strong> buses.</p>\n",
        ),
    ] {
        assert_eq!(article[member], expected, "{member}");
    }
    let hindi = guest
        .get(&format!("/v1/articles/{id}?locale=hi"))
        .await
        .expect(200);
    assert_eq!(hindi["first_published_at"], "2019-04-02T18:00:00Z");
    assert_eq!(hindi["published_at"], "2019-04-03T09:30:00Z");
    guest
        .get(&format!("/v1/articles/{id}?locale=mr"))
        .await
        .problem(404, "translation-not-available");
    let marathi = admin
        .get(&format!("/v1/articles/{id}/translations/mr"))
        .await
        .expect(200);
    assert_eq!(
        (&marathi["status"], &marathi["stale"]),
        (&json!("draft"), &json!(false))
    );
    let found = guest.get("/v1/articles?q=monsoons").await.expect(200);
    assert_eq!(members(&found, "id"), [json!(id)]);
    let log = admin
        .get(&format!("/v1/audit?article={id}"))
        .await
        .expect(200);
    assert_eq!(members(&log, "type"), ["article.created"]);
}

#[tokio::test]
async fn the_same_again_changes_nothing() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let lines = [
        json!({"type": "tag", "name": "Ferries", "locale": "en", "translations": {"hi": {"name": "नौका"}}}),
        bridge(),
        json!({"type": "comment", "external_id": "old:1", "article_external_id": BRIDGE, "author_name": "Meera",
            "body": "At last!"}),
    ];
    imported(
        &import(&admin, &lines).await,
        &["created", "created", "created"],
    );
    let sql = app.sql().await;
    let state = async || {
        let state = "select (select count(*) from events), (select max(version) from articles), \
            (select max(version) from tags), (select max(version) from comments)";
        let row = sql.query_one(state, &[]).await.unwrap();
        [0, 1, 2, 3].map(|column| row.get::<_, i64>(column))
    };
    let before = state().await;
    let again = import(&admin, &lines).await;
    imported(&again, &["unchanged", "unchanged", "unchanged"]);
    assert_eq!(state().await, before);
}

#[tokio::test]
async fn what_a_line_changes_is_a_revision_and_what_it_does_not_name_stays() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let id = import(&admin, &[bridge()]).await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut line = bridge();
    line["authors"] = json!(["R. Kale"]);
    line["translations"] = json!([{
        "locale": "en", "title": "The old bridge reopens", "body": "Buses cross it again.", "status": "published",
    }]);
    // Readers ask before and after: what is kept for them is not what it was.
    let path = format!("/v1/articles/{id}?locale=en");
    guest.get(&path).await.expect(200);
    imported(&import(&admin, &[line.clone()]).await, &["updated"]);
    let article = guest.get(&path).await.expect(200);
    assert_eq!(article["body"], "Buses cross it again.");
    assert_eq!(article["authors"], json!(["R. Kale"]));
    assert_eq!(article["published_at"], "2019-04-02T09:30:00Z");
    let revisions = admin
        .get(&format!("/v1/articles/{id}/translations/en/revisions"))
        .await;
    assert_eq!(members(&revisions.expect(200), "revision"), [2, 1]);
    let hindi = admin
        .get(&format!("/v1/articles/{id}/translations/hi"))
        .await
        .expect(200);
    assert_eq!(
        (&hindi["is_published"], &hindi["stale"]),
        (&json!(true), &json!(true))
    );
    imported(&import(&admin, &[line]).await, &["unchanged"]);
}

#[tokio::test]
async fn a_line_that_is_wrong_spoils_only_itself_and_says_why() {
    let app = TestApp::start().await;
    let admin = app.admin();
    published(&admin, "Taken").await;
    let article = |members: Value| {
        let mut line = json!({"type": "article", "source_locale": "en", "translations": [{"locale": "en", "title": "T"}]});
        line.as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        line.to_string()
    };
    let in_english = |members: Value| {
        let mut one = json!({"locale": "en", "title": "T"});
        one.as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        article(json!({"translations": [one]}))
    };
    let comment = |members: Value| {
        let mut line = json!({"type": "comment", "article_external_id": BRIDGE, "author_name": "A", "body": "B"});
        line.as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        line.to_string()
    };
    let mut expected = vec![
        ("{".to_owned(), "", "malformed_json"),
        ("[1]".into(), "", "wrong_type"),
        (r#"{"name": "x"}"#.into(), "/type", "required"),
        (r#"{"type": "menu"}"#.into(), "/type", "invalid"),
        (
            article(json!({"colour": "red"})),
            "/colour",
            "unknown_field",
        ),
        (
            article(json!({"tags": ["no such"]})),
            "/tags/0",
            "unknown_tag",
        ),
        (
            article(json!({"source_locale": "hi"})),
            "/translations",
            "required",
        ),
        (
            article(
                json!({"translations": [{"locale": "en", "title": "T"}, {"locale": "fr", "title": "T"}]}),
            ),
            "/translations/1/locale",
            "unknown_locale",
        ),
        (
            article(
                json!({"translations": [{"locale": "en", "title": "T"}, {"locale": "EN", "title": "T"}]}),
            ),
            "/translations",
            "repeated",
        ),
        (article(json!({"id": "7"})), "/id", "malformed_id"),
        (
            in_english(json!({"title": ""})),
            "/translations/0/title",
            "blank",
        ),
        (
            in_english(json!({"title": "x".repeat(301)})),
            "/translations/0/title",
            "too_long",
        ),
        (
            in_english(json!({"body": "a\u{0}b"})),
            "/translations/0/body",
            "control_character",
        ),
        (
            in_english(json!({"slug": "taken"})),
            "/translations/0/slug",
            "taken",
        ),
        (
            in_english(json!({"status": "gone"})),
            "/translations/0/status",
            "invalid",
        ),
        (
            in_english(json!({"status": "scheduled"})),
            "/translations/0/publish_at",
            "invalid",
        ),
        (
            in_english(json!({"published_at": "yesterday"})),
            "/translations/0/published_at",
            "invalid_time",
        ),
        (
            in_english(json!({"revision": 1, "published": {"revision": 2, "title": "P"}})),
            "/translations/0/revision",
            "invalid",
        ),
        (
            comment(json!({"article_external_id": "nowhere"})),
            "/article_external_id",
            "unknown_article",
        ),
        (
            comment(json!({"parent_external_id": "nowhere"})),
            "/parent_id",
            "unknown_comment",
        ),
        (
            comment(json!({"author_email": "no address"})),
            "/author_email",
            "invalid_email",
        ),
        (
            comment(json!({"status": "deleted"})),
            "/author_name",
            "invalid",
        ),
        (
            json!({"type": "tag", "name": "T", "parent": "nowhere"}).to_string(),
            "/parent",
            "unknown_tag",
        ),
        (
            json!({"type": "locale", "code": "de", "fallbacks": ["xx"]}).to_string(),
            "/fallbacks/0",
            "unknown_locale",
        ),
    ];
    expected.push(("x".repeat(8 * 1024 * 1024 + 1), "", "too_long"));
    let mut text = format!("{}\n", bridge());
    for (line, ..) in &expected {
        text += &format!("{line}\n\n");
    }
    let mut bytes = text.into_bytes();
    bytes.extend(b"{\"type\": \"tag\", \"name\": \"\xff\"}\n");
    bytes.extend(
        json!({"type": "tag", "name": "Last"})
            .to_string()
            .into_bytes(),
    );
    let results = import_text(&admin, bytes).await;
    assert_eq!(results[0]["result"], "created");
    for (n, (line, pointer, code)) in expected.iter().enumerate() {
        let start: String = line.chars().take(200).collect();
        assert_eq!(refused_for(&results[n + 1]), (*pointer, *code), "{start}");
        assert_eq!(results[n + 1]["line"], 2 * n + 2, "{start}");
    }
    assert_eq!(
        refused_for(&results[expected.len() + 1]),
        ("", "malformed_json")
    );
    assert_eq!(results.last().unwrap()["result"], "created");
    assert_eq!(results.len(), expected.len() + 3);
}

#[tokio::test]
async fn a_working_copy_arrives_in_any_state_beside_what_readers_have() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let line = |status: &str, members: Value| {
        let mut one = json!({"locale": "en", "title": format!("Now {status}"), "status": status});
        one.as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        json!({"type": "article", "external_id": format!("{status} {members}"), "source_locale": "en",
            "translations": {"en": one}})
    };
    let shown = json!({"revision": 3, "published": {"revision": 2, "title": "As readers have it"}});
    let later = json!({"publish_at": "2999-01-01T00:00:00Z"});
    let mut later_beside = later.clone();
    later_beside
        .as_object_mut()
        .unwrap()
        .extend(shown.as_object().unwrap().clone());
    for (status, members, is_published) in [
        ("draft", json!({}), false),
        ("in_review", json!({}), false),
        ("archived", json!({}), false),
        ("published", json!({}), true),
        ("scheduled", later, false),
        ("draft", shown.clone(), true),
        ("in_review", shown.clone(), true),
        ("scheduled", later_beside, true),
        (
            "published",
            json!({"unpublish_at": "2999-01-01T00:00:00Z"}),
            true,
        ),
    ] {
        let line = [line(status, members)];
        let results = import(&admin, &line).await;
        imported(&results, &["created"]);
        let id = results[0]["id"].as_str().unwrap();
        let is = admin
            .get(&format!("/v1/articles/{id}/translations/en"))
            .await
            .expect(200);
        assert_eq!(
            (is["status"].as_str(), &is["is_published"]),
            (Some(status), &json!(is_published)),
            "{line:?}"
        );
        let seen = guest.get(&format!("/v1/articles/{id}?locale=en")).await;
        assert_eq!(
            seen.status,
            if is_published { 200 } else { 404 },
            "{line:?}"
        );
        if line[0]["translations"]["en"]["published"].is_object() {
            assert_eq!(seen.json()["title"], "As readers have it");
        }
        imported(&import(&admin, &line).await, &["unchanged"]);
    }
}

#[tokio::test]
async fn a_time_that_has_passed_is_met_and_one_that_comes_will_be() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let soon = chrono::Utc::now() + chrono::Duration::milliseconds(1500);
    let line = |name: &str, members: Value| {
        let mut one = json!({"locale": "en", "title": name, "slug": name});
        one.as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        json!({"type": "article", "external_id": name, "source_locale": "en", "translations": [one]})
    };
    let lines = [
        line(
            "passed",
            json!({"status": "scheduled", "publish_at": "2020-01-01T00:00:00Z"}),
        ),
        line(
            "over",
            json!({"status": "published", "unpublish_at": "2020-01-01T00:00:00Z"}),
        ),
        line("soon", json!({"status": "scheduled", "publish_at": soon})),
        line("ends", json!({"status": "published", "unpublish_at": soon})),
    ];
    imported(&import(&admin, &lines).await, &["created"; 4]);
    guest.get("/v1/articles/passed").await.expect(200);
    guest
        .get("/v1/articles/over")
        .await
        .problem(404, "not-found");
    for (slug, status) in [("soon", 200), ("ends", 404)] {
        let patience = tokio::time::Instant::now() + Duration::from_secs(30);
        while guest.get(&format!("/v1/articles/{slug}")).await.status != status {
            assert!(tokio::time::Instant::now() < patience, "{slug}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    // What has happened by now is no change of what the lines say.
    imported(&import(&admin, &lines).await, &["unchanged"; 4]);
}

#[tokio::test]
async fn an_article_in_the_trash_arrives_there_and_leaves_it_by_its_line() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let mut line = bridge();
    line["deleted_at"] = json!(chrono::Utc::now() - chrono::Duration::days(1));
    let results = import(&admin, &[line.clone()]).await;
    let path = format!("/v1/articles/{}", results[0]["id"].as_str().unwrap());
    guest.get(&path).await.problem(404, "not-found");
    line["deleted_at"] = Value::Null;
    imported(&import(&admin, &[line]).await, &["updated"]);
    guest.get(&path).await.expect(200);
}

#[tokio::test]
async fn tags_arrive_as_a_tree_with_all_their_words() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let water = json!({"type": "tag", "name": "Water transport", "slug": "water", "parent": "transport", "locale": "en",
        "synonyms": ["ferries"], "former_slugs": ["boats"], "created_at": "2015-01-01T00:00:00Z",
        "translations": {"hi": {"name": "जल परिवहन"}}});
    let lines = [
        json!({"type": "tag", "id": "0193a1b2-0000-7000-8000-000000000001", "name": "Transport"}),
        water.clone(),
        json!({"type": "article", "external_id": "old:7", "source_locale": "en", "tags": ["ferries", "boats", "water"],
            "translations": [{"locale": "en", "title": "Boats", "status": "published"}]}),
    ];
    imported(&import(&admin, &lines).await, &["created"; 3]);
    let tag = guest.get("/v1/tags/water").await.expect(200);
    assert_eq!(tag["parent"]["slug"], "transport");
    assert_eq!(tag["parent"]["id"], "0193a1b2-0000-7000-8000-000000000001");
    assert_eq!(
        (&tag["article_count"], &tag["created_at"]),
        (&json!(1), &json!("2015-01-01T00:00:00Z"))
    );
    guest.get("/v1/tags/boats").await.check(301);
    let page = guest.get("/v1/articles?tag=ferries").await.expect(200);
    assert_eq!(page["data"][0]["tags"].as_array().unwrap().len(), 1);
    let mut changed = water;
    changed["translations"] = json!({"mr": {"name": "जलवाहतूक"}});
    changed["name"] = json!("Boats and ships");
    imported(&import(&admin, &[changed.clone()]).await, &["updated"]);
    imported(&import(&admin, &[changed]).await, &["unchanged"]);
    let tag = guest.get("/v1/tags/water").await.expect(200);
    assert_eq!(
        tag["translations"]
            .as_object()
            .unwrap()
            .keys()
            .collect::<Vec<_>>(),
        ["mr"]
    );
    let article = guest.get("/v1/articles/boats").await.expect(200);
    assert_eq!(article["tags"][0]["name"], "Boats and ships");
}

#[tokio::test]
async fn languages_may_name_each_other_and_another_may_become_the_default() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let lines = [
        json!({"type": "locale", "code": "de", "fallbacks": ["nl"], "enabled": false}),
        json!({"type": "locale", "code": "nl", "fallbacks": ["de"], "is_default": true}),
        json!({"type": "locale", "code": "en", "is_default": false}),
    ];
    imported(
        &import(&admin, &lines).await,
        &["created", "created", "unchanged"],
    );
    let all = admin.get("/v1/locales").await.expect(200);
    let of = |code: &str| {
        let all = all["data"].as_array().unwrap();
        all.iter().find(|row| row["code"] == code).unwrap().clone()
    };
    assert_eq!(
        (&of("de")["fallbacks"], &of("de")["enabled"]),
        (&json!(["nl"]), &json!(false))
    );
    assert_eq!(
        (&of("nl")["is_default"], &of("nl")["native_name"]),
        (&json!(true), &json!("Nederlands"))
    );
    assert_eq!(of("en")["is_default"], false);
    assert!(!members(&guest.get("/v1/locales").await.expect(200), "code").contains(&json!("de")));
    let results = import(&admin, &lines).await;
    imported(&results, &["unchanged"; 3]);
    assert_eq!(results[1]["id"], "nl");
}

#[tokio::test]
async fn comments_arrive_in_their_threads_and_states() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let comment = |name: &str, parent: Option<&str>, status: &str| {
        json!({"type": "comment", "external_id": name, "article_external_id": BRIDGE, "parent_external_id": parent,
            "author_name": "Meera", "author_email": "meera@example.org", "body": format!("I say {name}."),
            "status": status, "created_at": "2019-05-01T10:00:00Z", "reactions": {"like": 4, "dislike": 1}})
    };
    let gone = json!({"type": "comment", "external_id": "gone", "article_external_id": BRIDGE, "status": "deleted"});
    let lines = [
        bridge(),
        comment("root", None, "approved"),
        comment("answer", Some("root"), "approved"),
        comment("waits", Some("root"), "pending"),
        comment("bad", None, "spam"),
        gone,
        comment("answers nobody", Some("gone"), "approved"),
    ];
    let results = import(&admin, &lines).await;
    imported(&results, &["created"; 7]);
    let id = results[0]["id"].as_str().unwrap();
    let page = guest
        .get(&format!("/v1/articles/{id}/comments?sort=oldest"))
        .await
        .expect(200);
    let root = page["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["body"] == "I say root.")
        .unwrap();
    assert_eq!(
        (&root["reply_count"], &root["created_at"]),
        (&json!(1), &json!("2019-05-01T10:00:00Z"))
    );
    assert_eq!(root["reactions"], json!({"like": 4, "dislike": 1}));
    assert_eq!(members(&root["replies"], "body"), ["I say answer."]);
    assert!(members(&page, "status").contains(&json!("deleted")));
    assert!(!page.to_string().contains("meera@example.org"));
    let counts = guest
        .get(&format!("/v1/comments/counts?articles={id}"))
        .await
        .expect(200);
    assert_eq!(counts["data"][0]["approved_count"], 3);
    let queue = admin
        .get("/v1/comments?status=pending&q=waits")
        .await
        .expect(200);
    assert_eq!(members(&queue, "author_email"), ["meera@example.org"]);
    imported(&import(&admin, &lines).await, &["unchanged"; 7]);
    // A decision that is taken there is taken here.
    let decided = comment("waits", Some("root"), "approved");
    imported(&import(&admin, &[decided]).await, &["updated"]);
    let counts = guest
        .get(&format!("/v1/comments/counts?articles={id}"))
        .await
        .expect(200);
    assert_eq!(counts["data"][0]["approved_count"], 4);
    // What was deleted here stays so.
    let answer = results[2]["id"].as_str().unwrap();
    admin
        .delete(&format!(
            "/v1/comments/{}",
            results[1]["id"].as_str().unwrap()
        ))
        .await
        .check(204);
    imported(
        &import(&admin, &[comment("root", None, "approved")]).await,
        &["unchanged"],
    );
    guest
        .get(&format!("/v1/comments/{answer}"))
        .await
        .expect(200);
}

#[tokio::test]
async fn a_slug_is_had_if_it_is_free_or_one_like_it_where_that_will_do() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let line = |name: &str, members: Value| {
        let mut one = json!({"locale": "en", "title": "Bridge", "status": "published"});
        one.as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        json!({"type": "article", "external_id": name, "source_locale": "en", "translations": [one]})
    };
    let lines = [
        line("a", json!({})),
        line("b", json!({})),
        line("c", json!({"preferred_slug": "Bridge!"})),
        line(
            "d",
            json!({"preferred_slug": "quay", "former_slugs": ["pier"]}),
        ),
        line("e", json!({"slug": "bridge-2"})),
        line("f", json!({"former_slugs": ["quay"]})),
    ];
    let results = import(&admin, &lines).await;
    imported(
        &results,
        &[
            "created", "created", "created", "created", "refused", "refused",
        ],
    );
    assert_eq!(refused_for(&results[4]), ("/translations/0/slug", "taken"));
    assert_eq!(
        refused_for(&results[5]),
        ("/translations/0/former_slugs", "taken")
    );
    for (slug, at) in [("bridge", 0), ("bridge-2", 1), ("bridge-3", 2), ("quay", 3)] {
        let article = guest.get(&format!("/v1/articles/{slug}")).await.expect(200);
        assert_eq!(article["id"], results[at]["id"], "{slug}");
    }
    let moved = guest.get("/v1/articles/pier").await;
    assert_eq!(
        (moved.status, moved.header("location")),
        (301, "/v1/articles/quay")
    );
    imported(&import(&admin, &lines[..4]).await, &["unchanged"; 4]);
}

#[tokio::test]
async fn of_two_lines_about_one_thing_the_second_follows_the_first() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let mut second = bridge();
    second["translations"][0]["title"] = json!("Changed at once");
    let comment = |body: &str| json!({"type": "comment", "external_id": "old:1", "article_external_id": BRIDGE, "author_name": "A", "body": body});
    let results = import(
        &admin,
        &[
            bridge(),
            comment("one"),
            second,
            comment("two"),
            comment("two"),
        ],
    )
    .await;
    imported(
        &results,
        &["created", "created", "updated", "updated", "unchanged"],
    );
    assert_eq!(results[0]["id"], results[2]["id"]);
    let line = json!({"type": "article", "id": results[0]["id"], "external_id": "another", "source_locale": "hi",
        "translations": {"hi": {"title": "x"}}});
    let refused = import(&admin, &[line]).await;
    assert_eq!(refused_for(&refused[0]), ("/source_locale", "immutable"));
}

/// The head of an import whose body may end when the connection does.
fn open(app: &TestApp, admin: &Client) -> TcpStream {
    let mut socket = TcpStream::connect(app.url.strip_prefix("http://").unwrap()).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let head = format!(
        "POST /v1/import HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
        content-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n",
        admin.token()
    );
    socket.write_all(head.as_bytes()).unwrap();
    socket
}

fn send(socket: &mut TcpStream, text: &str) {
    write!(socket, "{:x}\r\n{text}\r\n", text.len()).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reads_nothing_before_all_is_sent_waits_for_nobody() {
    const LINES: usize = 60_000;
    let app = TestApp::start().await;
    let mut socket = open(&app, &app.admin());
    // The answer is far larger than what the sockets between hold.
    let text = "{\"type\": \"no such thing\"}\n".repeat(LINES / 10);
    let answer = tokio::task::spawn_blocking(move || {
        for _ in 0..10 {
            send(&mut socket, &text);
        }
        socket.write_all(b"0\r\n\r\n").unwrap();
        let mut answer = String::new();
        let mut piece = [0; 65536];
        while !answer.ends_with("\r\n0\r\n\r\n") {
            let length = socket.read(&mut piece).unwrap();
            assert!(length > 0, "the answer broke off");
            answer.push_str(std::str::from_utf8(&piece[..length]).unwrap());
        }
        answer
    });
    let answer = answer.await.unwrap();
    assert_eq!(answer.matches("\"refused\"").count(), LINES);
    assert!(answer.contains(&format!("{{\"line\":{LINES},")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn results_come_while_lines_are_sent_and_what_was_taken_in_stays_when_it_breaks_off() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let mut socket = open(&app, &admin);
    send(
        &mut socket,
        &format!("{}\n{{\"type\": \"article\", ", bridge()),
    );
    let socket = tokio::task::spawn_blocking(move || {
        let mut told = String::new();
        let mut piece = [0; 4096];
        while !told.contains("\"created\"") {
            let length = socket.read(&mut piece).unwrap();
            assert!(length > 0);
            told.push_str(std::str::from_utf8(&piece[..length]).unwrap());
        }
        socket
    });
    drop(socket.await.unwrap());
    guest
        .get("/v1/articles/the-old-bridge-reopens")
        .await
        .expect(200);
    imported(&import(&admin, &[bridge()]).await, &["unchanged"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn imports_of_the_same_at_once_make_each_thing_once() {
    let app = TestApp::start().await;
    let other = app.second_node(&[]).await;
    let lines: Vec<Value> = (0..120)
        .map(|n| {
            json!({"type": "article", "external_id": format!("old:{n}"), "source_locale": "en",
                "translations": [{"locale": "en", "title": "The same title", "status": "published"}]})
        })
        .collect();
    let mut turned = lines.clone();
    turned.reverse();
    let (one_admin, other_admin) = (
        app.admin(),
        Client::new(&other.url, Some(app.admin().token().to_owned())),
    );
    let (one, two) = tokio::join!(import(&one_admin, &lines), import(&other_admin, &turned));
    let created = one
        .iter()
        .chain(&two)
        .filter(|result| result["result"] == "created")
        .count();
    assert_eq!(created, 120);
    assert!(
        one.iter()
            .chain(&two)
            .all(|result| result["result"] != "refused")
    );
    let page = app
        .guest()
        .get("/v1/articles?total=exact&limit=1")
        .await
        .expect(200);
    assert_eq!(page["total"], 120);
}

#[tokio::test]
async fn readers_of_any_node_see_what_came_in() {
    let app = TestApp::start().await;
    let guest = app.guest();
    for path in [
        "/v1/articles",
        "/v1/articles/the-old-bridge-reopens",
        "/v1/feeds/en.json",
    ] {
        guest.get(path).await;
        guest.get(path).await;
    }
    import(&app.admin(), &[bridge()]).await;
    let page = guest.get("/v1/articles").await.expect(200);
    assert_eq!(page["data"].as_array().unwrap().len(), 1);
    guest
        .get("/v1/articles/the-old-bridge-reopens")
        .await
        .expect(200);
    assert_eq!(
        guest.get("/v1/feeds/en.json").await.expect(200)["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let sitemap = guest.get("/v1/sitemaps/1.xml").await;
    assert!(sitemap.check(200).text.contains("the-old-bridge-reopens"));
}

#[tokio::test]
async fn only_lines_of_json_are_taken() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let refused = admin.post("/v1/import", json!({})).await;
    assert!(
        refused
            .header("accept-post")
            .contains("application/x-ndjson")
    );
    refused.problem(415, "unsupported-media-type");
    assert_eq!(import_text(&admin, "").await, Vec::<Value>::new());
    assert_eq!(import_text(&admin, "\n \r\n").await, Vec::<Value>::new());
    let request = admin.request("POST", "/v1/import?colour=red");
    let request = request
        .header("content-type", "application/x-ndjson")
        .body("");
    Answer::of(request).await.problem(400, "invalid-parameter");
}

#[tokio::test]
async fn an_import_can_be_tried_and_leaves_nothing() {
    let app = TestApp::start().await;
    let (admin, sql) = (app.admin(), app.sql().await);
    let lines = [
        json!({"type": "locale", "code": "fr"}),
        json!({"type": "tag", "name": "Ferries"}),
        bridge(),
        json!({"type": "comment", "article_external_id": BRIDGE, "author_name": "A", "body": "B"}),
        json!({"type": "comment", "article_external_id": "nowhere", "author_name": "A", "body": "B"}),
    ];
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let state = async || {
        let state = "select (select count(*) from locales), (select count(*) from tags), (select count(*) from articles), \
            (select count(*) from slugs), (select count(*) from comments), (select count(*) from events), \
            (select coalesce(pg_sequence_last_value('events_id_seq'), 0)), \
            (select coalesce(pg_sequence_last_value('sitemap_entries_position_seq'), 0))";
        let row = sql.query_one(state, &[]).await.unwrap();
        (0..8)
            .map(|column| row.get::<_, i64>(column))
            .collect::<Vec<_>>()
    };
    let before = state().await;
    let request = admin.request("POST", "/v1/import?dry_run=true");
    let request = request
        .header("content-type", "application/x-ndjson")
        .body(text.clone());
    let tried = Answer::of(request).await.check(200).lines();
    let expected = ["created", "created", "created", "created", "refused"];
    imported(&tried, &expected);
    assert_eq!(state().await, before);
    imported(&import_text(&admin, text).await, &expected);
}
