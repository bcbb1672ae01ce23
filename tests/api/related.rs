//! `GET /v1/articles/{article}/related`

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::Client;
use crate::make::{draft, id, members, published, tag, translate};

async fn story(admin: &Client, title: &str, body: &str, tags: &[&str]) -> String {
    let body = json!({"source_locale": "en", "translation": {"title": title, "summary": "–", "body": body},
        "tags": tags, "publish": true});
    id(&admin.post("/v1/articles", body).await.expect(201))
}

async fn related(caller: &Client, article: &str, query: &str) -> Vec<Value> {
    let answer = caller
        .get(&format!("/v1/articles/{article}/related{query}"))
        .await;
    members(&answer.expect(200), "title")
}

#[tokio::test]
async fn what_makes_no_sense_is_told() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = published(&admin, "Rain").await;
    let hidden = draft(&admin, "Draft").await;
    let guest = app.guest();
    for query in [
        "limit=0",
        "limit=101",
        "fields=nope",
        "q=rain",
        "locale=!",
        "cursor=x",
    ] {
        let path = format!("/v1/articles/{article}/related?{query}");
        guest.get(&path).await.problem(400, "invalid-parameter");
    }
    guest
        .get(&format!("/v1/articles/{hidden}/related"))
        .await
        .problem(404, "not-found");
    guest
        .get("/v1/articles/no-such/related")
        .await
        .problem(404, "not-found");
    guest
        .get(&format!("/v1/articles/{article}/related?locale=hi"))
        .await
        .problem(404, "translation-not-available");
    assert_eq!(related(&guest, &article, "").await, [""; 0]);
}

#[tokio::test]
async fn shared_tags_and_words_make_articles_alike() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let (rare, common) = (
        tag(&admin, "Konkan railway").await,
        tag(&admin, "News").await,
    );
    let (rare, common) = (rare.as_str(), common.as_str());
    let article = story(
        &admin,
        "Monsoon stops the railway",
        "Landslides block the tracks near Ratnagiri.",
        &[rare, common],
    )
    .await;
    for number in 0..8 {
        story(
            &admin,
            &format!("Budget {number}"),
            "Numbers for the year.",
            &[common],
        )
        .await;
    }
    story(
        &admin,
        "Tunnel on the line",
        "Work begins.",
        &[rare, common],
    )
    .await;
    story(
        &admin,
        "Landslides near Ratnagiri",
        "The monsoon blocks tracks and roads.",
        &[],
    )
    .await;
    story(&admin, "Chess final", "A draw.", &[]).await;
    draft(&admin, "Monsoon stops the railway again").await;
    let guest = app.guest();
    let found = related(&guest, &article, "?limit=10").await;
    assert_eq!(found.len(), 10);
    assert_eq!(
        found[..2],
        ["Tunnel on the line", "Landslides near Ratnagiri"]
    );
    assert!(
        found[2..]
            .iter()
            .all(|title| title.as_str().unwrap().starts_with("Budget"))
    );
    assert_eq!(related(&guest, &article, "").await, found[..5]);
    assert_eq!(
        related(&guest, &article, "?limit=1").await,
        ["Tunnel on the line"]
    );
    // The same every time.
    assert_eq!(related(&guest, &article, "?limit=10").await, found);
}

#[tokio::test]
async fn related_articles_are_in_the_language_of_the_article() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let tag = tag(&admin, "Sea").await;
    let article = story(&admin, "Ferry", "x", &[&tag]).await;
    let other = story(&admin, "Harbour", "x", &[&tag]).await;
    let english = story(&admin, "Port", "x", &[&tag]).await;
    translate(&admin, &article, "hi", "नाव").await;
    translate(&admin, &other, "hi", "बंदरगाह").await;
    let guest = app.guest();
    assert_eq!(related(&guest, &article, "?locale=hi").await, ["बंदरगाह"]);
    assert_eq!(
        related(&guest, &article, "?locale=en").await,
        ["Port", "Harbour"]
    );
    assert_eq!(
        related(&guest, &article, "?locale=mr&fallback=hi").await,
        ["बंदरगाह"]
    );
    let path = format!("/v1/articles/{article}/related");
    let answer = guest.get_with(&path, "accept-language", "hi").await;
    assert_eq!(answer.header("content-language"), "hi");
    assert_eq!(answer.header("vary"), "Accept-Encoding, Accept-Language");
    assert_eq!(
        answer.header("surrogate-key"),
        format!("article-{article} tag-{tag} site")
    );
    assert!(answer.header("link").contains("rel=\"first\""));
    let page = answer.expect(200);
    assert_eq!(
        page["page"],
        json!({"limit": 5, "has_more": false, "next_cursor": null})
    );
    assert_eq!(
        page["data"][0]["locale_resolution"]["reason"],
        "accept-language"
    );
    assert!(page["data"][0].get("body").is_none());
    assert!(page["data"][0]["etag"].is_string());
    // By slug, as for the article.
    let answer = guest
        .get(&format!(
            "/v1/articles/{}/related?fields=title",
            "%E0%A4%A8%E0%A4%BE%E0%A4%B5"
        ))
        .await;
    let names: Vec<String> = answer.expect(200)["data"][0]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    assert_eq!(names, ["title", "etag"]);
    admin
        .patch(
            &format!("/v1/articles/{article}/translations/en"),
            json!({"slug": "boat"}),
        )
        .await
        .expect(200);
    admin
        .post(
            &format!("/v1/articles/{article}/translations/en/publish"),
            json!({}),
        )
        .await
        .expect(200);
    let moved = guest.get("/v1/articles/ferry/related?limit=2").await;
    moved.check(301);
    assert_eq!(
        moved.header("location"),
        "/v1/articles/boat/related?limit=2"
    );
    admin
        .delete(&format!("/v1/articles/{english}"))
        .await
        .expect(204);
    assert_eq!(related(&guest, "boat", "").await, ["Harbour"]);
}
