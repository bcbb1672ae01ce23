//! `/v1/tags`

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client, faults};
use crate::make::{id, published, tag, translate};

/// Makes a tag of all this; the answer.
async fn make(admin: &Client, new: Value) -> Value {
    admin.post("/v1/tags", new).await.expect(201)
}

/// Names a tag in one more language.
async fn name(admin: &Client, tag: &str, locale: &str, new: Value) -> Value {
    admin
        .put(&format!("/v1/tags/{tag}/translations/{locale}"), new)
        .await
        .expect(201)
}

/// An article with these tags, published in English; its id.
async fn tagged(admin: &Client, title: &str, tags: &[&str]) -> String {
    let new = json!({"source_locale": "en", "translation": {"title": title, "body": "Some words."}, "tags": tags, "publish": true});
    id(&admin.post("/v1/articles", new).await.expect(201))
}

async fn read(client: &Client, path: &str) -> Value {
    client.get(path).await.expect(200)
}

/// One member of each item of a page, in order.
fn column<'p>(page: &'p Value, member: &str) -> Vec<&'p str> {
    page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item[member].as_str().unwrap())
        .collect()
}

/// The slugs of the tags that this query finds, in order.
async fn found(client: &Client, query: &str) -> Vec<String> {
    let page = read(client, &format!("/v1/tags?{query}")).await;
    column(&page, "slug")
        .into_iter()
        .map(str::to_owned)
        .collect()
}

/// The titles of the articles that this query finds.
async fn titles(client: &Client, query: &str) -> BTreeSet<String> {
    let page = read(client, &format!("/v1/articles?{query}")).await;
    column(&page, "title")
        .into_iter()
        .map(str::to_owned)
        .collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

async fn count(client: &Client, tag: &str, locale: &str) -> u64 {
    read(client, &format!("/v1/tags/{tag}?locale={locale}")).await["article_count"]
        .as_u64()
        .unwrap()
}

/// Where the answer leads, which is to be the tag's address, permanently.
async fn moved(client: &Client, path: &str) -> String {
    let answer = client.get(path).await;
    answer.check(301);
    answer.header("location").to_owned()
}

// Who may do what

#[tokio::test]
async fn everybody_reads_tags_and_only_their_keepers_write_them() {
    let app = TestApp::start().await;
    let guest = app.guest();
    let author = app
        .caller(&[
            "content:read",
            "content:write",
            "content:publish",
            "comments:moderate",
        ])
        .await;
    let keeper = app.caller(&["tags:write"]).await;
    let made = make(&keeper, json!({"name": "Water transport"})).await;
    let path = format!("/v1/tags/{}", id(&made));
    let other = tag(&keeper, "Other").await;
    for (client, status, code) in [
        (&guest, 401, "unauthenticated"),
        (&author, 403, "forbidden"),
    ] {
        client
            .post("/v1/tags", json!({"name": "X"}))
            .await
            .problem(status, code);
        client
            .patch(&path, json!({"name": "X"}))
            .await
            .problem(status, code);
        client.delete(&path).await.problem(status, code);
        client
            .put(&format!("{path}/translations/hi"), json!({"name": "X"}))
            .await
            .problem(status, code);
        client
            .delete(&format!("{path}/translations/hi"))
            .await
            .problem(status, code);
        client
            .post(&format!("{path}/merge"), json!({"into": other}))
            .await
            .problem(status, code);
    }
    for path in ["/v1/tags".to_owned(), format!("{path}/translations"), path] {
        guest.get(&path).await.check(200);
    }
}

// What is refused

#[tokio::test]
async fn every_fault_of_a_tag_is_told_at_once() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let new = json!({"name": " ", "slug": "Not A Slug/..", "description": 1, "locale": "no language",
        "synonyms": ["ok", "", 7], "colour": "red"});
    let problem = admin
        .post("/v1/tags", new)
        .await
        .problem(422, "validation-failed");
    let pointers: BTreeSet<String> = faults(&problem)
        .into_iter()
        .map(|(pointer, _)| pointer)
        .collect();
    for expected in [
        "/name",
        "/slug",
        "/description",
        "/locale",
        "/synonyms/1",
        "/synonyms/2",
        "/colour",
    ] {
        assert!(
            pointers.contains(expected),
            "{expected} is not in {problem}"
        );
    }
    for (new, pointer) in [
        (json!({}), "/name"),
        (json!({"name": "n".repeat(101)}), "/name"),
        (json!({"name": "a\u{0}b"}), "/name"),
        (json!({"name": "a\nb"}), "/name"),
        (json!({"name": null}), "/name"),
        (json!({"name": "!!!"}), "/slug"),
        (json!({"name": "X", "locale": "fr"}), "/locale"),
        (json!({"name": "X", "parent": "no-such-tag"}), "/parent"),
        (
            json!({"name": "X", "parent": "0193a000-0000-7000-8000-000000000000"}),
            "/parent",
        ),
        (json!({"name": "X", "synonyms": "one"}), "/synonyms"),
        (json!({"name": "X", "synonyms": vec!["x"; 51]}), "/synonyms"),
        (
            json!({"name": "X", "synonyms": ["s".repeat(101)]}),
            "/synonyms/0",
        ),
        (json!({"name": "X", "slug": "s".repeat(121)}), "/slug"),
        (json!({"name": "X", "slug": "../x"}), "/slug"),
    ] {
        let answer = admin.post("/v1/tags", new.clone()).await;
        assert_eq!(answer.status, 422, "{new}: {}", answer.text);
        let problem = answer.problem(422, "validation-failed");
        assert!(
            faults(&problem).iter().all(|(at, _)| at == pointer),
            "{new}: {problem}"
        );
    }
    assert_eq!(
        found(&admin, "").await,
        [""; 0],
        "nothing is partly written"
    );
}

#[tokio::test]
async fn parameters_are_checked() {
    let app = TestApp::start().await;
    let guest = app.guest();
    tag(&app.admin(), "Transport").await;
    for query in [
        "sort=size",
        "sort=-name",
        "locale=no%20language",
        "limit=0",
        "x=1",
        "q=a&q=b",
        "total=1",
    ] {
        guest
            .get(&format!("/v1/tags?{query}"))
            .await
            .problem(400, "invalid-parameter");
    }
    guest
        .get("/v1/tags?cursor=x")
        .await
        .problem(400, "invalid-cursor");
    guest
        .get("/v1/tags/transport?x=1")
        .await
        .problem(400, "invalid-parameter");
    app.admin()
        .delete("/v1/tags/transport?detach=perhaps")
        .await
        .problem(400, "invalid-parameter");
    guest
        .get("/v1/tags/no-such-tag")
        .await
        .problem(404, "not-found");
    guest
        .get("/v1/tags/no-such-tag/translations")
        .await
        .problem(404, "not-found");
    for path in [
        "/v1/tags/no-such-tag",
        "/v1/tags/0193a000-0000-7000-8000-000000000000",
    ] {
        app.admin()
            .patch(path, json!({"name": "X"}))
            .await
            .problem(404, "not-found");
        app.admin().delete(path).await.problem(404, "not-found");
        app.admin()
            .post(&format!("{path}/merge"), json!({"into": "transport"}))
            .await
            .problem(404, "not-found");
        app.admin()
            .put(&format!("{path}/translations/hi"), json!({"name": "X"}))
            .await
            .problem(404, "not-found");
    }
}

#[tokio::test]
async fn a_word_leads_to_one_tag_only() {
    let app = TestApp::start().await;
    let admin = app.admin();
    make(
        &admin,
        json!({"name": "Transport", "synonyms": ["Traffic"]}),
    )
    .await;
    let other = make(&admin, json!({"name": "Other"})).await;
    for new in [
        json!({"name": "Transport"}),
        json!({"name": "X", "slug": "transport"}),
        json!({"name": "Traffic"}),
        json!({"name": "X", "synonyms": ["transport"]}),
        json!({"name": "X", "synonyms": ["TRAFFIC"]}),
    ] {
        admin
            .post("/v1/tags", new.clone())
            .await
            .problem(409, "conflict");
        let patch =
            json!({"slug": new["slug"].as_str().unwrap_or("other"), "synonyms": new["synonyms"]});
        if new["name"] == "X" {
            admin
                .patch("/v1/tags/other", patch)
                .await
                .problem(409, "conflict");
        }
    }
    assert_eq!(
        read(&admin, "/v1/tags/other").await["updated_at"],
        other["updated_at"]
    );
    assert_eq!(found(&admin, "").await, ["other", "transport"]);
}

#[tokio::test]
async fn a_tag_is_no_part_of_itself() {
    let app = TestApp::start().await;
    let admin = app.admin();
    for (name, parent) in [("A", Value::Null), ("B", json!("a")), ("C", json!("b"))] {
        make(&admin, json!({"name": name, "parent": parent})).await;
    }
    for (child, parent) in [("a", "a"), ("a", "b"), ("a", "c"), ("b", "c")] {
        let path = format!("/v1/tags/{child}");
        let problem = admin
            .patch(&path, json!({"parent": parent}))
            .await
            .problem(422, "validation-failed");
        assert_eq!(faults(&problem)[0].0, "/parent", "{child} under {parent}");
    }
    let moved = admin
        .patch("/v1/tags/c", json!({"parent": "a"}))
        .await
        .expect(200);
    assert_eq!(moved["parent"]["slug"], "a");
    let freed = admin
        .patch("/v1/tags/c", json!({"parent": null}))
        .await
        .expect(200);
    assert_eq!(freed["parent"], Value::Null);
    admin
        .patch("/v1/tags/a", json!({"parent": "c"}))
        .await
        .expect(200);
}

#[tokio::test]
async fn two_patches_at_once_close_no_circle() {
    let app = TestApp::start().await;
    let admin = app.admin();
    for round in 0..8 {
        let (one, other) = (format!("one-{round}"), format!("other-{round}"));
        make(&admin, json!({"name": one, "slug": one})).await;
        make(&admin, json!({"name": other, "slug": other})).await;
        let patch = async |child: &str, parent: &str| {
            admin
                .patch(&format!("/v1/tags/{child}"), json!({"parent": parent}))
                .await
                .status
        };
        let (first, second) = tokio::join!(patch(&one, &other), patch(&other, &one));
        let mut statuses = [first, second];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 422]);
        let parents = [
            read(&admin, &format!("/v1/tags/{one}")).await,
            read(&admin, &format!("/v1/tags/{other}")).await,
        ];
        assert_eq!(
            parents.iter().filter(|tag| tag["parent"].is_null()).count(),
            1
        );
    }
}

#[tokio::test]
async fn a_tag_in_use_is_deleted_only_when_it_may_be_taken_from_its_articles() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    for name in ["Ferries", "Buses"] {
        tag(&admin, name).await;
    }
    let both = tagged(&admin, "Both", &["ferries", "buses"]).await;
    let draft =
        json!({"source_locale": "en", "translation": {"title": "Draft"}, "tags": ["ferries"]});
    admin.post("/v1/articles", draft).await.expect(201);
    for path in ["/v1/tags/ferries", "/v1/tags/ferries?detach=false"] {
        let problem = admin.delete(path).await.problem(409, "conflict");
        assert!(
            problem["detail"].as_str().unwrap().contains('2'),
            "{problem}"
        );
    }
    assert_eq!(titles(&guest, "tag=ferries").await, set(&["Both"]));
    admin
        .delete("/v1/tags/ferries?detach=true")
        .await
        .check(204);
    guest
        .get("/v1/tags/ferries")
        .await
        .problem(404, "not-found");
    let article = read(&guest, &format!("/v1/articles/{both}")).await;
    assert_eq!(article["tags"].as_array().unwrap().len(), 1);
    assert_eq!(article["tags"][0]["slug"], "buses");
    tag(&admin, "Unused").await;
    admin.delete("/v1/tags/unused").await.check(204);
    admin
        .delete("/v1/tags/unused")
        .await
        .problem(404, "not-found");
}

#[tokio::test]
async fn the_parts_of_a_deleted_tag_stand_for_themselves() {
    let app = TestApp::start().await;
    let admin = app.admin();
    make(&admin, json!({"name": "Transport"})).await;
    make(&admin, json!({"name": "Ferries", "parent": "transport"})).await;
    admin.delete("/v1/tags/transport").await.check(204);
    assert_eq!(
        read(&admin, "/v1/tags/ferries").await["parent"],
        Value::Null
    );
}

#[tokio::test]
async fn a_tags_change_can_be_made_conditional() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let made = admin.post("/v1/tags", json!({"name": "Ferries"})).await;
    let stale = made.check(201).etag();
    let with = |method: &str, path: &str, etag: &str, body: Value| {
        Answer::of(
            admin
                .request(method, path)
                .header("if-match", etag)
                .json(&body),
        )
    };
    let changed = with(
        "PATCH",
        "/v1/tags/ferries",
        &stale,
        json!({"description": "Boats"}),
    )
    .await;
    changed.check(200);
    let listed = read(&admin, "/v1/tags").await["data"][0]["etag"]
        .as_str()
        .unwrap()
        .to_owned();
    for (method, path, body) in [
        ("PATCH", "/v1/tags/ferries", json!({"name": "X"})),
        (
            "PUT",
            "/v1/tags/ferries/translations/hi",
            json!({"name": "X"}),
        ),
        ("POST", "/v1/tags/ferries/merge", json!({"into": "ferries"})),
        ("DELETE", "/v1/tags/ferries", json!({})),
    ] {
        with(method, path, &stale, body)
            .await
            .problem(412, "precondition-failed");
    }
    with(
        "PATCH",
        "/v1/tags/ferries",
        &listed,
        json!({"description": null}),
    )
    .await
    .check(200);
    let create_only = admin
        .request("PUT", "/v1/tags/ferries/translations/hi")
        .header("if-none-match", "*");
    Answer::of(create_only.json(&json!({"name": "नौका"})))
        .await
        .check(201);
    let create_only = admin
        .request("PUT", "/v1/tags/ferries/translations/hi")
        .header("if-none-match", "*");
    Answer::of(create_only.json(&json!({"name": "फेरी"})))
        .await
        .problem(412, "precondition-failed");
}

// What works

#[tokio::test]
async fn a_tag_is_made_read_changed_and_found_under_its_former_slug() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let parent = tag(&admin, "Transport").await;
    let new = json!({"name": "Water Transport", "description": "Ferries and ports", "parent": "transport", "synonyms": ["Ferries"]});
    let answer = admin.post("/v1/tags", new).await;
    assert_eq!(
        answer.check(201).header("location"),
        "/v1/tags/water-transport"
    );
    let etag = answer.etag();
    let made = answer.json();
    assert_eq!(made["slug"], "water-transport");
    assert_eq!(made["name"], "Water Transport");
    assert_eq!(made["description"], "Ferries and ports");
    assert_eq!(made["locale"], "en");
    assert_eq!(
        made["parent"],
        json!({"id": parent, "slug": "transport", "name": "Transport"})
    );
    assert_eq!(made["translations"], json!({}));
    assert_eq!(made["synonyms"], json!(["Ferries"]));
    assert_eq!(made["article_count"], 0);
    for path in [
        "/v1/tags/water-transport".to_owned(),
        format!("/v1/tags/{}", id(&made)),
    ] {
        let answer = guest.get(&path).await;
        assert_eq!(answer.check(200).etag(), etag);
        assert_eq!(answer.json(), made);
    }
    let patched = admin
        .patch(
            "/v1/tags/water-transport",
            json!({"slug": "waterways", "description": null}),
        )
        .await
        .expect(200);
    assert_eq!(
        (&patched["slug"], &patched["name"]),
        (&json!("waterways"), &json!("Water Transport"))
    );
    assert_eq!(
        (&patched["description"], &patched["parent"]["slug"]),
        (&Value::Null, &json!("transport"))
    );
    assert_eq!(
        moved(&guest, "/v1/tags/water-transport").await,
        "/v1/tags/waterways"
    );
    assert_eq!(
        moved(&guest, "/v1/tags/water-transport?locale=hi").await,
        "/v1/tags/waterways?locale=hi"
    );
    assert_eq!(
        moved(&guest, "/v1/tags/water-transport/translations").await,
        "/v1/tags/waterways/translations"
    );
    admin
        .patch("/v1/tags/waterways", json!({"slug": "rivers"}))
        .await
        .expect(200);
    assert_eq!(
        moved(&guest, "/v1/tags/water-transport").await,
        "/v1/tags/rivers"
    );
    assert_eq!(moved(&guest, "/v1/tags/waterways").await, "/v1/tags/rivers");
    let back = admin
        .patch("/v1/tags/rivers", json!({"slug": "water-transport"}))
        .await
        .expect(200);
    assert_eq!(back["slug"], "water-transport");
    assert_eq!(
        read(&guest, "/v1/tags/water-transport").await["id"],
        made["id"]
    );
    assert_eq!(
        moved(&guest, "/v1/tags/rivers").await,
        "/v1/tags/water-transport"
    );
}

#[tokio::test]
async fn a_tag_keeps_its_script_and_takes_the_longest_name() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let made = make(&admin, json!({"name": "जल परिवहन", "locale": "hi"})).await;
    assert_eq!(
        (&made["slug"], &made["locale"]),
        (&json!("जल-परिवहन"), &json!("hi"))
    );
    assert_eq!(
        read(
            &admin,
            "/v1/tags/%E0%A4%9C%E0%A4%B2-%E0%A4%AA%E0%A4%B0%E0%A4%BF%E0%A4%B5%E0%A4%B9%E0%A4%A8"
        )
        .await["id"],
        made["id"]
    );
    let long = make(&admin, json!({"name": "न".repeat(100)})).await;
    assert_eq!(long["name"], json!("न".repeat(100)));
}

#[tokio::test]
async fn a_tag_is_named_in_the_readers_language_with_fallback() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    make(&admin, json!({"name": "Transport"})).await;
    make(
        &admin,
        json!({"name": "Ferries", "description": "Boats", "parent": "transport"}),
    )
    .await;
    let named = name(
        &admin,
        "ferries",
        "hi",
        json!({"name": "नौका", "description": "नावें"}),
    )
    .await;
    assert_eq!(
        named["translations"]["hi"],
        json!({"name": "नौका", "slug": "नौका", "description": "नावें"})
    );
    name(&admin, "transport", "hi", json!({"name": "परिवहन"})).await;

    let hindi = guest.get("/v1/tags/ferries?locale=hi").await;
    assert_eq!(hindi.check(200).header("content-language"), "hi");
    let hindi = hindi.json();
    assert_eq!(
        (&hindi["locale"], &hindi["name"], &hindi["description"]),
        (&json!("hi"), &json!("नौका"), &json!("नावें"))
    );
    assert_eq!(hindi["parent"]["name"], "परिवहन");
    assert_eq!(hindi["slug"], "ferries", "a tag has one address");
    let header = Answer::of(
        guest
            .request("GET", "/v1/tags/ferries")
            .header("accept-language", "fr, hi;q=0.5"),
    )
    .await;
    assert!(
        header
            .header("vary")
            .to_ascii_lowercase()
            .contains("accept-language"),
        "{header:?}"
    );
    assert_eq!(header.expect(200)["name"], "नौका");

    let marathi = read(&guest, "/v1/locales").await;
    let marathi = marathi["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|locale| locale["code"] == "mr")
        .unwrap()
        .clone();
    let fallbacks = marathi["fallbacks"].as_array().unwrap();
    let expected = if fallbacks.first() == Some(&json!("hi")) {
        "नौका"
    } else {
        "Ferries"
    };
    assert_eq!(
        read(&guest, "/v1/tags/ferries?locale=mr").await["name"],
        expected
    );
    admin
        .put("/v1/locales/mr", json!({"fallbacks": ["hi", "en"]}))
        .await
        .check(200);
    assert_eq!(
        read(&guest, "/v1/tags/ferries?locale=mr").await["name"],
        "नौका"
    );
    assert_eq!(
        read(&guest, "/v1/tags?locale=mr&q=fer").await["data"][0]["name"],
        "नौका"
    );
    admin
        .put("/v1/locales/mr", json!({"fallbacks": ["en"]}))
        .await
        .check(200);
    assert_eq!(
        read(&guest, "/v1/tags/ferries?locale=mr").await["name"],
        "Ferries"
    );
    guest.get("/v1/tags/ferries?locale=fr").await.check(200);
    assert_eq!(read(&guest, "/v1/tags/ferries").await["name"], "Ferries");
}

#[tokio::test]
async fn a_tags_translations_are_added_replaced_and_taken_away() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let made = make(&admin, json!({"name": "Ferries"})).await;
    assert_eq!(
        read(&guest, "/v1/tags/ferries/translations").await["data"],
        json!([])
    );
    let path = "/v1/tags/ferries/translations";
    let added = admin
        .put(
            &format!("{path}/HI"),
            json!({"name": "नौका", "slug": "nauka"}),
        )
        .await;
    assert_eq!(
        added.check(201).header("location"),
        "/v1/tags/ferries/translations/hi"
    );
    let replaced = admin
        .put(&format!("{path}/hi"), json!({"name": "फेरी"}))
        .await
        .expect(200);
    assert_eq!(
        replaced["translations"]["hi"],
        json!({"name": "फेरी", "slug": "फेरी", "description": null})
    );
    assert_ne!(replaced["updated_at"], made["updated_at"]);
    name(&admin, "ferries", "mr", json!({"name": "बोट"})).await;
    let listed = read(&guest, path).await;
    assert_eq!(column(&listed, "locale"), ["hi", "mr"]);
    assert_eq!(column(&listed, "name"), ["फेरी", "बोट"]);

    admin
        .put(&format!("{path}/en"), json!({"name": "X"}))
        .await
        .problem(409, "conflict");
    admin
        .put(&format!("{path}/fr"), json!({"name": "X"}))
        .await
        .problem(404, "not-found");
    admin
        .put(&format!("{path}/hi"), json!({"name": ""}))
        .await
        .problem(422, "validation-failed");
    admin
        .put(&format!("{path}/hi"), json!({"name": "X", "parent": "y"}))
        .await
        .problem(422, "validation-failed");
    admin
        .put(&format!("{path}/no%20language"), json!({"name": "X"}))
        .await
        .check(400);
    tag(&admin, "Other").await;
    admin
        .put("/v1/tags/other/translations/hi", json!({"name": "फेरी"}))
        .await
        .problem(409, "conflict");
    admin
        .put("/v1/tags/other/translations/mr", json!({"name": "फेरी"}))
        .await
        .check(201);

    admin.delete(&format!("{path}/hi")).await.check(204);
    admin
        .delete(&format!("{path}/hi"))
        .await
        .problem(404, "not-found");
    admin
        .delete(&format!("{path}/en"))
        .await
        .problem(409, "conflict");
    assert_eq!(column(&read(&guest, path).await, "locale"), ["mr"]);
    assert_eq!(
        read(&guest, "/v1/tags/ferries?locale=hi").await["locale"],
        "en"
    );
}

#[tokio::test]
async fn a_synonym_leads_to_the_tag_in_search_in_filters_and_by_its_address() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    make(
        &admin,
        json!({"name": "Water transport", "synonyms": ["Ferry boats", "नावें", "Launches"]}),
    )
    .await;
    make(&admin, json!({"name": "Rail"})).await;
    tagged(&admin, "On the water", &["water-transport"]).await;
    tagged(&admin, "By a synonym", &["ferry-boats", "Launches"]).await;
    tagged(&admin, "On rails", &["rail"]).await;
    for q in ["ferry", "FERRY%20b", "%E0%A4%A8%E0%A4%BE", "launch"] {
        assert_eq!(
            found(&guest, &format!("q={q}")).await,
            ["water-transport"],
            "{q}"
        );
    }
    let both = set(&["On the water", "By a synonym"]);
    for word in [
        "water-transport",
        "ferry-boats",
        "%E0%A4%A8%E0%A4%BE%E0%A4%B5%E0%A5%87%E0%A4%82",
        "launches",
    ] {
        assert_eq!(titles(&guest, &format!("tag={word}")).await, both, "{word}");
        assert_eq!(
            titles(&guest, &format!("any_tag={word},nothing")).await,
            both,
            "{word}"
        );
    }
    for word in ["ferry-boats", "launches"] {
        assert_eq!(
            moved(&guest, &format!("/v1/tags/{word}")).await,
            "/v1/tags/water-transport"
        );
    }
    assert_eq!(
        read(&guest, "/v1/tags/water-transport").await["article_count"],
        2
    );
    let fewer = admin
        .patch(
            "/v1/tags/water-transport",
            json!({"synonyms": ["Launches"]}),
        )
        .await
        .expect(200);
    assert_eq!(fewer["synonyms"], json!(["Launches"]));
    guest
        .get("/v1/tags/ferry-boats")
        .await
        .problem(404, "not-found");
    assert_eq!(found(&guest, "q=ferry").await, [""; 0]);
    tag(&admin, "Ferry boats").await;
}

#[tokio::test]
async fn a_translations_slug_leads_to_the_tag_too() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let made = tag(&admin, "Ferries").await;
    name(
        &admin,
        "ferries",
        "hi",
        json!({"name": "नौका", "slug": "nauka"}),
    )
    .await;
    tagged(&admin, "On the water", &["nauka"]).await;
    assert_eq!(titles(&guest, "tag=nauka").await, set(&["On the water"]));
    assert_eq!(read(&guest, "/v1/tags/nauka").await["id"], json!(made));
}

#[tokio::test]
async fn a_list_by_a_tag_has_that_of_its_parts_when_asked() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    for (name, parent) in [
        ("Transport", Value::Null),
        ("Water", json!("transport")),
        ("Ferries", json!("water")),
        ("Rail", json!("transport")),
    ] {
        make(&admin, json!({"name": name, "parent": parent})).await;
    }
    tag(&admin, "Sea").await;
    for (title, tags) in [
        ("T", &["transport"][..]),
        ("W", &["water", "sea"]),
        ("F", &["ferries", "rail"]),
        ("S", &["sea"]),
    ] {
        tagged(&admin, title, tags).await;
    }
    assert_eq!(titles(&guest, "tag=transport").await, set(&["T"]));
    assert_eq!(
        titles(&guest, "tag=transport&descendants=false").await,
        set(&["T"])
    );
    assert_eq!(
        titles(&guest, "tag=transport&descendants=true").await,
        set(&["T", "W", "F"])
    );
    assert_eq!(
        titles(&guest, "tag=water&descendants=true").await,
        set(&["W", "F"])
    );
    assert_eq!(
        titles(&guest, "tag=ferries&descendants=true").await,
        set(&["F"])
    );
    assert_eq!(
        titles(&guest, "tag=transport&tag=sea&descendants=true").await,
        set(&["W"])
    );
    assert_eq!(
        titles(&guest, "any_tag=water,sea&descendants=true").await,
        set(&["W", "F", "S"])
    );
    let page = read(
        &guest,
        "/v1/articles?tag=transport&descendants=true&total=exact&limit=2",
    )
    .await;
    assert_eq!(
        page["total"], 3,
        "an article with two of the parts is there once"
    );
    let cursor = page["page"]["next_cursor"].as_str().unwrap();
    let rest = read(
        &guest,
        &format!("/v1/articles?tag=transport&descendants=true&limit=2&cursor={cursor}"),
    )
    .await;
    assert_eq!(rest["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_count_is_of_articles_published_in_the_language_asked_for() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    tag(&admin, "Ferries").await;
    let counts = async || {
        (
            count(&guest, "ferries", "en").await,
            count(&guest, "ferries", "hi").await,
        )
    };
    let new = json!({"source_locale": "en", "translation": {"title": "One", "body": "Words."}, "tags": ["ferries"]});
    let article = id(&admin.post("/v1/articles", new).await.expect(201));
    let path = format!("/v1/articles/{article}");
    let act = async |path: String| admin.post(&path, json!({})).await.check(200).status;
    assert_eq!(counts().await, (0, 0), "a draft does not count");
    act(format!("{path}/translations/en/publish")).await;
    assert_eq!(counts().await, (1, 0));
    act(format!("{path}/translations/en/publish")).await;
    assert_eq!(counts().await, (1, 0), "published twice is published");
    translate(&admin, &article, "hi", "एक").await;
    assert_eq!(counts().await, (1, 1));
    tagged(&admin, "Two", &["ferries"]).await;
    assert_eq!(counts().await, (2, 1));
    act(format!("{path}/translations/en/unpublish")).await;
    assert_eq!(counts().await, (1, 1));
    act(format!("{path}/translations/en/publish")).await;
    admin.delete(&path).await.check(204);
    assert_eq!(counts().await, (1, 0));
    act(format!("{path}/restore")).await;
    assert_eq!(counts().await, (2, 1));
    admin
        .delete(&format!("{path}/tags/ferries"))
        .await
        .check(204);
    assert_eq!(counts().await, (1, 0));
    admin.put(&format!("{path}/tags/ferries"), json!({})).await;
    assert_eq!(counts().await, (2, 1));
    admin.patch(&path, json!({"tags": []})).await.expect(200);
    assert_eq!(counts().await, (1, 0));
    admin
        .patch(&path, json!({"tags": ["ferries", "ferries"]}))
        .await
        .expect(200);
    assert_eq!(counts().await, (2, 1), "named twice is borne once");
    admin
        .delete(&format!("{path}/translations/hi"))
        .await
        .check(204);
    assert_eq!(counts().await, (2, 0));
    admin
        .delete(&format!("{path}?permanent=true"))
        .await
        .check(204);
    assert_eq!(counts().await, (1, 0));
    let header = Answer::of(
        guest
            .request("GET", "/v1/tags/ferries")
            .header("accept-language", "hi"),
    )
    .await;
    assert_eq!(header.expect(200)["article_count"], 0);
    assert_eq!(
        read(&guest, "/v1/tags/ferries").await["article_count"],
        1,
        "the default language's, when nothing is asked"
    );
}

#[tokio::test]
async fn an_old_entity_tag_does_not_vouch_for_what_has_changed() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    tag(&admin, "Transport").await;
    make(&admin, json!({"name": "Ferries", "parent": "transport"})).await;
    name(&admin, "ferries", "hi", json!({"name": "नौका"})).await;
    let ask = async |etag: &str, language: &str| {
        let request = guest
            .request("GET", "/v1/tags/ferries")
            .header("accept-language", language);
        Answer::of(request.header("if-none-match", etag)).await
    };
    let first = guest.get("/v1/tags/ferries").await.etag();
    assert_eq!(ask(&first, "en").await.status, 304);
    assert_eq!(
        ask(&first, "hi").await.status,
        200,
        "that was another language's"
    );
    tagged(&admin, "One", &["ferries"]).await;
    let second = ask(&first, "en").await;
    assert_eq!(second.check(200).json()["article_count"], 1);
    admin
        .patch("/v1/tags/transport", json!({"name": "Traffic"}))
        .await
        .expect(200);
    assert_eq!(
        ask(&second.etag(), "en").await.expect(200)["parent"]["name"],
        "Traffic"
    );
}

#[tokio::test]
async fn the_list_is_searched_by_the_beginning_of_a_name_in_any_language() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    for new in [
        "Água",
        "Water",
        "Waterways",
        "Wat_r",
        "Wat%",
        "Rail",
        "Élan",
    ] {
        tag(&admin, new).await;
    }
    name(&admin, "rail", "hi", json!({"name": "ज़मीन"})).await;
    name(&admin, "water", "hi", json!({"name": "जल"})).await;
    assert_eq!(
        found(&guest, "q=wat").await,
        ["wat", "wat-r", "water", "waterways"]
    );
    assert_eq!(found(&guest, "q=WATER").await, ["water", "waterways"]);
    assert_eq!(
        found(&guest, "q=wat_").await,
        ["wat-r"],
        "no character stands for another"
    );
    assert_eq!(found(&guest, "q=wat%25").await, ["wat"]);
    assert_eq!(
        found(&guest, "q=ways").await,
        [""; 0],
        "the beginning, not the middle"
    );
    assert_eq!(found(&guest, "q=%E0%A4%9C%E0%A4%B2").await, ["water"]);
    // U+0045 U+0301 for U+00C9, and a consonant with its nukta for the one that has it.
    assert_eq!(found(&guest, "q=E%CC%81l").await.len(), 1);
    assert_eq!(found(&guest, "q=%C3%A9LAN").await.len(), 1);
    assert_eq!(found(&guest, "q=%E0%A4%9C%E0%A4%BC").await, ["rail"]);
    assert_eq!(found(&guest, "q=%E0%A5%9B").await, ["rail"]);
    assert_eq!(
        found(&guest, "q=").await.len(),
        7,
        "an empty one is as if absent"
    );
    let page = read(&guest, "/v1/tags?q=wat&total=exact&limit=3").await;
    assert_eq!(
        (&page["total"], &page["page"]["has_more"]),
        (&json!(4), &json!(true))
    );
}

#[tokio::test]
async fn the_list_is_in_order_page_by_page() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    for name in ["delta", "Alpha", "charlie", "Bravo", "Echo"] {
        tag(&admin, name).await;
    }
    for (title, tags) in [
        ("1", &["delta", "bravo"][..]),
        ("2", &["delta", "echo", "bravo"]),
        ("3", &["delta"]),
    ] {
        tagged(&admin, title, tags).await;
    }
    for (sort, expected) in [
        ("", ["alpha", "bravo", "charlie", "delta", "echo"]),
        ("sort=name&", ["alpha", "bravo", "charlie", "delta", "echo"]),
        ("sort=-article_count&", ["delta", "bravo", "echo", "", ""]),
    ] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = read(
                &guest,
                &format!("/v1/tags?{sort}limit=2&total=exact{cursor}"),
            )
            .await;
            assert_eq!(page["total"], 5);
            seen.extend(column(&page, "slug").into_iter().map(str::to_owned));
            let Some(next) = page["page"]["next_cursor"].as_str() else {
                break;
            };
            cursor = format!("&cursor={next}");
        }
        let known = expected.iter().filter(|slug| !slug.is_empty()).count();
        assert_eq!(seen[..known], expected[..known], "{sort}");
        assert_eq!(
            seen.iter().collect::<BTreeSet<_>>().len(),
            5,
            "{sort}: {seen:?}"
        );
    }
    let page = guest.get("/v1/tags?limit=2").await;
    assert!(
        page.header("link").contains("rel=\"next\"")
            && page.header("link").contains("rel=\"first\""),
        "{page:?}"
    );
    let cursor = page.json()["page"]["next_cursor"]
        .as_str()
        .unwrap()
        .to_owned();
    tag(&admin, "Aardvark").await;
    assert_eq!(
        found(&guest, &format!("limit=2&cursor={cursor}")).await,
        ["charlie", "delta"]
    );
    for query in ["sort=-article_count", "q=a", "locale=hi"] {
        guest
            .get(&format!("/v1/tags?{query}&cursor={cursor}"))
            .await
            .problem(400, "invalid-cursor");
    }
}

#[tokio::test]
async fn the_list_by_articles_is_that_of_the_language_asked_for() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    tag(&admin, "Ferries").await;
    tag(&admin, "Buses").await;
    let article = tagged(&admin, "One", &["buses"]).await;
    tagged(&admin, "Two", &["ferries"]).await;
    tagged(&admin, "Three", &["ferries"]).await;
    translate(&admin, &article, "hi", "एक").await;
    assert_eq!(
        found(&guest, "sort=-article_count&locale=en").await,
        ["ferries", "buses"]
    );
    assert_eq!(
        found(&guest, "sort=-article_count&locale=hi").await,
        ["buses", "ferries"]
    );
}

#[tokio::test]
async fn the_list_is_of_the_parts_of_one_tag() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let transport = id(&make(
        &admin,
        json!({"name": "Transport", "synonyms": ["Traffic"]}),
    )
    .await);
    make(&admin, json!({"name": "Water", "parent": "transport"})).await;
    make(&admin, json!({"name": "Rail", "parent": "traffic"})).await;
    make(&admin, json!({"name": "Ferries", "parent": "water"})).await;
    for parent in ["transport", "traffic", &transport] {
        assert_eq!(
            found(&guest, &format!("parent={parent}")).await,
            ["rail", "water"],
            "{parent}"
        );
    }
    assert_eq!(found(&guest, "parent=transport&q=wa").await, ["water"]);
    assert_eq!(found(&guest, "parent=no-such-tag").await, [""; 0]);
}

#[tokio::test]
async fn a_renamed_tag_shows_its_new_name_in_every_edition_at_once() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    tag(&admin, "Ferries").await;
    name(&admin, "ferries", "hi", json!({"name": "नौका"})).await;
    let article = tagged(&admin, "One", &["ferries"]).await;
    translate(&admin, &article, "hi", "एक").await;
    translate(&admin, &article, "mr", "एक").await;
    let path = format!("/v1/articles/{article}");
    let shown = async |locale: &str| {
        let answer = guest.get(&format!("{path}?locale={locale}")).await;
        (
            answer.check(200).json()["tags"][0]["name"]
                .as_str()
                .unwrap()
                .to_owned(),
            answer.etag(),
        )
    };
    let unmodified = async |locale: &str, etag: &str| {
        let request = guest
            .request("GET", &format!("{path}?locale={locale}"))
            .header("if-none-match", etag);
        Answer::of(request).await.status == 304
    };
    let (english, english_etag) = shown("en").await;
    let (hindi, hindi_etag) = shown("hi").await;
    assert_eq!((english.as_str(), hindi.as_str()), ("Ferries", "नौका"));
    let draft = admin.get(&format!("{path}?view=draft")).await.etag();

    admin
        .patch(
            "/v1/tags/ferries",
            json!({"name": "Boats", "slug": "boats"}),
        )
        .await
        .expect(200);
    assert_eq!(shown("en").await.0, "Boats");
    assert!(!unmodified("en", &english_etag).await);
    assert!(
        !unmodified("hi", &hindi_etag).await,
        "its slug is in there, too"
    );
    assert_eq!(
        read(&guest, &format!("{path}?locale=hi")).await["tags"][0]["slug"],
        "boats"
    );
    let listed = read(&guest, "/v1/articles?tag=boats&locale=en").await;
    assert_eq!(listed["data"][0]["tags"][0]["name"], "Boats");

    admin
        .put("/v1/tags/boats/translations/hi", json!({"name": "नावें"}))
        .await
        .expect(200);
    assert_eq!(shown("hi").await.0, "नावें");
    name(&admin, "boats", "mr", json!({"name": "बोटी"})).await;
    assert_eq!(shown("mr").await.0, "बोटी");
    admin
        .delete("/v1/tags/boats/translations/mr")
        .await
        .check(204);
    assert_ne!(shown("mr").await.0, "बोटी");
    assert_eq!(shown("en").await.0, "Boats");
    let stale = admin
        .request("PATCH", &path)
        .header("if-match", draft)
        .json(&json!({"authors": ["X"]}));
    Answer::of(stale).await.problem(412, "precondition-failed");
}

#[tokio::test]
async fn a_merged_tag_gives_its_articles_its_parts_and_its_words_to_the_other() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    make(&admin, json!({"name": "Ferries", "synonyms": ["Launches"]})).await;
    name(&admin, "ferries", "hi", json!({"name": "नौका"})).await;
    admin
        .patch("/v1/tags/ferries", json!({"slug": "ferry"}))
        .await
        .expect(200);
    make(&admin, json!({"name": "Islands", "parent": "ferry"})).await;
    let target = tag(&admin, "Water transport").await;
    let one = tagged(&admin, "One", &["ferry"]).await;
    tagged(&admin, "Two", &["ferry", "water-transport"]).await;
    tagged(&admin, "Three", &["water-transport"]).await;
    translate(&admin, &one, "hi", "एक").await;
    let etag = guest.get(&format!("/v1/articles/{one}")).await.etag();

    for (into, pointer) in [
        ("ferry", "/into"),
        ("no-such-tag", "/into"),
        ("launches", "/into"),
    ] {
        let problem = admin
            .post("/v1/tags/ferry/merge", json!({"into": into}))
            .await
            .problem(422, "validation-failed");
        assert_eq!(faults(&problem)[0].0, pointer);
    }
    admin
        .post("/v1/tags/ferry/merge", json!({}))
        .await
        .problem(422, "validation-failed");
    let merged = admin
        .post("/v1/tags/ferry/merge", json!({"into": "water-transport"}))
        .await
        .expect(200);
    assert_eq!(merged["id"], json!(target));
    assert_eq!(count(&guest, "water-transport", "en").await, 3);
    assert_eq!(count(&guest, "water-transport", "hi").await, 1);
    for word in ["ferry", "ferries", "launches"] {
        assert_eq!(
            moved(&guest, &format!("/v1/tags/{word}")).await,
            "/v1/tags/water-transport",
            "{word}"
        );
        assert_eq!(
            titles(&guest, &format!("tag={word}")).await,
            set(&["One", "Two", "Three"]),
            "{word}"
        );
    }
    let article = guest.get(&format!("/v1/articles/{one}")).await;
    assert_ne!(article.etag(), etag);
    assert_eq!(article.json()["tags"].as_array().unwrap().len(), 1);
    assert_eq!(article.json()["tags"][0]["id"], json!(target));
    let both = read(&guest, "/v1/articles/two").await;
    assert_eq!(both["tags"].as_array().unwrap().len(), 1);
    assert_eq!(
        read(&guest, "/v1/tags/islands").await["parent"]["id"],
        json!(target)
    );
    assert_eq!(found(&guest, "").await, ["islands", "water-transport"]);
    admin
        .post("/v1/tags", json!({"name": "Ferry"}))
        .await
        .problem(409, "conflict");
}

#[tokio::test]
async fn a_tag_may_be_merged_into_one_of_its_parts() {
    let app = TestApp::start().await;
    let admin = app.admin();
    for (name, parent) in [
        ("World", Value::Null),
        ("A", json!("world")),
        ("B", json!("a")),
        ("C", json!("b")),
        ("D", json!("a")),
    ] {
        make(&admin, json!({"name": name, "parent": parent})).await;
    }
    tagged(&admin, "One", &["d"]).await;
    admin
        .post("/v1/tags/a/merge", json!({"into": "c"}))
        .await
        .expect(200);
    let parent =
        async |tag: &str| read(&admin, &format!("/v1/tags/{tag}")).await["parent"]["slug"].clone();
    // Nobody may be above himself, and from everywhere the way up ends at the top.
    for tag in ["b", "c", "d"] {
        let (mut above, mut steps) = (parent(tag).await, 0);
        while let Some(slug) = above.as_str().map(str::to_owned) {
            steps += 1;
            assert!(slug != tag && steps < 5, "{tag} is above itself");
            above = parent(&slug).await;
        }
    }
    assert_eq!(parent("d").await, "c");
    assert_eq!(
        titles(&admin, "tag=world&descendants=true").await,
        set(&["One"])
    );
}

#[tokio::test]
async fn merges_at_once_lose_no_article() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    for round in 0..4 {
        let (one, other) = (format!("one-{round}"), format!("other-{round}"));
        for slug in [&one, &other] {
            make(&admin, json!({"name": slug, "slug": slug})).await;
            tagged(&admin, slug, &[slug]).await;
        }
        let merge = async |from: &str, into: &str| {
            admin
                .post(&format!("/v1/tags/{from}/merge"), json!({"into": into}))
                .await
                .status
        };
        let (first, second) = tokio::join!(merge(&one, &other), merge(&other, &one));
        assert!(first < 500 && second < 500, "{first} {second}");
        assert!(
            (first == 200) != (second == 200),
            "exactly one goes through: {first} {second}"
        );
        assert_eq!(titles(&guest, &format!("tag={one}")).await.len(), 2);
        assert_eq!(titles(&guest, &format!("tag={other}")).await.len(), 2);
    }
}

#[tokio::test]
async fn a_deleted_tags_words_are_free_again() {
    let app = TestApp::start().await;
    let admin = app.admin();
    make(&admin, json!({"name": "Ferries", "synonyms": ["Launches"]})).await;
    admin
        .patch("/v1/tags/ferries", json!({"slug": "ferry"}))
        .await
        .expect(200);
    admin.delete("/v1/tags/ferry").await.check(204);
    for name in ["Ferries", "Ferry", "Launches"] {
        tag(&admin, name).await;
    }
}

#[tokio::test]
async fn an_article_takes_no_unknown_tag() {
    let app = TestApp::start().await;
    let admin = app.admin();
    tag(&admin, "Ferries").await;
    let article = published(&admin, "One").await;
    let patch = json!({"tags": ["ferries", "nothing", "0193a000-0000-7000-8000-000000000000"]});
    let problem = admin
        .patch(&format!("/v1/articles/{article}"), patch)
        .await
        .problem(422, "validation-failed");
    let pointers: BTreeSet<String> = faults(&problem)
        .into_iter()
        .map(|(pointer, _)| pointer)
        .collect();
    assert_eq!(pointers, set(&["/tags/1", "/tags/2"]));
    assert_eq!(
        read(&admin, &format!("/v1/articles/{article}")).await["tags"],
        json!([])
    );
}
